"""Size the bars of an overview: height by resolution, width by channels, space for their texts."""

from math import log2
from typing import NamedTuple

from resnet_diagram.diagram.model import Slab, Strip
from resnet_diagram.layout.spacing import PITCH
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import wrap_evenly
from resnet_diagram.style.theme import Theme

_LOWEST = 24.0
_RISE = 14.0
_SPAN = 56.0
_NARROWEST = 6.0
_WIDEN = 2.6
_SPREAD = 13.0
_TALLEST_TEXT = 84.0
_LEEWAY = 4.0
_LEAST_ROOM = 36.0
"""A slab lower than this may be as high for its text."""
_TEXT_PAD = 4.0
TEX = 1.05
"""TeX sets a text a little wider than a browser does."""


class Scale(NamedTuple):
    """Height and width of a slab, in points: linear in the logarithms of resolution and of channels.

    `lowest` stands at log2 resolution `low` and rises by `rise` an octave; `narrowest` at log2 channels
    `few` widens by `widen` an octave. `strict`: slabs with text are no higher than their resolution asks for,
    as far as their text can be broken. `gap`, `lead` and `frame_gap`: between two slabs, between a frame and
    its first slab, and between two frames.
    """

    low: float
    lowest: float
    rise: float
    few: float
    widen: float
    tallest: float
    strict: bool
    gap: float
    lead: float
    frame_gap: float

    def height(self, resolution: float) -> float:
        """The height of a slab of that resolution, in points."""
        return self.lowest + self.rise * max(0.0, _octaves(resolution) - self.low)

    def width(self, channels: int) -> float:
        """The width of a slab of so many channels, in points."""
        return _NARROWEST + self.widen * max(0.0, _octaves(channels) - self.few)


class SlabSize(NamedTuple):
    """A slab's size in points, and the turned lines of text in it."""

    width: float
    height: float
    lines: tuple[str, ...]


def scale_of(strip: Strip, *, tight: bool) -> Scale:
    """The scale that spreads the slabs of a strip over the usual height; narrower where it is `tight`.

    Slabs that hold text need not be lower or narrower than their text lets them.
    """
    slabs = [item for bay in strip.bays for item in bay.slabs if isinstance(item, Slab)]
    plain = [slab for slab in slabs if not slab.text] or slabs
    levels = [_octaves(slab.resolution) for slab in plain] or [0.0]
    low, high = min(levels), max([*levels, *(_octaves(slab.resolution) for slab in slabs)])
    widths = [_octaves(slab.channels) for slab in plain] or [0.0]
    rise = min(_RISE, _SPAN / max(high - low, 1e-6))
    return Scale(
        low=low,
        lowest=_LOWEST,
        rise=rise,
        few=min(widths),
        widen=min(_WIDEN, _SPREAD / max(max(widths) - min(widths), 1e-6)) * (0.5 if tight else 1.0),
        tallest=_LOWEST + rise * (high - low),
        strict=sum(not slab.text for slab in slabs) < len(slabs) / 2,
        gap=7.6 if tight else 9.0,
        lead=5.0 if tight else 7.0,
        frame_gap=9.0 if tight else 11.0,
    )


def slab_size(slab: Slab, scale: Scale, theme: Theme, *, strict: bool) -> SlabSize:
    """The size of a slab; a text longer than the tallest slab is broken into several lines.

    `strict`: one longer than the slab's own height is broken too.
    """
    height, width = scale.height(slab.resolution), scale.width(slab.channels)
    if not slab.text:
        return SlabSize(width, height, ())
    size = theme.size("node")
    default = min(max(scale.tallest, height), _TALLEST_TEXT)
    room = (max(height + _LEEWAY, _LEAST_ROOM) if strict or scale.strict else default) - _TEXT_PAD
    lines = wrap_evenly(slab.text, size, room / TEX)
    longest = max(text_width(line, size) for line in lines)
    return SlabSize(
        max(width, len(lines) * PITCH * size + 3.2), max(height, longest * TEX + _TEXT_PAD), lines
    )


def _octaves(value: float) -> float:
    return log2(max(value, 1e-6))
