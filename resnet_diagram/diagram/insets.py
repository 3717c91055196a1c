"""Insets: one drawing for each type of block, with symbols for the sizes that differ between its blocks."""

from collections.abc import Sequence

from resnet_diagram.diagram.block_types import Kind, Unit
from resnet_diagram.diagram.chain import Names, Pen, block, items, tapered
from resnet_diagram.diagram.labels import block_word
from resnet_diagram.diagram.model import Item, Node, NodeRole, Panel
from resnet_diagram.diagram.options import Show
from resnet_diagram.diagram.origin import Copies, copies_of, origin
from resnet_diagram.diagram.places import places
from resnet_diagram.spec.measure import BlockKind, block_kind, is_residual
from resnet_diagram.spec.model import Block, Element, Layer, Merge, Stage
from resnet_diagram.spec.traits import SHORTCUTS

MOST = 6
"""Types of block that get an inset."""

_SHADE = 2
"""That of the second stage, for drawings that serve blocks of several stages."""


def insets(
    kinds: Sequence[Kind], everything: Sequence[Unit], stages: int, show: frozenset[Show]
) -> tuple[Panel, ...]:
    """One panel for each of the most frequent types, in the order they first appear.

    `everything`: all units of the network, `stages`: how many stages it has.
    """
    open_kinds = [kind for kind in kinds if not is_opaque(kind.units[0].elements)]
    frequent = sorted(open_kinds, key=_rank)[:MOST]
    chosen = [kind for kind in open_kinds if kind in frequent]
    return tuple(
        _inset(number, kind, places(_at(kind.units), _at(everything), stages, "all other blocks"), show)
        for number, kind in enumerate(chosen, 1)
    )


def _at(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """Stage and number of each."""
    return [(unit.stage, unit.number) for unit in units]


def _rank(kind: Kind) -> tuple[bool, int]:
    """Blocks with a shortcut first, then by how many there are."""
    first = kind.units[0].block
    return not (first and first.shortcut), -len(kind.units)


def is_opaque(elements: Sequence[Element]) -> bool:
    """Whether nothing is known of the inside."""
    return all(isinstance(one, Layer) and one.kind.value == "opaque" for one in elements)


def _inset(number: int, kind: Kind, where: str, show: frozenset[Show]) -> Panel:
    title = kind_title(kind.units[0])
    if kind.numbered and len(kind.units) > 1:
        first = kind.units[0]
        where = f"{where}; sizes of block {first.number}" + (
            f" of stage {first.stage}" if first.stage else ""
        )
    content = unit_items(kind.units[0], f"inset{number}", show, kind)
    return Panel(
        id=f"inset{number}",
        title=f"{title} ({where})" if where else title,
        content=content,
        origin=origin(kind.units[0].elements, _copies(kind)),
    )


def _copies(kind: Kind) -> Copies:
    """Return the elements of all units of a type, by those of the first, which is drawn."""
    return copies_of([unit.elements for unit in kind.units])


def unit_items(unit: Unit, prefix: str, show: frozenset[Show], kind: Kind | None = None) -> tuple[Item, ...]:
    """A unit from x to y; with `kind` its sizes are those of all units of its type."""
    pen = Pen(
        names=Names(),
        shade=_SHADE if kind else max(1, unit.stage),
        stage=_opened,
        show=show,
        said=kind.said if kind else {},
        spread=True,
        copies=_copies(kind) if kind else {},
    )
    inner = block(unit.block, prefix, pen) if unit.block else _run(unit.elements, prefix, pen)
    ends = [Node(id=f"{prefix}-{sign}", role=NodeRole.TERMINAL, lines=(sign,)) for sign in ("x", "y")]
    return (ends[0], *inner, ends[1])


def _run(elements: tuple[Element, ...], prefix: str, pen: Pen) -> tuple[Item, ...]:
    """Layers without a shortcut, with the outlines a block of them would have."""
    return tapered(items(elements, prefix, pen), block_kind(Block(branches=(elements,))))


def _opened(stage: Stage, prefix: str, pen: Pen) -> tuple[Item, ...]:
    return items(stage.body, prefix, pen)


def kind_title(unit: Unit) -> str:
    """What a type of block is called, such as "Projection bottleneck"."""
    only = unit.block
    if only is None:
        layers = Block(branches=(unit.elements,))
        known = block_kind(layers) is not BlockKind.OTHER
        words = f"{block_word(layers) if known else 'layers'} without shortcut"
    elif not is_residual(only):
        words = _merged(only)
    else:
        kind = SHORTCUTS[only.shortcut.kind].noun if only.shortcut else ""
        words = f"{kind} {block_word(only)}".strip()
    return words[:1].upper() + words[1:]


def _merged(only: Block) -> str:
    if only.merge is Merge.CONCAT:
        return "dense layer" if () in only.branches else "concatenated branches"
    return "product of branches" if only.merge is Merge.MULTIPLY else "sum of branches"
