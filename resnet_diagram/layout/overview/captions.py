"""Place the captions under an overview's frames, and break those that would overlap."""

from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.layout.overview.measure import CAPTION_GAP
from resnet_diagram.layout.overview.rows import PlacedFrame
from resnet_diagram.layout.overview.scale import TEX_STRETCH
from resnet_diagram.layout.text.metrics import widest
from resnet_diagram.layout.text.wrap import wrap_label
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.shapes import change_lines

_MOST_MOVED = 8.0


class Caption(NamedTuple):
    """Caption below a frame: lines centred at `x`, and their width."""

    place: PlacedFrame
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


def captions_of(row: list[PlacedFrame], theme: Theme) -> list[Caption]:
    """Return the captions under a row; those that still overlap after a small move are broken."""
    size = theme.size("caption")
    full: list[Caption] = []
    for place in row:
        if place.measured.frame.caption:
            caption = _placed(place, (place.measured.frame.caption,), row, size)
            is_long = caption.width > row[-1].end - row[0].x
            full.append(_placed(place, _parts(place, size), row, size) if is_long else caption)
    moved = _moved(full, row)
    ends = [(caption.left, caption.right) for caption in moved]
    inside = all(row[0].x < left + 0.01 and right < row[-1].end + 0.01 for left, right in ends)
    if inside and not any(_meet(*pair) for pair in pairwise(moved)):
        return moved
    return _broken(full, row, size)


def _moved(full: list[Caption], row: list[PlacedFrame]) -> list[Caption]:
    """Return the captions moved apart, within a limit."""
    captions = list(full)
    end = row[-1].end + CAPTION_GAP if row else 0.0
    for at in range(len(captions) - 1, -1, -1):
        least, target = captions[at].x - _MOST_MOVED, end - CAPTION_GAP - captions[at].width / 2
        captions[at] = captions[at]._replace(x=max(least, min(captions[at].x, target)))
        end = captions[at].left
    end = row[0].x - CAPTION_GAP if row else 0.0
    for at in range(len(captions)):
        maximum = full[at].x + _MOST_MOVED
        target = end + CAPTION_GAP + captions[at].width / 2
        captions[at] = captions[at]._replace(x=max(captions[at].x, min(maximum, target)))
        end = captions[at].right
    return captions


def _broken(captions: list[Caption], row: list[PlacedFrame], size: float) -> list[Caption]:
    """Return the captions with overlapping ones broken at their arrows, and any at least as wide."""
    broken = [_placed(caption.place, _parts(caption.place, size), row, size) for caption in captions]
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


def _placed(place: PlacedFrame, lines: tuple[str, ...], row: list[PlacedFrame], size: float) -> Caption:
    """Return a caption centred on its frame, moved where the row ends."""
    width = widest(lines, size) * TEX_STRETCH
    middle = place.x + place.width / 2
    left, right = row[0].x + width / 2, row[-1].end - width / 2
    return Caption(place, lines, max(left, min(middle, right)) if left <= right else middle, width)


def _meet(left: Caption, right: Caption) -> bool:
    return left.right + CAPTION_GAP > right.left + 0.01


def _parts(place: PlacedFrame, size: float) -> tuple[str, ...]:
    """Return the lines of a frame's caption: one for each shape, wrapped to the width of the frame."""
    parts = change_lines(place.measured.frame.caption)
    return tuple(line for part in parts for line in wrap_label(part, size, place.width))
