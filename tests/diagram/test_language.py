"""Drawings in another language."""

import tomllib
from pathlib import Path

import pytest

from resnet_diagram.app.draw import to_text
from resnet_diagram.diagram.language import translated
from resnet_diagram.diagram.legend import WORDS
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.errors import UsageError
from resnet_diagram.resources import templates_dir
from resnet_diagram.spec import catalog
from resnet_diagram.wording.languages import language_names, phrases


def test_legend_and_stages_are_translated_in_every_view() -> None:
    for view in (View.PAPER, View.OVERVIEW, View.FULL, View.BLOCK):
        text = to_text("resnet50", "svg", lang="zh", view=view.value, title="")
        assert "恒等捷径" in text
        assert "identity shortcut" not in text.split("</desc>")[1]


def test_names_stay_as_they_are() -> None:
    network = catalog.network("resnet18")
    drawn = translated(build([network], Options(title="block and stage")), phrases("zh"))
    assert drawn.title == "block and stage"


def test_a_phrase_is_a_whole_word() -> None:
    drawn = build([catalog.network("resnet18")], Options())
    said = translated(drawn, {"Stage": "Etappe", "Sta": "X", "age": "Y"})
    assert {group.title for group in said.items if hasattr(group, "title")} >= {"Etappe 1", "Stem", "Head"}


@pytest.mark.parametrize("name", [name for name in language_names() if name != "en"])
def test_a_table_knows_every_word_of_the_legend(name: str) -> None:
    path = templates_dir() / "languages" / f"{name}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))["phrases"]
    assert set(WORDS.values()) <= set(table)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "de.toml"
    path.write_text('[phrases]\n"Stage" = "Stufe"\n', encoding="utf-8")
    assert "Stufe 1" in to_text("resnet18", "outline", lang=str(path))


def test_an_unknown_language_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No language named 'zn'"):
        phrases("zn")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("phrases = 3\n", encoding="utf-8")
    with pytest.raises(UsageError, match="needs a table"):
        phrases(str(wrong))
