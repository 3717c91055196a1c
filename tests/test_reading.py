"""Files that are data: regular ones of limited size, read as UTF-8."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from resnet_diagram.cli.main import main
from resnet_diagram.errors import ResnetDiagramError, SourceError
from resnet_diagram.reading import read_bytes, read_toml

DRAW = ["draw", "resnet18", "-t", "svg"]
READERS: dict[str, list[str]] = {
    "net.toml": ["draw", "net.toml", "-t", "svg"],
    "net.json": ["describe", "net.json"],
    "theme.toml": [*DRAW, "--theme", "theme.toml"],
    "words.toml": [*DRAW, "--lang", "words.toml"],
    "marks.toml": [*DRAW, "--annotate", "marks.toml"],
    "base.toml": [*DRAW, "--baseline", "base.toml"],
    "deck.pptx": ["draw", "resnet18", "-o", "a.pptx", "--template", "deck.pptx"],
    "page.md": ["embed", "page.md"],
    "page.ipynb": ["embed", "--check", "page.ipynb"],
    "net.py": ["draw", "net.py", "-t", "svg"],
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("name", READERS)
def test_a_pipe_in_place_of_a_file_is_refused_at_once(name: str, tmp_path: Path) -> None:
    if name == "deck.pptx":
        pytest.importorskip("pptx")
    os.mkfifo(tmp_path / name)
    command = [sys.executable, "-m", "resnet_diagram", *READERS[name]]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.returncode in (1, 2)
    assert "not a regular file" in done.stderr
    assert name in done.stderr
    assert "Internal" not in done.stderr


def test_what_is_no_file_of_fair_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resnet_diagram.reading.FILE", 3)
    (tmp_path / "small").write_bytes(b"abc")
    (tmp_path / "large").write_bytes(b"abcd")
    assert read_bytes(tmp_path / "small") == b"abc"
    for name, words in (
        ("large", "4 bytes; expected 3"),
        ("none", "There is no file"),
        ("", "folder"),
        ("a\0b", "null"),
    ):
        with pytest.raises(SourceError, match=words):
            read_bytes(tmp_path / name)


def test_toml_may_begin_with_a_mark_and_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1")
    assert read_toml(path, "Theme file") == {"a": 1}
    deep, long = b"[" * 9_000, b"9" * 5_000
    for content in (b"\xff\xfea", b"a = ", b"a = " + deep, b"a = " + long, b'a = "\\ud800"'):
        path.write_bytes(content)
        with pytest.raises(
            ResnetDiagramError, match=r"^Theme file .*a\.toml' cannot be read: .*TOML file\.$"
        ):
            read_toml(path, "Theme file")


@pytest.mark.parametrize("text", [r'a = "C:\Users\x"', r'a = "C:\dir"', 'a = 1\nc = "\\u12"'])
@pytest.mark.parametrize("name", ["net.toml", "theme.toml", "words.toml", "marks.toml"])
def test_a_path_of_windows_in_toml_is_answered_with_single_quotes(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    result = run(*READERS[name])
    assert result.exit_code in (1, 2)
    assert result.stderr.rstrip().endswith(
        "A backslash begins an escape; write such a text in single quotes."
    )


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000 + "]" * 50_000,
        '{"cells": ' + "[" * 50_000 + "]" * 50_000 + "}",
        "[1]",
        "{}",
        '{"cells": [{"cell_type": "code"}]}',
        '{"cells": [{"cell_type": "code", "source": [1]}]}',
        "\0",
    ],
    ids=range(7),
)
def test_a_damaged_notebook_of_code_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    result = run("draw", f"{path}:Net", "-t", "svg")
    assert result.exit_code == 1
    assert "no notebook" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("text", ["half \ud800", "é \udfff and more"])
def test_half_a_surrogate_pair_in_a_notebook_is_kept(tmp_path: Path, text: str) -> None:
    marker = ["<!-- resnet-diagram: describe resnet18 -->\n", "<!-- /resnet-diagram -->\n"]
    source = [f"{text}\n", *marker]
    cells = [{"cell_type": "markdown", "source": source}, {"cell_type": "code", "source": [text]}]
    escaped = json.dumps({"cells": cells}).replace(r"\u00e9", "é")
    path = tmp_path / "a.ipynb"
    path.write_text(escaped, encoding="utf-8")
    result = run("embed", str(path))
    assert result.exit_code == 0, result.output
    written = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert written[0]["source"][:2] == source[:2]
    assert len(written[0]["source"]) > len(source)
    assert written[1]["source"] == [text]


@pytest.mark.parametrize(
    "source",
    [".", "..", "a-b.c", f"net.py:Net({'-' * 30_000}1)", f"net.py:Net({'[' * 3_000})", "net.py:Net({[]: 1})"],
    ids=["folder", "parent", "no module", "signs", "brackets", "key"],
)
def test_a_source_that_cannot_be_read_is_one_line(tmp_path: Path, source: str) -> None:
    (tmp_path / "net.py").write_text("class Net: pass\n", encoding="utf-8")
    result = run("draw", source.replace("net.py", str(tmp_path / "net.py")), "-t", "svg")
    assert result.exit_code == 1
    assert "Internal" not in result.stderr
    assert result.stderr.count("\n") == 1
    assert len(result.stderr) < 1_500


LONG = "9" * 3_000


@pytest.mark.parametrize(
    "words",
    [
        ["draw", "resnet18", "-t", "svg", "--width", LONG],
        ["draw", "resnet18", "-t", "svg", "--dpi", LONG],
        ["draw", "resnet18", "-t", "svg", "--view", LONG],
        ["draw", "resnet18", "-t", LONG],
        ["draw", f"--{LONG}"],
        ["draw", LONG, "-t", "svg"],
        ["draw", f"{LONG}.toml", "-t", "svg"],
        ["list", "networks", LONG],
        [LONG],
        [f"--{LONG}"],
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_a_message_is_short_and_does_not_act_on_the_terminal(words: list[str]) -> None:
    for text in (LONG, "\x1b[2J\x9b"):
        result = run(*(word.replace(LONG, text) for word in words))
        assert result.exit_code in (1, 2)
        assert len(result.stderr) < 1_500
        assert not {"\x1b", "\x9b"} & set(result.stderr)
