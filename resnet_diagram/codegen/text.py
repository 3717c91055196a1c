"""Format Python source, with line breaks that `ruff format` keeps.

A call too long for one line has its arguments on a second line, or each on its own line with a trailing
comma, which formatters keep.
"""

import textwrap
from collections.abc import Iterable, Sequence

from resnet_diagram.dataclass import dataclass

WIDTH = 88
"""The longest line; the default of the usual formatters."""

STEP = "    "

INSIDE = STEP * 2
"""Before the lines of a method."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `callee`; keyword arguments are texts such as `stride=2`."""

    callee: str
    args: "tuple[Code, ...]" = ()

    def __str__(self) -> str:
        return f"{self.callee}({', '.join(map(str, self.args))})"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The results of `count` equal calls, spread into the arguments of another."""

    call: Call
    count: str

    def __str__(self) -> str:
        return f"*({self.call} for _ in range({self.count}))"


Code = str | Call | Repeat


def statement(head: str, code: Code, indent: str = "", tail: str = "") -> list[str]:
    """Return the lines of `head`, an expression and `tail`, wrapped at the line width.

    >>> statement("x = ", Call("f", ("a", "b")))
    ['x = f(a, b)']
    >>> statement("x = ", Call("f", ("a" * 50, "b" * 50)))[0::3]
    ['x = f(', ')']
    >>> statement("x = ", Call("f", ("a" * 40, "b" * 40)))[0::2]
    ['x = f(', ')']
    """
    line = f"{indent}{head}{code}{tail}"
    if len(line) <= WIDTH or isinstance(code, str):
        return [line]
    inner = indent + STEP
    if isinstance(code, Repeat):
        body = generator(code.call, code.count, inner)
        return [f"{indent}{head}*(", *body, f"{indent}){tail}"]
    plain = f"{inner}{', '.join(map(str, code.args))}"
    if len(plain) <= WIDTH and all(isinstance(arg, str) for arg in code.args):
        return [f"{indent}{head}{code.callee}(", plain, f"{indent}){tail}"]
    body = [text for arg in code.args for text in statement("", arg, inner, ",")]
    return [f"{indent}{head}{code.callee}(", *body, f"{indent}){tail}"]


def generator(call: Call, count: str, indent: str) -> list[str]:
    """Return the lines of a generator of `count` equal calls, without its brackets."""
    line = f"{indent}{call} for _ in range({count})"
    if len(line) <= WIDTH:
        return [line]
    return [*statement("", call, indent), f"{indent}for _ in range({count})"]


def docstring(text: str, indent: str = "") -> list[str]:
    """Return the lines of a docstring: the first sentence on its own line, then the rest, wrapped."""
    first, _, rest = text.partition("\n")
    if not rest:
        return [f'{indent}"""{first}"""']
    lines = [f'{indent}"""{first}', ""]
    for paragraph in rest.split("\n"):
        lines += textwrap.wrap(paragraph, WIDTH, initial_indent=indent, subsequent_indent=indent) or [""]
    return [*lines, f'{indent}"""']


def indented(lines: Iterable[str], by: str = STEP) -> list[str]:
    """Indent the lines; empty ones stay empty."""
    return [f"{by}{line}" if line else "" for line in lines]


def signature(head: str, params: Sequence[str], returns: str, indent: str = "") -> list[str]:
    """Return the first lines of a function: `head(params) -> returns:`."""
    return statement(head, Call("", tuple(params)), indent, f" -> {returns}:")
