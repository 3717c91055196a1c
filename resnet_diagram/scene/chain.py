"""The plainest drawing: no shortcut is open, so the groups follow each other the way the flow runs.

Where a group holds several boxes they stand across the flow.
"""

from dataclasses import dataclass

from resnet_diagram.diagram.model import Diagram, Group, GroupRole, Node
from resnet_diagram.scene import spacing
from resnet_diagram.scene.canvas import Canvas
from resnet_diagram.scene.cells import NodeCell
from resnet_diagram.scene.draw import draw_box
from resnet_diagram.scene.measure import boxes
from resnet_diagram.scene.rows import outer_groups
from resnet_diagram.scene.ruler import ruler
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.titles import draw_title, title_width

_GAP = 15.0
_LANE = _GAP / 2
_ROW_GAP = 22.0
_BESIDE_TITLE = 5.0
"""From a title to the line that runs past it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A group of the chain: its boxes, and its sizes along and across the flow, frame included."""

    group: Group | None
    note: str
    boxes: tuple[NodeCell, ...]
    length: float
    breadth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
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
    stops = _stops(canvas, diagram)
    breadth = max(stop.breadth for stop in stops)
    spots = _spots(canvas, stops, breadth, top)
    for number, spot in enumerate(spots):
        if number:
            _lead_in(canvas, spots[: number + 1])
        _draw(canvas, spot, breadth)
    lane = _LANE if spots[-1].v != spots[0].v else 0.0
    end_u, end_v = max(spot.end_u for spot in spots) + lane, spots[-1].v + breadth
    if canvas.turned:
        return end_v + spacing.PAGE_MARGIN, end_u
    return end_u + spacing.PAGE_MARGIN, end_v


def _stops(canvas: Canvas, diagram: Diagram) -> list[Stop]:
    groups = outer_groups(diagram)
    measure = ruler(diagram.items, canvas.theme, turned=canvas.turned, wrapped=True)
    return [
        _stop(canvas, group, boxes(items, measure), first=not number)
        for number, (group, items) in enumerate(groups)
    ]


def _stop(canvas: Canvas, group: Group | None, found: tuple[NodeCell, ...], *, first: bool) -> Stop:
    note = group.caption if group and first else ""
    title = title_width(group, canvas.theme, note)
    caption = text_width(group.caption, canvas.theme.size("caption")) if group else 0.0
    along = max(cell.length for cell in found)
    across = _across(found)
    strip = spacing.TITLE_STRIP
    if canvas.turned:
        beside = title + _BESIDE_TITLE - found[0].above
        across = max(across + max(0.0, beside), caption)
        along += strip
    else:
        along = max(along, title)
        across = max(across, caption - strip) + strip
    pads = 2 * spacing.FRAME_PAD
    return Stop(group=group, note=note, boxes=found, length=along + pads, breadth=across + pads)


def _across(found: tuple[NodeCell, ...]) -> float:
    """What boxes take across the flow with the arrows between them."""
    return sum(cell.above + cell.below for cell in found) + spacing.ARROW_GAP * (len(found) - 1)


def _spots(canvas: Canvas, stops: list[Stop], breadth: float, top: float) -> list[Spot]:
    """Every stop's place; a new row begins where the page ends."""
    limit = spacing.PAGE_HEIGHT + 60.0 if canvas.turned else spacing.PAGE_WIDTH + 10.0
    start, v = (top, spacing.PAGE_MARGIN) if canvas.turned else (spacing.PAGE_MARGIN, top)
    length = sum(stop.length for stop in stops) + _GAP * (len(stops) - 1)
    start += 0.0 if start + length <= limit else _LANE
    strip = 0.0 if canvas.turned else spacing.TITLE_STRIP
    spots: list[Spot] = []
    u = start
    for stop in stops:
        if spots and u + stop.length > limit:
            u, v = start, v + breadth + _ROW_GAP
        spots.append(Spot(stop=stop, u=u, v=v, line=v + (breadth + strip) / 2))
        u += stop.length + _GAP
    return spots


def _lead_in(canvas: Canvas, spots: list[Spot]) -> None:
    """Write the caption of the last of `spots` on the line to it; lead the line back where a row begins."""
    before, spot = spots[-2:]
    caption = spot.stop.group.caption if spot.stop.group else ""
    near = spot.u - _GAP / 2
    if before.v == spot.v:
        if caption:
            canvas.text(caption, "caption", "caption", (near, spot.line), halo=True, across=True)
        return
    far = max(one.end_u for one in spots if one.v == before.v) + _LANE
    gap = spot.v - _ROW_GAP / 2
    canvas.turn(far, gap, near)
    if caption:
        canvas.text(caption, "caption", "caption", ((far + near) / 2, gap), halo=True)


def _draw(canvas: Canvas, spot: Spot, breadth: float) -> None:
    """A stop with its frame: the line enters the first box and leaves the last."""
    group = spot.stop.group
    if group:
        canvas.frame(group.id, group.role, (spot.u, spot.v), (spot.end_u, spot.v + breadth))
        draw_title(canvas, group, canvas.point(spot.u, spot.v), spot.stop.note)
    _boxes(canvas, spot)


def _boxes(canvas: Canvas, spot: Spot) -> None:
    """The boxes across the flow, centred on its line."""
    found = spot.stop.boxes
    strip = spacing.TITLE_STRIP if canvas.turned else 0.0
    middle = (spot.u + strip + spot.end_u) / 2
    v = spot.line - _across(found) / 2
    if canvas.turned and spot.stop.group:
        title = spacing.FRAME_PAD + title_width(spot.stop.group, canvas.theme, spot.stop.note) + _BESIDE_TITLE
        v = max(v, spot.v + title - found[0].above)
    for number, cell in enumerate(found):
        v += cell.above
        u = middle - cell.length / 2
        if number:
            canvas.end(cell.node.id, (middle, v - cell.above))
        else:
            canvas.via((spot.u - _GAP / 2, v))
            canvas.end(cell.node.id, (u, v))
        draw_box(canvas, cell, u, v)
        if number + 1 < len(found):
            canvas.begin(cell.node.id, (middle, v + cell.below))
            v += cell.below + spacing.ARROW_GAP
        else:
            canvas.begin(cell.node.id, (u + cell.front, v))
            canvas.via((spot.end_u + _GAP / 2, v))
