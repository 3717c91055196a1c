"""Convert graphs of a network to graphs of a diagram: parts, connections and rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, replace
from math import prod
from typing import TYPE_CHECKING

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.chain.cascades import cascades, step_copies
from resnet_diagram.diagram.model import NO_ORIGIN, Dag, Item, Node, NodeRole, Origin, Overview, Read, Vertex
from resnet_diagram.diagram.origin import origin
from resnet_diagram.diagram.roles import edge_role, merge_role
from resnet_diagram.diagram.walk import row_read, with_ranked_rows
from resnet_diagram.spec.graph import node_axis
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Element, Graph, GraphNode, Layer, LayerKind, Merge, Shape
from resnet_diagram.spec.settings import INPUT, setting
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.traits import FOLLOWING, is_shown
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.layers import layer_lines, names_only
from resnet_diagram.wording.shapes import resolution_text, shape_label
from resnet_diagram.wording.symbols import APPROXIMATELY
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

if TYPE_CHECKING:
    from resnet_diagram.diagram.chain.blocks import BuildContext

Part = tuple[Item, ...] | Overview
Items = Callable[[Iterable[Element], str, "BuildContext"], tuple[Item, ...]]
Drawn = Callable[[int, GraphNode], Sequence[Part]]
"""Return the parts, in series, that draw a node of a graph; nothing for a node that is not draw."""

_ONE_ROW = 1.5
"""Ratio of the sizes of two resolutions, in positions, up to which they share a row."""
_ON_THE_WAY = frozenset({LayerKind.UPSAMPLE, LayerKind.POOL})


def row_sizes(shapes: Iterable[Shape]) -> tuple[Shape, ...]:
    """Return the resolution of each row, finest first.

    Single positions have no row of their own, nor have lists of values, such as boxes, beside maps.
    """
    given = {shape[1:] for shape in shapes if prod(shape[1:]) > 1}
    dims = max(map(len, given), default=0)
    sizes = sorted((size for size in given if len(size) == dims), key=prod, reverse=True)
    rows: list[Shape] = []
    for size in sizes:
        if not rows or prod(rows[-1]) >= _ONE_ROW * prod(size):
            rows.append(size)
    return tuple(rows) or ((),)


def row_of(shape: Shape, sizes: Sequence[Shape]) -> int | None:
    """Return the row of a value; None for a list beside maps or a single position: the row of its source."""
    if prod(shape[1:]) <= 1 or len(shape[1:]) < len(sizes[0]):
        return None
    return next((at for at, size in enumerate(sizes) if prod(size) < _ONE_ROW * prod(shape[1:])), 0)


@dataclass(kw_only=True)
class DagDraft:
    """A graph of a diagram under construction.

    `values`: for each node of the spec, the vertex and port that yield its value, with the resamplings that
    are written at the arrow to its only reader. `columns`: fixed column of each node, such as in a U-Net++.
    `on_arrows`: also write resampling convolutions at arrows, and resamplings before any vertex.
    """

    graph: Graph
    prefix: str
    sizes: Sequence[Shape]
    columns: Sequence[int] = ()
    on_arrows: bool = False
    vertices: list[Vertex] = field(default_factory=list)
    values: dict[int, Read] = field(default_factory=dict)

    def add(self, content: Part, reads: tuple[Read, ...], *shapes: Shape) -> int:
        """Add a vertex that yields values of some shapes; return its number."""
        before = [row_read(self.vertices, read) for read in reads] or [0]
        alike = len(shapes) == len(reads)
        ranks = [row_of(shape, self.sizes) for shape in shapes]
        rows = [before[at if alike else 0] if row is None else row for at, row in enumerate(ranks)]
        number = len(self.vertices)
        name = (
            content[0].id if isinstance(content, tuple) and content and isinstance(content[0], Node) else ""
        )
        self.vertices.append(
            Vertex(
                id=name or f"{self.prefix}-part{number + 1}",
                content=content,
                reads=reads,
                row=min(rows),
                ports=len(rows),
                rows=tuple(rows) if len(set(rows)) > 1 else (),
            )
        )
        return number

    def reads(self, node: GraphNode) -> tuple[Read, ...]:
        """Return the values that a node reads; of a residual addition the last one is the shortcut."""
        result = [self.values[number] for number in node.reads]
        if node.shortcut is not None:
            result[-1] = replace(result[-1], role=edge_role(node.shortcut))
        names = sorted({str(setting(layer, INPUT)) for layer in walk(node.body) if setting(layer, INPUT)})
        if names and len(names) == len(result) - 1:
            result[1:] = [replace(read, label=literal(n)) for read, n in zip(result[1:], names, strict=True)]
        return tuple(dict.fromkeys(result))

    def node(self, number: int, draw: Drawn) -> None:
        """Add the vertices of a node."""
        node = self.graph.nodes[number]
        reads = self.reads(node)
        if self._is_on_the_way(number):
            layers = [layer for layer in walk(node.body) if is_shown(layer) or layer.params]
            main = [layer for layer in layers if layer.kind not in FOLLOWING]
            words = [*map(_brief, main), names_only([layer for layer in layers if layer not in main])]
            read, label = reads[0], Label(*filter(None, words), joint=", ")
            shown = origin(node.body)
            self.values[number] = Read(vertex=read.vertex, port=read.port, label=label, origin=shown)
            return
        before = len(self.vertices)
        parts = draw(number, node)
        for content in parts:
            shape = node.shape if content is parts[-1] else _shape_of(content, node.shape)
            reads = (Read(vertex=self.add(content, reads, shape)),)
        for at in range(before, len(self.vertices) if self.columns else 0):
            column = (self.columns[number], at - before)
            self.vertices[at] = replace(self.vertices[at], column=column)
        if not parts and not node.reads:
            reads = (Read(vertex=self.add((), (), node.shape)),)
        self.values[number] = reads[0]

    def steps(self, hidden: Sequence[int], box: Node) -> None:
        """Add a box for the steps of a cascade behind the first, which yields their values."""
        outside = [read for number in hidden for read in self.graph.nodes[number].reads if read < hidden[0]]
        reads = tuple(dict.fromkeys(self.values[read] for read in sorted(set(outside), reverse=True)))
        read = Read(vertex=self.add((box,), reads, self.graph.nodes[hidden[-1]].shape))
        self.values |= dict.fromkeys(hidden, read)

    def end(self, name: str, lines: tuple[Label, ...], output: int) -> None:
        """Add an output: words at the end of the line."""
        node = Node(id=name, role=NodeRole.TERMINAL, lines=lines)
        read = self.values[output]
        row, column = row_read(self.vertices, read), self.vertices[read.vertex].column
        end = Vertex(id=name, content=(node,), reads=(read,), row=row, last=True, column=column)
        self.vertices.append(end)

    def _is_on_the_way(self, number: int) -> bool:
        """Return whether a node is a resampling between two rows that only one merge, or part, reads."""
        node = self.graph.nodes[number]
        layers = [
            layer
            for layer in walk(node.body)
            if layer.params or (is_shown(layer) if self.on_arrows else layer.kind in _ON_THE_WAY)
        ]
        layers = [layer for layer in layers if not self.on_arrows or layer.kind not in FOLLOWING]
        limit = 2 if self.on_arrows and layers and layers[0].kind is LayerKind.UPSAMPLE else 1
        if len(node.reads) != 1 or not 1 <= len(layers) <= limit:
            return False
        if not all(isinstance(part, Layer) for part in node.body):
            return False
        plain = (layers[0].kind in _ON_THE_WAY and not layers[0].params) or layers[0].op == "subsample"
        learned = self.on_arrows and layers[0].kind is LayerKind.CONV and node.reads != (0,)
        before = row_of(self.graph.nodes[node.reads[0]].shape, self.sizes)
        after = row_of(node.shape, self.sizes)
        moved = before is not None and after is not None and before != after
        if not moved or not (plain or learned):
            return False
        readers = [reader for reader in self.graph.nodes if number in reader.reads]
        if self.on_arrows and not self.columns and (before or 0) > (after or 0):
            return any(reader.merge for reader in readers) or len(readers) == 1
        return len(readers) == 1 and (readers[0].merge is not None or self.on_arrows)

    def finish(self, *, output: int | None, rows: bool = False, notes: tuple[Label, ...] = ()) -> Dag:
        """Return the graph with rows numbered without gaps."""
        vertices, used = with_ranked_rows(self.vertices)
        words = tuple(self._row_label(row) for row in used) if rows else ()
        return Dag(vertices=vertices, output=output, rows=words if len(words) > 1 else (), notes=notes)

    def _row_label(self, row: int) -> Label:
        """Return the resolution of most values in a row, with "≈" where others differ from it."""
        shapes = [self.graph.nodes[number].shape for number in self.values]
        shapes = [shape for shape in shapes if row_of(shape, self.sizes) == row]
        counts = Counter(shape[1:] for shape in shapes) or Counter([self.sizes[row]])
        sign = f"{APPROXIMATELY} " if len(counts) > 1 else ""
        return literal(sign + resolution_text(counts.most_common(1)[0][0]), Kind.SHAPE)


def _shape_of(content: Part, default: Shape) -> Shape:
    """Return the output shape of a part, from the last bar of its overview; else `default`."""
    bars = content.frames[-1].bars if isinstance(content, Overview) else ()
    text = bars[-1].origin.shape if bars else ""
    sizes = tuple(int(size) for size in text.split("×")) if text else ()
    return (sizes[-1], *sizes[:-1]) if sizes else default


def _brief(layer: Layer) -> Label:
    """Return a resampling in words as short as can be, such as "upsample ×2"."""
    if layer.kind is not LayerKind.UPSAMPLE or not all(layer.in_shape):
        return layer_lines(layer)[0]
    factors = {after / before for before, after in zip(layer.in_shape[1:], layer.out_shape[1:], strict=False)}
    return phrase(Kind.OPERATOR, Word.UPSAMPLE_BY, f"{max(factors, default=1.0):.3g}")


def merge_vertex(name: str, graph: Graph, number: int, shade: int, paths: tuple[str, ...]) -> Node:
    """Return the node of a merge in a graph."""
    node = graph.nodes[number]
    role, symbol = merge_role(node.merge or Merge.ADD, node.signs, node_axis(graph, node))
    return Node(
        id=name,
        role=role,
        lines=(symbol,),
        shade=shade,
        origin=Origin(paths=paths, shape=shape_text(node.shape)) if paths else NO_ORIGIN,
    )


def output_lines(names: Sequence[str], number: int) -> tuple[Label, ...]:
    """Return the words at an output: its name, or its number."""
    name = names[number] if number < len(names) else ""
    return (literal(name) if name else phrase(Kind.NAME, Word.OUTPUT, number + 1),)


def dag(graph: Graph, prefix: str, context: "BuildContext", items: Items) -> Dag:
    """Return the graph of a diagram that shows a graph of the network; long cascades are drawn in part."""
    inner = context.names.numbered(prefix, "graph")
    copies = context.copies.get(id(graph), (graph,))
    runs = cascades(graph) if context.folds else ()
    served = step_copies(copies, runs)
    context = context._replace(titled=not context.folds, copies={**context.copies, **served})
    inputs = [number for number, node in enumerate(graph.nodes) if not node.reads]

    def draw(number: int, node: GraphNode) -> list[tuple[Item, ...]]:
        if not node.reads and len(inputs) > 1:
            name = (*context.ends[0], *[""] * len(inputs))[inputs.index(number)]
            lines = (*([literal(name)] if name else []), shape_label(node.shape))
            return [(Node(id=f"{inner}-input{number + 1}", role=NodeRole.INPUT, lines=lines),)]
        if node.merge is None:
            part = items(node.body, inner, context)
            return [part] if part else []
        alike = next((run.alike(number) for run in runs if number in run.steps[0]), (number,))
        paths = [copy.nodes[at].name for copy in copies if isinstance(copy, Graph) for at in alike]
        name = context.names.numbered(inner, merge_role(node.merge, node.signs)[0].value)
        return [(merge_vertex(name, graph, number, context.shade, tuple(filter(None, paths))),)]

    draft = DagDraft(graph=graph, prefix=inner, sizes=row_sizes(node.shape for node in graph.nodes))
    for place in range(len(graph.nodes)):
        run = next((run for run in runs if place in run.hidden), None)
        if run is None:
            draft.node(place, draw)
        elif place == run.hidden[0]:
            words = (counted(len(run.steps) - 1, phrase(Kind.BLOCK, Word.SUCH_STEP)),)
            name = context.names.numbered(inner, "steps")
            draft.steps(run.hidden, Node(id=name, role=NodeRole.BLOCK, lines=words, shade=context.shade))
    if len(graph.outputs) == 1:
        return draft.finish(output=draft.values[graph.outputs[0]].vertex)
    for place, output in enumerate(graph.outputs):
        draft.end(f"{inner}-output{place + 1}", output_lines(context.ends[1], place), output)
    return draft.finish(output=None)
