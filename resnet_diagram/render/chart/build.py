"""A diagram as a chart: frames with rows of nodes, for formats that lay out by themselves.

Graphviz and Mermaid place a long chain in one line. In a chart each stem, stage and head is a frame whose
content runs to the right; the frames follow each other downwards, joined by arrows from frame to frame.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from itertools import groupby, pairwise
from typing import assert_never

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import (
    Dag,
    Diagram,
    EdgeRole,
    Flow,
    Fork,
    Group,
    GroupRole,
    Item,
    Link,
    Node,
)
from resnet_diagram.diagram.walk import (
    Edge,
    branch_role,
    inner_series,
    link_edges,
    module_runs,
    nodes,
    vertex_items,
    written_count,
)
from resnet_diagram.render.chart.budget import ChartSize
from resnet_diagram.render.chart.metrics import Metrics
from resnet_diagram.render.chart.model import Frame, Pages, Tag, frames, is_framed
from resnet_diagram.render.figure import Figure
from resnet_diagram.wording.terms import NOTHING, Label


def chart(diagram: Diagram, metrics: Metrics, room: float) -> Frame:
    """Return the chart of a diagram.

    In rows, a frame's content runs to the right and is broken where it is wider than `room`, which whole
    networks, side by side, share; single blocks are placed below each other. In a diagram that flows down or
    to the right, frames follow each other in that direction, and their content runs down.
    """
    networks = [
        item for item in diagram.chain.items if isinstance(item, Group) and item.role is GroupRole.NETWORK
    ]
    neighbour = sum(any(isinstance(item, Group) for item in network.items) for network in networks)
    rows = diagram.flow is Flow.ROWS
    builder = _Builder(
        metrics=metrics,
        room=room / max(1, neighbour) if rows else float("inf"),
        down=not rows,
        stacks=diagram.flow is not Flow.RIGHT,
    )
    down = not neighbour and diagram.flow is not Flow.RIGHT
    return builder.column(Frame(down=down), diagram.chain.items)


def chart_of(figure: Figure, metrics: Metrics, pages: Pages) -> tuple[Frame, bool]:
    """Return the fitting chart of a figure, which is built once."""
    if pages not in figure.charts:
        figure.charts[pages] = fitting_chart(flattened(figure.diagram), metrics, pages)
    return figure.charts[pages]


def fitting_chart(
    diagram: Diagram, metrics: Metrics, pages: Sequence[tuple[float, float]]
) -> tuple[Frame, bool]:
    """Return the chart of a diagram for the first page that holds it, and whether one does.

    `pages`: for each, the width of a row and the height of the chart, in the units of the metrics.
    """
    for room, height in pages:
        root = chart(diagram, metrics, room)
        if root.height <= height:
            return root, True
    return root, False


def chart_size(figure: Figure, metrics: Metrics, pages: Pages, text: str | bytes) -> ChartSize:
    """Return the size of the chart of a figure, of which `text` is the source."""
    root, fits_page = chart_of(figure, metrics, pages)
    arrows = sum(len(frame.arrows) for frame in (root, *frames(root)))
    return ChartSize(arrows=arrows, characters=len(text), fits_page=fits_page)


_SLACK = 1.3
"""Factor by which a frame with a column of boxes and its shortcuts is higher than the boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    """Builds frames. `down`: the content of each runs down; `stacks`: those in one are below each other."""

    metrics: Metrics
    room: float
    down: bool
    stacks: bool

    def column(self, frame: Frame, items: Sequence[Item]) -> Frame:
        """Return a frame filled with frames; loose items between framed groups share a row."""
        content: list[Item] = []
        for alone, run in groupby(items, key=lambda item: _is_framed_group(item) or _has_stage(item)):
            parts, name = tuple(run), f"{frame.id or 'row'}-{len(content) + 1}"
            row = Group(id=name, role=GroupRole.BLOCK, title=NOTHING, items=parts)
            content += parts if alone else (row,)
        return self.stacked(frame, content)

    def stacked(self, frame: Frame, items: Sequence[Item]) -> Frame:
        """Return a frame filled with a frame for each group."""
        walk = _Walk(builder=self, empty=frame, isolate=True)
        walk.series(items, "")
        frame = walk.frame()
        heights = [self.height_of(part) for part in frame.parts]
        between = self.metrics.line * max(0, len(heights) - 1)
        height = sum(heights) + between if frame.down else max(heights, default=0.0)
        opening = _caption(next(iter(items), None))
        return replace(frame, height=height + self.metrics.frame[1], opening=opening)

    def height_of(self, part: Node | Tag | Frame) -> float:
        """Return the estimated height of a part of a column."""
        if isinstance(part, Frame):
            return part.height
        return self.metrics.node(part)[1] if isinstance(part, Node) else self.metrics.line

    def row(self, group: Group) -> Frame:
        """Return the isolated frame of a group, broken into rows if it is too wide."""
        title = " ".join(part for part in (group.title, written_count(group)) if part)
        frame = Frame(id=group.id, title=title, role=group.role, shade=group.shade, down=self.down)
        if group.role is GroupRole.NETWORK or any(map(_is_framed_group, group.items)):
            down = self.stacks or group.role is GroupRole.NETWORK
            return self.column(replace(frame, down=down), group.items)
        items = tuple(_flattened(group.items))
        width, height = self.metrics.series(items)
        inner = replace(self, metrics=self.metrics.nested())
        rows = [items] if width <= self.room else inner.broken(items)
        if len(items) == 1 and width > self.room:
            frame = inner.stacked(replace(frame, down=True), items)
            return replace(frame, height=_SLACK * frame.height)
        if len(rows) == 1:
            walk = _Walk(builder=self, empty=frame, isolate=False)
            walk.series(group.items, "")
            height = self.metrics.column(items) if self.down else height
            return replace(walk.frame(), height=height + self.metrics.frame[1])
        parts = [
            inner.row(Group(id=f"{group.id}-row{number}", role=GroupRole.BLOCK, title=NOTHING, items=row))
            for number, row in enumerate(rows, 1)
        ]
        arrows = [Edge(tail=tail.id, head=head.id, role=EdgeRole.FLOW) for tail, head in pairwise(parts)]
        return replace(
            frame,
            parts=tuple(parts),
            arrows=tuple(arrows),
            down=True,
            height=sum(part.height + self.metrics.line for part in parts) + self.metrics.frame[1],
        )

    def broken(self, items: Sequence[Item]) -> list[tuple[Item, ...]]:
        """Break items into rows no wider than the room, an item wider than that alone in its row."""
        rows: list[list[Item]] = [[]]
        width = 0.0
        for item in items:
            size = self.metrics.size(item)[0]
            if rows[-1] and width + self.metrics.gap + size > self.room:
                rows.append([])
                width = 0.0
            width += size + (self.metrics.gap if rows[-1] else 0)
            rows[-1].append(item)
        return [tuple(row) for row in rows]


@dataclass(slots=True, kw_only=True)
class _Walk:
    """Collect the parts and the arrows of one frame in the order of the flow."""

    builder: _Builder
    empty: Frame
    isolate: bool
    parts: list[Node | Tag | Frame] = field(default_factory=list)
    arrows: list[Edge] = field(default_factory=list)
    level: list[tuple[str, str]] = field(default_factory=list)
    start: bool = False

    def frame(self) -> Frame:
        """Return the frame filled with the collected parts."""
        parts, arrows, level = tuple(self.parts), tuple(self.arrows), tuple(self.level)
        return replace(self.empty, parts=parts, arrows=arrows, start=self.start, level=level)

    def series(self, items: Iterable[Item], tail: str, label: Label = NOTHING) -> str:
        """Collect items in series behind the part `tail`; return the id of the last part."""
        for item in items:
            match item:
                case Group(role=GroupRole.NETWORK):
                    self.parts.append(self.builder.row(item))
                case Group() if self.isolate and any(nodes(item.items)):
                    self._join(tail, item.id, _caption(item) or label)
                    self.parts.append(self.builder.row(item))
                    tail = item.id
                case Group() if is_framed(item):
                    tail = self._membership(item, tail, item.caption or label)
                case Group():
                    tail = self.series(item.items, tail, item.caption or label)
                case Fork():
                    tail = self._fork(item, tail, label)
                case Dag():
                    tail = self._dag(item, tail, label)
                case Node():
                    self._join(tail, item.id, label)
                    self.parts.append(item)
                    tail = item.id
                case _:
                    assert_never(item)
            label = NOTHING
        return tail

    def _membership(self, group: Group, tail: str, label: Label) -> str:
        """Collect a repeated group inside a row: a frame round nodes that the row's arrows join directly."""
        title = written_count(group) or group.title
        frame = Frame(id=group.id, title=title, role=group.role, shade=group.shade)
        inner = self._inside(frame)
        if not tail and isinstance(next(iter(_flattened(group.items)), None), Fork):
            self.start = True
            tail = self.empty.start_id
        tail = inner.series(group.items, tail, label)
        self.parts.append(replace(inner.frame(), arrows=(), isolated=False))
        return tail

    def _inside(self, frame: Frame) -> "_Walk":
        """Return the walk of a frame round nodes, whose arrows are those of this walk."""
        return _Walk(builder=self.builder, empty=frame, isolate=False, arrows=self.arrows)

    def _join(self, tail: str, head: str, label: Label = NOTHING, role: EdgeRole = EdgeRole.FLOW) -> None:
        if tail:
            self.arrows.append(Edge(tail=tail, head=head, role=role, label=label))

    def _fork(self, fork: Fork, tail: str, label: Label) -> str:
        if not tail:
            self.start = True
            tail = self.empty.start_id
        merge, direct = fork.merge, []
        for branch in fork.branches:
            end = self.series(branch, tail, label) if branch else ""
            if end:
                self._join(end, merge.id)
                label = NOTHING
            else:
                direct.append(Edge(tail=tail, head=merge.id, role=branch_role(merge)))
        self.parts.append(merge)
        self.arrows += direct
        if fork.shortcut:
            passed = max((list(nodes(branch)) for branch in fork.branches), key=len, default=[])
            self._shortcut(fork.shortcut, tail, merge.id, passed)
        return merge.id

    def _dag(self, dag: Dag, tail: str, label: Label) -> str:
        """Collect the parts of a graph after the part `tail`; return the id of the output part."""
        ends: list[str] = []
        for outer, title, vertices in module_runs(dag):
            walk = self._inside(Frame(id=outer.id, title=title, role=outer.role)) if outer else self
            for vertex in vertices:
                items = vertex_items(vertex)
                before = "" if vertex.reads else tail
                if items and isinstance(items[0], Node) and vertex.reads:
                    for read in vertex.reads:
                        self._join(ends[read.vertex], items[0].id, read.label or label, read.role)
                elif vertex.reads:
                    before = ends[vertex.reads[0].vertex]
                words = vertex.reads[0].label if vertex.reads else label
                ends.append(walk.series(items, before, words))
            if walk is not self:
                self.parts.append(replace(walk.frame(), arrows=(), isolated=False))
        return ends[dag.output] if dag.output is not None else ""

    def _shortcut(self, link: Link, tail: str, merge: str, passed: Sequence[Node]) -> None:
        """Collect the shortcut past a branch of nodes."""
        arrows = list(link_edges(link, tail, merge))
        self.parts += link.nodes
        if len(arrows) == 1 and arrows[0].label:
            tag = Tag(id=f"{merge}-shortcut", text=arrows[0].label, role=link.role)
            self.parts.append(tag)
            ends = [(tail, tag.id), (tag.id, merge)]
            arrows = [Edge(tail=start, head=end, role=link.role) for start, end in ends]
        if passed and len(arrows) == 2:
            self.level.append((arrows[0].head, passed[(len(passed) - 1) // 2].id))
        self.arrows += arrows


def _is_framed_group(item: Item) -> bool:
    return isinstance(item, Group) and is_framed(item) and item.role is not GroupRole.BLOCK


def _caption(item: Item | None) -> Label:
    """Return the shapes at the ends of a group, or of the first group in a frame of several."""
    if not isinstance(item, Group):
        return NOTHING
    return item.caption or _caption(next(iter(item.items), None))


def _has_stage(item: Item) -> bool:
    """Return whether a fork or a block contains a stage, which needs a separate frame."""
    return any(
        _is_framed_group(inner) or _has_stage(inner) for series in inner_series(item) for inner in series
    )


def _flattened(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items without the groups that have no frame."""
    for item in items:
        if isinstance(item, Group) and not is_framed(item):
            yield from _flattened(item.items)
        else:
            yield item
