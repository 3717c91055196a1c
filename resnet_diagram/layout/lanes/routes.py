"""Route the lines of a graph: along free lines and columns of its grid, else in the channels between them.

Channel `c` lies to the left of column `c`, channel `h` above line `h`. A net is all lines of one value; in a
channel it has one track.
"""

from collections.abc import Sequence
from dataclasses import field
from enum import StrEnum
from itertools import chain, count
from typing import NamedTuple

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import Dag, Frame, Overview, Read
from resnet_diagram.diagram.walk import is_merge
from resnet_diagram.layout.lanes.grid import Grid, Net


class Way(StrEnum):
    """Route of a line between two vertices."""

    STRAIGHT = "straight"
    ACROSS = "across"
    EARLY = "early"
    LATE = "late"
    AROUND = "around"


class Route(NamedTuple):
    """A line from a vertex to a reader.

    `side`: -1 for its upper side, 1 for its lower side, 0 where the flow enters. `channel`: the channel
    between lines that it runs along, if `way` is AROUND.
    """

    read: Read
    head: int
    way: Way
    side: int = 0
    channel: int = -1

    @property
    def net(self) -> Net:
        """The value that the line carries."""
        return self.read.vertex, self.read.port


@dataclass()
class _Router:
    dag: Dag
    grid: Grid
    cells: set[tuple[int, int]]
    tall: Sequence[tuple[int, int, int]]
    level: dict[tuple[int, int], Net] = field(default_factory=dict)
    upright: dict[tuple[int, int], Net] = field(default_factory=dict)
    sides: dict[tuple[int, int], Net] = field(default_factory=dict)

    def free_line(self, line: int, columns: Sequence[int], net: Net) -> bool:
        """Return whether a line is free in some columns."""
        return all(
            (line, column) not in self.cells and self.level.get((line, column), net) == net
            for column in columns
        )

    def free_column(self, column: int, lines: Sequence[int], net: Net) -> bool:
        """Return whether a column is free in some lines."""
        return all(
            (line, column) not in self.cells and self.upright.get((line, column), net) == net
            for line in lines
        )

    def route(self, read: Read, head: int) -> Route:
        """Return the route of a line, and take the cells that it runs through."""
        net = read.vertex, read.port
        start, end = self.grid.columns[read.vertex], self.grid.columns[head]
        line, target = self.grid.leaves(net), self.grid.enters(net, head)
        between = range(start + 1, end)
        if line == target and start < end and self.free_line(line, between, net):
            self._take(line, between, net)
            return Route(read, head, Way.STRAIGHT)
        side = -1 if line < target else 1
        inner = range(min(line, target) + 1, max(line, target))
        straight_down = start == end and line != target and self._opens(read.vertex)
        turns = start < end and line != target and self.free_line(line, range(start + 1, end + 1), net)
        if (
            (straight_down or (turns and is_merge(self.dag.vertices[head])))
            and self._opens(head)
            and self.sides.get((head, side), net) == net
            and self.free_column(end, inner, net)
        ):
            self.sides[head, side] = net
            self._take(line, range(start + 1, end + 1), net)
            self.upright.update({(at, end): net for at in inner})
            return Route(read, head, Way.ACROSS, side)
        if start < end and self.free_line(line, between, net):
            self._take(line, between, net)
            return Route(read, head, Way.LATE)
        if start < end and self.free_line(target, between, net):
            self._take(target, between, net)
            return Route(read, head, Way.EARLY)
        channel = target + 1 if line > target else target
        return Route(read, head, Way.AROUND, 0, self._free_channel(channel, between))

    def _free_channel(self, channel: int, columns: Sequence[int]) -> int:
        """Return the channel between lines nearest to one that runs through no box in some columns."""
        inside = (range(first + 1, last + 1) for column, first, last in self.tall if column in columns)
        closed = set(chain.from_iterable(inside))
        # The nearest one, of two above it.
        nearest = chain.from_iterable((channel - step, channel + step) for step in count())
        return next(at for at in nearest if 0 <= at <= self.grid.height and at not in closed)

    def _opens(self, head: int) -> bool:
        """Return whether lines may enter a vertex from its sides, or leave it there.

        They may at a merge, and in a triangle also at a box and a stage.
        """
        content = self.dag.vertices[head].content
        parts = content.frames if isinstance(content, Overview) else content
        is_box = len(parts) == 1 and not (isinstance(parts[0], Frame) and parts[0].role is None)
        return is_merge(self.dag.vertices[head]) or (self.grid.given and is_box)

    def _take(self, line: int, columns: Sequence[int], net: Net) -> None:
        self.level.update({(line, column): net for column in columns})


def routes(dag: Dag, grid: Grid) -> list[Route]:
    """Return the route of every line of a graph."""
    spans = [(column, *span) for column, span in zip(grid.columns, grid.spans, strict=True)]
    tall = [(column, first, last) for column, first, last in spans if first < last]
    router = _Router(dag, grid, grid.cells(), tall)
    pairs = [(read, head) for head, vertex in enumerate(dag.vertices) for read in vertex.reads]

    def rank(at: int) -> tuple[bool, int, int]:
        """Return a sort key: level lines first, then short ones."""
        read, head = pairs[at]
        net = read.vertex, read.port
        across = abs(grid.leaves(net) - grid.enters(net, head))
        return across != 0, abs(grid.columns[head] - grid.columns[read.vertex]), across

    order = sorted(range(len(pairs)), key=rank)
    route_of = {at: router.route(*pairs[at]) for at in order}
    return [route_of[at] for at in range(len(pairs))]
