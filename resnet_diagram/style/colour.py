"""Perceptual colour space: CIELAB (1976) of sRGB colours in the notation "#RRGGBB"."""

import math
from itertools import pairwise

Lab = tuple[float, float, float]

# sRGB to CIE XYZ and back (IEC 61966-2-1), white point D65.
_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_TO_RGB = ((3.2406, -1.5372, -0.4986), (-0.9689, 1.8758, 0.0415), (0.0557, -0.2040, 1.0570))
_WHITE = (0.9505, 1.0, 1.089)
_BEND = 6 / 29


def lab(colour: str) -> Lab:
    """Return a colour in CIELAB: lightness from 0 to 100, and the two colour axes.

    >>> [round(part) + 0 for part in lab("#FFFFFF")], [round(part) for part in lab("#FF0000")]
    ([100, 0, 0], [53, 80, 67])
    """
    red, green, blue = map(linear, channels(colour))
    shares = ((a * red + b * green + c * blue) / w for (a, b, c), w in zip(_TO_XYZ, _WHITE, strict=True))
    x, y, z = (float(s ** (1 / 3)) if s > _BEND**3 else s / (3 * _BEND**2) + 4 / 29 for s in shares)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def from_lab(colour: Lab) -> str:
    """Return the nearest sRGB colour.

    >>> from_lab(lab("#3366CC"))
    '#3366CC'
    """
    level = (colour[0] + 16) / 116
    bent = (level + colour[1] / 500, level, level - colour[2] / 200)
    x, y, z = (
        (part**3 if part > _BEND else 3 * _BEND**2 * (part - 4 / 29)) * white
        for part, white in zip(bent, _WHITE, strict=True)
    )
    light = (a * x + b * y + c * z for a, b, c in _TO_RGB)
    parts = (12.92 * s if s <= 0.0031308 else float(1.055 * s ** (1 / 2.4) - 0.055) for s in light)
    return "#" + "".join(f"{min(max(round(255 * part), 0), 255):02X}" for part in parts)


def ramp(colours: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Return `count` colours in perceptually equal steps along `colours`.

    >>> ramp(("#FFFFFF", "#000000"), 3)
    ('#FFFFFF', '#777777', '#000000')
    """
    stops = [lab(colour) for colour in colours]
    ends = [0.0]
    for item, right in pairwise(stops):
        ends.append(ends[-1] + math.dist(item, right))
    steps: list[str] = []
    for place in (ends[-1] * step / (count - 1) for step in range(count)):
        found = stops[-1]
        for (start, stop), (before, after) in zip(pairwise(stops), pairwise(ends), strict=True):
            if place <= after and after > before:
                share = (place - before) / (after - before)
                light, first, second = (a + share * (b - a) for a, b in zip(start, stop, strict=True))
                found = light, first, second
                break
        steps.append(from_lab(found))
    return tuple(steps)


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def linear(channel: float) -> float:
    """Return a channel of an sRGB colour, from 0 to 255, as linear light, from 0 to 1."""
    part = channel / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
