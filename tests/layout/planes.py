"""Rectangles, segments and outlines in the plane: what overlaps, crosses or touches."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from resnet_diagram.layout.scene import Box, Form

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
Segment = tuple[Point, Point]

_NEAR = 0.05
_CELL = 40.0


def overlap(first: Rect, second: Rect) -> bool:
    """Whether two rectangles (left, top, right, bottom) share more than an edge."""
    return (
        first[0] < second[2] - 1e-6
        and second[0] < first[2] - 1e-6
        and first[1] < second[3] - 1e-6
        and second[1] < first[3] - 1e-6
    )


def overlapping(first: Sequence[Rect], second: Sequence[Rect]) -> Iterator[tuple[int, int]]:
    """The indices of each pair that overlaps, each pair once."""
    grid: dict[tuple[int, int], list[int]] = {}
    for number, rect in enumerate(second):
        for cell in _cells(rect):
            grid.setdefault(cell, []).append(number)
    for number, rect in enumerate(first):
        near = {other for cell in _cells(rect) for other in grid.get(cell, ())}
        yield from ((number, other) for other in sorted(near) if overlap(rect, second[other]))


def _cells(rect: Rect) -> Iterator[tuple[int, int]]:
    for column in range(math.floor(rect[0] / _CELL), math.floor(rect[2] / _CELL) + 1):
        for row in range(math.floor(rect[1] / _CELL), math.floor(rect[3] / _CELL) + 1):
            yield column, row


def segment_rect(start: Point, end: Point) -> Rect:
    """The thin rectangle a segment along an axis takes."""
    (x1, y1), (x2, y2) = start, end
    return (min(x1, x2) - 0.01, min(y1, y2) - 0.01, max(x1, x2) + 0.01, max(y1, y2) + 0.01)


def cross(first: Segment, second: Segment) -> bool:
    """Whether two segments along the axes cross inside both."""
    return _across(first, second) or _across(second, first)


def _across(level: Segment, upright: Segment) -> bool:
    (x1, y), (x2, y2) = level
    (x, v1), (x3, v2) = upright
    if y != y2 or x != x3:
        return False
    return min(x1, x2) + _NEAR < x < max(x1, x2) - _NEAR and min(v1, v2) + _NEAR < y < max(v1, v2) - _NEAR


def touches(rect: Rect, point: Point) -> bool:
    """Whether a point lies in a rectangle or on its edge."""
    return rect[0] <= point[0] <= rect[2] and rect[1] <= point[1] <= rect[3]


def inside_polygon(corners: Sequence[Point], point: Point) -> bool:
    """Whether a point lies in a polygon (an upward ray crosses its edges an odd number of times)."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in _edges(corners):
        if (x1 > x) != (x2 > x) and y < y1 + (x - x1) / (x2 - x1) * (y2 - y1):
            crossings += 1
    return crossings % 2 == 1


def on_outline(box: Box, point: Point) -> bool:
    """Whether a point lies on the drawn outline of a box."""
    x, y = point
    if box.form is Form.CIRCLE:
        centre = (box.x + box.width / 2, box.y + box.height / 2)
        return abs(math.dist(centre, point) - box.width / 2) < _NEAR
    corners: Sequence[Point] = box.points
    if box.form is not Form.POLYGON:
        right, bottom = box.x + box.width, box.y + box.height
        corners = ((box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom))
    return any(_distance(edge, (x, y)) < _NEAR for edge in _edges(corners))


def _edges(corners: Sequence[Point]) -> Iterator[Segment]:
    return pairwise([*corners, corners[0]])


def _distance(segment: Segment, point: Point) -> float:
    (x1, y1), (x2, y2) = segment
    square = (x2 - x1) ** 2 + (y2 - y1) ** 2
    t = ((point[0] - x1) * (x2 - x1) + (point[1] - y1) * (y2 - y1)) / square if square else 0.0
    t = min(1.0, max(0.0, t))
    return math.dist(point, (x1 + t * (x2 - x1), y1 + t * (y2 - y1)))
