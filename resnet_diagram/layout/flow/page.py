"""Put measured sections on the page, one under the other, and lead the line from each into the next."""

from typing import NamedTuple

from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.draw import draw
from resnet_diagram.layout.flow.rows import Section
from resnet_diagram.layout.flow.titles import draw_title
from resnet_diagram.layout.text.metrics import text_width


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
    """Width in points of what is written on the line into a section."""
    caption = section.group.caption if section.group else ""
    return text_width(caption, canvas.theme.size("caption"))


def flow_lines(section: Section, first: float) -> tuple[float, ...]:
    """Where the flow of each row is, across the flow; the first row begins at `first`."""
    lines: list[float] = []
    edge = first
    for row in section.rows:
        lines.append(edge + row.above)
        edge += row.above + row.below + spacing.ROW_GAP
    return tuple(lines)


def draw_sections(canvas: Canvas, places: list[Place]) -> None:
    """Frames, titles, content, and the lines between."""
    for number, place in enumerate(places):
        if number:
            _turn_in(canvas, places[number - 1], place)
        group = place.section.group
        if group is None:
            _rows(canvas, place)
            continue
        with canvas.part(group):
            canvas.frame(group.role, (place.u, place.v), (place.end_u, place.end_v))
            draw_title(canvas, group, canvas.point(place.u, place.v), place.section.note)
            _rows(canvas, place)


def _rows(canvas: Canvas, place: Place) -> None:
    """Each row, and the turn from one to the next."""
    rows = place.section.rows
    far = place.start + place.section.length + spacing.TURN_PAD
    back_u = place.start - max(row.lead for row in rows) - 1.0 if rows else 0.0
    for number, (row, v) in enumerate(zip(rows, place.lines, strict=True)):
        if number:
            canvas.turn(far, v - row.above - spacing.ROW_GAP / 2, back_u)
            canvas.via((back_u, v))
        draw(canvas, row, place.start, v)


def _turn_in(canvas: Canvas, before: Place, place: Place) -> None:
    """Lead the line out of one section and into the next, past the caption."""
    caption = place.section.group.caption if place.section.group else ""
    room = caption_width(place.section, canvas) + 2 * spacing.BEND + 6.0
    gap = (before.end_v + place.v) / 2
    leave = max(before.leave, place.enter + room)
    canvas.turn(leave, gap, place.enter)
    canvas.via((place.enter, place.lines[0]))
    if caption:
        canvas.label(caption, "caption", "caption", ((leave + place.enter) / 2, gap), halo=True)
