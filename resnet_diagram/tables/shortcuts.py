"""The shortcut table: the shortcuts of each stage's blocks."""

from collections import Counter
from collections.abc import Sequence

from resnet_diagram.spec.measure import in_shape, merged_shape, residual_blocks, walk
from resnet_diagram.spec.model import Block, LayerKind, Network, Shortcut, ShortcutKind
from resnet_diagram.tables.model import Band, Cell, Table, Wanted, Words
from resnet_diagram.tables.names import titled
from resnet_diagram.tables.notes import label
from resnet_diagram.tables.sections import sections
from resnet_diagram.wording.blocks import block_type
from resnet_diagram.wording.layers import layer_on_shortcut, shortcut_label
from resnet_diagram.wording.shapes import change_text, resolution_text
from resnet_diagram.wording.symbols import PLUS
from resnet_diagram.wording.terms import Label, enumeration, literal

_HEADS = ("stage", "blocks", "block type", "resolution", "channels", "shortcut", "1×1 conv")
_UNSAID = (LayerKind.ACTIVATION, LayerKind.RESHAPE, LayerKind.DROPOUT)


def shortcut_table(networks: Sequence[Network], target: Wanted) -> Table:
    """Return the shortcuts of one network or several: a band for each stage.

    Its rows are the sorts of blocks, in order of appearance.
    """
    heads = target.heads or tuple(network.name for network in networks)
    several = len(networks) > 1
    bands: list[Band] = []
    for name, network in zip(heads, networks, strict=True):
        head = (name,) if several else ()
        start = len(bands)
        for section in titled(sections(network), target.names):
            blocks = residual_blocks(section.elements)
            facts = Counter(_facts(block, block.shortcut) for block in blocks if block.shortcut)
            rows = ((str(count), *fact) for fact, count in facts.items())
            cells = tuple(tuple(Cell(parts=(Words(text=literal(text)),)) for text in row) for row in rows)
            bands += [Band(heads=(*head, section.title), rows=cells)] if cells else []
        if len(bands) == start:
            nothing = Cell(parts=(Words(text=literal("no block adds a shortcut")),), span=len(_HEADS) - 1)
            bands.append(Band(heads=(*head, "–"), rows=((nothing,),)))
    caption = f"Shortcuts of {enumeration(heads)}: the way round the blocks of each stage."
    return Table(
        heads=("network", *_HEADS) if several else _HEADS,
        keys=2 if several else 1,
        bands=tuple(bands),
        grouped=several,
        caption=caption if target.caption is None else target.caption,
        label=label(networks, "tab:shortcuts") if target.label is None else target.label,
    )


def _facts(block: Block, shortcut: Shortcut) -> tuple[str, ...]:
    """Return the cells of a block behind its count; blocks of a stage with equal cells share a row.

    The layers on the shortcut are in flow order: "1×1 conv, s=2 + BN", "identity", "zero-pad, s=2".
    """
    before, after = in_shape(block), merged_shape(block)
    layers = [layer for layer in walk(shortcut) if layer.kind not in _UNSAID]
    is_plain = shortcut.kind in (ShortcutKind.IDENTITY, ShortcutKind.ZERO_PAD) or not layers
    is_pointwise = any(layer.kind is LayerKind.CONV and set(layer.kernel) == {1} for layer in layers)
    return (
        block_type(block),
        change_text(resolution_text(before[1:]), resolution_text(after[1:])),
        change_text(str(before[0]), str(after[0])),
        shortcut_label(shortcut) if is_plain else Label(*map(layer_on_shortcut, layers), joint=PLUS),
        "yes" if is_pointwise else "no",
    )
