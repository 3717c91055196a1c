"""Draw a U-Net as a U: the parts of its levels, skip connections along them, and arrows between them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.diagram.lanes.sides import Sides
from resnet_diagram.diagram.model import Dag, Read
from resnet_diagram.layout.canvas import Canvas, DrawnPanel
from resnet_diagram.layout.scene import Anchor, Connector, End, Point, Side, Text
from resnet_diagram.layout.spacing import BEND, DOT_RADIUS, PITCH
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.unet.measure import draw, shape_of, sizer_of
from resnet_diagram.layout.unet.place import (
    BESIDE,
    DROP,
    FOOT,
    MARGIN,
    Plan,
    Row,
    lifted,
    planned,
    rows_of,
    words_width,
)
from resnet_diagram.style.theme import Theme


class _Form(NamedTuple):
    """A way to draw a U in little room.

    `wrapped`: texts are broken. `lifts`: input and output lie above the top level. `named`: resolutions are
    written beside levels. `notes`: frames are wide enough for their notes. `words`: most width of the words
    beside arrows.
    """

    wrapped: bool = False
    lifts: bool = False
    named: bool = True
    notes: bool = True
    words: float = 66.0


_FORMS = (
    _Form(words=110.0),
    _Form(),
    _Form(wrapped=True),
    _Form(lifts=True),
    _Form(wrapped=True, lifts=True),
    _Form(wrapped=True, lifts=True, words=45.0),
    _Form(wrapped=True, lifts=True, named=False),
    _Form(wrapped=True, lifts=True, named=False, notes=False, words=45.0),
)
"""Forms of a U for ever narrower pages."""


def unet_panel(dag: Dag, sides: Sides, theme: Theme, room: float) -> DrawnPanel | None:
    """Return a U in `room` points, or wider; None for one with several lines along a level."""
    rows = rows_of(dag, sides)
    if not rows:
        return None
    for form in _FORMS:
        shown = lifted(rows) if form.lifts else rows
        shown = shown if form.named else tuple(row._replace(words="") for row in shown)
        sizer = sizer_of(dag, theme, room, wrapped=form.wrapped, words=form.words)
        plan = planned(dag, shown, sizer, notes=form.notes)
        if plan.width <= room:
            break
    canvas = Canvas(theme=theme, turned=False)
    left = MARGIN + words_width(plan.rows, theme)
    for row, line in plan.lines.items():
        for number in row.parts:
            draw(canvas, plan.parts[number], (plan.starts[number], line), entered=number not in row.down)
        canvas.words(row.words, "caption", "muted", (left, line), anchor=Anchor.END)
        canvas.current.connectors += _along(canvas, sides, plan, row)
    for upper, lower in pairwise(row for row in plan.rows if row.down):
        canvas.current.connectors.append(_down(canvas, plan, upper, lower))
    for upper, lower in pairwise((*(row for row in plan.rows if row.up), plan.rows[-1])):
        canvas.current.connectors.append(_up(canvas, plan, upper, lower))
        canvas.current.connectors += _to_gates(canvas, plan, upper, lower)
    return DrawnPanel(canvas, plan.width, plan.height)


def _down(canvas: Canvas, plan: Plan, upper: Row, lower: Row) -> Connector:
    """Return the arrow from a level of the encoder to the next."""
    tail, head = upper.down[-1], lower.down[0]
    source, target = plan.parts[tail].last, plan.parts[head].first
    u = plan.starts[head] + (target.start + target.end) / 2
    left, right = (plan.starts[tail] + end for end in (source.start + BESIDE, source.end - BESIDE))
    at = min(max(u, left), right)
    start = plan.lines[upper] + source.below
    end = plan.lines[lower] - target.above
    gap = plan.gap(upper, lower)
    words = plan.words(lower, rises=False)
    middle, pitch = sum(gap) / 2, PITCH * canvas.theme.size("label")
    top = middle - 1.0 - (len(words) - 1) * pitch / 2
    if at != u and words:
        middle = gap[0] + BESIDE
        top = middle + BESIDE + pitch / 2
    return _connector(
        canvas,
        plan.dag.vertices[head].reads[0],
        [(at, start), (at, middle), (u, middle), (u, end)],
        (End(element=source.element, side=Side.BOTTOM), End(element=target.element, side=Side.TOP)),
        canvas.lines(words, "label", "text", (u + BESIDE, top), pitch, Anchor.START),
    )


def _up(canvas: Canvas, plan: Plan, upper: Row, lower: Row) -> Connector:
    """Return the arrow to a level of the decoder: from the one below, or from the lowest of the encoder."""
    pitch = PITCH * canvas.theme.size("label")
    words = plan.words(upper, rises=True)
    above, below = plan.lines[upper], plan.lines[lower]
    target = plan.parts[upper.up[0]].first
    u, end = plan.starts[upper.up[0]] + plan.lead(upper), above + target.below
    tail = (lower.up or lower.down)[-1]
    part, left = plan.parts[tail], plan.starts[tail]
    if lower.up:
        foot = min(FOOT, (part.last.end - part.last.start) / 2)
        at = min(max(u, left + part.last.start + foot), left + part.last.end - foot)
        start = below - part.last.above
        bend = plan.gap(upper, lower, rises=True)[1] - DROP / 2
        points = [(at, start), (at, bend), (u, bend), (u, end)]
        top = (
            bend - BESIDE - (len(words) - 0.5) * pitch
            if at != u
            else (start + end - (len(words) - 1) * pitch) / 2
        )
        place, anchor = (u - BESIDE, top), Anchor.END
    else:
        points = [(left + part.length, below), (u, below), (u, end)]
        reach = plan.below(upper.up)
        place = u + BESIDE, (above + reach + below) / 2 - (len(words) - 1) * pitch / 2
        anchor = Anchor.START
    if lower.up and plan.gates(upper):
        middle = (plan.gap(upper, lower, rises=True)[0] + DROP + points[1][1]) / 2
        place, anchor = (u + BESIDE, middle - (len(words) - 1) * pitch / 2), Anchor.START
    side = Side.TOP if lower.up else Side.RIGHT
    ends = End(element=part.last.element, side=side), End(element=target.element, side=Side.BOTTOM)
    return _connector(
        canvas,
        plan.from_below(upper),
        points,
        ends,
        canvas.lines(words, "label", "text", place, pitch, anchor),
    )


def _to_gates(canvas: Canvas, plan: Plan, upper: Row, lower: Row) -> Iterator[Connector]:
    """Yield the arrows to the gates of a level, from the arrow that leads up to it."""
    from_below = plan.from_below(upper)
    source = plan.parts[(lower.up or lower.down)[-1]].last.element
    above, below = plan.gap(upper, lower, rises=True)
    u = plan.starts[upper.up[0]] + plan.lead(upper)
    for number in plan.gates(upper):
        read = next(read for read in plan.dag.vertices[number].reads if read.vertex == from_below.vertex)
        part, line = plan.parts[number], plan.lines[upper]
        middle = plan.starts[number] + part.length / 2
        v = above + DROP / 2 if read.label == from_below.label else below - DROP
        fork = canvas.fork(source or "value", (u, v), DOT_RADIUS)
        ends = End(element=source, fork=fork), End(element=part.first.element, side=Side.BOTTOM)
        yield _connector(canvas, read, [(u, v), (middle, v), (middle, line + part.below)], ends)


def _along(canvas: Canvas, sides: Sides, plan: Plan, row: Row) -> Iterator[Connector]:
    """Yield the arrows along a level: from part to part, and the skip connection with the shape on it."""
    line = plan.lines[row]
    skips = row.up and row.up[0] in sides.skips
    skip = (row.down[-1], *row.skip, row.up[0]) if skips else ()
    for numbers in (row.down, (*row.up, *row.heads), skip):
        for tail, head in pairwise(numbers):
            read = next(read for read in plan.dag.vertices[head].reads if read.vertex == tail)
            source, target = plan.parts[tail], plan.parts[head]
            start, end = plan.starts[tail] + source.length, plan.starts[head]
            words = [read.label, shape_of(source, row.words)] if numbers is skip and tail == skip[0] else []
            size = canvas.theme.size("label")
            words = [text for text in words if text and text_width(text, size) + 2 * BESIDE <= end - start]
            above = line - PITCH * size * (len(words) - 0.5) - 1.0
            labels = canvas.lines(words, "label", "text", ((start + end) / 2, above), PITCH * size)
            ends = (
                End(element=source.last.element, side=Side.RIGHT if source.last.element else None),
                End(element=target.first.element, side=Side.LEFT if target.first.element else None),
            )
            yield _connector(canvas, read, [(start, line), (end, line)], ends, labels)


def _connector(
    canvas: Canvas, read: Read, points: Sequence[Point], ends: tuple[End, End], labels: Sequence[Text] = ()
) -> Connector:
    return Connector(
        role=read.role,
        points=canvas.points(points),
        radius=BEND,
        tail=ends[0],
        head=ends[1],
        labels=tuple(labels),
        origin=read.origin,
    )
