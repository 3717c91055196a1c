"""Who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "resnet_diagram"

MAY_IMPORT = {
    "dataclass": set[str](),
    "errors": set[str](),
    "limits": {"errors"},
    "phases": set[str](),
    "reading": {"errors", "limits", "resources"},
    "resources": set[str](),
    "saving": {"errors"},
    "spec": {"errors", "limits", "reading", "saving"},
    "tracer": {"errors", "limits", "reading", "spec"},
    "sources": {"errors", "phases", "reading", "spec", "tracer"},
    "codegen": {"errors", "spec"},
    "wording": {"errors", "reading", "resources", "spec"},
    "diagram": {"errors", "spec", "wording"},
    "style": {"errors", "limits", "reading", "resources", "diagram"},
    "layout": {"errors", "limits", "style", "diagram", "wording"},
    "render": {"errors", "limits", "reading", "resources", "saving", "wording", "diagram", "style", "layout"},
    "tables": {"errors", "spec", "wording", "style", "layout", "render"},
    "differences": {"errors", "spec", "wording"},
    "app": {
        "errors",
        "limits",
        "phases",
        "reading",
        "saving",
        "spec",
        "tracer",
        "codegen",
        "sources",
        "wording",
        "diagram",
        "style",
        "layout",
        "render",
    }
    | {"render", "tables", "differences", "embed"},
    "embed": {"errors", "limits", "reading", "saving"},
    "cli": {
        "limits",
        "resources",
        "errors",
        "phases",
        "saving",
        "spec",
        "sources",
        "wording",
        "diagram",
        "layout",
        "render",
        "tables",
        "differences",
        "app",
        "embed",
    },
    "integrations": {
        "errors",
        "reading",
        "spec",
        "sources",
        "wording",
        "diagram",
        "differences",
        "app",
        "cli",
    },
    "__init__": {"errors", "spec", "sources", "wording", "diagram", "app", "integrations"},
    "__main__": {"cli"},
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_imports_run_one_way(path: Path) -> None:
    layer = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    own = [name.split(".") for name in imports(path) if name.split(".")[0] == "resnet_diagram"]
    assert ["resnet_diagram"] not in own, "no module imports the package root"
    for _, target, *_ in (name for name in own if len(name) > 1):
        assert target in {layer, "dataclass", *MAY_IMPORT[layer]}, f"{layer} must not import {target}"


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("torch", {"tracer", "sources", "app", "__init__"}),
        ("jinja2", {"render"}),
        ("graphviz", {"render", "app"}),
        ("typst", {"render"}),
        ("pptx", {"render"}),
        ("click", {"cli"}),
    ],
)
def test_a_library_has_one_home(library: str, homes: set[str]) -> None:
    users = {
        path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert users <= homes


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_folders_stay_small() -> None:
    large = {
        str(folder.relative_to(PACKAGE)): count
        for folder in (PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir()))
        if (count := len([path for path in folder.glob("*.py") if path.name != "__init__.py"])) > 12
    }
    assert not large
