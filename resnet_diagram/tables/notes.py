"""Notes below a table: strides, abbreviations, and the definition of MACs."""

import re
from collections.abc import Iterable, Sequence

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
from resnet_diagram.spec.shapes import extent_text
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


def notes_of(
    networks: Sequence[Network],
    heads: Sequence[str],
    columns: Sequence[Sequence[Section]],
    cells: Iterable[Cell],
) -> tuple[str, ...]:
    """Return the notes below a table of networks, whose names, sections and cells are given."""
    pairs = list(zip(networks, heads, strict=True))
    printed = [f"{_PRINTED[net.source]} billion for {head}" for net, head in pairs if net.source in _PRINTED]
    shared = [(head, note) for net, head in pairs for note in shared_notes(shared_modules(net))]
    sections = [section for column in columns for section in column]
    factors = "A second factor is the number of modules in series that have these blocks each."
    loose_layers = "Layers beside the stages of a graph are listed once each, with their number."
    links = "Links from a stage to a later one, past those between, are left out."
    return (
        MACS,
        *([f"The 2015 paper prints FLOPs of {enumeration(printed)}."] if printed else []),
        *stride_notes(columns, heads),
        *([factors] if any(section.modules > 1 for section in sections) else []),
        *([loose_layers] if any(section.loose for section in sections) else []),
        *word_notes(cells),
        *([links] if any(map(has_long_links, networks)) else []),
        *(f"{note[:1].upper()}{note[1:]}{f' ({head})' * (len(heads) > 1)}." for head, note in shared),
    )


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


def word_notes(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Return explanations of the abbreviations in a table's cells."""
    terms: list[Term] = []
    waiting: list[Term | Label] = [*labels_in(tuple(cells))]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, Term):
            terms.append(part)
        else:
            waiting[:0] = part.parts
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


def label(networks: Sequence[Network], kind: str = "tab") -> str:
    """Return a name for cross-references, of letters, digits and hyphens only."""
    names = (re.sub(r"[^A-Za-z0-9]+", "-", network.name).strip("-") or "network" for network in networks)
    return f"{kind}:{'-'.join(names)}"
