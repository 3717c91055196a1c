"""Cells of a draw.io page: layers, containers, boxes, connectors and texts, from a scene."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from resnet_diagram.diagram.model import EdgeRole
from resnet_diagram.layout.scene import (
    SIGN_INSET,
    Anchor,
    Box,
    Connector,
    Element,
    Form,
    Group,
    GroupKind,
    Marker,
    MarkerKind,
    Scene,
    Sign,
    Text,
    boxes,
    connectors,
    groups,
    markers,
)
from resnet_diagram.layout.text.metrics import CAPITAL_HEIGHT
from resnet_diagram.render.drawio.page import (
    ROOT,
    Cell,
    Layer,
    Page,
    Place,
    Values,
    cell_of,
    point_in,
    rectangle_in,
    vertex,
)
from resnet_diagram.render.drawio.paragraphs import Paragraph, paragraphs
from resnet_diagram.render.drawio.ports import Area, area_of, port_style
from resnet_diagram.render.drawio.styles import UNIT, Palette, length
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.wording.terms import FORMULA_MARK

_LAYERS = {EdgeRole.FLOW.value: Layer.MAIN, "muted": Layer.LABELS}
"""Layers of lines by role; lines of other roles are shortcuts."""
_OVER_TITLE = 4.0
"""Space that draw.io leaves over a text at the top of a box, in its units."""
_FOLD_BUTTON = 11.0
"""Width that draw.io's button for folding takes in the upper left corner of a container, in points."""
_TITLE_GAP = 2.0
"""Minimum distance from a title to elements on its right, in points."""

_SIGNS = {Sign.PLUS: "+", Sign.MINUS: "−", Sign.TIMES: "×"}

_SCRIPT_LOOK = ' style="font-size: 70%; line-height: 0"'
"""Attributes of scripts, which otherwise move the line that they are in."""

_UNPAINTED: Values = {"": "group", "fillColor": "none", "strokeColor": "none"}
"""Style of a group without paint."""

_FLAT = (GroupKind.FIGURE, GroupKind.TITLE, GroupKind.PANEL, GroupKind.ROW)
"""Groups that only order the page: their elements are in the layers, not in a container."""


def page_cells(scene: Scene, palette: Palette) -> list[Cell]:
    """Return the cells of a page, each behind the cell that holds it; layers first."""
    lines = tuple(connectors(scene))
    elements: list[Group | Box | Marker] = [*groups(scene), *boxes(scene), *markers(scene)]
    places = {element.id: area for element in elements if (area := area_of(element))}
    forks = frozenset(line.tail.fork for line in lines if line.role != EdgeRole.FLOW)
    page = Page(palette=palette, places=places, lines=lines, shortcut_forks=forks)
    page.used.update([ROOT, *(layer.cell for layer in Layer), *places, *(line.id for line in lines)])
    plain: Cell = {"data": {}, "cell": {"parent": ROOT}, "geometry": {}}
    layers = [{"id": layer.cell, "label": layer.value, **plain} for layer in Layer]
    return [*layers, *_cells(scene.root, Place(), page)]


def _cells(element: Element, place: Place, page: Page) -> Iterator[Cell]:
    """Yield the cells of an element: the dot of a fork, and an ellipsis as a group of its dots."""
    match element:
        case Group():
            yield from _group(element, place, page)
        case Box():
            yield from _box(element, place, page)
        case Connector():
            yield from _connector(element, place, page)
        case Marker():
            layer = Layer.SHORTCUTS if element.id in page.shortcut_forks else Layer.MAIN
            area = page.places[element.id]
            if element.kind is MarkerKind.FORK:
                (dot,) = element.circles()
                yield vertex(element.id, place, area, page.palette.outline(dot), layer=layer)
                return
            yield vertex(element.id, place, area, _UNPAINTED, origin=element.origin, layer=layer)
            inner = replace(place, container=element.id, x=area.x, y=area.y)
            for dot in element.circles():
                name, style = page.name(f"{element.id}-dot"), page.palette.outline(dot)
                yield vertex(name, inner, area_of(dot), style, layer=layer, connectable=False)
        case Text():
            yield from _texts([element], "text", place, page)


def _group(group: Group, place: Place, page: Page) -> Iterator[Cell]:
    """Yield a container with the cells of a group in it, or the cells alone."""
    legend = group.kind is GroupKind.LEGEND
    area = page.places.get(group.id)
    labels = list(group.labels)
    inner = replace(place, legend=place.legend or legend)
    if group.kind in _FLAT or area is None:
        if group.frame:
            yield vertex(group.id, place, area_of(group), page.palette.outline(group.frame))
    else:
        titled = labels and (labels[0].text, labels[0].anchor) == (group.title, Anchor.START)
        title = labels.pop(0) if group.frame and titled else None
        yield _container(group, area, title, inner, page)
        inner = replace(inner, container=group.id, x=area.x, y=area.y)
    for child in group.children:
        yield from _cells(child, inner, page)
    yield from _texts(labels, f"{group.id}-label", inner, page)


def _container(group: Group, area: Area, title: Text | None, place: Place, page: Page) -> Cell:
    """Return the container of a group: its frame with the title in it, or an outline without paint."""
    if group.frame is None:
        return vertex(group.id, place, area, _UNPAINTED, origin=group.origin, connectable=False)
    style = {
        **page.palette.outline(group.frame),
        "container": "1",
        "collapsible": "1",
        "recursiveResize": "0",
    }
    words, marks = "", {}
    if title:
        baseline = title.y + (CAPITAL_HEIGHT / 2 - 1) * title.size - area.y
        start = _title_start(title, group, area, page) - area.x
        style |= {
            **page.palette.words(title),
            "verticalAlign": "top",
            "spacingLeft": f"{start * UNIT:.0f}",
            "spacingTop": f"{baseline * UNIT - _OVER_TITLE:.0f}",
        }
        words, style = _labelled(title.text, style)
        # Folded, it is as long as its title, and of unchanged width across the flow.
        flow = next((line.points for line in connectors(group) if line.role == EdgeRole.FLOW), ())
        if flow and flow[0][1] == flow[-1][1]:
            folded = replace(area, width=min(start + title.width + _TITLE_GAP, area.width))
        else:
            folded = replace(area, height=min(2 * (title.y - area.y), area.height))
        marks = {"alternateBounds": rectangle_in(folded, place)}
    cell = vertex(group.id, place, area, style, words=words, origin=group.origin)
    return {**cell, "marks": marks}


def _title_start(title: Text, group: Group, area: Area, page: Page) -> float:
    """Return the left end of a title: right of the button for folding, as far as nothing is in the way."""
    end = title.x + title.width
    badges = [part for part in paragraphs(group.labels) if abs(part.anchor[1] - title.y) < title.size]
    across = [
        x
        for line in page.lines
        for (x, y), (_, below) in pairwise(line.points)
        if min(y, below) < title.y < max(y, below)
    ]
    limits = [area.x + area.width, *across, *(part.area.x for part in badges)]
    room = min((x for x in limits if x >= end), default=end) - _TITLE_GAP - end
    return title.x + max(min(area.x + _FOLD_BUTTON - title.x, room), 0.0)


def _box(box: Box, place: Place, page: Page) -> Iterator[Cell]:
    """Yield the cell of a box, inside a group with the copies behind it, and its labels."""
    area = page.places[box.id]
    layer = Layer.SHORTCUTS if box.role.removesuffix("-box") in set(EdgeRole) else Layer.MAIN
    if box.copies:
        reach = box.copies * box.copy_offset
        group = page.name(f"{box.id}-stack")
        outer = Area(area.x, area.y, area.width + reach, area.height + reach)
        yield vertex(group, place, outer, _UNPAINTED, layer=layer, connectable=False)
        place = replace(place, container=group, x=area.x, y=area.y)
    for copy in box.stacked():
        name, style = page.name(f"{box.id}-copy"), page.palette.outline(copy)
        yield vertex(name, place, area_of(copy), style, layer=layer, connectable=False)
    style = page.palette.outline(box)
    words = ""
    if box.sign and box.form is not Form.CIRCLE:
        # draw.io has signs in ellipses alone.
        (x, y), size = box.centre, 2 * min(box.width, box.height) - 4 * SIGN_INSET
        sign = Text(x=x, y=y, text=_SIGNS[box.sign], size=size, width=size / 2, role=box.role)
        box = replace(box, texts=(sign,))
    if box.texts:
        words, look = _words_in(box, page)
        style |= look
    yield vertex(box.id, place, area, style, words=words, origin=box.origin, layer=layer)
    yield from _texts(box.labels, f"{box.id}-label", place, page)


def _words_in(box: Box, page: Page) -> tuple[str, Values]:
    """Return the label of a box and its style; lines in several styles are HTML."""
    parts = paragraphs(box.texts)
    look = page.palette.words(parts[0].style)
    if len(parts) == 1 and FORMULA_MARK not in parts[0].words:
        return parts[0].words, look
    lines = [
        f'<div style="font-size: {length(line.size)}px; font-weight: {"bold" if line.bold else "normal"}">'
        f"{_html(line.text)}</div>"
        for part in parts
        for line in part.lines
    ]
    return "".join(lines), {**look, "html": "1", "fontStyle": "0"}


def _labelled(words: str, style: Values) -> tuple[str, Values]:
    """Return a label and its style; one with formulas is HTML."""
    if FORMULA_MARK not in words:
        return words, style
    return "<br>".join(map(_html, words.split("\n"))), {**style, "html": "1"}


def _html(text: str) -> str:
    """Return a text as HTML, with the scripts and italic letters of its formulas."""
    if FORMULA_MARK not in text:
        return xml_text(text)
    from resnet_diagram.wording.formulas.signs import SUB
    from resnet_diagram.wording.formulas.spans import spans

    pieces: list[str] = []
    for span in spans(text):
        tags = [*(("i",) if span.italic else ()), *(("b",) if span.bold else ())]
        tags += ("sub" if mark == SUB else "sup" for mark in span.scripts)
        start = "".join(f"<{tag}{_SCRIPT_LOOK * tag.startswith('su')}>" for tag in tags)
        end = "".join(f"</{tag}>" for tag in reversed(tags))
        pieces.append(f"{start}{xml_text(span.text)}{end}")
    return "".join(pieces)


def _connector(line: Connector, place: Place, page: Page) -> Iterator[Cell]:
    """Yield the cell of a connector with its first label, and a cell for each further label."""
    style = page.palette.connector(line)
    if len(line.points) == 2:
        del style["edgeStyle"]
    labels = paragraphs(line.labels)
    layer = _LAYERS.get(line.role, Layer.SHORTCUTS)
    words = ""
    label_at: Values = {}
    marks: dict[str, Values] = {}
    ends: Values = {}
    if labels:
        words, style = _labelled(labels[0].words, style | page.palette.words(labels[0].style))
        style |= {"align": "center"}
        label_at, marks = _on_line(labels[0], line)
    for at, point, port, end in (
        (line.tail, line.points[0], "exit", "source"),
        (line.head, line.points[-1], "entry", "target"),
    ):
        name = at.fork or at.element
        if name in page.places:
            ends[end] = name
            style |= port_style(port, point, page.places[name])
        else:
            marks[f"{end}Point"] = point_in(point, place)
    geometry = {**label_at, "relative": "1"}
    cell = cell_of(line.id, "edge", style, place, layer, geometry, words=words, origin=line.origin, **ends)
    yield {**cell, "marks": marks, "waypoints": [point_in(point, place) for point in line.points[1:-1]]}
    for label in labels[1:]:
        words, look = _labelled(label.words, {"": "edgeLabel", **page.palette.words(label.style)})
        look |= {"align": "center"}
        label_at, offset = _on_line(label, line)
        name, on_line = page.name(f"{line.id}-label"), replace(place, container=line.id)
        geometry = {**label_at, "relative": "1"}
        cell = cell_of(name, "vertex", look, on_line, layer, geometry, words=words, connectable="0")
        yield {**cell, "marks": offset}


def _on_line(label: Paragraph, line: Connector) -> tuple[Values, dict[str, Values]]:
    """Return the place of a label on a connector, from -1 to 1, and its offset from there."""
    centre = label.area.centre
    walked, best = 0.0, (math.inf, 0.0, centre)
    for start, end in pairwise(line.points):
        size = math.dist(start, end)
        dots = [(c - s) * (e - s) for c, s, e in zip(centre, start, end, strict=True)]
        share = min(max(sum(dots) / size**2, 0.0), 1.0) if size else 0.0
        near = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
        best = min(best, (round(math.dist(near, centre), 3), walked + share * size, near))
        walked += size
    _, along, (near_x, near_y) = best
    place = round(2 * along / walked - 1, 4) if walked else 0.0
    offset = {"x": length(centre[0] - near_x), "y": length(centre[1] - near_y)}
    return {"x": f"{place:g}"}, {"offset": offset}


def _texts(texts: Sequence[Text], name: str, place: Place, page: Page) -> Iterator[Cell]:
    """Yield a cell for each paragraph."""
    for part in paragraphs(texts):
        words, style = _labelled(part.words, {"": "text", **page.palette.words(part.style)})
        yield vertex(
            page.name(name),
            place,
            part.area,
            style,
            words=words,
            layer=Layer.LABELS,
            connectable=False,
        )
