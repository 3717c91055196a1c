"""Lead the shortcuts between bays over the frames, and from tier to tier on the right of them."""

from typing import NamedTuple

from resnet_diagram.scene.spacing import BEND
from resnet_diagram.scene.strip_arcs import LANE_CLEAR, Skyline
from resnet_diagram.scene.strip_bays import content_start, head_x, tail_x
from resnet_diagram.scene.strip_plugs import Plug
from resnet_diagram.scene.strip_tiers import Rack, Seat, beside, column
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.theme import Theme

_LABEL_HALF = 4.0


class Span(NamedTuple):
    """A shortcut's way over one tier, `lane` above the line of flow; `down`: the ends that go down to it.

    `words`: whether the label interrupts it here.
    """

    number: int
    tier: int
    left: float
    right: float
    words: bool
    lane: float = 0.0


class Port(NamedTuple):
    """Where a shortcut meets the line of flow: the tier's number, and the place along it."""

    tier: int
    x: float


def ports(one: Rack, tiers: list[list[Seat]], theme: Theme) -> list[tuple[Port, Port]]:
    """The two ends of every shortcut of a strip."""
    at = {seat.number: (tier, seat) for tier, held in enumerate(tiers) for seat in held}
    return [
        (_port(plug, at[plug.tail_bay], theme, tail=True), _port(plug, at[plug.head_bay], theme, tail=False))
        for plug in one.plugs
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
    one: Rack, found: list[tuple[Port, Port]], end: float, tops: list[float], theme: Theme
) -> tuple[list[Span], list[float]]:
    """The spans of all shortcuts between bays, and how high each tier reaches with them.

    `end`: where the widest tier ends. `tops`: how high the tiers reach without.
    """
    plain = [
        span
        for number, (plug, (tail, head)) in enumerate(zip(one.plugs, found, strict=True))
        if plug.long
        for span in _spans(one, number, tail, head, end, theme)
    ]
    skylines = []
    for top in tops:
        skylines.append(Skyline())
        skylines[-1].put(-1e9, 1e9, top)
    placed: list[Span] = []
    for span in sorted(plain, key=lambda span: (min(span.right, end) - span.left, span.number)):
        half = _LABEL_HALF if span.words else 0.0
        lane = skylines[span.tier].over(span.left, span.right) + max(LANE_CLEAR, half + 1.0)
        skylines[span.tier].put(span.left - 2.0, span.right + 2.0, lane + half)
        placed.append(span._replace(lane=lane))
    return placed, [skyline.over(-1e9, 1e9) for skyline in skylines]


def _spans(one: Rack, number: int, tail: Port, head: Port, end: float, theme: Theme) -> list[Span]:
    label = bool(one.plugs[number].arc.label)
    if tail.tier == head.tier:
        return [Span(number, tail.tier, tail.x, head.x, label)]
    far = column(one, number, end)
    first = far - tail.x >= far - head.x
    return [
        Span(number, tail.tier, tail.x, far, label and first),
        Span(number, head.tier, head.x, far, label and not first),
    ]


def fits(span: Span, label: str, theme: Theme) -> bool:
    """Whether a label has room on the straight part of a span."""
    return text_width(label, theme.size("label")) + 2 * BEND + 6.0 <= span.right - span.left
