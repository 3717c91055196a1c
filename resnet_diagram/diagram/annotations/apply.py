"""Apply annotations to a finished diagram: labels, badges, fills and notes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from resnet_diagram.diagram.annotations.leaders import Beside, with_leaders
from resnet_diagram.diagram.annotations.match import covers, kinds_of
from resnet_diagram.diagram.annotations.model import Annotations, Part
from resnet_diagram.diagram.elements import elements, mapped
from resnet_diagram.diagram.flat import later
from resnet_diagram.diagram.model import (
    Bar,
    Diagram,
    Frame,
    Group,
    LegendEntry,
    Node,
    NodeRole,
    Origin,
    Panel,
)
from resnet_diagram.diagram.origin import paths_of
from resnet_diagram.diagram.quantity import FILLED
from resnet_diagram.errors import warn_unrendered
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.model import Network, Stage
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word


def annotated(
    diagram: Diagram, networks: Sequence[Network], annotations: Annotations, first_mark: int
) -> Diagram:
    """Return a diagram with the annotations of its networks.

    The part with the number k, from 0, of those with a colour has the shade `first_mark` + k. Warns of a part
    that is not drawn by itself, as one block of several that are folded.
    """
    kinds = [kinds_of(network) for network in networks]
    marks = {part: first_mark + k for k, part in enumerate(coloured(annotations))}
    applied: set[tuple[Part, str]] = set()

    def change(element: Any, at: int) -> Any:
        if isinstance(element, Diagram):
            shown, adjacent = with_leaders(element, annotations.parts, kinds)
            applied.update(adjacent)
            return replace(shown, legend=_legend(shown, annotations, marks, adjacent))
        for part in annotations.parts:
            if covers(part, element.origin, kinds[at]):
                for key, changed in _changes(element, part, marks.get(part, 0)):
                    if changed is not element:
                        applied.add((part, key))
                    element = changed
        return element

    result = mapped(replace(diagram, flat=None, boxed=None), change)
    shown = frozenset(applied)
    flat, boxed = later(diagram.flat, lambda flat: mapped(flat, change)), mapped(diagram.boxed, change)
    for part in annotations.parts:
        keys = {"color": part.color, "label": "" if part.unit else part.label, "badge": part.badge}
        missing = [key for key, value in keys.items() if value and (part, key) not in shown]
        if missing and part.pattern and not part.hide:
            _warn(part, missing)
        if part.fold is not None and not _holds_a_stage(part, networks):
            warn_unrendered(f"Annotation {part.pattern!r} folds nothing: it holds no stage.")
    return replace(result, flat=flat, boxed=boxed)


def _holds_a_stage(part: Part, networks: Sequence[Network]) -> bool:
    stages = (each for network in networks for each in all_elements(network) if isinstance(each, Stage))
    return any(all(map(part.holds, paths)) for paths in map(tuple, map(paths_of, stages)) if paths)


def coloured(annotations: Annotations) -> tuple[Part, ...]:
    """Return the parts with a colour."""
    return tuple(part for part in annotations.parts if part.color)


def _changes(element: Any, part: Part, mark: int) -> Iterator[tuple[str, Any]]:
    """Yield an element with the label, the badge and the fill of a part, one after the other, by their keys.

    Label and badge need an element that shows the part itself, the fill any box inside it.
    """
    if part.label and not part.unit and _is_named(element.origin, part):
        element = _labelled(element, part)
        yield "label", element
    if part.badge and _is_named(element.origin, part):
        element = _tagged(element, part)
        yield "badge", element
    if mark and isinstance(element, Node | Bar) and element.role in FILLED and _is_box_of(element, part):
        yield "color", replace(element, mark=mark)


def _tagged(element: Any, part: Part) -> Any:
    """Return an element with the badge of a part: at the corner of a box or a stage, else in its title."""
    badge = literal(part.badge)
    match element:
        case Node() if element.role in FILLED and _is_box_of(element, part):
            return replace(element, tag=badge)
        case Frame() if element.title and all(map(part.holds, element.origin.paths)):
            return replace(element, tag=badge)
        case Group() if element.title and all(map(part.holds, element.origin.paths)):
            return replace(element, title=phrase(Kind.TITLE, Word.TITLE_AND_PLACE, element.title, badge))
    return element


def _is_box_of(element: Node | Bar, part: Part) -> bool:
    """Return whether the colour of a part fills a box inside it; of a unit, only the unit's box."""
    return not part.unit or (element.role is NodeRole.OTHER and _is_named(element.origin, part))


def _is_named(origin: Origin, part: Part) -> bool:
    return any(map(part.names, origin.paths))


def _labelled(element: Any, part: Part) -> Any:
    """Return an element with the label of a part as its text or title."""
    label = literal(part.label)
    match element:
        case Node() if element.role in FILLED:
            return replace(element, lines=(label,), marked=())
        case Bar() if element.role is not NodeRole.BLOCK:
            return replace(element, text=label)
        case Group() | Frame() | Panel() if element.title and all(map(part.holds, element.origin.paths)):
            return replace(element, title=label)
    return element


def _legend(
    diagram: Diagram,
    annotations: Annotations,
    marks: Mapping[Part, int],
    adjacent: Beside,
) -> tuple[LegendEntry, ...]:
    """Return the legend with a swatch for each colour that has a note, and the other notes behind it.

    `adjacent`: the parts whose "note" is beside their boxes.
    """
    if not diagram.legend:
        return ()
    used = {box.mark for box, _ in elements(diagram.panels) if isinstance(box, Node | Bar)}
    fills: dict[str, list[Part]] = {}
    for part in annotations.parts:
        if part.note and marks.get(part) in used:
            fills.setdefault(part.color, []).append(part)
    swatches = [
        LegendEntry(
            role=NodeRole.OTHER,
            text=Label(*dict.fromkeys(_words(part.note) for part in parts), joint=Word.CLAUSES),
            shade=marks[parts[0]],
        )
        for parts in fills.values()
    ]
    plain = (part for part in annotations.parts if part.note and part not in marks)
    notes = [_named_note(part) for part in plain if (part, "note") not in adjacent]
    notes += map(_words, annotations.notes)
    return (*diagram.legend, *swatches, *(LegendEntry(role=None, text=note) for note in notes))


def _named_note(part: Part) -> Label:
    """Return a note that is beside no box, with the name of its module."""
    last = part.pattern.rpartition(".")[2]
    name = part.label or (part.pattern if "*" in last else last)
    return phrase(Kind.LEGEND, Word.NAMED, literal(name), _words(part.note)) if name else _words(part.note)


def _words(note: str) -> Label:
    """Return a note as a label; one of our own keeps its terms."""
    return note if isinstance(note, Label) else literal(note)


def _warn(part: Part, keys: Sequence[str]) -> None:
    warn_unrendered(
        f"Annotation {part.pattern!r} is left out ({', '.join(keys)}): this drawing has no box or title for "
        "it alone. A pattern that holds all blocks that are folded together, --view full, or 'unit = true' "
        "gives it one."
    )
