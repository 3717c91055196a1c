"""TikZ in a document: floats, captions, widths, preambles."""

from pathlib import Path as File

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from resnet_diagram.cli.main import main
from tests.programs import run_latex


def draw(*words: str) -> Result:
    done = CliRunner().invoke(main, ["draw", *words])
    assert done.exit_code == 0, done.output
    return done


def tex(*words: str) -> str:
    return draw("-t", "tikz", *words).stdout


def test_a_figure_is_as_wide_as_its_drawing() -> None:
    assert r"\begin{figure*}" in tex("resnet50", "--figure")
    assert r"\begin{figure}" in tex("resnet18", "--figure", "--width", "3.25in")
    assert r"\begin{figure}" in tex("--figure", "resnet18", "--venue", "springer")
    assert r"\begin{figure*}" in tex("resnet18", "--figure", "figure*", "--width", "3.25in")
    assert r"\begin{figure}" in tex("resnet50", "--figure", "figure")
    assert r"\begin{figure*}" in tex("resnet50", "--figure", "--width", "textwidth")
    assert r"\begin{fig" not in tex("resnet50")


def test_captions_and_labels_are_proposed_and_may_be_given() -> None:
    proposed = tex("resnet152", "--figure")
    assert (
        r"\caption{ResNet-152: 3, 8, 36 and 3 bottleneck blocks in 4 stages, 60.2 M parameters and 1"
        in proposed
    )
    assert r"\label{fig:resnet152}" in proposed
    given = tex("resnet18", "--caption", "50% & more", "--label", "fig:mine")
    assert "\\caption{50\\% \\& more}\n\\label{fig:mine}\n\\end{figure*}" in given
    bare = tex("resnet18", "--figure", "--caption", "", "--label", "")
    assert r"\caption" not in bare
    assert r"\label{" not in bare


def test_captions_of_other_views() -> None:
    several = tex("resnet50", "resnet50-v2", "--view", "compare", "--figure")
    assert (
        r"\caption{ResNet-50 and resnet50-v2 side by side: 25.6 M parameters and 4.09 GMACs; 25.5 M"
        in several
    )
    block = tex("resnet18", "--view", "block", "--block", "layer2.0", "--figure")
    assert r"\caption{ResNet-18: the block layer2.0.}" in block
    assert r"\label{fig:resnet18-block}" in block
    assert r"3, 3 and 3 basic blocks in 3 stages" in tex("resnet20", "--figure")


@pytest.mark.parametrize(
    "words",
    [
        ("--figure", "--standalone"),
        ("--figure", "--label", "fig:a}b"),
        ("--figure", "--venue", "nowhere", "--width", "columnwidth"),
    ],
)
def test_what_does_not_fit_together_is_told(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, ["draw", "resnet18", "-t", "tikz", *words]).exit_code == 2


def test_the_preamble_alone_is_on_standard_output(tmp_path: File) -> None:
    needs = "\\usepackage{tikz}\n\\usetikzlibrary{arrows.meta}\n"
    assert draw("resnet18", "--preamble").stdout == needs
    assert draw("resnet18", "--preamble", "-t", "tikz").stdout == needs
    target = tmp_path / "net.tex"
    assert draw("resnet18", "--preamble", "-o", str(target)).stdout == needs
    assert target.read_text(encoding="utf-8").startswith("% resnet18")
    assert "shadows" in draw("resnet152", "--direction", "down", "--preamble").stdout
    assert r"\newfontfamily\resnetscript" in draw("resnet18", "--lang", "zh", "--preamble").stdout


@pytest.mark.filterwarnings("always:pdflatex has no letters")
def test_pdflatex_is_warned_of_letters_it_lacks() -> None:
    drawn = draw("resnet18", "--lang", "zh", "-t", "tikz")
    assert "Warning: pdflatex has no letters such as '输" in drawn.stderr
    assert r"\resnetother{阶段}{U+9636 U+6BB5} 1" in drawn.stdout
    assert "Warning" not in draw("resnet18", "-t", "tikz").stderr


@pytest.mark.parametrize(
    ("name", "venue", "width"),
    [
        ("columnwidth", "", 234),
        ("textwidth", "", 495),
        ("columnwidth", "ieee", 251),
        ("textwidth", "icml", 486),
    ],
)
def test_named_widths_are_those_of_the_venue(name: str, venue: str, width: float) -> None:
    drawn = tex("resnet50", "--width", name, *(["--venue", venue] if venue else []))
    bound = float(drawn.split(r"\useasboundingbox (0,0) rectangle (")[1].split(",")[0])
    assert 0.8 * width < bound <= width
    assert rf"\pgfmathsetmacro\resnetscale{{min(1, \linewidth/{bound:g}bp)}}" in drawn


PAPER = r"""\documentclass[%s]{article}
\usepackage[T1]{fontenc}
\usepackage{lmodern}
%s
\begin{document}
\typeout{COLUMN \the\columnwidth}
\input{net}
\setbox0\hbox{\begin{minipage}{50pt}\input{bare}\end{minipage}}\typeout{WIDTH \the\wd0}
\end{document}
"""


@pytest.mark.parametrize("columns", ["onecolumn", "twocolumn"])
def test_a_figure_never_leaves_its_line(columns: str, tmp_path: File) -> None:
    """Even where the class has less room than was said, and where the line is very short."""
    draw("resnet50", "--figure", "figure", "--width", "textwidth", "-o", str(tmp_path / "net.tex"))
    words = ["--view", "block", "--block", "layer1.0", "--width", "columnwidth", "--preamble"]
    needs = draw("resnet18", *words, "-o", str(tmp_path / "bare.tex")).stdout
    log = run_latex(PAPER % (columns, needs), "pdflatex", tmp_path).log
    assert "Overfull" not in log
    assert "WIDTH 50.0pt" in log


@pytest.mark.filterwarnings("ignore:pdflatex has no letters")
def test_chinese_is_set_by_xelatex(tmp_path: File) -> None:
    document = tex("resnet18", "--lang", "zh", "--standalone")
    done = run_latex(document, "xelatex", tmp_path)
    assert "Missing character" not in done.log
    assert "基本残差块" in PdfReader(done.pdf).pages[0].extract_text()
