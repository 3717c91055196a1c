"""Marker syntax of each document format."""

import re
from collections.abc import Callable
from pathlib import Path

from resnet_diagram.dataclass import dataclass
from resnet_diagram.embed.code_blocks import fenced, literal, verbatim
from resnet_diagram.errors import EmbedError

WORD = "resnet-diagram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """A kind of document.

    `begin` matches a marker with its `command` and indent, `end` the closing marker; each is a whole line.
    `closing` ends a comment and must not occur in a command. `formats`: default format of each command.
    `code` finds code blocks, see `code_blocks`.
    """

    name: str
    begin: re.Pattern[str]
    end: re.Pattern[str]
    closing: str
    formats: dict[str, str]
    code: Callable[[str, str], str]


def _syntax(
    name: str,
    comment: tuple[str, str],
    formats: dict[str, str],
    code: Callable[[str, str], str] = lambda line, state: "",
    before: str = r"[ \t]*",
) -> Syntax:
    """Return a document syntax with comments from one sign to another, or to the end of the line.

    The comment's first sign is a pattern; `before` matches text before a marker. Without `code`, as in HTML,
    an example of a marker is escaped, with `&lt;`, and is therefore none.
    """
    opening, closing = comment
    ends = rf"[ \t]*{re.escape(closing)}[ \t]*$"
    begin = rf"^(?P<indent>{before}){opening}[ \t]*{WORD}:(?!:)(?P<command>.*?){ends}"
    return Syntax(
        name=name,
        begin=re.compile(begin),
        end=re.compile(rf"^{before}{opening}[ \t]*/{WORD}{ends}"),
        closing=closing,
        formats=formats,
        code=code,
    )


_QUOTED = r"(?:[ \t]*>)*[ \t]*"
_ANGLE = ("<!--", "-->")
_TO_MARKDOWN = {"draw": "mermaid", "table": "markdown"}

MARKDOWN = _syntax("markdown", _ANGLE, _TO_MARKDOWN, fenced, _QUOTED)
MDX = _syntax("markdown", (r"\{/\*", "*/}"), _TO_MARKDOWN, fenced, _QUOTED)
HTML = _syntax("html", _ANGLE, {"draw": "svg", "table": "html"})
RST = _syntax("rst", (r"\.\.", ""), {"draw": "svg", "table": "text"}, literal)
LATEX = _syntax("latex", ("%+", ""), {"draw": "tikz", "table": "latex"}, verbatim)
TYPST = _syntax("typst", ("//+", ""), {"draw": "typst", "table": "typst"}, fenced)

SUFFIXES = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".ipynb": MARKDOWN,
    ".mdx": MDX,
    ".html": HTML,
    ".htm": HTML,
    ".rst": RST,
    ".tex": LATEX,
    ".ltx": LATEX,
    ".typ": TYPST,
}
"""The kind of document by its file's suffix; in a notebook the text cells are Markdown."""


def syntax_of(path: Path) -> Syntax:
    """Return the syntax of a document, by its suffix. Raises EmbedError for an unknown suffix."""
    if path.suffix.lower() in SUFFIXES:
        return SUFFIXES[path.suffix.lower()]
    raise EmbedError(
        f"{path}: markers are known in {', '.join(SUFFIXES)}, not in {path.suffix or 'this file'!r}."
    )
