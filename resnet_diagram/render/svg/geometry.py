"""Geometry of what a page format draws: corners of boxes, rounded lines, arrow heads."""

import math

from resnet_diagram.layout.scene import Box, Connector, Form
from resnet_diagram.layout.spacing import FRAME_CORNER
from resnet_diagram.render.numbers import number

HEAD_LENGTH = 4.2
HEAD_WIDTH = 3.2
_HEAD_INSET = 1.1

Point = tuple[float, float]


def corner(box: Box) -> float:
    """Return the corner radius of a rectangle, in points."""
    if box.form is Form.PILL:
        return min(box.width, box.height) / 2
    return FRAME_CORNER if box.form is Form.ROUNDED else 0.0


def bent(points: tuple[Point, ...], radius: float) -> str:
    """Return path data through `points` with rounded corners, smaller where the neighbours are close.

    >>> bent(((0, 0), (10, 0), (10, 20)), 4)
    'M0 0L6 0Q10 0 10 4L10 20'
    """
    steps = [("M", points[0])]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        near = _moved(corner, towards(before, corner), -room)
        far = _moved(corner, towards(corner, after), room)
        steps += [("L", near), ("Q", corner), (" ", far)]
    steps.append(("L", points[-1]))
    return "".join([f"{sign}{number(x)} {number(y)}" for sign, (x, y) in steps])


def arrow_head(tip: Point, direction: Point) -> tuple[Point, ...]:
    """Return the corners of an arrow head at `tip`, along the unit vector `direction`."""
    back = _moved(tip, direction, -HEAD_LENGTH)
    side = (-direction[1], direction[0])
    notch = _moved(back, direction, _HEAD_INSET)
    return tip, _moved(back, side, HEAD_WIDTH / 2), notch, _moved(back, side, -HEAD_WIDTH / 2)


def line_end(line: Connector) -> tuple[Point, ...]:
    """Return the points of a line, which ends within its arrow head."""
    if not line.arrow:
        return tuple(line.points)
    before, tip = line.points[-2:]
    return (*line.points[:-1], _moved(tip, towards(before, tip), _HEAD_INSET - HEAD_LENGTH))


def towards(start: Point, end: Point) -> Point:
    """Return the unit vector from `start` to `end`, or zero where they coincide."""
    length = math.dist(start, end) or 1.0
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _moved(point: Point, direction: Point, distance: float) -> Point:
    return point[0] + direction[0] * distance, point[1] + direction[1] * distance


def pairs(points: tuple[Point, ...]) -> str:
    """Return points as the attribute `points` of a polygon."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)
