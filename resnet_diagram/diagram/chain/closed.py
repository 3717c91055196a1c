"""Replace the graphs of a network by opaque layers, for consumers that support only series of branches."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from resnet_diagram.spec.graph import graphs, with_runs
from resnet_diagram.spec.measure import in_shape, macs, out_shape, params, residual_blocks, walk
from resnet_diagram.spec.model import Element, Graph, Layer, LayerKind, Network
from resnet_diagram.spec.paths import abbreviated, common_path, outer_paths, with_outer
from resnet_diagram.spec.traits import WEIGHTED
from resnet_diagram.wording.modules import Classes, classes_of, list_of_modules
from resnet_diagram.wording.vocabulary import Word


def closed(network: Network) -> Network:
    """Return a network with an opaque layer in place of each graph; the network itself if it has none.

    The chain of stages and blocks that a graph of the body begins with stays open; the layer behind it names
    the modules in it, and the network's inputs and outputs if it has several.
    """
    if not any(graphs(network)):
        return network
    classes = classes_of(network)

    def run(elements: Iterable[Element]) -> tuple[Element, ...]:
        return tuple(map(shut, elements))

    def shut(element: Element) -> Element:
        if not isinstance(element, Graph):
            return with_runs(element, run)
        contents = [inner for node in element.nodes for inner in node.body]
        return _box(element, contents, in_shape(element), _modules(contents, (), classes))

    body: list[Element] = []
    for element in network.body:
        if not isinstance(element, Graph):
            body += run((element,))
            continue
        trunk = _trunk(element)
        open_elements = [inner for number in trunk for inner in element.nodes[number].body]
        rest = [inner for k, node in enumerate(element.nodes) if k not in trunk for inner in node.body]
        words = [_modules(rest, open_elements, classes)]
        for name, ports in (("inputs", network.inputs), ("outputs", network.outputs)):
            listed = abbreviated(port.name for port in ports)
            words += [f"({name}: {listed})"] if len(ports) > 1 and listed else []
        shape = element.nodes[trunk[-1] if trunk else 0].shape
        body += [*run(open_elements), _box(element, rest, shape, " ".join(words))]
    return replace(network, stem=run(network.stem), body=tuple(body), head=run(network.head))


def _trunk(graph: Graph) -> list[int]:
    """Return the numbers of the nodes with blocks that follow each other from the first input of a graph."""
    numbers: list[int] = []
    at = 0
    for number, node in enumerate(graph.nodes):
        if node.reads == (at,) and node.body and residual_blocks(node.body):
            numbers.append(number)
            at = number
    return numbers


def _modules(contents: Sequence[Element], drawn: Sequence[Element], classes: Classes) -> str:
    """Return the names of the outermost modules that run more of some elements than of the blocks `drawn`."""
    paths = [layer.name for layer in walk(contents) if layer.kind in WEIGHTED and layer.name]
    sizes = Counter[str]()
    for elements, sign in ((contents, 1), (residual_blocks(drawn), -1)):
        for layer in walk(elements):
            sizes.update(dict.fromkeys(with_outer(layer.name), sign * (1 + layer.params)))
    outermost = [
        next((outer for outer in with_outer(path) if sizes[outer] > 0), path.split(".")[0]) for path in paths
    ]
    names = [path for path in outermost if set(outermost).isdisjoint(outer_paths(path))]
    prefixes = with_outer(common_path(paths))[::-1] if len(set(names)) == 1 and len(set(paths)) > 1 else []
    lists = (list_of_modules(modules, classes) for modules in (*([path] for path in prefixes), names))
    return next(filter(None, lists), Word.GRAPH.value)


def _box(graph: Graph, contents: Sequence[Element], shape: tuple[int, ...], op: str) -> Layer:
    return Layer(
        kind=LayerKind.OPAQUE,
        op=op,
        name=graph.name,
        in_shape=shape,
        out_shape=out_shape(graph),
        params=params(contents),
        macs=macs(contents),
    )
