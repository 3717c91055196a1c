"""Draw modules as units: one box under their name, opened once in a panel of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from resnet_diagram.diagram.annotations.model import Part
from resnet_diagram.diagram.origin import paths_of
from resnet_diagram.spec.measure import in_shape, is_residual, macs, out_shape, params
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Network, Shortcut, Stage
from resnet_diagram.spec.paths import with_outer


class Closed(NamedTuple):
    """A module replaced by a layer: its path and its elements."""

    name: str
    inside: tuple[Element, ...]


def with_units(network: Network, parts: Sequence[Part]) -> "tuple[Network, Closing]":
    """Return a network with one layer in place of each unit, and the closed units.

    Only parts in series become units; a module that runs in several places stays open.
    """
    closing = Closing(parts)
    runs = [closing.run(run) for run in (network.stem, network.body, network.head)]
    return replace(network, stem=runs[0], body=runs[1], head=runs[2]), closing


class Closing:
    """Replaces modules by layers, and stores their elements.

    `units`: modules by label, outer ones first; `in_blocks`: labels of modules inside residual blocks.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = [part for part in parts if part.unit]
        self._outer: list[str] = []
        self._blocks = 0
        self.units: dict[str, list[Closed]] = {}
        self.in_blocks: set[str] = set()

    def run(self, elements: Iterable[Element]) -> tuple[Element, ...]:
        """Return a run of elements with a layer for each unit in it."""
        result: list[Element] = []
        for name, group in groupby(elements, key=self._unit_of):
            members = tuple(group)
            result += [self._layer(name, members)] if name else map(self._opened, members)
        return tuple(result)

    def _unit_of(self, element: Element) -> str:
        """Return the path of the unit that an element lies in, the merge of a block included, or ""."""
        merge = (element.name,) if isinstance(element, Block) else ()
        owners = {self._owner(path) for path in (*paths_of(element), *merge)}
        return owners.pop() if len(owners) == 1 else ""

    def _owner(self, path: str) -> str:
        """Return the outermost module of a path that is a unit, within the unit being closed, or ""."""
        around = self._outer[-1] if self._outer else ""
        for module in with_outer(path):
            inner = module.startswith(f"{around}.") if around else True
            if inner and any(part.names(module) for part in self._parts):
                return module
        return ""

    def _layer(self, name: str, inside: tuple[Element, ...]) -> Layer:
        label = next(part.label or name.rpartition(".")[2] for part in self._parts if part.names(name))
        units = self.units.setdefault(label, [])
        self._outer.append(name)
        units.append(Closed(name, self.run(inside)))
        self._outer.pop()
        if self._blocks:
            self.in_blocks.add(label)
        return Layer(
            kind=LayerKind.OTHER,
            op=label,
            name=name,
            in_shape=in_shape(inside),
            out_shape=out_shape(inside),
            params=params(inside),
            macs=macs(inside),
        )

    def _opened(self, element: Element) -> Element:
        """Return an element with units inside it."""
        match element:
            case Stage():
                return replace(element, body=self.run(element.body))
            case Block():
                self._blocks += is_residual(element)
                way = element.shortcut
                shortcut = way and Shortcut(kind=way.kind, layers=self.run(way.layers))
                result = replace(element, branches=tuple(map(self.run, element.branches)), shortcut=shortcut)
                self._blocks -= is_residual(element)
                return result
            case Graph():
                nodes = tuple(replace(node, body=self.run(node.body)) for node in element.nodes)
                return replace(element, nodes=nodes)
        return element
