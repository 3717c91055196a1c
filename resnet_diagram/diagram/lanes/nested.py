"""Find the triangle of a U-Net++: nodes that read all before them in their row, and the one below."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import NamedTuple

from resnet_diagram.diagram.chain.graph import row_of, row_sizes
from resnet_diagram.diagram.lanes.selections import RESAMPLING
from resnet_diagram.diagram.lanes.whole import Piece, append
from resnet_diagram.spec.graph import readers
from resnet_diagram.spec.measure import in_shape, is_gate, out_shape, residual_blocks
from resnet_diagram.spec.model import Block, Element, Graph, GraphNode, Layer, Merge, Network, Stage

_LEAST_LEVELS = 3


class Triangle(NamedTuple):
    """A graph whose nodes form a triangle, the column of each, and the names of the merges each shows."""

    graph: Graph
    columns: tuple[int, ...]
    merges: tuple[tuple[str, ...], ...]


class _Cell(NamedTuple):
    """A place in a triangle: `level` from the top, `depth` from the encoder on."""

    level: int
    depth: int


def triangle(network: Network, room: int) -> Triangle | None:
    """Return the triangle of a network: an encoder, and nodes with dense skip connections.

    Returns None for other networks, and for a triangle of more than `room` cells.
    """
    nodes = [GraphNode(shape=network.input_shape)]
    outputs = append(nodes, _levels(network.elements), (0,), _levels)
    graph, merges = _joined(Graph(nodes=tuple(nodes), outputs=outputs))
    encoder = _encoder(graph)
    cells = _cells(graph, encoder) if len(encoder) >= _LEAST_LEVELS else None
    if not cells or len({*cells.values()}) > room:
        return None
    graph, cells = _with_head(graph, cells)
    names = tuple(merges.get(node.name, ()) for node in graph.nodes)
    return Triangle(graph, _columns(graph, encoder[0], cells), names)


def _opens(element: Element) -> bool:
    """Return whether an element has parts at several levels: a graph, or branches round a lower level."""
    match element:
        case Graph():
            return sum(not node.reads for node in element.nodes) == 1
        case Block():
            skips = element.shortcut is None and not is_gate(element) and () in element.branches
            return skips and any(_resamples(item) for branch in element.branches for item in branch)
        case Stage():
            return any(map(_opens, element.body))
    return False


def _spread(elements: Iterable[Element]) -> Iterator[Element]:
    """Yield elements with stages of several levels, and those of layers, opened."""
    for element in elements:
        if isinstance(element, Stage) and (_opens(element) or not residual_blocks(element)):
            yield from _spread(element.body)
        elif isinstance(element, Block) and _opens(element):
            yield from element.before
            yield replace(element, before=(), after=())
            yield from element.after
        else:
            yield element


def _levels(elements: Iterable[Element]) -> Iterator[Piece]:
    """Yield elements in runs that begin where the resolution changes; what is to be opened by itself."""
    run: list[Element] = []
    for element in _spread(elements):
        opened = element if isinstance(element, Block | Graph) and _opens(element) else None
        if run and (opened or _resamples(element) or _is_resampling(run)):
            yield tuple(run)
            run = []
        if opened:
            yield opened
        else:
            run.append(element)
    if run:
        yield tuple(run)


def _resamples(element: Element) -> bool:
    return prod(in_shape(element)[1:]) != prod(out_shape(element)[1:])


def _is_resampling(elements: Sequence[Element]) -> bool:
    """Return whether some elements are a pooling or an upsampling."""
    return len(elements) == 1 and isinstance(elements[0], Layer) and elements[0].kind in RESAMPLING


def _joined(graph: Graph) -> tuple[Graph, Mapping[str, tuple[str, ...]]]:
    """Return a graph with each concatenation that only others read as a part of these, and their names."""
    concats = [node.merge is Merge.CONCAT for node in graph.nodes]
    parts = {
        number
        for number, readings in enumerate(readers(graph))
        if concats[number] and number not in graph.outputs and all(concats[at] for at in readings)
    }
    nodes: list[GraphNode] = []
    values: list[tuple[int, ...]] = []
    names: list[tuple[str, ...]] = []
    for number, node in enumerate(graph.nodes):
        reads = tuple(value for read in node.reads for value in values[read])
        inside = (name for read in node.reads if read in parts for name in names[read])
        names.append((*inside, node.name) if node.merge else ())
        if number in parts:
            values.append(reads)
            continue
        values.append((len(nodes),))
        shares = None if node.shares is None else values[node.shares][0]
        nodes.append(replace(node, reads=reads, shares=shares))
    outputs = tuple(values[output][0] for output in graph.outputs)
    merges = {node.name: paths for node, paths in zip(graph.nodes, names, strict=True) if node.merge}
    return Graph(nodes=tuple(nodes), outputs=outputs), merges


def _encoder(graph: Graph) -> list[int]:
    """Return the nodes that lead down to the lowest level, from the level of the highest merge on."""
    sizes = row_sizes(node.shape for node in graph.nodes)
    rows = [row_of(node.shape, sizes) for node in graph.nodes]
    merged = [row for row, node in zip(rows, graph.nodes, strict=True) if node.merge and row is not None]
    lowest = [number for number, row in enumerate(rows) if row == len(sizes) - 1]
    number = next((n for n in lowest if not _is_resampling(graph.nodes[n].body)), 0)
    way: list[int] = []
    while len(graph.nodes[number].reads) == 1:
        if not _is_resampling(graph.nodes[number].body):
            way.insert(0, number)
        number = graph.nodes[number].reads[0]
    way = [number for number in way if (rows[number] or 0) >= min(merged, default=len(sizes))]
    return way if [rows[number] for number in way] == list(range(len(sizes) - len(way), len(sizes))) else []


def _cells(graph: Graph, encoder: Sequence[int]) -> Mapping[int, _Cell] | None:
    """Return the cell of each node of a triangle: of encoder levels, merges, and what follows a merge."""
    cells = {number: _Cell(level, 0) for level, number in enumerate(encoder)}
    nodes = graph.nodes
    for number, node in enumerate(nodes):
        if not node.merge:
            continue
        lower: list[_Cell | None] = []
        level: list[_Cell | None] = []
        for read in node.reads:
            is_raised = read not in cells and len(nodes[read].reads) == 1
            (lower if is_raised else level).append(cells.get(nodes[read].reads[0] if is_raised else read))
        below = lower[0] if len(lower) == 1 else None
        beside = {cell for cell in level if cell}
        if below is None or None in level or {cell.level for cell in beside} != {below.level - 1}:
            return None
        place = _Cell(below.level - 1, below.depth + 1)
        readers = [at for at, reader in enumerate(nodes) if number in reader.reads]
        if place in cells.values() or max(cell.depth for cell in beside) >= place.depth or len(readers) > 1:
            return None
        cells[number] = place
        follows = [at for at in readers if nodes[at].shape[1:] == node.shape[1:] and not nodes[at].merge]
        cells.update(dict.fromkeys(follows, place))
    levels = len(encoder)
    complete = {_Cell(level, depth) for level in range(levels) for depth in range(levels - level)}
    return cells if set(cells.values()) == complete else None


def _with_head(graph: Graph, cells: Mapping[int, _Cell]) -> tuple[Graph, Mapping[int, _Cell]]:
    """Return a graph in which what follows the last cell is a node of its own: layers that its row lacks."""
    bodies = {cell: number for number, cell in cells.items()}
    last = max(cell.depth for cell in bodies)
    number, before = bodies[_Cell(0, last)], bodies[_Cell(0, last - 1)]
    node, count = graph.nodes[number], len(graph.nodes[before].body)
    behind = node.body[count:]
    if not behind or not count:
        return graph, cells
    place = [at + (at > number) for at in range(len(graph.nodes))]
    nodes = [
        replace(other, reads=tuple(place[read] + (read == number) for read in other.reads))
        for other in graph.nodes
    ]
    cell = replace(nodes[number], body=node.body[:count], shape=out_shape(node.body[:count]))
    nodes[number : number + 1] = [cell, GraphNode(shape=node.shape, reads=(number,), body=behind)]
    outputs = tuple(place[output] + (output == number) for output in graph.outputs)
    return Graph(nodes=tuple(nodes), outputs=outputs), {place[at]: cell for at, cell in cells.items()}


def _columns(graph: Graph, first: int, cells: Mapping[int, _Cell]) -> tuple[int, ...]:
    """Return the column of each node: a merge before the part that reads it, a head with what it reads."""
    columns: list[int] = []
    inside = {graph.nodes[number].shape[1:] for number in cells}
    for number, node in enumerate(graph.nodes):
        cell = cells.get(number)
        if cell:
            columns.append(first + 2 * cell.depth - bool(node.merge))
        elif number < first:
            columns.append(number if node.shape[1:] in inside else first)
        else:
            columns.append(max(columns[read] for read in node.reads) + bool(node.merge))
    return tuple(columns)
