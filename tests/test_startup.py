"""What a named network costs: which modules it may load, and how its output grows."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from resnet_diagram.cli.main import main

HEAVY = ("torch", "torchvision", "timm", "numpy", "sympy")


def loaded(names: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """Return which of some modules a command loads."""
    code = (
        "import sys\n"
        "from resnet_diagram.cli.main import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        f"print(*[name for name in {names} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return done.stderr.split()


@pytest.mark.parametrize(
    "arguments",
    [
        ["draw", "resnet152", "-t", "svg"],
        ["draw", "resnet152", "-t", "tikz"],
        ["draw", "resnet152", "-t", "drawio"],
        ["draw", "resnet152", "-t", "mermaid"],
        ["draw", "resnet152", "-t", "dot"],
        ["table", "resnet18", "resnet152", "-t", "latex"],
        ["describe", "resnet152"],
        ["list", "networks"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_named_network_never_imports_torch(arguments: list[str]) -> None:
    assert loaded(HEAVY, arguments) == []


@pytest.mark.parametrize("name", ["svg", "json"])
def test_a_drawing_without_a_template_does_not_import_jinja(name: str) -> None:
    assert loaded(("jinja2", "markupsafe"), ["draw", "resnet50", "-t", name]) == []


@pytest.mark.parametrize(
    "piped", [("draw", "resnet152", "--view", "full", "-t", "svg"), ("list", "networks")]
)
def test_output_is_whole_though_the_process_frees_nothing_at_its_end(piped: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", "resnet_diagram", *piped], capture_output=True, check=True)
    assert done.stdout.decode() == CliRunner().invoke(main, piped).stdout


@pytest.mark.parametrize(
    ("arguments", "status"), [(["describe", "no-such-network"], 1), (["draw", "--no-such-option"], 2)]
)
def test_a_failure_has_its_status_and_message(arguments: list[str], status: int) -> None:
    command = [sys.executable, "-m", "resnet_diagram", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (status, "")
    assert "no-such" in done.stderr


def test_exit_handlers_of_a_model_run(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "import atexit, threading, time\nfrom pathlib import Path\nfrom torch import nn\n"
        "net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())\n"
        "atexit.register(lambda: Path('handler').touch())\n"
        "def late():\n    time.sleep(1)\n    Path('thread').touch()\n"
        "threading.Thread(target=late).start()\n"
    )
    command = [
        sys.executable,
        "-m",
        "resnet_diagram",
        "draw",
        "net.py:net",
        "--input",
        "3x32x32",
        "-t",
        "svg",
    ]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / "handler").exists()
    assert (tmp_path / "thread").exists()


def test_a_profile_of_the_command_is_written(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    measured = [
        sys.executable,
        "-m",
        "cProfile",
        "-o",
        str(profile),
        "-m",
        "resnet_diagram",
        "list",
        "themes",
    ]
    subprocess.run(measured, capture_output=True, check=True)
    assert profile.stat().st_size


@pytest.mark.parametrize("name", ["svg", "tikz", "drawio", "mermaid", "dot", "outline"])
@pytest.mark.parametrize("variant", ["", "-b", "-c"])
def test_folded_output_does_not_grow_with_depth(name: str, variant: str) -> None:
    def size(network: str) -> int:
        return len(CliRunner().invoke(main, ["draw", network, "-t", name, "--title", ""]).stdout)

    assert size(f"resnet1202{variant}") <= 1.15 * size(f"resnet20{variant}")
