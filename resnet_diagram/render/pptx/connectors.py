"""Connectors: straight lines and elbows of one bend, attached to the shapes at their ends."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.layout.scene import Connector, End, Marker, MarkerKind, Point
from resnet_diagram.render.pptx.drawing import (
    ANGLES,
    ROUND_SITES,
    SIDES,
    Drawing,
    Spot,
    Values,
    head_spot,
    line_style,
    tail_spot,
    towards,
)
from resnet_diagram.render.pptx.outlines import marker_shape
from resnet_diagram.render.svg.geometry import HEAD_LENGTH, HEAD_WIDTH

_HEADS = {"sm": 2.0, "med": 3.0, "lg": 5.0}
"""Sizes of arrow heads, in widths of their line."""
_THINNEST = 2.0
"""Width in points whose heads thinner lines have."""


class Preset(NamedTuple):
    """A preset connector: its name, and its frame before the quarter turn, in points.

    `turned`: turned clockwise by 90° about its centre, after both flips.
    """

    name: str
    x: float
    y: float
    width: float
    height: float
    turned: bool
    flip_h: bool
    flip_v: bool


def connector_shapes(line: Connector, drawing: Drawing) -> Iterator[Values]:
    """Yield the connectors of a line, each with one bend at most, and the dots that join them."""
    style = drawing.theme.style(line.role)
    # The sizes of an arrow head nearest to those of the figure.
    unit = max(style.line_width * drawing.area.scale, _THINNEST)
    width, length = (wanted * drawing.area.scale / unit for wanted in (HEAD_WIDTH, HEAD_LENGTH))
    paint, head = line_style(style, drawing), (_nearest(width), _nearest(length))
    parts = list(pieces(_from_edge(line, drawing)))
    start = _site(line.tail, tail_spot(line), drawing)
    if start and start[1] >= len(SIDES) and line.tail.fork not in drawing.forks and len(parts[0]) > 2:
        # LibreOffice lets an elbow leave a site that is not in the middle of a side in any direction.
        (x, y), (bend_x, bend_y), *_ = parts[0]
        middle = (x + bend_x) / 2, (y + bend_y) / 2
        parts[:1] = [(parts[0][0], middle), (middle, *parts[0][1:])]
    for number, points in enumerate(parts, 1):
        last = number == len(parts)
        name = line.id if number == 1 else f"{line.id}-part-{number}"
        end, joint = _site(line.head, head_spot(line), drawing), None
        if not last or _joins_backwards(line, points):
            joint = _joint(f"{line.id}-joint-{number}", points[-1], line.role, drawing)
            end = joint["number"], ROUND_SITES[towards(points[-1], points[-2])]
        shape = preset(points)
        yield {
            **drawing.named(name, line.role),
            **drawing.frame(shape.x, shape.y, shape.width, shape.height),
            **paint,
            "what": "connector",
            "head": head if line.arrow and last else None,
            "preset": shape.name,
            "quarter": shape.turned,
            "flip_h": shape.flip_h,
            "flip_v": shape.flip_v,
            "start": start,
            "end": end,
        }
        if joint:
            yield joint
        if joint and not last:
            start = joint["number"], ROUND_SITES[towards(points[-1], parts[number][1])]


def _joins_backwards(line: Connector, points: Sequence[Point]) -> bool:
    """Return whether a line ends on the line of flow, and arrives against the direction of the flow.

    LibreOffice before 7.5 bends such a connector in the wrong order if it is attached beside a box.
    """
    (x, y), (next_x, next_y) = points[:2]
    return line.head.side is None and bool(line.head.element) and (next_x < x or next_y < y)


def pieces(points: Sequence[Point]) -> Iterator[tuple[Point, ...]]:
    """Yield the parts of a line with one bend at most; they meet in the middle of inner segments.

    The place of further bends is a parameter of the preset geometries that LibreOffice before 7.5 ignores.
    """
    if len(points) < 4:
        yield tuple(points)
        return
    joints = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(points[1:-1])]
    ends = (points[0], *joints, points[-1])
    for (start, end), bend in zip(pairwise(ends), points[1:-1], strict=True):
        yield start, bend, end


def preset(points: Sequence[Point]) -> Preset:
    """Return the connector through two or three points; an elbow leaves along its first segment."""
    (x, y), (end_x, end_y) = points[0], points[-1]
    turned = len(points) > 2 and x == points[1][0]
    along, across = (end_y - y, end_x - x) if turned else (end_x - x, end_y - y)
    return Preset(
        name="bentConnector2" if len(points) > 2 else "straightConnector1",
        x=(x + end_x - abs(along)) / 2,
        y=(y + end_y - abs(across)) / 2,
        width=abs(along),
        height=abs(across),
        turned=turned,
        flip_h=along < 0,
        flip_v=(across > 0) if turned else (across < 0),
    )


def _nearest(size: float) -> str:
    return min(_HEADS, key=lambda name: abs(_HEADS[name] - size))


def _joint(name: str, centre: Point, role: str, drawing: Drawing) -> Values:
    """Return the dot that joins two connectors of a line; it is as wide as the line."""
    width = drawing.theme.style(role).line_width
    dot = Marker(id=name, role=role, kind=MarkerKind.FORK, points=(centre,), radius=width / 2)
    return {**marker_shape(dot, drawing), "fill": drawing.theme.style(role).stroke[1:], "stroke": ""}


def _from_edge(line: Connector, drawing: Drawing) -> tuple[Point, ...]:
    """Return the points of a line; one that leaves a fork begins at the edge of its dot."""
    if line.tail.fork not in drawing.forks:
        return line.points
    spot = tail_spot(line)
    radius = drawing.forks[line.tail.fork]
    (x, y), angle = spot.point, math.radians(ANGLES[spot.side])
    return ((x + round(math.cos(angle)) * radius, y + round(math.sin(angle)) * radius), *line.points[1:])


def _site(end: End, spot: Spot, drawing: Drawing) -> tuple[int, int] | None:
    """Return the number of the shape and the site that an end is attached to."""
    if end.fork in drawing.forks:
        return drawing.numbers[end.fork], ROUND_SITES[spot.side]
    if end.element not in drawing.numbers:
        return None
    number, spots = drawing.numbers[end.element], drawing.spots[end.element]
    if spot in spots:
        return number, len(SIDES) + spots.index(spot)
    return (number, SIDES.index(end.side)) if end.side else None
