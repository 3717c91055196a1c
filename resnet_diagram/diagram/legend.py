"""Legend entries for the roles and kinds of term in use."""

from collections.abc import Iterable, Sequence

from resnet_diagram.diagram.model import Diagram, EdgeRole, Item, LegendEntry, NodeRole, Slab, Strip
from resnet_diagram.diagram.walk import edges, groups, nodes, series_edges
from resnet_diagram.wording.language import kinds_in
from resnet_diagram.wording.terms import Kind, phrase
from resnet_diagram.wording.vocabulary import Word

WORDS: dict[NodeRole | EdgeRole, Word] = {
    EdgeRole.FLOW: Word.MAIN_PATH,
    EdgeRole.IDENTITY: Word.IDENTITY_SHORTCUT,
    EdgeRole.PROJECTION: Word.PROJECTION_SHORTCUT,
    EdgeRole.POOLED_PROJECTION: Word.POOLED_PROJECTION_SHORTCUT,
    EdgeRole.ZERO_PAD: Word.ZERO_PADDING_SHORTCUT,
    EdgeRole.POOLED: Word.POOLED_SHORTCUT,
    EdgeRole.OTHER: Word.OTHER_SHORTCUT,
    EdgeRole.SKIP: Word.SKIP_CONNECTION,
    NodeRole.ADD: Word.ADDITION,
    NodeRole.SUBTRACT: Word.SUBTRACTION,
    NodeRole.MULTIPLY: Word.MULTIPLICATION,
    NodeRole.CONCAT: Word.CONCATENATION,
    NodeRole.OPAQUE: Word.OPAQUE,
}
"""Explanation of each role that needs one; the text of other boxes says what they are."""

_ABBREVIATIONS = {
    Kind.STRIDE: Word.S_IS_STRIDE,
    Kind.REDUCTION: Word.R_IS_REDUCTION,
    Kind.END_WIDTH: Word.C_ARE_ENDS,
    Kind.WIDTH: Word.C_IS_WIDTH,
}
"""Explanation of each kind of term that is written with a symbol."""


def legend(diagram: Diagram) -> tuple[LegendEntry, ...]:
    """Return one entry for each role drawn, lines before symbols, then the abbreviations in use."""
    roles = {node.role for node in nodes(diagram.items)} | {edge.role for edge in edges(diagram)}
    repeats = [group.repeat for group in groups(diagram.items)]
    return tuple(_entries(roles, kinds_in(diagram.items), repeats))


def sheet_legend(contents: Sequence[Strip | tuple[Item, ...]]) -> tuple[LegendEntry, ...]:
    """Return one entry for each role drawn on a sheet, then those for bars and abbreviations."""
    roles: set[NodeRole | EdgeRole] = {EdgeRole.FLOW}
    repeats: list[int] = []
    for content in contents:
        if isinstance(content, Strip):
            roles |= {arc.role for arc in content.arcs}
            roles |= {slab.role for bay in content.bays for slab in bay.slabs if isinstance(slab, Slab)}
            repeats += [bay.repeat for bay in content.bays]
        else:
            roles |= {node.role for node in nodes(content)} | {edge.role for edge in series_edges(content)}
            repeats += [group.repeat for group in groups(content)]
    has_bars = any(isinstance(content, Strip) for content in contents) and NodeRole.BLOCK in roles
    notes = [note for content in contents if isinstance(content, Strip) for note in content.notes]
    return (
        *_entries(roles, kinds_in(tuple(contents)), repeats, has_bars=has_bars),
        *(LegendEntry(role=None, text=note) for note in notes),
    )


def _entries(
    roles: set[NodeRole | EdgeRole], kinds: frozenset[Kind], repeats: Iterable[int], *, has_bars: bool = False
) -> list[LegendEntry]:
    words: list[tuple[NodeRole | EdgeRole | None, Word]] = [
        (role, word) for role, word in WORDS.items() if role in roles
    ]
    words += [(NodeRole.BLOCK, Word.BAR_SIZES)] if has_bars else []
    hidden = {Kind.WIDTH} if Kind.END_WIDTH in kinds else set[Kind]()
    words += [(None, word) for kind, word in _ABBREVIATIONS.items() if kind in kinds - hidden]
    words += [(None, Word.N_IS_REPEAT)] if any(repeat > 1 for repeat in repeats) else []
    return [LegendEntry(role=role, text=phrase(Kind.LEGEND, word)) for role, word in words]
