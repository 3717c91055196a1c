"""Apply annotations to a finished diagram: labels, badges, fills and notes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from resnet_diagram.diagram.annotations.leaders import Beside, with_leaders
from resnet_diagram.diagram.annotations.match import covers, kinds_of
from resnet_diagram.diagram.annotations.model import Annotations, Part
from resnet_diagram.diagram.elements import elements, mapped
from resnet_diagram.diagram.flat import later
from resnet_diagram.diagram.model import Bar, Diagram, Frame, Group, LegendEntry, Node, NodeRole, Panel
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
    _warn_left_out(annotations.parts, shown, networks)
    return replace(result, flat=flat, boxed=boxed)


def _warn_left_out(parts: Sequence[Part], shown: Beside, networks: Sequence[Network]) -> None:
    """Warn of parts without a box of their own, except those `shown`, and of those that fold no stage."""
    for part in parts:
        keys = {"color": part.color, "label": "" if part.unit else part.label, "badge": part.badge}
        missing = [key for key, value in keys.items() if value and (part, key) not in shown]
        if missing and part.pattern and not part.hide:
            warn_unrendered(
                f"Annotation {part.pattern!r} is left out ({', '.join(missing)}): this drawing has no box or "
                "title for it alone. A pattern that holds all blocks that are folded together, --view full, "
                "or 'unit = true' gives it one."
            )
        elements = (each for network in networks for each in all_elements(network))
        stages = (tuple(paths_of(each)) for each in elements if isinstance(each, Stage))
        if part.fold is not None and not any(paths and all(map(part.holds, paths)) for paths in stages):
            warn_unrendered(f"Annotation {part.pattern!r} folds nothing: it holds no stage.")


def coloured(annotations: Annotations) -> tuple[Part, ...]:
    """Return the parts with a colour."""
    return tuple(part for part in annotations.parts if part.color)


def _changes(element: Any, part: Part, mark: int) -> Iterator[tuple[str, Any]]:
    """Yield an element with the label, the badge and the fill of a part, one after the other, by their keys.

    Label and badge need an element that shows the part itself, the fill any box inside it; of a unit, only
    the unit's box. A badge is at the corner of a box or a stage, else in a title.
    """
    is_named = any(map(part.names, element.origin.paths))
    is_box = isinstance(element, Node | Bar) and element.role in FILLED
    is_box = is_box and (not part.unit or (element.role is NodeRole.OTHER and is_named))
    is_whole = all(map(part.holds, element.origin.paths)) and bool(getattr(element, "title", ""))
    if part.label and not part.unit and is_named:
        label = literal(part.label)
        match element:
            case Node() if is_box:
                element = replace(element, lines=(label,), marked=())
            case Bar() if element.role is not NodeRole.BLOCK:
                element = replace(element, text=label)
            case Group() | Frame() | Panel() if is_whole:
                element = replace(element, title=label)
        yield "label", element
    if part.badge and is_named:
        badge = literal(part.badge)
        match element:
            case Node() if is_box:
                element = replace(element, tag=badge)
            case Frame() if is_whole:
                element = replace(element, tag=badge)
            case Group() if is_whole:
                title = phrase(Kind.TITLE, Word.TITLE_AND_PLACE, element.title, badge)
                element = replace(element, title=title)
        yield "badge", element
    if mark and is_box:
        yield "color", replace(element, mark=mark)


def _legend(
    diagram: Diagram, annotations: Annotations, marks: Mapping[Part, int], adjacent: Beside
) -> tuple[LegendEntry, ...]:
    """Return the legend with a swatch for each colour that has a note, and the other notes behind it.

    `adjacent`: the parts whose "note" is beside their boxes.
    """
    if not diagram.legend:
        return ()
    used = {box.mark for box, _ in elements(diagram.panels) if isinstance(box, Node | Bar)}
    fills: dict[str, list[Part]] = {}
    notes: list[Label] = []
    for part in annotations.parts:
        if part.note and marks.get(part) in used:
            fills.setdefault(part.color, []).append(part)
        elif part.note and part not in marks and (part, "note") not in adjacent:
            last = part.pattern.rpartition(".")[2]
            name, note = part.label or (part.pattern if "*" in last else last), _words(part.note)
            notes.append(phrase(Kind.LEGEND, Word.NAMED, literal(name), note) if name else note)
    swatches = [
        LegendEntry(
            role=NodeRole.OTHER,
            text=Label(*dict.fromkeys(_words(part.note) for part in parts), joint=Word.CLAUSES),
            shade=marks[parts[0]],
        )
        for parts in fills.values()
    ]
    notes += map(_words, annotations.notes)
    return (*diagram.legend, *swatches, *(LegendEntry(role=None, text=note) for note in notes))


def _words(note: str) -> Label:
    """Return a note as a label; one of our own keeps its terms."""
    return note if isinstance(note, Label) else literal(note)
