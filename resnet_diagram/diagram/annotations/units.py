"""Draw modules as units: one box under their name, opened once in a panel of their own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from resnet_diagram.diagram.annotations.model import Annotations
from resnet_diagram.diagram.legend import legend
from resnet_diagram.diagram.model import Diagram, LegendEntry, Panel
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.origin import copies_of, origin, paths_of
from resnet_diagram.diagram.panels.block_types import Unit
from resnet_diagram.diagram.panels.insets import unit_inset
from resnet_diagram.diagram.views import build
from resnet_diagram.spec.measure import in_shape, macs, out_shape, params
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Network, Shortcut, Stage
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

Inside = tuple[Element, ...]


def with_units(network: Network, annotations: Annotations) -> tuple[Network, dict[str, list[Inside]]]:
    """Return a network with one layer for each unit, and the insides of the units by their label.

    Only what runs in series becomes a unit; a module that is run in several places stays open.
    """
    if not any(part.unit for part in annotations.parts):
        return network, {}
    closing = _Closing(annotations)
    runs = [closing.run(run) for run in (network.stem, network.body, network.head)]
    return replace(network, stem=runs[0], body=runs[1], head=runs[2]), closing.insides


class _Closing:
    """Replaces modules by layers, and keeps what was in them."""

    def __init__(self, annotations: Annotations) -> None:
        self._units = [part for part in annotations.parts if part.unit]
        self.insides: dict[str, list[Inside]] = {}

    def run(self, elements: Iterable[Element]) -> tuple[Element, ...]:
        """Return a run of elements with a layer for each unit in it."""
        result: list[Element] = []
        for name, group in groupby(elements, key=self._unit_of):
            members = tuple(group)
            result += [self._layer(name, members)] if name else map(self._opened, members)
        return tuple(result)

    def _unit_of(self, element: Element) -> str:
        """Return the path of the unit that an element lies in, or ""."""
        paths = list(paths_of(element))
        owners = {self._owner(path) for path in paths}
        return owners.pop() if len(owners) == 1 else ""

    def _owner(self, path: str) -> str:
        """Return the outermost module of a path that is a unit, or ""."""
        steps = path.split(".")
        for count in range(1, len(steps) + 1):
            module = ".".join(steps[:count])
            if any(part.names(module) for part in self._units):
                return module
        return ""

    def _layer(self, name: str, inside: Inside) -> Layer:
        label = next(part.label or name.rpartition(".")[2] for part in self._units if part.names(name))
        self.insides.setdefault(label, []).append(inside)
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
                way = element.shortcut
                shortcut = way and Shortcut(kind=way.kind, layers=self.run(way.layers))
                return replace(element, branches=tuple(map(self.run, element.branches)), shortcut=shortcut)
            case Graph():
                nodes = tuple(replace(node, body=self.run(node.body)) for node in element.nodes)
                return replace(element, nodes=nodes)
        return element


def unit_panels(insides: dict[str, list[Inside]], options: Options) -> Iterator[Panel]:
    """Yield a panel for each unit: its inside drawn open, with the sizes of the first of its name."""
    for number, (label, runs) in enumerate(insides.items(), 1):
        first = runs[0]
        yield Panel(
            id=f"unit{number}",
            title=literal(label),
            content=unit_inset(Unit(elements=first, stage=0, number=1), f"unit{number}", options.show),
            origin=origin(first, copies_of(_alike(runs))),
        )


def _alike(runs: Sequence[Inside]) -> list[Inside]:
    """Return the runs that have as many elements as the first."""
    return [run for run in runs if len(run) == len(runs[0])]


def built_with_units(networks: Sequence[Network], options: Options, *, flat: bool) -> Diagram:
    """Return the diagram of networks with the units of their annotations.

    The views `paper` and `block` have a panel for each unit; where there are no panels the legend lists the
    units as not drawn open. The view `full` draws them open.
    """
    if options.view is View.FULL:
        return build(networks, options, flat=flat)
    closed = [with_units(network, options.annotations) for network in networks]
    diagram = build([network for network, _ in closed], options, flat=flat)
    insides: dict[str, list[Inside]] = {}
    for _, units in closed:
        for label, runs in units.items():
            insides.setdefault(label, []).extend(runs)
    if not insides:
        return diagram
    if flat or options.view not in (View.PAPER, View.BLOCK):
        return _unopened(diagram, insides)
    panels = (*diagram.panels, *unit_panels(insides, options))
    entries = legend([panel.content for panel in panels]) if options.legend else ()
    below = _unopened(diagram.flat, insides) if diagram.flat else None
    return replace(diagram, panels=panels, legend=entries, flat=below)


def _unopened(diagram: Diagram, insides: dict[str, list[Inside]]) -> Diagram:
    """Return a diagram whose legend lists the units as not drawn open."""
    names = Label(*map(literal, insides), joint=Word.LIST)
    entry = LegendEntry(role=None, text=phrase(Kind.LEGEND, Word.NOT_OPENED, names))
    return replace(diagram, legend=(*diagram.legend, entry) if diagram.legend else ())
