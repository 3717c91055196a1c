"""Route the connections between frames: above the frames, and from row to row on their right."""

from typing import NamedTuple

from resnet_diagram.layout.overview.arcs import TRACK_CLEARANCE, Skyline
from resnet_diagram.layout.overview.measure import content_start, port_x
from resnet_diagram.layout.overview.ports import HEAD_STEP, TAIL_STEP, ArcEnd
from resnet_diagram.layout.overview.rows import (
    INCOMING_PORT_OFFSET,
    OUTGOING_PORT_OFFSET,
    OverviewLayout,
    PlacedFrame,
    column,
)
from resnet_diagram.layout.spacing import BEND, PITCH
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import wrap_evenly
from resnet_diagram.style.theme import Theme


class Span(NamedTuple):
    """The part of a connection over one row, `track` above the line of flow, with its label."""

    number: int
    row: int
    left: float
    right: float
    lines: tuple[str, ...] = ()
    track: float = 0.0


class Port(NamedTuple):
    """End of a shortcut on the line of flow: number of the row, and position along it."""

    row: int
    x: float


def ports(layout: OverviewLayout, rows: list[list[PlacedFrame]], theme: Theme) -> list[tuple[Port, Port]]:
    """Return the two ports of each connection of an overview."""
    at = {place.number: (row, place) for row, stored in enumerate(rows) for place in stored}
    slots = {slot.bar.id: slot for row in rows for place in row for slot in place.measured.slots if slot.bar}

    def port(end: ArcEnd) -> Port:
        row, place = at[end.frame]
        if end.outside:
            before = place.x - OUTGOING_PORT_OFFSET - end.rank * TAIL_STEP
            behind = place.end + INCOMING_PORT_OFFSET + end.rank * HEAD_STEP
            return Port(row, before if end.is_tail else behind)
        start = place.x + content_start(place.measured, place.width, theme)
        return Port(row, start + port_x(slots[end.bar], end))

    return [(port(connection.tail), port(connection.head)) for connection in layout.connections]


def spans(
    layout: OverviewLayout, items: list[tuple[Port, Port]], end: float, tops: list[float], theme: Theme
) -> tuple[list[Span], list[float]]:
    """Return the spans of all connections between frames, and the height of each row with them.

    `end`: end of the widest row. `tops`: heights of the rows without spans.
    """
    plain = [
        span
        for number, (connection, (tail, head)) in enumerate(zip(layout.connections, items, strict=True))
        if connection.long
        for span in _spans(layout, number, tail, head, end, theme)
    ]
    skylines = []
    for top in tops:
        skylines.append(Skyline())
        skylines[-1].put(-1e9, 1e9, top)
    placed: list[Span] = []
    for span in sorted(plain, key=lambda span: (min(span.right, end) - span.left, span.number)):
        half = len(span.lines) * PITCH * theme.size("label") / 2
        track = skylines[span.row].over(span.left, span.right) + max(TRACK_CLEARANCE, half + 1.0)
        skylines[span.row].put(span.left - 2.0, span.right + 2.0, track + half)
        placed.append(span._replace(track=track))
    return placed, [skyline.over(-1e9, 1e9) for skyline in skylines]


def _spans(
    layout: OverviewLayout, number: int, tail: Port, head: Port, end: float, theme: Theme
) -> list[Span]:
    """Return the spans of one shortcut; the longest has its label."""
    if tail.row == head.row:
        items = [Span(number, tail.row, tail.x, head.x)]
    else:
        far = column(layout, layout.columns[number], end)
        items = [Span(number, tail.row, tail.x, far), Span(number, head.row, head.x, far)]
    longest = max(range(len(items)), key=lambda at: items[at].right - items[at].left)
    # The span with its label in lines; without it if a word is too long.
    span = items[longest]
    label = layout.connections[number].arc.label
    size, room = theme.size("label"), span.right - span.left - 2 * BEND - 6.0
    lines = wrap_evenly(label, size, room) if label else ()
    items[longest] = (
        span._replace(lines=lines) if all(text_width(line, size) <= room for line in lines) else span
    )
    return items
