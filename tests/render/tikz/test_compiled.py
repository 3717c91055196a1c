"""TikZ as TeX sets it: what the compiled PDF shows."""

from dataclasses import replace
from pathlib import Path as File

import pytest

from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import View
from resnet_diagram.render.latex.floats import Float, Placing
from resnet_diagram.render.tikz.render import render_tikz
from tests.layout.samples import SAMPLES, diagram
from tests.programs import run_latex
from tests.render.figures import with_output
from tests.render.tikz.pages import check_pages, compiled, words_by_page
from tests.render.tikz.scenes import figure_of, nasty_figure, words_of

SAMPLE = (
    ("resnet152", View.PAPER, Direction.DOWN, "paper"),
    ("resnet50", View.FULL, Direction.RIGHT, "dark"),
    ("resnet1202", View.PAPER, Direction.RIGHT, "gray"),
    ("seresnet50", View.PAPER, Direction.DOWN, "color"),
    ("resnet50-v2", View.OVERVIEW, Direction.DOWN, "paper"),
    ("resnet50d", View.PAPER, Direction.RIGHT, "paper"),
)
LETTERS = pytest.mark.filterwarnings("ignore:pdflatex has no letters")
PREAMBLE = r"""\documentclass[10pt, twocolumn]{article}
\usepackage[T1]{fontenc}
\usepackage{lmodern, helvet, tikz}
\usetikzlibrary{arrows.meta, shadows}
\begin{document}
"""


@pytest.mark.parametrize(("name", "view", "direction", "theme"), SAMPLE)
def test_documents_compile_and_text_stays_in_its_place(
    name: str, view: View, direction: Direction, theme: str, tmp_path: File
) -> None:
    figure = figure_of(name, view, direction, theme)
    check_pages([figure], compiled(render_tikz(figure), tmp_path).pdf)


@LETTERS
@pytest.mark.parametrize("sample", ["loose", "hourglass", "gate", "other scripts", "long texts"])
def test_diagrams_of_every_sort_compile(sample: str, tmp_path: File) -> None:
    drawn = diagram(*SAMPLES[sample])
    figure = replace(figure_of("resnet18"), diagram=drawn)
    check_pages([figure], compiled(render_tikz(figure), tmp_path).pdf)


@pytest.mark.parametrize("engine", ["lualatex", "xelatex"])
def test_other_engines_set_the_same_page(engine: str, tmp_path: File) -> None:
    figure = figure_of("resnet50")
    check_pages([figure], compiled(render_tikz(figure), tmp_path, engine).pdf)


def test_a_document_compiles_where_the_standalone_class_is_missing(tmp_path: File) -> None:
    figure = figure_of("resnet18")
    tex = render_tikz(figure)
    assert "{standalone.cls}" in tex
    done = compiled(tex.replace("{standalone.cls}", "{no-such-class.cls}"), tmp_path)
    check_pages([figure], done.pdf)


@LETTERS
def test_any_text_and_any_name_compiles(tmp_path: File) -> None:
    shown = {word.text for word in words_of(compiled(render_tikz(nasty_figure()), tmp_path).pdf)}
    assert {"a_b%c#d&amp;e$f", "~tilde", "^hat", "\\backslash", "\\end{x}", "[first]", "50%"} <= shown
    assert {"Größe", "naïve", "U+6B8B", "^^M", "---"} <= shown


@LETTERS
@pytest.mark.parametrize("engine", ["lualatex", "xelatex"])
def test_any_name_compiles_with_other_engines(engine: str, tmp_path: File) -> None:
    shown = {word.text for word in words_of(run_latex(render_tikz(nasty_figure()), engine, tmp_path).pdf)}
    assert {"a_b%c#d&amp;e$f", "~tilde", "^hat", "\\end{x}", "Größe"} <= shown


def test_two_figures_in_one_two_column_paper(tmp_path: File) -> None:
    """Each keeps its own colours and styles, and neither touches the document round it."""
    for theme in ("paper", "dark"):
        figure = with_output(figure_of("resnet18", View.OVERVIEW, Direction.RIGHT, theme), standalone=False)
        (tmp_path / f"{theme}.tex").write_text(render_tikz(figure), encoding="utf-8")
    body = r"\noindent\resizebox{\columnwidth}{!}{\input{paper}}" "\n\n"
    body += r"\noindent\resizebox{\columnwidth}{!}{\input{dark}}" "\n\n"
    body += r"\noindent Outside $3\times3$: \ifcsname\string\color@resnetink\endcsname leaks\else sealed\fi"
    done = run_latex(f"{PREAMBLE}{body}\n\\end{{document}}\n", "pdflatex", tmp_path)
    assert "Overfull" not in done.log
    assert "Missing character" not in done.log
    words = [word.text for word in words_of(done.pdf)]
    assert words.count("Stem") == 2
    assert "sealed" in words
    assert "×" in words  # outside a figure the sign keeps its space


def test_a_snippet_adds_no_space_round_itself(tmp_path: File) -> None:
    figure = figure_of("resnet18", View.OVERVIEW, standalone=False)
    (tmp_path / "net.tex").write_text(render_tikz(figure), encoding="utf-8")
    body = r"\sbox0{\input{net}}\typeout{WIDTH \the\wd0}Text."
    log = run_latex(f"{PREAMBLE}{body}\n\\end{{document}}\n", "pdflatex", tmp_path).log
    width = float(log.split("WIDTH ")[1].split("pt")[0]) / 72.27 * 72
    assert width == pytest.approx(figure.scene.width, abs=0.05)


def test_a_snippet_compiles_with_computer_modern(tmp_path: File) -> None:
    (tmp_path / "net.tex").write_text(render_tikz(figure_of("resnet50", standalone=False)), encoding="utf-8")
    head = "\\documentclass{article}\\usepackage{tikz}\\usetikzlibrary{arrows.meta, shadows}"
    done = run_latex(f"{head}\\begin{{document}}\\input{{net}}\\end{{document}}\n", "pdflatex", tmp_path)
    assert "Overfull" not in done.log
    assert "Missing character" not in done.log


@pytest.mark.parametrize("missing", [False, True], ids=["standalone class", "article class"])
def test_a_scaled_document_is_a_page_of_that_size(missing: bool, tmp_path: File) -> None:
    figure = with_output(figure_of("resnet18"), scale=0.5)
    tex = render_tikz(figure)
    tex = tex.replace("{standalone.cls}", "{no-such-class.cls}") if missing else tex
    ((width, height, words),) = words_by_page(compiled(tex, tmp_path).pdf)
    assert (width, height) == pytest.approx((figure.scene.width / 2, figure.scene.height / 2), abs=0.1)
    assert {"Stem", "Stage", "Head"} <= {word.text for word in words}
    assert all(0 <= word.left < word.right <= width for word in words)


def test_a_scaled_float_keeps_its_line(tmp_path: File) -> None:
    """Twice as large as the line, it is reduced to it; at half its size, it is half as wide."""
    wide, widths = figure_of("resnet18", View.OVERVIEW, Direction.RIGHT), []
    for number, scale in enumerate((2.0, 0.5)):
        placing = Placing(environment=Float.FIGURE, caption="", label="", kept=True)
        figure = with_output(wide, scale=scale, placing=placing, standalone=False)
        folder = tmp_path / str(number)
        folder.mkdir()
        document = f"{PREAMBLE}{render_tikz(figure)}\\end{{document}}\n"
        ((_, _, words),) = words_by_page(compiled(document.replace(", twocolumn", ""), folder).pdf)
        inside = [word for word in words if word.top < 500]
        widths.append(max(word.right for word in inside) - min(word.left for word in inside))
    assert widths[0] <= 345.0
    assert widths[0] > 320.0
    assert widths[1] == pytest.approx(wide.scene.width / 2, rel=0.05)
