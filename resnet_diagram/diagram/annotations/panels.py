"""Build diagrams with units: a panel for each unit, and its letter in the boxes that refer to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from resnet_diagram.diagram.annotations.defaults import with_default_units
from resnet_diagram.diagram.annotations.match import problems, with_classes
from resnet_diagram.diagram.annotations.model import Annotations, Part
from resnet_diagram.diagram.annotations.units import Closed, with_units
from resnet_diagram.diagram.elements import mapped
from resnet_diagram.diagram.flat import network_frame, network_panel
from resnet_diagram.diagram.model import (
    WHOLE,
    Bar,
    Dag,
    Diagram,
    Frame,
    GroupRole,
    LegendEntry,
    Node,
    NodeRole,
    Panel,
)
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.origin import copies_of, origin
from resnet_diagram.diagram.panels.block_types import Unit, types_of
from resnet_diagram.diagram.panels.insets import picture, unit_inset
from resnet_diagram.diagram.views import build, legend_of
from resnet_diagram.errors import UsageError
from resnet_diagram.spec.measure import in_shape
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.paths import outer_paths
from resnet_diagram.spec.signature import Level, signature
from resnet_diagram.wording.symbols import PLUS, panel_letter
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

Units = Mapping[str, list[Closed]]
"""The modules that are units, by their label."""

_PANELLED = (View.PAPER, View.BLOCK)


def built_with_units(
    networks: Sequence[Network], options: Options, *, flat: bool
) -> tuple[Diagram, Annotations]:
    """Return the diagram of networks with units, and the annotations including default units.

    The views `paper` and `block` have a panel for each unit. Where there are no panels, only the units that
    annotations name are closed: charts of the view `paper` have a frame for each, others list them in the
    legend as not drawn open. The view `full` draws them open.
    """
    if options.view is View.FULL:
        parts = [
            replace(part, unit=None, label="") if part.unit else part for part in options.annotations.parts
        ]
        return build(networks, options, flat=flat), replace(options.annotations, parts=tuple(parts))
    if flat or options.view not in _PANELLED:
        return _chain(networks, options, flat=flat, framed=options.view is View.PAPER)
    annotations = with_default_units(options.annotations, networks)
    closed, units = _closed(networks, annotations)
    diagram = build(closed, options)
    every = (*_noted(diagram.panels, units), *_unit_panels(units, options))
    selection = _selection(every, units, annotations, networks, in_part=bool(options.only))
    panels = _referring(selection, units)
    if every == diagram.panels == panels:
        return diagram, annotations
    entries = legend_of(networks[0], [panel.content for panel in panels]) if options.legend else ()
    chain = cache(lambda: _chain(networks, options, flat=True, framed=False)[0]) if diagram.flat else None
    result = replace(diagram, panels=panels, legend=entries, flat=chain)
    shown = {panel.id for panel in panels}
    return _unopened(result, (panel.title for panel in every if panel.id not in shown)), annotations


def _noted(panels: tuple[Panel, ...], units: Units) -> tuple[Panel, ...]:
    """Return panels whose stages name the units in their blocks: "bottleneck + Dual attention"."""
    names = {unit.name for modules in units.values() for unit in modules}
    outer = {
        label: [unit.name for unit in modules if names.isdisjoint(outer_paths(unit.name))]
        for label, modules in units.items()
    }

    def change(element: Any, _: int) -> Any:
        if not isinstance(element, Frame) or element.role is not GroupRole.STAGE or not element.notes:
            return element
        blocks = {path for bar in element.bars for path in bar.origin.paths}
        inside = [
            literal(label)
            for label, modules in outer.items()
            if any(not blocks.isdisjoint(outer_paths(name)) for name in modules)
        ]
        if not inside:
            return element
        first, *rest = element.notes
        return replace(element, notes=(Label(first, *inside, joint=PLUS), *rest))

    return mapped(panels, change) if units else panels


def _chain(
    networks: Sequence[Network], options: Options, *, flat: bool, framed: bool
) -> tuple[Diagram, Annotations]:
    """Return a diagram without panels, in which the units that annotations name are closed.

    `framed`: draw each unit open in a frame after the chain; otherwise list it in the legend.
    """
    annotations = with_default_units(options.annotations, networks, unnamed=False)
    closed, units = _closed(networks, annotations)
    diagram = build(closed, options, flat=flat)
    if units and framed:
        # A chain with a frame for each unit behind it, as the panels of a page are.
        frames = map(network_frame, _unit_panels(units, options))
        chain = replace(diagram.chain, items=(*diagram.chain.items, *frames))
        entries = legend_of(networks[0], [chain]) if diagram.legend else ()
        diagram = replace(diagram, panels=(network_panel(chain),), legend=entries)
    elif units:
        if diagram.legend and len(networks) == 1:
            contents = [panel.content for panel in diagram.panels]
            diagram = replace(diagram, legend=legend_of(networks[0], contents))
        diagram = _unopened(diagram, map(literal, units))
    return diagram, annotations


def _selection(
    panels: tuple[Panel, ...],
    units: Units,
    annotations: Annotations,
    networks: Sequence[Network],
    *,
    in_part: bool,
) -> tuple[Panel, ...]:
    """Return the panel of the whole network, then the panels listed by annotations, in their order.

    `in_part`: only a part is drawn; a list with panels of other parts is not for it, and all are returned.
    Raises UsageError for a word that is neither a module nor the title of a panel.
    """
    if not annotations.insets:
        return panels
    listed = replace(annotations, parts=tuple(Part(pattern=word) for word in annotations.insets))
    problem_of = dict(problems(listed, networks))
    names_of = {f"unit{at}": [unit.name for unit in modules] for at, modules in enumerate(units.values(), 1)}
    selection = {panel.id: panel for panel in panels if panel.id == WHOLE}
    for part in with_classes(listed, networks).parts:
        titled = [panel for panel in panels if panel.title.casefold().startswith(part.pattern.casefold())]
        if not titled and part.pattern in problem_of:
            titles = ", ".join(repr(str(panel.title)) for panel in panels if panel.id != WHOLE)
            raise UsageError(f"{problem_of[part.pattern]} The panels are {titles}.")
        modules = [
            panel
            for panel in panels
            if any(map(part.names, names_of.get(panel.id, ())))
            or (panel.id not in names_of and any(map(part.holds, panel.origin.paths)))
        ]
        if in_part and not titled and not modules:
            return panels
        selection |= {panel.id: panel for panel in (*titled, *modules) if panel.id not in selection}
    return tuple(selection.values())


def _closed(networks: Sequence[Network], annotations: Annotations) -> tuple[list[Network], Units]:
    """Return networks with a layer for each unit, and the modules that are units by their label."""
    if not any(part.unit for part in annotations.parts):
        return list(networks), {}
    pairs = [with_units(network, annotations.parts) for network in networks]
    units: dict[str, list[Closed]] = {}
    for _, closing in pairs:
        for label, modules in closing.units.items():
            units.setdefault(label, []).extend(modules)
    return [network for network, _ in pairs], units


def _unit_panels(units: Units, options: Options) -> Iterator[Panel]:
    """Yield a panel for each unit, drawn open; it represents all units with the same name.

    Sizes that differ between them are written in terms of C, the channels; if that is impossible, they are
    those of the first unit, which the title then names.
    """
    for number, (label, modules) in enumerate(units.items(), 1):
        name, title = f"unit{number}", literal(label)
        inside = [Unit(elements=module.inside, stage=0, number=1) for module in modules]
        first = inside[0]
        content = unit_inset(first, name, options.show)
        kinds = {signature(unit.elements, Level.STRUCTURE): unit for unit in inside}.values()
        contents = (unit_inset(unit, name, options.show) for unit in kinds)
        if len(kinds) > 1 and len(set(map(picture, contents))) > 1:
            types = types_of(inside)
            by_channels = all(unit.values["C"] == in_shape(unit.elements)[0] for unit in inside)
            place = phrase(Kind.PLACE, Word.SIZES_OF, literal(modules[0].name))
            if len(types) == 1 and by_channels and types[0].symbols == {"C"}:
                place = phrase(Kind.PLACE, Word.C_IS_CHANNELS)
                content = unit_inset(first, name, options.show, types[0])
            title = phrase(Kind.TITLE, Word.TITLE_AND_PLACE, title, place)
        alike = [unit.elements for unit in inside if len(unit.elements) == len(first.elements)]
        yield Panel(id=name, title=title, content=content, origin=origin(first.elements, copies_of(alike)))


def _referring(panels: tuple[Panel, ...], units: Units) -> tuple[Panel, ...]:
    """Return panels in which the box of each unit names the panel that shows the unit open.

    A graph with panels for its modules is returned unchanged: the page may omit some of these panels.
    """
    if not units or any(isinstance(panel.content, Dag) and panel.id != WHOLE for panel in panels):
        return panels
    at = {panel.id: number for number, panel in enumerate(panels)}
    ids = {literal(label): f"unit{number}" for number, label in enumerate(units, 1)}
    letters = {label: panel_letter(at[name]) for label, name in ids.items() if name in at}

    def change(element: Any, _: int) -> Any:
        if not isinstance(element, Node | Bar) or element.role is not NodeRole.OTHER:
            return element
        words = element.text if isinstance(element, Bar) else element.lines[0]
        letter = letters.get(words)
        if letter is None:
            return element
        reference = literal(letter)
        if isinstance(element, Bar):
            return replace(element, text=Label(words, reference))
        return replace(element, lines=(words, reference, *element.lines[1:]))

    return mapped(panels, change)


def _unopened(diagram: Diagram, titles: Iterable[Label]) -> Diagram:
    """Return a diagram whose legend lists the units that are not drawn open."""
    names = Label(*titles, joint=Word.LIST)
    if not names or not diagram.legend:
        return diagram
    entry = LegendEntry(role=None, text=phrase(Kind.LEGEND, Word.NOT_OPENED, names))
    return replace(diagram, legend=(*diagram.legend, entry))
