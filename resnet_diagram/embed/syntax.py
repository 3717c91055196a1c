"""How markers are written in each kind of document, and how a drawing stands in it."""

import html
import re
from dataclasses import dataclass, field
from pathlib import Path

from resnet_diagram.errors import EmbedError

WORD = "resnet-diagram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """A kind of document.

    `begin` finds a marker with its `command`, `end` the closing one; each is a line of its own. `formats`:
    the format of each command where the marker asks for none. `fenced`: how text of a format is enclosed,
    None for text that stands as it is.
    """

    name: str
    begin: re.Pattern[str]
    end: re.Pattern[str]
    formats: dict[str, str] = field(default_factory=dict)


def _comment(opening: str, closing: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The patterns of markers inside a comment that begins with `opening` and ends with `closing`."""
    ends = rf"[ \t]*{closing}[ \t]*$" if closing else r"[ \t]*$"
    begin = re.compile(rf"^(?P<indent>[ \t]*){opening}[ \t]*{WORD}:(?!:)(?P<command>.*?){ends}")
    return begin, re.compile(rf"^[ \t]*{opening}[ \t]*/{WORD}{ends}")


_ANGLE = _comment("<!--", "-->")
_DOTS = _comment(r"\.\.", "")
_PERCENT = _comment("%+", "")

MARKDOWN = Syntax(
    name="markdown",
    begin=_ANGLE[0],
    end=_ANGLE[1],
    formats={"draw": "mermaid", "table": "markdown"},
)
HTML = Syntax(name="html", begin=_ANGLE[0], end=_ANGLE[1], formats={"draw": "svg", "table": "html"})
RST = Syntax(name="rst", begin=_DOTS[0], end=_DOTS[1], formats={"draw": "svg", "table": "text"})
LATEX = Syntax(name="latex", begin=_PERCENT[0], end=_PERCENT[1], formats={"draw": "tikz", "table": "latex"})

SUFFIXES = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".mdx": MARKDOWN,
    ".qmd": MARKDOWN,
    ".ipynb": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".rst": RST,
    ".tex": LATEX,
    ".ltx": LATEX,
}
"""The kind of document by its file's suffix; in a notebook the text cells are Markdown."""


def syntax_of(path: Path) -> Syntax:
    """The kind of document a file is. Raises EmbedError for a suffix that is not known."""
    if path.suffix.lower() in SUFFIXES:
        return SUFFIXES[path.suffix.lower()]
    raise EmbedError(
        f"{path}: markers are known in {', '.join(SUFFIXES)}, not in {path.suffix or 'this file'!r}."
    )


def body(syntax: Syntax, format_name: str, text: str) -> list[str]:
    """The lines that stand between two markers for text in a format."""
    lines = text.rstrip("\n").split("\n")
    match syntax.name, format_name:
        case ("html", "svg" | "html") | ("latex", "tikz" | "latex") | ("markdown", "markdown" | "html"):
            return _without_declaration(lines)
        case "markdown", _:
            return [f"```{_LANGUAGES.get(format_name, 'text')}", *lines, "```"]
        case "html", "mermaid":
            return ['<pre class="mermaid">', *(html.escape(line, quote=False) for line in lines), "</pre>"]
        case "html", _:
            return ["<pre>", *(html.escape(line, quote=False) for line in lines), "</pre>"]
        case "rst", "svg" | "html":
            return ["", ".. raw:: html", "", *_indented(_without_declaration(lines)), ""]
        case "rst", _:
            return ["", f".. code-block:: {_LANGUAGES.get(format_name, 'text')}", "", *_indented(lines), ""]
        case _:
            return [r"\begin{verbatim}", *lines, r"\end{verbatim}"]


_LANGUAGES = {
    "mermaid": "mermaid",
    "tikz": "latex",
    "latex": "latex",
    "dot": "dot",
    "json": "json",
    "python": "python",
}


def _without_declaration(lines: list[str]) -> list[str]:
    return lines[1:] if lines[0].startswith("<?xml") else lines


def _indented(lines: list[str]) -> list[str]:
    return [f"   {line}" if line else "" for line in lines]


def reference(syntax: Syntax, path: str, words: str) -> list[str]:
    """The lines that show a file written beside the document; `words` describe the picture."""
    picture = Path(path).suffix in (".svg", ".png", ".pdf")
    match syntax.name:
        case "markdown":
            return [f"{'!' * picture}[{_bracketed(words)}]({path})"]
        case "html" if picture:
            return [f'<img src="{html.escape(path)}" alt="{html.escape(words)}">']
        case "html":
            return [f'<a href="{html.escape(path)}">{html.escape(words)}</a>']
        case "rst" if picture:
            return ["", f".. image:: {path}", f"   :alt: {words}", ""]
        case "rst":
            return ["", f"`{words} <{path}>`__", ""]
        case _:
            return [
                rf"\input{{{path}}}" if path.endswith((".tex", ".tikz")) else rf"\includegraphics{{{path}}}"
            ]


def _bracketed(words: str) -> str:
    return words.replace("[", r"\[").replace("]", r"\]")
