"""Highlight what differs from a baseline: annotations made from the differences of two networks."""

from dataclasses import replace

from resnet_diagram.diagram.annotations.model import Annotations, Part
from resnet_diagram.differences.parts import changes
from resnet_diagram.spec.model import Network
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word

_MOST = 6
"""Removed parts that are named."""


def with_baseline(annotations: Annotations, network: Network, baseline: Network) -> Annotations:
    """Return annotations with fills for what is new and what is changed, and a note on what is missing."""
    found = changes(network, baseline)
    name = literal(baseline.name)
    parts = [
        Part(paths=frozenset(paths), color=color, note=phrase(Kind.LEGEND, word, name))
        for paths, color, word in (
            (found.changed, "changed", Word.CHANGED_FROM),
            (found.new, "highlight", Word.NEW_BESIDE),
        )
        if paths
    ]
    notes: tuple[str, ...] = ()
    if found.removed:
        listed = Label(*found.removed[:_MOST], joint=Word.LIST)
        rest = len(found.removed) - _MOST
        words = phrase(Kind.LEGEND, Word.AND_MORE, listed, rest) if rest > 0 else listed
        notes = (phrase(Kind.LEGEND, Word.REMOVED_FROM, name, words),)
    return replace(
        annotations,
        source=annotations.source or "--baseline",
        parts=(*parts, *annotations.parts),
        notes=(*notes, *annotations.notes),
    )
