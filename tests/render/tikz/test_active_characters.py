"""Documents in which babel, csquotes or a package make characters active, and floats higher than a page."""

from pathlib import Path

import pytest
from pypdf import PdfReader

import resnet_diagram as rd
from tests.programs import run_latex

PACKAGES = "amsmath,booktabs,adjustbox,tikz"
LIBRARIES = r"\usetikzlibrary{arrows.meta,shadows}"
ACTIVE = {
    "turkish": "=!:",
    "french": ":;!?",
    "spanish": "\"'.<>",
    "german": '"',
    "czech": "-",
    "other": "`*|+^;/,",
}
"""Characters that babel makes active in a document, by its language."""
_MAKE = r"""\newcommand\makeactive[1]{\catcode#1=13
  \begingroup\lccode`\~=#1 \lowercase{\endgroup\def~{\string~}}}"""


def document(body: str, active: str) -> str:
    # the last one is the equals sign, with which the others are made active
    codes = sorted(map(ord, active), key=lambda code: code == ord("="))
    made = "".join(rf"\makeactive{{{code}}}" for code in codes)
    return (
        rf"\documentclass{{article}}\usepackage{{{PACKAGES}}}{LIBRARIES}{_MAKE}"
        rf"\AtBeginDocument{{{made}}}\begin{{document}}{body}\end{{document}}"
    )


@pytest.mark.parametrize("language", ACTIVE)
def test_tables_and_drawings_compile_where_characters_are_active(language: str, tmp_path: Path) -> None:
    rd.draw("resnet18", tmp_path / "drawing.tex", figure="figure", width="columnwidth")
    table = rd.table(["resnet18", "resnet50"], "latex", caption="Two networks: a = b.")
    (tmp_path / "table.tex").write_text(table, encoding="utf-8")
    body = "\\input{drawing.tex}\n\\input{table.tex}\n"
    made = run_latex(document(body, ACTIVE[language]), "pdflatex", tmp_path)
    shown = " ".join(page.extract_text() for page in PdfReader(made.pdf).pages)
    assert "Stage 2" in shown
    assert "1000-d fc" in shown


def test_characters_are_active_again_behind_the_drawing(tmp_path: Path) -> None:
    rd.draw("resnet18", tmp_path / "drawing.tex")
    body = "\\input{drawing.tex}\n\\message{code \\the\\catcode33}"
    made = run_latex(document(body, "!"), "pdflatex", tmp_path)
    assert "code 13" in made.log


def test_outer_quotes_of_csquotes_do_no_harm(tmp_path: Path) -> None:
    rd.draw("resnet50", tmp_path / "drawing.tex", figure="figure", width="columnwidth")
    head = r"\documentclass{article}\usepackage{csquotes}\MakeOuterQuote{" + '"}'
    body = r'\usepackage{tikz}\usetikzlibrary{arrows.meta}\begin{document}She said "yes".'
    made = run_latex(f"{head}{body}\\input{{drawing.tex}}\\end{{document}}", "pdflatex", tmp_path)
    assert "Stage 4" in " ".join(page.extract_text() for page in PdfReader(made.pdf).pages)


@pytest.mark.parametrize(
    ("names", "view"), [(("resnet50", "resnet50-v2"), "compare"), ("resnet50", "full"), ("resnet18", "full")]
)
def test_a_float_fits_its_page(names: tuple[str, ...] | str, view: str, tmp_path: Path) -> None:
    rd.draw(names, tmp_path / "drawing.tex", view=view, figure="figure")
    head = rf"\documentclass{{article}}\usepackage{{tikz}}{LIBRARIES}"
    made = run_latex(
        rf"{head}\begin{{document}}Text.\input{{drawing.tex}}\end{{document}}", "pdflatex", tmp_path
    )
    assert "too large for page" not in made.log
    assert "Overfull" not in made.log
