"""Break a strip into tiers that fit the page, and give every bay its width."""

from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.diagram.model import GroupRole, Strip
from resnet_diagram.layout.overview.arcs import levels
from resnet_diagram.layout.overview.measure import CAPTION_APART, MeasuredBay, fitted, measure_bay
from resnet_diagram.layout.overview.pieces import pieces
from resnet_diagram.layout.overview.ports import HEAD_STEP, TAIL_STEP, Plug, by_bay, ends_of, plugs_of
from resnet_diagram.layout.overview.scale import TEX, Scale, scale_of
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.style.theme import Theme

_OUT = 4.2
"""From a frame to the first shortcut that ends behind it."""
BACK = 7.0
"""From a frame back to the first shortcut that leaves before it: an arrow has room between."""
_LANE = 6.5
_COLUMN = 4.0
_MOST_STRETCH = 2.0
_EVEN = 0.78


class Seat(NamedTuple):
    """A bay on a tier: its number in the strip, where its frame begins, and how wide that is."""

    number: int
    bay: MeasuredBay
    x: float
    width: float

    @property
    def end(self) -> float:
        """End of its frame."""
        return self.x + self.width


class Rack(NamedTuple):
    """A measured strip: its bays, their shortcuts, and the tiers by numbers of bays.

    `gap`: between two frames. `left`, `right`: room for lines beside the tiers. `columns`: in which column on
    the right each shortcut would run down to another tier.
    """

    bays: tuple[MeasuredBay, ...]
    plugs: tuple[Plug, ...]
    tiers: tuple[tuple[int, ...], ...]
    gap: float
    left: float
    right: float
    columns: tuple[int, ...] = ()

    @property
    def width(self) -> float:
        """The least width of the whole strip, in points."""
        return self.left + max((_natural(self, tier) for tier in self.tiers), default=0.0) + self.right


def rack(strip: Strip, theme: Theme, room: float) -> Rack:
    """The strip in the fewest tiers that are no wider than `room`, as equally wide as can be.

    It is set tight where that saves a tier.
    """
    width = _rack(strip, theme, room, tight=False)
    if len(width.tiers) == 1:
        return width
    tight = _rack(strip, theme, room, tight=True)
    return tight if len(tight.tiers) < len(width.tiers) else width


def _rack(strip: Strip, theme: Theme, room: float, *, tight: bool) -> Rack:
    scale = scale_of(strip, tight=tight)
    parts = (pieces(bay, strip.arcs, scale, theme, room) for bay in strip.bays)
    bays = tuple(piece for part in parts for piece in part)
    plugs = plugs_of(bays, strip.arcs)
    ends = ends_of(plugs)
    mine = by_bay(plugs, len(bays))
    measured = tuple(
        measure_bay(bay, number, scale, mine[number], ends, theme) for number, bay in enumerate(bays)
    )
    plain = Rack(
        measured, tuple(plugs), (tuple(range(len(bays))),), _frame_gap(plugs, scale), *_margins(plugs, 1, 0)
    )
    if plain.width <= room:
        return plain
    columns = _columns(plugs)
    left, right = _margins(plugs, 2, 1 + max(columns, default=-1))
    many = plain._replace(left=left, right=right, columns=columns)
    return many._replace(tiers=_balanced(many, room - left - right))


def seats(item: Rack, width: float, theme: Theme) -> list[list[Seat]]:
    """Every bay's place on its tier, where the strip is stretched to `width` points as far as looks well."""
    room = width - item.left - item.right
    return [_seats(item, tier, room, theme) for tier in item.tiers]


def column(item: Rack, number: int, end: float) -> float:
    """Return the x of the track of a shortcut to the right of rows that end at `end`."""
    return end + item.right - _COLUMN * (max(item.columns) - item.columns[number])


def turning(item: Rack, end: float) -> float:
    """Return the x at which the line of flow turns down, right of rows that end at `end`."""
    return end + item.right - _COLUMN * (1 + max(item.columns, default=-1))


def beside(seat: Seat, rank: int, *, tail: bool) -> float:
    """Return the x at which a shortcut before or behind a frame meets the line of flow."""
    return seat.x - BACK - rank * TAIL_STEP if tail else seat.end + _OUT + rank * HEAD_STEP


def _columns(plugs: list[Plug]) -> tuple[int, ...]:
    """The column of each shortcut between bays: outside those it encloses; -1 for the others."""
    at = [number for number, plug in enumerate(plugs) if plug.long]
    items = [-1] * len(plugs)
    for rank, level in enumerate(levels([(plugs[n].start - 0.5, plugs[n].stop + 0.5) for n in at])):
        for item in level:
            items[at[item]] = rank
    return tuple(items)


def _seats(item: Rack, tier: tuple[int, ...], room: float, theme: Theme) -> list[Seat]:
    widths = _widths(item, tier, room - item.gap * (len(tier) - 1), theme)
    items: list[Seat] = []
    x = item.left
    for number, width in zip(tier, widths, strict=True):
        items.append(Seat(number, fitted(item.bays[number], width, theme), x, width))
        x += width + item.gap
    return items


def _widths(item: Rack, tier: tuple[int, ...], room: float, theme: Theme) -> list[float]:
    """The widths of the frames on a tier: stages equally wide if there is room, and the rest shared out."""
    bays = [item.bays[number] for number in tier]
    widths = _captioned(item, bays, room, theme)
    if len(item.tiers) == 1 or sum(widths) >= _EVEN * room:
        widths = _evened(widths, [bay.bay.role is GroupRole.STAGE for bay in bays], room - sum(widths))
    framed = [bay.bay.role is not None for bay in bays]
    if not any(framed):
        return widths
    share = max(0.0, room - sum(widths)) / sum(framed)
    maximum = max(width for width, has in zip(widths, framed, strict=True) if has) * (_MOST_STRETCH - 1)
    share = min(share, maximum)
    return [width + share * has for width, has in zip(widths, framed, strict=True)]


def _captioned(item: Rack, bays: list[MeasuredBay], room: float, theme: Theme) -> list[float]:
    """The least widths, or what captions want, for as many as there is `room`, small wants first."""
    size, widths = theme.size("caption"), [bay.width for bay in bays]
    over = item.gap - CAPTION_APART
    wants = [text_width(bay.bay.caption, size) * TEX - over - bay.width for bay in bays]
    spare = room - sum(widths)
    for want, at in sorted((want, at) for at, want in enumerate(wants) if want > 0 and bays[at].bay.role):
        if want > spare:
            break
        widths[at] += want
        spare -= want
    return widths


def _evened(widths: list[float], stages: list[bool], spare: float) -> list[float]:
    """The widths with the narrowest stages made wider, all alike, as far as `spare` points go."""
    left = sorted(width for width, is_stage in zip(widths, stages, strict=True) if is_stage)
    level = left[0] if left else 0.0
    for count, (width, wider) in enumerate(pairwise(left), 1):
        step = min(wider - width, spare / count)
        level, spare = width + step, spare - step * count
        if spare <= 0:
            break
    return [max(width, level) if is_stage else width for width, is_stage in zip(widths, stages, strict=True)]


def _natural(item: Rack, tier: tuple[int, ...]) -> float:
    return sum(item.bays[number].width for number in tier) + item.gap * max(0, len(tier) - 1)


def _balanced(item: Rack, room: float) -> tuple[tuple[int, ...], ...]:
    """The fewest tiers, then the narrowest limit that gives no more of them."""
    best = _packed(item, room)
    while room > 0:
        room -= 4.0
        narrower = _packed(item, room)
        if len(narrower) > len(best):
            return best
        best = narrower
    return best


def _packed(item: Rack, room: float) -> tuple[tuple[int, ...], ...]:
    """As many bays a tier as fit into `room` points."""
    tiers: list[list[int]] = []
    width = 0.0
    for number, bay in enumerate(item.bays):
        if tiers and width + item.gap + bay.width <= room:
            tiers[-1].append(number)
            width += item.gap + bay.width
        else:
            tiers.append([number])
            width = bay.width
    return tuple(map(tuple, tiers))


def _frame_gap(plugs: list[Plug], scale: Scale) -> float:
    """The gap between two frames that has room for every shortcut that leaves or ends in one."""
    heads = max((plug.head_rank + 1 for plug in plugs if plug.head_out), default=0)
    tails = max((plug.tail_rank + 1 for plug in plugs if plug.tail_out), default=0)
    if not heads and not tails:
        return scale.frame_gap
    behind = _OUT + (heads - 1) * HEAD_STEP if heads else 0.0
    before = BACK + (tails - 1) * TAIL_STEP if tails else BACK
    return max(scale.frame_gap, behind + 3.4 + before)


def _margins(plugs: list[Plug], tiers: int, columns: int) -> tuple[float, float]:
    """Room on the left and on the right of the tiers for the lines that run there."""
    tails = max((plug.tail_rank + 1 for plug in plugs if plug.tail_out), default=0)
    heads = max((plug.head_rank + 1 for plug in plugs if plug.head_out), default=0)
    first = any(plug.tail_out and plug.tail_bay == 0 for plug in plugs)
    back = BACK + tails * TAIL_STEP if tails and (tiers > 1 or first) else 0.0
    on = _OUT + heads * HEAD_STEP if heads else 0.0
    if tiers == 1:
        return back, on
    return max(_LANE, back + 2.0), max(_LANE, on + 2.0) + columns * _COLUMN
