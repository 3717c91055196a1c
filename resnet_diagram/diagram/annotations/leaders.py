"""Place the notes of annotations beside their boxes, with leader lines."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Any

from resnet_diagram.diagram.annotations.braces import brace_over
from resnet_diagram.diagram.annotations.match import Kinds, covers
from resnet_diagram.diagram.annotations.model import Brace, Part
from resnet_diagram.diagram.elements import elements, mapped
from resnet_diagram.diagram.model import WHOLE, Diagram, Frame, Inset, Node, Overview, Panel
from resnet_diagram.diagram.quantity import FILLED
from resnet_diagram.wording.terms import Label, literal

Beside = Set[tuple[Part, str]]
"""Parts, each with the key, "note" or "badge", of the text beside its boxes."""


def with_leaders(diagram: Diagram, parts: Sequence[Part], kinds: Sequence[Kinds]) -> tuple[Diagram, Beside]:
    """Return a diagram with words of parts beside their boxes, and which words they are.

    A note without a colour is beside the first box in an inset that shows the part itself, else under the
    bars of the overview; a badge is under the bars where no box has it.
    """
    adjacent: set[tuple[Part, str]] = set()
    panels = list(diagram.panels)
    for part in parts:
        boxes = (element for element, _ in elements(tuple(panels)) if isinstance(element, Node | Frame))
        tagged = any(box.tag == part.badge and any(map(part.names, box.origin.paths)) for box in boxes)
        texts = {"note": "" if part.color else part.note, "badge": "" if tagged else part.badge}
        for key, words in texts.items():
            for at, panel in sorted(enumerate(panels), key=lambda pair: pair[1].id == WHOLE) if words else ():
                noted = _noted(panel, part, literal(words), kinds[0])
                if noted is not panel:
                    panels[at] = noted
                    adjacent.add((part, key))
                    break
    return (replace(diagram, panels=tuple(panels)) if adjacent else diagram), adjacent


def _noted(panel: Panel, part: Part, note: Label, kinds: Kinds) -> Panel:
    """Return a panel with a note on a part, if it draws the part by itself."""
    match panel.content:
        case Overview():
            brace = brace_over(note, (part,), panel.content)
            if not isinstance(brace, Brace):
                return panel
            braces = (*panel.content.braces, replace(brace, noted=True))
            return replace(panel, content=replace(panel.content, braces=braces))
        case Inset():
            boxes = (box for box, _ in elements(panel) if isinstance(box, Node) and box.role in FILLED)
            named = (box for box in boxes if any(map(part.names, box.origin.paths)))
            first = next((box.id for box in named if covers(part, box.origin, kinds)), None)

            def change(element: Any, _: int) -> Any:
                is_first = isinstance(element, Node) and element.id == first
                return replace(element, note=note) if is_first else element

            return mapped(panel, change) if first else panel
    return panel
