"""Contrast of colours, on white and on dark pages."""

from functools import lru_cache

from resnet_diagram.style.colour import channels, linear, ramp

LIGHT_PAGE = "#FFFFFF"
DARK_PAGE = "#0D1117"

_TEXT_CONTRAST = 4.5
"""Minimum contrast of text by WCAG 2.1 (criterion 1.4.3)."""

_LINE_CONTRAST = 4.0
"""More than the 3.0 that WCAG 2.1 asks of graphical objects (criterion 1.4.11): the lines are thin."""


def contrast(left: str, right: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21, after WCAG 2.1.

    >>> round(contrast("#FFFFFF", "#000000"), 1)
    21.0
    """
    light, dark = sorted((_luminance(left), _luminance(right)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=64)
def on_any_page(colour: str) -> str:
    """Return the nearest lighter or darker colour whose lines are visible on light and dark pages.

    >>> on_any_page("#C05A00"), on_any_page("#00629B"), on_any_page("#FFFFFF")
    ('#C05A00', '#267AAA', '#7D7D7D')
    """
    for percent in range(101):
        for target in (0xFF, 0x00):
            parts = (round(part + (target - part) * percent / 100) for part in channels(colour))
            mixed = "#" + "".join(f"{part:02X}" for part in parts)
            if min(contrast(mixed, LIGHT_PAGE), contrast(mixed, DARK_PAGE)) >= _LINE_CONTRAST:
                return mixed
    return colour


def readable(fill: str, ink: str, page: str) -> str:
    """Return the fill, mixed with the page colour until text in `ink` is readable on it.

    >>> readable("#FFD580", "#1A1A1A", "#FFFFFF"), readable("#102030", "#1A1A1A", "#FFFFFF")
    ('#FFD580', '#7F8691')
    """
    steps = ramp((fill, page), 41)
    return next((step for step in steps if contrast(step, ink) >= _TEXT_CONTRAST), page)


@lru_cache(maxsize=1024)
def _luminance(colour: str) -> float:
    """Return the relative luminance, from 0 to 1, after WCAG 2.1."""
    red, green, blue = map(linear, channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
