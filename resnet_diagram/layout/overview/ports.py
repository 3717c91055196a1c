"""Place the ports at which shortcuts leave and join the line of flow of an overview."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from resnet_diagram.diagram.model import Arc, Bar, Frame

END_GAP = 3.6
"""Distance from a bar to the nearest end of a shortcut, in points."""
TAIL_STEP = 3.2
HEAD_STEP = 4.0
"""Distance between two shortcuts that leave, or end, at one bar, in points."""
BETWEEN = 3.4
"""Gap between the last incoming and the first outgoing port, in points."""


class ArcEnd(NamedTuple):
    """An end of a shortcut: before the bar that it leaves from if `is_tail`, else behind the bar it ends at.

    `frame`, `position`: numbers of the frame, and of the bar in the overview. `rank`: number of such ends
    nearer to the same bar. `outside`: beside the frame, not in it.
    """

    bar: str
    frame: int
    position: int
    rank: int
    outside: bool
    is_tail: bool


class Connection(NamedTuple):
    """An arc and its ends."""

    arc: Arc
    tail: ArcEnd
    head: ArcEnd

    @property
    def long(self) -> bool:
        """Return whether it runs from one frame to another, above the frames."""
        return self.tail.frame != self.head.frame


def by_frame(connections: Iterable[Connection], count: int) -> list[list[Connection]]:
    """Return the connections that leave or end in each of `count` frames."""
    items: list[list[Connection]] = [[] for _ in range(count)]
    for connection in connections:
        for number in {connection.tail.frame, connection.head.frame}:
            items[number].append(connection)
    return items


class Ends(NamedTuple):
    """Number of shortcuts that leave before each bar and end behind it, in its frame."""

    tails: Counter[str]
    heads: Counter[str]


def connections_of(frames: tuple[Frame, ...], arcs: Iterable[Arc]) -> list[Connection]:
    """Return a connection for each arc whose bars are shown, shorter ones first."""
    bars = [[bar.id for bar in frame.bars if isinstance(bar, Bar)] for frame in frames]
    order: dict[str, tuple[int, int]] = {}
    for number, inside in enumerate(bars):
        for name in inside:
            order[name] = (number, len(order))
    names = [arc for arc in arcs if arc.tail in order and arc.head in order]
    names.sort(key=lambda arc: (order[arc.head][1] - order[arc.tail][1], order[arc.tail][1]))
    ranks: Counter[tuple[str, bool, bool]] = Counter()

    def end(bar: str, *, long: bool, is_tail: bool) -> ArcEnd:
        frame, position = order[bar]
        outside = long and bars[frame][0 if is_tail else -1] == bar
        rank = ranks[bar, outside, is_tail]
        ranks[bar, outside, is_tail] += 1
        return ArcEnd(bar, frame, position, rank, outside, is_tail)

    connections: list[Connection] = []
    for arc in names:
        long = order[arc.tail][0] != order[arc.head][0]
        ends = end(arc.tail, long=long, is_tail=True), end(arc.head, long=long, is_tail=False)
        connections.append(Connection(arc, *ends))
    return connections


def ends_of(connections: Iterable[Connection]) -> Ends:
    """Count the ends of shortcuts at each bar, inside its frame."""
    stored = list(connections)
    return Ends(
        Counter(connection.tail.bar for connection in stored if not connection.tail.outside),
        Counter(connection.head.bar for connection in stored if not connection.head.outside),
    )


def reach_back(tails: int) -> float:
    """Return the distance from the farthest of `tails` outgoing ports to their bar."""
    return END_GAP + (tails - 1) * TAIL_STEP if tails else 0.0


def reach_on(heads: int) -> float:
    """Return the distance from a bar to the farthest of its `heads` incoming ports."""
    return END_GAP + (heads - 1) * HEAD_STEP if heads else 0.0
