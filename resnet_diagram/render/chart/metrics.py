"""Estimated sizes of the parts of a chart."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import Dag, Fork, Group, Item, Node
from resnet_diagram.diagram.walk import vertex_items, written_count
from resnet_diagram.render.chart.model import is_framed


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Estimated sizes of a chart's parts, in the pixels or points of its format.

    `node`: width and height of a node; `text`: width of a label. `gap`: distance between two parts of a row;
    `nested_gap`: what a frame round the row adds to it. `line`: height of a row that is no more than a line
    with a label. `frame`: what a frame adds to the width and the height of its content.
    """

    node: Callable[[Node], tuple[float, float]]
    text: Callable[[str], float]
    gap: float
    nested_gap: float
    line: float
    frame: tuple[float, float]

    def nested(self) -> "Metrics":
        """Return the sizes inside a frame of rows."""
        return replace(self, gap=self.gap + self.nested_gap)

    def size(self, item: Item) -> tuple[float, float]:
        """Return width and height of an item in a row."""
        match item:
            case Node():
                return self.node(item)
            case Group():
                width, height = self.series(item.items)
                added = self.frame if is_framed(item) else (0.0, 0.0)
                return max(self.text(written_count(item)), width) + added[0], height + added[1]
            case Fork():
                tracks = [self.series(branch) if branch else (0.0, self.line) for branch in item.branches]
                if item.shortcut:
                    boxes = self.series(item.shortcut.nodes)
                    label = self.text(item.shortcut.label)
                    tracks.append((boxes[0] + label, max(boxes[1], self.line)))
                width = (
                    max((track[0] for track in tracks), default=0.0) + 2 * self.gap + self.node(item.merge)[0]
                )
                return width, sum(track[1] for track in tracks)
            case Dag():
                return self._graph(item)

    def _graph(self, dag: Dag) -> tuple[float, float]:
        """Return width and height of a graph, from its longest path and the area of its parts."""
        ends: list[float] = []
        area = 0.0
        for vertex in dag.vertices:
            width, height = self.series(vertex_items(vertex))
            area += (width + self.gap) * height
            ends.append(width + max((ends[read.vertex] + self.gap for read in vertex.reads), default=0.0))
        longest = max(ends, default=0.0)
        return longest, area / max(longest, 1.0)

    def column(self, items: Iterable[Item]) -> float:
        """Return the height of items below each other; of a graph, that of its longest path."""
        height = 0.0
        for item in items:
            match item:
                case Node():
                    height += self.node(item)[1]
                case Group():
                    height += self.column(item.items) + (self.frame[1] if is_framed(item) else 0.0)
                case Fork():
                    height += max(map(self.column, item.branches), default=0.0) + self.node(item.merge)[1]
                case Dag():
                    ends: list[float] = []
                    for vertex in item.vertices:
                        before = max((ends[read.vertex] for read in vertex.reads), default=0.0)
                        ends.append(before + self.column(vertex_items(vertex)))
                    height += max(ends, default=0.0)
            height += self.line
        return height

    def series(self, items: Iterable[Item]) -> tuple[float, float]:
        """Return width and height of items in one row."""
        sizes = [self.size(item) for item in items]
        width = sum(size[0] for size in sizes) + self.gap * max(0, len(sizes) - 1)
        return width, max((size[1] for size in sizes), default=0.0)
