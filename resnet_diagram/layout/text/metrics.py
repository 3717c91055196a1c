"""Text metrics of an Arial-compatible font (Helvetica, Arial, Liberation Sans, Arimo)."""

import json
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

CAPITAL_HEIGHT = 0.716
"""Height of a capital letter in an Arial-compatible face, in ems."""

_WIDE = 1.0
_UNKNOWN = 0.62


@cache
def _advances(face: str) -> dict[str, float]:
    """Advance width of each known character of `face` ("regular" or "bold"), in ems."""
    table = json.loads(Path(__file__).with_name("advance_widths.json").read_text(encoding="utf-8"))
    em = table["units_per_em"]
    return {character: int(width) / em for width, text in table[face].items() for character in text}


def _advance(character: str, names: dict[str, float]) -> float:
    """Width in ems; East Asian wide characters take one em, marks that combine take none."""
    if character in names:
        return names[character]
    if unicodedata.category(character).startswith("M"):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _UNKNOWN


def unmeasured(text: str) -> str:
    """The characters of `text` the table does not hold, each once: another face will show them.

    >>> unmeasured("conv → 残差残")
    '残差'
    """
    advances = _advances("regular")
    return "".join(dict.fromkeys(item for item in text if item not in advances and item.isprintable()))


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in points of one line of `text` set at `size` points.

    >>> round(text_width("1×1, 64", 10), 2)
    33.64
    >>> text_width("", 10)
    0.0
    >>> text_width("残差", 10)
    20.0
    """
    advances = _advances("bold" if bold else "regular")
    return size * sum((_advance(character, advances) for character in text), 0.0)
