"""Draw a part of a network, with its neighbours as stubs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from resnet_diagram.diagram.annotations.match import ends_of
from resnet_diagram.diagram.annotations.model import Part
from resnet_diagram.diagram.elements import mapped
from resnet_diagram.diagram.flat import later
from resnet_diagram.diagram.model import (
    WHOLE,
    Bar,
    Chain,
    Diagram,
    Frame,
    Group,
    GroupRole,
    Item,
    LegendEntry,
    Node,
    NodeRole,
    Overview,
    Panel,
)
from resnet_diagram.diagram.views import legend_of
from resnet_diagram.errors import UsageError
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.paths import is_within
from resnet_diagram.wording.symbols import panel_letter, times
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word


def with_only(diagram: Diagram, network: Network, word: str) -> Diagram:
    """Return the drawing of some stages, or of the stem or the head, between their neighbours as boxes.

    `word`: an id such as "stage3" or "stem", a path, or a pattern of those. Raises UsageError where there is
    no such part, and for a drawing that is not made of stages.
    """
    part = Part(pattern=word)
    panels: list[Panel] = []
    hidden: list[Label] = []
    paths: tuple[str, ...] = ()
    for panel in diagram.panels:
        match panel.content:
            case Overview():
                content, left_out, paths = _overview(panel.content, part)
                panels.append(replace(panel, content=content))
                hidden += left_out
            case Chain():
                items, left_out = _chain(panel.content.items, part)
                panels.append(replace(panel, content=replace(panel.content, items=items)))
                hidden += left_out
            case _ if panel.id == WHOLE or not panels:
                raise UsageError(
                    f"--only {word} needs a drawing of stages; this one is a graph or of blocks."
                )
            case _ if any(is_within(path, module) for path in panel.origin.paths for module in paths):
                panels.append(panel)
    panels = list(_relettered(panels, diagram.panels))
    contents = ([panel.content for panel in diagram.panels], [panel.content for panel in panels])
    before, after = (legend_of(network, drawings) for drawings in contents)
    entries = (*after, *diagram.legend[len(before) :]) if diagram.legend else ()
    if entries and hidden:
        words = phrase(Kind.LEGEND, Word.NOT_DRAWN, Label(*hidden, joint=Word.LIST))
        entries = (*entries, LegendEntry(role=None, text=words))
    flat = later(diagram.flat, lambda flat: with_only(flat, network, word))
    return replace(diagram, panels=tuple(panels), legend=entries, flat=flat, boxed=None)


def _relettered(panels: Sequence[Panel], before: Sequence[Panel]) -> tuple[Panel, ...]:
    """Return panels whose boxes name the panels of units by their letters now, if they are drawn."""
    now = {panel.id: panel_letter(number) for number, panel in enumerate(panels)} if len(panels) > 1 else {}
    letters = {panel_letter(number): now.get(panel.id, "") for number, panel in enumerate(before)}

    def change(element: Any, _: int) -> Any:
        if not isinstance(element, Node | Bar) or element.role is not NodeRole.OTHER:
            return element
        words = element.text.parts if isinstance(element, Bar) else element.lines
        letter = letters.get(str(words[-1])) if words[1:] else None
        if letter is None:
            return element
        lines = [word for word in (*words[:-1], literal(letter)) if isinstance(word, Label) and word]
        if isinstance(element, Bar):
            return replace(element, text=Label(*lines))
        return replace(element, lines=tuple(lines))

    return mapped(tuple(panels), change)


def _overview(drawing: Overview, part: Part) -> tuple[Overview, list[Label], tuple[str, ...]]:
    """Return the overview of a part, the titles of omitted parts, and the paths of drawn ones."""
    frames = drawing.frames
    first, last = ends_of(frames, part)
    frames_drawn = frames[first : last + 1]
    shown = (*map(_stub, frames[:first][-1:]), *frames_drawn, *map(_stub, frames[last + 1 :][:1]))
    bars = {bar.id for frame in shown for bar in frame.bars if isinstance(bar, Bar)}
    content = replace(
        drawing,
        frames=shown,
        arcs=tuple(arc for arc in drawing.arcs if {arc.tail, arc.head} <= bars),
        braces=tuple(brace for brace in drawing.braces if {brace.first, brace.last} <= bars),
    )
    hidden = [frame.title for frame in (*frames[: max(0, first - 1)], *frames[last + 2 :]) if frame.title]
    return content, hidden, tuple(path for frame in frames_drawn for path in frame.origin.paths)


def _chain(items: Sequence[Item], part: Part) -> tuple[tuple[Item, ...], list[Label]]:
    """Return the chain of a part with the frames of its units, and the titles of omitted parts."""
    frames = [item for item in items if isinstance(item, Group) and item.role is GroupRole.NETWORK]
    series = [item for item in items if item not in frames]
    groups = [item for item in series if isinstance(item, Group)]
    first, last = ends_of(groups, part)
    start, end = series.index(groups[first]), series.index(groups[last])
    before, behind = (
        [
            Node(
                id=f"{item.id}-stub",
                role=NodeRole.STAGE,
                lines=(Label(item.title, literal(times(item.repeat))),),
                shade=item.shade,
                origin=item.origin,
            )
            if isinstance(item, Group)
            else item
            for item in neighbours
        ]
        for neighbours in (series[:start][-1:], series[end + 1 :][:1])
    )
    hidden = [
        item.title for item in (*series[: max(0, start - 1)], *series[end + 2 :]) if isinstance(item, Group)
    ]
    paths = tuple(path for group in groups[first : last + 1] for path in group.origin.paths)
    units = [
        frame
        for frame in frames
        if any(is_within(path, module) for path in frame.origin.paths for module in paths)
    ]
    return (*before, *series[start : end + 1], *behind, *units), hidden


def _stub(frame: Frame) -> Frame:
    """Return a neighbour as one box with its title."""
    last = next((bar for bar in reversed(frame.bars) if isinstance(bar, Bar)), None)
    if last is None or not frame.title:
        return frame
    bar = replace(
        last,
        id=f"{frame.id}-stub",
        role=NodeRole.STAGE,
        text=frame.title,
        index="",
        origin=frame.origin,
        mark=0,
    )
    return Frame(id=frame.id, role=None, title=NOTHING, bars=(bar,), origin=frame.origin)
