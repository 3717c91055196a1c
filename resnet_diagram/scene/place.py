"""Where each section stands when the flow runs to the right: under the one before."""

from resnet_diagram.scene import spacing
from resnet_diagram.scene.canvas import Canvas
from resnet_diagram.scene.page import Place, caption_width, flow_lines
from resnet_diagram.scene.rows import Section
from resnet_diagram.scene.titles import title_width

_UNDER_TITLE = 1.0
_LEAST_DROP = 4.0
"""From under the title to the line that enters an empty group."""


def stack(found: list[Section], canvas: Canvas, top: float) -> list[Place]:
    """The sections one under the other in frames of one width, from `top` down."""
    left = spacing.PAGE_MARGIN + spacing.OUTER_LANE
    width = max((_least_width(section, canvas) for section in found), default=0.0)
    width = max(width, spacing.SMALLEST_WIDTH - 2 * left)
    places: list[Place] = []
    v = top
    for section in found:
        place = _row_place(section, left, left + width, v)
        places.append(place)
        v = place.end_v + spacing.FRAME_GAP
    return places


def _margin(section: Section) -> float:
    """From the frame's edge to the content, along the flow."""
    return spacing.FRAME_LEAD if len(section.rows) < 2 else spacing.TURN_PAD + spacing.FRAME_LEAD


def _least_width(section: Section, canvas: Canvas) -> float:
    title = title_width(section.group, canvas.theme, section.note) + 2 * spacing.FRAME_PAD
    return max(section.length + 2 * _margin(section), title, caption_width(section, canvas) + 20.0)


def _row_place(section: Section, left: float, right: float, v: float) -> Place:
    """One section whose rows run to the right."""
    pad = spacing.FRAME_PAD if section.group else 0.0
    strip = spacing.TITLE_STRIP + _UNDER_TITLE + max(0.0, _LEAST_DROP - section.rows[0].above)
    lines = flow_lines(section, v + (strip if section.group else 0.0))
    return Place(
        section=section,
        u=left,
        v=v,
        end_u=right,
        end_v=lines[-1] + section.rows[-1].below + pad,
        start=left + _margin(section),
        enter=left - spacing.OUTER_LANE,
        leave=right + spacing.OUTER_LANE,
        lines=lines,
    )
