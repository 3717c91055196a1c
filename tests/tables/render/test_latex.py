"""Tables as TeX sets them."""

from pathlib import Path

import pytest

from resnet_diagram.tables.render.latex import render_latex
from resnet_diagram.tables.render.look import Float, Look
from tests.programs import Compiled, run_latex
from tests.render.tikz.scenes import words_of
from tests.tables.render.samples import FIVE, TABLES, TRACED, architecture, nasty, shortcuts, traced_table

ARTICLE = r"\documentclass{article}"
TWO_COLUMNS = r"\documentclass[10pt, twocolumn]{article}"
COMPLAINTS = ("Overfull", "Missing character", "Float too large", "Package Warning", "Font Warning")


def paper(tables: dict[str, str], folder: Path, engine: str, document: str = ARTICLE) -> Compiled:
    r"""A document that inputs each of some tables in a text of its own; TeX has nothing to complain of."""
    encoding = "" if engine == "lualatex" else r"\usepackage[T1]{fontenc}\usepackage{lmodern}"
    packages = r"\usepackage{amsmath, booktabs, adjustbox}"
    body = []
    for at, tex in enumerate(tables.values()):
        (folder / f"table{at}.tex").write_text(tex, encoding="utf-8")
        body.append(f"Text before.\n\\input{{table{at}}}\nText behind.\\clearpage\n")
    source = f"{document}{encoding}{packages}\\begin{{document}}\n{''.join(body)}\\end{{document}}\n"
    done = run_latex(source, engine, folder)
    for complaint in COMPLAINTS:
        assert complaint not in done.log
    return done


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_every_table_fits_the_text_of_an_article(engine: str, tmp_path: Path) -> None:
    done = paper({name: render_latex(table(), Look()) for name, table in TABLES.items()}, tmp_path, engine)
    assert f"Output written on figure.pdf ({len(TABLES)} pages" in done.log.replace("\n", "")


def test_tables_of_other_networks_fit_too(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    paper({name: render_latex(traced_table(name), Look()) for name in TRACED}, tmp_path, "pdflatex")


def test_floats_fit_a_column_and_a_page_of_two_columns(tmp_path: Path) -> None:
    made = {
        "column": render_latex(architecture("resnet18", "resnet50"), Look(float=Float.TABLE)),
        "page": render_latex(architecture(*FIVE), Look(float=Float.WIDE)),
        "shortcuts": render_latex(shortcuts("resnet50"), Look(float=Float.TABLE)),
    }
    assert r"\begin{table*}" in made["page"]
    assert r"\label{tab:resnet18-resnet50}" in made["column"]
    paper(made, tmp_path, "pdflatex", TWO_COLUMNS)


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_a_document_of_its_own_shows_the_numbers(engine: str, tmp_path: Path) -> None:
    done = run_latex(render_latex(architecture(*FIVE), Look(standalone=True)), engine, tmp_path)
    assert not any(complaint in done.log for complaint in COMPLAINTS)
    shown = [word.text for word in words_of(done.pdf)]
    for word in ("conv2_x", "resnet152-v1", "11.28", "FLOPs."):
        assert word in shown
    assert shown.count("112") == 2  # 112 × 112


def test_any_name_is_shown_letter_by_letter(tmp_path: Path) -> None:
    done = run_latex(render_latex(nasty(), Look(standalone=True)), "pdflatex", tmp_path)
    shown = {word.text for word in words_of(done.pdf)}
    assert {
        "a_b%c#d&amp;e$f~g^h\\i{j}k",
        "__z__",
        "&lt;i&gt;&amp;amp;&lt;/i&gt;",
        "www.a.b",
        "Größe",
    } <= shown


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_letters_of_other_scripts_break_no_engine(engine: str, tmp_path: Path) -> None:
    run_latex(render_latex(nasty("残差 🦜"), Look(standalone=True)), engine, tmp_path)


def test_cells_are_written_as_a_person_would() -> None:
    tex = render_latex(architecture(*FIVE), Look())
    block = r"1\times1, 64 \\ 3\times3, 64 \\ 1\times1, 256"
    assert rf"  & $\begin{{bmatrix}} {block} \end{{bmatrix}} \times 3$" in tex
    assert r"  & \multicolumn{5}{c}{$7\times7$, 64, stride 2} \\" in tex
    assert "% The preamble needs \\usepackage{amsmath, booktabs, adjustbox}.\n" in tex
    assert r"MACs &  & $1.81\times10^{9}$ & $3.66\times10^{9}$" in tex
    assert r"\begin{table" not in tex


def test_packages_are_named_only_where_they_are_needed() -> None:
    assert "\\usepackage{amsmath, booktabs}." in render_latex(architecture("resnet50"), Look())
    assert "\\usepackage{booktabs, adjustbox}." in render_latex(shortcuts("resnet50"), Look())
