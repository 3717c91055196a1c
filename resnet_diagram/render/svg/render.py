"""Write a scene as SVG: self-contained, with plain attributes that every viewer and converter understands.

Where the theme follows the reader's mode, a style sheet says the colours again, for viewers that read one.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any, NamedTuple

from resnet_diagram.dataclass import dataclass
from resnet_diagram.layout.scene import Anchor, Box, Connector, Element, Form, Group, Marker, Text
from resnet_diagram.layout.spacing import FRAME_CORNER
from resnet_diagram.layout.text.faces import css_list, present
from resnet_diagram.layout.text.metrics import CAPITAL_HEIGHT
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.fonts import warn_of_absent
from resnet_diagram.render.numbers import number
from resnet_diagram.render.svg.modes import Ink, modes
from resnet_diagram.render.templates import render
from resnet_diagram.style.theme import Style, Theme
from resnet_diagram.wording.terms import FORMULA_MARK

HEAD_LENGTH = 4.2
HEAD_WIDTH = 3.2
_HEAD_INSET = 1.1
_HALO = 2.0
_ANCHORS = {Anchor.START: "start", Anchor.MIDDLE: "middle", Anchor.END: "end"}

Point = tuple[float, float]
Values = dict[str, Any]


class Size(NamedTuple):
    """Width and height as text."""

    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Brush:
    """Paints in the styles of a theme, and remembers the inks where the theme follows the reader's mode."""

    theme: Theme
    inks: set[Ink] = field(default_factory=set)

    def ink(self, kind: str, role: str, shade: int = 0) -> str:
        """Return the CSS class of an element, or "" if the theme has no dark mode."""
        if not self.theme.dark:
            return ""
        item = Ink(kind, role, self.theme.shade(role, shade))
        self.inks.add(item)
        return item.name


def render_svg(figure: Figure) -> str:
    """Return the SVG document of a figure; the text is deterministic."""
    theme = figure.theme
    warn_of_absent(theme.font)
    shown = replace(theme, font=css_list(present(theme.font)))
    faces: tuple[str, ...] = ()
    if re.search(r"\.[to]tf\b", theme.font, re.IGNORECASE):  # a font that the theme names by its file
        from resnet_diagram.render.svg.fonts import font_faces

        faces = font_faces(theme.font, figure.scene)
    return svg_text(figure, shown, *sizes(figure), faces=faces)


def sizes(figure: Figure) -> tuple[Size, Size]:
    """Return the size of the finished drawing in points, and the extent of its coordinates."""
    return Size(*map(number, figure.extent)), Size(number(figure.scene.width), number(figure.scene.height))


def svg_text(figure: Figure, theme: Theme, size: Size, view: Size, faces: Sequence[str] = ()) -> str:
    """Return the SVG document of a figure, with the colours and the font of `theme`.

    `size`: page size in points. `view`: extent of the visible coordinates. `faces`: CSS that holds fonts.
    """
    scene, brush = figure.scene, Brush(theme)
    page = brush.ink("area", "page")
    prefix = f"{figure.output.id_prefix}-" if figure.output.id_prefix else ""
    shapes = [_shape(child, brush, prefix) for child in scene.root.children]
    return render(
        "svg",
        "figure.svg.jinja",
        figure.output.templates,
        name=_id(scene.root.id, prefix),
        size=size,
        width=view.width,
        height=view.height,
        title=xml_text(figure.spoken_title),
        description=xml_text(scene.description),
        font=xml_text(theme.font),
        page={"fill": theme.page, "ink": page},
        shapes=shapes,
        faces=faces,
        modes=modes(brush.inks, theme),
    )


def _id(element_id: str, prefix: str) -> str:
    """Return the id of an element as an XML attribute: without spaces, behind the prefix of its figure.

    >>> _id("stage2-block1", ""), _id("my block", "left-")
    ('stage2-block1', 'left-my_block')
    """
    return xml_text(prefix + "_".join(element_id.split()))


def _shape(element: Element, brush: Brush, prefix: str) -> Values:
    """Return the template values of an element of the scene and of its descendants."""
    match element:
        case Group():
            inside: list[Element] = [element.frame] if element.frame else []
            inside += [*element.children, *element.labels]
            return {
                "what": "group",
                "id": _id(element.id, prefix),
                "role": f"group {element.kind}",
                "path": xml_text(element.origin.span),
                "shapes": [
                    {
                        **_shape(child, brush, prefix),
                        **({"id": "", "path": ""} if child is element.frame else {}),
                    }
                    for child in inside
                ],
            }
        case Box():
            return {
                "what": "box",
                "id": _id(element.id, prefix),
                "path": xml_text(element.origin.span),
                "role": element.role,
                "outlines": [_outline(item, brush) for item in (*element.stacked(), element)],
                "strokes": [_segment(points, element.role, brush) for points in element.strokes()],
                "texts": [_text(text, brush) for text in element.texts],
                "labels": [_text(text, brush) for text in element.labels],
            }
        case Connector():
            return _connector(element, brush, prefix)
        case Marker():
            return _marker(element, brush, prefix)
        case Text():
            return _text(element, brush)


def _outline(box: Box, brush: Brush) -> Values:
    """Return the outline of a box with its colours."""
    style = brush.theme.style(box.role, box.shade)
    x, y = box.centre
    return {
        "form": "rect" if box.form in (Form.RECTANGLE, Form.ROUNDED, Form.PILL) else box.form.value,
        "x": number(box.x),
        "y": number(box.y),
        "width": number(box.width),
        "height": number(box.height),
        "corner": number(corner(box)),
        "cx": number(x),
        "cy": number(y),
        "r": number(box.width / 2),
        "points": _points(box.points),
        "fill": style.fill,
        "stroke": style.stroke,
        "line_width": number(style.line_width),
        "dash": _dash(style),
        "ink": brush.ink("box", box.role, box.shade),
    }


def _marker(marker: Marker, brush: Brush, prefix: str) -> Values:
    """Return the circles of a marker, as boxes without texts."""
    return {
        "what": "box",
        "id": _id(marker.id, prefix),
        "path": xml_text(marker.origin.span),
        "role": f"{marker.role} {marker.kind}",
        "outlines": [_outline(dot, brush) for dot in marker.circles()],
        "strokes": [],
        "texts": [],
        "labels": [],
    }


def corner(box: Box) -> float:
    """Return the corner radius of a rectangle, in points."""
    if box.form is Form.PILL:
        return min(box.width, box.height) / 2
    return FRAME_CORNER if box.form is Form.ROUNDED else 0.0


def _text(text: Text, brush: Brush) -> Values:
    x, y = number(text.x), number(text.y)
    across = text.y + CAPITAL_HEIGHT / 2 * text.size
    return {
        "what": "text",
        "role": text.role,
        "x": x,
        "y": number(across),
        "size": number(text.size),
        "anchor": _ANCHORS[text.anchor],
        "bold": text.bold,
        "italic": text.italic,
        "turn": f"rotate(-90 {x} {y})" if text.turned else "",
        "fill": brush.theme.style(text.role).text,
        "ink": brush.ink("words", text.role),
        "words": _words(text),
        "halo": _halo(text, brush) if text.halo else None,
    }


def _words(text: Text) -> str:
    """Return the words of a text; in one with formulas, each piece in its style and at its height."""
    if FORMULA_MARK not in text.text:
        return xml_text(text.text)
    from resnet_diagram.wording.formulas.spans import spans

    pieces: list[str] = []
    height = 0.0
    for span in spans(text.text):
        rise = span.rise * text.size
        keys = {
            "dy": number(height - rise) if rise != height else "",
            "font-size": number(span.scale * text.size) if span.scripts else "",
            "font-style": "italic" if span.italic else "",
            "font-weight": "bold" if span.bold else "",
        }
        height = rise
        attributes = "".join(f' {key}="{value}"' for key, value in keys.items() if value)
        words = xml_text(span.text)
        pieces.append(f"<tspan{attributes}>{words}</tspan>" if attributes else words)
    return "".join(pieces)


def _halo(text: Text, brush: Brush) -> Values:
    """Return the rectangle in page colour that interrupts lines behind a text."""
    return {
        "x": number(text.x - text.anchor.share * text.width - _HALO),
        "y": number(text.y - 0.6 * text.size),
        "width": number(text.width + 2 * _HALO),
        "height": number(1.2 * text.size),
        "fill": brush.theme.page,
        "ink": brush.ink("area", "page"),
    }


def _connector(line: Connector, brush: Brush, prefix: str) -> Values:
    tip = line.points[-1]
    direction = _towards(line.points[-2], tip)
    points = list(line.points)
    if line.arrow:
        points[-1] = _moved(tip, direction, _HEAD_INSET - HEAD_LENGTH)
    return {
        "what": "connector",
        "id": _id(line.id, prefix),
        "path": xml_text(line.origin.span),
        "role": line.role,
        "line": _segment(tuple(points), line.role, brush, line.radius),
        "head": _points(arrow_head(tip, direction)) if line.arrow else "",
        "fill": brush.theme.style(line.role).fill,
        "head_ink": brush.ink("area", line.role) if line.arrow else "",
        "labels": [_text(text, brush) for text in line.labels],
    }


def _segment(points: tuple[Point, ...], role: str, brush: Brush, radius: float = 0.0) -> Values:
    """Return a line with its colours."""
    style = brush.theme.style(role)
    return {
        "d": bent(points, radius),
        "stroke": style.stroke,
        "line_width": number(style.line_width),
        "dash": _dash(style),
        "ink": brush.ink("line", role),
    }


def bent(points: tuple[Point, ...], radius: float) -> str:
    """Return path data through `points` with rounded corners, smaller where the neighbours are close.

    >>> bent(((0, 0), (10, 0), (10, 20)), 4)
    'M0 0L6 0Q10 0 10 4L10 20'
    """
    items = [f"M{_pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        near = _moved(corner, _towards(before, corner), -room)
        far = _moved(corner, _towards(corner, after), room)
        items.append(f"L{_pair(near)}Q{_pair(corner)} {_pair(far)}")
    return "".join([*items, f"L{_pair(points[-1])}"])


def arrow_head(tip: Point, direction: Point) -> tuple[Point, ...]:
    """Return the corners of an arrow head at `tip`, along the unit vector `direction`."""
    back = _moved(tip, direction, -HEAD_LENGTH)
    side = (-direction[1], direction[0])
    notch = _moved(back, direction, _HEAD_INSET)
    return tip, _moved(back, side, HEAD_WIDTH / 2), notch, _moved(back, side, -HEAD_WIDTH / 2)


def _towards(start: Point, end: Point) -> Point:
    length = math.dist(start, end) or 1.0
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _moved(point: Point, direction: Point, distance: float) -> Point:
    return point[0] + direction[0] * distance, point[1] + direction[1] * distance


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)


def _dash(style: Style) -> str:
    return " ".join(number(part) for part in style.dash)
