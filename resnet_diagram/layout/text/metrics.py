"""Text metrics of an Arial-compatible font (Helvetica, Arial, Liberation Sans, Arimo) or an installed one."""

import json
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from resnet_diagram.layout.text.faces import OWN, Advances, face_of
from resnet_diagram.wording.terms import FORMULA_MARK

CAPITAL_HEIGHT = 0.716
"""Height of a capital letter in an Arial-compatible face, in ems."""

_WIDE = 1.0
_UNKNOWN = 0.62


_family: ContextVar[str] = ContextVar("family", default=OWN)
"""Family in which text is measured."""


@contextmanager
def measured_in(font: str) -> Iterator[None]:
    """Measure text inside in the first family of a list that is there."""
    face = face_of(font)
    token = _family.set(OWN if face.own else face.source)
    try:
        yield
    finally:
        _family.reset(token)


@cache
def _advances(face: str, family: str = OWN) -> Advances:
    """Return the advance width of each character of `face` ("regular" or "bold"), in ems.

    Characters that an installed family lacks are measured in the one that comes with the package.
    """
    if family != OWN:
        from resnet_diagram.layout.text.installed import advances_of

        return {**_advances(face), **(advances_of(family, bold=face == "bold") or {})}
    table = json.loads(Path(__file__).with_name("advance_widths.json").read_text(encoding="utf-8"))
    em = table["units_per_em"]
    return {character: int(width) / em for width, text in table[face].items() for character in text}


def _advance(character: str, names: Advances) -> float:
    """Return a character's width in ems; 1 for East Asian wide characters, 0 for combining marks."""
    if character in names:
        return names[character]
    if unicodedata.category(character).startswith("M"):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _UNKNOWN


def unmeasured(text: str) -> str:
    """Return the distinct characters of `text` that are missing from the table and need another font.

    >>> unmeasured("conv → 残差残")
    '残差'
    """
    advances = _advances("regular")
    return "".join(dict.fromkeys(item for item in text if item not in advances and item.isprintable()))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width in points of one line of `text` at a font size of `size` points.

    >>> round(text_width("1×1, 64", 10), 2)
    33.64
    >>> text_width("", 10)
    0.0
    >>> text_width("残差", 10)
    20.0
    """
    return size * _ems(text, "bold" if bold else "regular", _family.get())


def widest(lines: Iterable[str], size: float, *, bold: bool = False) -> float:
    """Return the width of the longest line, in points; 0 without lines."""
    return max((text_width(line, size, bold=bold) for line in lines), default=0.0)


@lru_cache(maxsize=8192)
def _ems(text: str, face: str, family: str) -> float:
    """Return the width of a text in ems."""
    if FORMULA_MARK in text:
        from resnet_diagram.wording.formulas.spans import spans

        return sum(
            span.scale * _ems(span.text, "bold" if span.bold else face, family) for span in spans(text)
        )
    advances = _advances(face, family)
    return sum((_advance(character, advances) for character in text), 0.0)
