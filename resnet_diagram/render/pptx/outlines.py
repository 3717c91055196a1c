"""Outlines of boxes and markers: presets where there is one, else freeforms with connection sites."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.layout.scene import Box, Form, Marker, Point
from resnet_diagram.render.pptx.drawing import ANGLES, SIDES, Drawing, Spot, Values, line_style
from resnet_diagram.render.svg.geometry import corner

Step = tuple[str | int, ...]
"""Part of a path: its kind, then a point, or the radius, start and sweep of an arc in degrees."""


def box_shape(box: Box, drawing: Drawing) -> Values:
    """Return the shape of a box without its texts: a preset, or paths with sites at its sides and spots."""
    style, spots = drawing.theme.style(box.role, box.shade), drawing.spots.get(box.id, [])
    values = {
        "what": "box",
        **drawing.named(box.id, box.role),
        **drawing.frame(box.x, box.y, box.width, box.height),
        **line_style(style, drawing),
        "fill": style.fill[1:],
        "align": "ctr",
    }
    least = min(box.width, box.height)
    r = min(corner(box), least / 2)
    if box.form not in (Form.POLYGON, Form.CIRCLE) and not box.sign and not spots:
        adjust = (round(r / least * 100_000),) if r else ()
        return {**values, "preset": "roundRect" if r else "rect", "adjust": adjust}
    right, bottom = box.x + box.width, box.y + box.height
    if box.form is Form.CIRCLE:
        outline = _circle(box, box, drawing)
    elif r:
        starts = ((box.x, box.y + r), (right - r, box.y), (right, bottom - r), (box.x + r, bottom))
        arcs = [("arc", drawing.length(r), 180 + 90 * number, 90) for number in range(4)]
        outline = [step for pair in zip(_steps(starts, box, drawing), arcs, strict=True) for step in pair]
    else:
        corners = box.points or ((box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom))
        outline = _steps(corners, box, drawing)
    strokes = [{"filled": False, "steps": _steps(stroke, box, drawing)} for stroke in box.strokes()]
    sites = [*(Spot(box.side(side), side) for side in SIDES), *spots]
    return {
        **values,
        "paths": [{"filled": True, "steps": [*outline, ("close",)]}, *strokes],
        "sites": [(*_inside(spot.point, box, drawing), ANGLES[spot.side] * 60_000) for spot in sites],
    }


def marker_shape(marker: Marker, drawing: Drawing) -> Values:
    """Return the dot of a fork as an ellipse, or the dots of an ellipsis as one shape."""
    dots, r = marker.circles(), marker.radius
    width, height = (max(at) - min(at) + 2 * r for at in zip(*marker.points, strict=True))
    left, top = (min(at) - r for at in zip(*marker.points, strict=True))
    frame = replace(dots[0], id=marker.id, x=left, y=top, width=width, height=height)
    shape = box_shape(frame, drawing)
    if len(dots) == 1:
        return {**shape, "preset": "ellipse"}
    steps = [step for dot in dots for step in (*_circle(dot, frame, drawing), ("close",))]
    return {**shape, "paths": [{"filled": True, "steps": steps}]}


def _steps(points: Sequence[Point], box: Box, drawing: Drawing) -> list[Step]:
    """Return the steps along the lines through points."""
    first, *others = (_inside(point, box, drawing) for point in points)
    return [("move", *first), *(("line", *point) for point in others)]


def _circle(circle: Box, within: Box, drawing: Drawing) -> list[Step]:
    start = (circle.x, circle.centre[1])
    return [*_steps([start], within, drawing), ("arc", drawing.length(circle.width / 2), 180, 360)]


def _inside(point: Point, box: Box, drawing: Drawing) -> tuple[int, int]:
    """Return a point in EMU from the top left corner of a box."""
    return drawing.length(point[0] - box.x), drawing.length(point[1] - box.y)
