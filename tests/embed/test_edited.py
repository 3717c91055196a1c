"""Files that were edited by hand are kept; the ends of lines do not count."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pptx import Presentation
from pypdf import PdfReader

import resnet_diagram as rd
from resnet_diagram.cli.main import main
from resnet_diagram.embed.edited import Author, author_of, with_digest
from tests.programs import run_latex

PAPER = "% resnet-diagram: draw resnet18 -o figure.tex\n% /resnet-diagram\n"
PAGE = "<!-- resnet-diagram: draw resnet18 -o figure.svg -->\n<!-- /resnet-diagram -->\n"


def embed(document: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["embed", str(document), *options])


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.tex"
    path.write_text(PAPER, encoding="utf-8")
    assert embed(path).exit_code == 0
    return path


def test_an_edited_drawing_is_kept_unless_forced(paper: Path) -> None:
    figure = paper.with_name("figure.tex")
    written = figure.read_text(encoding="utf-8")
    figure.write_text(edited := written.replace("Stage 1", "Entry"), encoding="utf-8")
    result = embed(paper)
    assert result.exit_code == 0
    assert "figure.tex was edited by hand and is kept; --force replaces it" in result.stderr
    assert figure.read_text(encoding="utf-8") == edited
    assert embed(paper, "--check").exit_code == 0
    assert embed(paper, "--force").exit_code == 0
    assert figure.read_text(encoding="utf-8") == written


def test_a_drawing_edited_in_drawio_is_kept(tmp_path: Path) -> None:
    page, figure = tmp_path / "page.md", tmp_path / "figure.drawio"
    page.write_text(PAGE.replace("svg", "drawio"), encoding="utf-8")
    assert embed(page).exit_code == 0
    assert "[Architecture of resnet18](figure.drawio)" in page.read_text(encoding="utf-8")
    written = figure.read_text(encoding="utf-8")
    assert embed(page, "--check").exit_code == 0
    saved = re.sub('host="[^"]*"(.*) etag="[^"]*"', r'host="Electron"\1 etag="x_1"', written, count=1)
    figure.write_text(saved, encoding="utf-8")
    assert "figure.drawio was edited by hand and is kept" in embed(page).stderr
    assert figure.read_text(encoding="utf-8") == saved != written
    assert embed(page, "--force").exit_code == 0
    assert figure.read_text(encoding="utf-8") == written


def test_a_presentation_saved_by_another_program_is_kept(tmp_path: Path) -> None:
    page, figure = tmp_path / "page.md", tmp_path / "figure.pptx"
    page.write_text(PAGE.replace("svg", "pptx"), encoding="utf-8")
    assert embed(page).exit_code == 0
    written = figure.read_bytes()
    assert embed(page, "--check").exit_code == 0
    deck = Presentation(str(figure))
    deck.slides[0].shapes[0].left = 0
    deck.save(str(figure))
    saved = figure.read_bytes()
    assert "figure.pptx was edited by hand and is kept" in embed(page).stderr
    assert figure.read_bytes() == saved != written
    assert embed(page, "--force").exit_code == 0
    assert figure.read_bytes() == written


@pytest.mark.parametrize("damaged", [b"", b"PK\x05\x06" + bytes(18), b"no presentation"])
def test_a_presentation_that_cannot_be_read_is_kept(damaged: bytes, tmp_path: Path) -> None:
    page, figure = tmp_path / "page.md", tmp_path / "figure.pptx"
    page.write_text(PAGE.replace("svg", "pptx"), encoding="utf-8")
    figure.write_bytes(damaged)
    assert "figure.pptx was edited by hand and is kept" in embed(page).stderr
    assert figure.read_bytes() == damaged


def test_a_drawing_that_was_not_edited_is_replaced(paper: Path) -> None:
    paper.write_text(paper.read_text(encoding="utf-8").replace("resnet18", "resnet34"), encoding="utf-8")
    assert embed(paper, "--check").exit_code == 1
    result = embed(paper)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "resnet34" in paper.with_name("figure.tex").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "text"), [("paper.tex", PAPER), ("page.md", PAGE)])
def test_a_checkout_with_crlf_is_fresh(name: str, text: str, tmp_path: Path) -> None:
    document = tmp_path / name
    document.write_text(text, encoding="utf-8")
    assert embed(document).exit_code == 0
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = embed(document, "--check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert embed(document).exit_code == 0
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_digest_is_of_the_whole_text() -> None:
    signed = with_digest(b"% title\nbody\n", "tikz")
    assert author_of(signed, "tikz") is Author.TOOL
    assert author_of(signed.replace(b"\n", b"\r\n"), "tikz") is Author.TOOL
    for changed in (signed + b"x", signed.replace(b"title", b"Title"), b"% title\nbody\n"):
        assert author_of(changed, "tikz") is Author.EDITOR


def test_the_preamble_overrides_styles(tmp_path: Path) -> None:
    rd.draw("resnet18", tmp_path / "drawing.tex")
    override = r"\tikzset{resnet/overrides/.style={resnet/conv/.append style={fill=red}}}"
    head = r"\documentclass{article}\usepackage{tikz}\usetikzlibrary{arrows.meta,shadows}"
    body = r"\begin{document}\input{drawing.tex}\end{document}"
    contents = []
    for extra in ("", override):
        made = run_latex(f"{head}{extra}{body}", "pdflatex", tmp_path)
        content = PdfReader(made.pdf).pages[0].get_contents()
        assert content is not None
        contents.append(content.get_data())
    assert contents[0].count(b"1 0 0 rg") == 0 < contents[1].count(b"1 0 0 rg")


def test_a_presentation_that_unpacks_to_too_much_is_kept_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    data = with_digest(rd.to_bytes("resnet18", "pptx"), "pptx")
    assert author_of(data, "pptx") is Author.TOOL
    monkeypatch.setattr("resnet_diagram.embed.edited.FILE", 1_000)
    assert author_of(data, "pptx") is Author.EDITOR


DRAWN = ["svg", "pdf", "png", "typ", "dot", "mmd", "md", "txt", "scene.json", "json", "toml"]

COMMANDS = {
    **{f"a.{end}": "draw" for end in DRAWN},
    **{f"c.{end}": "spec" for end in ["toml", "json"]},
    "d.py": "code",
}
"""A command for a file of each format, by its name."""


def marked(command: str, name: str) -> str:
    return f"<!-- resnet-diagram: {command} -o {name} -->\n<!-- /resnet-diagram -->\n"


@pytest.mark.parametrize(("name", "command"), COMMANDS.items())
def test_a_marker_replaces_only_files_that_it_wrote(name: str, command: str, tmp_path: Path) -> None:
    page, figure = tmp_path / "page.md", tmp_path / name
    figure.write_bytes(b"[project]\nwork = 'of others'\n")
    page.write_text(marked(f"{command} resnet18", name), encoding="utf-8")
    for options in ((), ("--check",)):
        result = embed(page, *options)
        assert result.exit_code == 1
        assert f"page.md:1: {figure} exists, and 'resnet-diagram embed' did not write it" in result.output
        assert figure.read_bytes() == b"[project]\nwork = 'of others'\n"
    assert embed(page, "--force").exit_code == 0
    page.write_text(marked(f"{command} resnet34", name), encoding="utf-8")
    first = figure.read_bytes()
    assert embed(page, "--check").exit_code == 1
    assert (embed(page).exit_code, embed(page, "--check").exit_code) == (0, 0)
    assert figure.read_bytes() != first


@pytest.mark.parametrize(("name", "command"), COMMANDS.items())
def test_a_file_that_was_drawn_before_its_marker_is_taken_over(
    name: str, command: str, tmp_path: Path
) -> None:
    figure = tmp_path / name
    assert CliRunner().invoke(main, [command, "resnet18", "-o", str(figure)]).exit_code == 0
    page = tmp_path / "page.md"
    page.write_text(marked(f"{command} resnet18", name), encoding="utf-8")
    result = embed(page)
    assert (result.exit_code, result.stderr) == (0, "")
    assert embed(page, "--check").exit_code == 0
    page.write_text(marked(f"{command} resnet34", name), encoding="utf-8")
    assert embed(page).exit_code == 0


@pytest.mark.parametrize("name", ["net.svg", "net.py", "net.toml", "net.mmd", "net.html"])
def test_an_edit_of_any_text_is_kept(name: str, tmp_path: Path) -> None:
    page, figure = tmp_path / "page.md", tmp_path / name
    page.write_text(
        marked(f"{ {'py': 'code', 'toml': 'spec', 'html': 'table'}.get(name[4:], 'draw') } resnet18", name),
        encoding="utf-8",
    )
    assert embed(page).exit_code == 0
    edited = figure.read_text(encoding="utf-8").replace("64", "65")
    figure.write_text(edited, encoding="utf-8")
    assert f"{figure} was edited by hand and is kept" in embed(page).stderr
    assert figure.read_text(encoding="utf-8") == edited
