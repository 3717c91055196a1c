"""Convert a network to a single graph, with the chains before and after its graphs as nodes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from resnet_diagram.spec.graph import renumbered
from resnet_diagram.spec.measure import is_gate, merged_shape, out_shape, residual_blocks
from resnet_diagram.spec.model import Block, Element, Graph, GraphNode, Network, Stage

Piece = Block | Graph | tuple[Element, ...]
"""A graph or a block that is drawn open, or elements in series that are one node."""


def whole_graph(network: Network) -> Graph:
    """Return a graph of a whole network, with the network's inputs and outputs in order.

    A network that begins with a chain begins with a node that reads nothing. Graphs with residual blocks
    within chains and branches are opened.
    """
    elements = network.elements
    first = elements[0] if elements else None
    several = isinstance(first, Graph) and sum(not node.reads for node in first.nodes) > 1
    single = isinstance(first, Graph) and not several
    nodes: list[GraphNode] = [GraphNode(shape=network.input_shape)] if single else []
    pieces = _opened(elements, nested=False)
    outputs = append(nodes, pieces, (0,), _opened, lambda node: any(map(opens, node.body)))
    return Graph(nodes=tuple(nodes), outputs=outputs)


def holds_graph(element: Element, *, nested: bool = True) -> bool:
    """Return whether an element of a chain is a graph, or branches round one, that lanes draw open.

    `nested`: graphs within others only where they have residual blocks.
    """
    match element:
        case Graph():
            return not nested or len(residual_blocks(element)) > 1
        case Block():
            inside = (item for branch in element.branches for item in branch)
            return not (element.shortcut or is_gate(element)) and any(map(holds_graph, inside))
        case Stage():
            return sum(map(holds_graph, element.body)) == 1
    return False


def opens(element: Element, *, nested: bool = True) -> bool:
    """Return whether lanes draw an element open: one that holds a graph, or branches round a stage.

    The stage may belong to another module than the branches, as the end of an encoder does.
    """
    if not isinstance(element, Block) or element.shortcut or is_gate(element):
        return holds_graph(element, nested=nested)
    return any(isinstance(item, Stage) or opens(item) for branch in element.branches for item in branch)


def _opened(elements: Iterable[Element], *, nested: bool = True) -> Iterator[Piece]:
    """Yield elements in series: graphs and branches that are drawn open by themselves, others in runs."""
    for is_open, run in groupby(elements, key=lambda element: opens(element, nested=nested)):
        for element in run if is_open else ():
            match element:
                case Stage():
                    yield from _opened(element.body)
                case Block():
                    yield from filter(
                        None, (element.before, replace(element, before=(), after=()), element.after)
                    )
                case Graph():
                    yield element
        if not is_open:
            yield tuple(run)


def append(
    nodes: list[GraphNode],
    pieces: Iterable[Piece],
    values: tuple[int, ...],
    split: Callable[[Sequence[Element]], Iterator[Piece]],
    replaces: Callable[[GraphNode], bool] = lambda node: True,
) -> tuple[int, ...]:
    """Append the nodes of pieces in series behind the first of some values; return the values at their end.

    `split`: yields the pieces of a branch, and of a node of a graph that reads one value if it is replaced.
    """
    for piece in pieces:
        match piece:
            case Block():
                branches = (
                    append(nodes, split(run), values[:1], split, replaces) for run in all_branches(piece)
                )
                nodes.append(
                    GraphNode(
                        shape=merged_shape(piece),
                        reads=tuple(ends[0] for ends in branches),
                        merge=piece.merge,
                        signs=piece.signs,
                        shortcut=piece.shortcut.kind if piece.shortcut else None,
                        name=piece.name,
                    )
                )
            case Graph():
                place: dict[int, int] = {}
                several = sum(not node.reads for node in piece.nodes) > 1
                for number, node in enumerate(piece.nodes):
                    reads = tuple(place[read] for read in node.reads)
                    if not reads and not several:
                        place[number] = values[0]
                    elif len(reads) == 1 and node.shares is None and replaces(node):
                        place[number] = append(nodes, split(node.body), reads, split, replaces)[0]
                    else:
                        nodes.append(renumbered(node, place))
                        place[number] = len(nodes) - 1
                values = tuple(place[output] for output in piece.outputs)
                continue
            case _:
                nodes.append(GraphNode(shape=out_shape(piece), reads=values[:1] if nodes else (), body=piece))
        values = (len(nodes) - 1, *values[1:])
    return values


def all_branches(block: Block) -> tuple[tuple[Element, ...], ...]:
    """Return the branches of a block, and the layers of its shortcut."""
    return (*block.branches, *([block.shortcut.layers] if block.shortcut else []))


def part_of(graph: Graph, members: Sequence[int], *, outside: Sequence[int]) -> tuple[Graph, list[int]]:
    """Return some nodes of a graph as a graph of their own, and the numbers of the values that it reads.

    `outside`: the numbers of those members whose values others read.
    """
    inside = set(members)
    reads = [read for number in members for read in graph.nodes[number].reads if read not in inside]
    entering = list(dict.fromkeys(reads))
    place = {number: at for at, number in enumerate([*entering, *members])}
    nodes = [GraphNode(shape=graph.nodes[number].shape) for number in entering]
    nodes += [renumbered(graph.nodes[number], place) for number in members]
    return Graph(nodes=tuple(nodes), outputs=tuple(place[number] for number in outside)), entering
