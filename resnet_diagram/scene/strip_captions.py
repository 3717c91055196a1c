"""Break the captions under a strip's bays so that they stand clear of each other."""

from itertools import pairwise

from resnet_diagram.scene.strip_tiers import CAPTION_APART, Seat
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.theme import Theme
from resnet_diagram.scene.wrap import wrap_label

_OVER = 3.0
"""How far a caption may stand over the end of its tier."""

Lines = tuple[str, ...]


def captions_of(tier: list[Seat], theme: Theme) -> list[Lines]:
    """The lines of each bay's caption; those that would meet a neighbour's are broken at their arrows."""
    size = theme.size("caption")
    found: list[Lines] = [(seat.bay.bay.caption,) if seat.bay.bay.caption else () for seat in tier]
    for number, seat in enumerate(tier):
        left, right = _reach(seat, found[number], size)
        if found[number] and (left < tier[0].x - _OVER or right > tier[-1].end + _OVER):
            found[number] = _broken(seat, found[number], size)
    for (at, seat), (to, other) in pairwise((n, seat) for n, seat in enumerate(tier) if found[n]):
        if _reach(seat, found[at], size)[1] + CAPTION_APART > _reach(other, found[to], size)[0]:
            wider = (at, seat) if _width(found[at], size) >= _width(found[to], size) else (to, other)
            found[wider[0]] = _broken(wider[1], found[wider[0]], size)
    for (at, seat), (to, other) in pairwise((n, seat) for n, seat in enumerate(tier) if found[n]):
        if _reach(seat, found[at], size)[1] + CAPTION_APART > _reach(other, found[to], size)[0]:
            found[at], found[to] = _broken(seat, found[at], size), _broken(other, found[to], size)
    return _alike(tier, found, size)


def _alike(tier: list[Seat], found: list[Lines], size: float) -> list[Lines]:
    """The captions, with those as wide as one that is broken in two broken too."""
    widths = [text_width(seat.bay.bay.caption, size) for seat in tier]
    least = min((width for width, lines in zip(widths, found, strict=True) if len(lines) > 1), default=1e9)
    return [
        _broken(seat, lines, size) if width >= least else lines
        for seat, lines, width in zip(tier, found, widths, strict=True)
    ]


def _reach(seat: Seat, lines: Lines, size: float) -> tuple[float, float]:
    """Where a caption begins and ends, centred under its bay."""
    middle, half = seat.x + seat.width / 2, _width(lines, size) / 2
    return middle - half, middle + half


def _width(lines: Lines, size: float) -> float:
    return max((text_width(line, size) for line in lines), default=0.0)


def _broken(seat: Seat, lines: Lines, size: float) -> Lines:
    """The caption with a line for each shape, and those in as many as the bay's width makes them need."""
    before, arrow, after = " ".join(lines).partition(" → ")
    parts = (f"{before} →", after) if arrow and before else (before + arrow + after,)
    return tuple(line for part in parts for line in wrap_label(part, size, seat.width))
