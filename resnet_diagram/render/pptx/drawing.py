"""State of a scene's conversion to a slide: position, shape numbers and connection sites."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import field
from typing import Any, NamedTuple

from resnet_diagram.dataclass import dataclass
from resnet_diagram.layout.scene import Connector, Point, Scene, Side, boxes, connectors
from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.style.theme import Style, Theme

EMU = 12_700
"""English metric units per point."""

SIDES = (Side.TOP, Side.LEFT, Side.BOTTOM, Side.RIGHT)
"""Sides of a shape in the order of its connection sites, for rectangles and the freeforms written here."""
ROUND_SITES = dict(zip(SIDES, range(0, 8, 2), strict=True))
"""Connection sites of an ellipse."""
ANGLES = {Side.TOP: 270, Side.LEFT: 180, Side.BOTTOM: 90, Side.RIGHT: 0}
"""Direction in which a connector leaves a side, in degrees clockwise from the right."""
_CLOSE = 0.02
"""Largest distance from the middle of a side to a connector that is attached there, in points."""

Values = dict[str, Any]

_PLAIN: Values = {
    "flip_h": False,
    "flip_v": False,
    "quarter": False,
    "preset": "",
    "adjust": (),
    "dash": (),
    "head": None,
    "turned": False,
    "pitch": 0,
    "lines": (),
    "description": "",
}
"""Values of a shape that has nothing special."""


class Spot(NamedTuple):
    """A connection site beside the middle of a side: its place, and where a connector leaves it to."""

    point: Point
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The part of a slide that a scene is drawn on, in points: scale, and place of the scene's origin."""

    scale: float
    left: float
    top: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A scene during its conversion to a slide.

    `numbers`: ids of the shapes that connectors are attached to, by the ids of their elements; `others`: ids
    for all further shapes. `forks`: radii of the dots where shortcuts leave. `spots`: sites of each element
    beside those of its sides. `above`: connectors with their labels; they are outside the groups, because
    LibreOffice drops the attachments of those inside.
    """

    theme: Theme
    area: Area
    numbers: dict[str, int]
    others: "Iterator[int]"
    forks: dict[str, float]
    spots: "defaultdict[str, list[Spot]]"
    above: list[Values] = field(default_factory=list)

    def frame(self, x: float, y: float, width: float, height: float) -> Values:
        """Return the frame of a shape in EMU."""
        left, top = self.area.left + x * self.area.scale, self.area.top + y * self.area.scale
        size = {"width": self.length(width), "height": self.length(height)}
        return {"x": round(left * EMU), "y": round(top * EMU), **size}

    def length(self, points: float) -> int:
        """Return a length of the scene in EMU."""
        return round(points * self.area.scale * EMU)

    def named(self, name: str, kind: str) -> Values:
        """Return the number and the name of a shape."""
        number = self.numbers[name] if name in self.numbers else next(self.others)
        return {**_PLAIN, "number": number, "name": xml_text(name or f"{kind} {number}")}


def extra_spots(scene: Scene) -> "defaultdict[str, list[Spot]]":
    """Return the sites of elements for connectors that end anywhere but in the middle of a side."""
    elements = {box.id: box for box in boxes(scene) if box.id}
    spots: defaultdict[str, list[Spot]] = defaultdict(list)
    for line in connectors(scene):
        for end, spot in zip((line.tail, line.head), end_spots(line), strict=True):
            box = elements.get(end.element)
            middle = box.side(end.side) if box and end.side else None
            regular = bool(end.fork) or bool(middle and math.dist(middle, spot.point) < _CLOSE)
            if end.element and not regular and spot not in spots[end.element]:
                spots[end.element].append(spot)
    return spots


def end_spots(line: Connector) -> tuple[Spot, Spot]:
    """Return the sites at which a line leaves its tail and reaches its head."""
    first, second, *_ = line.points
    *_, before, last = line.points
    return Spot(first, towards(first, second)), Spot(last, towards(last, before))


def towards(start: Point, end: Point) -> Side:
    """Return the side of the first point on which the second is."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if abs(dx) >= abs(dy):
        return Side.RIGHT if dx >= 0 else Side.LEFT
    return Side.BOTTOM if dy > 0 else Side.TOP


def line_style(style: Style, drawing: Drawing) -> Values:
    """Return colour, width and dashes of a line; dashes are in parts of its width."""
    parts = [round(part / style.line_width * 100_000) for part in style.dash]
    parts *= 1 + len(parts) % 2
    return {
        "stroke": style.stroke[1:],
        "line_width": drawing.length(style.line_width),
        "dash": list(zip(parts[::2], parts[1::2], strict=True)),
    }
