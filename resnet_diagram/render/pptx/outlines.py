"""Outlines of boxes and markers: presets where there is one, else freeforms with connection sites."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.layout.scene import Box, Form, Marker, Point
from resnet_diagram.render.pptx.drawing import ANGLES, SIDES, Drawing, Spot, Values, line_style
from resnet_diagram.render.svg.geometry import corner

Step = tuple[str | int, ...]
"""Part of a path: its kind, then a point, or the radius, start and sweep of an arc in degrees."""


def box_shape(box: Box, drawing: Drawing) -> Values:
    """Return the shape of a box without its texts."""
    style = drawing.theme.style(box.role, box.shade)
    values = {
        "what": "box",
        **drawing.named(box.id, box.role),
        **drawing.frame(box.x, box.y, box.width, box.height),
        **line_style(style, drawing),
        "fill": style.fill[1:],
        "align": "ctr",
    }
    if box.form in (Form.POLYGON, Form.CIRCLE) or box.sign or drawing.spots.get(box.id):
        return {**values, **_freeform(box, drawing)}
    radius = corner(box) / min(box.width, box.height) if corner(box) else 0.0
    preset, adjust = ("roundRect", (round(min(radius, 0.5) * 100_000),)) if radius else ("rect", ())
    return {**values, "preset": preset, "adjust": adjust}


def marker_shape(marker: Marker, drawing: Drawing) -> Values:
    """Return the dot of a fork as an ellipse, or the dots of an ellipsis as one shape."""
    dots, r = marker.circles(), marker.radius
    width, height = (max(at) - min(at) + 2 * r for at in zip(*marker.points, strict=True))
    left, top = (min(at) - r for at in zip(*marker.points, strict=True))
    frame = replace(dots[0], id=marker.id, x=left, y=top, width=width, height=height)
    shape = box_shape(frame, drawing)
    if len(dots) == 1:
        return {**shape, "preset": "ellipse"}
    steps = [step for dot in dots for step in _circle(dot, frame, drawing)]
    return {**shape, "paths": [{"filled": True, "steps": steps}]}


def _freeform(box: Box, drawing: Drawing) -> Values:
    """Return the paths of a shape that no preset draws, and its sites: one at each side, then the spots."""
    right, bottom = box.x + box.width, box.y + box.height
    corners = box.points or ((box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom))
    if box.form is Form.CIRCLE:
        outline = _circle(box, box, drawing)
    elif corner(box):
        outline = _rounded(box, drawing)
    else:
        outline = [*_polygon(corners, box, drawing), ("close",)]
    strokes = [{"filled": False, "steps": _polygon(stroke, box, drawing)} for stroke in box.strokes()]
    spots = [*(Spot(box.side(side), side) for side in SIDES), *drawing.spots.get(box.id, [])]
    return {
        "paths": [{"filled": True, "steps": outline}, *strokes],
        "sites": [(*_inside(spot.point, box, drawing), ANGLES[spot.side] * 60_000) for spot in spots],
    }


def _polygon(points: Sequence[Point], box: Box, drawing: Drawing) -> list[Step]:
    first, *others = (_inside(point, box, drawing) for point in points)
    return [("move", *first), *(("line", *point) for point in others)]


def _circle(circle: Box, within: Box, drawing: Drawing) -> list[Step]:
    start, radius = _inside((circle.x, circle.centre[1]), within, drawing), drawing.length(circle.width / 2)
    return [("move", *start), ("arc", radius, 180, 360), ("close",)]


def _rounded(box: Box, drawing: Drawing) -> list[Step]:
    """Return the steps along a rectangle with round corners, clockwise from its left side."""
    r = min(corner(box), box.width / 2, box.height / 2)
    right, bottom, radius = box.x + box.width, box.y + box.height, drawing.length(r)
    starts = ((box.x, box.y + r), (right - r, box.y), (right, bottom - r), (box.x + r, bottom))
    steps: list[Step] = []
    for number, start in enumerate(starts):
        steps += [
            ("line" if number else "move", *_inside(start, box, drawing)),
            ("arc", radius, 180 + 90 * number, 90),
        ]
    return [*steps, ("close",)]


def _inside(point: Point, box: Box, drawing: Drawing) -> tuple[int, int]:
    """Return a point in EMU from the top left corner of a box."""
    return drawing.length(point[0] - box.x), drawing.length(point[1] - box.y)
