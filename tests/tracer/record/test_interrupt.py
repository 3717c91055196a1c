"""Ctrl-C while a model is imported, built or run ends the command at once and leaves no file."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch")

ROOT = Path(__file__).parents[3]
INTERRUPTED = 130
PATIENCE = 600.0
"""Seconds after which a process hangs, also on a busy machine."""

HANGS = """
import pathlib, time
from torch import nn

def wait():
    pathlib.Path({ready!r}).touch()
    while True:
        time.sleep(0.01)

class Forward(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.Conv2d(8, 8, 3)

    def forward(self, x):
        x = self.third(self.second(self.first(x)))
        wait()

class Swallowing(Forward):
    def forward(self, x):
        try:
            return super().forward(x)
        except BaseException as error:
            raise RuntimeError("the run was lost") from error

class Constructor(nn.Module):
    def __init__(self):
        super().__init__()
        try:
            wait()
        except Exception:
            pass
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("name", ["Forward", "Swallowing", "Constructor"])
def test_ctrl_c_ends_it(name: str, tmp_path: Path) -> None:
    ready, figure = tmp_path / "ready", tmp_path / "figure.svg"
    (tmp_path / "hangs.py").write_text(HANGS.format(ready=str(ready)))
    source = f"{tmp_path / 'hangs.py'}:{name}"
    command = [
        sys.executable,
        "-m",
        "resnet_diagram",
        "draw",
        source,
        "--input",
        "3x16x16",
        "-o",
        str(figure),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_ctrl_c
    ) as process:
        try:
            wait_for(ready, process)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (process.returncode, out, err.strip()) == (INTERRUPTED, "", "Interrupted.")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["hangs.py", "ready"]


def hear_ctrl_c() -> None:
    """Let the process be interrupted, also where tests run in a shell's background and so cannot be."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Return when the file is there; fails if the process ends before."""
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
