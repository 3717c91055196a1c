"""Draw a slab with its text and index, and the dots for slabs left out."""

from resnet_diagram.diagram.model import Omitted, Slab
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.overview.measure import DOTS, DOTS_CLEAR
from resnet_diagram.layout.overview.scale import SlabSize
from resnet_diagram.layout.scene import Box, End, Form, MarkerKind, Text
from resnet_diagram.layout.text.metrics import text_width

INDEX = 8.4
"""From a slab to under its index."""
_ELLIPSIS = 0.8
"""Radius of a dot."""


def draw_dots(canvas: Canvas, omitted: Omitted, marker_id: str, x: float, y: float) -> None:
    """Draw three dots that interrupt the line of flow."""
    canvas.end(End(element=marker_id), (x - DOTS_CLEAR, y), arrow=False)
    places = [(x + number * DOTS / 2, y) for number in range(3)]
    canvas.mark(marker_id, MarkerKind.ELLIPSIS, places, _ELLIPSIS, omitted.origin)
    canvas.begin(End(element=marker_id), (x + DOTS + DOTS_CLEAR, y))


def draw_slab(canvas: Canvas, slab: Slab, extent: SlabSize, at: tuple[float, float]) -> None:
    """A slab whose left side is at `at`, with its turned text, and its index under it."""
    width, height, lines = extent
    x, y = at
    size = canvas.theme.size("node")
    first = x + width / 2 - (len(lines) - 1) * spacing.PITCH * size / 2
    texts = tuple(
        Text(
            x=round(first + number * spacing.PITCH * size, 3),
            y=round(y, 3),
            text=line,
            size=size,
            width=text_width(line, size),
            role=slab.role,
            turned=True,
        )
        for number, line in enumerate(lines)
    )
    left, top = canvas.point(x, y - height / 2)
    labels: tuple[Text, ...] = ()
    if slab.index:
        labels = (
            canvas.text(slab.index, "label", "muted", (x + width / 2, y + height / 2 + INDEX / 2 + 0.8)),
        )
    canvas.current.boxes.append(
        Box(
            id=slab.id,
            role=slab.role,
            form=Form.RECTANGLE,
            x=left,
            y=top,
            width=round(width, 3),
            height=round(height, 3),
            texts=texts,
            shade=slab.shade,
            labels=labels,
            origin=slab.origin,
        )
    )
