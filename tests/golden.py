"""Golden files, tests/golden/<case>/<file>; RESNET_DIAGRAM_UPDATE_GOLDEN=1 rewrites them."""

import difflib
import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "golden"
UPDATE = "RESNET_DIAGRAM_UPDATE_GOLDEN"


def check_golden(case: str, file: str, text: str) -> None:
    """Fail with the difference unless the golden file holds this text; a missing file fails too."""
    path = FOLDER / case / file
    if os.environ.get(UPDATE) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    if not path.is_file():
        pytest.fail(f"there is no {path}; {UPDATE}=1 writes it")
    wanted = path.read_text(encoding="utf-8")
    lines = difflib.unified_diff(wanted.splitlines(), text.splitlines(), str(path), "now", lineterm="")
    difference = "\n".join(lines)
    assert text == wanted, f"not as in the golden file; look at it, then {UPDATE}=1 rewrites it\n{difference}"
