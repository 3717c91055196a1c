"""Content between two markers: text in the document's syntax, or a reference to a file."""

import html
import re
from collections.abc import Sequence
from pathlib import Path

from resnet_diagram.embed.syntax import Syntax
from resnet_diagram.errors import EmbedError

_LANGUAGES = {
    "mermaid": "mermaid",
    "tikz": "latex",
    "latex": "latex",
    "typst": "typst",
    "dot": "dot",
    "drawio": "xml",
    "json": "json",
    "toml": "toml",
    "python": "python",
}
"""Language names for syntax highlighting, by format; "text" for all others."""

_OWN = {
    "html": ("svg", "html"),
    "latex": ("tikz", "latex"),
    "markdown": ("markdown", "html"),
    "typst": ("typst",),
}
"""Formats that a kind of document contains unchanged."""


def body(syntax: Syntax, format_name: str, text: str) -> list[str]:
    """Return the lines between two markers for text in a format."""
    lines = text.rstrip("\n").split("\n")
    language = _LANGUAGES.get(format_name, "text")
    if format_name in _OWN.get(syntax.name, ()):
        return lines
    match syntax.name:
        case "html":
            opening = '<pre class="mermaid">' if format_name == "mermaid" else "<pre>"
            return [opening, *(html.escape(line, quote=False) for line in lines), "</pre>"]
        case "rst":
            raw = format_name in ("svg", "html")
            directive = ".. raw:: html" if raw else f".. code-block:: {language}"
            return ["", directive, "", *(f"   {line}" if line else "" for line in lines), ""]
        case "latex":
            remaining = [line.replace(r"\end{verbatim}", r"\end {verbatim}") for line in lines]
            return [r"\begin{verbatim}", *remaining, r"\end{verbatim}"]
        case _:
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
            return [f"{fence}{language}", *lines, fence]


_WORDS = "\ue000"


def reference_in(syntax: Syntax, path: str, words: str, present: Sequence[str]) -> list[str]:
    """Return the lines that show a file: existing ones for it, with any caption, else new ones."""
    pattern = re.escape("\n".join(reference(syntax, path, _WORDS))).replace(_WORDS, "(?:.*)")
    match = re.search(rf"^{pattern}$", "\n".join(present), re.MULTILINE)
    return match[0].split("\n") if match else reference(syntax, path, words)


def reference(syntax: Syntax, path: str, words: str) -> list[str]:
    """Return the lines that show a file beside the document; `words` describe it."""
    picture = Path(path).suffix in (".svg", ".png", ".pdf")
    if syntax.name in ("markdown", "html"):
        path = re.sub(r"[%#?<>]", lambda sign: f"%{ord(sign[0]):02X}", path)
    match syntax.name:
        case "markdown":
            escaped = re.sub(r"[]\[\\`*_<]", r"\\\g<0>", words)
            address = f"<{path}>" if any(sign in path for sign in " ()") else path
            return [f"{'!' * picture}[{escaped}]({address})"]
        case "html" if picture:
            return [f'<img src="{html.escape(path)}" alt="{html.escape(words)}">']
        case "html":
            return [f'<a href="{html.escape(path)}">{html.escape(words)}</a>']
        case "rst":
            address = path.replace(" ", r"\ ")
            shown = (
                [f".. image:: {address}", f"   :alt: {words}"] if picture else [f"`{words} <{address}>`__"]
            )
            return ["", *shown, ""]
        case "typst":
            quoted, alt = (text.replace("\\", "\\\\").replace('"', '\\"') for text in (path, words))
            if picture:
                return [f'#image("{quoted}", alt: "{alt}")']
            return [f'#include "{quoted}"' if path.endswith(".typ") else f'#link("{quoted}")']
        case _:
            return [_in_latex(path, picture)]


def _in_latex(path: str, picture: bool) -> str:
    """Return the command that shows a file, with its name spelled in signs that mean nothing to TeX."""
    if re.search('[{}"\\\\]|  ', path):
        raise EmbedError(
            f"LaTeX reads no file named {path!r}; choose a name without braces, quotation marks, backslashes "
            "and double spaces."
        )
    spelled = re.sub(r"[#&$^~]", r"\\string\g<0>", path).replace("% ", r"%\space ")
    spelled = re.sub(r"%(\\?)", lambda sign: rf"\csname @percentchar\endcsname{sign[1] or ' '}", spelled)
    spelled = f"./{spelled}" if path.startswith("~") else spelled
    if path.endswith((".tex", ".tikz")):
        return rf"\input{{{spelled}}}"
    if not picture:
        words = rf"\detokenize{{{path}}}" if spelled == path else spelled.replace("_", r"\string_")
        return rf"\texttt{{{words}}}"
    if "#" in path:
        return rf"{{\catcode35=12 \includegraphics{{{spelled.replace(chr(92) + 'string#', '#')}}}}}"
    return rf"\includegraphics{{{spelled}}}"
