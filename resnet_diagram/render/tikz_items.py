"""Nodes and lines of a drawing, ready for the template: options, names, coordinates and texts."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.render.escape_tex import tex_text
from resnet_diagram.render.numbers import number
from resnet_diagram.render.tikz_common import LINE_PITCH, Common, extent, type_commands, type_of
from resnet_diagram.render.tikz_names import corner_radius, place, route
from resnet_diagram.render.tikz_parts import Parts, Point, centre, near
from resnet_diagram.render.tikz_styles import form_keys, line_style, shaded_keys, size_keys, text_style
from resnet_diagram.scene.model import Anchor, Box, Form, Path, Text
from resnet_diagram.scene.text import CAPITAL_HEIGHT
from resnet_diagram.scene.theme import Theme

_ANCHORS = {Anchor.START: "anchor=west", Anchor.END: "anchor=east"}
SPELT_OUT = "\\Umathchar"
"""What marks letters that `tex_text` spells out for pdflatex."""

_OFF_CENTRE = 1.2
_UNEVEN = 0.3


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


def box_nodes(at: int, parts: Parts, theme: Theme, usual: Common) -> list[Node]:
    """The node of a box; texts that do not stand in its middle are nodes of their own."""
    box = parts.boxes[at]
    words = _words(box, usual)
    shaded = shaded_keys(box, theme)
    shape = _form_options(box, usual) + (["resnet/folded"] if at in parts.shadows else [])
    size = size_keys(extent(box)) if usual.extent.get(box.role) != extent(box) else []
    look = [f"resnet/{box.role}", *shaded, *shape]
    polygon = box.form is Form.POLYGON
    node = Node(
        options=", ".join([f"resnet/{box.role}", "resnet/words", *size] if polygon else [*look, *size]),
        name=parts.names.get(box.id, ""),
        at=place(centre(box)),
        text=words or "",
        corners=tuple(place(point) for point in box.points) if polygon else (),
        outline=", ".join(look),
    )
    extra = box.texts if words is None else ()
    return [node, *(text_node(text, usual) for text in extra)]


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
    words = tex_text(text.text)
    return f"\\resnetfit{{{number(text.width)}bp}}{{{words}}}" if SPELT_OUT in words else words


def _break(upper: Text, lower: Text, usual: Common) -> str:
    """The end of a line, with what the distance of the next is more than usual."""
    distance = lower.y - upper.y + CAPITAL_HEIGHT / 2 * (lower.size - upper.size)
    more = distance - LINE_PITCH * float(usual.type_in_box)
    return f"\\\\[{number(more)}bp]" if abs(more) > _UNEVEN else "\\\\"


def text_node(text: Text, usual: Common) -> Node:
    """The node of a text outside a box, or beside the middle of one."""
    size, bold = usual.type_of_text[text.role]
    options = [f"resnet/{text_style(text.role)}"]
    if number(text.size) != size:
        options.append(f"resnet/size={number(text.size)}")
    if text.bold != bold:
        options.append("resnet/bold" if text.bold else "resnet/medium")
    if text.italic:
        options.append("resnet/italic")
    if text.anchor in _ANCHORS:
        options.append(_ANCHORS[text.anchor])
    if text.turned:
        options.append("rotate=90")
    if text.halo:
        options.append("resnet/halo")
    return Node(options=", ".join(options), name="", at=place((text.x, text.y)), text=text_of(text))


def dot_node(at: int, parts: Parts, theme: Theme) -> Node:
    """The node of the dot where a shortcut leaves the line."""
    dot = parts.dots[at]
    usual = next(iter(parts.dots.values()))
    rim = theme.style(dot.role).line_width
    own = f", minimum size={number(dot.width + rim)}bp" if number(dot.width) != number(usual.width) else ""
    return Node(options=f"resnet/dot{own}", name=parts.forks.get(at, ""), at=place(centre(dot)), text="")


def line(path: Path, parts: Parts, usual: Common) -> Line:
    """The way of a line, from node to node where it ends on them."""
    options = [f"resnet/{line_style(path.role)}"]
    own = corner_radius(path.points, path.radius)
    if len(path.points) > 2 and number(own) != number(usual.radius):
        options.append(f"rounded corners={number(own)}bp")
    if not path.arrow:
        options.append("-")
    start = _end(path.points[0], path.tail, parts, leaves=True)
    return Line(", ".join(options), route(path.points, start, _end(path.points[-1], path.head, parts)))


def _end(point: Point, box_id: str, parts: Parts, *, leaves: bool = False) -> str:
    """One end of a line: a side of its box, a dot, or a place on the page."""
    for at, name in parts.forks.items():
        if near(point, centre(parts.dots[at])):
            return f"({name})"
    found = parts.box(box_id)
    if not found:
        return place(point)
    at, box = found
    side = next((side for side, there in _sides(box) if near(point, there)), "")
    if not side:
        return place(point)
    anchor = f"{parts.names[box_id]}.{side}"
    shift = _shadow_shift(at, side, parts) if leaves else ""
    return f"([{shift}]{anchor})" if shift else f"({anchor})"


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
        return f"xshift={number(shadow.copies * shadow.right)}bp"
    if side == "south" and shadow.down > 0:
        return f"yshift={number(-shadow.copies * shadow.down)}bp"
    return ""
