"""Ways round a branch are called what they are, and what is not drawn is counted."""

from collections.abc import Callable

import pytest

pytest.importorskip("torch")

from torch import nn

from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.measure import params
from resnet_diagram.spec.model import Merge
from tests.tracer.facts import blocks, layers, merges, ops, shortcuts, stages
from tests.tracer.models import blocks as given
from tests.tracer.models import mixing as mixing
from tests.tracer.models.awkward import InPlaceBlock, conv_norm
from tests.tracer.models.libraries import timm_module
from tests.tracer.structure.test_awkward import traced


def around(short: nn.Module | None, out: int = 4, stride: int = 1) -> nn.Module:
    return given.TwoWays(given.branch(4, out, stride), short)


def small() -> nn.Module:
    return conv_norm(4, 8, kernel=1)


ONE_BLOCK: list[tuple[Callable[[], nn.Module], str, list[str]]] = [
    (lambda: around(given.PadThenPool(), 8, 2), "zero-pad", ["zero_pad", "avg_pool"]),
    (lambda: around(conv_norm(4, 8, 2), 8, 2), "projection", ["conv", "batch_norm"]),
    (
        lambda: around(nn.Sequential(nn.AvgPool2d(2), small()), 8, 2),
        "pooled-projection",
        ["avg_pool", "conv", "batch_norm"],
    ),
    (
        lambda: around(nn.Sequential(small(), nn.AvgPool2d(2)), 8, 2),
        "projection",
        ["conv", "batch_norm", "avg_pool"],
    ),
    (lambda: around(nn.MaxPool2d(2), 4, 2), "pooled", ["max_pool"]),
    (lambda: around(nn.BatchNorm2d(4)), "other", ["batch_norm"]),
    (lambda: around(None), "identity", []),
]


@pytest.mark.parametrize(("make", "kind", "short"), ONE_BLOCK)
def test_one_shortcut(make: Callable[[], nn.Module], kind: str, short: list[str]) -> None:
    network = traced(make(), "4x16x16")
    (block,) = blocks(network)
    assert shortcuts(network) == [kind]
    assert block.shortcut is not None
    assert ops(block.shortcut.layers) == short
    assert ops(block.after) == ["relu"]


MODELS: list[tuple[Callable[[], nn.Module], str, list[str]]] = [
    (given.Volume, "2x8x8x8", ["projection"]),
    (given.Perceptron, "8", ["projection", "identity"]),
    (given.ByName, "3x16x16", ["projection", "identity"]),
    (given.Generator, "3x16x16", ["identity"] * 3),
    (given.Enlarged, "3x16x16", ["other", "identity", "identity"]),
    (given.NestedDense, "3x16x16", ["identity"] * 7),
    (given.StochasticDepth, "3x16x16", ["identity"]),
    (given.Res2Net, "16x16x16", ["identity"]),
    (given.SelectiveKernel, "8x16x16", ["identity"]),
    (given.OneShot, "8x16x16", ["identity"]),
    (given.DualPath, "3x16x16", ["identity"] * 2),
    (given.Exchange, "4x16x16", ["identity"] * 2),
    (given.ForeignPartialSum, "4x16x16", ["identity"]),
    (given.Positions, "3x16x16", []),
    (mixing.PartlyConvolved, "8x16x16", ["identity"]),
    (mixing.GhostSum, "8x16x16", []),
]


@pytest.mark.parametrize(("make", "shape", "kinds"), MODELS)
def test_shortcuts_of_several_branches(make: Callable[[], nn.Module], shape: str, kinds: list[str]) -> None:
    assert shortcuts(traced(make(), shape)) == kinds


def test_stochastic_depth_keeps_its_kind_when_training() -> None:
    assert shortcuts(traced(given.StochasticDepth().train(), "3x16x16")) == ["identity"]


def test_two_equal_branches_are_not_residual() -> None:
    network = traced(around(given.branch(4, 4)), "4x16x16")
    assert shortcuts(network) == []
    assert len(merges(network, Merge.ADD)) == 1


def test_a_projection_next_to_an_identity_is_a_branch() -> None:
    (block,) = blocks(traced(given.Twice(), "4x16x16"))
    assert block.shortcut is not None
    assert block.shortcut.kind == "identity"
    assert [ops(b) for b in block.branches] == [
        ["conv", "batch_norm", "relu", "conv", "batch_norm"],
        ["conv", "batch_norm"],
    ]


@pytest.mark.parametrize(
    ("inplace", "before", "branch"),
    [
        (True, ["relu"], ["conv", "relu", "conv"]),
        (False, [], ["relu", "conv", "relu", "conv"]),
    ],
)
def test_layers_of_the_shortcut(inplace: bool, before: list[str], branch: list[str]) -> None:
    (block,) = blocks(traced(given.HeadedBranch(inplace), "3x16x16"))
    assert (ops(block.before), ops(block.branches[0])) == (before, branch)


INNER = [
    (given.Exchange, "4x16x16", 2),
    (given.Res2Net, "16x16x16", 2),
]


@pytest.mark.parametrize(("make", "shape", "count"), INNER)
def test_additions_of_irregular_parts_are_merges_of_a_graph(
    make: Callable[[], nn.Module], shape: str, count: int
) -> None:
    network = traced(make(), shape)
    sums = [node for graph in graphs(network) for node in graph.nodes if node.merge is Merge.ADD]
    assert len(sums) == count
    assert not [layer for layer in layers(network) if layer.kind == "opaque"]
    assert network.notes == ()


def test_nothing_is_noted_where_everything_is_drawn() -> None:
    assert traced(InPlaceBlock(3)).notes == ()


def test_layers_concatenated_once_are_drawn() -> None:
    network = traced(given.OneShot(), "8x16x16")
    assert ops(layers(network)).count("conv") == 4
    assert not [layer for layer in layers(network) if layer.kind == "opaque"]
    assert len(merges(network, Merge.CONCAT)) == 3


@pytest.mark.parametrize("spelling", given.PARTIAL)
def test_a_sum_over_some_channels_pads_the_shortcut_with_zeros(spelling: str) -> None:
    network = traced(given.PartialSum(spelling), "4x16x16")
    (block,) = blocks(network)
    assert block.shortcut is not None
    assert block.shortcut.kind == "zero-pad"
    (pad,) = block.shortcut.layers
    assert (pad.op, pad.in_shape, pad.out_shape) == ("zero_pad", (4, 16, 16), (6, 16, 16))  # type: ignore[union-attr]
    assert ops(block.branches[0]) == ["conv", "batch_norm", "relu", "conv", "batch_norm"]
    assert not [layer for layer in layers(network) if layer.kind == "opaque"]


def test_a_part_that_alone_is_read_is_no_padding() -> None:
    (block,) = blocks(traced(given.ReadInPart(), "4x16x16"))
    assert block.shortcut is not None
    assert block.shortcut.kind == "identity"
    assert ops(block.branches[0])[-1] == "slice"


def test_rexnet_pads_with_zeros() -> None:
    network = traced(timm_module().create_model("rexnet_100"), "3x64x64")
    assert shortcuts(network) == ["zero-pad"] * 11


@pytest.mark.parametrize(("spelling", "count"), given.COUPLINGS.items())
def test_sums_of_halves_are_residual_where_each_half_is_changed(spelling: str, count: int) -> None:
    assert shortcuts(traced(given.Coupling(spelling), "8x16x16")) == ["identity"] * count


def test_a_half_can_have_a_residual_block() -> None:
    assert shortcuts(traced(given.HalfResidual(), "8x16x16")) == ["identity"]


def test_a_part_that_is_handed_on_is_a_branch() -> None:
    network = traced(mixing.PartlyConvolved(), "8x16x16")
    (joined,) = merges(network, Merge.CONCAT)
    assert [ops(b) for b in joined.branches] == [["slice", "conv"], ["slice"]]
    assert not [layer for layer in layers(network) if layer.kind == "opaque"]


def test_a_dual_path_is_a_sum_with_channels_of_either_value_appended() -> None:
    first, second = blocks(traced(given.DualPath(), "3x16x16"))
    for block, channels in ((first, 16), (second, 20)):
        ends = [run[-1] for run in (block.branches[0], block.shortcut.layers if block.shortcut else ())]
        assert [(e.op, e.out_shape[0]) for e in ends] == [("append_channels", channels)] * 2  # type: ignore[union-attr]
    assert ops(first.branches[0])[0] == "conv"


@pytest.mark.parametrize(("name", "depths"), [("dpn48b", [3, 4, 6, 3]), ("dpn92", [3, 4, 20, 3])])
def test_dual_path_networks_have_no_opaque_layer(name: str, depths: list[int]) -> None:
    model = timm_module().create_model(name)
    network = traced(model, "3x64x64")
    assert list(stages(network).values()) == depths
    assert not [layer for layer in layers(network) if layer.kind == "opaque"]
    assert params(network) == sum(p.numel() for p in model.parameters())
