"""The shortcut table: what goes round each stage's blocks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from resnet_diagram.spec.measure import in_shape, merged_shape, residual_blocks, walk
from resnet_diagram.spec.model import (
    Block,
    Layer,
    LayerKind,
    Network,
    Shortcut,
    ShortcutKind,
)
from resnet_diagram.tables.model import Band, Cell, Table, Wanted, Words
from resnet_diagram.tables.names import titled
from resnet_diagram.tables.notes import joined, label
from resnet_diagram.tables.sections import Section, sections
from resnet_diagram.tables.words import size_text
from resnet_diagram.wording.blocks import block_type
from resnet_diagram.wording.layers import layer_on_shortcut, shortcut_label

_HEADS = ("stage", "blocks", "block type", "resolution", "channels", "shortcut", "1×1 conv")
_UNSAID = (LayerKind.ACTIVATION, LayerKind.RESHAPE, LayerKind.DROPOUT)


class _Fact(NamedTuple):
    """What is said of a block; those of a stage that agree in it share a row."""

    type: str
    resolution: str
    channels: str
    shortcut: str
    pointwise: str


def shortcut_table(networks: Sequence[Network], wanted: Wanted) -> Table:
    """The shortcuts of one network or several: a row for each sort of block in a stage."""
    heads = wanted.heads or tuple(network.name for network in networks)
    several = len(networks) > 1
    bands = tuple(
        band
        for head, network in zip(heads, networks, strict=True)
        for band in _bands(network, wanted, (head,) if several else ())
    )
    caption = f"Shortcuts of {joined(heads)}: the way round the blocks of each stage."
    return Table(
        heads=("network", *_HEADS) if several else _HEADS,
        keys=2 if several else 1,
        bands=bands,
        grouped=several,
        caption=caption if wanted.caption is None else wanted.caption,
        label=label(networks, "tab:shortcuts") if wanted.label is None else wanted.label,
    )


def _bands(network: Network, wanted: Wanted, head: tuple[str, ...]) -> Iterator[Band]:
    bands = [
        Band(heads=(*head, section.title), rows=rows)
        for section in titled(sections(network), wanted.names)
        if (rows := tuple(_rows(section)))
    ]
    nothing = Cell(parts=(Words(text="no block adds a shortcut"),), span=len(_HEADS) - 1)
    yield from bands or [Band(heads=(*head, "–"), rows=((nothing,),))]


def _rows(section: Section) -> Iterator[tuple[Cell, ...]]:
    """A row for each sort of block, in the order they first come."""
    blocks = residual_blocks(section.elements)
    facts = Counter(_fact(block, block.shortcut) for block in blocks if block.shortcut)
    for fact, count in facts.items():
        yield tuple(Cell(parts=(Words(text=text),)) for text in (str(count), *fact))


def _fact(block: Block, shortcut: Shortcut) -> _Fact:
    before, after = in_shape(block), merged_shape(block)
    return _Fact(
        type=block_type(block),
        resolution=_change(size_text(before[1:]), size_text(after[1:])),
        channels=_change(str(before[0]), str(after[0])),
        shortcut=operation(shortcut),
        pointwise="yes" if any(_is_pointwise(layer) for layer in walk(shortcut)) else "no",
    )


def _change(before: str, after: str) -> str:
    """Both where they differ.

    >>> _change("56×56", "28×28"), _change("256", "256")
    ('56×56 → 28×28', '256')
    """
    return before if before == after else f"{before} → {after}"


def _is_pointwise(layer: Layer) -> bool:
    return layer.kind is LayerKind.CONV and set(layer.kernel) == {1}


def operation(shortcut: Shortcut) -> str:
    """What lies on a shortcut, in flow order: "1×1 conv, s=2 + BN", "identity", "zero-pad, s=2"."""
    layers = [layer for layer in walk(shortcut) if layer.kind not in _UNSAID]
    if shortcut.kind in (ShortcutKind.IDENTITY, ShortcutKind.ZERO_PAD) or not layers:
        return shortcut_label(shortcut)
    return " + ".join(layer_on_shortcut(layer) for layer in layers)
