"""Nodes and lines of a drawing, ready for the template: options, names, coordinates and texts."""

import math
from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.layout.scene import (
    Anchor,
    Box,
    Connector,
    End,
    Form,
    Leaf,
    Marker,
    MarkerKind,
    Point,
    Side,
    Text,
)
from resnet_diagram.layout.text.metrics import CAPITAL_HEIGHT
from resnet_diagram.render.tikz.common import LINE_PITCH, Common, extent, type_commands, type_of
from resnet_diagram.render.tikz.names import corner_radius, place, route, tidy
from resnet_diagram.render.tikz.parts import Parts
from resnet_diagram.render.tikz.sections import Looks
from resnet_diagram.render.tikz.styles import (
    form_keys,
    heading_style,
    line_style,
    shaded_keys,
    size_keys,
    text_style,
)
from resnet_diagram.render.tikz.text import OTHER, tikz_words
from resnet_diagram.style.theme import Theme

_ANCHORS = {Anchor.START: "anchor=west", Anchor.END: "anchor=east"}

_SIDES = {Side.LEFT: "west", Side.RIGHT: "east", Side.TOP: "north", Side.BOTTOM: "south"}
_UNEVEN = 0.3
"""Difference from the usual distance of two lines of text that is written, in points."""
_CLOSE = 0.02
"""Distance below which two points are one on paper, in points."""


class Scope(NamedTuple):
    """Context of the statements of a section: coordinates count from `origin`.

    `looks`: keys that the scope sets for all boxes of a role.
    """

    parts: Parts
    theme: Theme
    usual: Common
    origin: Point
    looks: dict[str, Looks]

    def place(self, point: Point) -> str:
        """Return a point as a coordinate."""
        return place(point, self.origin)


class Node(NamedTuple):
    r"""`\node[options] (name) at place {text};`, after the outline through `corners` if there are any."""

    options: str
    name: str
    at: str
    text: str
    corners: tuple[str, ...] = ()
    outline: str = ""
    kind: str = "node"


class Line(NamedTuple):
    r"""`\draw[options] route;`."""

    options: str
    route: str
    kind: str = "line"


def statements(leaf: Leaf, scope: Scope) -> list["Node | Line"]:
    """Return the statements for one leaf of the scene."""
    match leaf:
        case Box():
            return [*box_nodes(leaf, scope)]
        case Marker():
            return [*marker_nodes(leaf, scope)]
        case Connector():
            return [line(leaf, scope)]
        case Text():
            return [*text_nodes(leaf, scope)]


def box_nodes(box: Box, scope: Scope) -> list[Node]:
    """Return the node of a box; turned texts are nodes of their own."""
    default = scope.usual
    words = _words(box, default)
    shaded, size = _own_look(box, scope)
    shape = _form_options(box, default) + (["resnet/folded"] if box.copies else [])
    look = [f"resnet/{box.role}", *shaded, *shape]
    polygon = box.form is Form.POLYGON
    name = scope.parts.names.get(box.id, "")
    node = Node(
        options=", ".join([f"resnet/{box.role}", "resnet/words", *size] if polygon else [*look, *size]),
        name=name,
        at=scope.place(box.centre),
        text=words or "",
        corners=tuple(scope.place(point) for point in box.points) if polygon else (),
        outline=", ".join(look),
    )
    extra = box.texts if words is None else ()
    return [node, *(node for text in extra for node in text_nodes(text, scope, box if name else None))]


def _own_look(box: Box, scope: Scope) -> tuple[list[str], list[str]]:
    """Return a box's keys for shade and size, if its scope and its style do not set them."""
    look = scope.looks.get(box.role, Looks((), ("", "")))
    shaded = [] if look.shaded else shaded_keys(box, scope.theme)
    names = [left or default for left, default in zip(look.size, scope.usual.extent[box.role], strict=True)]
    width, height = ("" if mine == name else mine for mine, name in zip(extent(box), names, strict=True))
    return shaded, size_keys((width, height))


def _form_options(box: Box, default: Common) -> list[str]:
    """Return the keys for an outline that differs from the usual one of the role."""
    common = default.form.get(box.role, Form.RECTANGLE)
    form = Form.RECTANGLE if box.form is Form.POLYGON else box.form
    if form is common:
        return []
    if common is Form.CIRCLE:
        return ["rectangle", *form_keys(form)]
    return form_keys(form) or ["sharp corners"]


def _words(box: Box, common: Common) -> str | None:
    """Return the texts of a box as one TeX text, centred in its node; None for rotated texts."""
    if not holds_its_words(box):
        return None
    lines = [_line(text, common) for text in box.texts]
    breaks = [*(_break(*pair, common) for pair in pairwise(box.texts)), ""]
    return "".join(line + end for line, end in zip(lines, breaks[: len(lines)], strict=True))


def holds_its_words(box: Box) -> bool:
    """Return whether the texts of a box are the text of its node: TikZ turns whole nodes only."""
    return not any(text.turned for text in box.texts)


def _line(text: Text, common: Common) -> str:
    """Return one line of a box, with commands for its font if that is not the common one."""
    words = text_of(text)
    if type_of(text) == common.badge:
        return f"{{\\resnetbadge {words}}}"
    if type_of(text) != (common.type_in_box, False):
        return f"{{{type_commands(type_of(text))} {words}}}"
    return f"{{{words}}}" if words.startswith(("[", "*")) else words


def text_of(text: Text) -> str:
    """Return a text in TeX; characters unknown to pdflatex are fitted to the width of the original."""
    words = tikz_words(text.text)
    return f"\\resnetfit{{{tidy(text.width)}bp}}{{{words}}}" if OTHER in words else words


def _break(upper: Text, lower: Text, common: Common) -> str:
    """Return a line break, with extra distance to the next line if needed."""
    distance = lower.y - upper.y + CAPITAL_HEIGHT / 2 * (lower.size - upper.size)
    more = distance - LINE_PITCH * float(common.type_in_box)
    return f"\\\\[{tidy(more)}bp]" if abs(more) > _UNEVEN else "\\\\"


def text_nodes(text: Text, scope: Scope, box: Box | None = None) -> list[Node]:
    """Return the node of a text outside a box, or in the centre of one; empty for an empty text.

    A rotated text in the centre of a named `box` is placed by that name.
    """
    if not text.text:
        return []
    options = _type_options(text, scope.usual)
    keys = {"resnet/italic": text.italic, "rotate=90": text.turned, "resnet/halo": text.halo}
    options += [_ANCHORS[text.anchor]] if text.anchor in _ANCHORS else []
    options += [key for key, target in keys.items() if target]
    inside = box is not None and math.dist((text.x, text.y), box.centre) < _CLOSE
    at = f"({scope.parts.names[box.id]})" if box and inside else scope.place((text.x, text.y))
    return [Node(options=", ".join(options), name="", at=at, text=text_of(text))]


def _type_options(text: Text, common: Common) -> list[str]:
    """Return the style of a text outside boxes, and the font settings that differ from it."""
    size, bold = common.type_of_text[text.role]
    left = type_of(text)
    if text.role == "text" and left in common.headings:
        return [f"resnet/{heading_style(common.headings.index(left))}"]
    options = [f"resnet/{text_style(text.role)}"]
    options += [f"resnet/size={left[0]}"] if left[0] != size else []
    return options + ["resnet/bold" if text.bold else "resnet/medium"] * (text.bold != bold)


def marker_nodes(marker: Marker, scope: Scope) -> list[Node]:
    """Return a node for each dot of a marker; a fork has a name."""
    rim = scope.theme.style(marker.role).line_width
    radius = scope.parts.markers[0].radius
    size = f", minimum size={tidy(2 * marker.radius + rim)}bp"
    options = "resnet/dot" + (size if tidy(marker.radius * 2) != tidy(radius * 2) else "")
    name = scope.parts.names[marker.id] if marker.kind is MarkerKind.FORK else ""
    return [Node(options=options, name=name, at=scope.place(point), text="") for point in marker.points]


def line(connector: Connector, scope: Scope) -> Line:
    """Return the path of a connector, from node to node if it is attached to nodes."""
    points = connector.points
    options = [f"resnet/{line_style(connector.role)}"]
    radius = corner_radius(points, connector.radius)
    if len(points) > 2 and tidy(radius) != tidy(scope.usual.radius):
        options.append(f"rounded corners={tidy(radius)}bp")
    if not connector.arrow:
        options.append("-")
    start = _end(points[0], connector.tail, scope)
    end = _end(points[-1], connector.head, scope)
    if len(points) == 2:
        border, right = _border(connector.tail, scope.parts), scope.parts.name(connector.head)
        start = _projected(border, end) if border and right else start
        border, right = _border(connector.head, scope.parts), scope.parts.name(connector.tail)
        end = _projected(border, start) if border and right else end
    return Line(", ".join(options), route(points, start, end, scope.origin))


def _end(point: Point, end: End, scope: Scope) -> str:
    """Return one end of a line: a side of its box, a dot, or a place on the page."""
    parts = scope.parts
    name, box = parts.name(end), parts.by_id.get(end.element)
    if not name:
        return scope.place(point)
    if end.fork or box is None or end.side is None:
        return f"({name})"
    x, y = box.side(end.side)
    shift = {"x": tidy(point[0] - x), "y": tidy(y - point[1])}
    keys = [f"{axis}shift={value}bp" for axis, value in shift.items() if value != "0"]
    anchor = f"{name}.{_SIDES[end.side]}"
    if keys and end.element in parts.frames:
        return scope.place(point)
    return f"([{', '.join(keys)}]{anchor})" if keys else f"({anchor})"


def _border(end: End, parts: Parts) -> str:
    """Return the side of a frame that an end of a connector is attached to, as "stage1.west", or ""."""
    return f"{parts.name(end)}.{_SIDES[end.side]}" if end.side and end.element in parts.frames else ""


def _projected(border: str, right: str) -> str:
    """Return the point of a frame's border that is level with the other end of a straight line."""
    bend = "|-" if border.endswith(("west", "east")) else "-|"
    return f"({border} {bend} {right[1:-1]})"
