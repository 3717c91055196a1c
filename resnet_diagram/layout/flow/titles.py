"""Titles of groups, with their number of repetitions."""

from resnet_diagram.diagram.model import Frame, Group
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.scene import Anchor, Point
from resnet_diagram.layout.spacing import FRAME_PAD, TITLE_HEIGHT
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.symbols import times

_GAP = 5.0
CLEAR = 4.0
"""From a line to a title beside it."""


def heading_widths(part: Group | Frame, theme: Theme) -> tuple[float, float]:
    """Return the widths of the title and of the count of a group or a frame, in points."""
    title = text_width(part.title, theme.size("group"), bold=True)
    return title, text_width(times(part.repeat), theme.size("badge"), bold=True)


def title_width(group: Group | None, theme: Theme, note: str = "") -> float:
    """Return the width of a group's title, count and note, in points; 0 without a group."""
    if group is None:
        return 0.0
    widths = *heading_widths(group, theme), text_width(note, theme.size("caption"))
    complete = [width for width in widths if width]
    return sum(complete) + _GAP * max(0, len(complete) - 1)


def draw_title(canvas: Canvas, group: Group, corner: Point, note: str = "") -> None:
    """Write a group's title, its count and a note below page point `corner` of its frame."""
    x, y = corner[0] + FRAME_PAD, corner[1] + TITLE_HEIGHT / 2 + 1.5
    if group.title:
        x += canvas.words(group.title, "group", "text", (x, y), bold=True) + _GAP
    if times(group.repeat):
        x += canvas.words(times(group.repeat), "badge", "text", (x, y), bold=True) + _GAP
    if note:
        canvas.words(note, "caption", "muted", (x, y))


def draw_heading(canvas: Canvas, part: Group | Frame, across: tuple[float, float], middle: float) -> None:
    """Write a title from the first x of `across` on and its count up to the second, both at y `middle`."""
    left, right = across
    canvas.words(part.title, "group", "text", (left, middle), bold=True)
    canvas.words(times(part.repeat), "badge", "text", (right, middle), bold=True, anchor=Anchor.END)
