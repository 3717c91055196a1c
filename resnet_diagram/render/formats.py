"""Table of output formats, found by name or file suffix."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import UsageError, warn_unrendered
from resnet_diagram.render.chart.budget import NO_LIMIT, Budget, ChartSize
from resnet_diagram.render.figure import Engine, Figure
from resnet_diagram.render.registry import Row, row_for, row_named

Content = str | bytes
Renderer = Callable[..., Content]
"""Writes a figure, or several where a file has pages."""
Measure = Callable[[Figure, Content], ChartSize]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format(Row):
    """An output format.

    `summary`: half a line for lists. `render` gives text, or bytes where `binary`. `graphviz` is how Graphviz
    writes it, where it can. `together`: a file holds several figures, each on a page. `modes`: the drawing
    can follow the reader's light or dark mode. `scales`: it can be enlarged. `fills`: boxes have colours.
    `paged`: it draws on a page; the others lay out by themselves. `measure`: the size of the chart in a
    finished text, or of the one that Graphviz draws; `budget`: the limits of the programs that read charts.
    """

    summary: str
    render: Renderer
    graphviz: Renderer | None = None
    together: bool = False
    binary: bool = False
    modes: bool = False
    scales: bool = False
    paged: bool = True
    fills: bool = True
    measure: Measure | None = None
    budget: Budget = NO_LIMIT


def _later(module: str, function: str) -> Callable[..., Any]:
    """Return a function whose module is imported when it is first called, with its libraries."""

    def call(*arguments: Any) -> Any:
        return getattr(import_module(f"resnet_diagram.render.{module}"), function)(*arguments)

    return call


_MERMAID_BUDGET = Budget(arrows=500, characters=50_000)
"""Mermaid's `maxEdges` and `maxTextSize` where a page does not set them, as on GitHub."""


FORMATS = (
    Format(
        name="svg",
        suffixes=(".svg",),
        summary="vector picture for the web, slides and papers",
        render=_later("svg.render", "render_svg"),
        graphviz=_later("dot.graphviz", "render_svg"),
        measure=_later("dot.render", "measure_dot"),
        modes=True,
        scales=True,
    ),
    Format(
        name="pdf",
        suffixes=(".pdf",),
        summary="vector picture with its fonts, for papers; needs the extra [pdf]",
        render=_later("conversion.convert", "render_pdf"),
        graphviz=_later("dot.graphviz", "render_pdf"),
        measure=_later("dot.render", "measure_dot"),
        binary=True,
        scales=True,
    ),
    Format(
        name="png",
        suffixes=(".png",),
        summary="pixels, 300 to the inch or --dpi; needs the extra [pdf]",
        render=_later("conversion.png", "render_png"),
        graphviz=_later("dot.graphviz", "render_png"),
        measure=_later("dot.render", "measure_dot"),
        binary=True,
        scales=True,
    ),
    Format(
        name="tikz",
        suffixes=(".tex", ".tikz"),
        aliases=("latex",),
        summary=r"TikZ picture for LaTeX's \input; with --standalone a document",
        render=_later("tikz.render", "render_tikz"),
        scales=True,
    ),
    Format(
        name="typst",
        suffixes=(".typ",),
        summary="Typst drawing for #include; with --standalone a page",
        render=_later("typst", "render_typst"),
        scales=True,
    ),
    Format(
        name="drawio",
        suffixes=(".drawio", ".dio"),
        summary="draw.io file, to edit there: containers, shapes and attached connectors",
        render=_later("drawio.render", "render_drawio"),
        together=True,
        modes=True,
    ),
    Format(
        name="pptx",
        suffixes=(".pptx",),
        summary="PowerPoint slide of shapes to edit; needs the extra [pptx]",
        render=_later("pptx.deck", "render_pptx"),
        together=True,
        binary=True,
    ),
    Format(
        name="scene",
        suffixes=(".scene.json",),
        summary="JSON of the drawing's elements with their places, for other renderers",
        render=_later("scene", "render_scene"),
        modes=True,  # it names styles, not colours
    ),
    Format(
        name="dot",
        suffixes=(".dot", ".gv"),
        summary="Graphviz source",
        render=_later("dot.render", "render_dot"),
        paged=False,
        measure=_later("dot.render", "measure_dot"),
    ),
    Format(
        name="mermaid",
        suffixes=(".mmd", ".mermaid"),
        summary="Mermaid flowchart for Markdown",
        render=_later("mermaid.render", "render_mermaid"),
        paged=False,
        measure=_later("mermaid.render", "measure_mermaid"),
        budget=_MERMAID_BUDGET,
    ),
    Format(
        name="markdown",
        suffixes=(".md",),
        summary="the Mermaid flowchart in a fence",
        render=_later("mermaid.render", "render_markdown"),
        paged=False,
        measure=_later("mermaid.render", "measure_mermaid"),
        budget=_MERMAID_BUDGET,
    ),
    Format(
        name="outline",
        suffixes=(".txt",),
        summary="tree of text for the terminal",
        render=_later("outline", "render_outline"),
        modes=True,  # it has no colours
        paged=False,
        fills=False,
    ),
)

SPECS = {"json": ".json", "toml": ".toml"}
"""Names and suffixes of the network description, which is no drawing and has no row; suggestions know it."""


def write_as(item: Format, figure: Figure, *others: Figure) -> Content:
    """Return the figure in this format, laid out by the figure's engine; `others` get pages of their own.

    Raises UsageError if the engine does not write the format. Warns if the format ignores a dark mode or
    a scale.
    """
    left = figure.output.engine is Engine.OWN
    if not left and item.graphviz is None:
        able = ", ".join(row.name for row in FORMATS if row.graphviz)
        raise UsageError(
            f"--engine graphviz writes {able}, not {item.name!r}. Leave --engine out, or change the format."
        )
    name = item.name if left else f"Graphviz's {item.name}"
    if figure.output.scale != 1.0 and not (item.scales and left):
        able = ", ".join(row.name for row in FORMATS if row.scales)
        warn_unrendered(f"{name} is not scaled: --scale is for {able}.")
    if figure.theme.dark and not (item.modes and left):
        warn_unrendered(
            f"{name} has no dark mode: it takes the light colours of theme {figure.theme.name!r}."
        )
    if item.graphviz and not left:
        return item.graphviz(figure)
    return item.render(figure, *(others if item.together else ()))


def format_named(name: str) -> Format:
    """Return the format with this name. Raises UsageError, with a suggestion, if there is none."""
    return row_named(FORMATS, name, "format", "The formats are", SPECS)


def format_for(path: Path) -> Format:
    """Return the format for a file's suffix. Raises UsageError, with a suggestion, if there is none."""
    return row_for(FORMATS, path, "format", SPECS)
