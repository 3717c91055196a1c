"""Where each section stands: under the one before when the flow runs to the right, else beside it."""

from resnet_diagram.scene import spacing
from resnet_diagram.scene.canvas import Canvas
from resnet_diagram.scene.page import Place, caption_width
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
    lines = _lines(section, v + (strip if section.group else 0.0))
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


def _lines(section: Section, first: float) -> tuple[float, ...]:
    """Where the flow of each row is, across the flow; the first row begins at `first`."""
    lines: list[float] = []
    edge = first
    for row in section.rows:
        lines.append(edge + row.above)
        edge += row.above + row.below + spacing.ROW_GAP
    return tuple(lines)


def line_up(found: list[Section], canvas: Canvas, top: float) -> list[Place]:
    """The sections side by side in frames of one height, from the left; `top` is where the frames begin."""
    lead = max((section.lead for section in found), default=0.0)
    head = top + spacing.TITLE_STRIP + spacing.TURN_PAD + lead
    captions = max((caption_width(section, canvas) for section in found), default=0.0) + 14.0
    longest = max((section.length for section in found), default=0.0)
    height = max(longest + 2 * spacing.TURN_PAD, captions)
    places: list[Place] = []
    v = spacing.PAGE_MARGIN
    for section in found:
        place = _column_place(section, canvas, (top, head, head + height), v)
        places.append(place)
        v = place.end_v + spacing.COLUMN_GAP
    return places


def _column_place(section: Section, canvas: Canvas, along: tuple[float, float, float], v: float) -> Place:
    """One section whose rows run down."""
    top, head, bottom = along
    title = title_width(section.group, canvas.theme, section.note)
    gaps = spacing.ROW_GAP * (len(section.rows) - 1)
    content = sum(row.above + row.below for row in section.rows) + gaps
    width = max(content, title)
    lines = _lines(section, v + spacing.FRAME_PAD + (width - content) / 2)
    end_v = v + width + 2 * spacing.FRAME_PAD
    return Place(
        section=section,
        u=top,
        v=v,
        end_u=bottom,
        end_v=end_v,
        start=head,
        enter=top + spacing.TITLE_STRIP + spacing.TURN_PAD - 1.0,
        leave=head + section.rows[-1].length + spacing.TURN_PAD,
        lines=lines,
    )
