"""The formats a figure can be written in: one table, and how a name or a file's suffix finds its row."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.render.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A way of writing a figure.

    `suffixes`: with their dots, the usual one first. `summary`: half a line for lists.
    """

    name: str
    suffixes: tuple[str, ...]
    summary: str
    render: Callable[[Figure], str]


def _later(module: str, function: str) -> Callable[[Figure], str]:
    """A renderer whose module is imported when it first draws: no format pays for another's libraries."""

    def draw(figure: Figure) -> str:
        renderer = getattr(import_module(f"resnet_diagram.render.{module}"), function)
        return str(renderer(figure))

    return draw


FORMATS = (
    Format(
        name="svg",
        suffixes=(".svg",),
        summary="vector picture for the web, slides and papers",
        render=_later("svg", "render_svg"),
    ),
    Format(
        name="tikz",
        suffixes=(".tex", ".tikz"),
        summary=r"TikZ picture for LaTeX's \input; with --standalone a document",
        render=_later("tikz", "render_tikz"),
    ),
    Format(
        name="dot",
        suffixes=(".dot", ".gv"),
        summary="Graphviz source",
        render=_later("dot", "render_dot"),
    ),
    Format(
        name="mermaid",
        suffixes=(".mmd", ".mermaid"),
        summary="Mermaid flowchart for Markdown",
        render=_later("mermaid", "render_mermaid"),
    ),
    Format(
        name="outline",
        suffixes=(".txt",),
        summary="tree of text for the terminal",
        render=_later("outline", "render_outline"),
    ),
)

SPEC = ("json", ".json")
"""Name and suffix of the network description, which is no drawing and has no row; suggestions know it."""


def format_named(name: str) -> Format:
    """The format of that name. Raises UsageError, with a suggestion, when there is none."""
    for one in FORMATS:
        if one.name == name:
            return one
    known = [*(one.name for one in FORMATS), SPEC[0]]
    by_suffix = {suffix.lstrip("."): one.name for one in FORMATS for suffix in one.suffixes}
    wanted = name.lower().lstrip(".")
    hint = did_you_mean(by_suffix.get(wanted) or closest(wanted, known))
    raise UsageError(f"No format named {name!r}.{hint} The formats are {', '.join(known)}.")


def format_for(path: Path) -> Format:
    """The format a file's suffix asks for. Raises UsageError, with a suggestion, when there is none."""
    suffix = path.suffix.lower()
    for one in FORMATS:
        if suffix in one.suffixes:
            return one
    known = [*(suffix for one in FORMATS for suffix in one.suffixes), SPEC[1]]
    said = f"the suffix {path.suffix!r}" if suffix else "no suffix"
    hint = did_you_mean(closest(suffix, known))
    remedy = f"Use one of {', '.join(known)}, or name the format with -t."
    raise UsageError(f"The file {str(path)!r} has {said}, which tells no format.{hint} {remedy}")
