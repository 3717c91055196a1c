"""Texts with formulas in pieces of one style, and as plain letters of Unicode."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from resnet_diagram.dataclass import dataclass
from resnet_diagram.wording.formulas.signs import (
    ACCENTS,
    BOLD,
    CLOSE,
    END,
    ITALIC,
    RISES,
    SCRIPT,
    SCRIPTED,
    SPACE,
    START,
    SUB,
    SUBSCRIPTS,
    SUPER,
    SUPERSCRIPTS,
    UPRIGHT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of a text in one style. `scripts`: marks of the scripts that it is in, from the outermost.

    `calligraphic` letters are italic but in TeX.
    """

    text: str
    italic: bool = False
    bold: bool = False
    calligraphic: bool = False
    scripts: tuple[str, ...] = ()

    @property
    def scale(self) -> float:
        """Size of its type, in sizes of the text."""
        return float(SCRIPT ** len(self.scripts))

    @property
    def rise(self) -> float:
        """Height of its baseline, in sizes of the text."""
        return sum(RISES[mark] * SCRIPT**at for at, mark in enumerate(self.scripts))


def has_formulas(text: str) -> bool:
    """Return whether a text has formulas."""
    return START in text


@lru_cache(maxsize=1024)
def spans(text: str) -> tuple[Span, ...]:
    """Return the pieces of a text, each in one style; variables of formulas are italic."""
    if not has_formulas(text):
        return (Span(text=text),)
    signs: list[tuple[Span, str]] = []
    styles: list[str] = []
    for sign in text:
        if sign in (START, SUB, SUPER, UPRIGHT, BOLD, SCRIPTED):
            styles.append(sign)
        elif sign in (END, CLOSE):
            del styles[-1:]
        else:
            signs.append((_style(sign, styles), sign))
    runs = groupby(signs, key=lambda pair: pair[0])
    return tuple(replace(style, text="".join(sign for _, sign in run)) for style, run in runs)


def _style(sign: str, marks: list[str]) -> Span:
    """Return the style of a sign within some marks; an accent is styled as the letter before it."""
    upright = not marks or UPRIGHT in marks or BOLD in marks
    variable = sign in ITALIC or sign in ACCENTS.values()
    return Span(
        text="",
        italic=variable and not upright,
        bold=BOLD in marks,
        calligraphic=SCRIPTED in marks,
        scripts=tuple(mark for mark in marks if mark in RISES),
    )


def runs_of(pieces: Iterable[Span], depth: int = 0) -> Iterator[tuple[str, list[Span]]]:
    """Yield the runs of pieces in one script at a depth, with its mark; "" where they are in none."""
    for mark, run in groupby(pieces, key=lambda span: "".join(span.scripts[depth : depth + 1])):
        yield mark, list(run)


def unicode_text(text: str) -> str:
    """Return a text whose formulas are letters of Unicode, which has few subscripts and superscripts."""
    if not has_formulas(text):
        return text
    return _unicode(spans(text), 0).replace(SPACE, " ").replace("\u2009", " ")


def _unicode(pieces: Iterable[Span], depth: int) -> str:
    """Return pieces as letters of Unicode; `depth`: number of scripts around all of them."""
    words: list[str] = []
    for mark, run in runs_of(pieces, depth):
        inside = _unicode(run, depth + 1) if mark else "".join(span.text for span in run)
        letters = SUBSCRIPTS if mark == SUB else SUPERSCRIPTS
        if mark and all(ord(sign) in letters for sign in inside):
            words.append(inside.translate(letters))
        elif mark:
            sign = "_" if mark == SUB else "^"
            words.append(f"{sign}{inside}" if len(inside) == 1 else f"{sign}({inside})")
        else:
            words.append(inside)
    return "".join(words)
