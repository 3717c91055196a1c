"""`draw --watch`: a figure is drawn again after each kind of save, and errors leave the last one."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from resnet_diagram.cli.main import main

pytest.importorskip("watchfiles", reason="needs the package watchfiles")

PATIENCE = 60
"""Seconds after which a figure is not drawn any more."""


class Watcher:
    """A `draw --watch` in a pseudo-terminal, and the lines it prints."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder, self.lines = folder, list[str]()
        master, slave = pty.openpty()
        command = [sys.executable, "-m", "resnet_diagram", "draw", *arguments, "--watch"]
        self.process = subprocess.Popen(command, cwd=folder, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        threading.Thread(target=self._read, args=(master,), daemon=True).start()

    def _read(self, master: int) -> None:
        text = b""
        with contextlib.suppress(OSError):
            while piece := os.read(master, 4096):
                text += piece
                *complete, text = re.split(rb"[\r\n]+", text)
                self.lines += [line.decode().strip() for line in complete]

    def wait_for(self, test: Callable[[], bool]) -> None:
        """Wait until a test holds; fail if it never does."""
        end = time.monotonic() + PATIENCE
        while not test():
            assert time.monotonic() < end, self.lines
            time.sleep(0.01)

    def wait_for_text(self, text: str, name: str = "net.svg") -> None:
        """Wait until the figure has a text; a figure is never seen in part."""
        path = self.folder / name

        def is_there() -> bool:
            drawn = path.read_text() if path.exists() else "</svg>"
            assert drawn.rstrip().endswith("</svg>")
            return text in drawn

        self.wait_for(is_there)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Watcher]]:
    watchers: list[Watcher] = []

    def start(*arguments: str) -> Watcher:
        watchers.append(Watcher(tmp_path, *arguments))
        return watchers[-1]

    yield start
    for watcher in watchers:
        watcher.process.kill()
        watcher.process.wait()


def network(name: str) -> str:
    """Return a small spec file."""
    return f'name = "{name}"\ninput = [3, 32, 32]\nblock = "basic"\ndepths = [2, 2]\n'


def save_in_place(path: Path, text: str) -> None:
    path.write_text(text)


def save_by_replacing(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.swp")
    draft.write_text(text)
    draft.replace(path)


def save_by_moving_away(path: Path, text: str) -> None:
    path.rename(path.with_name(f"{path.name}~"))
    time.sleep(0.1)
    path.write_text(text)


def save_in_parts(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text[: len(text) // 2])
        file.flush()
        time.sleep(0.3)
        file.write(text[len(text) // 2 :])


@pytest.mark.parametrize("save", [save_in_place, save_by_replacing, save_by_moving_away, save_in_parts])
def test_each_kind_of_save_is_drawn(
    tmp_path: Path, started: Callable[..., Watcher], save: Callable[[Path, str], None]
) -> None:
    spec = tmp_path / "net.toml"
    spec.write_text(network("first"))
    watcher = started("net.toml", "-o", "net.svg")
    watcher.wait_for_text("first")
    for name in ("second", "third"):
        save(spec, network(name))
        watcher.wait_for_text(name)


def test_an_error_is_printed_and_the_last_figure_stays(
    tmp_path: Path, started: Callable[..., Watcher]
) -> None:
    spec = tmp_path / "net.toml"
    spec.write_text(network("first"))
    watcher = started("net.toml", "-o", "net.svg")
    watcher.wait_for_text("first")
    figure = (tmp_path / "net.svg").read_bytes()
    spec.write_text("name = ")
    watcher.wait_for(lambda: any(line.startswith("Error: net.toml") for line in watcher.lines))
    assert (tmp_path / "net.svg").read_bytes() == figure
    spec.write_text(network("mended"))
    watcher.wait_for_text("mended")


def test_a_theme_is_followed(tmp_path: Path, started: Callable[..., Watcher]) -> None:
    theme = tmp_path / "mine.toml"
    theme.write_text('name = "mine"\nextends = "paper"\n')
    watcher = started("resnet18", "--theme", "mine.toml", "-o", "net.svg")
    watcher.wait_for_text("</svg>")
    theme.write_text('name = "mine"\nextends = "paper"\n[styles.page]\nfill = "#FEDCBA"\n')
    watcher.wait_for_text("#FEDCBA")


def test_annotations_are_followed_from_their_first_save_on(
    tmp_path: Path, started: Callable[..., Watcher]
) -> None:
    (tmp_path / "net.toml").write_text(network("first"))
    notes = tmp_path / "net.figure.toml"
    watcher = started("net.toml", "-o", "net.svg")
    watcher.wait_for_text("first")
    save_by_replacing(notes, '[parts.fc]\nlabel = "our words"\n')
    watcher.wait_for_text("our words")
    save_in_place(notes, '[parts.fcc]\nlabel = "moreover"\n')
    watcher.wait_for(lambda: any("no module matches 'fcc'" in line for line in watcher.lines))
    watcher.wait_for_text("our words")
    save_in_place(notes, '[parts.fc]\nlabel = "moreover"\n')
    watcher.wait_for_text("moreover")


MODEL = """from torch import nn
from parts import width
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, width(), 3)
    def forward(self, x):
        return self.conv(x)
"""


def test_the_imports_of_a_model_and_the_files_it_reads_are_followed(
    tmp_path: Path, started: Callable[..., Watcher]
) -> None:
    pytest.importorskip("torch", reason="needs torch")
    (tmp_path / "net.py").write_text(MODEL)
    parts, numbers = tmp_path / "parts.py", tmp_path / "numbers.txt"
    parts.write_text("def width():\n    return int(open('numbers.txt').read())\n")
    numbers.write_text("17")
    watcher = started("net.py:Net", "--input", "3x32x32", "-o", "net.svg", "--view", "full")
    watcher.wait_for_text(">17")
    numbers.write_text("19")
    watcher.wait_for_text(">19")
    parts.write_text("def width():\n    return 23\n")
    watcher.wait_for_text(">23")
    parts.write_text("def width():\n    return 29\n")  # as long as before, within the same second
    watcher.wait_for_text(">29")


def test_control_c_ends_it(tmp_path: Path, started: Callable[..., Watcher]) -> None:
    (tmp_path / "net.toml").write_text(network("first"))
    watcher = started("net.toml", "-o", "net.svg")
    watcher.wait_for(lambda: any(line.startswith("Wrote net.svg") for line in watcher.lines))
    time.sleep(0.2)
    watcher.process.send_signal(signal.SIGINT)
    assert watcher.process.wait(PATIENCE) == 130


REDRAWN = """
import gc, sys
from pathlib import Path
from resnet_diagram.cli import watch as module
from resnet_diagram.cli.commands.draw import command, request
from resnet_diagram.cli.run import run

counts = []

def wait(states):
    assert Path("net.py").absolute() in states and Path("net.svg").absolute() not in states
    counts.append(len(gc.get_objects()))
    if len(counts) == 100:
        raise KeyboardInterrupt
    with open("net.py", "a") as file:
        file.write(f"# {len(counts)}\\n")

module._waiting = lambda: wait
context = command.make_context("draw", ["net.py:Net", "--input", "3x32x32", "-o", "net.svg"])
with context:
    try:
        module.watch(lambda: run(request(context.params, Path())))
    except KeyboardInterrupt:
        print(counts[19], counts[-1])
"""


def test_a_hundred_drawings_leave_nothing_behind(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs torch")
    (tmp_path / "net.py").write_text(MODEL.replace("from parts import width\n", "").replace("width()", "8"))
    done = subprocess.run([sys.executable, "-c", REDRAWN], cwd=tmp_path, capture_output=True, text=True)
    early, late = map(int, done.stdout.split())
    assert late <= 1.02 * early


@pytest.mark.parametrize("outputs", [[], ["-o", "-", "-t", "svg"], ["-t", "svg"]])
def test_it_needs_a_file(outputs: list[str]) -> None:
    result = CliRunner().invoke(main, ["draw", "resnet18", "--watch", *outputs])
    assert result.exit_code == 2
    assert "name one, as in -o figure.svg" in result.stderr


def test_it_needs_a_file_to_follow(tmp_path: Path, started: Callable[..., Watcher]) -> None:
    watcher = started("resnet18", "-o", "net.svg")
    assert watcher.process.wait(PATIENCE) == 2
    watcher.wait_for(lambda: any("this one is made from none" in line for line in watcher.lines))


def test_a_first_drawing_that_fails_ends_it(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["draw", "no_such_network", "--watch", "-o", str(tmp_path / "a.svg")])
    assert result.exit_code == 1
    assert "no_such_network" in result.stderr
