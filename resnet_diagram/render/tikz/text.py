r"""Escape text for TikZ nodes: shapes and signs as math, characters unknown to pdflatex by a macro."""

import re

from resnet_diagram.render.latex.escape import TEX_MATHS, tex_text
from resnet_diagram.wording.terms import FORMULA_MARK

OTHER = "\\resnetother"
"""The macro of a picture for letters of other scripts: it takes them, and their code points."""

_SIGN = f"[{re.escape(''.join(TEX_MATHS))}]"
_FORMULA = re.compile(rf"\d*(?: ?{_SIGN}(?: ?\d+)?)+")
_TOKEN = re.compile(rf"( ?)({_SIGN})( ?)|\d+")


def tikz_words(text: str) -> str:
    r"""Return a text escaped for a node.

    >>> print(tikz_words("56×56×256"))
    $56{\times}56{\times}256$
    >>> print(tikz_words("56×56×64 → 28×28"))
    $56{\times}56{\times}64 \rightarrow 28{\times}28$
    >>> print(tikz_words("[×3] a_b ⊕ c"))
    [${\times}3$] a\_b ${\oplus}$ c
    >>> print(tikz_words("残差"))
    \resnetother{残差}{U+6B8B U+5DEE}
    """
    if FORMULA_MARK in text:
        from resnet_diagram.wording.formulas.tex import formula_parts, tex_formula

        parts = formula_parts(text)
        return "".join(tex_formula(part) if is_formula else tikz_words(part) for is_formula, part in parts)
    result, at = [], 0
    for formula in _FORMULA.finditer(text):
        inner = formula[0].strip(" ")
        start = formula.start() + formula[0].index(inner)
        result += [
            tex_text(text[at:start], OTHER),
            f"${''.join(map(_token, _TOKEN.finditer(inner))).strip()}$",
        ]
        at = start + len(inner)
    return "".join([*result, tex_text(text[at:], OTHER)])


def _token(match: re.Match[str]) -> str:
    before, sign, after = match.groups()
    if not sign:
        return match[0]
    command = TEX_MATHS[sign]
    return f" {command} " if before or after else f"{{{command}}}"
