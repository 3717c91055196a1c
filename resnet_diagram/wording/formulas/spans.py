"""Texts with formulas in pieces of one style, and as plain letters of Unicode."""

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
    SCRIPT,
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
    """A piece of a text in one style. `level`: 1 for a superscript, -1 for a subscript, else 0."""

    text: str
    italic: bool = False
    bold: bool = False
    level: int = 0

    @property
    def scale(self) -> float:
        """Size of its type, in sizes of the text."""
        return SCRIPT if self.level else 1.0


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
        if sign in (START, SUB, SUPER, UPRIGHT, BOLD):
            styles.append(sign)
        elif sign in (END, CLOSE):
            styles.pop()
        else:
            signs.append((_style(sign, styles), sign))
    runs = groupby(signs, key=lambda pair: pair[0])
    return tuple(replace(style, text="".join(sign for _, sign in run)) for style, run in runs)


def _style(sign: str, marks: list[str]) -> Span:
    """Return the style of a sign within some marks; accents have that of the letter before them."""
    upright = not marks or UPRIGHT in marks or BOLD in marks
    variable = sign in ITALIC or sign in ACCENTS.values()
    level = (SUPER in marks) - (SUB in marks)
    return Span(text="", italic=variable and not upright, bold=BOLD in marks, level=level)


def unicode_text(text: str) -> str:
    """Return a text whose formulas are letters of Unicode, which has few subscripts and superscripts."""
    if not has_formulas(text):
        return text
    runs = groupby(spans(text), key=lambda span: span.level)
    return "".join(_unicode_script("".join(span.text for span in run), level) for level, run in runs)


def _unicode_script(text: str, level: int) -> str:
    text = text.replace(SPACE, " ").replace("\u2009", " ")
    if not level:
        return text
    letters = SUBSCRIPTS if level < 0 else SUPERSCRIPTS
    if all(ord(sign) in letters for sign in text):
        return text.translate(letters)
    sign = "_" if level < 0 else "^"
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"
