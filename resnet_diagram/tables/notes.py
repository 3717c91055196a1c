"""What has to be said below a table: strides, abbreviations, and what MACs are."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from resnet_diagram.spec.measure import (
    BlockKind,
    all_blocks,
    block_kind,
    gate_ratio,
    is_residual,
    stride,
    weighted_layers,
)
from resnet_diagram.spec.model import Block, Network
from resnet_diagram.spec.shapes import extent_text, shape_text
from resnet_diagram.tables.model import Cell, Stack, Words
from resnet_diagram.tables.sections import Section, has_long_links
from resnet_diagram.tables.words import BESIDE, DEPTHWISE

MACS = "MACs: multiply-accumulate operations for one input; the 2015 paper calls them FLOPs."

_PRINTED = {"resnet34": "3.6", "resnet50-v1": "3.8"}
"""What Table 1 of the 2015 paper prints, ×10⁹, where that is not our count rounded to one decimal."""

_FIRST = "in its first 1×1 convolution, as in the 2015 paper"
_MIDDLE = "in its 3×3 convolution"
_LATER = f"{_MIDDLE} (v1.5; the 2015 paper has it in the 1×1 before)"


def printed_notes(networks: Sequence[Network], heads: Sequence[str]) -> tuple[str, ...]:
    """What the 2015 paper prints for its networks, where a reader would wonder."""
    told = [
        f"{_PRINTED[network.source]} billion for {head}"
        for network, head in zip(networks, heads, strict=True)
        if network.source in _PRINTED
    ]
    return (f"The 2015 paper prints FLOPs of {joined(told)}.",) if told else ()


def joined(words: Sequence[str]) -> str:
    """A list in words.

    >>> joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def stride_notes(columns: Sequence[Sequence[Section]], heads: Sequence[str]) -> tuple[str, ...]:
    """Which stages reduce the resolution in their first block, and in which of its layers.

    `columns` are the sections of the networks, `heads` the names of these.
    """
    told: dict[_Stride, list[str]] = {}
    for column, head in zip(columns, heads, strict=True):
        for fact in _strides(column):
            told.setdefault(fact, []).append(head)
    return tuple(_stride_note(fact, found, len(heads)) for fact, found in told.items())


class _Stride(NamedTuple):
    """Sections whose first block has a stride, and the layer it is in, in words."""

    titles: tuple[str, ...]
    step: str
    place: str


def _strides(column: Iterable[Section]) -> Iterator[_Stride]:
    """One for each stride and each place it is in."""
    found: dict[tuple[str, str], list[str]] = {}
    for section in column:
        first = next((one for one in section.elements if isinstance(one, Block) and is_residual(one)), None)
        steps = stride(first) if first else ()
        if first and any(step > 1 for step in steps):
            found.setdefault((extent_text(steps), _place(first)), []).append(section.title)
    for (step, place), titles in found.items():
        yield _Stride(tuple(titles), step, place)


def _place(block: Block) -> str:
    """Where a bottleneck has its stride, in words; nothing for other blocks."""
    if block_kind(block) is not BlockKind.BOTTLENECK:
        return ""
    layers = weighted_layers(block)
    at = next((at for at, layer in enumerate(layers) if any(step > 1 for step in layer.stride)), None)
    if at == 1:
        return _LATER if layers[1].groups == 1 and not _is_gated(block) else _MIDDLE
    return _FIRST if at == 0 else ""


def _is_gated(block: Block) -> bool:
    return any(gate_ratio(one) for one in all_blocks(block))


def _stride_note(fact: _Stride, heads: list[str], total: int) -> str:
    whose = f" of {joined(heads)}" if len(heads) < total else ""
    block = f"The first block of {joined(fact.titles)}{whose} has stride {fact.step}"
    return f"{block}{', ' + fact.place if fact.place else ''}."


def word_notes(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Abbreviations that stand in a table's cells."""
    lines = [line for cell in cells for line in _lines(cell)]
    found = []
    if any(f" {DEPTHWISE}" in line for line in lines):
        found.append(f"{DEPTHWISE}: depthwise convolution.")
    if any(", C=" in line for line in lines):
        found.append("C: cardinality, the number of groups of a convolution.")
    if any(line.startswith(BESIDE) for line in lines):
        found.append(f"{BESIDE}: branches side by side, concatenated where nothing else is said.")
    example = next((line for line in lines if line.startswith("fc, [")), "")
    if example:
        found.append(f"{example}: a squeeze-and-excitation gate, with the widths of its two layers.")
    return tuple(found)


def link_notes(networks: Iterable[Network]) -> tuple[str, ...]:
    """That a table leaves out the links of a U-Net."""
    said = "Links from a stage to a later one, past those between, are left out."
    return (said,) if any(map(has_long_links, networks)) else ()


def _lines(cell: Cell) -> tuple[str, ...]:
    found: list[str] = []
    for part in cell.parts:
        if isinstance(part, Words):
            found.append(part.text)
        elif isinstance(part, Stack):
            found += part.lines
    return tuple(found)


def input_text(networks: Sequence[Network]) -> str:
    """The shapes of the networks' inputs, each once.

    Such as "224×224×3".
    """
    return joined(list(dict.fromkeys(shape_text(one.input_shape) for one in networks)))


def label(networks: Sequence[Network], kind: str = "tab") -> str:
    """A name for cross-references."""
    return f"{kind}:{'-'.join(plain(network.name) for network in networks)}"


def plain(name: str) -> str:
    """A name of letters, digits and hyphens only.

    >>> plain("resnext50_32x4d"), plain("Net(depth=20)")
    ('resnext50-32x4d', 'Net-depth-20')
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "network"
