"""The scene as JSON: the documented schema, in full, the same every time."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from resnet_diagram.cli.main import main
from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import View
from resnet_diagram.layout.scene import Box, Connector, Group, Marker, Text, groups, walk
from resnet_diagram.render.scene import SCHEMA, render_scene
from tests.render.figures import named

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "formats.md"
TYPES = {"group": Group, "box": Box, "connector": Connector, "marker": Marker, "text": Text}


def elements(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every element in a JSON value, outer ones first."""
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for inner in value.values():
            yield from elements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from elements(inner)


def test_it_holds_the_page_and_the_whole_tree() -> None:
    figure = named("resnet50")
    content = json.loads(render_scene(figure))
    assert content["schema"] == SCHEMA
    assert (content["title"], content["theme"]) == ("resnet50", "paper")
    assert (content["width"], content["height"]) == (figure.scene.width, figure.scene.height)
    texts = sum(len(leaf.texts) for leaf in walk(figure.scene) if isinstance(leaf, Box))
    expected = len(list(walk(figure.scene))) + texts + len(list(groups(figure.scene)))
    assert len(list(elements(content["root"]))) == expected


@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.FULL, View.BLOCK])
def test_elements_have_the_fields_of_the_documentation(view: View) -> None:
    content = json.loads(render_scene(named("seresnet50", view=view)))
    known = {name: {field.name for field in fields(kind)} | {"type"} for name, kind in TYPES.items()}
    for element in elements(content["root"]):
        assert element.keys() <= known[element["type"]]


def test_every_field_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8").partition("## Scene")[2].partition("\n## ")[0]
    for kind in TYPES.values():
        for field in fields(kind):
            assert f"`{field.name}`" in text, field.name


def test_connectors_name_the_elements_and_sides_they_join() -> None:
    content = json.loads(render_scene(named("resnet18", View.FULL, Direction.DOWN)))
    shortcut = next(
        one for one in elements(content["root"]) if one["type"] == "connector" and one["role"] == "projection"
    )
    assert shortcut["tail"]["fork"] == "stage2-block1-add1-fork"
    assert shortcut["head"] == {"element": "stage2-block1-add1", "side": "top"}
    assert shortcut["origin"]["paths"] == ["layer2.0.shortcut.conv", "layer2.0.shortcut.bn"]
    assert [label["text"] for label in shortcut["labels"]] == ["1×1 conv, s=2"]


def test_the_same_figure_gives_the_same_text() -> None:
    assert render_scene(named("resnet50")) == render_scene(named("resnet50"))


def test_lengths_have_two_decimals_at_most() -> None:
    content = json.loads(render_scene(named("resnet50")), parse_float=str)
    numbers = [value for one in elements(content["root"]) for value in one.values() if isinstance(value, str)]
    assert not [
        value for value in numbers if value.replace(".", "").isdigit() and len(value.partition(".")[2]) > 2
    ]


@pytest.mark.parametrize("arguments", [["-t", "scene"], ["-o", "net.scene.json"]])
def test_the_command_line_writes_it(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["draw", "resnet18", *arguments])
    assert done.exit_code == 0, done.output
    text = done.stdout if "-t" in arguments else Path("net.scene.json").read_text(encoding="utf-8")
    assert json.loads(text)["root"]["kind"] == "figure"


def test_other_json_is_the_network(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["draw", "resnet18", "-o", str(tmp_path / "net.json")])
    assert "root" not in json.loads((tmp_path / "net.json").read_text(encoding="utf-8"))
