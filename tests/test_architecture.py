"""Who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "resnet_diagram"

MAY_IMPORT = {
    "errors": set[str](),
    "resources": set[str](),
    "saving": {"errors"},
    "spec": {"errors", "saving"},
    "tracer": {"errors", "spec"},
    "codegen": {"errors", "spec"},
    "diagram": {"errors", "spec"},
    "tables": {"spec", "diagram"},
    "scene": {"errors", "resources", "diagram"},
    "render": {"errors", "resources", "diagram", "tables", "scene"},
    "sources": {"errors", "spec", "tracer"},
    "embed": {"errors"},
    "differences": {"spec", "diagram"},
    "differing": {"differences", "report", "sources", "spec"},
    "languages": {"errors", "resources"},
    "choices": {"errors", "diagram", "scene", "render"},
    "pipeline": {"errors", "saving", "spec", "diagram", "scene", "render", "choices", "languages", "sources"},
    "tabulate": {"errors", "saving", "spec", "diagram", "tables", "render", "sources"},
    "to_code": {"saving", "spec", "codegen", "sources"},
    "notebook": {"spec", "diagram", "choices", "sources", "pipeline", "report"},
    "report": {"spec", "render", "scene"},
    "cli": {"errors", "saving", "spec", "diagram", "scene", "render", "choices", "sources"}
    | {"pipeline", "report", "tabulate", "to_code", "embed", "differences", "differing"},
    "integrations": {"errors", "cli"},
    "__init__": {
        "errors",
        "spec",
        "diagram",
        "sources",
        "pipeline",
        "differing",
        "notebook",
        "tabulate",
        "to_code",
    },
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
        assert target == layer or target in MAY_IMPORT[layer], f"{layer} must not import {target}"


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("torch", {"tracer", "sources", "to_code", "tabulate", "differing", "__init__"}),
        ("jinja2", {"render"}),
        ("graphviz", {"render", "pipeline"}),
        ("typst", {"render"}),
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
