"""The title of a group: its name and how often it stands there."""

from resnet_diagram.diagram.model import Group
from resnet_diagram.scene.canvas import Canvas, Point
from resnet_diagram.scene.spacing import FRAME_PAD, TITLE_STRIP
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.theme import Theme

_GAP = 5.0


def count_of(group: Group) -> str:
    """How often a group stands there, as "[×36]", or nothing for once."""
    return f"[×{group.repeat}]" if group.repeat > 1 else ""


def title_width(group: Group | None, theme: Theme, note: str = "") -> float:
    """Width in points of a group's title with its count and the note behind it; 0 for no group."""
    if group is None:
        return 0.0
    widths = [
        text_width(group.title, theme.size("group"), bold=True),
        text_width(count_of(group), theme.size("badge"), bold=True),
        text_width(note, theme.size("caption")),
    ]
    filled = [width for width in widths if width]
    return sum(filled) + _GAP * max(0, len(filled) - 1)


def draw_title(canvas: Canvas, group: Group, corner: Point, note: str = "") -> None:
    """Write a group's title, its count and a note into the strip below page point `corner` of its frame."""
    x, y = corner[0] + FRAME_PAD, corner[1] + TITLE_STRIP / 2 + 1.5
    if group.title:
        x += canvas.words(group.title, "group", "text", (x, y), bold=True) + _GAP
    if count_of(group):
        x += canvas.words(count_of(group), "badge", "text", (x, y), bold=True) + _GAP
    if note:
        canvas.words(note, "caption", "muted", (x, y))
