"""Insets: one drawing for each type of block, with symbols for the sizes that differ between its blocks."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from resnet_diagram.diagram.chain.blocks import BuildContext, IdAllocator, block, items
from resnet_diagram.diagram.chain.outlines import tapered
from resnet_diagram.diagram.model import Content, GroupRole, Inset, Node, NodeRole, Panel
from resnet_diagram.diagram.options import Options, Show
from resnet_diagram.diagram.origin import Copies, copies_of, origin
from resnet_diagram.diagram.panels.block_types import BlockType, Unit, types_of
from resnet_diagram.diagram.walk import content_items, edges, nodes
from resnet_diagram.spec.graph import parts
from resnet_diagram.spec.measure import is_residual
from resnet_diagram.spec.model import Block, Graph, Layer, LayerKind, Stage
from resnet_diagram.wording.blocks import unit_title
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.places import in_stages, places, ranges
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_MAX_BOXES = 24
"""Boxes of a panel above which the residual blocks within a block have panels of their own."""

_ALL_OTHERS = phrase(Kind.PLACE, Word.ALL_OTHER_BLOCKS)

_SHARED_BLOCK_SHADE = 2
"""Stage shade of a block shared by several stages."""


def insets(
    block_types: Sequence[BlockType], units: Sequence[Unit], stages: int, options: Options
) -> tuple[tuple[Panel, ...], Label]:
    """Return panels of the types of the ranks `options.opened`, as they appear, and the places of the rest.

    The type of "all other blocks" is the last. If some of the rest are in no part, their number replaces the
    places. `units`: all units of the network, `stages`: how many stages it has.
    """
    show = options.show
    open_types = [
        kind
        for kind in block_types
        if any(
            not isinstance(element, Layer) or element.kind is not LayerKind.OPAQUE
            for element in kind.units[0].elements
        )
    ]
    ranked = sorted(open_types, key=_rank)
    frequent = [kind for rank, kind in enumerate(ranked) if rank in options.opened]
    selection = [kind for kind in open_types if kind in frequent]
    rest = [unit for kind in open_types if kind not in frequent for unit in kind.units]
    closed = _places(rest, units, stages, rest=False) if rest else NOTHING
    if any(not unit.stage and unit.part not in _PARTS for unit in rest):
        closed = counted(len(rest), phrase(Kind.BLOCK, Word.BLOCK))
    selection.sort(key=lambda kind: _places(kind.units, units, stages) == _ALL_OTHERS)
    place = [_places(kind.units, units, stages, rest=not rest) for kind in selection]
    pairs = list(enumerate(zip(selection, place, strict=True), 1))
    panels = [_inset(number, *pair, show) for number, pair in pairs]
    if all(sum(1 for _ in nodes(content_items(panel.content))) <= _MAX_BOXES for panel in panels):
        return tuple(panels), closed
    panels = [_inset(number, *pair, show, closes=True) for number, pair in pairs]
    pictures = {picture(panel.content) for panel in panels}
    for kind in _inner_types(selection, block_types):
        if kind.symbols:  # no frame has the values of its symbols: the sizes of its first unit are written
            kind = replace(kind, sizes={}, symbols=frozenset(), numbered=True)
        inner = _inset(len(panels) + 1, kind, phrase(Kind.PLACE, Word.IN_BLOCKS), show, closes=True)
        if len(panels) < len(options.opened) and picture(inner.content) not in pictures:
            pictures.add(picture(inner.content))
            panels.append(inner)
    return tuple(panels), closed


def picture(content: Content) -> Hashable:
    """Return what is visible of the content of a panel: its boxes, and the lines between them."""
    items = content_items(content)
    numbers = {node.id: number for number, node in enumerate(nodes(items))}
    lines = [(numbers[edge.tail], numbers[edge.head], edge.role) for edge in edges(items)]
    return tuple((node.role, node.lines) for node in nodes(items)), tuple(lines)


def _inner_types(block_types: Sequence[BlockType], names: Sequence[BlockType]) -> list[BlockType]:
    """Return the types of residual blocks and graphs within the blocks of others, outer ones first."""
    skeletons = {kind.units[0].skeleton for kind in names}
    result: list[BlockType] = []
    outer = list(block_types)
    while outer:
        units: list[Unit] = []
        for kind in outer:
            waiting = [part for unit in kind.units for part in unit.elements]
            waiting = [inner for part in waiting for run in parts(part) for inner in run]
            while waiting:
                element = waiting.pop(0)
                if isinstance(element, Graph) or (isinstance(element, Block) and is_residual(element)):
                    units.append(Unit(elements=(element,), stage=0, number=0))
                else:
                    waiting += [inner for run in parts(element) for inner in run]
        outer = [kind for kind in types_of(units) if kind.units[0].skeleton not in skeletons]
        skeletons |= {kind.units[0].skeleton for kind in outer}
        result += outer
    return result


_PARTS = {
    GroupRole.STEM: (Word.IN_STEM, Word.BLOCKS_OF_STEM),
    GroupRole.HEAD: (Word.IN_HEAD, Word.BLOCKS_OF_HEAD),
}
"""Place of all blocks of a part, and that of some of them."""


def _places(these: Sequence[Unit], units: Sequence[Unit], stages: int, *, rest: bool = True) -> Label:
    """Return the places of some of all units: blocks in stages, layers between blocks, then stem and head.

    `rest`: passed on to `places`.
    """
    here, everywhere = (
        [
            (unit.stage, number)
            for unit in group
            if unit.stage and unit.number
            for number in range(unit.number, unit.last + 1)
        ]
        for group in (these, units)
    )
    blocks = places(here, everywhere, stages, rest=rest) if here else NOTHING
    between = [unit.stage for unit in these if unit.stage and not unit.number]
    layers = in_stages(between, stages) if between else NOTHING
    alone = not here and len({unit.part for unit in these}) == 1
    around: list[Label] = []
    for part, (every, some) in _PARTS.items():
        inside = [unit.number for unit in these if unit.part is part]
        is_whole = alone and len(inside) == sum(unit.part is part for unit in units)
        if inside and (is_whole or not all(inside)):
            around.append(phrase(Kind.PLACE, every))
        elif inside:
            around.append(phrase(Kind.PLACE, some, ranges(inside)))
    loose = any(not unit.stage and unit.part not in _PARTS for unit in these)
    outside = phrase(Kind.PLACE, Word.OUTSIDE_STAGES) if loose and (blocks or layers) else NOTHING
    return Label(blocks, layers, *around, outside, joint=Word.CLAUSES)


def _rank(kind: BlockType) -> tuple[bool, bool, int]:
    """Return a sort key: types with a shortcut first, layers between blocks last, then by number of units."""
    first = kind.units[0]
    return not first.is_residual, bool(first.stage and not first.number), -len(kind.units)


def _inset(
    number: int, kind: BlockType, place: Label, show: frozenset[Show], *, closes: bool = False
) -> Panel:
    first = kind.units[0]
    title = unit_title(first.elements)
    if kind.numbered and len(kind.units) > 1:  # the unit whose sizes are written
        if not first.number:
            place = phrase(Kind.PLACE, Word.SIZES_OF_FIRST, place)
        elif first.stage:
            place = phrase(Kind.PLACE, Word.SIZES_OF_BLOCK_OF_STAGE, place, first.number, first.stage)
        else:
            place = phrase(Kind.PLACE, Word.SIZES_OF_BLOCK, place, first.number)
    return Panel(
        id=f"inset{number}",
        title=phrase(Kind.TITLE, Word.TITLE_AND_PLACE, title, place) if place else title,
        content=unit_inset(first, f"inset{number}", show, kind, closes=closes),
        origin=origin(first.elements, _copies(kind)),
    )


def _copies(kind: BlockType) -> Copies:
    """Map the elements of the first unit of a type, which is drawn, to the elements of all units."""
    return copies_of([unit.elements for unit in kind.units])


def unit_inset(
    unit: Unit, prefix: str, show: frozenset[Show], kind: BlockType | None = None, *, closes: bool = False
) -> Inset:
    """Return a unit from x to y; with `kind`, with sizes that hold for all units of its type.

    `closes`: residual blocks within it are boxes.
    """
    context = BuildContext(
        names=IdAllocator(),
        shade=_SHARED_BLOCK_SHADE if kind else max(1, unit.stage),
        stage=lambda stage, prefix, context: items(stage.body, prefix, context),
        show=show,
        sizes=kind.sizes if kind else {},
        spread=True,
        copies=_copies(kind) if kind else {},
        folds=kind is not None,
        closes=closes,
    )
    if unit.block:
        inner = (*block(unit.block, prefix, context), *items(unit.elements[1:], prefix, context))
    elif isinstance(unit.elements[0], Stage):
        inner = items(unit.elements[0].body, prefix, context)
    elif isinstance(unit.elements[0], Graph):
        from resnet_diagram.diagram.chain.graph import dag

        inner = (dag(unit.elements[0], prefix, context, items),)
    else:
        inner = tapered(items(unit.elements, prefix, context), Block(branches=(unit.elements,)))
    ends = [
        Node(id=f"{prefix}-{sign}", role=NodeRole.TERMINAL, lines=(literal(sign),)) for sign in ("x", "y")
    ]
    return Inset(items=(ends[0], *inner, ends[1]))
