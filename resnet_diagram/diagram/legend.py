"""The legend: what was drawn and does not explain itself."""

import re
from collections.abc import Iterable, Sequence

from resnet_diagram.diagram.model import (
    Diagram,
    EdgeRole,
    Item,
    LegendEntry,
    NodeRole,
    Slab,
    Strip,
)
from resnet_diagram.diagram.walk import edges, groups, nodes, series_edges

WORDS: dict[NodeRole | EdgeRole, str] = {
    EdgeRole.FLOW: "main path",
    EdgeRole.IDENTITY: "identity shortcut",
    EdgeRole.PROJECTION: "projection shortcut",
    EdgeRole.POOLED_PROJECTION: "pooled projection shortcut",
    EdgeRole.ZERO_PAD: "zero-padding shortcut",
    EdgeRole.POOLED: "pooled shortcut",
    EdgeRole.OTHER: "other shortcut",
    EdgeRole.SKIP: "skip connection",
    NodeRole.ADD: "addition",
    NodeRole.MULTIPLY: "multiplication",
    NodeRole.CONCAT: "concatenation",
    NodeRole.OPAQUE: "irregular part, not drawn open",
}
"""The words for each role that needs them; boxes whose text says what they are need none."""

_SLABS = "block height: log resolution, width: log channels"
_ABBREVIATIONS = (
    (r"\bs ?=|, s\b", "s: stride"),
    (r"\br=", "r: reduction"),
    (r"\bC = |, \d*C\b", "C: block width"),
)
"""What in a text is short for something, as a regular expression, and the words for it."""


def legend(diagram: Diagram) -> tuple[LegendEntry, ...]:
    """One entry for each role drawn, lines before symbols, then the abbreviations used."""
    drawn_nodes = list(nodes(diagram.items))
    drawn_edges = edges(diagram)
    used = {node.role for node in drawn_nodes} | {edge.role for edge in drawn_edges}
    entries = [LegendEntry(role=role, text=text) for role, text in WORDS.items() if role in used]
    texts = [line for node in drawn_nodes for line in node.lines] + [edge.label for edge in drawn_edges]
    entries += _abbreviations(texts)
    if any(group.repeat > 1 for group in groups(diagram.items)):
        entries.append(LegendEntry(role=None, text="[×N]: N blocks"))
    return tuple(entries)


_BOTH = {"C: block width": "C, C′: channels in and out"}
"""What is said instead where a type of block needs both."""


def _abbreviations(texts: Iterable[str]) -> list[LegendEntry]:
    joined = "\n".join(texts)
    found = dict.fromkeys(words for sign, words in _ABBREVIATIONS if re.search(sign, joined))
    if "C′" in joined:
        found = {_BOTH.get(words, words): None for words in found}
    return [LegendEntry(role=None, text=words) for words in found]


def sheet_legend(contents: Sequence[Strip | tuple[Item, ...]]) -> tuple[LegendEntry, ...]:
    """One entry for each role drawn on a sheet, then what slabs and abbreviations mean."""
    strips = [content for content in contents if isinstance(content, Strip)]
    open_items = [content for content in contents if not isinstance(content, Strip)]
    used: set[NodeRole | EdgeRole] = {EdgeRole.FLOW}
    texts: list[str] = []
    for strip in strips:
        used |= {arc.role for arc in strip.arcs}
        used |= {slab.role for bay in strip.bays for slab in bay.slabs if isinstance(slab, Slab)}
        texts += [arc.label for arc in strip.arcs] + [bay.note for bay in strip.bays]
        texts += [slab.text for bay in strip.bays for slab in bay.slabs if isinstance(slab, Slab)]
    for items in open_items:
        drawn = series_edges(items)
        used |= {node.role for node in nodes(items)} | {edge.role for edge in drawn}
        texts += [line for node in nodes(items) for line in node.lines] + [edge.label for edge in drawn]
    entries = [LegendEntry(role=role, text=text) for role, text in WORDS.items() if role in used]
    entries += [LegendEntry(role=NodeRole.BLOCK, text=_SLABS)] if strips and NodeRole.BLOCK in used else []
    entries += _abbreviations(texts)
    repeats = [bay.repeat for strip in strips for bay in strip.bays]
    repeats += [group.repeat for items in open_items for group in groups(items)]
    if any(repeat > 1 for repeat in repeats):
        entries.append(LegendEntry(role=None, text="[×N]: N blocks"))
    return tuple(entries)
