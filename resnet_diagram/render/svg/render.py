"""Write a scene as SVG: self-contained, with plain attributes that every viewer and converter understands.

Where the theme follows the reader's mode, a style sheet says the colours again, for viewers that read one.
"""

import math
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from resnet_diagram.layout.scene import Anchor, Box, Form, Item, Path, Text
from resnet_diagram.layout.spacing import FRAME_CORNER
from resnet_diagram.layout.text.metrics import CAPITAL_HEIGHT
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.numbers import number
from resnet_diagram.render.svg.modes import Ink, modes
from resnet_diagram.render.templates import render
from resnet_diagram.style.theme import Style, Theme

_HEAD_LENGTH = 4.2
_HEAD_WIDTH = 3.2
_HEAD_INSET = 1.1
_HALO = 2.0
_ANCHORS = {Anchor.START: "start", Anchor.MIDDLE: "middle", Anchor.END: "end"}

Point = tuple[float, float]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Brush:
    """Paints in the styles of a theme, and remembers the inks where the theme follows the reader's mode."""

    theme: Theme
    inks: set[Ink] = field(default_factory=set)

    def ink(self, sort: str, role: str, shade: int = 0) -> str:
        """The class of an element, or "" where its attributes say all."""
        if not self.theme.dark:
            return ""
        one = Ink(sort, role, self.theme.shade(role, shade))
        self.inks.add(one)
        return one.name


def render_svg(figure: Figure) -> str:
    """The SVG document of a figure; the same figure gives the same text."""
    scene = figure.scene
    return svg_text(figure, figure.theme, (number(scene.width), number(scene.height)))


def svg_text(figure: Figure, theme: Theme, size: tuple[str, str]) -> str:
    """The SVG document of a figure in the colours and the face of `theme`, on a page of `size` points."""
    scene, brush = figure.scene, Brush(theme)
    page = brush.ink("area", "page")
    shapes = [_shape(item, brush) for item in scene.items]
    return render(
        "svg",
        "figure.svg.jinja",
        figure.templates,
        name=_name(shapes),
        width=size[0],
        height=size[1],
        title=xml_text(figure.spoken_title),
        description=xml_text(scene.description),
        font=xml_text(theme.font),
        page={"fill": theme.page, "ink": page},
        shapes=shapes,
        modes=modes(brush.inks, theme),
    )


def _name(shapes: list[Values]) -> str:
    """A name for the drawing that no other one has, so that several can stand in one page.

    >>> _name([]), _name([{"x": "1"}])
    ('f0d4cbb29', 'f7cf6169c')
    """
    return f"f{crc32(repr(shapes).encode()):08x}"


def _shape(item: Item, brush: Brush) -> Values:
    match item:
        case Box():
            return _box(item, brush)
        case Path():
            return _path(item, brush)
        case Text():
            return _text(item, brush)


def _box(box: Box, brush: Brush) -> Values:
    style = brush.theme.style(box.role, box.shade)
    return {
        "what": "box",
        "id": xml_text("_".join(box.id.split())),
        "role": box.role,
        "form": "rect" if box.form in (Form.RECTANGLE, Form.ROUNDED, Form.PILL) else box.form.value,
        "x": number(box.x),
        "y": number(box.y),
        "width": number(box.width),
        "height": number(box.height),
        "corner": number(corner(box)),
        "cx": number(box.x + box.width / 2),
        "cy": number(box.y + box.height / 2),
        "r": number(box.width / 2),
        "points": _points(box.points),
        "fill": style.fill,
        "stroke": style.stroke,
        "line_width": number(style.line_width),
        "dash": _dash(style),
        "ink": brush.ink("box", box.role, box.shade),
        "texts": [_text(text, brush) for text in box.texts],
    }


def corner(box: Box) -> float:
    """The radius of a rectangle's corners, in points."""
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
        "words": xml_text(text.text),
        "halo": _halo(text, brush) if text.halo else None,
    }


def _halo(text: Text, brush: Brush) -> Values:
    """The patch of paper that interrupts the lines behind a text."""
    start = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}[text.anchor]
    return {
        "x": number(text.x - start * text.width - _HALO),
        "y": number(text.y - 0.6 * text.size),
        "width": number(text.width + 2 * _HALO),
        "height": number(1.2 * text.size),
        "fill": brush.theme.page,
        "ink": brush.ink("area", "page"),
    }


def _path(path: Path, brush: Brush) -> Values:
    style = brush.theme.style(path.role)
    tip = path.points[-1]
    direction = _towards(path.points[-2], tip)
    points = list(path.points)
    if path.arrow:
        points[-1] = _moved(tip, direction, _HEAD_INSET - _HEAD_LENGTH)
    return {
        "what": "path",
        "role": path.role,
        "d": bent(tuple(points), path.radius),
        "stroke": style.stroke,
        "line_width": number(style.line_width),
        "dash": _dash(style),
        "head": _points(arrow_head(tip, direction)) if path.arrow else "",
        "ink": brush.ink("line", path.role),
        "fill": style.fill,
        "head_ink": brush.ink("area", path.role) if path.arrow else "",
    }


def bent(points: tuple[Point, ...], radius: float) -> str:
    """Path data through `points`, each corner rounded as far as its neighbours leave room.

    >>> bent(((0, 0), (10, 0), (10, 20)), 4)
    'M0 0L6 0Q10 0 10 4L10 20'
    """
    found = [f"M{_pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        near = _moved(corner, _towards(before, corner), -room)
        far = _moved(corner, _towards(corner, after), room)
        found.append(f"L{_pair(near)}Q{_pair(corner)} {_pair(far)}")
    return "".join([*found, f"L{_pair(points[-1])}"])


def arrow_head(tip: Point, direction: Point) -> tuple[Point, ...]:
    """Corners of an arrow head that points along the unit vector `direction` and ends at `tip`."""
    back = _moved(tip, direction, -_HEAD_LENGTH)
    side = (-direction[1], direction[0])
    notch = _moved(back, direction, _HEAD_INSET)
    return tip, _moved(back, side, _HEAD_WIDTH / 2), notch, _moved(back, side, -_HEAD_WIDTH / 2)


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
