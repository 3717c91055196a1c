"""Four small networks as golden files: diagram and scene as JSON, the figure as SVG, TikZ and draw.io."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from resnet_diagram import Network, load, to_text
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.views import build
from tests import golden, review

CASES = sorted(path.parent.name for path in golden.FOLDER.glob("*/network.toml"))


def dump(value: object) -> Any:
    """Return a dataclass as JSON data: its type and the fields that differ from their defaults."""
    if is_dataclass(value):
        chosen = {field.name: getattr(value, field.name) for field in fields(value) if field.repr}
        plain = {field.name: field.default for field in fields(value)}
        content = {name: dump(item) for name, item in chosen.items() if item != plain[name] and item != ()}
        return {"type": type(value).__name__, **content}
    if isinstance(value, list | tuple):
        return [dump(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted(map(dump, value))
    if isinstance(value, dict):
        return {str(key): dump(item) for key, item in value.items()}
    if callable(value):  # builds a part of the drawing
        return dump(value())
    return value if isinstance(value, int | float | bool | None) else str(value)


def diagram_json(network: Network) -> str:
    """Return the diagram of a network in the paper view as JSON."""
    return json.dumps(dump(build([network], Options())), indent=1, ensure_ascii=False) + "\n"


FILES: dict[str, Callable[[Network], str]] = {
    "diagram.json": diagram_json,
    "scene.json": lambda network: to_text(network, "scene"),
    "figure.svg": lambda network: to_text(network, "svg"),
    "figure.tex": lambda network: to_text(network, "tikz"),
    "figure.drawio": lambda network: to_text(network, "drawio"),
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("case", CASES)
def test_output_is_as_in_the_golden_file(case: str, file: str) -> None:
    network = load(golden.FOLDER / case / "network.toml")
    golden.check_golden(case, file, FILES[file](network))


def test_there_are_cases() -> None:
    assert len(CASES) >= 4


def test_a_difference_fails_with_a_diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    monkeypatch.delenv(golden.UPDATE, raising=False)
    with pytest.raises(pytest.fail.Exception, match="missing"):
        golden.check_golden("case", "figure.svg", "new\n")
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "figure.svg").write_text("old\n", encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match=r"-old\n\+new"):
        golden.check_golden("case", "figure.svg", "new\n")


def test_update_writes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    monkeypatch.setenv(golden.UPDATE, "1")
    golden.check_golden("case", "figure.svg", "new\n")
    assert (tmp_path / "case" / "figure.svg").read_text(encoding="utf-8") == "new\n"


def test_the_review_page_shows_old_and_new_side_by_side() -> None:
    page = review.page({"basic/figure.svg": "<svg>old</svg>", "basic/scene.json": "1\n"}, "HEAD")
    assert page.count("<img ") == 2 * 1 + (len(CASES) - 1)
    assert "-1" in page
    assert all(f"<h2>{case}" in page for case in CASES)
