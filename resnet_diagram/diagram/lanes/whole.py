"""Convert a network to a single graph, with the chains before and after its graphs as nodes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from resnet_diagram.spec.measure import is_gate, merged_shape, out_shape, residual_blocks
from resnet_diagram.spec.model import Block, Element, Graph, GraphNode, Network, Stage


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
    outputs = _run(nodes, elements, (0,), nested=False)
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


def _run(
    nodes: list[GraphNode], elements: Sequence[Element], values: tuple[int, ...], *, nested: bool = True
) -> tuple[int, ...]:
    """Append the nodes of a run of elements behind the first of some values; return the values at its end."""
    for is_open, run in groupby(elements, key=lambda element: opens(element, nested=nested)):
        parts = tuple(run)
        for element in parts if is_open else ():
            values = _open(nodes, element, values)
        if not is_open:
            reads = values[:1] if nodes else ()
            nodes.append(GraphNode(shape=out_shape(parts), reads=reads, body=parts))
            values = (len(nodes) - 1, *values[1:])
    return values


def _open(nodes: list[GraphNode], element: Element, values: tuple[int, ...]) -> tuple[int, ...]:
    match element:
        case Graph():
            return append_graph(nodes, element, values[0], _run, opens=_holds_open)
        case Stage():
            return _run(nodes, element.body, values)
        case Block():
            return (_branches(nodes, element, values[0]), *values[1:])
    return values


def _holds_open(node: GraphNode) -> bool:
    return any(map(opens, node.body))


def _branches(nodes: list[GraphNode], block: Block, value: int) -> int:
    """Append the nodes of the branches of a block, and its merge; return the number of the last."""
    (start, *_) = _run(nodes, block.before, (value,))
    reads = tuple(_run(nodes, branch, (start,))[0] for branch in block.branches)
    node = GraphNode(
        shape=merged_shape(block), reads=reads, merge=block.merge, signs=block.signs, name=block.name
    )
    nodes.append(node)
    return _run(nodes, block.after, (len(nodes) - 1,))[0]


def append_graph(
    nodes: list[GraphNode],
    graph: Graph,
    value: int,
    run: Callable[[list[GraphNode], Sequence[Element], tuple[int, ...]], tuple[int, ...]],
    *,
    opens: Callable[[GraphNode], bool],
) -> tuple[int, ...]:
    """Append the nodes of a graph whose only input is `value`; return the numbers of its outputs.

    `opens`: whether a node that reads one value is replaced by the nodes that `run` appends for its body.
    """
    place: list[int] = []
    several = sum(not node.reads for node in graph.nodes) > 1
    for node in graph.nodes:
        reads = tuple(place[read] for read in node.reads)
        if not node.reads and not several:
            place.append(value)
        elif len(reads) == 1 and node.shares is None and opens(node):
            place.append(run(nodes, node.body, reads)[0])
        else:
            shares = None if node.shares is None else place[node.shares]
            nodes.append(replace(node, reads=reads, shares=shares))
            place.append(len(nodes) - 1)
    return tuple(place[output] for output in graph.outputs)


def part_of(graph: Graph, members: Sequence[int], *, outside: Sequence[int]) -> tuple[Graph, list[int]]:
    """Return some nodes of a graph as a graph of their own, and the numbers of the values that it reads.

    `outside`: the numbers of those members whose values others read.
    """
    inside = set(members)
    reads = [read for number in members for read in graph.nodes[number].reads if read not in inside]
    entering = list(dict.fromkeys(reads))
    place = {number: at for at, number in enumerate([*entering, *members])}
    nodes = [GraphNode(shape=graph.nodes[number].shape) for number in entering]
    for number in members:
        node = graph.nodes[number]
        shares = node.shares if node.shares is None else place.get(node.shares)
        nodes.append(replace(node, reads=tuple(place[read] for read in node.reads), shares=shares))
    return Graph(nodes=tuple(nodes), outputs=tuple(place[number] for number in outside)), entering
