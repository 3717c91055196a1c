"""Insets: one drawing for each type of block, with symbols for the sizes that differ between its blocks."""

from collections.abc import Sequence

from resnet_diagram.diagram.block_types import Kind, Unit
from resnet_diagram.diagram.chain import Names, Pen, items, tapered
from resnet_diagram.diagram.model import GroupRole, Item, Node, NodeRole, Panel
from resnet_diagram.diagram.options import Show
from resnet_diagram.diagram.origin import Copies, copies_of, origin
from resnet_diagram.spec.measure import block_kind, is_gate
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Stage
from resnet_diagram.wording.blocks import unit_title
from resnet_diagram.wording.places import places
from resnet_diagram.wording.terms import NOTHING, Label, literal, phrase
from resnet_diagram.wording.terms import Kind as TermKind
from resnet_diagram.wording.vocabulary import Word

MOST = 6
"""Types of block that get an inset."""

_SHARED_BLOCK_SHADE = 2
"""Stage shade of a block shared by several stages."""


def insets(
    kinds: Sequence[Kind], everything: Sequence[Unit], stages: int, show: frozenset[Show]
) -> tuple[Panel, ...]:
    """Return a panel for each of the most frequent types, in order of appearance.

    `everything`: all units of the network, `stages`: how many stages it has.
    """
    open_kinds = [kind for kind in kinds if not is_opaque(kind.units[0].elements)]
    frequent = sorted(open_kinds, key=_rank)[:MOST]
    chosen = [kind for kind in open_kinds if kind in frequent]
    return tuple(
        _inset(number, kind, _places(kind, everything, stages), show) for number, kind in enumerate(chosen, 1)
    )


_PARTS = {GroupRole.STEM: Word.IN_STEM, GroupRole.HEAD: Word.IN_HEAD}


def _places(kind: Kind, everything: Sequence[Unit], stages: int) -> Label:
    """Return the places of the units of a type: those in stages, then stem and head."""
    gates = _is_gate(kind.units[0])
    here = [(unit.stage, unit.number) for unit in kind.units if unit.stage]
    comparable = [(unit.stage, unit.number) for unit in everything if unit.stage and _is_gate(unit) == gates]
    staged = places(here, comparable, stages, rest=True) if here else NOTHING
    parts = dict.fromkeys(unit.part for unit in kind.units if unit.part)
    around = [phrase(TermKind.PLACE, _PARTS[part]) for part in parts if part in _PARTS]
    return Label(staged, *around, joint=Word.AND)


def _is_gate(unit: Unit) -> bool:
    return unit.block is not None and is_gate(unit.block)


def _rank(kind: Kind) -> tuple[bool, int]:
    """Return a sort key: types with a shortcut first, then by number of blocks."""
    first = kind.units[0].block
    return not (first and first.shortcut), -len(kind.units)


def is_opaque(elements: Sequence[Element]) -> bool:
    """Return whether all elements are opaque layers."""
    return all(isinstance(element, Layer) and element.kind is LayerKind.OPAQUE for element in elements)


def _inset(number: int, kind: Kind, where: Label, show: frozenset[Show]) -> Panel:
    first = kind.units[0]
    title = unit_title(first.elements)
    if kind.numbered and len(kind.units) > 1:
        where = (
            phrase(TermKind.PLACE, Word.SIZES_OF_BLOCK_OF_STAGE, where, first.number, first.stage)
            if first.stage
            else phrase(TermKind.PLACE, Word.SIZES_OF_BLOCK, where, first.number)
        )
    return Panel(
        id=f"inset{number}",
        title=phrase(TermKind.TITLE, Word.TITLE_AND_PLACE, title, where) if where else title,
        content=unit_items(first, f"inset{number}", show, kind),
        origin=origin(first.elements, _copies(kind)),
    )


def _copies(kind: Kind) -> Copies:
    """Return the elements of all units of a type, by those of the first, which is drawn."""
    return copies_of([unit.elements for unit in kind.units])


def unit_items(unit: Unit, prefix: str, show: frozenset[Show], kind: Kind | None = None) -> tuple[Item, ...]:
    """Return a unit from x to y; with `kind`, with sizes that hold for all units of its type."""
    pen = Pen(
        names=Names(),
        shade=_SHARED_BLOCK_SHADE if kind else max(1, unit.stage),
        stage=_opened,
        show=show,
        sizes=kind.sizes if kind else {},
        spread=True,
        copies=_copies(kind) if kind else {},
        folds=kind is not None,
    )
    inner = items(unit.elements, prefix, pen) if unit.block else _run(unit.elements, prefix, pen)
    ends = [
        Node(id=f"{prefix}-{sign}", role=NodeRole.TERMINAL, lines=(literal(sign),)) for sign in ("x", "y")
    ]
    return (ends[0], *inner, ends[1])


def _run(elements: tuple[Element, ...], prefix: str, pen: Pen) -> tuple[Item, ...]:
    """Return layers without a shortcut, with the outlines of a block of such layers."""
    return tapered(items(elements, prefix, pen), block_kind(Block(branches=(elements,))))


def _opened(stage: Stage, prefix: str, pen: Pen) -> tuple[Item, ...]:
    return items(stage.body, prefix, pen)
