"""The Python interface."""

from pathlib import Path

import pytest

import resnet_diagram as rd
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
        rd.draw(3, "x.svg")  # type: ignore[arg-type]


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
