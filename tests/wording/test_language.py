"""Drawings in another language: tables are total, and nothing stays English."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

from resnet_diagram.app.drawing.draw import to_text
from resnet_diagram.diagram.model import Diagram
from resnet_diagram.diagram.options import Options, Show, View
from resnet_diagram.diagram.prose.caption import caption
from resnet_diagram.diagram.views import build
from resnet_diagram.errors import UsageError
from resnet_diagram.resources import templates_dir
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.wording.blocks import unit_title
from resnet_diagram.wording.language import in_language, labels_in, language, language_names
from resnet_diagram.wording.modules import StageNames
from resnet_diagram.wording.terms import Kind, Label, Term
from resnet_diagram.wording.vocabulary import Word
from tests.diagram.drawings import both_readings
from tests.layout.traced import SUBJECTS, traced

TRANSLATED = [name for name in language_names() if name != "en"]
NETWORKS = ["resnet18", "resnet50", "resnet50d", "seresnet50", "preact-resnet110", "resnet20"]
ALL = frozenset(Show)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_table_translates_the_whole_vocabulary_and_nothing_else(name: str) -> None:
    path = templates_dir() / "languages" / f"{name}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))["phrases"]
    assert set(table) == {word.value for word in Word}


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_uses_the_values_of_its_phrase(name: str) -> None:
    for word, text in language(name).items():
        assert fields(text) == fields(word), word


def diagrams(name: str) -> Iterator[tuple[Diagram, Label]]:
    """Yield every view of a network, with the caption proposed for it."""
    networks = [catalog.network(name)]
    for view in (View.PAPER, View.OVERVIEW, View.FULL, View.BLOCK):
        for names in (StageNames.STAGE, StageNames.BOTH):
            options = Options(view=view, show=ALL, names=names)
            yield build(networks, options), caption(networks, options)
    pair = [*networks, catalog.network("resnet34")]
    yield build(pair, Options(view=View.COMPARE)), caption(pair, Options(view=View.COMPARE))


def vocabulary() -> set[str]:
    """Return the English words of the vocabulary."""
    return {word for entry in Word for word in re.findall(r"[a-z]{3,}", entry)}


@pytest.mark.parametrize("name", NETWORKS)
def test_no_word_stays_english(name: str) -> None:
    check_no_english(diagrams(name))


@pytest.mark.parametrize("name", [name for name, subject in SUBJECTS.items() if subject.quick])
@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.FULL])
def test_no_word_stays_english_in_unusual_networks(name: str, view: View) -> None:
    network = replace(traced(name), name="N")  # a name stays as it is
    diagram = build([network], Options(view=view, show=ALL - {Show.NAMES}, title=""))
    check_no_english([diagram])


def check_no_english(parts: Iterable[object]) -> None:
    """Fail for a word of the vocabulary that a translation of all words leaves."""
    foreign = {word: "‹" + "".join(f"{{{at}}}" for at in sorted(fields(word))) + "›" for word in Word}
    english = vocabulary()
    for part in parts:
        for label in labels_in(in_language(part, foreign)):
            left = set(re.findall(r"[a-z]{3,}", re.sub(r"(layer|resnet|conv)\d\S*", "", label)))
            assert not left & english, label


@pytest.mark.parametrize("name", NETWORKS)
def test_chinese_prose_has_full_width_punctuation(name: str) -> None:
    half = re.compile(r"[\u4e00-\u9fff] ?[,;:()?]|[,;:()?] ?[\u4e00-\u9fff]")
    for part in diagrams(name):
        for label in labels_in(in_language(part, language("zh"))):
            assert not half.search(label), label


@pytest.mark.parametrize("ops", [(1, 3, 1), (3, 3), (1,)])
@pytest.mark.parametrize("widths", [(16, 96, 96, 24), (64, 16, 16, 64), (32, 32, 32, 32)])
def test_the_title_of_a_run_of_layers_is_translated_whatever_its_capital(
    ops: tuple[int, ...], widths: tuple[int, ...]
) -> None:
    layers = tuple(
        Layer(
            kind=LayerKind.CONV,
            op="conv",
            in_shape=(before, 8, 8),
            out_shape=(after, 8, 8),
            kernel=(kernel, kernel),
            stride=(1, 1),
            dilation=(1, 1),
        )
        for kernel, before, after in zip(ops, widths, widths[1:], strict=False)
    )
    for capital in (True, False):
        title = unit_title(layers, capital=capital)
        assert title.endswith("without shortcut")
        assert not re.search("[A-Za-z]", title.in_language(language("zh")))


def test_legend_and_stages_are_translated_in_every_view() -> None:
    for view in (View.PAPER, View.OVERVIEW, View.FULL, View.BLOCK):
        text = to_text("resnet50", "svg", lang="zh", view=view.value, title="")
        assert "恒等捷径" in text
        assert "identity shortcut" not in text.split("</desc>")[1]


def test_the_proposed_caption_is_translated() -> None:
    networks = [catalog.network("resnet50")]
    sentence = in_language(caption(networks, Options()), language("zh"))
    assert sentence == (
        "ResNet-50：4 个阶段依次有 3、4、6 和 3 个瓶颈块，25.6 M 参数，4.09 GMACs，输入为 224×224×3。"
    )


def test_names_stay_as_they_are() -> None:
    network = catalog.network("resnet18")
    drawn = in_language(build([network], Options(title="block and stage")), language("zh"))
    assert drawn.title == "block and stage"
    assert drawn.panels[0].title == "block and stage"


def test_a_label_stays_the_same_through_other_languages() -> None:
    for diagram, _ in diagrams("resnet50"):
        back = in_language(in_language(diagram, language("zh")), {})
        assert both_readings(back) == both_readings(diagram)


def test_braces_in_a_name_are_no_values() -> None:
    name = Label(Term(kind=Kind.NAME, word="{0} {x}"))
    assert Label(Term(kind=Kind.TITLE, word=Word.PARTIAL, values=(name,))) == "{0} {x} (as far as it ran)"


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "de.toml"
    path.write_text('[phrases]\n"Stage {0}" = "Stufe {0}"\n', encoding="utf-8")
    assert "Stufe 1" in to_text("resnet18", "outline", lang=str(path))


@pytest.mark.parametrize(
    ("phrases", "message"),
    [
        (
            '"Stagee {0}" = "Stufe {0}"',
            r"no drawing writes the phrase 'Stagee \{0\}'. Did you mean 'Stage \{0\}'",
        ),
        ('"Stage {0}" = "Stufe {1}"', r"cannot be filled.*Use \{0\}"),
        ('"Stem" = "{0}"', "cannot be filled.*Use no values"),
        ('"Stem" = "{"', "cannot be filled"),
        ('"Stem" = 3', "it is no text"),
        ('"Stage {0}" = "{0.__class__}"', "a number in braces, and nothing else"),
        ('"Stage {0}" = "{0:>999999999}"', "a number in braces, and nothing else"),
        ('"Stage {0}" = "{0!r}"', "a number in braces, and nothing else"),
        ('"Stage {0}" = "{0[0]}"', "a number in braces, and nothing else"),
        ('"Stage {0}" = "{}"', "a number in braces, and nothing else"),
    ],
)
def test_a_wrong_translation_is_refused(tmp_path: Path, phrases: str, message: str) -> None:
    path = tmp_path / "de.toml"
    path.write_text(f"[phrases]\n{phrases}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        language(str(path))


def test_an_unknown_language_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No language named 'zn'"):
        language("zn")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("phrases = 3\n", encoding="utf-8")
    with pytest.raises(UsageError, match="needs a table"):
        language(str(wrong))
