r"""Escape text for TeX."""

import re
import unicodedata
from itertools import groupby

from resnet_diagram.render.escape.xml import printable
from resnet_diagram.wording.terms import FORMULA_MARK

_TEX_ASCII = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\`{}",  # \textasciigrave is a bitmap with Helvetica
    "\n": r"\\",
    "\t": " ",
}
_TEX_TEXT = {
    "\u00a0": "~",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\ldots{}",
    "\ufffd": "?",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
    "§": r"\S{}",
    "©": r"\copyright{}",
    "²": r"\textsuperscript{2}",
    "³": r"\textsuperscript{3}",
    "½": r"${}^1\!/{}_2$",  # \textonehalf is a bitmap without Latin Modern
}
TEX_MATHS = {
    "×": r"\times",
    "·": r"\cdot",
    "±": r"\pm",
    "−": "-",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "⊕": r"\oplus",
    "⊖": r"\ominus",
    "⊗": r"\otimes",
    "⊙": r"\odot",
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "∞": r"\infty",
    "∥": r"\parallel",
    "°": r"^\circ",
    "′": r"^\prime",
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "ε": r"\varepsilon",
    "λ": r"\lambda",
    "μ": r"\mu",
    "π": r"\pi",
    "σ": r"\sigma",
    "φ": r"\varphi",
    "Δ": r"\Delta",
    "Σ": r"\Sigma",
}
"""Signs that are math. In braces an operator is an ordinary sign: no space on its sides."""

_TEX_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
}
_TEX_SIGNS = _TEX_ASCII | _TEX_TEXT | {sign: f"${{{command}}}$" for sign, command in TEX_MATHS.items()}


def tex_text(text: str, right: str = "") -> str:
    r"""Return `text` escaped for TeX outside math, as in a TikZ node (with `align=` for several lines).

    Compiles with pdflatex and lualatex. Characters missing from pdflatex's standard fonts are kept for
    lualatex and xelatex and replaced by their code points for pdflatex; `right` is a macro that takes
    both.

    >>> tex_text("50% of #1 & a_b")
    '50\\% of \\#1 \\& a\\_b'
    >>> print(tex_text(r"{x}^2 ~ \end $"))
    \{x\}\textasciicircum{}2 \textasciitilde{} \textbackslash{}end \$
    >>> print(tex_text("3×3 conv, s≤2"))
    3${\times}$3 conv, s${\leq}$2
    >>> print(tex_text("56 → 28 ⊕"))
    56 ${\rightarrow}$ 28 ${\oplus}$
    >>> print(tex_text("two\nlines -- a<b>"))
    two\\lines -{}- a\textless{}b\textgreater{}
    >>> print(tex_text('é Åñ "so"'))
    \'{e} \r{A}\~{n} ''so''
    >>> print(tex_text("残差 🦜"))
    \ifdefined\Umathchar 残差\else U+6B8B U+5DEE\fi{} \ifdefined\Umathchar 🦜\else U+1F99C\fi{}
    >>> print(tex_text("残 b", r"\other"))
    \other{残}{U+6B8B} b
    """
    if FORMULA_MARK in text:
        from resnet_diagram.wording.formulas.tex import formula_parts, tex_formula

        parts = formula_parts(text)
        return "".join(tex_formula(part) if formula else tex_text(part, right) for formula, part in parts)
    clean = printable(text)
    composed = unicodedata.normalize("NFC", clean)
    pieces: list[str] = []
    signs = [(sign, _tex_sign(sign)) for sign in composed]
    for known, run in groupby(signs, key=lambda pair: pair[1] is not None):
        plain, written = zip(*run, strict=True)
        names, letters = " ".join(f"U+{ord(sign):04X}" for sign in plain), "".join(plain)
        if known:
            pieces += written
        elif right:
            pieces.append(f"{right}{{{letters}}}{{{names}}}")
        else:
            pieces.append(rf"\ifdefined\Umathchar {letters}\else {names}\fi{{}}")
    return re.sub("-(?=-)", "-{}", "".join(pieces))


def _tex_sign(sign: str) -> str | None:
    """Return the TeX for one character, or None if the standard fonts do not have it."""
    if sign in _TEX_SIGNS:
        return _TEX_SIGNS[sign]
    if " " <= sign <= "~":
        return sign
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in _TEX_ACCENTS:
        return f"\\{_TEX_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return None
