r"""Formulas in an author's texts: `$F_{\theta}$` is read once, and kept in the text between marks.

A text with marks is a string like any other: it is measured, wrapped and joined without knowing of formulas.
Formats that can raise, lower and slant letters ask for its `spans`, TeX for `tex_formula`, all others write
`unicode_text`. The marks are noncharacters of Unicode, which no text has.

    >>> from resnet_diagram.wording.formulas.spans import spans, unicode_text
    >>> text = with_formulas(r"residual $F_{\theta}(x)$")
    >>> [span.text for span in spans(text)], unicode_text(text)
    (['residual ', 'F', 'θ', '(', 'x', ')'], 'residual F_θ(x)')
"""

import re

from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.wording.formulas.signs import (
    ACCENTS,
    BOLD,
    CLOSE,
    END,
    FONTS,
    FRACTIONS,
    FUNCTIONS,
    LETTERS,
    OPERATORS,
    RELATIONS,
    SCRIPTED,
    SIZES,
    SPACE,
    SPACES,
    START,
    SUB,
    SUPER,
    UPRIGHT,
)

_SOURCE = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)+)\$")
_PRODUCT = re.compile(f"[^{SPACE}+−/]*")
_FACTOR = re.compile(
    f"√?(?:[{UPRIGHT}{BOLD}{SCRIPTED}]\\w+{CLOSE}|[0-9.]+|[^{SPACE}−/])"
    f"[{''.join(ACCENTS.values())}]?(?:[{SUB}{SUPER}][^{SPACE}]*{CLOSE})?"
)
"""Texts that need no brackets as numerator, and as denominator, of a slash."""
_DEEPEST = 2
"""Most scripts within each other."""
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)


def with_formulas(text: str) -> str:
    r"""Return a text with its formulas between marks; `\$` is a dollar sign. Raise UsageError.

    >>> from resnet_diagram.wording.formulas.spans import unicode_text
    >>> unicode_text(with_formulas(r"$\alpha x_1^2$, not \$5"))
    'αx₁², not $5'
    """
    marked = _SOURCE.sub(lambda found: f"{START}{_Reader(found[1], text).formula()}{END}", text)
    return marked.replace(r"\$", "$") if "$" in text else text


class _Reader:
    """Reads a formula in TeX."""

    def __init__(self, source: str, text: str) -> None:
        self._tokens = _TOKEN.findall(source)
        self._text = text
        self._at = 0
        self._depth = 0
        self._in_words = False

    def formula(self) -> str:
        """Return the whole formula."""
        result = self._until("")
        return re.sub(f"^{SPACE}+|{SPACE}+$", "", re.sub(f"{SPACE}+", SPACE, result))

    def _until(self, end: str) -> str:
        pieces: list[str] = []
        while self._at < len(self._tokens):
            token = self._next()
            if token == end:
                return "".join(pieces)
            pieces.append(self._piece(token))
        if end:
            raise self._error("a brace is not closed")
        return "".join(pieces)

    def _next(self) -> str:
        if self._at == len(self._tokens):
            raise self._error("something is missing at its end")
        self._at += 1
        return str(self._tokens[self._at - 1])

    def _argument(self) -> str:
        """Return what a command or a script applies to: a group, or the next sign."""
        token = self._next()
        while token.isspace():
            token = self._next()
        return self._until("}") if token == "{" else self._piece(token)

    def _piece(self, token: str) -> str:
        if token.startswith("\\"):
            return self._command(token[1:])
        if token in "_^":
            return self._script(SUB if token == "_" else SUPER)
        if token == "{":
            return self._until("}")
        if token == "}":
            raise self._error("a brace closes nothing")
        if token in "=<>+" and not self._depth:
            return f"{SPACE}{token}{SPACE}"
        if token.isspace():
            return SPACE if self._in_words else ""
        if token == "," and not self._depth:
            return f",{SPACE}"
        return {"-": "−", "'": "′", "*": "∗"}.get(token, token)

    def _script(self, mark: str) -> str:
        if self._depth == _DEEPEST:
            raise self._error("three scripts within each other are too small to read")
        self._depth += 1
        inside = self._argument()
        self._depth -= 1
        return f"{mark}{inside}{CLOSE}"

    def _command(self, name: str) -> str:
        if name in FONTS:
            self._in_words = name == "text"
            inside = self._argument()
            self._in_words = False
            return f"{FONTS[name]}{inside}{CLOSE}"
        if name in FRACTIONS:
            return f"{self._operand(_PRODUCT)}/{self._operand(_FACTOR)}"
        if name == "sqrt":
            return f"{LETTERS['surd']}{self._operand(_FACTOR)}"
        if name in SIZES:
            return ""
        if name in FUNCTIONS:
            return f"{UPRIGHT}{name}{CLOSE}"
        if name in ACCENTS:
            return f"{self._argument()}{ACCENTS[name]}"
        if name in SPACES:
            return SPACES[name]
        if name in RELATIONS or name in OPERATORS:
            space = "" if self._depth or name in ("times", "cdot") else SPACE
            return f"{space}{LETTERS[name]}{space}"
        if name in LETTERS:
            return LETTERS[name]
        raise self._error(f"\\{name} is not supported", name)

    def _operand(self, bare: re.Pattern[str]) -> str:
        """Return an argument beside a slash or behind a root, in brackets unless it is like `bare`."""
        inside = self._argument()
        return inside if bare.fullmatch(inside) else f"({inside})"

    def _error(self, problem: str, name: str = "") -> UsageError:
        names = [*LETTERS, *FRACTIONS[:1], "sqrt", *FUNCTIONS, *ACCENTS, *FONTS]
        hint = did_you_mean(closest(name, names)) if name else ""
        supported = " ".join(f"\\{each}" for each in names if each.isalpha())
        return UsageError(
            f"The formula in {self._text!r}: {problem}.{hint} Formulas may have _, ^ and {supported}."
        )
