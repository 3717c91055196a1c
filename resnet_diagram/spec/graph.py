"""The elements directly inside a part, the graphs in it, and the merges of a graph as blocks."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from resnet_diagram.spec.model import (
    Block,
    Element,
    Graph,
    GraphNode,
    Layer,
    LayerKind,
    Merge,
    Network,
    Shape,
    Shortcut,
    ShortcutKind,
    Stage,
)

Part = Network | Element | Shortcut | Iterable[Element]
Container = TypeVar("Container", Network, Layer, Block, Stage, Graph, Element, Shortcut)
Vertex = TypeVar("Vertex", bound=Hashable)


def reachable(starts: Iterable[Vertex], following: Callable[[Vertex], Iterable[Vertex]]) -> Iterator[Vertex]:
    """Yield the vertices of a graph that some lead to, these included, each once.

    >>> sorted(reachable([3], lambda number: [number // 2, number - 1] if number > 1 else []))
    [1, 2, 3]
    """
    waiting = list(starts)
    visited: set[Vertex] = set()
    while waiting:
        vertex = waiting.pop()
        if vertex not in visited:
            visited.add(vertex)
            yield vertex
            waiting += following(vertex)


def readers(graph: Graph) -> list[list[int]]:
    """Return the numbers of the nodes that read each node of a graph."""
    result: list[list[int]] = [[] for _ in graph.nodes]
    for number, node in enumerate(graph.nodes):
        for read in node.reads:
            result[read].append(number)
    return result


def renumbered(node: GraphNode, place: Mapping[int, int]) -> GraphNode:
    """Return a node of a graph with the new numbers of the nodes that it reads, and shares layers with."""
    shares = None if node.shares is None else place.get(node.shares)
    return replace(node, reads=tuple(place[read] for read in node.reads), shares=shares)


def parts(part: Network | Element | Shortcut) -> tuple[tuple[Element, ...], ...]:
    """Return the runs of elements directly inside a part, in flow order; a layer has none.

    A block has `before`, each branch, the shortcut's layers (if it has a shortcut) and `after`.
    """
    match part:
        case Network():
            return (part.stem, part.body, part.head)
        case Stage():
            return (part.body,)
        case Shortcut():
            return (part.layers,)
        case Block():
            return (part.before, *part.branches, part.shortcut.layers if part.shortcut else (), part.after)
        case Graph():
            return tuple(node.body for node in part.nodes)
        case Layer():
            return ()


def graph_inputs(graph: Graph) -> tuple[Shape, ...]:
    """Return the shapes of the inputs of a graph."""
    return tuple(node.shape for node in graph.nodes if not node.reads)


def with_runs(part: Container, change: Callable[[tuple[Element, ...]], tuple[Element, ...]]) -> Container:
    """Return a part with each run of elements directly inside it changed; a layer is returned as it is."""
    match part:
        case Network():
            return replace(part, stem=change(part.stem), body=change(part.body), head=change(part.head))
        case Stage():
            return replace(part, body=change(part.body))
        case Shortcut():
            return replace(part, layers=change(part.layers))
        case Block():
            before, after = (
                tuple(item for item in change(run) if isinstance(item, Layer))
                for run in (part.before, part.after)
            )
            branches = tuple(map(change, part.branches))
            shortcut = part.shortcut and with_runs(part.shortcut, change)
            return replace(part, before=before, branches=branches, shortcut=shortcut, after=after)
        case Graph():
            return replace(part, nodes=tuple(replace(node, body=change(node.body)) for node in part.nodes))
    return part


def all_elements(part: Network | Element | Shortcut) -> Iterator[Element]:
    """Yield every element inside a part, outer ones before those inside them."""
    waiting = [*chain(*parts(part))][::-1]
    while waiting:
        element = waiting.pop()
        yield element
        if not isinstance(element, Layer):
            waiting += [*chain(*parts(element))][::-1]


def graphs(part: Part) -> Iterator[Graph]:
    """Yield every graph of a part, outer ones before those inside them."""
    if isinstance(part, Graph):
        yield part
    if isinstance(part, Network | Shortcut | Element):
        yield from (element for element in all_elements(part) if isinstance(element, Graph))
    else:
        for element in part:
            yield from graphs(element) if not isinstance(element, Layer) else ()


def merge_block(graph: Graph, number: int) -> Block:
    """Return a merge of a graph as a block.

    The branch of a residual addition is all that leads to it from the value where its shortcut begins. Other
    merges have one branch for each value: the chain that ends in it.
    """
    node = graph.nodes[number]
    merge = node.merge or Merge.ADD
    if node.shortcut is None:
        branches = tuple(graph.nodes[read].body for read in node.reads)
        axis = node_axis(graph, node)
        return Block(name=node.name, branches=branches, merge=merge, signs=node.signs, axis=axis)
    *operands, last = node.reads
    on_it = graph.nodes[last].body if node.shortcut is not ShortcutKind.IDENTITY else ()
    origin = graph.nodes[last].reads[0] if on_it else last
    steps = between(graph, origin, operands) or tuple(operands)
    main = tuple(element for step in steps for element in graph.nodes[step].body)
    if main and isinstance(main[0], Layer) and main[0].in_shape != graph.nodes[origin].shape:
        main = (_reshape(graph.nodes[origin].shape, main[0].in_shape), *main)
    if main and isinstance(main[-1], Layer) and main[-1].out_shape != node.shape:
        main = (*main, _reshape(main[-1].out_shape, node.shape))
    shortcut = Shortcut(kind=node.shortcut, layers=on_it)
    return Block(name=node.name, branches=(main,), shortcut=shortcut, merge=merge)


def _reshape(before: Shape, after: Shape) -> Layer:
    """Return a layer in place of the merges that change the shape at an end of a branch in a graph."""
    return Layer(kind=LayerKind.RESHAPE, op="reshape", in_shape=before, out_shape=after)


def node_axis(graph: Graph, node: GraphNode) -> int:
    """Return the axis along which a concatenation in a graph joins values, 0 for other merges."""
    shapes = [graph.nodes[read].shape for read in node.reads]
    if node.merge is not Merge.CONCAT or len({len(shape) for shape in (*shapes, node.shape)}) > 1:
        return 0
    return next((axis for axis, size in enumerate(node.shape) if size != shapes[0][axis]), 0)


def between(graph: Graph, origin: int, ends: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers of the nodes that `origin` leads to and that lead to `ends`, these included."""
    behind = {origin}
    for number in range(origin + 1, max(ends, default=origin) + 1):
        if behind.intersection(graph.nodes[number].reads):
            behind.add(number)

    def inner(numbers: Iterable[int]) -> list[int]:
        return [number for number in numbers if number in behind and number != origin]

    return tuple(sorted(reachable(inner(ends), lambda number: inner(graph.nodes[number].reads))))


def shortcut_nodes(graph: Graph) -> set[int]:
    """Return the numbers of the nodes that lie on shortcuts of a graph."""
    ends = {node.reads[-1] for node in graph.nodes if node.shortcut not in (None, ShortcutKind.IDENTITY)}
    return {end for end in ends if graph.nodes[end].body}


def aggregated_steps(block: Block) -> Iterator[tuple[Block, tuple[Element, ...]]]:
    """Yield the steps of a chain whose input and whose values are all concatenated, each with its block.

    A dense layer has one step. Lee et al. 2019, "An Energy and GPU-Computation Efficient Backbone Network"
    (VoVNet), has several: concatenations that go on in one another.
    """
    empty, steps = block.branches if len(block.branches) == 2 else ((), ())
    if block.merge is not Merge.CONCAT or empty or not steps:
        return
    *run, last = steps
    if run and isinstance(last, Block) and not (last.before or last.after) and any(aggregated_steps(last)):
        yield block, tuple(run)
        yield from aggregated_steps(last)
    else:
        yield block, steps
