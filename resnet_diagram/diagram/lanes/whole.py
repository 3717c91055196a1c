"""A network as one graph, with the chains before and behind its own graphs as nodes."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from resnet_diagram.spec.measure import out_shape
from resnet_diagram.spec.model import Graph, GraphNode, Network


def whole_graph(network: Network) -> Graph:
    """Return a graph of all of a network; its inputs and outputs are those of the network, in order.

    A network that begins with a chain begins with a node that reads nothing.
    """
    elements = (*network.stem, *network.body, *network.head)
    first = elements[0] if elements else None
    several = isinstance(first, Graph) and sum(not node.reads for node in first.nodes) > 1
    single = isinstance(first, Graph) and not several
    nodes: list[GraphNode] = [GraphNode(shape=network.input_shape)] if single else []
    outputs: tuple[int, ...] = (0,)
    for is_graph, run in groupby(elements, key=lambda element: isinstance(element, Graph)):
        parts = tuple(run)
        for graph in parts if is_graph else ():
            assert isinstance(graph, Graph)
            outputs = _append(nodes, graph, outputs[0])
        if not is_graph:
            reads = outputs[:1] if nodes else ()
            nodes.append(GraphNode(shape=out_shape(parts), reads=reads, body=parts))
            outputs = (len(nodes) - 1, *outputs[1:])
    return Graph(nodes=tuple(nodes), outputs=outputs)


def _append(nodes: list[GraphNode], graph: Graph, value: int) -> tuple[int, ...]:
    """Append the nodes of a graph whose only input is `value`; return the numbers of its outputs."""
    place: list[int] = []
    several = sum(not node.reads for node in graph.nodes) > 1
    for node in graph.nodes:
        if not node.reads and not several:
            place.append(value)
            continue
        shares = None if node.shares is None else place[node.shares]
        nodes.append(replace(node, reads=tuple(place[read] for read in node.reads), shares=shares))
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
