"""Fill columns with the cells of a diagram's outer groups, in sequence."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from resnet_diagram.diagram.model import Group
from resnet_diagram.layout.flow.cells import Cell
from resnet_diagram.layout.flow.measure import gap
from resnet_diagram.layout.spacing import Gaps

TITLE_HEIGHT = 12.0
"""Above the content of a frame, beside the line into it."""
PAD = 5.0
"""From a frame's lower edge and sides to its content."""
BETWEEN = 17.0
"""Between two frames, for the line with the shapes on it."""
_LEAST_LEAD = 4.5
_STEPS = 14
_ROUNDING = 1e-9


class Measured(NamedTuple):
    """An outer group, or loose items, with its cells.

    `gaps`: distance before each cell; `ends`: end of each cell, measured from the start of the first.
    """

    group: Group | None
    cells: tuple[Cell, ...]
    gaps: tuple[float, ...]
    ends: tuple[float, ...]


class Segment(NamedTuple):
    """The part of an outer group placed in one column. `first`: the group begins in this column."""

    group: Group | None
    cells: tuple[Cell, ...]
    first: bool
    length: float


Column = tuple[Segment, ...]


def measured(group: Group | None, cells: tuple[Cell, ...], gaps: Gaps) -> Measured:
    """Return a group with its cells and their end positions."""
    between = (0.0, *(gap(before, cell, gaps) for before, cell in pairwise(cells)))[: len(cells)]
    ends = accumulate(cell.length + space for cell, space in zip(cells, between, strict=True))
    return Measured(group, cells, between, tuple(ends))


def lead_of(cells: Sequence[Cell]) -> float:
    """Return the gap between a frame's title and its first cell; no line runs close to a title."""
    return max(cells[0].lead, _LEAST_LEAD) if cells else 0.0


def columns_length(columns: Sequence[Column]) -> float:
    """Return the height of the highest column, in points."""
    return max(
        ((sum(item.length for item in column) + BETWEEN * max(0, len(column) - 1)) for column in columns),
        default=0.0,
    )


def balance(measureds: Sequence[Measured], count: int) -> tuple[Column, ...]:
    """Return up to `count` columns, with the highest one as low as possible."""
    best = fill(measureds, float("inf"))
    low, high = 0.0, columns_length(best)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        columns = fill(measureds, middle)
        if len(columns) <= count:
            best, high = columns, middle
        else:
            low = middle
    return best


def fill(measureds: Sequence[Measured], limit: float) -> tuple[Column, ...]:
    """Return columns of up to `limit` points, or of one longer cell, each filled before the next begins."""
    columns: list[list[Segment]] = [[]]
    used = 0.0
    for item in measureds:
        start = 0
        while start < max(1, len(item.cells)):
            between = BETWEEN if columns[-1] else 0.0
            begin = item.ends[start] - item.cells[start].length if item.cells else 0.0
            frame = TITLE_HEIGHT + PAD + lead_of(item.cells[start : start + 1]) if item.group else 0.0
            room = limit - used - between - frame
            # The end of the longest part that begins with this cell and fits.
            stop = int(room >= 0)
            if item.cells:
                stop = bisect_right(item.ends, room + begin + _ROUNDING, lo=start)
            if stop <= start and columns[-1]:
                columns.append([])
                used = 0.0
                continue
            stop = max(stop, start + 1)
            length = frame + (item.ends[stop - 1] - begin if item.cells else 0.0)
            columns[-1].append(Segment(item.group, item.cells[start:stop], not start, length))
            used += length + between
            start = stop
    return tuple(tuple(column) for column in columns)
