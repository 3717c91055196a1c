"""Draw an overview: a network as a row of bars in frames, with its shortcuts over them."""

from dataclasses import replace
from itertools import groupby, islice, takewhile
from typing import NamedTuple

from resnet_diagram.diagram.model import Arc, Omitted
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import GROUP_KINDS, Canvas
from resnet_diagram.layout.flow.titles import draw_heading
from resnet_diagram.layout.overview.arcs import FrameRoutes, routes_of
from resnet_diagram.layout.overview.bars import INDEX_HEIGHT, draw_bar
from resnet_diagram.layout.overview.braces import PlacedBrace, braces_of, draw_braces, extent
from resnet_diagram.layout.overview.captions import Caption, captions_of
from resnet_diagram.layout.overview.measure import (
    ELLIPSIS_GAP,
    ELLIPSIS_WIDTH,
    FRAME_PADDING,
    Slot,
    content_start,
)
from resnet_diagram.layout.overview.ports import Connection, Ends, by_frame, ends_of
from resnet_diagram.layout.overview.rows import OverviewLayout, PlacedFrame, column, place_frames
from resnet_diagram.layout.overview.tracks import Port, Span, ports, spans
from resnet_diagram.layout.scene import LOOSE, Connector, End, GroupKind, MarkerKind, Point, Side, Text
from resnet_diagram.style.theme import Theme

_UNDER_TITLE = 1.5
_NOTE = 8.2
_BOTTOM = 4.6
_CAPTION = 8.2
_CAPTION_GAP = 2.6
_BACK_GAP = 5.5
"""Gap between the captions of a row and the line that runs back, and below that, in points."""
_OVER = 2.0
_BEHIND_LAST = 4.0
_FORK = 0.9
"""Radius of the dot where a shortcut leaves."""
_ELLIPSIS_RADIUS = 0.8
"""Radius of a dot of an ellipsis."""


class MeasuredRow(NamedTuple):
    """A measured row: distances from its line of flow, in points.

    `above`, `below`: the frames' edges. `captions`: lines of captions under them. `braces`: in the frames and
    under the captions.
    """

    places: list[PlacedFrame]
    routes: list[FrameRoutes]
    captions: list[Caption]
    above: float
    below: float
    braces: list[PlacedBrace]

    @property
    def bottom(self) -> float:
        """The lower end of the captions."""
        count = max((len(caption.lines) for caption in self.captions), default=0)
        return self.below + (count * _CAPTION + _CAPTION_GAP if count else 0.0)


class RoutedOverview(NamedTuple):
    """A measured overview with the routes between its frames.

    `lines`: the line of flow of each row. `back`: lines between rows. `end`: end of the widest row.
    `bottom`: its lower end.
    """

    layout: OverviewLayout
    rows: list[MeasuredRow]
    lines: list[float]
    back: list[float]
    bottom: float
    ends: Ends
    ports: list[tuple[Port, Port]]
    spans: list[Span]
    end: float

    @property
    def length(self) -> float:
        """Width with the lines on the right."""
        return self.end + self.layout.right

    @property
    def above(self) -> float:
        """Distance from the top to the first line of flow."""
        return self.lines[0]

    @property
    def below(self) -> float:
        """Distance from the first line of flow to the lower end."""
        return self.bottom - self.lines[0]


def routed_overview(layout: OverviewLayout, width: float, theme: Theme) -> RoutedOverview:
    """Return a measured overview with its routes, stretched to `width` points if it can be."""
    placed_rows = place_frames(layout, width, theme)
    connections = by_frame(layout.connections, len(layout.frames))
    rows = [_measured_row(layout, row, connections, theme) for row in placed_rows]
    end = max((place.end for row in placed_rows for place in row), default=0.0)
    result = ports(layout, placed_rows, theme)
    placed, tops = spans(layout, result, end, [row.above for row in rows], theme)
    # The line of flow of each row, and the lines between rows.
    lines: list[float] = []
    back: list[float] = []
    bottom = 0.0
    for row, top in zip(rows, tops, strict=True):
        if lines:
            back.append(bottom + _BACK_GAP)
            bottom += 2 * _BACK_GAP
        lines.append(bottom + top)
        bottom = lines[-1] + row.bottom + extent(row.braces, None)
    return RoutedOverview(layout, rows, lines, back, bottom, ends_of(layout.connections), result, placed, end)


def draw_routed(canvas: Canvas, routed: RoutedOverview) -> None:
    """Draw an overview from (0, 0)."""
    for number in range(len(routed.rows)):
        _draw_row(canvas, routed, number)
    if canvas.line and routed.rows:
        # End the line of flow behind the last bar where a shortcut ends there.
        heads = [head.x for _, head in routed.ports if head.row == len(routed.rows) - 1]
        if max(heads, default=0.0) > canvas.line.points[-1][0]:
            end = max(max(heads) + _BEHIND_LAST, routed.rows[-1].places[-1].end)
            canvas.end(LOOSE, (end, routed.lines[-1]), arrow=False)
    _draw_long(canvas, routed)


def _measured_row(
    layout: OverviewLayout, row: list[PlacedFrame], connections: list[list[Connection]], theme: Theme
) -> MeasuredRow:
    routes = [
        routes_of(place.measured, place.number, connections[place.number], place.width, theme)
        for place in row
    ]
    framed = [place.measured.frame.role is not None for place in row]
    title = spacing.TITLE_HEIGHT + _UNDER_TITLE
    tops = [route.top + (title if frame else _OVER) for route, frame in zip(routes, framed, strict=True)]
    braces = braces_of(layout.braces, layout.frames, row, theme)
    notes = [len(place.measured.note) * _NOTE for place in row]
    bottoms = [
        _deepest(place)
        + extent(braces, place.number)
        + note
        + (_BOTTOM if place.measured.frame.role or note else 0.0)
        for place, note in zip(row, notes, strict=True)
    ]
    captions = captions_of(row, theme)
    return MeasuredRow(row, routes, captions, max(tops, default=0.0), max(bottoms, default=0.0), braces)


def _deepest(place: PlacedFrame) -> float:
    """Return the extent of the bars of a frame and their numbers below the line of flow, in points."""
    slots = [slot for slot in place.measured.slots if slot.bar]
    return max(
        (slot.size.height / 2 + INDEX_HEIGHT * bool(slot.bar.index if slot.bar else "") for slot in slots),
        default=0.0,
    )


def _draw_row(canvas: Canvas, routed: RoutedOverview, number: int) -> None:
    row, y = routed.rows[number], routed.lines[number]
    if not number:
        both = zip(routed.layout.connections, routed.ports, strict=True)
        outer = [tail.x for connection, (tail, _) in both if not connection.tail.frame]
        if outer and min(outer) < row.places[0].x:
            canvas.begin(LOOSE, (min(outer), y))
    else:
        track = column(routed.layout, -1, routed.end)
        near = routed.layout.left - spacing.OUTER_LANE if not routed.layout.left else 0.6
        canvas.turn(track, routed.back[number - 1], near)
        canvas.via((near, y))
    captions = {caption.place.number: caption for caption in row.captions}
    for place, routes in zip(row.places, row.routes, strict=True):
        frame = place.measured.frame
        kind = GROUP_KINDS[frame.role] if frame.role else GroupKind.PART
        if frame.role and canvas.line:
            canvas.enter(frame.id, (place.x, y))
            canvas.begin(End(element=frame.id, side=Side.LEFT), (place.x, y))
        with canvas.group(frame.id, kind, frame.title, frame.origin, frame.repeat, frame.caption):
            if frame.role and canvas.line:
                canvas.line.within = canvas.path
            _frame(canvas, place, row, y)
            _flow(canvas, routed.ends, place, y, first=place.number == 0)
            _draw_routes(canvas, place, routes, y)
            draw_braces(canvas, row.braces, place.number, y + _deepest(place))
            if caption := captions.get(place.number):
                top = y + row.below + _CAPTION_GAP
                canvas.column(caption.lines, "caption", (caption.x, top), _CAPTION)
    draw_braces(canvas, row.braces, None, y + row.bottom)


def _frame(canvas: Canvas, place: PlacedFrame, row: MeasuredRow, y: float) -> None:
    """Draw the outline of a frame, its title and its notes."""
    frame = place.measured.frame
    top, bottom = y - row.above, y + row.below
    if frame.role is not None:
        canvas.tag(canvas.frame(frame.role, (place.x, top), (place.end, bottom)), frame.tag)
        middle = top + spacing.TITLE_HEIGHT / 2 + 1.5
        ends = place.x + FRAME_PADDING, place.end - FRAME_PADDING
        draw_heading(canvas, frame, ends, middle)
    note = place.measured.note
    at = place.x + place.width / 2, bottom - _BOTTOM - (len(note) - 0.5) * _NOTE + 1.0
    canvas.current.texts += canvas.lines(note, "caption", "text", at, _NOTE)[::-1]


def _flow(canvas: Canvas, ends: Ends, place: PlacedFrame, y: float, *, first: bool) -> None:
    """Draw the bars of a frame on the line of flow, and the line through them."""
    start = place.x + content_start(place.measured, place.width, canvas.theme)
    framed = place.measured.frame.role is not None
    slots = place.measured.slots
    if not (framed and canvas.line) and first and slots and slots[0].bar and ends.tails[slots[0].bar.id]:
        canvas.begin(LOOSE, (start, y))
    before: Slot | None = None
    for number, slot in enumerate(slots):
        x = start + slot.x
        if isinstance(slot.item, Omitted):
            # Three dots interrupt the line of flow.
            dots = f"{place.measured.frame.id}-omitted{number}"
            canvas.end(End(element=dots), (x - ELLIPSIS_GAP, y), arrow=False)
            places = [(x + at * ELLIPSIS_WIDTH / 2, y) for at in range(3)]
            canvas.mark(dots, MarkerKind.ELLIPSIS, places, _ELLIPSIS_RADIUS, slot.item.origin)
            canvas.begin(End(element=dots), (x + ELLIPSIS_WIDTH + ELLIPSIS_GAP, y))
        else:
            bar = slot.item
            busy = ends.tails[bar.id] or (before and before.bar and ends.heads[before.bar.id])
            arrow = not busy and (before is not None or not framed)
            canvas.end(End(element=bar.id, side=Side.LEFT), (x, y), arrow=arrow)
            joined = takewhile(lambda item: item.bar and item.bar.joined, islice(slots, number + 1, None))
            *_, last = (slot, *joined)  # the last bar that shares its index
            draw_bar(canvas, bar, slot.size, (x, y), last.x + last.size.width - slot.x)
            canvas.leave(bar.id, (x + slot.size.width, y))
        before = slot


def _draw_routes(canvas: Canvas, place: PlacedFrame, routes: FrameRoutes, y: float) -> None:
    """Draw the shortcuts over the bars of one frame."""
    pitch = spacing.PITCH * canvas.theme.size("label")
    labels_of: dict[int, list[Text]] = {}
    for label in routes.labels:
        at = place.x + label.x, y - label.base - (len(label.lines) - 0.5) * pitch
        labels_of[id(label.arc)] = canvas.lines(label.lines, "label", label.arc.role, at, pitch)[::-1]
    for route in routes.routes:
        tail, head, track = place.x + route.tail, place.x + route.head, y - route.track
        labels = labels_of.get(id(route.arc), [])
        _arc(canvas, route.arc, [(tail, y), (tail, track), (head, track), (head, y)], labels)


def _arc(canvas: Canvas, arc: Arc, places: list[Point], labels: list[Text]) -> None:
    """Draw a shortcut from the line of flow before bar `arc.tail` to the line behind bar `arc.head`."""
    canvas.current.connectors.append(
        Connector(
            role=arc.role,
            points=canvas.points(places),
            radius=spacing.BEND,
            tail=End(element=arc.tail, fork=canvas.fork(arc.tail, places[0], _FORK)),
            head=End(element=arc.head),
            labels=tuple(labels),
            origin=arc.origin,
        )
    )


def _draw_long(canvas: Canvas, routed: RoutedOverview) -> None:
    """Draw the shortcuts between frames, with their labels on their lines."""
    pitch = spacing.PITCH * canvas.theme.size("label")
    spans = sorted(routed.spans, key=lambda span: (span.number, span.row))
    for number, stored in groupby(spans, key=lambda span: span.number):
        arc = routed.layout.connections[number].arc
        tail, head = routed.ports[number]
        points = [(tail.x, routed.lines[tail.row])]
        labels: list[Text] = []
        for at, span in enumerate(stored):
            track = routed.lines[span.row] - span.track
            ends = (span.left, track), (span.right, track)
            points += ends[::-1] if at else ends
            at_first = (span.left + span.right) / 2, track - (len(span.lines) - 1) / 2 * pitch
            labels += canvas.lines(span.lines, "label", arc.role, at_first, pitch)
        points.append((head.x, routed.lines[head.row]))
        _arc(canvas, arc, points, [replace(label, halo=True) for label in labels])
