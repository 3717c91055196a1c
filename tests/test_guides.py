"""Check that the guides for contributors name files and commands that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ("docs/architecture.md", "CONTRIBUTING.md")
PATH = re.compile(r"`((?:resnet_diagram|templates|tests|docs|\.ci)/[\w./-]*)`")
MODULE = re.compile(r"python -m (\w+(?:\.\w+)*)")


@pytest.mark.parametrize("guide", GUIDES)
def test_each_path_exists(guide: str) -> None:
    paths = PATH.findall((ROOT / guide).read_text(encoding="utf-8"))
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert paths
    assert not missing


def tasks() -> list[str]:
    """Return the rows of the table of tasks."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.split("## Where do I add")[1].split("\n## ")[0]
    return [line for line in table.splitlines() if line.startswith("| a")]


@pytest.mark.parametrize("row", tasks(), ids=lambda row: row.split("|")[1].strip())
def test_each_name_in_a_task_is_in_one_of_its_files(row: str) -> None:
    words = re.findall(r"`([^`]+)`", row)
    files = [ROOT / word for word in words if (ROOT / word).is_file()]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    names = [name for word in words if not (ROOT / word).exists() for name in re.findall(r"[A-Za-z_]+", word)]
    assert files
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_each_module_exists() -> None:
    names = set(MODULE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))) - {"venv", "pytest"}
    files = [ROOT.joinpath(*name.split(".")) for name in names]
    assert all(file.with_suffix(".py").is_file() or (file / "__main__.py").is_file() for file in files)


def test_each_folder_of_the_package_is_described() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = [path.parent.name for path in (ROOT / "resnet_diagram").glob("*/__init__.py")]
    assert [name for name in folders if f"`resnet_diagram/{name}/`" not in text] == []
