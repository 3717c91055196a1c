"""Draw a bar with its text and index."""

from resnet_diagram.diagram.model import Bar
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas, line_of_text
from resnet_diagram.layout.overview.scale import BarSize
from resnet_diagram.layout.scene import Box, Form, Text

INDEX_HEIGHT = 8.4
"""Distance from a bar to the bottom of its index, in points."""


def draw_bar(canvas: Canvas, bar: Bar, extent: BarSize, at: tuple[float, float], span: float) -> None:
    """Draw a bar with its left side at `at`, rotated text, and its index below.

    `span`: distance to the right side of the last bar that shares the index.
    """
    width, height, lines = extent
    x, y = at
    size = canvas.theme.size("node")
    first = x + width / 2 - (len(lines) - 1) * spacing.PITCH * size / 2
    texts = tuple(
        line_of_text(
            line, size, bar.role, (round(first + number * spacing.PITCH * size, 3), round(y, 3)), turned=True
        )
        for number, line in enumerate(lines)
    )
    left, top = canvas.point(x, y - height / 2)
    labels: tuple[Text, ...] = ()
    if bar.index:
        below = x + span / 2, y + height / 2 + INDEX_HEIGHT / 2 + 0.8
        labels = (canvas.text(bar.index, "label", "muted", below),)
    canvas.current.boxes.append(
        Box(
            id=bar.id,
            role=bar.role,
            form=Form.RECTANGLE,
            x=left,
            y=top,
            width=round(width, 3),
            height=round(height, 3),
            texts=texts,
            shade=bar.fill,
            labels=labels,
            origin=bar.origin,
        )
    )
