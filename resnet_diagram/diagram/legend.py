"""The legend: what was drawn and does not explain itself."""

from collections.abc import Iterable

from resnet_diagram.diagram.links import edges, groups, nodes
from resnet_diagram.diagram.model import Diagram, EdgeRole, LegendEntry, NodeRole

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

_ABBREVIATIONS = (("s=", "s: stride"), ("r=", "r: reduction"))


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


def _abbreviations(texts: Iterable[str]) -> list[LegendEntry]:
    joined = "\n".join(texts)
    return [LegendEntry(role=None, text=words) for sign, words in _ABBREVIATIONS if sign in joined]
