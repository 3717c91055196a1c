"""The Python interface."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import resnet_diagram as rd
from resnet_diagram.errors import UsageError
from resnet_diagram.integrations.python import python_words
from tests.programs import require


def test_every_public_name_is_there() -> None:
    for name in rd.__all__:
        assert getattr(rd, name) is not None
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        _ = rd.nothing_of_this_name


def test_public_names_are_completed() -> None:
    assert set(rd.__all__) <= set(dir(rd))


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(rd.UsageError, match="int"):
        rd.draw(3, "x.svg")  # type: ignore[call-overload]


def test_a_network_is_saved_loaded_and_drawn(tmp_path: Path) -> None:
    network = rd.network("resnet50")
    rd.save(network, tmp_path / "net.json")
    assert rd.load(tmp_path / "net.json") == network
    assert rd.draw(network, tmp_path / "a.svg", tmp_path / "a.tex", title="Mine") == network
    rd.draw("resnet50", tmp_path / "b.svg", title="Mine")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_networks_and_figures_show_themselves_in_a_notebook(tmp_path: Path) -> None:
    show = getattr(rd.network("resnet18"), "_repr_mimebundle_")  # noqa: B009 - added to the class by the package
    assert show()["image/svg+xml"].startswith("<svg")
    assert "basic block" in show()["text/plain"]
    figure = rd.figure(["resnet18", "resnet34"], view="compare", theme="gray")
    assert "resnet34" in figure._repr_mimebundle_()["image/svg+xml"]
    figure.save(tmp_path / "both.svg", tmp_path / "both.mmd")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["both.mmd", "both.svg"]


def test_wrong_options_are_named() -> None:
    with pytest.raises(rd.UsageError, match="paper, overview, block, full, compare"):
        rd.to_text("resnet18", "svg", view="papier")


def test_graphviz_takes_the_drawing() -> None:
    require("dot")
    source = rd.to_graphviz("resnet18", direction="right")
    assert b"[&#215;2]" in source.pipe(format="svg") or "[×2]".encode() in source.pipe(format="svg")


def test_a_module_is_traced_untouched() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from examples.resnet import resnet18

    model = resnet18()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for _ in range(2):
        network = rd.trace(model, input_shape=(3, 224, 224))
    assert network.body == rd.trace(model, input_shape=(1, 3, 224, 224)).body
    assert rd.facts(network)["params"] == rd.facts(rd.network("resnet18"))["params"]
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_without_a_path_a_drawing_is_returned_and_shows_itself(tmp_path: Path) -> None:
    drawing = rd.draw("resnet18", show="+params", theme="gray")
    assert drawing == rd.figure("resnet18", show=["shapes", "norm", "act", "params"], theme="gray")
    assert "image/svg+xml" in drawing._repr_mimebundle_()
    assert repr(drawing) == "<Drawing of resnet18, view paper; save('figure.svg') writes it>"
    drawing.save(tmp_path / "a.svg")
    rd.draw("resnet18", tmp_path / "b.svg", show="+params", theme="gray")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize("choices", [{"theme": "grey-blue"}, {"lang": "klingon"}, {"theme": "none.toml"}])
def test_a_wrong_name_is_refused_when_the_drawing_is_made(choices: Any) -> None:
    with pytest.raises(rd.UsageError):
        rd.draw("resnet18", **choices)


@pytest.mark.parametrize("call", [rd.draw, rd.table, rd.to_text, rd.to_bytes])
def test_a_second_network_is_no_path_and_no_format(call: Any) -> None:
    with pytest.raises(rd.UsageError, match=r"got 'Network'. Give several networks as a list"):
        call("resnet18", rd.network("resnet34"))


@pytest.mark.parametrize("call", [rd.draw, rd.figure, rd.table])
def test_another_word_for_the_input_is_answered_with_the_keyword(call: Any) -> None:
    for word in ("input", "inputshape", "input_size"):
        with pytest.raises(rd.UsageError, match="Did you mean 'input_shape'"):
            call("resnet18", **{word: (3, 224, 224)})


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("params", {"params"}),
        ("params,macs", {"params", "macs"}),
        ("+params", {"params", "shapes", "norm", "act"}),
        ("-norm", {"shapes", "act"}),
        (["+macs", "-shapes", "-act"], {"macs", "norm"}),
        ("+params,macs", {"params", "macs", "shapes", "norm", "act"}),
        ("-norm,act,+math", {"shapes", "math"}),
        ("params,+macs", {"params", "macs"}),
        ("", set()),
    ],
)
def test_labels_are_listed_or_changed(words: str, shown: set[str]) -> None:
    assert rd.figure("resnet18", show=words).options.show == shown


def test_a_network_has_totals_stages_and_a_short_text() -> None:
    network = rd.network("resnet50")
    facts = rd.facts(network)
    assert (network.params, network.macs) == (facts["params"], facts["macs"])
    assert [stage.name for stage in network.stages] == [stage["name"] for stage in facts["stages"]]
    assert repr(network).splitlines() == [
        "Network 'resnet50': input 3×224×224, 25,557,032 parameters, 4,089,184,256 MACs",
        "  blocks by stage: layer1 (3), layer2 (4), layer3 (6), layer4 (3)",
    ]
    assert len(repr(rd.network("plain18")).splitlines()) == 2


def displayed(value: object) -> dict[str, str]:
    """Return what IPython sends to a notebook for a value, by media type."""
    formatter = pytest.importorskip("IPython.core.formatters").DisplayFormatter()
    data: dict[str, str] = formatter.format(value)[0]
    return data


def test_facts_tables_and_differences_show_themselves() -> None:
    facts = rd.facts("resnet18")
    assert "11,689,512 params" in displayed(facts)["text/plain"]
    assert "{" not in displayed(facts)["text/plain"]
    assert json.loads(json.dumps(facts)) == rd.facts(rd.network("resnet18"))
    table = rd.table(["resnet18", "resnet34"], "markdown", caption="")
    assert table.startswith("| stage")
    assert "<table" in displayed(table)["text/html"]
    assert displayed(table)["text/plain"] == table
    items = rd.diff("resnet18", "resnet34")
    assert "2, 2, 2, 2 blocks" in repr(items)
    assert displayed(items)["text/plain"] == repr(items)
    assert [item.where for item in items] == ["stages"]
    assert not rd.diff("resnet18", "resnet18")


ERRORS: list[tuple[Callable[[], object], str]] = [
    (lambda: rd.draw("resnet18", view="full", block="layer1.0"), "view='block'"),
    (lambda: rd.draw("resnet18", dpi=3), "dpi=3: expected"),
    (lambda: rd.draw("resnet18", width="3in", venue="ieee"), "width 3in and venue ieee"),
    (lambda: rd.draw("resnet18", "x.what"), "to_text or to_bytes"),
    (lambda: rd.draw("resnet18", input_shape=(3, 64, 64)), "leave input_shape out"),
    (lambda: rd.draw(["resnet18", "resnet34"]), "Take 'compare'"),
    (lambda: rd.figure("resnet18", show="+parms"), "Did you mean 'params'"),
    (lambda: rd.to_text("resnet18", "pdf"), "to_bytes"),
    (lambda: rd.network("resnet51"), "resnet-diagram list networks"),
    (lambda: rd.table("resnet18", decimals=40), "decimals"),
    (lambda: rd.facts(3), "got 'int'"),  # type: ignore[arg-type]
    (lambda: rd.network(3), "the name of a network, got 'int'"),  # type: ignore[arg-type]
    (lambda: rd.load(3), "a spec file, got 'int'"),  # type: ignore[arg-type]
    (lambda: rd.draw("resnet18", show=3), "labels, as a list or a text, got 'int'"),  # type: ignore[call-overload]
    (lambda: rd.draw("resnet18", annotate=[3]), "annotations, got 'list'"),  # type: ignore[call-overload]
    (lambda: rd.draw("resnet18", "{name}.svg"), "Nothing replaces '{name}'"),
]


@pytest.mark.parametrize(("call", "words"), ERRORS, ids=[words for _, words in ERRORS])
def test_errors_speak_of_keywords(call: Callable[[], object], words: str) -> None:
    with pytest.raises(rd.ResnetDiagramError, match=words) as caught:
        call()
    assert not re.search(r"(^|[\s('])--?[a-z]", str(caught.value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Take --view full or --view paper.", "Take view='full' or view='paper'."),
        ("Ask for --dpi 300 or less.", "Ask for dpi=300 or less."),
        ("Give more room (--width, --max-height).", "Give more room (width, max_height)."),
        ("as in --input 3x32x32.", 'as in input_shape="3x32x32".'),
        ("--input 3x8x8 --input mask=1x16:bool.", 'input_shape=["3x8x8", "mask=1x16:bool"].'),
        ("leave --input out", "leave input_shape out"),
    ],
)
def test_options_become_keywords(text: str, expected: str) -> None:
    assert python_words(text) == expected


def test_models_of_one_class_have_names_that_differ() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from examples.resnet import resnet18, resnet34

    models = [resnet18(), resnet34()]
    size = (3, 64, 64)
    assert [n.name for n in rd.figure(models, view="compare", input_shape=size).networks] == [
        "ResNet (1)",
        "ResNet (2)",
    ]
    assert "ResNet (1) and ResNet (2)" in repr(rd.diff(*models, input_shape=size))
    assert "ResNet (2)" in rd.table(models, input_shape=size)
    assert rd.trace(models[0], size, name="mine").name == "mine"


def test_whatever_makes_a_network_is_taken(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from examples.resnet import resnet18

    expected = rd.trace(resnet18(), (3, 64, 64))
    for what in (resnet18, lambda: resnet18(), "examples.resnet:resnet18"):
        network = rd.trace(what, "3x64x64")
        assert (network.stem, network.body) == (expected.stem, expected.body)
        assert not rd.diff(what, expected)
    assert rd.trace("resnet18") == rd.network("resnet18")
    rd.save("resnet18", tmp_path / "a.toml")
    assert rd.facts(tmp_path / "a.toml")["params"] == rd.facts("resnet18")["params"]
    with pytest.warns(rd.GuessedInputWarning, match="input_shape sets it") as caught:
        rd.trace(resnet18())
    assert caught[0].filename == __file__


def test_a_description_has_units_of_its_size_and_names_of_its_blocks() -> None:
    nn = pytest.importorskip("torch").nn
    layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, norm_first=True)
    tokens = rd.trace(nn.Sequential(nn.Linear(8, 32), layer, nn.Linear(32, 2)), (10, 8))
    words = displayed(rd.facts(tokens))["text/plain"]
    assert "attention block, MLP block" in words or "encoder layer" in words
    assert "activations" not in words
    assert re.search(r"\d\.\d{3} k\n", words)
    assert "0.000 G" not in words
    small = displayed(rd.facts("resnet20"))["text/plain"]
    assert "0.442 M\n" in small
    assert "40.551 MMACs" in small
    assert "4.089 GMACs" in displayed(rd.facts("resnet50"))["text/plain"]


def test_a_figure_saved_without_a_path_is_an_error_in_python() -> None:
    with pytest.raises(UsageError, match=r"save\('figure\.svg'\)"):
        rd.draw("resnet18").save()
