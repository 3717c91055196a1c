"""Nodes and lines of a drawing, ready for the template: options, names, coordinates and texts."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.layout.scene import Anchor, Box, Form, Path, Text
from resnet_diagram.layout.text.metrics import CAPITAL_HEIGHT
from resnet_diagram.render.tikz.common import LINE_PITCH, Common, extent, type_commands, type_of
from resnet_diagram.render.tikz.names import corner_radius, place, route, tidy
from resnet_diagram.render.tikz.parts import Parts, Point, centre, near
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

_OFF_CENTRE = 1.2
_UNEVEN = 0.3


class Scope(NamedTuple):
    """What the items of a section are written against: coordinates count from `origin`.

    `looks`: what the scope says for all boxes of a role, and a box need not repeat.
    """

    parts: Parts
    theme: Theme
    usual: Common
    origin: Point
    looks: dict[str, Looks]

    def place(self, point: Point) -> str:
        """A point as a coordinate."""
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


def box_nodes(at: int, scope: Scope) -> list[Node]:
    """The node of a box; texts that do not stand in its middle are nodes of their own."""
    box, usual = scope.parts.boxes[at], scope.usual
    words = _words(box, usual)
    shaded, size = _own_look(box, scope)
    shape = _form_options(box, usual) + (["resnet/folded"] if at in scope.parts.shadows else [])
    look = [f"resnet/{box.role}", *shaded, *shape]
    polygon = box.form is Form.POLYGON
    name = scope.parts.names.get(box.id, "")
    node = Node(
        options=", ".join([f"resnet/{box.role}", "resnet/words", *size] if polygon else [*look, *size]),
        name=name,
        at=scope.place(centre(box)),
        text=words or "",
        corners=tuple(scope.place(point) for point in box.points) if polygon else (),
        outline=", ".join(look),
    )
    extra = box.texts if words is None else ()
    return [node, *(node for text in extra for node in text_nodes(text, scope, box if name else None))]


def _own_look(box: Box, scope: Scope) -> tuple[list[str], list[str]]:
    """The keys for the shade and the size of a box, where its scope and its style do not say them."""
    look = scope.looks.get(box.role, Looks((), ("", "")))
    shaded = [] if look.shaded else shaded_keys(box, scope.theme)
    known = [own or usual for own, usual in zip(look.size, scope.usual.extent[box.role], strict=True)]
    width, height = ("" if own == said else own for own, said in zip(extent(box), known, strict=True))
    return shaded, size_keys((width, height))


def _form_options(box: Box, usual: Common) -> list[str]:
    """What makes the outline of a box when it is not the one its role has."""
    common = usual.form.get(box.role, Form.RECTANGLE)
    form = Form.RECTANGLE if box.form is Form.POLYGON else box.form
    if form is common:
        return []
    plain = "rectangle" if common is Form.CIRCLE else "sharp corners"
    return form_keys(form) or [plain]


def _words(box: Box, usual: Common) -> str | None:
    """The texts of a box as one text of TeX, centred in its node; None where they stand elsewhere."""
    if not box.texts:
        return ""
    if not holds_its_words(box):
        return None
    lines = [_line(text, usual) for text in box.texts]
    breaks = [*(_break(*pair, usual) for pair in pairwise(box.texts)), ""]
    return "".join(line + end for line, end in zip(lines, breaks, strict=True))


def holds_its_words(box: Box) -> bool:
    """Whether the texts of a box stand in its middle, so that they can be the text of its node."""
    if not box.texts:
        return True
    x, y = centre(box)
    middle = (box.texts[0].y + box.texts[-1].y) / 2
    return abs(middle - y) <= _OFF_CENTRE and all(_is_centred(text, x, box.role) for text in box.texts)


def _is_centred(text: Text, x: float, role: str) -> bool:
    level = text.anchor is Anchor.MIDDLE and not text.turned
    return level and abs(text.x - x) < _OFF_CENTRE and text.role == role


def _line(text: Text, usual: Common) -> str:
    """One line, in its own type where it is not the usual one."""
    words = text_of(text)
    if type_of(text) == usual.badge:
        return f"{{\\resnetbadge {words}}}"
    if type_of(text) != (usual.type_in_box, False):
        return f"{{{type_commands(type_of(text))} {words}}}"
    return f"{{{words}}}" if words.startswith(("[", "*")) else words


def text_of(text: Text) -> str:
    """A text in TeX; where pdflatex writes code points for letters, they get the room the letters have."""
    words = tikz_words(text.text)
    return f"\\resnetfit{{{tidy(text.width)}bp}}{{{words}}}" if OTHER in words else words


def _break(upper: Text, lower: Text, usual: Common) -> str:
    """The end of a line, with what the distance of the next is more than usual."""
    distance = lower.y - upper.y + CAPITAL_HEIGHT / 2 * (lower.size - upper.size)
    more = distance - LINE_PITCH * float(usual.type_in_box)
    return f"\\\\[{tidy(more)}bp]" if abs(more) > _UNEVEN else "\\\\"


def text_nodes(text: Text, scope: Scope, box: Box | None = None) -> list[Node]:
    """The node of a text outside a box, or beside the middle of one; none where nothing is written.

    A text in the middle of a named `box`, turned, is placed by that name.
    """
    if not text.text:
        return []
    options = _type_options(text, scope.usual)
    keys = {"resnet/italic": text.italic, "rotate=90": text.turned, "resnet/halo": text.halo}
    options += [_ANCHORS[text.anchor]] if text.anchor in _ANCHORS else []
    options += [key for key, wanted in keys.items() if wanted]
    inside = box is not None and near((text.x, text.y), centre(box))
    at = f"({scope.parts.names[box.id]})" if box and inside else scope.place((text.x, text.y))
    return [Node(options=", ".join(options), name="", at=at, text=text_of(text))]


def _type_options(text: Text, usual: Common) -> list[str]:
    """The style of a text outside boxes, and what its type has that this one says otherwise."""
    size, bold = usual.type_of_text[text.role]
    own = type_of(text)
    if text.role == "text" and own in usual.headings:
        return [f"resnet/{heading_style(usual.headings.index(own))}"]
    options = [f"resnet/{text_style(text.role)}"]
    options += [f"resnet/size={own[0]}"] if own[0] != size else []
    return options + ["resnet/bold" if text.bold else "resnet/medium"] * (text.bold != bold)


def dot_node(at: int, scope: Scope) -> Node:
    """The node of the dot where a shortcut leaves the line."""
    dot, parts = scope.parts.dots[at], scope.parts
    usual = next(iter(parts.dots.values()))
    rim = scope.theme.style(dot.role).line_width
    own = f", minimum size={tidy(dot.width + rim)}bp" if tidy(dot.width) != tidy(usual.width) else ""
    return Node(
        options=f"resnet/dot{own}", name=parts.forks.get(at, ""), at=scope.place(centre(dot)), text=""
    )


def line(path: Path, scope: Scope) -> Line:
    """The way of a line, from node to node where it ends on them."""
    options = [f"resnet/{line_style(path.role)}"]
    own = corner_radius(path.points, path.radius)
    if len(path.points) > 2 and tidy(own) != tidy(scope.usual.radius):
        options.append(f"rounded corners={tidy(own)}bp")
    if not path.arrow:
        options.append("-")
    start = _end(path.points[0], path.tail, scope, leaves=True)
    end = _end(path.points[-1], path.head, scope)
    if len(path.points) == 2:
        start, end = _framed(path.points, (start, end), scope.parts)
    return Line(", ".join(options), route(path.points, start, end, scope.origin))


def _end(point: Point, box_id: str, scope: Scope, *, leaves: bool = False) -> str:
    """One end of a line: a side of its box, a dot, or a place on the page."""
    parts = scope.parts
    if fork := parts.fork_at(point):
        return f"({fork})"
    found = parts.box(box_id)
    if not found:
        return scope.place(point)
    at, box = found
    side = next((side for side, there in _sides(box) if near(point, there)), "")
    if not side:
        return scope.place(point)
    anchor = f"{parts.names[box_id]}.{side}"
    shift = _shadow_shift(at, side, parts) if leaves else ""
    return f"([{shift}]{anchor})" if shift else f"({anchor})"


def _framed(points: Sequence[Point], ends: tuple[str, str], parts: Parts) -> tuple[str, str]:
    """The ends of a straight line; one on the border of a frame is said by that and by the other end."""
    start, end = ends
    for at, (own, other) in enumerate(((start, end), (end, start))):
        border = parts.border_at(points[at])
        if border and other[1].isalpha() and not own[1].isalpha():
            bend = "|-" if border.endswith(("west", "east")) else "-|"
            met = f"({border} {bend} {other[1:-1]})"
            return (met, end) if at == 0 else (start, met)
    return start, end


def _sides(box: Box) -> Sequence[tuple[str, Point]]:
    x, y = centre(box)
    return (
        ("west", (box.x, y)),
        ("east", (box.x + box.width, y)),
        ("north", (x, box.y)),
        ("south", (x, box.y + box.height)),
    )


def _shadow_shift(at: int, side: str, parts: Parts) -> str:
    """What a line leaves out where the shadows of its box cover it."""
    shadow = parts.shadows.get(at)
    if not shadow:
        return ""
    if side == "east" and shadow.right > 0:
        return f"xshift={tidy(shadow.copies * shadow.right)}bp"
    if side == "south" and shadow.down > 0:
        return f"yshift={tidy(-shadow.copies * shadow.down)}bp"
    return ""
