"""Place the captions under a strip's bays, and break them where they would meet."""

from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.layout.overview.measure import CAPTION_APART
from resnet_diagram.layout.overview.rows import Seat
from resnet_diagram.layout.overview.scale import TEX
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import wrap_label
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.shapes import change_lines

_MOST_MOVED = 8.0


class Caption(NamedTuple):
    """What is written under a bay: its lines, centred at `x`, and how wide they are."""

    seat: Seat
    lines: tuple[str, ...]
    x: float
    width: float

    @property
    def left(self) -> float:
        """Left end, in points."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Right end, in points."""
        return self.x + self.width / 2


def captions_of(tier: list[Seat], theme: Theme) -> list[Caption]:
    """The captions under a tier; where moving them a little does not do, those that meet are broken."""
    size = theme.size("caption")
    whole = [_placed(seat, (seat.bay.bay.caption,), tier, size) for seat in tier if seat.bay.bay.caption]
    room = tier[-1].end - tier[0].x if tier else 0.0
    whole = [_placed(one.seat, _parts(one, size), tier, size) if one.width > room else one for one in whole]
    moved = _moved(whole, tier)
    if not any(_meet(*pair) for pair in pairwise(moved)) and _within(moved, tier):
        return moved
    return _broken(whole, tier, size)


def _moved(whole: list[Caption], tier: list[Seat]) -> list[Caption]:
    """The captions moved apart, none further than looks well."""
    found = list(whole)
    end = tier[-1].end + CAPTION_APART if tier else 0.0
    for at in range(len(found) - 1, -1, -1):
        least, wanted = found[at].x - _MOST_MOVED, end - CAPTION_APART - found[at].width / 2
        found[at] = found[at]._replace(x=max(least, min(found[at].x, wanted)))
        end = found[at].left
    end = tier[0].x - CAPTION_APART if tier else 0.0
    for at in range(len(found)):
        most = whole[at].x + _MOST_MOVED
        wanted = end + CAPTION_APART + found[at].width / 2
        found[at] = found[at]._replace(x=max(found[at].x, min(most, wanted)))
        end = found[at].right
    return found


def _broken(whole: list[Caption], tier: list[Seat], size: float) -> list[Caption]:
    """The captions with those broken at their arrows that would meet, and any as wide as those."""
    broken = [_placed(one.seat, _parts(one, size), tier, size) for one in whole]
    found = list(whole)
    for at in range(1, len(whole)):
        if _meet(found[at - 1], found[at]):
            wider = at if whole[at].width > found[at - 1].width else at - 1
            found[wider] = broken[wider]
        if _meet(found[at - 1], found[at]):
            found[at - 1 : at + 1] = broken[at - 1 : at + 1]
    least = min((one.width for one, now in zip(whole, found, strict=True) if one != now), default=1e9)
    alike = [other if one.width >= least else one for one, other in zip(whole, broken, strict=True)]
    return broken if any(_meet(*pair) for pair in pairwise(alike)) else alike


def _placed(seat: Seat, lines: tuple[str, ...], tier: list[Seat], size: float) -> Caption:
    """A caption in the middle of its bay, or as near to it as the ends of the tier let it be."""
    width = max(text_width(line, size) for line in lines) * TEX
    middle = seat.x + seat.width / 2
    left, right = tier[0].x + width / 2, tier[-1].end - width / 2
    return Caption(seat, lines, max(left, min(middle, right)) if left <= right else middle, width)


def _within(found: list[Caption], tier: list[Seat]) -> bool:
    """Return whether all captions lie between the ends of the row."""
    return all(tier[0].x < one.left + 0.01 and one.right < tier[-1].end + 0.01 for one in found)


def _meet(one: Caption, other: Caption) -> bool:
    return one.right + CAPTION_APART > other.left + 0.01


def _parts(caption: Caption, size: float) -> tuple[str, ...]:
    """The caption with a line for each shape, and those in as many as the bay's width makes them need."""
    parts = change_lines(caption.seat.bay.bay.caption)
    return tuple(line for part in parts for line in wrap_label(part, size, caption.seat.width))
