r"""Escape the text of a table for LaTeX, as text and as math inside a bmatrix."""

import re

from resnet_diagram.render.latex.escape import tex_text

_SIZES = re.compile(r"\d+(?:×\d+)+")
_TOKENS = re.compile(
    r"(?P<number>\d+(?:×\d+)*(?![\w×]))|(?P<comma>, )|(?P<arrow> → )|(?P<beside> ?∥ )"
    r"|(?P<bracket>[()\[\]])|(?P<times>×(?=\d))|(?P<letter>[A-Za-z]=(?=\d))"
    r"|(?P<words>.+?(?=, | → | ?∥ |[()\[\]]|$))",
    re.DOTALL,
)
_MATHS = {"comma": ", ", "arrow": r" \rightarrow ", "beside": r" \parallel "}


def tex_words(text: str) -> str:
    r"""Return `text` escaped for one line outside math; sizes such as "7×7" become math.

    >>> print(tex_words("7×7, 64, stride 2"))
    $7\times7$, 64, stride 2
    >>> print(tex_words("56×56 → 28×28"))
    $56\times56$ ${\rightarrow}$ $28\times28$
    >>> print(tex_words("50% of a_b"))
    50\% of a\_b
    """
    line = " ".join(text.split())
    result, at = [], 0
    for sizes in _SIZES.finditer(line):
        result += [tex_text(line[at : sizes.start()]), f"${_times(sizes[0])}$"]
        at = sizes.end()
    return "".join([*result, tex_text(line[at:])])


def tex_prose(text: str) -> str:
    r"""Return `text` escaped for a paragraph, with sizes protected from line breaks.

    >>> print(tex_prose("an input of 224×224×3"))
    an input of ${224\times224\times3}$
    """
    return re.sub(r"\$(\d+(?:\\times\d+)+)\$", r"${\1}$", tex_words(text))


def tex_math(text: str) -> str:
    r"""Return `text` escaped for one line of a bmatrix.

    >>> print(tex_math("1×1, 256"))
    1\times1, 256
    >>> print(tex_math("3×3, 128, C=32"))
    3\times3, 128, C=32
    >>> print(tex_math("3×3 dw, 96"))
    3\times3\text{ dw}, 96
    >>> print(tex_math("fc, [16, 256]"))
    \text{fc}, [16, 256]
    >>> print(tex_math("∥ 1×1, 96 → 3×3, 128"))
    \parallel 1\times1, 96 \rightarrow 3\times3, 128
    >>> print(tex_math("1×1, 8 → (3×3, 8)×4"))
    1\times1, 8 \rightarrow (3\times3, 8)\times4
    >>> print(tex_math("[odd_name"))
    {}[\text{odd\_name}
    """
    line = " ".join(text.split())
    tokens = [
        rf"\text{{{tex_text(token[0])}}}"
        if token.lastgroup == "words"
        else _MATHS.get(token.lastgroup or "") or _times(token[0])
        for token in _TOKENS.finditer(line)
    ]
    math = "".join(tokens).strip()
    return "{}" + math if math.startswith("[") else math


def _times(text: str) -> str:
    return text.replace("×", r"\times")
