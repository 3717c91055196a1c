"""Code blocks of a document; markers inside them are examples and are ignored.

Each function returns the state after a line from the state before it: "" outside code, else a mark of the
open block.
"""

import re

_FENCE = re.compile(r"[\s>]*(`{3,}(?=[^`]*$)|~{3,})")
_LITERAL = re.compile(
    r"(?P<indent>\s*)(?:\.\. (?:code|code-block|sourcecode|parsed-literal)::|(?!\.\. ).*::\s*$)"
)
_VERBATIM = re.compile(r"\s*\\begin\{((?:verbatim|Verbatim|lstlisting|minted|comment)\*?)\}")


def fenced(line: str, state: str) -> str:
    """Return the fence that is open after a line of Markdown, or "".

    >>> fenced("```python", "")
    '```'
    >>> fenced("> ~~~", "~~~")
    ''
    """
    mark = _FENCE.match(line)
    if not mark:
        return state
    if not state:
        return mark[1]
    ends = mark[1].startswith(state) and not line.strip(" \t\r\n>").strip(mark[1][0])
    return "" if ends else state


def literal(line: str, state: str) -> str:
    """Return the indent of an open literal block of reStructuredText, followed by "|", or "".

    >>> literal("An example::", "")
    '|'
    >>> literal("   .. resnet-diagram: draw x", "|"), literal("Text", "|")
    ('|', '')
    """
    if state and (not line.strip() or len(line) - len(line.lstrip()) >= len(state)):
        return state
    match = _LITERAL.match(line)
    return f"{match['indent']}|" if match else ""


def verbatim(line: str, state: str) -> str:
    r"""Return the verbatim environment of LaTeX that is open after a line, or "".

    >>> verbatim(r"\begin{verbatim}", "")
    'verbatim'
    >>> verbatim(r"\end{verbatim}", "verbatim")
    ''
    """
    if state:
        return "" if rf"\end{{{state}}}" in line else state
    match = _VERBATIM.match(line)
    return match[1] if match else ""
