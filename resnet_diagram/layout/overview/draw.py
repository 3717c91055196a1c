"""Draw a strip: a network as a row of slabs in frames, with its shortcuts over them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from resnet_diagram.diagram.model import Arc, Omitted
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import GROUP_KINDS, Canvas
from resnet_diagram.layout.overview.arcs import Bows, bows_of
from resnet_diagram.layout.overview.bars import INDEX, draw_dots, draw_slab
from resnet_diagram.layout.overview.captions import Caption, captions_of
from resnet_diagram.layout.overview.measure import SIDE, Slot, content_start
from resnet_diagram.layout.overview.ports import Ends, Plug, by_bay, ends_of
from resnet_diagram.layout.overview.rows import Rack, Seat, seats, turning
from resnet_diagram.layout.overview.tracks import Port, Span, ports, spans
from resnet_diagram.layout.scene import LOOSE, Anchor, Connector, End, GroupKind, Point, Side, Text

_UNDER_TITLE = 1.5
_NOTE = 8.2
_BOTTOM = 4.6
_CAPTION = 8.2
_CAPTION_GAP = 2.6
_BACK_GAP = 5.5
"""From the captions of a tier to the line that runs back, and from that to the next tier."""
_OVER = 2.0
_BEHIND_LAST = 4.0
_FORK = 0.9
"""Radius of the dot where a shortcut leaves."""


class Level(NamedTuple):
    """A tier with all that has been measured of it: distances from its line of flow, in points.

    `above`, `below`: the frames' edges. `captions`: lines of captions under them.
    """

    seats: list[Seat]
    bows: list[Bows]
    captions: list[Caption]
    above: float
    below: float


class Sketch(NamedTuple):
    """A strip being drawn: where each tier's line of flow is, and where the widest tier ends."""

    rack: Rack
    levels: list[Level]
    lines: list[float]
    back: list[float]
    ends: Ends
    ports: list[tuple[Port, Port]]
    spans: list[Span]
    end: float


def draw_strip(canvas: Canvas, rack: Rack, width: float) -> tuple[float, float]:
    """Draw a measured strip from (0, 0), stretched to `width` points if it can be; return its extent."""
    tiers = seats(rack, width, canvas.theme)
    plugs = by_bay(rack.plugs, len(rack.bays))
    levels = [_level(canvas, rack, tier, plugs) for tier in tiers]
    end = max((seat.end for tier in tiers for seat in tier), default=0.0)
    result = ports(rack, tiers, canvas.theme)
    placed, tops = spans(rack, result, end, [level.above for level in levels], canvas.theme)
    lines, back, bottom = _lines(levels, tops)
    sketch = Sketch(rack, levels, lines, back, ends_of(rack.plugs), result, placed, end)
    for number in range(len(levels)):
        _draw_level(canvas, sketch, number)
    _finish(canvas, sketch)
    _draw_long(canvas, sketch)
    return end + rack.right, bottom


def _level(canvas: Canvas, rack: Rack, tier: list[Seat], plugs: list[list[Plug]]) -> Level:
    theme = canvas.theme
    bows = [bows_of(seat.bay, seat.number, plugs[seat.number], seat.width, theme) for seat in tier]
    framed = [seat.bay.bay.role is not None for seat in tier]
    strip = spacing.TITLE_STRIP + _UNDER_TITLE
    tops = [bow.top + (strip if frame else _OVER) for bow, frame in zip(bows, framed, strict=True)]
    bottoms = [_under(seat) for seat in tier]
    captions = captions_of(tier, theme)
    return Level(tier, bows, captions, max(tops, default=0.0), max(bottoms, default=0.0))


def _under(seat: Seat) -> float:
    """Return the extent of a frame below the line of flow, in points."""
    slots = [slot for slot in seat.bay.slots if slot.slab]
    deepest = max((slot.size.height / 2 + INDEX * bool(_index(slot)) for slot in slots), default=0.0)
    notes = len(seat.bay.note) * _NOTE
    return deepest + notes + (_BOTTOM if seat.bay.bay.role or notes else 0.0)


def _index(slot: Slot) -> str:
    return slot.slab.index if slot.slab else ""


def _lines(levels: list[Level], tops: list[float]) -> tuple[list[float], list[float], float]:
    """Return the line of flow of each row, the lines between rows, and the bottom."""
    lines: list[float] = []
    back: list[float] = []
    y = 0.0
    for number, (level, top) in enumerate(zip(levels, tops, strict=True)):
        if number:
            back.append(y + _BACK_GAP)
            y += 2 * _BACK_GAP
        lines.append(y + top)
        rows = max((len(caption.lines) for caption in level.captions), default=0)
        y = lines[-1] + level.below + (rows * _CAPTION + _CAPTION_GAP if rows else 0.0)
    return lines, back, y


def _draw_level(canvas: Canvas, sketch: Sketch, number: int) -> None:
    level, y = sketch.levels[number], sketch.lines[number]
    outer = [
        tail.x for plug, (tail, _) in zip(sketch.rack.plugs, sketch.ports, strict=True) if not plug.tail_bay
    ]
    if not number and outer and min(outer) < level.seats[0].x:
        canvas.begin(LOOSE, (min(outer), y))
    if number:
        lane = turning(sketch.rack, sketch.end)
        near = sketch.rack.left - spacing.OUTER_LANE if not sketch.rack.left else 0.6
        canvas.turn(lane, sketch.back[number - 1], near)
        canvas.via((near, y))
    captions = {caption.seat.number: caption for caption in level.captions}
    for seat, bows in zip(level.seats, level.bows, strict=True):
        bay = seat.bay.bay
        kind = GROUP_KINDS[bay.role] if bay.role else GroupKind.PART
        if bay.role and canvas.line:
            canvas.enter(bay.id, (seat.x, y))
            canvas.begin(End(element=bay.id, side=Side.LEFT), (seat.x, y))
        with canvas.group(bay.id, kind, bay.title, bay.origin, bay.repeat, bay.caption) as part:
            if bay.role and canvas.line:
                canvas.line.within = canvas.path
            _frame(canvas, seat, level, y)
            _flow(canvas, sketch.ends, seat, y, first=seat.number == 0)
            _bows(canvas, seat, bows, y)
            caption = captions.get(seat.number)
            for row, line in enumerate(caption.lines if caption else ()):
                at = y + level.below + _CAPTION_GAP + (row + 0.5) * _CAPTION
                assert caption
                part.texts.append(canvas.text(line, "caption", "caption", (caption.x, at)))


def _frame(canvas: Canvas, seat: Seat, level: Level, y: float) -> None:
    """The frame of a bay, its title and its note."""
    bay, count = seat.bay.bay, seat.bay.times
    top, bottom = y - level.above, y + level.below
    if bay.role is not None:
        canvas.frame(bay.role, (seat.x, top), (seat.end, bottom))
        middle = top + spacing.TITLE_STRIP / 2 + 1.5
        if bay.title:
            canvas.words(bay.title, "group", "text", (seat.x + SIDE, middle), bold=True)
        if count:
            end = (seat.end - SIDE, middle)
            canvas.words(count, "badge", "text", end, bold=True, anchor=Anchor.END)
    for row, line in enumerate(reversed(seat.bay.note)):
        at = bottom - _BOTTOM - (row + 0.5) * _NOTE + 1.0
        canvas.current.texts.append(canvas.text(line, "caption", "text", (seat.x + seat.width / 2, at)))


def _flow(canvas: Canvas, ends: Ends, seat: Seat, y: float, *, first: bool) -> None:
    """The slabs of a bay on the line of flow, and the line through them."""
    start = seat.x + content_start(seat.bay, seat.width, canvas.theme)
    framed = seat.bay.bay.role is not None
    slots = seat.bay.slots
    if not (framed and canvas.line) and first and slots and slots[0].slab and ends.tails[slots[0].slab.id]:
        canvas.begin(LOOSE, (start, y))
    before: Slot | None = None
    for number, slot in enumerate(slots):
        x = start + slot.x
        if isinstance(slot.item, Omitted):
            draw_dots(canvas, slot.item, f"{seat.bay.bay.id}-omitted{number}", x, y)
        else:
            slab = slot.item
            busy = ends.tails[slab.id] or (before and before.slab and ends.heads[before.slab.id])
            arrow = not busy and (before is not None or not framed)
            canvas.end(End(element=slab.id, side=Side.LEFT), (x, y), arrow=arrow)
            draw_slab(canvas, slab, slot.size, (x, y))
            canvas.leave(slab.id, (x + slot.size.width, y))
        before = slot


def _bows(canvas: Canvas, seat: Seat, bows: Bows, y: float) -> None:
    """Draw the shortcuts over the bars of one frame."""
    pitch = spacing.PITCH * canvas.theme.size("label")
    for bow in bows.bows:
        tail, head, lane = seat.x + bow.tail, seat.x + bow.head, y - bow.lane
        labels = [
            canvas.text(
                line, "label", label.arc.role, (seat.x + label.x, y - label.base - (row + 0.5) * pitch)
            )
            for label in bows.labels
            if label.arc is bow.arc
            for row, line in enumerate(reversed(label.lines))
        ]
        _arc(canvas, bow.arc, [(tail, y), (tail, lane), (head, lane), (head, y)], labels)


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


def _finish(canvas: Canvas, sketch: Sketch) -> None:
    """End the line of flow behind the last slab where a shortcut ends there."""
    if not canvas.line or not sketch.levels:
        return
    last = sketch.levels[-1].seats[-1]
    end = canvas.line.points[-1][0]
    heads = [head.x for _, head in sketch.ports if head.tier == len(sketch.levels) - 1]
    if max(heads, default=0.0) > end:
        canvas.end(LOOSE, (max(max(heads) + _BEHIND_LAST, last.end), sketch.lines[-1]), arrow=False)


def _draw_long(canvas: Canvas, sketch: Sketch) -> None:
    """The shortcuts between bays, their labels on their lines."""
    stored: dict[int, list[Span]] = {}
    for span in sketch.spans:
        stored.setdefault(span.number, []).append(span)
    for number, result in sorted(stored.items()):
        arc = sketch.rack.plugs[number].arc
        tail, head = sketch.ports[number]
        result.sort(key=lambda span: span.tier)
        points = [(tail.x, sketch.lines[tail.tier])]
        for at, span in enumerate(result):
            lane = sketch.lines[span.tier] - span.lane
            points += (
                [(span.right, lane), (span.left, lane)] if at else [(span.left, lane), (span.right, lane)]
            )
        points.append((head.x, sketch.lines[head.tier]))
        labels = [
            label
            for span in result
            for label in _span_labels(canvas, span, arc, sketch.lines[span.tier] - span.lane)
        ]
        _arc(canvas, arc, points, labels)


def _span_labels(canvas: Canvas, span: Span, arc: Arc, lane: float) -> Iterator[Text]:
    """Yield the lines of the label of a shortcut between frames, on its line."""
    pitch = spacing.PITCH * canvas.theme.size("label")
    for row, line in enumerate(span.lines):
        at = lane + (row - (len(span.lines) - 1) / 2) * pitch
        text = canvas.text(line, "label", arc.role, ((span.left + span.right) / 2, at))
        yield replace(text, halo=True)
