"""Replace the graphs of a network by opaque layers, for consumers that support only series of branches."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from resnet_diagram.spec.graph import graphs, with_runs
from resnet_diagram.spec.measure import in_shape, macs, out_shape, params, residual_blocks, walk
from resnet_diagram.spec.model import Element, Graph, Layer, LayerKind, Network, Stage
from resnet_diagram.spec.paths import abbreviated, common_path
from resnet_diagram.spec.traits import WEIGHTED


def closed(network: Network) -> Network:
    """Return a network with an opaque layer in place of each graph; the network itself if it has none.

    The chain of stages and blocks that a graph of the body begins with stays open; the layer behind it names
    the modules and outputs in it, and what it reads besides the end of that chain.
    """
    if not any(graphs(network)):
        return network
    body: list[Element] = []
    for element in network.body:
        if isinstance(element, Graph):
            body += _opened(element, network, body[-1] if body else None)
        else:
            body += _run((element,))
    return replace(network, stem=_run(network.stem), body=tuple(body), head=_run(network.head))


def _opened(graph: Graph, network: Network, before: Element | None) -> list[Element]:
    """Return the trunk of a graph, and a layer for all else that names what it reads, holds and returns."""
    trunk = _trunk(graph)
    elements = [element for number in trunk for element in _run(graph.nodes[number].body)]
    rest = [element for k, node in enumerate(graph.nodes) if k not in trunk for element in node.body]
    starts = abbreviated(_starts(graph, trunk, network, before))
    ends = abbreviated(port.name for port in network.outputs) if len(graph.outputs) > 1 else ""
    words = [f"{starts} →" * bool(starts), _modules(rest), f"→ {ends}" * bool(ends)]
    shape = graph.nodes[trunk[-1] if trunk else 0].shape
    box = _box(graph, rest, shape, " ".join(filter(None, words)) or "graph")
    return [*elements, box]


def _starts(graph: Graph, trunk: Sequence[int], network: Network, before: Element | None) -> list[str]:
    """Return the names of the inputs of a graph of several, and of what its rest reads along the trunk.

    `before`: the element whose value the graph reads.
    """
    inputs = network.inputs if sum(not node.reads for node in graph.nodes) > 1 else ()
    read = {at for k, node in enumerate(graph.nodes) if k not in trunk for at in node.reads}
    names: list[str] = []
    for number in [0, *trunk][:-1]:
        body = graph.nodes[number].body or ((before,) if before else ())
        if body and (number in read or number in graph.outputs):
            stages = common_path(element.name for element in body if isinstance(element, Stage))
            names.append(stages or common_path(layer.name for layer in walk(body)) or _modules(body))
    shared = common_path(names) if len(names) > 1 else ""
    return [*(port.name for port in inputs), *(name.removeprefix(f"{shared}.") for name in names)]


def _trunk(graph: Graph) -> list[int]:
    """Return the numbers of the nodes with blocks that follow each other from the first input of a graph."""
    numbers: list[int] = []
    at = 0
    for number, node in enumerate(graph.nodes):
        if node.reads == (at,) and node.body and residual_blocks(node.body):
            numbers.append(number)
            at = number
    return numbers


def _modules(elements: Iterable[Element]) -> str:
    """Return the outermost modules of some elements, the first few by name."""
    working = (layer for layer in walk(elements) if layer.params or layer.kind in WEIGHTED)
    return abbreviated(dict.fromkeys(layer.name.split(".")[0] for layer in working))


def _box(graph: Graph, inside: Sequence[Element], shape: tuple[int, ...], op: str) -> Layer:
    return Layer(
        kind=LayerKind.OPAQUE,
        op=op,
        name=graph.name,
        in_shape=shape,
        out_shape=out_shape(graph),
        params=params(inside),
        macs=macs(inside),
    )


def _run(elements: Iterable[Element]) -> tuple[Element, ...]:
    return tuple(_closed(element) for element in elements)


def _closed(element: Element) -> Element:
    if isinstance(element, Graph):
        inside = [inner for node in element.nodes for inner in node.body]
        return _box(element, inside, in_shape(element), "graph")
    return with_runs(element, _run)
