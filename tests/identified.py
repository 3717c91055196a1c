"""Networks whose parts have names of their own, so that no part is accounted for by another of its name."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from resnet_diagram.spec.model import Block, Element, Graph, GraphNode, Layer, Network, Stage


def identified(network: Network) -> Network:
    """Return a network in which parts without a name are called by their number, as those of one name are.

    Layers that run on several values and are drawn as one box ("shared by 5 levels") keep one name.
    """
    names = _Names()
    return replace(
        network, stem=names.run(network.stem), body=names.run(network.body), head=names.run(network.head)
    )


class _Names:
    """The names given so far, each with its number of parts."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def name(self, path: str) -> str:
        self.counts[path] += 1
        number = f"#{self.counts[path]}"
        return path if path and self.counts[path] == 1 else f"{path}.{number}" if path else number

    def run(self, elements: Iterable[Element]) -> tuple[Element, ...]:
        return tuple(map(self.one, elements))

    def layers(self, elements: Iterable[Layer]) -> tuple[Layer, ...]:
        return tuple(replace(layer, name=self.name(layer.name)) for layer in elements)

    def one(self, element: Element) -> Element:
        match element:
            case Layer():
                return replace(element, name=self.name(element.name))
            case Stage():
                return replace(element, name=self.name(element.name), body=self.run(element.body))
            case Block():
                shortcut = element.shortcut
                return replace(
                    element,
                    name=self.name(element.name),
                    before=self.layers(element.before),
                    branches=tuple(map(self.run, element.branches)),
                    shortcut=shortcut and replace(shortcut, layers=self.run(shortcut.layers)),
                    after=self.layers(element.after),
                )
            case Graph():
                return replace(element, name=self.name(element.name), nodes=self.nodes(element))

    def nodes(self, graph: Graph) -> tuple[GraphNode, ...]:
        """Return the nodes of a graph; one that shares layers has the names of the first that runs them."""
        nodes: list[GraphNode] = []
        before: list[Counter[str]] = []
        for node in graph.nodes:
            after = self.counts
            before.append(after.copy() if node.shares is None else before[node.shares])
            self.counts = after if node.shares is None else before[-1].copy()
            body = self.run(node.body)
            self.counts = after
            nodes.append(replace(node, body=body, name=self.name(node.name) if node.merge else node.name))
        return tuple(nodes)
