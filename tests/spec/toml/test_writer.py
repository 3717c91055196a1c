"""The TOML of a network makes it again, and is short where it can be."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from resnet_diagram.errors import SpecError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.json.files import load, write_network
from resnet_diagram.spec.model import Layer, LayerKind, Network, Stage
from resnet_diagram.spec.shapes import conv
from resnet_diagram.spec.signature import differences, same
from resnet_diagram.spec.toml.reader import loads
from resnet_diagram.spec.toml.shorten.network import is_short, shortened
from resnet_diagram.spec.toml.text import toml_text
from resnet_diagram.spec.toml.writer import dumps

RESNET50 = """\
name = "resnet50"
input = [3, 224, 224]
stem = "imagenet"
block = "bottleneck"
depths = [3, 4, 6, 3]
widths = [64, 128, 256, 512]
stride_in = "middle"
shortcut = "B"

[head]
classes = 1000
"""


@pytest.mark.parametrize("name", catalog.names())
def test_the_catalog_comes_back_from_a_dozen_lines(name: str) -> None:
    network = catalog.network(name)
    text = dumps(network, short=True)
    assert not differences(loads(text), network)
    assert replace(loads(text), source=name) == network
    assert len(text.splitlines()) <= 18


def test_resnet50_in_full() -> None:
    assert dumps(catalog.network("resnet50")) == RESNET50


@pytest.mark.parametrize("name", ["resnet50", "resnext50_32x4d", "wide_resnet50_2", "resnet18"])
def test_a_traced_network_is_as_short(name: str) -> None:
    pytest.importorskip("tests.torchvision_shim")
    from resnet_diagram.sources.resolve import Reading, read_source

    traced = read_source(f"torchvision.models:{name}", Reading(inputs=["3x224x224"]))
    assert dumps(traced, short=True) == dumps(catalog.network(name))


@pytest.mark.parametrize("name", ["vgg11", "densenet121", "mobilenet_v2", "googlenet"])
def test_a_network_of_another_kind_is_written_layer_by_layer(name: str) -> None:
    pytest.importorskip("tests.torchvision_shim")
    from resnet_diagram.sources.resolve import Reading, read_source

    options = "(init_weights=False)" if name == "googlenet" else ""
    traced = read_source(f"torchvision.models:{name}{options}", Reading(inputs=["3x224x224"]))
    assert same(loads(dumps(traced)), traced)
    assert not is_short(shortened(traced))
    with pytest.raises(SpecError, match="has blocks that the short form of TOML cannot describe"):
        dumps(traced, short=True)


def test_a_smaller_expansion_is_told_from_a_larger_base_width() -> None:
    start = 'block = "bottleneck"\ndepths = [1, 2]\n'
    narrow = shortened(loads(f"{start}expansion = 2\nwidths = [32, 64]"))
    assert (narrow["expansion"], narrow["widths"], "base_width" in narrow) == (2, [32, 64], False)
    wide = shortened(loads(f"{start}base_width = 128\nwidths = [32, 64]"))
    assert (wide["base_width"], wide["widths"], "expansion" in wide) == (128, [32, 64], False)


def test_what_one_stage_has_of_its_own_stands_in_its_table() -> None:
    text = 'block = "bottleneck"\n' + "".join(
        f"[[stage]]\ndepth = {depth}\n{own}\n"
        for depth, own in ((3, ""), (4, 'gate = "se"'), (6, ""), (3, "dilation = 2\nstride = 1"))
    )
    said = shortened(loads(text))
    assert said["stage"] == [
        {"depth": 3, "width": 64},
        {"depth": 4, "width": 128, "gate": "se"},
        {"depth": 6, "width": 256},
        {"depth": 3, "width": 512, "stride": 1, "dilation": 2},
    ]
    assert is_short(said)


def test_what_one_block_has_of_its_own_stands_in_its_table() -> None:
    text = """
    [[stage]]
    [[stage.block]]
    [[stage.block]]
    repeat = 3
    pre_activation = true
    [[stage.block]]
    layers = [{ op = "conv", width = 64, kernel = 1 }]
    """
    said = shortened(loads(text))
    blocks = said["stage"][0]["block"]
    assert blocks == [
        {"pre_activation": False},
        {"repeat": 3},
        {"layers": [{"op": "conv", "width": 64, "kernel": 1}]},
    ]
    assert same(loads(toml_text(said)), loads(text))


def test_stage_names_are_kept() -> None:
    network = catalog.network("resnet18")
    names = ["conv2_x", "conv3_x", "conv4_x", "conv5_x"]
    stages = [stage for stage in network.body if isinstance(stage, Stage)]
    body = tuple(replace(stage, name=name) for stage, name in zip(stages, names, strict=True))
    text = dumps(replace(network, body=body))
    assert 'names = ["conv2_x", "conv3_x", "conv4_x", "conv5_x"]' in text.splitlines()
    assert [stage.name for stage in loads(text).body if isinstance(stage, Stage)] == names


def test_notes_become_comments() -> None:
    text = dumps(replace(catalog.network("resnet18"), notes=("the input was guessed", "two\nlines")))
    assert text.startswith("# the input was guessed\n# two\n# lines\nname = ")
    assert same(loads(text), catalog.network("resnet18"))


def unwritable() -> Network:
    """An operation without a name."""
    shape = (4, 6)
    strange = Layer(kind=LayerKind.OTHER, op="", in_shape=shape, out_shape=shape)
    return Network(name="strange", input_shape=shape, body=(strange,))


def test_what_has_no_words_is_told() -> None:
    problem = re.escape("'strange' cannot be written as TOML: expected a text, found ''.")
    with pytest.raises(SpecError, match=rf"^{problem} Write it as JSON \(net\.json\)\.$"):
        dumps(unwritable())


def test_files(tmp_path: Path) -> None:
    network = catalog.network("resnet20")
    for name in ("net.toml", "net.json"):
        write_network(network, tmp_path / name)
        assert same(load(tmp_path / name), network)
    assert "name" in tomllib.loads((tmp_path / "net.toml").read_text(encoding="utf-8"))
    write_network(network, tmp_path / "other.txt", "toml")
    assert (tmp_path / "other.txt").read_bytes() == (tmp_path / "net.toml").read_bytes()


def test_only_settings_that_need_saying_are_said() -> None:
    shape = (3, 9)
    network = Network(
        name="small",
        input_shape=shape,
        body=(conv(shape, 5, 3, padding=1, name="a"), conv((5, 9), 5, 1, name="b")),
    )
    assert dumps(network).splitlines() == [
        'name = "small"',
        "input = [3, 9]",
        "stem = []",
        'body = [{ op = "conv", width = 5, kernel = 3 }, { op = "conv", width = 5, kernel = 1 }]',
        "head = []",
    ]


def test_texts_are_escaped() -> None:
    name = 'a "quoted" \\ name\n\x7f\t☃'
    assert tomllib.loads(toml_text({"name": name, "odd key": {"x": True}})) == {
        "name": name,
        "odd key": {"x": True},
    }


def test_the_module_that_failed_is_read_again() -> None:
    network = replace(catalog.network("resnet18"), stopped_at="layer4.1")
    assert loads(dumps(network)).stopped_at == "layer4.1"
    assert "stopped_at" not in dumps(catalog.network("resnet18"))
