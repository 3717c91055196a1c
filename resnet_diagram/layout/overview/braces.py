"""Place the braces of an overview: those round blocks in a frame under its bars, others under the row."""

from collections.abc import Sequence
from typing import NamedTuple

from resnet_diagram.diagram.annotations.model import Brace
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.overview.measure import FRAME_PADDING, MeasuredFrame, Slot, content_start
from resnet_diagram.layout.overview.rows import PlacedFrame
from resnet_diagram.layout.scene import Connector
from resnet_diagram.layout.text.metrics import widest
from resnet_diagram.layout.text.wrap import wrap_label
from resnet_diagram.style.theme import Theme

_GAP = 2.4
_TICK = 3.0
_STEM = 2.4
_LINE = 8.2
"""Heights of the parts of a brace, from top to bottom, in points."""
_POINT = 8.0
"""Width below which a brace is a line from one bar to its words."""
_APART = 4.0
_UNDER = 3.5
"""Gap between the words of a brace in a frame and the notes of the frame, in points."""


class PlacedBrace(NamedTuple):
    """A brace on a row: its ends, its words centred at `x`, and its top, in points.

    `within`: the number of its frame, None for a brace below the row. `top`: distance from the element
    above.
    """

    left: float
    right: float
    lines: tuple[str, ...]
    x: float
    within: int | None
    top: float = 0.0
    width: float = 0.0

    @property
    def bottom(self) -> float:
        """Lower end of its words."""
        return self.top + _GAP + _TICK + _STEM + _LINE * len(self.lines)

    def meets(self, second: "PlacedBrace") -> bool:
        """Return whether two braces need lines of their own."""
        ends = [
            (min(item.left, item.x - item.width / 2), max(item.right, item.x + item.width / 2))
            for item in (self, second)
        ]
        return (
            self.within == second.within
            and ends[0][0] < ends[1][1] + _APART
            and (ends[1][0] < ends[0][1] + _APART)
        )


def braces_of(
    braces: Sequence[Brace], frames: Sequence[MeasuredFrame], row: Sequence[PlacedFrame], theme: Theme
) -> list[PlacedBrace]:
    """Return the braces of a row; a brace continued in another row has its label on both."""
    bars = [slot.bar.id for frame in frames for slot in frame.slots if slot.bar]
    order = {name: number for number, name in enumerate(bars)}
    placed: list[PlacedBrace] = []
    for source in braces:
        covered = range(order[source.first], order[source.last] + 1)
        inside = [
            (place, slot)
            for place in row
            for slot in place.measured.slots
            if slot.bar and order[slot.bar.id] in covered
        ]
        if inside:
            item = _placed(source, inside, row, theme)
            top = max((brace.bottom for brace in placed if item.meets(brace)), default=0.0)
            placed.append(item._replace(top=top))
    return placed


def _placed(
    brace: Brace, inside: list[tuple[PlacedFrame, Slot]], row: Sequence[PlacedFrame], theme: Theme
) -> PlacedBrace:
    """Return a brace over some bars, at the top."""
    (first, start), (last, end) = inside[0], inside[-1]
    edges = [place.x + content_start(place.measured, place.width, theme) for place in (first, last)]
    left, right = edges[0] + start.x, edges[1] + end.x + end.size.width
    within = first.number if first.number == last.number and not brace.framed else None
    if brace.framed:
        left, right = first.x, last.end
    limits = (
        (first.x + FRAME_PADDING, last.end - FRAME_PADDING) if within is not None else (row[0].x, row[-1].end)
    )
    size = theme.size("caption")
    lines = tuple(wrap_label(brace.title, size, limits[1] - limits[0]))
    width = widest(lines, size)
    middle = max(limits[0] + width / 2, min((left + right) / 2, limits[1] - width / 2))
    return PlacedBrace(left, right, lines, middle, within, width=width)


def extent(braces: Sequence[PlacedBrace], within: int | None) -> float:
    """Return the height of the braces in a frame with the gap below them, or of those under a row."""
    gap = 0.0 if within is None else _UNDER
    return max((brace.bottom + gap for brace in braces if brace.within == within), default=0.0)


def draw_braces(canvas: Canvas, braces: Sequence[PlacedBrace], within: int | None, y: float) -> None:
    """Draw the braces in a frame, or those under a row, from `y` down."""
    for brace in braces:
        if brace.within != within:
            continue
        top = y + brace.top + _GAP
        middle = (brace.left + brace.right) / 2
        under, end = top + _TICK, top + _TICK + _STEM
        if brace.right - brace.left < _POINT:
            lines = [[(middle, top), (middle, end)]]
        else:
            ends = [(brace.left, top), (brace.left, under), (brace.right, under), (brace.right, top)]
            lines = [ends, [(middle, under), (middle, end)]]
        canvas.current.connectors += [
            Connector(role="muted", points=canvas.points(points), arrow=False, radius=1.5) for points in lines
        ]
        canvas.column(brace.lines, "text", (brace.x, end), _LINE)
