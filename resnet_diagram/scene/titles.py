"""The title of a group: its name and how often it stands there."""

from resnet_diagram.diagram.model import Group
from resnet_diagram.scene.canvas import Canvas, Point
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.theme import Theme

_GAP = 5.0


def count_of(group: Group) -> str:
    """How often a group stands there, as "[×36]", or nothing for once."""
    return f"[×{group.repeat}]" if group.repeat > 1 else ""


def title_width(group: Group, theme: Theme) -> float:
    """Width in points of a group's title with its count."""
    name = text_width(group.title, theme.size("group"), bold=True)
    count = text_width(count_of(group), theme.size("badge"), bold=True)
    return name + count + (_GAP if name and count else 0.0)


def draw_title(canvas: Canvas, group: Group, at: Point) -> None:
    """Write a group's title from page point `at` to the right."""
    x, y = at
    if group.title:
        x += canvas.words(group.title, "group", "text", (x, y), bold=True) + _GAP
    if count_of(group):
        canvas.words(count_of(group), "badge", "text", (x, y), bold=True)
