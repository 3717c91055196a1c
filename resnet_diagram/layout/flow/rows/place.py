"""Place sections under each other with the flow to the right, and draw the lines between them."""

from collections.abc import Sequence
from typing import NamedTuple

from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.cells import Series
from resnet_diagram.layout.flow.draw import draw
from resnet_diagram.layout.flow.rows.split import Section, has_lanes
from resnet_diagram.layout.flow.titles import draw_title, title_width
from resnet_diagram.layout.spacing import Gaps
from resnet_diagram.layout.text.metrics import CAPITAL_HEIGHT, text_width


class Place(NamedTuple):
    """A section on the page: its frame from (`u`, `v`) to (`end_u`, `end_v`), its content from `start`.

    `lines`: v of each row's line of flow. The line from the section before runs back to `enter` and turns in
    there; the line to the next turns off at `leave`.
    """

    section: Section
    u: float
    v: float
    end_u: float
    end_v: float
    start: float
    enter: float
    leave: float
    lines: tuple[float, ...]


def caption_width(section: Section, canvas: Canvas) -> float:
    """Return the width of the caption on the line into a section, in points."""
    caption = section.group.caption if section.group else ""
    return text_width(caption, canvas.theme.size("caption"))


def row_lines(rows: Sequence[Series], first: float) -> tuple[float, ...]:
    """Return the line of flow of each row, across the flow; the first row begins at `first`."""
    lines: list[float] = []
    edge = first
    for row in rows:
        lines.append(edge + row.above)
        edge += row.above + row.below + spacing.ROW_GAP
    return tuple(lines)


def draw_sections(canvas: Canvas, places: list[Place]) -> None:
    """Draw frames, titles, content, and the lines between sections."""
    for number, place in enumerate(places):
        if number:
            # Lead the line out of one section and into the next, past the caption.
            before = places[number - 1]
            caption = place.section.group.caption if place.section.group else ""
            room = caption_width(place.section, canvas) + 2 * spacing.BEND + 6.0
            gap = (before.end_v + place.v) / 2
            leave = max(before.leave, place.enter + room)
            canvas.turn(leave, gap, place.enter)
            canvas.via((place.enter, place.lines[0]))
            if caption:
                canvas.label(caption, "caption", "caption", ((leave + place.enter) / 2, gap), halo=True)
        group = place.section.group
        if group is None:
            draw_rows(canvas, place.section.rows, place.start, place.lines)
            continue
        with canvas.part(group):
            canvas.frame(group.role, (place.u, place.v), (place.end_u, place.end_v))
            draw_title(canvas, group, canvas.point(place.u, place.v), place.section.note)
            draw_rows(canvas, place.section.rows, place.start, place.lines)


def draw_rows(canvas: Canvas, rows: Sequence[Series], start: float, lines: Sequence[float]) -> None:
    """Draw rows from `start` on, each on its line of flow, and the line from each row to the next."""
    far = start + max((row.length for row in rows), default=0.0) + spacing.TURN_PAD
    back_u = start - max((row.lead for row in rows), default=0.0) - 1.0
    for number, (row, v) in enumerate(zip(rows, lines, strict=True)):
        if number:
            canvas.turn(far, v - row.above - spacing.ROW_GAP / 2, back_u)
            canvas.via((back_u, v))
        draw(canvas, row, start, v)


_UNDER_TITLE = 1.0
_LEAST_DROP = 4.0
"""From under the title to the line that enters an empty group."""
_BESIDE = 8.0
"""From a title to the boxes beside it."""
_CLEAR = 6.0
"""From a title to a level line under it."""


def stack(sections: list[Section], canvas: Canvas, top: float, gaps: Gaps) -> list[Place]:
    """Return the sections stacked from `top` down, in frames of equal width."""
    left = spacing.PAGE_MARGIN + gaps.outer
    width = spacing.SMALLEST_WIDTH - 2 * left
    # From the frame's edge to its content, along the flow.
    margins = [gaps.lead + (spacing.TURN_PAD if len(section.rows) > 1 else 0.0) for section in sections]
    for section, margin in zip(sections, margins, strict=True):
        title = title_width(section.group, canvas.theme, section.note) + 2 * spacing.FRAME_PAD
        width = max(width, section.length + 2 * margin, title, caption_width(section, canvas) + 20.0)
    places: list[Place] = []
    v = top
    for section, margin in zip(sections, margins, strict=True):
        group, rows = section.group, section.rows
        title = spacing.FRAME_PAD + title_width(group, canvas.theme) + _BESIDE
        if (
            group and not section.note and len(rows) == 1 and rows[0].parts and not has_lanes(rows[0])
        ) and title + section.length + gaps.lead <= width:
            # The only row, of plain boxes, is beside the title, centred in the remaining width.
            start = left + title + (width - title - gaps.lead - rows[0].length) / 2
            least = 0.5 * (spacing.TITLE_HEIGHT + CAPITAL_HEIGHT * canvas.theme.size("group")) + 1.5 + _CLEAR
            lines: tuple[float, ...] = (v + max(least, rows[0].above + spacing.FRAME_PAD),)
        else:
            start = left + margin
            under = spacing.TITLE_HEIGHT + _UNDER_TITLE + max(0.0, _LEAST_DROP - rows[0].above)
            lines = row_lines(rows, v + (under if group else 0.0))
        end = lines[-1] + rows[-1].below + (spacing.FRAME_PAD if group else 0.0)
        ends = left - gaps.outer, left + width + gaps.outer
        places.append(Place(section, left, v, left + width, end, start, *ends, lines))
        v = end + spacing.FRAME_GAP
    return places
