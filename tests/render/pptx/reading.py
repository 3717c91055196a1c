"""A presentation read back: its shapes, where they are, and the routes of its connectors."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest

from resnet_diagram.layout.scene import Box, Point, Scene, boxes

pptx = pytest.importorskip("pptx")

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PRESET_SITES = {"rect": 4, "roundRect": 4, "ellipse": 8}


@dataclass(frozen=True, slots=True)
class Place:
    """Place of a scene on its slide."""

    scale: float
    left: float
    top: float

    def at(self, point: Point) -> Point:
        """Return the place of a point of the scene on the slide, in points."""
        return self.left + point[0] * self.scale, self.top + point[1] * self.scale


def opened(content: bytes) -> Any:
    return pptx.Presentation(BytesIO(content))


def shapes(holder: Any) -> Iterator[Any]:
    """Yield all shapes of a slide or a group, outer ones first."""
    for shape in holder.shapes:
        yield shape
        if hasattr(shape, "shapes"):
            yield from shapes(shape)


def by_name(slide: Any) -> dict[str, Any]:
    """Return all shapes but groups by their names."""
    return {shape.name: shape for shape in shapes(slide) if not hasattr(shape, "shapes")}


def place_of(slide: Any, scene: Scene) -> Place:
    """Return the place of a scene from two of its boxes."""
    drawn, placed = by_name(slide), [box for box in boxes(scene) if box.id]
    first, last = placed[0], max(placed, key=lambda box: box.x)
    scale = (drawn[last.id].left.pt - drawn[first.id].left.pt) / (last.x - first.x)
    return Place(scale, drawn[first.id].left.pt - first.x * scale, drawn[first.id].top.pt - first.y * scale)


def frame(shape: Any) -> tuple[float, float, float, float]:
    return shape.left.pt, shape.top.pt, shape.width.pt, shape.height.pt


def scaled(box: Box, place: Place) -> tuple[float, float, float, float]:
    return *place.at((box.x, box.y)), box.width * place.scale, box.height * place.scale


def route(connector: Any) -> list[Point]:
    """Return the points of a straight connector or an elbow of one bend, as ECMA-376 defines their shapes."""
    x, y, width, height = frame(connector)
    name = connector.element.find(f".//{_A}prstGeom").get("prst")
    bend = {"straightConnector1": [], "bentConnector2": [(width, 0.0)]}[name]
    xfrm = connector.element.find(f".//{_A}xfrm")
    centre = (x + width / 2, y + height / 2)
    points = []
    for u, v in [(0.0, 0.0), *bend, (width, height)]:
        dx = width / 2 - u if xfrm.get("flipH") == "1" else u - width / 2
        dy = height / 2 - v if xfrm.get("flipV") == "1" else v - height / 2
        turned = {None: (dx, dy), "5400000": (-dy, dx)}[xfrm.get("rot")]
        points.append((centre[0] + turned[0], centre[1] + turned[1]))
    return points


def ends(connector: Any) -> dict[str, tuple[int, int]]:
    """Return the shape and the site that each attached end of a connector names."""
    found = {name: connector.element.find(f".//{_A}{name}") for name in ("stCxn", "endCxn")}
    return {name: (int(at.get("id")), int(at.get("idx"))) for name, at in found.items() if at is not None}


def site(shape: Any, index: int) -> Point:
    """Return the place of a connection site; those of presets as ECMA-376 defines them."""
    x, y, width, height = frame(shape)
    custom = shape.element.findall(f".//{_A}cxn")
    if custom:
        at = custom[index].find(f"{_A}pos")
        return x + int(at.get("x")) / 12_700, y + int(at.get("y")) / 12_700
    count = _PRESET_SITES[shape.element.find(f".//{_A}prstGeom").get("prst")]
    side = index * 4 // count
    assert index * 4 % count == 0, "a site between two sides of an ellipse"
    return (
        (x + width / 2, y),
        (x, y + height / 2),
        (x + width / 2, y + height),
        (x + width, y + height / 2),
    )[side]
