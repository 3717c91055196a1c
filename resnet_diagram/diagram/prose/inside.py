"""Legend notes on the content of closed boxes, by type of box."""

from collections.abc import Sequence
from functools import reduce
from operator import add

from resnet_diagram.diagram.accounting import closed_boxes
from resnet_diagram.diagram.model import Content
from resnet_diagram.spec.model import Network
from resnet_diagram.wording.contents import Contents, contents_label
from resnet_diagram.wording.terms import Kind, Label, phrase
from resnet_diagram.wording.vocabulary import Word

_LISTED = 3
"""Types of box with a note of their own, at most."""


def inside_notes(network: Network, drawings: Sequence[Content]) -> tuple[Label, ...]:
    """Return notes on the content of closed boxes, such as "inside each bottleneck: 3 conv, 3 BN".

    Single boxes with the same content share a note.
    """
    boxes: dict[Label, list[Contents]] = {}
    for kind, contents in closed_boxes(network, drawings):
        boxes.setdefault(kind, []).append(contents)
    listed, rest = list(boxes), list[Label]()
    if len(boxes) > _LISTED:
        ranked = sorted(boxes, key=lambda kind: -len(boxes[kind]))
        listed, rest = ranked[: _LISTED - 1], ranked[_LISTED - 1 :]
    kinds_of: dict[tuple[Word, Label], list[Label]] = {}
    for kind in listed:
        kinds_of.setdefault(_note(boxes[kind]), []).append(kind)
    notes = [
        phrase(Kind.LEGEND, word, Label(*kinds, joint=Word.LIST), contents)
        for (word, contents), kinds in kinds_of.items()
        if contents
    ]
    if rest:
        others = reduce(add, (contents for kind in rest for contents in boxes[kind]))
        notes.append(phrase(Kind.LEGEND, Word.INSIDE_OTHERS, contents_label(others)))
    return tuple(notes)


def _note(several: Sequence[Contents]) -> tuple[Word, Label]:
    """Return the content of boxes of a type, for each or in total; omit parameters if they differ."""
    if len(several) == 1:
        return Word.INSIDE_BOX, contents_label(several[0])
    for weights in (True, False):
        labels = {contents_label(contents, weights=weights) for contents in several}
        if len(labels) == 1 and (label := labels.pop()):
            return Word.INSIDE_EACH, label
    return Word.INSIDE_TYPE, contents_label(reduce(add, several))
