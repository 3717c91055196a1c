"""What is told on standard error, and when."""

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from resnet_diagram.cli.main import main

SEVERAL = ("draw", "--view", "overview", "resnet18", "resnet34", "-o", "{name}.svg")


def on_a_terminal(folder: Path, *arguments: str, awaited: bytes = b"") -> str:
    """What the command writes to a terminal on standard error; the file "go" is made once words are read."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "resnet_diagram", *arguments]
    told = b""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=its) as process:
        os.close(its)
        with contextlib.suppress(OSError):  # how Linux says that nobody writes any more
            while chunk := os.read(ours, 4096):
                told += chunk
                if awaited in told:
                    (folder / "go").touch()
    os.close(ours)
    assert process.returncode == 0, told
    return told.decode()


def off_a_terminal(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result


MARKED = "<!-- resnet-diagram: describe resnet18 -->\n<!-- /resnet-diagram -->\n"


def test_a_bar_is_shown_on_a_terminal(tmp_path: Path) -> None:
    told = on_a_terminal(tmp_path, *SEVERAL)
    assert "100%" in told
    assert "resnet34" in told
    (tmp_path / "a.md").write_text(MARKED * 2, encoding="utf-8")
    assert "100%" in on_a_terminal(tmp_path, "embed", "a.md")


@pytest.mark.parametrize("call", [("-q", *SEVERAL), (*SEVERAL, "-q"), ("describe", "resnet18", "-q")])
def test_neither_bar_nor_phase_for_the_quiet(tmp_path: Path, call: tuple[str, ...]) -> None:
    assert on_a_terminal(tmp_path, *call) == ""


def test_no_bar_off_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert off_a_terminal(*SEVERAL).output == ""


def test_verbose_tells_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = off_a_terminal("-v", *SEVERAL).stderr
    assert "Reading resnet34" in told
    assert "Wrote resnet34.svg (svg)" in told


@pytest.mark.filterwarnings("always")
def test_quiet_hides_notes_and_warnings_also_of_markers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    large = "draw preact-resnet1001 --view full"
    assert "folded" in off_a_terminal(*large.split(), "-o", "a.mmd").stderr
    assert off_a_terminal("-q", *large.split(), "-o", "a.mmd").stderr == ""
    marked = MARKED.replace("describe resnet18", large)
    for words, told in (((), True), (("-q",), False)):
        (tmp_path / "a.md").write_text(marked, encoding="utf-8")
        assert bool(off_a_terminal(*words, "embed", "a.md").stderr) is told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_in_the_shell(shell: str) -> None:
    """The script each shell is given, and what it asks for."""
    environment = {**os.environ, "_RESNET_DIAGRAM_COMPLETE": f"{shell}_source"}
    program = Path(sys.executable).with_name("resnet-diagram")
    if not program.is_file():
        pytest.skip("resnet-diagram is not installed beside this Python")
    script = subprocess.run([program], env=environment, capture_output=True, text=True, check=True).stdout
    assert "_RESNET_DIAGRAM_COMPLETE" in script
    asked = {
        "_RESNET_DIAGRAM_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "resnet-diagram em",
        "COMP_CWORD": "em" if shell == "fish" else "1",
    }
    words = subprocess.run([program], env={**os.environ, **asked}, capture_output=True, text=True, check=True)
    assert "embed" in words.stdout


SLOW = """
import pathlib, time
from torch import nn
def net():
    time.sleep(1.5)
    while not pathlib.Path(__file__).with_name("go").exists():
        time.sleep(0.01)
    return nn.Conv2d(3, 8, 3)
"""


def test_a_phase_that_takes_long_is_shown_on_a_terminal_and_cleared(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    (tmp_path / "slow.py").write_text(SLOW)
    words = ("draw", "slow.py:net", "--input", "3x8x8", "-o", "a.svg")
    told = on_a_terminal(tmp_path, *words, awaited=b"building slow.py:net (")
    assert "building slow.py:net (" in told
    assert told.rsplit("\r", 2)[1].strip() == ""
    assert "building" not in on_a_terminal(tmp_path, *words, "-q")
    assert (
        "building" not in off_a_terminal("describe", f"{tmp_path / 'slow.py'}:net", "--input", "3x8x8").stderr
    )
