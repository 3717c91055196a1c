"""Networks with graphs as one layer each, for readers that know series of branches only."""

from collections.abc import Iterable
from dataclasses import replace

from resnet_diagram.spec.measure import graphs, in_shape, macs, out_shape, params
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Network, Shortcut, Stage


def closed(network: Network) -> Network:
    """Return a network with an opaque layer in place of each graph; the network itself if it has none."""
    if next(graphs(network), None) is None:
        return network
    return replace(network, stem=_run(network.stem), body=_run(network.body), head=_run(network.head))


def _run(elements: Iterable[Element]) -> tuple[Element, ...]:
    return tuple(_closed(element) for element in elements)


def _closed(element: Element) -> Element:
    match element:
        case Graph():
            return Layer(
                kind=LayerKind.OPAQUE,
                op="graph",
                name=element.name,
                in_shape=in_shape(element),
                out_shape=out_shape(element),
                params=params(element),
                macs=macs(element),
            )
        case Stage():
            return replace(element, body=_run(element.body))
        case Block():
            shortcut = element.shortcut and Shortcut(
                kind=element.shortcut.kind, layers=_run(element.shortcut.layers)
            )
            return replace(element, branches=tuple(map(_run, element.branches)), shortcut=shortcut)
    return element
