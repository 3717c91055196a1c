"""Sizes of the parts of a graph, and of the frames of modules round them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from resnet_diagram.diagram.model import Dag, Frame
from resnet_diagram.layout.lanes.grid import Grid
from resnet_diagram.layout.spacing import TITLE_HEIGHT

_OVERHANG = 9.0
"""From the outer lines of a box on several lines to its edges, in points."""
AHEAD = 7.0
"""From the last track to the next part, for its arrow, in points; a frame begins behind the track."""
FRAME_GAP = 5.0
"""From what a frame of a module holds to its edge, in points."""


class Extent(NamedTuple):
    """Size of a part: its length, its reach to both sides of the line into it, and where the line leaves."""

    length: float
    above: float
    below: float
    exit: float = 0.0
    stretches: bool = False


class Enclosure(NamedTuple):
    """The frame of a module: its first and last column and line, and its reach above and below these.

    `ahead`: room for a title before its first column, where the flow runs down. `length`: that of its title
    and count, else.
    """

    frame: Frame
    columns: tuple[int, int]
    lines: tuple[int, int]
    above: float
    below: float
    ahead: float
    length: float


def enclosures(
    dag: Dag,
    places: Grid,
    extents: Sequence[Extent],
    reaches: Sequence[float],
    headings: Mapping[str, float],
    *,
    downwards: bool,
) -> tuple[Enclosure, ...]:
    """Return the frames of modules that are drawn open in a graph; `headings`: the length of each title.

    `downwards`: the flow runs down.
    """
    inside: dict[str, list[int]] = {}
    for number, vertex in enumerate(dag.vertices):
        if vertex.frame:
            inside.setdefault(vertex.frame.id, []).append(number)
    result = []
    for members in inside.values():
        frame = dag.vertices[members[0]].frame
        assert frame
        columns = [places.columns[number] for number in members]
        top, bottom = (
            side([places.spans[number][at] for number in members]) for at, side in enumerate((min, max))
        )
        over = [overhang(places, extents, reaches, n)[0] for n in members if places.spans[n][0] == top]
        under = [overhang(places, extents, reaches, n)[1] for n in members if places.spans[n][1] == bottom]
        ahead, title = (TITLE_HEIGHT, 0.0) if downwards else (0.0, TITLE_HEIGHT)
        above, below = max(over) + title + FRAME_GAP, max(under) + FRAME_GAP
        length = headings.get(frame.id, 0.0)
        ends = min(columns), max(columns)
        result.append(Enclosure(frame, ends, (top, bottom), above, below, ahead, length))
    return tuple(result)


def end_of(
    frames: Sequence[Enclosure], column: int, end: float, spans: Sequence[tuple[float, float]]
) -> float:
    """Return where a column ends with the frames that end in it; `end`: the end of its parts."""
    last = [frame for frame in frames if frame.columns[1] == column]
    titled = (spans[frame.columns[0]][0] - AHEAD + frame.length for frame in last)
    return max([end + FRAME_GAP * bool(last), *titled])


def overhang(
    places: Grid, extents: Sequence[Extent], reaches: Sequence[float], number: int
) -> tuple[float, float]:
    """Return how far a part reaches above its first line and below its last one."""
    first, last = places.spans[number]
    if first != last:
        return (max(reaches[number], _OVERHANG),) * 2
    extent = extents[number]
    return max(extent.above, reaches[number]), max(extent.below, reaches[number])
