"""Notes below a table: strides, abbreviations, and the definition of MACs."""

import re
from collections.abc import Iterable, Iterator, Sequence

from resnet_diagram.spec.counting.sharing import shared_modules
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
from resnet_diagram.tables.model import Cell
from resnet_diagram.tables.sections import Section, has_long_links
from resnet_diagram.tables.words import DEPTHWISE, PARALLEL
from resnet_diagram.wording.contents import shared_notes
from resnet_diagram.wording.language import labels_in
from resnet_diagram.wording.terms import Kind, Label, Term, enumeration

MACS = "MACs: multiply-accumulate operations for one input; the 2015 paper calls them FLOPs."

_PRINTED = {"resnet34": "3.6", "resnet50-v1": "3.8"}
"""FLOPs in Table 1 of the 2015 paper, ×10⁹, where they are not our count rounded to one decimal."""

_FIRST = ", in its first 1×1 convolution, as in the 2015 paper"
_MIDDLE = ", in its 3×3 convolution"
_LATER = f"{_MIDDLE} (v1.5; the 2015 paper has it in the 1×1 before)"


def printed_notes(networks: Sequence[Network], heads: Sequence[str]) -> tuple[str, ...]:
    """Return a note on counts that the 2015 paper prints otherwise."""
    printed = [
        f"{_PRINTED[network.source]} billion for {head}"
        for network, head in zip(networks, heads, strict=True)
        if network.source in _PRINTED
    ]
    return (f"The 2015 paper prints FLOPs of {enumeration(printed)}.",) if printed else ()


def stride_notes(columns: Sequence[Sequence[Section]], heads: Sequence[str]) -> tuple[str, ...]:
    """Return notes on the stages that reduce the resolution in their first block, and on the layer.

    `columns` are the sections of the networks, `heads` the names of these.
    """
    heads_of: dict[tuple[str, str], list[str]] = {}
    for column, head in zip(columns, heads, strict=True):
        titles_of: dict[str, list[str]] = {}
        for section in column:
            blocks = (item for item in section.elements if isinstance(item, Block) and is_residual(item))
            first = next(blocks, None)
            if first and any(step > 1 for step in stride(first)):
                fact = f"stride {extent_text(stride(first))}{_place(first)}."
                titles = titles_of.setdefault(fact, [])
                titles += [section.title] if section.title not in titles else []
        for fact, titles in titles_of.items():
            heads_of.setdefault((enumeration(titles), fact), []).append(head)
    notes = []
    for (listed, fact), owners in heads_of.items():
        whose = f" of {enumeration(owners)}" if len(owners) < len(heads) else ""
        notes.append(f"The first block of {listed}{whose} has {fact}")
    return tuple(notes)


def _place(block: Block) -> str:
    """Return the layer of a bottleneck with its stride, in words; empty for other blocks."""
    if block_kind(block) is not BlockKind.BOTTLENECK:
        return ""
    layers = weighted_layers(block)
    at = next((at for at, layer in enumerate(layers) if any(step > 1 for step in layer.stride)), None)
    if at == 1 and (layers[1].groups > 1 or any(map(gate_ratio, all_blocks(block)))):
        return _MIDDLE
    return {0: _FIRST, 1: _LATER}.get(at, "") if at is not None else ""


def graph_notes(columns: Sequence[Sequence[Section]]) -> tuple[str, ...]:
    """Return notes on the rows of networks that are no chain."""
    sections = [section for column in columns for section in column]
    notes = []
    if any(section.modules > 1 for section in sections):
        notes.append("A second factor is the number of modules in series that have these blocks each.")
    if any(section.beside for section in sections):
        notes.append("Layers beside the stages of a graph are listed once each, with their number.")
    return tuple(notes)


def word_notes(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Return explanations of the abbreviations in a table's cells."""
    terms = [term for label in labels_in(tuple(cells)) for term in _terms(label)]
    kinds = {term.kind for term in terms}
    notes = []
    if Kind.DEPTHWISE in kinds:
        notes.append(f"{DEPTHWISE}: depthwise convolution.")
    if Kind.GROUPS in kinds:
        notes.append("C: cardinality, the number of groups of a convolution.")
    if Kind.BRANCH in kinds:
        notes.append(f"{PARALLEL}: branches in parallel, concatenated unless stated otherwise.")
    if example := next((term.word for term in terms if term.kind is Kind.GATE), ""):
        notes.append(f"{example}: a squeeze-and-excitation gate, with the widths of its two layers.")
    return tuple(notes)


def _terms(label: Label) -> Iterator[Term]:
    for part in label.parts:
        if isinstance(part, Term):
            yield part
        else:
            yield from _terms(part)


def link_notes(networks: Iterable[Network]) -> tuple[str, ...]:
    """Return a note on links of a U-Net that a table leaves out."""
    note = "Links from a stage to a later one, past those between, are left out."
    return (note,) if any(map(has_long_links, networks)) else ()


def shared_module_notes(networks: Sequence[Network], heads: Sequence[str]) -> tuple[str, ...]:
    """Return a note for each network with modules that run several times."""
    notes = [
        (head, note)
        for head, each in zip(heads, networks, strict=True)
        for note in shared_notes(shared_modules(each))
    ]
    return tuple(f"{note[:1].upper()}{note[1:]}{f' ({head})' * (len(heads) > 1)}." for head, note in notes)


def input_text(networks: Sequence[Network]) -> str:
    """Return the shapes of the networks' inputs, each once.

    Such as "224×224×3".
    """
    return enumeration(list(dict.fromkeys(shape_text(network.input_shape) for network in networks)))


def label(networks: Sequence[Network], kind: str = "tab") -> str:
    """Return a name for cross-references."""
    return f"{kind}:{'-'.join(plain(network.name) for network in networks)}"


def plain(name: str) -> str:
    """Return a name of letters, digits and hyphens only.

    >>> plain("resnext50_32x4d"), plain("Net(depth=20)")
    ('resnext50-32x4d', 'Net-depth-20')
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "network"
