"""Every network of the catalog in every view and theme, compiled.

The theme `paper` is compiled whole. What the others draw differently is in the styles at the top, so that of
them each style is compiled once, and the rest is compared.
"""

import re
from pathlib import Path as File

import pytest

from resnet_diagram.diagram.options import View
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.tikz.render import render_tikz
from resnet_diagram.spec import catalog
from tests.programs import all_only
from tests.render.tikz.pages import check_pages, compiled, compiled_pages
from tests.render.tikz.scenes import figure_of

THEMES = ("paper", "color", "gray", "dark")
LARGE = ("resnet1202", "resnet1202-b", "resnet1202-c")
"""Networks whose view `full` is more than pdflatex has memory for."""
SAMPLE = (
    ("resnet152", View.PAPER),
    ("resnet50", View.FULL),
    ("resnet50-v2", View.OVERVIEW),
    ("resnext50_32x4d", View.BLOCK),
    ("seresnet50", View.COMPARE),
)
ENGINES = ("pdflatex", "lualatex")
PARTS = [(view, part) for view in View for part in range(4 if view is View.FULL else 1)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sample_compiles(engine: str, tmp_path: File) -> None:
    check([figure_of(name, view, None) for name, view in SAMPLE], engine, tmp_path)


@pytest.mark.parametrize("theme", THEMES)
def test_styles_of_a_sample_compile(theme: str, tmp_path: File) -> None:
    compiled(styles([figure_of(name, view, None, theme) for name, view in SAMPLE]), tmp_path)


@pytest.mark.parametrize("theme", THEMES[1:])
def test_themes_differ_in_their_styles_only(theme: str) -> None:
    for name, view in SAMPLE:
        assert drawing(figure_of(name, view, None, theme)) == drawing(figure_of(name, view, None))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("view", "part"), PARTS)
def test_every_network_compiles_in_every_view(engine: str, view: View, part: int, tmp_path: File) -> None:
    all_only("all networks in all views through LaTeX")
    step = sum(one is view for one, _ in PARTS)
    check([figure_of(name, view, None) for name in names(view)[part::step]], engine, tmp_path)


@pytest.mark.parametrize("theme", THEMES[1:])
def test_every_theme_draws_every_network(theme: str, tmp_path: File) -> None:
    all_only("all networks in all views and themes")
    figures = [figure_of(name, view, None, theme) for view in View for name in names(view)]
    for figure, (name, view) in zip(figures, [(n, v) for v in View for n in names(v)], strict=True):
        assert drawing(figure) == drawing(figure_of(name, view, None))
    for engine in ENGINES:
        compiled(styles(figures), tmp_path, engine)


@pytest.mark.filterwarnings("ignore:The drawing is large")
@pytest.mark.parametrize("name", LARGE)
def test_the_largest_drawings_compile_with_lualatex(name: str, tmp_path: File) -> None:
    all_only("a drawing of ten thousand items")
    check([figure_of(name, View.FULL, None)], "lualatex", tmp_path)


def names(view: View) -> list[str]:
    """The networks that have this view: plain networks have no blocks."""
    return [
        name
        for name in catalog.names()
        if not (name.startswith("plain") and view is View.BLOCK) and not (name in LARGE and view is View.FULL)
    ]


def check(figures: list[Figure], engine: str, folder: File) -> None:
    check_pages(figures, compiled_pages(figures, engine, folder).pdf)


def drawing(figure: Figure) -> list[str]:
    """The lines of a drawing below its styles, without what a theme says there: shades, and the page."""
    below = render_tikz(figure).partition(r"\useasboundingbox")[2]
    below = re.sub(r"\n *\\fill\[resnetpage\].*", "", below)
    said = r"resnet/[\w-]+/\.append style=|resnet/shade \d+|\\(begin|end)\{scope\}|[\s,{}\[\]]+"
    return [part for part in re.split(f"(?:{said})+", below) if part and part not in ("begin", "end")]


def styles(figures: list[Figure]) -> str:
    """A document with a node in each style of the figures; a style that is there twice is set once."""
    seen: set[str] = set()
    pictures = []
    for figure in figures:
        head = render_tikz(figure).partition(r"\begin{document}")[2].partition(r"\useasboundingbox")[0]
        said = re.findall(r"^ +(resnet/(?!size)[\w /-]+?)/\.style=(.*)$", head, re.MULTILINE)
        fresh = [name for name, keys in said if name + keys not in seen]
        seen |= {name + keys for name, keys in said}
        nodes = [rf"\path[{name}] (0,0) -- (9,9) node[{name}] {{M}};" for name in fresh]
        pictures.append("\n".join([head, *nodes, r"\end{tikzpicture}\par"]))
    preamble = render_tikz(figures[0]).partition(r"\begin{document}")[0]
    return "\n".join(
        [
            preamble.replace("[tikz, border=0pt]{standalone}", "{article}\\usepackage{tikz}"),
            r"\usetikzlibrary{arrows.meta, shadows}\begin{document}",
            *pictures,
            r"\end{document}",
        ]
    )
