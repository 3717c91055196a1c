"""Markers in documents: what is put between them, what stays, and what is refused."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from resnet_diagram.cli.main import main
from resnet_diagram.cli.running import redirected
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
    (tmp_path / "r.svg").write_text("<svg/>", encoding="utf-8")
    result = embed("--check", path)
    assert result.exit_code == 1
    assert "r.svg" in result.stdout
    assert (tmp_path / "r.svg").read_text(encoding="utf-8") == "<svg/>"


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


def test_output_files_are_held_back() -> None:
    words = ["draw", "a", "--output=x/b.svg", "-o", "c.png"]
    moved, outputs = redirected(words, Path("held"))
    assert moved == ["draw", "a", "--output", "held/1.svg", "-o", "held/2.png"]
    assert outputs == {"x/b.svg": "1.svg", "c.png": "2.png"}


def test_a_document_that_is_no_notebook(tmp_path: Path) -> None:
    with pytest.raises(EmbedError, match="not a notebook"):
        read_document(written(tmp_path / "a.ipynb", "[1]"))
