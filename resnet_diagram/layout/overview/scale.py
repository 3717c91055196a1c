"""Size the bars of an overview: height by resolution, width by channels, space for their texts."""

from math import log2
from typing import NamedTuple

from resnet_diagram.diagram.model import Bar, Overview
from resnet_diagram.layout.spacing import PITCH
from resnet_diagram.layout.text.metrics import widest
from resnet_diagram.layout.text.wrap import wrap_evenly
from resnet_diagram.style.theme import Theme

_LOWEST = 24.0
_RISE = 14.0
_SPAN = 56.0
_NARROWEST = 6.0
_WIDEN = 2.6
_SPREAD = 13.0
_LOW, _LOW_RISE, _LOW_TALLEST = 12.0, 3.0, 50.0
"""The lowest bar of low frames, its rise for each octave, and their highest bar with text, in points."""
_TALLEST_TEXT = 84.0
_LEEWAY = 4.0
_LEAST_ROOM = 36.0
"""Least height that a bar may take for its text, in points."""
_TEXT_PAD = 4.0
TEX_STRETCH = 1.05
"""Factor by which TeX sets a text wider than a browser."""


class Scale(NamedTuple):
    """Height and width of a bar, in points: linear in the logarithms of resolution and of channels.

    `lowest`: height at log2 resolution `low`, increased by `rise` for each octave; `narrowest`: width at log2
    channels `few`, increased by `widen` for each octave. `strict`: bars with text are no higher than their
    resolution implies, if their text can be broken.
    `gap`, `lead` and `frame_gap`: between two bars, between a frame and
    its first bar, and between two frames.
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
        """Return the height of a bar of a resolution, in points."""
        return self.lowest + self.rise * max(0.0, _octaves(resolution) - self.low)

    def width(self, channels: int) -> float:
        """Return the width of a bar of a number of channels, in points."""
        return _NARROWEST + self.widen * max(0.0, _octaves(channels) - self.few)


class BarSize(NamedTuple):
    """A bar's size in points, and the turned lines of text in it."""

    width: float
    height: float
    lines: tuple[str, ...]


def scale_of(overview: Overview, *, tight: bool) -> Scale:
    """Return the scale that distributes bar heights over the common range; narrower if `tight`.

    Bars with text are never smaller than their text.
    """
    bars = [item for frame in overview.frames for item in frame.bars if isinstance(item, Bar)]
    plain = [bar for bar in bars if not bar.text] or bars
    levels = [_octaves(bar.resolution) for bar in plain] or [0.0]
    low, high = min(levels), max([*levels, *(_octaves(bar.resolution) for bar in bars)])
    widths = [_octaves(bar.channels) for bar in plain] or [0.0]
    rise = min(_RISE, _SPAN / max(high - low, 1e-6))
    return Scale(
        low=low,
        lowest=_LOWEST,
        rise=rise,
        few=min(widths),
        widen=min(_WIDEN, _SPREAD / max(max(widths) - min(widths), 1e-6)) * (0.5 if tight else 1.0),
        tallest=_LOWEST + rise * (high - low),
        strict=sum(not bar.text for bar in bars) < len(bars) / 2,
        gap=7.6 if tight else 9.0,
        lead=5.0 if tight else 7.0,
        frame_gap=9.0 if tight else 11.0,
    )


def low_scale(overview: Overview) -> Scale:
    """Return the scale of low bars, for frames that lie below each other."""
    scale = scale_of(overview, tight=True)
    return scale._replace(lowest=_LOW, rise=min(_LOW_RISE, scale.rise), tallest=_LOW_TALLEST)


def bar_size(bar: Bar, scale: Scale, theme: Theme, *, strict: bool) -> BarSize:
    """Return the size of a bar; a text longer than the tallest bar is wrapped.

    `strict`: a text longer than the bar's own height is wrapped too.
    """
    height, width = scale.height(bar.resolution), scale.width(bar.channels)
    if not bar.text:
        return BarSize(width, height, ())
    size = theme.size("node")
    default = min(max(scale.tallest, height), _TALLEST_TEXT)
    room = (max(height + _LEEWAY, _LEAST_ROOM) if strict or scale.strict else default) - _TEXT_PAD
    lines = wrap_evenly(bar.text, size, room / TEX_STRETCH)
    longest = widest(lines, size)
    return BarSize(
        max(width, len(lines) * PITCH * size + 3.2), max(height, longest * TEX_STRETCH + _TEXT_PAD), lines
    )


def _octaves(value: float) -> float:
    return log2(max(value, 1e-6))
