"""Generated code passes the usual checks as it is, without any configuration."""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from resnet_diagram.codegen.code import code
from resnet_diagram.codegen.names import function_name
from resnet_diagram.spec import catalog
from tests.programs import missing

NETWORKS = (
    *("resnet18", "resnet50", "resnet50-v1", "resnet50-v2", "resnet50d", "seresnet50", "resnext50_32x4d"),
    *("plain18", "resnet20", "resnet20-c", "preact-resnet164", "wrn-28-10"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the code of many networks, and of a block of each that has one."""
    path = tmp_path_factory.mktemp("generated")
    for name in NETWORKS:
        network = catalog.network(name)
        (path / f"{function_name(name)}.py").write_text(code(network), encoding="utf-8")
        if not name.startswith("plain"):
            text = code(network, "stage2.block1")
            (path / f"{function_name(name)}_block.py").write_text(text, encoding="utf-8")
    return path


def complaints(folder: Path, *command: str) -> str:
    """What a tool has to say about all files; nothing is expected."""
    if importlib.util.find_spec(command[0]) is None:
        missing(command[0])
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff_finds_nothing(folder: Path) -> None:
    assert complaints(folder, "ruff", "check", "--isolated", ".") == ""


def test_the_formatter_changes_nothing(folder: Path) -> None:
    assert complaints(folder, "ruff", "format", "--isolated", "--diff", ".") == ""


def test_the_types_are_right(folder: Path) -> None:
    pytest.importorskip("torch")
    cache = Path(tempfile.gettempdir()) / "resnet-diagram-mypy"
    assert complaints(folder, "mypy", "--strict", f"--cache-dir={cache}", ".") == ""


def test_lines_are_short(folder: Path) -> None:
    for path in folder.glob("*.py"):
        assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 88


@pytest.mark.parametrize("name", NETWORKS)
def test_repeated_blocks_are_written_once(name: str) -> None:
    text = code(catalog.network(name))
    assert len(text.splitlines()) < 135
    assert "resnet_diagram" not in text
    assert text.count("class ") <= 3
