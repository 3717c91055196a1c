"""Put the braces of annotations under an overview, or frames with their words into a chart."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from resnet_diagram.diagram.annotations.model import Annotations, Brace, Part
from resnet_diagram.diagram.model import (
    WHOLE,
    Bar,
    Chain,
    Diagram,
    Group,
    GroupRole,
    Item,
    Node,
    Overview,
)
from resnet_diagram.errors import warn_unrendered
from resnet_diagram.wording.terms import Label, literal


def braced(diagram: Diagram, annotations: Annotations) -> Diagram:
    """Return a diagram with the braces of annotations under its overview.

    Warns where there is no overview, and of a brace whose modules have no bars side by side.
    """
    if not annotations.braces:
        return diagram
    drawings = [panel.content for panel in diagram.panels if panel.id == WHOLE]
    if not drawings or not isinstance(drawings[0], Overview):
        words = ", ".join(repr(title) for title, _ in annotations.braces)
        warn_unrendered(f"Left out: the brace {words}. Overviews of networks without a graph have braces.")
        return diagram
    braces: list[Brace] = []
    for title, parts in annotations.braces:
        brace = brace_over(literal(title), parts, drawings[0])
        if isinstance(brace, Brace):
            braces.append(brace)
        else:
            warn_unrendered(f"Left out: the brace {title!r}. Its modules {brace} in the overview.")
    content = replace(drawings[0], braces=tuple(braces))
    panels = tuple(
        replace(panel, content=content) if panel.id == WHOLE else panel for panel in diagram.panels
    )
    return replace(diagram, panels=panels)


def grouped(diagram: Diagram, annotations: Annotations) -> Diagram:
    """Return a chart with a frame round the modules of each brace, with its words as its title.

    Warns of a brace whose modules have no boxes side by side.
    """
    (panel,) = diagram.panels
    if not isinstance(panel.content, Chain):
        return diagram
    items = panel.content.items
    for number, (title, parts) in enumerate(annotations.braces, 1):
        group = Group(id=f"brace{number}", role=GroupRole.BLOCK, title=literal(title), items=())
        framed = _framed(items, parts, group)
        if framed is None:
            warn_unrendered(
                f"Left out: the brace {title!r}. Its modules have no boxes side by side in the chart."
            )
        items = framed or items
    return replace(diagram, panels=(replace(panel, content=replace(panel.content, items=items)),))


def _framed(items: tuple[Item, ...], parts: Sequence[Part], group: Group) -> tuple[Item, ...] | None:
    """Return items with the boxes of some parts moved into a group; None unless they are neighbours."""
    # The modules that each item shows; a unit that is drawn open behind the chain is not in it.
    shown = [
        item.origin.paths
        if isinstance(item, Node) or (isinstance(item, Group) and item.role is not GroupRole.NETWORK)
        else ()
        for item in items
    ]
    marks = [bool(paths) and all(_holds(parts, path) for path in paths) for paths in shown]
    if any(marks):
        first, last = marks.index(True), len(marks) - marks[::-1].index(True)
        inside = items[first:last]
        if any(paths and not mark for mark, paths in zip(marks[first:last], shown[first:last], strict=True)):
            return None
        outer = any(isinstance(item, Group) and item.role is not GroupRole.BLOCK for item in inside)
        role = GroupRole.STAGE if outer else GroupRole.BLOCK
        return (*items[:first], replace(group, role=role, items=inside), *items[last:])
    for at, item in enumerate(items):
        inner = _framed(item.items, parts, group) if isinstance(item, Group) else None
        if inner and isinstance(item, Group):
            return (*items[:at], replace(item, items=inner), *items[at + 1 :])
    return None


def brace_over(title: Label, parts: Sequence[Part], drawing: Overview) -> Brace | str:
    """Return a brace round the bars of some modules; why there is none, where they are no neighbours."""
    bars = [(frame, bar) for frame in drawing.frames for bar in frame.bars if isinstance(bar, Bar)]
    whole = {
        frame.id
        for frame in drawing.frames
        if frame.origin.paths and all(_holds(parts, path) for path in frame.origin.paths)
    }
    marks = [
        frame.id in whole or any(_holds(parts, path) for path in bar.origin.paths) for frame, bar in bars
    ]
    runs = [mark for mark, _ in groupby(marks)]
    if runs.count(True) != 1:
        return "are not side by side" if True in runs else "have no bars"
    inside = [pair for pair, mark in zip(bars, marks, strict=True) if mark]
    frames = {frame.id: frame for frame, _ in inside}.values()
    count = sum(isinstance(bar, Bar) for frame in frames for bar in frame.bars)
    return Brace(
        first=inside[0][1].id,
        last=inside[-1][1].id,
        title=title,
        framed=count == len(inside) and all(frame.role for frame in frames),
    )


def _holds(parts: Sequence[Part], path: str) -> bool:
    return any(part.holds(path) for part in parts)
