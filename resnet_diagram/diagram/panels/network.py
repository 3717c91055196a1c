"""The panels of a network: its overview, and the insets of its types of block."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from resnet_diagram.diagram.annotations.model import Part
from resnet_diagram.diagram.lanes.unet import has_levels
from resnet_diagram.diagram.lanes.whole import holds_graph, opens
from resnet_diagram.diagram.model import WHOLE, Dag, Frame, GroupRole, Panel
from resnet_diagram.diagram.options import Levels, Options, Show
from resnet_diagram.diagram.panels.block_types import SYMBOLS, BlockType, Unit, types_of
from resnet_diagram.diagram.panels.insets import insets
from resnet_diagram.diagram.panels.overview import overview
from resnet_diagram.spec.graph import graphs, parts
from resnet_diagram.spec.measure import is_residual
from resnet_diagram.spec.model import Block, Network, Stage
from resnet_diagram.wording.blocks import unit_title, unit_type
from resnet_diagram.wording.counts import count_labels
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

if TYPE_CHECKING:
    from resnet_diagram.diagram.lanes.build import Lanes


def panels(network: Network, title: Label, options: Options, *, with_insets: bool) -> tuple[Panel, ...]:
    """Return the panel of the overview, and the panels of block types."""
    is_graph = has_graph(network, options)
    if is_graph or has_levels(network):
        from resnet_diagram.diagram.lanes.build import lanes, unet

        build = lanes if is_graph else unet
        graph = build(network, replace(options, opened=()), shapes=Show.SHAPES in options.show)
        if graph:
            return _graph_panels(graph, title, options, with_insets=with_insets)
    drawing, units = overview(network, options.names, options.annotations)
    if options.only:
        from resnet_diagram.diagram.annotations.match import ends_of

        first, last = ends_of(drawing.frames, Part(pattern=options.only))
        drawn = {frame.id for frame in drawing.frames[first : last + 1]}
        units = tuple(unit for unit in units if unit.frame in drawn)
    result = types_of(units)
    note = _noter(result, options, with_symbols=with_insets)
    noted = replace(drawing, frames=tuple(map(note, drawing.frames)))
    if not with_insets:
        return (Panel(id=WHOLE, title=title, content=noted),)
    stages = sum(frame.role is GroupRole.STAGE for frame in drawing.frames)
    opened, closed = insets(result, units, stages, options)
    if sum(len(frame.bars) for frame in noted.frames) == 2 and len(noted.arcs) <= 1:
        return opened  # the overview shows no more than its only block
    noted = replace(noted, notes=(*noted.notes, *_not_opened(closed)))
    return (Panel(id=WHOLE, title=title, content=noted), *opened)


def _not_opened(closed: Label) -> tuple[Label, ...]:
    """Return the note on the places of blocks without a panel, if there are any."""
    return (phrase(Kind.LEGEND, Word.NOT_OPENED, closed),) if closed else ()


def has_graph(network: Network, options: Options) -> bool:
    """Return whether a network is no chain, or has branches round a stage or a U-Net++ in a part of one.

    The skip connections of a U-Net are no branches: it is a U. Without room, both are chains.
    """
    is_open = holds_graph if options.levels is Levels.NONE or has_levels(network) else opens
    held = any(is_open(element, nested=False) for run in parts(network) for element in run)
    if held or not any(graphs(network)):
        return held
    from resnet_diagram.diagram.lanes.nested import triangle

    return triangle(network, options.graph_room) is not None


def _graph_panels(
    drawing: "Lanes", title: Label, options: Options, *, with_insets: bool
) -> tuple[Panel, ...]:
    """Return the panels of a network that is no chain: its graph, its modules, and its types of block."""
    from resnet_diagram.diagram.lanes.frames import summarised, with_frames

    result = types_of(drawing.units)
    note = _noter(result, options, with_symbols=with_insets)
    modules = tuple(
        replace(panel, content=with_frames(panel.content, lambda _, frame: note(frame)))
        for panel in drawing.modules
        if isinstance(panel.content, Dag)
    )
    whole = with_frames(drawing.whole, lambda _, frame: note(frame))
    whole = summarised(whole) if options.levels is Levels.BOXES else whole
    if not with_insets:
        return (Panel(id=WHOLE, title=title, content=whole), *modules)
    stages = len({unit.stage for unit in drawing.units if unit.stage})
    opened, closed = insets(result, drawing.units, stages, options)
    whole = replace(whole, notes=(*whole.notes, *_not_opened(closed)))
    return (Panel(id=WHOLE, title=title, content=whole), *modules, *opened)


def _noter(items: Sequence[BlockType], options: Options, *, with_symbols: bool) -> Callable[[Frame], Frame]:
    """Return a function that adds notes to a frame: its types of block, and the values of their symbols."""
    of_stage: dict[str, list[tuple[BlockType, Unit]]] = {}
    for kind in items:
        for unit in kind.units:
            of_stage.setdefault(unit.frame, []).append((kind, unit))

    def noted(frame: Frame) -> Frame:
        caption = frame.caption if Show.SHAPES in options.show else NOTHING
        inside = of_stage.get(frame.id, [])
        if frame.role is not GroupRole.STAGE:
            symbols = _symbols(inside) if with_symbols else NOTHING
            return replace(frame, caption=caption, notes=(symbols,) if symbols else ())
        firsts = {id(kind): kind.units[0].elements[0] for kind, _ in inside}
        types = dict.fromkeys(
            unit_type(first)
            for first in firsts.values()
            if isinstance(first, Stage) or (isinstance(first, Block) and is_residual(first))
        )
        types = types or dict.fromkeys(
            unit_title(unit.elements, capital=False) for _, unit in inside if unit.number
        )
        notes = [Label(*types, joint=Word.LIST), _symbols(inside) if with_symbols else NOTHING]
        notes += count_labels([element for _, unit in inside for element in unit.elements], options.show)
        return replace(frame, caption=caption, notes=tuple(note for note in notes if note))

    return noted


def _symbols(inside: Sequence[tuple[BlockType, Unit]]) -> Label:
    """Return the values of the symbols in a stage: "C = 128, s = 2", or "C = 16, 24; s = 2".

    Of many sizes the first two and the last are listed, or the range if they are not sorted.
    """
    ordered = sorted(inside, key=lambda pair: pair[1].number)
    values: list[Label] = []
    for symbol in SYMBOLS:
        units = [unit for kind, unit in ordered if symbol in kind.symbols]
        sizes = [size for size, _ in groupby(unit.values[symbol] for unit in units)]
        changes = ", ".join(map(str, sizes))
        if len(sizes) > _MAX_SIZES:
            is_sorted = sizes in (sorted(sizes), sorted(sizes, reverse=True))
            ends = f"{sizes[0]}, {sizes[1]}, …, {sizes[-1]}"
            changes = ends if is_sorted else f"{min(sizes)}–{max(sizes)}"
        if values and values[-1] == f"C = {changes}" and symbol == "C′":
            values[-1] = literal(f"C = C′ = {changes}", units[0].kind_of(symbol))
        elif units:
            values.append(literal(f"{symbol} = {changes}", units[0].kind_of(symbol)))
    return Label(*values, joint="; " if any(", " in value for value in values) else ", ")


_MAX_SIZES = 5
"""Sizes of one symbol that are listed in full."""
