"""Connectors: straight lines and elbows of one bend, attached to the shapes at their ends."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from resnet_diagram.layout.scene import Connector, End, Marker, MarkerKind, Point
from resnet_diagram.render.pptx.drawing import (
    ANGLES,
    ROUND_SITES,
    SIDES,
    Drawing,
    Spot,
    Values,
    end_spots,
    line_style,
    towards,
)
from resnet_diagram.render.pptx.outlines import marker_shape
from resnet_diagram.render.svg.geometry import HEAD_LENGTH, HEAD_WIDTH

_HEADS = {"sm": 2.0, "med": 3.0, "lg": 5.0}
"""Sizes of arrow heads, in widths of their line."""
_THINNEST = 2.0
"""Width in points whose heads thinner lines have."""


def connector_shapes(line: Connector, drawing: Drawing) -> Iterator[Values]:
    """Yield the connectors of a line, each with one bend at most, and the dots that join them."""
    style = drawing.theme.style(line.role)
    paint, parts = line_style(style, drawing), _parts(line, drawing)
    unit = max(style.line_width * drawing.area.scale, _THINNEST)
    # The sizes of an arrow head nearest to those of the figure.
    sizes = [wanted * drawing.area.scale / unit for wanted in (HEAD_WIDTH, HEAD_LENGTH)]
    arrow = [min(_HEADS, key=lambda name: abs(_HEADS[name] - size)) for size in sizes]
    leaves, arrives = end_spots(line)
    start, target = _site(line.tail, leaves, drawing), _site(line.head, arrives, drawing)
    for number, points in enumerate(parts, 1):
        last = number == len(parts)
        end, joint = target, Values()
        # A joint ends a part; and a line on the line of flow that arrives against its direction, which
        # LibreOffice before 7.5 bends in the wrong order if it is attached beside a box.
        (x, y), (next_x, next_y) = points[:2]
        backwards = line.head.side is None and line.head.element and (next_x < x or next_y < y)
        if not last or backwards:
            name, radius = f"{line.id}-joint-{number}", style.line_width / 2
            dot = Marker(id=name, role=line.role, kind=MarkerKind.FORK, points=points[-1:], radius=radius)
            joint = {**marker_shape(dot, drawing), "fill": paint["stroke"], "stroke": ""}
            end = joint["number"], ROUND_SITES[towards(points[-1], points[-2])]
        yield {
            **drawing.named(line.id if number == 1 else f"{line.id}-part-{number}", line.role),
            **_geometry(points, drawing),
            **paint,
            "what": "connector",
            "head": arrow if line.arrow and last else None,
            "start": start,
            "end": end,
        }
        if joint:
            yield joint
        if not last:
            start = joint["number"], ROUND_SITES[towards(points[-1], parts[number][1])]


def _parts(line: Connector, drawing: Drawing) -> list[tuple[Point, ...]]:
    """Return the parts of a line with one bend at most; they meet in the middle of inner segments.

    The place of further bends is a parameter of the preset geometries that LibreOffice before 7.5 ignores.
    A line that leaves a fork begins at the edge of its dot.
    """
    points, (spot, _) = list(line.points), end_spots(line)
    straight = len(points) == 2
    if line.tail.fork in drawing.forks:
        (x, y), angle, radius = spot.point, math.radians(ANGLES[spot.side]), drawing.forks[line.tail.fork]
        points[0] = (x + round(math.cos(angle)) * radius, y + round(math.sin(angle)) * radius)
    elif spot in drawing.spots.get(line.tail.element, ()):
        # LibreOffice lets an elbow leave a site that is not in the middle of a side in any direction.
        straight = True
    inner = points[0 if straight else 1 : -1]
    ends = [points[0], *(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(inner)), points[-1]]
    bends = [*([()] if straight else []), *((bend,) for bend in points[1:-1])]
    return [(start, *bend, end) for (start, end), bend in zip(pairwise(ends), bends, strict=True)]


def _geometry(points: Sequence[Point], drawing: Drawing) -> Values:
    """Return the connector through two or three points; an elbow leaves along its first segment.

    A quarter turn, clockwise about the centre of the frame, follows both flips.
    """
    (x, y), (end_x, end_y) = points[0], points[-1]
    turned = len(points) > 2 and x == points[1][0]
    along, across = (end_y - y, end_x - x) if turned else (end_x - x, end_y - y)
    left, top = (x + end_x - abs(along)) / 2, (y + end_y - abs(across)) / 2
    return {
        **drawing.frame(left, top, abs(along), abs(across)),
        "preset": "bentConnector2" if len(points) > 2 else "straightConnector1",
        "quarter": turned,
        "flip_h": along < 0,
        "flip_v": (across > 0) if turned else (across < 0),
    }


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
