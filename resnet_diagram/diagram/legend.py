"""Legend entries for the roles and kinds of term in use."""

from collections.abc import Sequence
from typing import assert_never

from resnet_diagram.diagram.model import (
    Bar,
    Chain,
    Comparison,
    Content,
    Dag,
    EdgeRole,
    Inset,
    LegendEntry,
    NodeRole,
    Overview,
)
from resnet_diagram.diagram.roles import edge_role
from resnet_diagram.diagram.walk import content_items, edges, groups, nodes, overviews, reads
from resnet_diagram.wording.language import kinds_in
from resnet_diagram.wording.terms import Kind, phrase
from resnet_diagram.wording.vocabulary import SHORTCUT_WORDS, Word

WORDS: dict[NodeRole | EdgeRole, Word] = {
    EdgeRole.FLOW: Word.MAIN_PATH,
    **{edge_role(kind): words.entry for kind, words in SHORTCUT_WORDS.items()},
    EdgeRole.SKIP: Word.SKIP_CONNECTION,
    NodeRole.ADD: Word.ADDITION,
    NodeRole.SUBTRACT: Word.SUBTRACTION,
    NodeRole.MULTIPLY: Word.MULTIPLICATION,
    NodeRole.CONCAT: Word.CONCATENATION,
    NodeRole.OPAQUE: Word.OPAQUE,
}
"""Explanation of each role whose boxes do not explain themselves."""

_ABBREVIATIONS = {
    Kind.STRIDE: Word.S_IS_STRIDE,
    Kind.REDUCTION: Word.R_IS_REDUCTION,
    Kind.END_WIDTH: Word.C_ARE_ENDS,
    Kind.IN_WIDTH: Word.C_IS_IN,
    Kind.WIDTH: Word.C_IS_WIDTH,
}
"""Explanation of each kind of term that is written with a symbol."""


def legend(contents: Sequence[Content]) -> tuple[LegendEntry, ...]:
    """Return one entry for each role drawn, lines before symbols, then those for bars and abbreviations."""
    items = [item for content in contents for item in content_items(content)]
    strips = [strip for content in contents for strip in overviews(content)]
    roles: set[NodeRole | EdgeRole] = {node.role for node in nodes(items)}
    repeats = [group.repeat for group in groups(items)]
    for strip in strips:
        roles |= {EdgeRole.FLOW, *(arc.role for arc in strip.arcs)}
        roles |= {bar.role for frame in strip.frames for bar in frame.bars if isinstance(bar, Bar)}
        repeats += [frame.repeat for frame in strip.frames]
    for content in contents:
        match content:
            case Overview():
                pass
            case Dag():
                roles |= {EdgeRole.FLOW, *(read.role for read in reads((content,)))}
            case Inset() | Chain():
                roles |= {edge.role for edge in edges(content.items)}
            case Comparison():
                roles |= {edge.role for column in content.columns for edge in edges(sum(column.cells, ()))}
            case _:
                assert_never(content)
    kinds = kinds_in((*strips, *items))
    hidden = {Kind.IN_WIDTH} if Kind.END_WIDTH in kinds else set[Kind]()
    own_width = kinds & {Kind.IN_WIDTH, Kind.END_WIDTH} and Word.C_IS_WIDTH_OF_TYPES
    words: list[tuple[NodeRole | EdgeRole | None, Word]] = [
        (role, word) for role, word in WORDS.items() if role in roles
    ]
    words += [(NodeRole.BLOCK, Word.BAR_SIZES)] if strips and NodeRole.BLOCK in roles else []
    words += [
        (None, own_width if own_width and kind is Kind.WIDTH else word)
        for kind, word in _ABBREVIATIONS.items()
        if kind in kinds - hidden
    ]
    if Kind.REPEAT in kinds or any(node.badge for node in nodes(items)):
        words.append((None, Word.N_IN_SERIES))
    elif any(repeat > 1 for repeat in repeats):
        words.append((None, Word.N_IS_REPEAT))
    entries = [LegendEntry(role=role, text=phrase(Kind.LEGEND, word)) for role, word in words]
    notes = (note for content in contents if isinstance(content, Overview | Dag) for note in content.notes)
    return (
        *entries,
        *(LegendEntry(role=None, text=note) for note in dict.fromkeys(notes)),
    )


def needed_entries(
    entries: Sequence[LegendEntry], contents: Sequence[Content], shown: Sequence[Content]
) -> tuple[LegendEntry, ...]:
    """Return the entries needed for a subset of the contents.

    `entries`: the legend of all contents, in any language, and what was added behind it, which is kept.
    """
    if not entries:
        return ()
    every, needed = legend(contents), set(legend(shown))
    entries_left = tuple(entry for entry, plain in zip(entries, every, strict=False) if plain in needed)
    return (*entries_left, *entries[len(every) :])
