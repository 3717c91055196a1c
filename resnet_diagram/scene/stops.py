"""Measure the groups of a chain: each is a stop with its boxes across the flow."""

from dataclasses import dataclass, replace

from resnet_diagram.diagram.model import Diagram, Group
from resnet_diagram.scene import spacing
from resnet_diagram.scene.canvas import Canvas
from resnet_diagram.scene.cells import NodeCell
from resnet_diagram.scene.measure import boxes
from resnet_diagram.scene.rows import outer_groups
from resnet_diagram.scene.ruler import ruler
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.titles import title_width

_BESIDE_TITLE = 5.0
"""From a title to the line that runs past it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A group of the chain: its boxes, and its sizes along and across the flow, frame included.

    `start`: where its boxes begin across the flow, from the line of the chain. `beside`: where the line may
    enter beside the title, from the frame's edge.
    """

    group: Group | None
    note: str
    boxes: tuple[NodeCell, ...]
    length: float
    breadth: float
    beside: float = 0.0
    start: float = 0.0

    @property
    def across(self) -> float:
        """What the boxes take across the flow with the arrows between them."""
        gaps = spacing.ARROW_GAP * (len(self.boxes) - 1)
        return sum(cell.above + cell.below for cell in self.boxes) + gaps

    @property
    def enter(self) -> float:
        """Where the flow enters the first box: 0 on the line of the chain."""
        return round(self.start + self.boxes[0].above, 3)

    @property
    def leave(self) -> float:
        """Where the flow leaves the last box: 0 on the line of the chain."""
        return round(self.start + self.across - self.boxes[-1].below, 3)


def measure_stops(canvas: Canvas, diagram: Diagram) -> list[Stop]:
    """The stops of a chain, all of one breadth."""
    measure = ruler(diagram.items, canvas.theme, turned=canvas.turned, wrapped=True)
    stops = [
        _stop(canvas, group, boxes(items, measure), first=not number)
        for number, (group, items) in enumerate(outer_groups(diagram))
    ]
    breadth = max(stop.breadth for stop in stops)
    line = line_of(canvas, breadth)
    wide = [replace(stop, breadth=breadth) for stop in stops]
    return [replace(stop, start=_start(stop, line, first=not at)) for at, stop in enumerate(wide)]


def line_of(canvas: Canvas, breadth: float) -> float:
    """Where the line of a chain of that breadth runs, from the edge of the frames."""
    return (breadth + (0.0 if canvas.turned else spacing.TITLE_STRIP)) / 2


def _stop(canvas: Canvas, group: Group | None, found: tuple[NodeCell, ...], *, first: bool) -> Stop:
    note = group.caption if group and first else ""
    title = title_width(group, canvas.theme, note)
    caption = text_width(group.caption, canvas.theme.size("caption")) if group else 0.0
    plain = Stop(group=group, note=note, boxes=found, length=0.0, breadth=0.0)
    along = max(cell.length for cell in found)
    across = plain.across
    strip, pads = spacing.TITLE_STRIP, 2 * spacing.FRAME_PAD
    if not canvas.turned:
        breadth = max(across, caption - strip) + strip + pads
        return replace(plain, length=max(along, title) + pads, breadth=breadth)
    beside = 0.0 if first or not group else spacing.FRAME_PAD + title + _BESIDE_TITLE
    least = max(spacing.FRAME_PAD, beside - found[0].above) + across
    breadth = max(least + spacing.FRAME_PAD, caption + pads, title + pads)
    return replace(plain, length=along + strip + pads, breadth=breadth, beside=beside)


def _start(stop: Stop, line: float, *, first: bool) -> float:
    """Where the boxes begin: the one next to the chain is on its line if they fit, else their middle is."""
    least = max(spacing.FRAME_PAD, stop.beside - stop.boxes[0].above) - line
    most = stop.breadth - spacing.FRAME_PAD - line - stop.across
    wanted = stop.boxes[-1].below - stop.across if first else -stop.boxes[0].above
    return wanted if least <= wanted <= most else max(least, -stop.across / 2)
