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
    """Caption below a frame: lines centred at `x`, and their width."""

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
    full = [_placed(seat, (seat.bay.bay.caption,), tier, size) for seat in tier if seat.bay.bay.caption]
    room = tier[-1].end - tier[0].x if tier else 0.0
    full = [
        _placed(item.seat, _parts(item, size), tier, size) if item.width > room else item for item in full
    ]
    moved = _moved(full, tier)
    if not any(_meet(*pair) for pair in pairwise(moved)) and _within(moved, tier):
        return moved
    return _broken(full, tier, size)


def _moved(full: list[Caption], tier: list[Seat]) -> list[Caption]:
    """The captions moved apart, none further than looks well."""
    captions = list(full)
    end = tier[-1].end + CAPTION_APART if tier else 0.0
    for at in range(len(captions) - 1, -1, -1):
        least, target = captions[at].x - _MOST_MOVED, end - CAPTION_APART - captions[at].width / 2
        captions[at] = captions[at]._replace(x=max(least, min(captions[at].x, target)))
        end = captions[at].left
    end = tier[0].x - CAPTION_APART if tier else 0.0
    for at in range(len(captions)):
        maximum = full[at].x + _MOST_MOVED
        target = end + CAPTION_APART + captions[at].width / 2
        captions[at] = captions[at]._replace(x=max(captions[at].x, min(maximum, target)))
        end = captions[at].right
    return captions


def _broken(captions: list[Caption], tier: list[Seat], size: float) -> list[Caption]:
    """The captions with those broken at their arrows that would meet, and any as wide as those."""
    broken = [_placed(caption.seat, _parts(caption, size), tier, size) for caption in captions]
    result = list(captions)
    for at in range(1, len(captions)):
        if _meet(result[at - 1], result[at]):
            wider = at if captions[at].width > result[at - 1].width else at - 1
            result[wider] = broken[wider]
        if _meet(result[at - 1], result[at]):
            result[at - 1 : at + 1] = broken[at - 1 : at + 1]
    least = min(
        (entry.width for entry, now in zip(captions, result, strict=True) if entry != now), default=1e9
    )
    alike = [right if item.width >= least else item for item, right in zip(captions, broken, strict=True)]
    return broken if any(_meet(*pair) for pair in pairwise(alike)) else alike


def _placed(seat: Seat, lines: tuple[str, ...], tier: list[Seat], size: float) -> Caption:
    """A caption in the middle of its bay, or as near to it as the ends of the tier let it be."""
    width = max(text_width(line, size) for line in lines) * TEX
    middle = seat.x + seat.width / 2
    left, right = tier[0].x + width / 2, tier[-1].end - width / 2
    return Caption(seat, lines, max(left, min(middle, right)) if left <= right else middle, width)


def _within(captions: list[Caption], tier: list[Seat]) -> bool:
    """Return whether all captions lie between the ends of the row."""
    return all(
        tier[0].x < caption.left + 0.01 and caption.right < tier[-1].end + 0.01 for caption in captions
    )


def _meet(left: Caption, right: Caption) -> bool:
    return left.right + CAPTION_APART > right.left + 0.01


def _parts(caption: Caption, size: float) -> tuple[str, ...]:
    """The caption with a line for each shape, and those in as many as the bay's width makes them need."""
    parts = change_lines(caption.seat.bay.bay.caption)
    return tuple(line for part in parts for line in wrap_label(part, size, caption.seat.width))
