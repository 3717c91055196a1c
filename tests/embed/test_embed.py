"""Markers in documents: what is put between them, what stays, and what is refused."""

import json
import os
import re
import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from resnet_diagram.cli.main import main
from resnet_diagram.embed.document import read_document
from resnet_diagram.embed.markers import regions
from resnet_diagram.embed.syntax import HTML, LATEX, MARKDOWN, RST, Syntax
from resnet_diagram.errors import EmbedError


def embed(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["embed", *map(str, arguments)])


def written(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def done(path: Path, *arguments: str) -> str:
    result = embed(path, *arguments)
    assert result.exit_code == 0, result.output
    return path.read_bytes().decode()


MARKED = "before\n<!-- resnet-diagram: {} -->\nold\n<!-- /resnet-diagram -->\nafter\n"


def test_markdown_gets_mermaid_in_a_fence(tmp_path: Path) -> None:
    text = done(written(tmp_path / "a.md", MARKED.format("draw resnet18 --view overview")))
    assert text.startswith("before\n<!-- resnet-diagram: draw resnet18 --view overview -->\n```mermaid\n")
    assert text.endswith("```\n<!-- /resnet-diagram -->\nafter\n")
    assert "old" not in text


@pytest.mark.parametrize(
    ("suffix", "begin", "end", "drawn", "tabled"),
    [
        (".html", "<!-- resnet-diagram: {} -->", "<!-- /resnet-diagram -->", "<svg", "<table"),
        (".rst", ".. resnet-diagram: {}", ".. /resnet-diagram", ".. raw:: html", ".. code-block:: text"),
        (".tex", "% resnet-diagram: {}", "% /resnet-diagram", r"\begin{tikzpicture}", r"\begin{tabular}"),
        (".md", "<!-- resnet-diagram: {} -->", "<!-- /resnet-diagram -->", "```mermaid", "| --- |"),
    ],
)
def test_every_kind_of_document_gets_its_own_format(
    tmp_path: Path, suffix: str, begin: str, end: str, drawn: str, tabled: str
) -> None:
    lines = [begin.format("draw resnet18"), end, begin.format("table resnet18 resnet34"), end, ""]
    text = done(written(tmp_path / f"a{suffix}", "\n".join(lines)))
    figure, table = text.split(begin.format("table resnet18 resnet34"))
    assert drawn in figure
    assert tabled in table or (suffix == ".md" and "|" in table)


def test_drawings_in_one_page_share_no_id(tmp_path: Path) -> None:
    marked = MARKED.format("draw resnet18 -t svg")
    text = done(written(tmp_path / "a.html", marked + marked + MARKED.format("draw resnet18 -o r18.svg")))
    ids = re.findall(r'<g id="([^"]*)"', text)
    assert len(ids) == len(set(ids)) > 40
    assert {"figure1-stage2", "figure2-stage2"} <= set(ids)
    assert '<g id="stage2"' in (tmp_path / "r18.svg").read_text(encoding="utf-8")


def test_embedding_twice_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.md", MARKED.format("draw resnet18") + MARKED.format("describe resnet18"))
    once = done(path)
    stamp = path.stat().st_mtime_ns
    assert done(path) == once
    assert path.stat().st_mtime_ns == stamp


def test_files_are_written_beside_the_document_and_shown(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    text = done(written(tmp_path / "a.md", MARKED.format("draw resnet18 -o figures/r18.svg")))
    assert "![Architecture of resnet18](figures/r18.svg)" in text
    assert (tmp_path / "figures" / "r18.svg").read_text(encoding="utf-8").startswith("<svg")


def test_sources_are_found_from_the_documents_folder(tmp_path: Path) -> None:
    network = CliRunner().invoke(main, ["spec", "resnet18", "-o", str(tmp_path / "mine.json")])
    assert network.exit_code == 0
    assert "Stem" in done(written(tmp_path / "a.md", MARKED.format("draw mine.json")))


def test_line_ends_mark_and_indent_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbf" + MARKED.format("describe resnet18").replace("\n", "\r\n").encode())
    done(path)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfbefore\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    indented = "- item\n\n  <!-- resnet-diagram: describe resnet18 -->\n  <!-- /resnet-diagram -->\n"
    text = done(written(tmp_path / "b.md", indented))
    assert "\n  ```text\n" in text


def test_the_encoding_stays_or_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.tex"
    path.write_bytes("é\n% resnet-diagram: table resnet18\n% /resnet-diagram\n".encode("latin-1"))
    assert done_raw(path).startswith(b"\xe9\n")
    page = tmp_path / "b.html"
    page.write_bytes(("é\n" + MARKED.format("draw resnet18 -t mermaid")).encode("latin-1"))
    before = page.read_bytes()
    result = embed(page)
    assert (result.exit_code, page.read_bytes()) == (1, before)
    assert "save the file as UTF-8" in result.stderr


def done_raw(path: Path) -> bytes:
    assert embed(path).exit_code == 0
    return path.read_bytes()


def test_text_cells_of_a_notebook(tmp_path: Path) -> None:
    source = MARKED.format("describe resnet18").splitlines(keepends=True)
    cells = [
        {
            "cell_type": "code",
            "source": ["x = 1 # <!-- resnet-diagram: nothing -->\n"],
            "outputs": [],
            "metadata": {},
        },
        {"cell_type": "markdown", "metadata": {}, "source": source},
    ]
    notebook = {"cells": cells, "metadata": {"é": 1}, "nbformat": 4, "nbformat_minor": 5}
    path = written(tmp_path / "a.ipynb", json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    text = done(path)
    found = json.loads(text)
    assert found["cells"][0] == cells[0]
    assert "```text\n" in found["cells"][1]["source"]
    assert text == json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def test_check_shows_what_is_stale_and_writes_nothing(tmp_path: Path) -> None:
    fresh = written(tmp_path / "fresh.md", MARKED.format("describe resnet18"))
    done(fresh)
    stale = written(tmp_path / "stale.md", MARKED.format("describe resnet34"))
    before = stale.read_bytes()
    assert embed("--check", fresh).exit_code == 0
    result = embed("--check", fresh, stale)
    assert (result.exit_code, stale.read_bytes()) == (1, before)
    assert "-old\n" in result.stdout
    assert "Stale: " in result.stderr
    assert "fresh.md" not in result.stdout


def test_check_misses_a_file_beside_the_document(tmp_path: Path) -> None:
    path = written(tmp_path / "a.md", MARKED.format("draw resnet18 -o r.svg"))
    done(path)
    (tmp_path / "r.svg").unlink()
    result = embed("--check", path)
    assert result.exit_code == 1
    assert "r.svg" in result.stdout
    assert not (tmp_path / "r.svg").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x\n<!-- resnet-diagram: draw resnet18 -->\n", "a.md:2: the marker is not closed"),
        (
            "<!-- resnet-diagram: draw a -->\n<!-- resnet-diagram: draw b -->\n<!-- /resnet-diagram -->\n",
            "a.md:2",
        ),
        ("x\n\n<!-- /resnet-diagram -->\n", "a.md:3: a closing marker without"),
        (MARKED.format("rm -rf /"), "a.md:2: a marker holds one of draw"),
        (MARKED.format(""), "got nothing"),
        (MARKED.format("draw 'resnet18"), "a.md:2: the command cannot be read"),
        (MARKED.format("draw resnet19"), "a.md:2: No network named 'resnet19'"),
        (MARKED.format("draw resnet18 --vue full"), "a.md:2: No such option"),
        (MARKED.format("draw torch.nn:Nothing"), "a.md:2: "),
        (MARKED.format("draw resnet18 --title 'a --> b'"), "a.md:2: '-->' ends the comment"),
        ("<!-- resnet-diagram: draw a --><!-- /resnet-diagram -->\n", "a.md:1: '-->' ends the comment"),
        (MARKED.format("draw --help"), "a.md:2: No such option"),
        (MARKED.format("draw resnet18 -t png"), "a.md:2: the format is not text"),
        (MARKED.format("draw resnet18 --preamble -o r.tex"), "a.md:2: a marker shows text or writes files"),
        (MARKED.format("draw resnet18 -o no/r.svg"), "a.md:2: There is no folder 'no'"),
        (MARKED.format("code resnet18 -o no/r.py"), "a.md:2: There is no folder 'no'"),
        (MARKED.format("draw resnet18 -o a.md"), "a.md:2: 'a.md' is also written by "),
        (
            MARKED.format("draw resnet18 -o r.svg") + MARKED.format("draw resnet34 -o ./r.svg"),
            "a.md:7: 'r.svg' is also written by ",
        ),
    ],
)
def test_a_broken_marker_leaves_the_file_and_names_its_line(tmp_path: Path, text: str, message: str) -> None:
    good = written(tmp_path / "good.md", MARKED.format("describe resnet18"))
    path = written(tmp_path / "a.md", text)
    result = embed(good, path)
    assert result.exit_code == 1
    assert message in result.stderr.replace("\n", " ")
    assert path.read_bytes() == text.encode()
    assert good.read_bytes() == MARKED.format("describe resnet18").encode()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.md", "good.md"]


def test_nothing_but_a_command_of_ours_is_run(tmp_path: Path) -> None:
    path = written(tmp_path / "a.md", MARKED.format("describe resnet18; touch pwned"))
    assert embed(path).exit_code == 1
    assert [one.name for one in tmp_path.iterdir()] == ["a.md"]


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    result = embed(written(tmp_path / "a.docx", ""))
    assert result.exit_code == 1
    assert ".md" in result.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    path = written(tmp_path / "a.md", MARKED.format("describe resnet18"))
    tmp_path.chmod(stat.S_IREAD | stat.S_IEXEC)
    try:
        assert embed(path).exit_code == 1
        assert path.read_bytes() == MARKED.format("describe resnet18").encode()
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_markers_in_code_are_examples() -> None:
    lines = ["````md\n", "```\n", "<!-- resnet-diagram: draw x -->\n", "````\n", "<!-- /resnet-diagram -->\n"]
    with pytest.raises(EmbedError, match="a closing marker without"):
        regions(lines, MARKDOWN, "x.md")
    assert regions(lines[:4], MARKDOWN, "x.md") == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.rst", "Like this::\n\n   .. resnet-diagram: draw x\n\nText\n"),
        ("a.rst", ".. code-block:: rst\n\n   .. resnet-diagram: draw x\n"),
        ("a.tex", "\\begin{verbatim}\n% resnet-diagram: draw x\n\\end{verbatim}\n"),
        ("a.typ", "```typ\n// resnet-diagram: draw x\n```\n"),
        ("a.md", "> ~~~\n> <!-- resnet-diagram: draw x -->\n> ~~~\n"),
    ],
)
def test_examples_of_markers_stay(tmp_path: Path, name: str, text: str) -> None:
    assert done(written(tmp_path / name, text)) == text


def test_a_marker_in_a_quotation(tmp_path: Path) -> None:
    quoted = "> <!-- resnet-diagram: describe resnet18 -->\n> <!-- /resnet-diagram -->\n"
    text = done(written(tmp_path / "a.md", quoted))
    assert "\n> ```text\n" in text
    assert all(line.startswith(">") for line in text.splitlines())


def test_markers_in_mdx(tmp_path: Path) -> None:
    text = done(
        written(tmp_path / "a.mdx", "{/* resnet-diagram: draw resnet18 */}\n{/* /resnet-diagram */}\n")
    )
    assert text.startswith("{/* resnet-diagram: draw resnet18 */}\n```mermaid\n")


def test_a_typst_document_compiles(tmp_path: Path) -> None:
    typst = pytest.importorskip("typst", reason="typst is not installed")
    marker = "// resnet-diagram: {}\n// /resnet-diagram\n"
    parts = ("draw resnet18", "table resnet18", "describe resnet18", "draw resnet18 -o r.svg")
    path = written(tmp_path / "a.typ", "= Net\n" + "".join(map(marker.format, parts)))
    text = done(path)
    assert '#image("r.svg", alt: "Architecture of resnet18")' in text
    assert typst.compile(str(path)).startswith(b"%PDF")


def test_a_file_for_each_of_several_sources(tmp_path: Path) -> None:
    command = "draw --view overview resnet18 resnet34 -o '{name}.svg'"
    text = done(written(tmp_path / "a.md", MARKED.replace("{}", command)))
    assert "![Architecture of resnet18](resnet18.svg)\n![Architecture of resnet34](resnet34.svg)\n" in text
    assert (tmp_path / "resnet34.svg").is_file()


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("a.md", "> <!-- resnet-diagram: {} -->", "> <!-- /resnet-diagram -->"),
        ("a.html", "<!-- resnet-diagram: {} -->", "<!-- /resnet-diagram -->"),
        ("a.rst", "  .. resnet-diagram: {}", "  .. /resnet-diagram"),
    ],
)
def test_words_written_for_a_picture_stay(tmp_path: Path, name: str, begin: str, end: str) -> None:
    lines = [begin.format("draw resnet18 --title Net -o 'my r.svg'"), end, ""]
    text = done(written(tmp_path / name, "\n".join(lines)))
    mine = text.replace("Net\n", "Eighteen layers\n").replace('"Net"', '"18"').replace("[Net]", "[18 layers]")
    assert mine != text
    assert done(written(tmp_path / name, mine)) == mine


@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_pictures_in_bytes_stay_fresh(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("typst", reason="typst is not installed")
    path = written(tmp_path / "a.md", MARKED.format(f"draw resnet18 --view overview -o r.{suffix}"))
    done(path)
    assert done(path, "--check")


@pytest.mark.parametrize("words", ["-or.svg", "-qo r.svg", "--output=r.svg", "-o r.svg"])
def test_check_writes_no_file_however_it_is_named(tmp_path: Path, words: str) -> None:
    path = written(tmp_path / "a.md", MARKED.format(f"draw resnet18 {words}"))
    assert embed("--check", path).exit_code == 1
    assert [one.name for one in tmp_path.iterdir()] == ["a.md"]


MODEL = """
import torch
print("loud")
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 3, {0}, padding={1})
    def forward(self, x):
        print("loud")
        return x + self.conv(x)
"""


def test_modules_of_one_name_in_two_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    monkeypatch.delitem(sys.modules, "net", raising=False)
    paths = [tmp_path / folder / "a.md" for folder in ("one", "it's two")]
    for path, sizes in zip(paths, [(3, 1), (5, 2)], strict=True):
        path.parent.mkdir()
        written(path.parent / "net.py", MODEL.format(*sizes))
        written(path, MARKED.format("draw net:Net --input 3x8x8 -t outline"))
    assert embed(*paths).exit_code == 0
    assert ["3×3 conv" in path.read_text() for path in paths] == [True, False]
    assert not any("loud" in path.read_text() for path in paths)


def test_a_source_that_ends_or_is_interrupted(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    written(tmp_path / "ends.py", "raise SystemExit(0)")
    written(tmp_path / "stops.py", "raise KeyboardInterrupt")
    for name, code in (("ends", 1), ("stops", 130)):
        text = MARKED.format(f"draw {name}.py:Net")
        path = written(tmp_path / "a.md", text)
        assert embed(path).exit_code == code
        assert path.read_text() == text


@pytest.mark.parametrize(
    ("syntax", "line"),
    [
        (RST, ".. resnet-diagram:: resnet18"),
        (LATEX, r"\section{a} % resnet-diagram: draw x"),
        (HTML, "<!-- resnet-diagram draw x -->"),
        (MARKDOWN, "text <!-- resnet-diagram: draw x -->"),
    ],
)
def test_what_only_looks_like_a_marker_is_none(syntax: Syntax, line: str) -> None:
    assert regions([line], syntax, "x") == ()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("escaped", [True, False])
def test_a_notebook_keeps_how_it_is_written(
    tmp_path: Path, mark: str, newline: str, end: str, escaped: bool
) -> None:
    def text(source: str) -> str:
        cell = {"cell_type": "markdown", "metadata": {}, "source": source}
        notebook = {"cells": [cell], "metadata": {"a": "é"}, "nbformat": 4, "nbformat_minor": 5}
        return (mark + json.dumps(notebook, indent=1, ensure_ascii=escaped) + end).replace("\n", newline)

    found = done(written(tmp_path / "a.ipynb", text(MARKED.format("describe resnet18"))))
    source = json.loads(found.lstrip("\ufeff"))["cells"][0]["source"]
    assert "```text\n" in source
    assert found == text(source)


def test_utf_16_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(("\ufeffä\n" + MARKED.format("describe resnet18")).encode("utf-16-le"))
    assert "```text\n" in done_raw(path).decode("utf-16")


def test_a_document_that_is_no_notebook(tmp_path: Path) -> None:
    with pytest.raises(EmbedError, match="not a notebook"):
        read_document(written(tmp_path / "a.ipynb", "[1]"))


def test_a_note_names_the_marker(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("from torch import nn\nnet = nn.Conv2d(3, 8, 3)\n", encoding="utf-8")
    page = written(tmp_path / "a.md", MARKED.format("describe net.py:net"))
    assert f"{page}:2: input 3x32x32 was guessed" in embed(page).stderr
    assert embed("-q", page).stderr == ""


@pytest.mark.filterwarnings("always")
def test_a_warning_names_its_marker(tmp_path: Path) -> None:
    command = "draw resnet152 --max-height 2.6in -o a.svg"
    path = written(tmp_path / "a.md", MARKED.format(command))
    assert f"Warning: {path}:2: The drawing of resnet152 would be" in embed(path).output
    assert "Warning" not in embed(written(path, MARKED.format(f"{command} -q"))).output
