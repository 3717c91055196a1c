"""The catalog against published numbers."""

import re

import pytest

from resnet_diagram.errors import SourceError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.counting.blocks import residual_units, units
from resnet_diagram.spec.measure import (
    BlockKind,
    block_kind,
    cardinality,
    depth,
    macs,
    option,
    out_shape,
    params,
    pre_activation,
    residual_blocks,
    stride,
    walk,
    width,
)
from resnet_diagram.spec.model import Block, Layer, LayerKind, Merge, ShortcutKind, Stage

# torchvision 0.28, models/resnet.py: "num_params" and "_ops" (GMACs) of the weights.
TORCHVISION = {
    "resnet18": (11_689_512, 1.814),
    "resnet34": (21_797_672, 3.664),
    "resnet50": (25_557_032, 4.089),
    "resnet101": (44_549_160, 7.801),
    "resnet152": (60_192_808, 11.514),
    "resnext50_32x4d": (25_028_904, 4.23),
    "resnext101_32x8d": (88_791_336, 16.414),
    "resnext101_64x4d": (83_455_272, 15.46),
    "wide_resnet50_2": (68_883_240, 11.398),
    "wide_resnet101_2": (126_886_696, 22.753),
}

# timm 1.0: parameters of resnet50d, seresnet50 and resnetv2_50, _101, _152, counted over `parameters()`.
TIMM = {
    "resnet50d": 25_576_264,
    "seresnet50": 28_088_024,
    "resnet50-v2": 25_549_352,
    "resnet101-v2": 44_541_480,
    "resnet152-v2": 60_185_128,
}

# He et al. 2015, table 1: "FLOPs", which are multiply-adds, in G.
HE_2015_MACS = {
    "resnet18": 1.8,
    "resnet34": 3.6,
    "resnet50-v1": 3.8,
    "resnet101-v1": 7.6,
    "resnet152-v1": 11.3,
}

# Parameters in M. He et al. 2015, table 6; the pre-activation and wide networks: Zagoruyko and Komodakis
# 2016, table 5.
PAPER_PARAMS = {
    "resnet20": 0.27,
    "resnet32": 0.46,
    "resnet44": 0.66,
    "resnet56": 0.85,
    "resnet110": 1.7,
    "resnet1202": 19.4,
    "preact-resnet110": 1.7,
    "preact-resnet164": 1.7,
    "preact-resnet1001": 10.2,
    "wrn-28-10": 36.5,
}


@pytest.mark.parametrize("name", catalog.names())
def test_every_network_holds_together(name: str) -> None:
    network = catalog.network(name)
    assert check(network) is network
    assert (network.name, network.source) == (name, name)
    assert out_shape(network) == ((10,) if network.input_shape == (3, 32, 32) else (1000,))


@pytest.mark.parametrize("name", TORCHVISION)
def test_counts_of_torchvision(name: str) -> None:
    network = catalog.network(name)
    assert (params(network), round(macs(network) / 1e9, 3)) == TORCHVISION[name]


@pytest.mark.parametrize("name", TIMM)
def test_counts_of_timm(name: str) -> None:
    assert params(catalog.network(name)) == TIMM[name]


@pytest.mark.parametrize("name", HE_2015_MACS)
def test_macs_of_the_first_paper(name: str) -> None:
    assert macs(catalog.network(name)) / 1e9 == pytest.approx(HE_2015_MACS[name], abs=0.07)


def test_macs_of_the_deep_stem() -> None:
    # He et al. 2018, table 5: ResNet-50-D has 4.3 G.
    assert macs(catalog.network("resnet50d")) / 1e9 == pytest.approx(4.3, abs=0.05)


@pytest.mark.parametrize("name", PAPER_PARAMS)
def test_params_of_the_papers(name: str) -> None:
    assert params(catalog.network(name)) / 1e6 == pytest.approx(PAPER_PARAMS[name], rel=0.02)


def _number(name: str) -> int:
    """The depth a name claims: "wide_resnet50_2" 50, "preact-resnet164" 164."""
    found = re.search(r"\d+", name)
    assert found
    return int(found.group())


@pytest.mark.parametrize("name", [name for name in catalog.names() if name not in ("wrn-28-10", "resnet50d")])
def test_depth_is_the_number_in_the_name(name: str) -> None:
    assert depth(catalog.network(name)) == _number(name)


def test_depth_counts_no_shortcuts_and_every_layer_of_a_deep_stem() -> None:
    wide = catalog.network("wrn-28-10")
    projections = [block for block in residual_blocks(wide) if block.shortcut and block.shortcut.layers]
    classifier = 1
    assert depth(wide) == 28 - len(projections) + classifier == 26
    assert depth(catalog.network("resnet50d")) == 50 + 2


@pytest.mark.parametrize("name", catalog.names())
def test_option(name: str) -> None:
    small = name.removesuffix("-b").removesuffix("-c")
    is_small = small in ("resnet20", "resnet32", "resnet44", "resnet56", "resnet110", "resnet1202")
    expected = {"-b": "B", "-c": "C"}.get(name[-2:], "A") if is_small else "B"
    assert option(catalog.network(name)) == (None if name.startswith("plain") else expected)


def stage(name: str, number: int) -> Stage:
    found = catalog.network(name).body[number - 1]
    assert isinstance(found, Stage)
    return found


def first(name: str, number: int) -> Block:
    return residual_units(units((stage(name, number),)))[0]


def strides(name: str) -> list[int]:
    convolutions = [layer for layer in first(name, 2).branches[0] if isinstance(layer, Layer)]
    return [layer.stride[0] for layer in convolutions if layer.kind is LayerKind.CONV]


def test_where_the_stride_stands() -> None:
    assert strides("resnet50") == [1, 2, 1]
    assert strides("resnet50-v1") == [2, 1, 1]
    assert strides("resnet50-v2") == [1, 2, 1]
    assert strides("preact-resnet164") == [2, 1, 1]
    assert strides("resnet18") == [2, 1]


def test_the_first_stage_projects_in_bottleneck_networks_alone() -> None:
    assert [_kind(block) for block in units((stage("resnet50", 1),))] == [
        "projection",
        "identity",
        "identity",
    ]
    assert stride(first("resnet50", 1)) == (1, 1)
    assert [_kind(block) for block in units((stage("resnet18", 1),))] == ["identity", "identity"]


def _kind(block: Block | Stage) -> str:
    assert isinstance(block, Block)
    assert block.shortcut is not None
    return block.shortcut.kind.value


def test_blocks_of_each_stage() -> None:
    counts = {name: [len(units((stage(name, number),))) for number in (1, 2, 3, 4)] for name in TORCHVISION}
    assert counts["resnet152"] == [3, 8, 36, 3]
    assert counts["resnext101_64x4d"] == [3, 4, 23, 3]
    assert counts["resnet18"] == [2, 2, 2, 2]
    assert len(units((stage("resnet1202", 3),))) == 200


def test_block_kinds_widths_and_cardinalities() -> None:
    assert block_kind(first("resnet34", 1)) is BlockKind.BASIC
    assert block_kind(first("wrn-28-10", 1)) is BlockKind.BASIC
    assert [width(first("wrn-28-10", number)) for number in (1, 2, 3)] == [160, 320, 640]
    for name, expected in (
        ("resnet50", (64, 1)),
        ("resnext50_32x4d", (128, 32)),
        ("wide_resnet50_2", (128, 1)),
    ):
        block = first(name, 1)
        assert block_kind(block) is BlockKind.BOTTLENECK
        assert (width(block), cardinality(block)) == expected


def test_pooled_projections_of_resnet50d() -> None:
    assert [_kind(first("resnet50d", number)) for number in (1, 2, 3, 4)] == [
        "projection", "pooled-projection", "pooled-projection", "pooled-projection",
    ]  # fmt: skip
    shortcut = first("resnet50d", 2).shortcut
    assert shortcut is not None
    pool, conv, norm = (layer for layer in shortcut.layers if isinstance(layer, Layer))
    assert (pool.op, pool.kernel, pool.stride, conv.stride, norm.op) == (
        "avg_pool", (2, 2), (2, 2), (1, 1), "batch_norm",
    )  # fmt: skip


def test_gate_of_seresnet50() -> None:
    gate = first("seresnet50", 1).branches[0][-1]
    assert isinstance(gate, Block)
    assert (gate.merge, gate.shortcut, gate.branches[0]) == (Merge.MULTIPLY, None, ())
    ops = [(layer.op, layer.out_shape) for layer in gate.branches[1] if isinstance(layer, Layer)]
    assert ops == [
        ("global_avg_pool", (256, 1, 1)),
        ("conv", (16, 1, 1)),
        ("relu", (16, 1, 1)),
        ("conv", (256, 1, 1)),
        ("sigmoid", (256, 1, 1)),
    ]


def test_zero_padding_subsamples_then_pads() -> None:
    shortcut = first("resnet20", 2).shortcut
    assert shortcut is not None
    assert shortcut.kind is ShortcutKind.ZERO_PAD
    ops = [(layer.op, layer.out_shape, layer.stride) for layer in shortcut.layers if isinstance(layer, Layer)]
    assert ops == [("subsample", (16, 16, 16), (2, 2)), ("zero_pad", (32, 16, 16), ())]


@pytest.mark.parametrize("name", ["resnet50-v2", "preact-resnet110", "preact-resnet1001", "wrn-28-10"])
def test_pre_activation_is_shared_where_the_shortcut_projects(name: str) -> None:
    network = catalog.network(name)
    for block in residual_blocks(network):
        assert pre_activation(block)
        assert block.after == ()
        projects = _kind(block) == "projection"
        assert [layer.op for layer in block.before] == (["batch_norm", "relu"] if projects else [])
    assert [layer.op for layer in network.head if isinstance(layer, Layer)][:2] == ["batch_norm", "relu"]
    assert next(walk(network.stem)).op == "conv"


@pytest.mark.parametrize("name", ["resnet50", "resnet20-c", "seresnet50"])
def test_post_activation_ends_in_a_relu_behind_the_addition(name: str) -> None:
    for block in residual_blocks(catalog.network(name)):
        assert [layer.op for layer in block.after] == ["relu"]
        assert not pre_activation(block)


@pytest.mark.parametrize("number", [18, 34])
def test_a_plain_network_is_the_residual_one_without_shortcuts(number: int) -> None:
    plain, residual = catalog.network(f"plain{number}"), catalog.network(f"resnet{number}")
    assert not residual_blocks(plain)
    assert list(walk(plain)) == list(walk(residual, shortcuts=False))
    assert [one.name for one in plain.body if isinstance(one, Stage)] == [f"layer{at}" for at in (1, 2, 3, 4)]


def test_the_names_found_in_the_files_are_those_of_their_tables() -> None:
    for name in catalog.names():
        assert catalog.design(name)["name"] == name


def test_layer_names_are_unique() -> None:
    names = [layer.name for layer in walk(catalog.network("seresnet50"))]
    assert all(names)
    assert len(names) == len(set(names))
    assert "layer3.5.conv2" in names


def test_entries_cite_a_paper() -> None:
    for name in catalog.names():
        entry = catalog.entry(name)
        assert entry.name == name
        assert "arXiv:" in entry.paper
        assert entry.summary


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("resnet5O", "resnet50"),
        ("ResNet-151", "resnet152"),
        ("preact-resnet101", "preact-resnet1001"),
    ],
)
def test_unknown_name(given: str, meant: str) -> None:
    with pytest.raises(SourceError) as caught:
        catalog.network(given)
    expected = (
        f"No network named {given!r}. Did you mean {meant!r}? 'resnet-diagram list networks' shows all."
    )
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("given", "meant"),
    [("ResNet-152", "resnet152"), ("resnext50-32x4d", "resnext50_32x4d"), ("wrn28-10", "wrn-28-10")],
)
def test_name_in_another_spelling(given: str, meant: str) -> None:
    assert catalog.network(given) == catalog.network(meant)


def test_unknown_name_like_no_other() -> None:
    with pytest.raises(
        SourceError, match=r"No network named 'zzz'\. 'resnet-diagram list networks' shows all\."
    ):
        catalog.entry("zzz")
