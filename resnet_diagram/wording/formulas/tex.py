"""Formulas in TeX."""

import re
from collections.abc import Iterable, Iterator

from resnet_diagram.wording.formulas.signs import ACCENT_NAMES, ACCENTS, END, SPACE, START, SUPER, TEX
from resnet_diagram.wording.formulas.spans import Span, runs_of, spans

_WORDS = re.compile(f"([A-Za-z]+(?:{SPACE}[A-Za-z]+)*)")
_LETTER = re.compile(f"(.)([{''.join(ACCENTS.values())}]?)", re.DOTALL)
_FORMULA = re.compile(f"{START}[^{END}]*(?:{END}|$)")


def formula_parts(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a text, and whether each is a formula."""
    at = 0
    for found in _FORMULA.finditer(text):
        yield False, text[at : found.start()]
        yield True, found[0]
        at = found.end()
    yield False, text[at:]


def tex_formula(formula: str) -> str:
    r"""Return a formula, which `formula_parts` yields, in TeX.

    >>> from resnet_diagram.wording.formulas.read import with_formulas
    >>> (_, (_, formula), _) = formula_parts(with_formulas(r"$F_{\theta}^2 \to \hat x$"))
    >>> print(tex_formula(formula))
    $F_{\theta }^{2}\to \hat{x}$
    """
    return f"${_tex(spans(formula), 0)}$"


def _tex(pieces: Iterable[Span], depth: int) -> str:
    """Return pieces in TeX; `depth`: number of scripts around all of them."""
    return "".join(
        f"{'_^'[mark == SUPER]}{{{_tex(run, depth + 1)}}}" if mark else "".join(map(_tex_span, run))
        for mark, run in runs_of(pieces, depth)
    )


def _tex_span(span: Span) -> str:
    if span.calligraphic:
        return rf"\mathcal{{{_tex_signs(span.text)}}}"
    if span.bold:
        return rf"\mathbf{{{_tex_signs(span.text)}}}"
    if span.italic:
        return _tex_signs(span.text)
    pieces = _WORDS.split(span.text)
    return "".join(
        rf"\mathrm{{{piece.replace(SPACE, chr(92) + ' ')}}}" if at % 2 else _tex_signs(piece)
        for at, piece in enumerate(pieces)
    )


def _tex_signs(text: str) -> str:
    """Return letters of one style in TeX, each with its accent."""
    result = ""
    for sign, accent in _LETTER.findall(text):
        tex = TEX.get(sign, sign)
        result += rf"\{ACCENT_NAMES[accent]}{{{tex}}}" if accent else tex
    return result
