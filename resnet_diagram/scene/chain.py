"""The plainest drawing: no shortcut is open, so the groups follow each other the way the flow runs.

Where a group holds several boxes they stand across the flow.
"""

from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.diagram.model import Diagram, GroupRole, Node
from resnet_diagram.scene import spacing
from resnet_diagram.scene.canvas import Canvas
from resnet_diagram.scene.draw import draw_box
from resnet_diagram.scene.rows import outer_groups
from resnet_diagram.scene.stops import Stop, line_of, measure_stops
from resnet_diagram.scene.titles import draw_title

_GAP = 15.0
_LANE = _GAP / 2
_ROW_GAP = 22.0
_JOG = 6.0
"""From a frame to the line that joins a box beside the line of the chain to it; the gap is so much wider."""


class Spot(NamedTuple):
    """Where a stop stands: its frame begins at (`u`, `v`); the flow is at `line`."""

    stop: Stop
    u: float
    v: float
    line: float

    @property
    def end_u(self) -> float:
        """Where its frame ends along the flow."""
        return self.u + self.stop.length


def is_chain(diagram: Diagram) -> bool:
    """Whether every group holds boxes only, and every stage a single one."""
    groups = outer_groups(diagram)
    stages = [items for group, items in groups if group and group.role is GroupRole.STAGE]
    plain = all(isinstance(item, Node) for _, items in groups for item in items)
    return (
        plain
        and all(items for _, items in groups)
        and bool(stages)
        and all(len(items) == 1 for items in stages)
    )


def draw_chain(canvas: Canvas, diagram: Diagram, top: float) -> tuple[float, float]:
    """Draw the groups one behind the other from `top` down; return the right and the bottom end."""
    spots = _spots(canvas, measure_stops(canvas, diagram), top)
    for number, spot in enumerate(spots):
        if number:
            _lead_in(canvas, spots[: number + 1])
        _draw(canvas, spot)
    lane = _LANE if spots[-1].v != spots[0].v else 0.0
    end_u, end_v = max(spot.end_u for spot in spots) + lane, spots[-1].v + spots[-1].stop.breadth
    if canvas.turned:
        return end_v + spacing.PAGE_MARGIN, end_u
    return end_u + spacing.PAGE_MARGIN, end_v


def _spots(canvas: Canvas, stops: list[Stop], top: float) -> list[Spot]:
    """Every stop's place; a new row begins where the page ends."""
    limit = spacing.PAGE_HEIGHT + 60.0 if canvas.turned else spacing.PAGE_WIDTH + 10.0
    start, v = (top, spacing.PAGE_MARGIN) if canvas.turned else (spacing.PAGE_MARGIN, top)
    gaps = [0.0, *(_gap(before, stop) for before, stop in pairwise(stops))]
    length = sum(stop.length for stop in stops) + sum(gaps)
    start += 0.0 if start + length <= limit else _LANE
    line = line_of(canvas, stops[0].breadth)
    spots: list[Spot] = []
    u = start
    for stop, gap in zip(stops, gaps, strict=True):
        u += gap
        if spots and u + stop.length > limit:
            u, v = start, v + stop.breadth + _ROW_GAP
        spots.append(Spot(stop=stop, u=u, v=v, line=v + line))
        u += stop.length
    return spots


def _gap(before: Stop, stop: Stop) -> float:
    """From one frame to the next: room for the caption, and for every box beside the line."""
    return _GAP + _JOG * ((before.leave != 0.0) + (stop.enter != 0.0))


def _lead_in(canvas: Canvas, spots: list[Spot]) -> None:
    """Write the caption of the last of `spots` on the line to it; lead the line back where a row begins."""
    before, spot = spots[-2:]
    caption = spot.stop.group.caption if spot.stop.group else ""
    if before.v == spot.v:
        canvas.via((before.end_u + _JOG, before.line + before.stop.leave), (before.end_u + _JOG, before.line))
        near = spot.u - (_JOG if spot.stop.enter else 0.0) - _GAP / 2
        if caption:
            canvas.text(caption, "caption", "caption", (near, spot.line), halo=True, across=True)
        canvas.via((spot.u - _JOG, spot.line))
        return
    far = max(one.end_u for one in spots if one.v == before.v) + _LANE
    near, gap = spot.u - _JOG, spot.v - _ROW_GAP / 2
    canvas.turn(far, gap, near)
    if caption:
        canvas.text(caption, "caption", "caption", ((far + near) / 2, gap), halo=True)


def _draw(canvas: Canvas, spot: Spot) -> None:
    """A stop with its frame: the line enters the first box and leaves the last."""
    group, breadth = spot.stop.group, spot.stop.breadth
    if group:
        canvas.frame(group.id, group.role, (spot.u, spot.v), (spot.end_u, spot.v + breadth))
        draw_title(canvas, group, canvas.point(spot.u, spot.v), spot.stop.note)
    _boxes(canvas, spot)


def _boxes(canvas: Canvas, spot: Spot) -> None:
    """The boxes across the flow."""
    found = spot.stop.boxes
    strip = spacing.TITLE_STRIP if canvas.turned else 0.0
    middle = (spot.u + strip + spot.end_u) / 2
    v = spot.line + spot.stop.start
    enter, leave = spot.line + spot.stop.enter, spot.line + spot.stop.leave
    canvas.via((spot.u - _JOG, enter))
    for number, cell in enumerate(found):
        v += cell.above
        u = middle - cell.length / 2
        canvas.end(cell.node.id, (middle, v - cell.above) if number else (u, enter))
        draw_box(canvas, cell, u, v)
        if number + 1 < len(found):
            canvas.begin(cell.node.id, (middle, v + cell.below))
            v += cell.below + spacing.ARROW_GAP
        else:
            canvas.begin(cell.node.id, (u + cell.front, leave))
