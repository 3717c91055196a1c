"""Networks whose parts have names of their own, so that no part is accounted for by another of its name."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from resnet_diagram.spec.model import Block, Element, Graph, Layer, Network, Stage


def identified(network: Network) -> Network:
    """Return a network in which parts without a name are called by their number, as those of one name are."""
    counts: Counter[str] = Counter()

    def name(path: str) -> str:
        counts[path] += 1
        number = f"#{counts[path]}"
        return path if path and counts[path] == 1 else f"{path}.{number}" if path else number

    def run(elements: Iterable[Element]) -> tuple[Element, ...]:
        return tuple(map(one, elements))

    def layers(elements: Iterable[Layer]) -> tuple[Layer, ...]:
        return tuple(replace(layer, name=name(layer.name)) for layer in elements)

    def one(element: Element) -> Element:
        match element:
            case Layer():
                return replace(element, name=name(element.name))
            case Stage():
                return replace(element, name=name(element.name), body=run(element.body))
            case Block():
                shortcut = element.shortcut
                return replace(
                    element,
                    name=name(element.name),
                    before=layers(element.before),
                    branches=tuple(map(run, element.branches)),
                    shortcut=shortcut and replace(shortcut, layers=run(shortcut.layers)),
                    after=layers(element.after),
                )
            case Graph():
                nodes = (
                    replace(node, body=run(node.body), name=name(node.name) if node.merge else node.name)
                    for node in element.nodes
                )
                return replace(element, name=name(element.name), nodes=tuple(nodes))

    return replace(network, stem=run(network.stem), body=run(network.body), head=run(network.head))
