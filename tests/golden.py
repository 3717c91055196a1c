"""Golden files, tests/golden/<case>/<file>; `pytest --update-golden` rewrites them."""

import difflib
import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "golden"
UPDATE = "RESNET_DIAGRAM_UPDATE_GOLDEN"


def check_golden(case: str, file: str, text: str) -> None:
    """Fail with a unified diff unless the golden file holds this text. A missing file fails too."""
    path = FOLDER / case / file
    if os.environ.get(UPDATE) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    if not path.is_file():
        pytest.fail(f"{path} is missing; pytest --update-golden writes it")
    expected = path.read_text(encoding="utf-8")
    lines = difflib.unified_diff(
        expected.splitlines(), text.splitlines(), f"golden/{case}/{file}", "now", lineterm=""
    )
    if text != expected:
        pytest.fail("\n".join([*lines, "", "If the change is right, run pytest --update-golden."]))
