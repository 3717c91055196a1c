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


def test_each_module_exists() -> None:
    names = set(MODULE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))) - {"venv", "pytest"}
    files = [ROOT.joinpath(*name.split(".")) for name in names]
    assert all(file.with_suffix(".py").is_file() or (file / "__main__.py").is_file() for file in files)


def test_each_folder_of_the_package_is_described() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = [path.parent.name for path in (ROOT / "resnet_diagram").glob("*/__init__.py")]
    assert [name for name in folders if f"`resnet_diagram/{name}/`" not in text] == []
