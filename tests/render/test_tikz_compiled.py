"""TikZ as TeX sets it: what the compiled PDF shows."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path as File

import pytest

from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import View
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.tikz import render_tikz
from resnet_diagram.scene.model import Box
from tests.programs import Compiled, run_latex
from tests.render.tikz_scenes import Word, figure_of, nasty_figure, page_size, words_of
from tests.scene.samples import SAMPLES, diagram

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
\usepackage{helvet, tikz}
\usetikzlibrary{arrows.meta, shadows}
\begin{document}
"""


def compiled(tex: str, folder: File, engine: str = "pdflatex") -> Compiled:
    """What TeX makes of a document, without a complaint."""
    done = run_latex(tex, engine, folder)
    for complaint in ("Overfull", "Missing character", "LaTeX Warning", "Font Warning", "Package Warning"):
        assert complaint not in done.log
    return done


def check_page(figure: Figure, pdf: File) -> None:
    """The page is as large as the scene; words stay on it, in their boxes, and off each other."""
    width, height = page_size(pdf)
    assert (width, height) == pytest.approx((figure.scene.width, figure.scene.height), abs=0.1)
    words = words_of(pdf)
    assert words
    for word in words:
        assert word.left >= 0, word
        assert word.right <= width, word
        assert word.top >= 0, word
        assert word.bottom <= height, word
    for first, second in combinations(words, 2):
        assert not on_each_other(first, second), (first, second)
    for box in figure.scene.items:
        if isinstance(box, Box) and box.texts:
            check_box(box, words)


def check_box(box: Box, words: list[Word]) -> None:
    """The words in the middle of a box end half a point before its sides."""
    inside = [word for word in words if is_in(word, box)]
    assert len(inside) >= len(box.texts), box
    for word in inside:
        assert word.left >= box.x + 0.5, (word, box)
        assert word.right <= box.x + box.width - 0.5, (word, box)


def is_in(word: Word, box: Box) -> bool:
    x, y = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    return box.x < x < box.x + box.width and box.y < y < box.y + box.height


def on_each_other(first: Word, second: Word) -> bool:
    """Whether the letters of two words overlap."""
    one, other = core(first), core(second)
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 0.3 and down > 0.3


def core(word: Word) -> tuple[float, float, float, float]:
    """Left, top, right, bottom without the room that a face leaves above and below its small letters."""
    width, height = word.right - word.left, word.bottom - word.top
    if height > width and len(word.text) > 2:
        return word.left + width / 4, word.top, word.right - width / 4, word.bottom
    return word.left, word.top + height / 4, word.right, word.bottom - height / 4


@pytest.mark.parametrize(("name", "view", "direction", "theme"), SAMPLE)
def test_documents_compile_and_text_stays_in_its_place(
    name: str, view: View, direction: Direction, theme: str, tmp_path: File
) -> None:
    figure = figure_of(name, view, direction, theme)
    check_page(figure, compiled(render_tikz(figure), tmp_path).pdf)


@LETTERS
@pytest.mark.parametrize("sample", ["loose", "hourglass", "gate", "other scripts", "long texts"])
def test_diagrams_of_every_sort_compile(sample: str, tmp_path: File) -> None:
    drawn = diagram(*SAMPLES[sample])
    figure = replace(figure_of("resnet18"), diagram=drawn)
    check_page(figure, compiled(render_tikz(figure), tmp_path).pdf)


@pytest.mark.parametrize("engine", ["lualatex", "xelatex"])
def test_other_engines_set_the_same_page(engine: str, tmp_path: File) -> None:
    figure = figure_of("resnet50")
    check_page(figure, compiled(render_tikz(figure), tmp_path, engine).pdf)


def test_a_document_compiles_where_the_standalone_class_is_missing(tmp_path: File) -> None:
    figure = figure_of("resnet18")
    tex = render_tikz(figure)
    assert "{standalone.cls}" in tex
    done = compiled(tex.replace("{standalone.cls}", "{no-such-class.cls}"), tmp_path)
    check_page(figure, done.pdf)


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
        figure = replace(figure_of("resnet18", View.OVERVIEW, Direction.RIGHT, theme), standalone=False)
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
