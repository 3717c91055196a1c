"""What the words of the short form mean, and what is said of wrong files."""

from pathlib import Path

import pytest

from resnet_diagram.errors import SourceError, SpecError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.counting.blocks import residual_units, units
from resnet_diagram.spec.json.files import load
from resnet_diagram.spec.measure import block_kind, cardinality, residual_blocks, stride, walk, width
from resnet_diagram.spec.model import Block, Layer, LayerKind, Network, ShortcutKind, Stage
from resnet_diagram.spec.signature import differences, same
from resnet_diagram.spec.toml.reader import loads, network_of
from resnet_diagram.spec.toml.writer import dumps
from tests.spec.toml.wrong import WRONG, Wrong


def body(network: Network, number: int) -> tuple[Block, ...]:
    """The blocks of a stage."""
    stage = network.body[number - 1]
    assert isinstance(stage, Stage)
    return residual_units(units((stage,)))


def ops(layers: object) -> list[str]:
    assert isinstance(layers, tuple)
    return [one.op if isinstance(one, Layer) else "block" for one in layers]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.text.replace("\n", "; ")[:60])
def test_a_wrong_file_is_told_with_key_and_line(wrong: Wrong) -> None:
    with pytest.raises(SpecError) as caught:
        loads(wrong.text, "net.toml", "net")
    assert str(caught.value).startswith(wrong.says)


def test_invalid_toml_is_told_with_its_line() -> None:
    with pytest.raises(SpecError, match=r"^net\.toml: line 2, column 8: not valid TOML: invalid value\.$"):
        loads('name = "x"\ndepth =\n', "net.toml")


@pytest.mark.parametrize("depth", [200, 2000])
def test_what_is_nested_too_deeply_is_told(depth: int) -> None:
    text = "body = [" + "{ layers = [" * depth + '"relu"' + "] }" * depth + "]"
    with pytest.raises(SpecError, match=r"^net\.toml: nested too deeply to be read\.$"):
        loads(text, "net.toml")


def test_three_lines_make_a_network() -> None:
    network = loads('block = "bottleneck"\ndepths = [3, 4, 6, 3]', name="mine")
    assert network.name == "mine"
    assert same(network, catalog.network("resnet50"))


@pytest.mark.parametrize(
    ("base", "changed", "key"),
    [
        ("resnet50", "resnet50-v1", 'stride_in = "first"'),
        ("resnet50", "wide_resnet50_2", "base_width = 128"),
        ("resnet50", "resnext50_32x4d", "cardinality = 32\nbase_width = 4"),
        ("resnet50", "seresnet50", 'gate = "se"'),
        ("resnet50", "resnet50d", 'stem = "deep"\npooled_projection = true'),
        ("resnet34", "plain34", 'shortcut = "none"'),
    ],
)
def test_a_key_makes_the_difference(base: str, changed: str, key: str) -> None:
    block = "basic" if base == "resnet34" else "bottleneck"
    text = f'block = "{block}"\ndepths = [3, 4, 6, 3]\n'
    assert not differences(loads(text), catalog.network(base))
    assert not differences(loads(text + key), catalog.network(changed))


def test_a_stage_may_differ() -> None:
    network = loads(
        """
        block = "bottleneck"

        [[stage]]
        name = "conv2_x"
        depth = 2

        [[stage]]
        depth = 3
        width = 96
        stride = 1
        cardinality = 8
        shortcut = "C"
        """
    )
    assert [stage.name for stage in network.body if isinstance(stage, Stage)] == ["conv2_x", "layer2"]
    assert [cardinality(block) for block in body(network, 1)] == [1, 1]
    assert [(cardinality(block), width(block), stride(block)) for block in body(network, 2)] == [
        (8, 48, (1, 1))
    ] * 3
    kinds = [block.shortcut.kind for block in body(network, 2) if block.shortcut]
    assert kinds == [ShortcutKind.PROJECTION] * 3


def test_blocks_may_be_listed() -> None:
    network = loads(
        """
        [[stage]]
        [[stage.block]]
        repeat = 2
        [[stage.block]]
        block = "bottleneck"
        width = 16
        stride = 2
        [[stage.block]]
        layers = [{ op = "conv", width = 64, kernel = 1 }, "batch_norm"]
        after = ["relu"]
        [[stage.block]]
        op = "max_pool"
        kernel = 2
        """
    )
    assert [block_kind(block).value for block in body(network, 1)] == [
        "basic",
        "basic",
        "bottleneck",
        "other",
    ]
    assert [block.name for block in body(network, 1)] == [f"layer1.{at}" for at in range(4)]
    stage = network.body[0]
    assert isinstance(stage, Stage)
    assert isinstance(stage.body[-1], Layer)
    assert stage.body[-1].out_shape == (64, 14, 14)


def test_other_norms_and_activations() -> None:
    network = loads('depths = [1]\nnorm = "group_norm"\nnorm_groups = 8\nactivation = "silu"\nkernel = 5')
    layers = list(walk(network))
    norms = [layer for layer in layers if layer.kind is LayerKind.NORM]
    assert {(layer.op, layer.groups) for layer in norms} == {("group_norm", 8)}
    assert {layer.op for layer in layers if layer.kind is LayerKind.ACTIVATION} == {"silu"}
    assert [layer.kernel for layer in layers if layer.name.startswith("layer1.0.conv")] == [(5, 5)] * 2


def test_without_norms_convolutions_have_a_bias() -> None:
    layers = list(walk(loads('depths = [2, 2]\nnorm = "none"')))
    assert not [layer for layer in layers if layer.kind is LayerKind.NORM]
    assert all(layer.bias for layer in layers if layer.kind is LayerKind.CONV)


def test_dilation_keeps_the_resolution() -> None:
    network = loads("depths = [1, 1]\nstrides = [1, 1]\ndilation = 4")
    assert {layer.dilation for layer in walk(body(network, 2)) if layer.kernel == (3, 3)} == {(4, 4)}
    assert {layer.out_shape[1:] for layer in walk(network.body)} == {(56, 56)}


@pytest.mark.parametrize("sizes", [[1000], [16, 32, 32]])
def test_other_numbers_of_dimensions(sizes: list[int]) -> None:
    network = loads(f"input = {[2, *sizes]}\ndepths = [1, 1]\nblock = 'bottleneck'")
    assert {len(layer.kernel) for layer in walk(network) if layer.kind is LayerKind.CONV} == {len(sizes)}


def test_stem_and_head() -> None:
    network = loads(
        """
        depths = [1]
        [stem]
        width = [8, 16]
        kernel = 5
        stride = 1
        pool = "none"
        [head]
        pool = "max"
        classifier = "conv"
        classes = 7
        """
    )
    assert ops(network.stem) == ["conv", "batch_norm", "relu", "conv", "batch_norm", "relu"]
    assert ops(network.head) == ["global_max_pool", "conv", "flatten"]
    assert [layer.out_shape for layer in walk(network.stem) if layer.kernel] == [
        (8, 224, 224),
        (16, 224, 224),
    ]
    assert [layer.out_shape for layer in walk(network.head)][-1] == (7,)


def test_no_stem_and_no_head() -> None:
    network = loads("input = [64, 8, 8]\nstem = []\nhead = []\ndepths = [1]")
    assert (network.stem, network.head) == ((), ())
    assert body(network, 1)[0].shortcut
    assert len(residual_blocks(network)) == 1


def test_layers_one_by_one() -> None:
    network = loads(
        """
        input = [4, 10, 12]
        stem = [
          { op = "conv", width = 8, kernel = [3, 5], stride = [1, 2] }, "batch_norm", "relu",
          { op = "max_pool", kernel = 3, stride = 2, padding = 1 },
          { op = "avg_pool", kernel = 2, ceil_mode = true },
          { op = "mystery", kind = "opaque", out = [8, 3, 2], params = 5, macs = 6 },
        ]
        head = [{ op = "conv", width = 4, kernel = 1, groups = 2, bias = true }, "se", "flatten",
          { op = "linear", width = 3, bias = false }]
        body = [
          { branches = [["relu"], [{ op = "conv", width = 8, kernel = 1 }]], merge = "concat" },
          { name = "inner", body = [
            { layers = ["batch_norm"], shortcut = [{ op = "zero_pad", width = 16 }] },
          ] },
        ]
        """.replace('"se"', '{ op = "se", reduction = 2 }')
    )
    shapes = [(layer.op, layer.out_shape) for layer in walk(network.stem)]
    assert shapes == [
        ("conv", (8, 10, 6)),
        ("batch_norm", (8, 10, 6)),
        ("relu", (8, 10, 6)),
        ("max_pool", (8, 5, 3)),
        ("avg_pool", (8, 3, 2)),
        ("mystery", (8, 3, 2)),
    ]
    assert [element.name for element in network.body] == ["body.0", "inner"]
    inner = network.body[1]
    assert isinstance(inner, Stage)
    assert isinstance(inner.body[0], Block)
    assert inner.body[0].shortcut
    assert inner.body[0].shortcut.kind is ShortcutKind.ZERO_PAD
    assert [layer.params for layer in walk(network.stem)][-1] == 5
    assert not network.head[-1].bias if isinstance(network.head[-1], Layer) else False


def test_a_file_is_named_after_itself(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("depths = [1, 1]", encoding="utf-8")
    assert (load(path).name, load(path).source) == ("mine", str(path))


def test_unreadable_files(tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    with pytest.raises(SourceError, match="There is no file"):
        load(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SpecError, match="not a text in UTF-8; expected TOML"):
        load(path)


@pytest.mark.parametrize(
    ("widths", "strides", "expected", "kind"),
    [
        ([8, 16], [1, 2], ["subsample", "zero_pad"], "zero-pad"),
        ([8, 16], [1, 1], ["zero_pad"], "zero-pad"),
        ([8, 8], [1, 2], ["subsample"], "pooled"),
        ([8, 8], [1, 1], [], "identity"),
    ],
)
def test_option_a_writes_only_what_changes_something(
    widths: list[int], strides: list[int], expected: list[str], kind: str
) -> None:
    said = {"name": "net", "input": [3, 8, 8], "stem": "cifar", "depths": [1, 1], "shortcut": "A"}
    network = network_of(said | {"widths": widths, "strides": strides})
    shortcut = residual_blocks(network)[-1].shortcut
    assert shortcut
    assert [layer.op for layer in walk(shortcut.layers)] == expected
    assert shortcut.kind == kind
    assert check(network) is network
    assert not differences(loads(dumps(network)), network)
