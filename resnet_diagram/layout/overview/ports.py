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


class Connection(NamedTuple):
    """An arc and its ends.

    `tail_frame`, `head_frame`: numbers of the frames. `tail_rank`, `head_rank`: number of shortcuts that
    leave, or end, nearer to the same bar. `tail_out`, `head_out`: the end lies beside the frame, not in it.
    `start`, `stop`: positions of the bars in the overview.
    """

    arc: Arc
    tail_frame: int
    head_frame: int
    tail_rank: int
    head_rank: int
    tail_out: bool
    head_out: bool
    start: int
    stop: int

    @property
    def long(self) -> bool:
        """Return whether it runs from one frame to another, above the frames."""
        return self.tail_frame != self.head_frame


def by_frame(connections: Iterable[Connection], count: int) -> list[list[Connection]]:
    """Return the connections that leave or end in each of `count` frames."""
    items: list[list[Connection]] = [[] for _ in range(count)]
    for connection in connections:
        for number in {connection.tail_frame, connection.head_frame}:
            items[number].append(connection)
    return items


class Ends(NamedTuple):
    """Number of shortcuts that leave before each bar and end behind it, in its frame."""

    tails: Counter[str]
    heads: Counter[str]


def connections_of(frames: tuple[Frame, ...], arcs: Iterable[Arc]) -> list[Connection]:
    """Return a connection for each arc whose bars are shown, shorter ones first."""
    order: dict[str, tuple[int, int]] = {}
    for number, frame in enumerate(frames):
        for bar in _bars(frame):
            order[bar.id] = (number, len(order))
    names = [arc for arc in arcs if arc.tail in order and arc.head in order]
    names.sort(key=lambda arc: (order[arc.head][1] - order[arc.tail][1], order[arc.tail][1]))
    tails: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    connections: list[Connection] = []
    for arc in names:
        tail_frame, head_frame = order[arc.tail][0], order[arc.head][0]
        long = tail_frame != head_frame
        tail_out = long and _bars(frames[tail_frame])[0].id == arc.tail
        head_out = long and _bars(frames[head_frame])[-1].id == arc.head
        tail_at, head_at = f"{arc.tail}{' out' * tail_out}", f"{arc.head}{' out' * head_out}"
        connections.append(
            Connection(
                arc=arc,
                tail_frame=tail_frame,
                head_frame=head_frame,
                tail_rank=tails[tail_at],
                head_rank=heads[head_at],
                tail_out=tail_out,
                head_out=head_out,
                start=order[arc.tail][1],
                stop=order[arc.head][1],
            )
        )
        tails[tail_at] += 1
        heads[head_at] += 1
    return connections


def ends_of(connections: Iterable[Connection]) -> Ends:
    """Count the ends of shortcuts at each bar, inside its frame."""
    stored = list(connections)
    return Ends(
        Counter(connection.arc.tail for connection in stored if not connection.tail_out),
        Counter(connection.arc.head for connection in stored if not connection.head_out),
    )


def reach_back(tails: int) -> float:
    """Return the distance from the farthest of `tails` outgoing ports to their bar."""
    return END_GAP + (tails - 1) * TAIL_STEP if tails else 0.0


def reach_on(heads: int) -> float:
    """Return the distance from a bar to the farthest of its `heads` incoming ports."""
    return END_GAP + (heads - 1) * HEAD_STEP if heads else 0.0


def _bars(frame: Frame) -> list[Bar]:
    return [bar for bar in frame.bars if isinstance(bar, Bar)]
