"""On which line a key stands."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings

from resnet_diagram.spec.check.faults import Path
from resnet_diagram.spec.toml.lines import line_of
from resnet_diagram.spec.toml.reader import path_text
from resnet_diagram.spec.toml.text import toml_text
from tests.spec.strategies import Said, designs, written_designs

TEXT = '''\
# [[stage]] in a comment
name = "a # [[stage]] in a text"  # and a comment
"quoted key".inner = 1
note = """
[[stage]]
"""
raw = \'\'\'
x = 1
\'\'\'
depths = [  # comment, with ] and "
  1, [2,
  3], "]",
]
stem = { width = 3, more = [
  1, { kernel = 7 },
] }

[[stage]]
depth = 1
[[stage.block]]
width = 1
[[stage.block]]
width = 2
[stage.deep.er]
key = 1

[[stage]]
depth = 2
[[ stage . block ]]
width = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("quoted key", "inner"), 3),
        (("raw",), 7),
        (("depths",), 10),
        (("depths", 1), 11),
        (("depths", 1, 1), 12),
        (("depths", 2), 12),
        (("stem", "width"), 14),
        (("stem", "more", 1, "kernel"), 15),
        (("stage",), 18),
        (("stage", 0, "depth"), 19),
        (("stage", 0, "block", 1, "width"), 23),
        (("stage", 0, "deep", "er", "key"), 25),
        (("stage", 1), 27),
        (("stage", 1, "block", 0, "width"), 30),
        (("stage", 1, "block", 0, "missing", 3), 29),
        (("missing",), 0),
        ((), 0),
    ],
)
def test_line_of(path: Path, line: int) -> None:
    tomllib.loads(TEXT)
    assert line_of(TEXT, path) == line


def paths(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """Every path in a value, and what is there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    own = [(path, value)] if path else []
    return own + [found for key, one in inner for found in paths(one, (*path, key))]


@settings(max_examples=50, deadline=None)
@given(designs() | written_designs())
def test_every_path_is_found(said: Said) -> None:
    text = toml_text(said)
    assert tomllib.loads(text) == said
    lines = text.splitlines()
    for path, _ in paths(said):
        line = lines[line_of(text, path) - 1]
        assert line.strip()
        if isinstance(path[-1], str):
            assert path[-1] in line


def test_a_path_in_words() -> None:
    assert path_text(("stage", 0, "block", 2, "layers", 1, "kernel")) == "stage 1, block 3, layers 2, kernel"
