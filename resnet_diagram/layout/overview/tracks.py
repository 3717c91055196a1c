"""Lead the shortcuts between bays over the frames, and from tier to tier on the right of them."""

from typing import NamedTuple

from resnet_diagram.layout.overview.arcs import LANE_CLEAR, Skyline
from resnet_diagram.layout.overview.measure import content_start, head_x, tail_x
from resnet_diagram.layout.overview.ports import Plug
from resnet_diagram.layout.overview.rows import Rack, Seat, beside, column
from resnet_diagram.layout.spacing import BEND, PITCH
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import wrap_evenly
from resnet_diagram.style.theme import Theme


class Span(NamedTuple):
    """A shortcut's way over one tier, `lane` above the line of flow, and the `lines` of its label on it."""

    number: int
    tier: int
    left: float
    right: float
    lines: tuple[str, ...] = ()
    lane: float = 0.0


class Port(NamedTuple):
    """End of a shortcut on the line of flow: number of the row, and position along it."""

    tier: int
    x: float


def ports(rack: Rack, tiers: list[list[Seat]], theme: Theme) -> list[tuple[Port, Port]]:
    """The two ends of every shortcut of a strip."""
    at = {seat.number: (tier, seat) for tier, stored in enumerate(tiers) for seat in stored}
    return [
        (_port(plug, at[plug.tail_bay], theme, tail=True), _port(plug, at[plug.head_bay], theme, tail=False))
        for plug in rack.plugs
    ]


def _port(plug: Plug, at: tuple[int, Seat], theme: Theme, *, tail: bool) -> Port:
    tier, seat = at
    if tail and plug.tail_out:
        return Port(tier, beside(seat, plug.tail_rank, tail=True))
    if not tail and plug.head_out:
        return Port(tier, beside(seat, plug.head_rank, tail=False))
    name = plug.arc.tail if tail else plug.arc.head
    slot = next(slot for slot in seat.bay.slots if slot.slab and slot.slab.id == name)
    inner = tail_x(slot, plug) if tail else head_x(slot, plug)
    return Port(tier, seat.x + content_start(seat.bay, seat.width, theme) + inner)


def spans(
    rack: Rack, items: list[tuple[Port, Port]], end: float, tops: list[float], theme: Theme
) -> tuple[list[Span], list[float]]:
    """The spans of all shortcuts between bays, and how high each tier reaches with them.

    `end`: where the widest tier ends. `tops`: how high the tiers reach without.
    """
    plain = [
        span
        for number, (plug, (tail, head)) in enumerate(zip(rack.plugs, items, strict=True))
        if plug.long
        for span in _spans(rack, number, tail, head, end, theme)
    ]
    skylines = []
    for top in tops:
        skylines.append(Skyline())
        skylines[-1].put(-1e9, 1e9, top)
    placed: list[Span] = []
    for span in sorted(plain, key=lambda span: (min(span.right, end) - span.left, span.number)):
        half = len(span.lines) * PITCH * theme.size("label") / 2
        lane = skylines[span.tier].over(span.left, span.right) + max(LANE_CLEAR, half + 1.0)
        skylines[span.tier].put(span.left - 2.0, span.right + 2.0, lane + half)
        placed.append(span._replace(lane=lane))
    return placed, [skyline.over(-1e9, 1e9) for skyline in skylines]


def _spans(rack: Rack, number: int, tail: Port, head: Port, end: float, theme: Theme) -> list[Span]:
    """The spans of one shortcut; the longest carries its label."""
    if tail.tier == head.tier:
        items = [Span(number, tail.tier, tail.x, head.x)]
    else:
        far = column(rack, number, end)
        items = [Span(number, tail.tier, tail.x, far), Span(number, head.tier, head.x, far)]
    longest = max(range(len(items)), key=lambda at: items[at].right - items[at].left)
    items[longest] = _labelled(items[longest], rack.plugs[number].arc.label, theme)
    return items


def _labelled(span: Span, label: str, theme: Theme) -> Span:
    """The span with the label in as many lines as it needs; without, where a word is longer than it."""
    size, room = theme.size("label"), span.right - span.left - 2 * BEND - 6.0
    lines = wrap_evenly(label, size, room) if label else ()
    return span._replace(lines=lines) if all(text_width(line, size) <= room for line in lines) else span
