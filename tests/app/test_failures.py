"""Every failure is one line and an exit code; no text acts on the terminal or breaks a format."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import resnet_diagram as rd
from resnet_diagram.cli.main import main
from resnet_diagram.embed.document import read_document
from resnet_diagram.spec.model import Network
from tests.programs import require

PROGRAM = [sys.executable, "-m", "resnet_diagram"]


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=text)


def in_shell(line: str) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m resnet_diagram {line}"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["draw", "resnet18", "-t", "dot"], 0),
        (["draw", "nothing", "-t", "dot"], 1),
        (["draw", "resnet18"], 2),
        (["check", "resnet18", "--against", "resnet18"], 0),
        (["check", "resnet18", "--against", "resnet34"], 1),
        (["check", "resnet18", "--against", "nothing"], 2),
        (["check", "resnet18", "--against", "nowhere.json"], 2),
        (["check", "resnet18"], 2),
        (["diff", "resnet18", "resnet18"], 0),
        (["diff", "resnet18", "resnet34", "--json"], 1),
        (["diff", "nowhere.toml", "resnet34"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(words: Sequence[str], code: int) -> None:
    assert run(*words).exit_code == code


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: str, *_: object, **__: object) -> Network:
        if source == "resnet18":
            return rd.network(source)
        raise IndexError("tuple index\nout of range")

    monkeypatch.setattr("resnet_diagram.app.requests.read_source", fail)


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    ("words", "code"),
    [(["describe", "a.py:Net"], 1), (["diff", "resnet18", "a.py:Net"], 2), (["table", "a.py:Net"], 1)],
)
def test_an_error_nobody_expected_is_one_line(words: list[str], code: int) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(
        "Error: Internal error while reading 'a.py:Net': IndexError: tuple index."
    )
    assert "please report it" in result.stderr


@pytest.mark.usefixtures("broken")
def test_verbose_shows_the_trace_of_an_internal_error(tmp_path: Path) -> None:
    assert "Traceback (most recent call last)" in run("-v", "describe", "a.py:Net").stderr
    document = tmp_path / "a.md"
    text = "<!-- resnet-diagram: describe a.py:Net -->\n<!-- /resnet-diagram -->\n"
    document.write_text(text, encoding="utf-8")
    result = run("embed", str(document))
    assert (result.exit_code, document.read_text(encoding="utf-8")) == (1, text)


@pytest.mark.parametrize(
    "line",
    [
        "draw resnet18 -t svg >&-",
        "draw resnet18 -t pdf >&-",
        "describe resnet18 >/dev/full",
        "draw resnet18 -t pdf >/dev/full",
        "--help >/dev/full",
        "draw --help >/dev/full",
        "list networks >/dev/full",
    ],
)
def test_a_closed_or_full_standard_output_is_one_line(line: str) -> None:
    if "pdf" in line:
        pytest.importorskip("typst")
    done = in_shell(line)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert "standard output" in done.stderr.lower()


def test_output_to_a_name_for_standard_output() -> None:
    drawn = run("draw", "resnet18", "-t", "dot").stdout
    assert run("draw", "resnet18", "-t", "dot", "-o", "-").stdout == drawn
    assert in_shell("draw resnet18 -t dot -o /dev/stdout | cat").stdout == drawn
    assert in_shell("draw resnet18 -t dot -o >(cat) | cat").stdout == drawn
    assert "name a format" in run("draw", "resnet18", "-o", "-").stderr
    for words in (["spec", "resnet18", "-t", "json"], ["code", "resnet18"], ["table", "resnet18"]):
        assert run(*words, "-o", "-").stdout == run(*words).stdout != ""


@pytest.mark.parametrize("form", ["toml", "json"])
def test_a_spec_on_standard_input_is_a_source(form: str) -> None:
    text = run("spec", "resnet50", "-t", form).stdout
    shown = run("describe", "-", text=text)
    assert shown.exit_code == 0
    assert shown.stdout.split("\n", 1)[1] == run("describe", "resnet50").stdout.split("\n", 1)[1]
    assert "standard input" in run("describe", "-", text="{}").stderr
    assert run("describe", "-", text="\0").exit_code == 1


def test_two_sources_of_one_name_are_an_error_that_names_both(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        text = run("spec", "resnet18" if folder == "one" else "resnet34", "-t", "json").stdout
        changed = json.loads(text) | {"name": "net"}
        (tmp_path / folder / "net.json").write_text(json.dumps(changed), encoding="utf-8")
    sources = [str(tmp_path / folder / "net.json") for folder in ("one", "two")]
    result = run("draw", *sources, "-o", str(tmp_path / "{name}.svg"))
    assert result.exit_code == 2
    assert all(source in result.stderr for source in sources)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]
    document = tmp_path / "a.md"
    marker = (
        "<!-- resnet-diagram: draw one/net.json two/net.json -o {name}.svg -->\n<!-- /resnet-diagram -->\n"
    )
    document.write_text(marker, encoding="utf-8")
    result = run("embed", str(document))
    assert result.exit_code == 1
    assert "'one/net.json' and 'two/net.json'" in result.stderr


UNSEEN = (
    "\u00ad\u200b\u2028\u2029\u202a\u202e\u2060\u2066\u2069\u3164"
    "\ufdd0\ufdd6\ufdd2\ufdef\ufeff\ufff9\uffff\U000e0041"
)
HOSTILE = f"a\x1b[2J\x00b\tc{UNSEEN}\x9b\r\nf --> ]]> */"


def hostile() -> Network:
    network = rd.network("resnet18")
    stage, *rest = network.body
    return replace(network, name=HOSTILE, body=(replace(stage, name=HOSTILE), *rest), notes=(HOSTILE,))


CONTROLS = {*map(chr, range(32)), *map(chr, range(127, 160)), *UNSEEN} - {"\n", "\t"}
IN_SPECS = {"\U000e0041"}
"""A sign beyond the escapes that JSON and TOML share."""


@pytest.mark.parametrize(
    "name", ["svg", "tikz", "typst", "drawio", "dot", "mermaid", "markdown", "outline", "json", "toml"]
)
@pytest.mark.filterwarnings("ignore::resnet_diagram.errors.UnrenderedWarning")
def test_no_control_character_is_in_a_drawing(name: str) -> None:
    text = rd.to_text(hostile(), name, names="module", title=HOSTILE)
    assert not CONTROLS & set(text) - (IN_SPECS if name in ("json", "toml") else set())
    if name in ("dot", "outline"):
        assert "\t" not in text


@pytest.mark.filterwarnings("ignore::resnet_diagram.errors.UnrenderedWarning")
def test_no_hidden_character_is_in_a_presentation_or_in_code() -> None:
    with zipfile.ZipFile(io.BytesIO(rd.to_bytes(hostile(), "pptx", names="module", title=HOSTILE))) as deck:
        text = "".join(deck.read(name).decode() for name in deck.namelist() if name.endswith("xml"))
    assert not CONTROLS & set(text + rd.code(hostile())) - {"\r"}


def test_scripts_keep_the_signs_that_they_are_spelled_with() -> None:
    title = "\u0645\u06cc\u200c\u062e \u200f(1) \u0915\u094d\u200d\u0937"
    assert title in rd.to_text("resnet18", "svg", title=title)


@pytest.mark.parametrize(
    "name",
    [
        "\ufdd0\\input{x}\ufdd1",
        "\ufdd0a^b\n\\write18{x}",
        "\ufdd6\ufdd0\ufdd2\ufdd6\ufdd6\ufdd6b",
        "\ufdd1\ufdd0\ufdd0",
    ],
)
@pytest.mark.parametrize("to", ["tikz", "latex"])
def test_a_name_with_the_marks_of_formulas_gives_no_commands_to_tex(name: str, to: str) -> None:
    network = replace(hostile(), name=name)
    text = rd.table(network, to, heads=[name]) if to == "latex" else rd.to_text(network, to)
    code = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert not re.search(r"\\(input|write18)\b", code)
    assert not CONTROLS & set(text)


@pytest.mark.parametrize("name", ["text", "latex", "typst", "markdown", "html", "csv"])
def test_no_control_character_is_in_a_table(name: str) -> None:
    assert not CONTROLS & set(rd.table(hostile(), name, caption=HOSTILE, heads=[HOSTILE], names="module"))


def test_graphviz_reads_what_a_hostile_name_leaves() -> None:
    dot = require("dot")
    source = rd.to_text(hostile(), "dot", title=HOSTILE, names="module")
    done = subprocess.run([dot, "-Tsvg"], input=source.encode(), capture_output=True, check=True)
    assert b"</svg>" in done.stdout


def test_no_control_character_reaches_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    rd.save(hostile(), path)
    for words in (
        ["-v", "describe", str(path)],
        ["table", str(path)],
        ["diff", str(path), "resnet18"],
        ["draw", str(path), "-t", "outline"],
        ["spec", str(path)],
        ["describe", "no\x1b[2Jthing"],
    ):
        result = run(*words)
        assert result.exit_code in (0, 1)
        assert not CONTROLS & set(result.output) - (IN_SPECS if "spec" in words else set()), words


def test_cells_of_csv_are_no_formulas() -> None:
    heads = ["=1+1", "+1", "-1", "@a", "a-b", "-"]
    text = rd.table(["resnet18"] * 6, "csv", heads=heads)
    assert next(csv.reader(io.StringIO(text)))[2:] == ["'=1+1", "'+1", "'-1", "'@a", "a-b", "-"]


@pytest.mark.parametrize(
    ("suffix", "opening", "closing"),
    [(".md", "<!-- {} -->", "-->"), (".rst", ".. {}", ""), (".tex", "% {}", ""), (".typ", "// {}", "")],
)
@pytest.mark.parametrize("command", ["describe", "draw -t outline", "spec -t json", "draw", "table"])
def test_a_name_with_a_closing_marker_does_not_break_the_document(
    tmp_path: Path, suffix: str, opening: str, closing: str, command: str
) -> None:
    name = f"a\n{opening.format('/resnet-diagram')}\n```\n\\end{{verbatim}}\nb"
    rd.save(replace(rd.network("resnet18"), name=name), tmp_path / "net.json")
    words, _, options = command.partition(" ")
    begin = opening.format(f"resnet-diagram: {words} net.json {options}".strip())
    text = f"{begin}\n{opening.format('/resnet-diagram')}\nafter\n"
    document = tmp_path / f"a{suffix}"
    document.write_text(text, encoding="utf-8")
    result = run("embed", str(document))
    if result.exit_code:
        assert "holds a marker" in result.stderr
        assert document.read_text(encoding="utf-8") == text
        return
    (part,) = read_document(document).parts
    assert len(part.regions) == 1
    assert part.lines[part.regions[0].end + 1 :] == ("after\n",)
    assert run("embed", "--check", str(document)).exit_code == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", b"\xff\xfea\x00b"),
        ("a.md", b"\xff\xfea\x00\x00\xd8"),
        ("a.md", b"\xef\xbb\xbf\xff"),
        ("a.ipynb", b'{"cells": ' + b"[" * 50_000),
        ("a.ipynb", b'{"cells": [{"cell_type": "markdown", "source": ' + b"9" * 5_000 + b"}]}"),
        ("a.ipynb", b'{"cells": [{"cell_type": "markdown", "source": [1]}]}'),
    ],
)
def test_a_damaged_document_is_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    result = run("embed", str(tmp_path / name))
    assert result.exit_code == 1
    assert "Internal" not in result.stderr
    assert result.stderr.count("\n") == 1
    assert (tmp_path / name).read_bytes() == content


def test_a_document_that_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "a.md")
    command = [*PROGRAM, "embed", str(tmp_path / "a.md")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "not a regular file" in done.stderr
