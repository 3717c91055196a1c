"""Models written in unusual ways are read as what they are."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from resnet_diagram.spec.model import Merge, Network
from resnet_diagram.tracer import parse_input, trace
from tests.tracer.facts import blocks, layers, merges, ops, shortcuts, stages
from tests.tracer.models import awkward


def traced(model: nn.Module, *inputs: str) -> Network:
    return trace(model, [parse_input(text) for text in inputs or ("3x32x32",)])


def channels_last(model: Any) -> nn.Module:
    result: nn.Module = model.to(memory_format=torch.channels_last)
    return result


CASES: list[tuple[Callable[[], nn.Module], str, int]] = [
    (awkward.DroppedReturn, "3x32x32", 2),
    (lambda: awkward.Checkpointed(True), "3x32x32", 3),
    (lambda: awkward.Checkpointed(False), "3x32x32", 3),
    (awkward.Shared, "3x32x32", 6),
    (lambda: awkward.Gated(16), "16x32x32", 1),
    (awkward.Functional, "3x32x32", 4),
    (awkward.OutArgument, "4x32x32", 3),
    (awkward.UNet, "3x32x32", 3),
    (awkward.WaveNet, "4x100", 4),
    (awkward.GPT, "32:int64", 4),
    (awkward.DataClassOutput, "10x16", 2),
    (awkward.Carried, "3x32x32", 3),
    (awkward.AutogradFunction, "3x32x32", 1),
    (awkward.CudaLover, "3x32x32", 1),
    (awkward.Asserting, "3x32x32", 1),
    (awkward.BooleanMask, "2x6x8", 1),
    (awkward.Recurrent, "1x20x8", 1),
    (awkward.Normalised, "3x32x32", 1),
    (lambda: torch.jit.script(awkward.InPlaceBlock(3)), "3x32x32", 1),
    (lambda: nn.DataParallel(awkward.InPlaceBlock(3)), "3x32x32", 1),
    (lambda: awkward.InPlaceBlock(3).half(), "3x32x32:float16", 1),
    (lambda: channels_last(awkward.InPlaceBlock(3)), "3x32x32", 1),
    (lambda: nn.Sequential(nn.LazyConv2d(8, 3), awkward.InPlaceBlock()), "1x3x32x32", 1),
]


@pytest.mark.parametrize(("make", "shape", "count"), CASES)
def test_all_residual_blocks_are_identities(make: Callable[[], nn.Module], shape: str, count: int) -> None:
    assert shortcuts(traced(make(), shape)) == ["identity"] * count


@pytest.mark.parametrize("spelling", awkward.SPELLINGS)
def test_option_a_in_every_spelling(spelling: str) -> None:
    network = traced(awkward.OptionA(spelling), "4x32x32")
    assert shortcuts(network) == ["zero-pad"]
    (block,) = blocks(network)
    assert ops(block.after) == ["relu"]
    assert block.shortcut is not None
    assert "zero_pad" in ops(block.shortcut.layers)


def test_an_in_place_relu_at_the_head_of_a_branch_is_shared() -> None:
    (block,) = blocks(traced(awkward.InPlaceHead()))
    assert ops(block.before) == ["relu"]
    assert ops(block.branches[0]) == ["conv", "relu", "conv"]


@pytest.mark.parametrize(
    ("block", "kind", "before", "branch"),
    [
        (
            awkward.PreActivation(8, 16, 2),
            "projection",
            ["batch_norm", "relu"],
            ["conv", "batch_norm", "relu", "conv"],
        ),
        (
            awkward.PreActivation(8, 8, 1),
            "identity",
            [],
            ["batch_norm", "relu", "conv", "batch_norm", "relu", "conv"],
        ),
    ],
)
def test_shared_pre_activation(
    block: awkward.PreActivation, kind: str, before: list[str], branch: list[str]
) -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3), block, nn.BatchNorm2d(block.conv2.out_channels), nn.ReLU())
    network = traced(model)
    (found,) = blocks(network)
    assert shortcuts(network) == [kind]
    assert ops(found.before) == before
    assert ops(found.branches[0]) == branch
    assert ops(found.after) == []
    assert ops(network.head) == ["batch_norm", "relu"]


def test_assumed_answers_are_noted() -> None:
    network = traced(awkward.DataDependent())
    assert len(blocks(network)) >= 2
    assert any("assumed" in note for note in network.notes)


def test_a_gate_is_a_product_at_the_end_of_the_branch() -> None:
    (block,) = blocks(traced(awkward.Gated(), "16x32x32"))
    gate = block.branches[0][-1]
    assert ops(block.branches[0]) == ["conv", "batch_norm", "relu", "conv", "batch_norm", "Block"]
    assert gate.merge is Merge.MULTIPLY  # type: ignore[union-attr]
    assert gate.branches[0] == ()  # type: ignore[union-attr]
    assert ops(gate.branches[1])[0] == "global_avg_pool"  # type: ignore[union-attr]


def test_nested_residuals() -> None:
    network = traced(awkward.Nested())
    assert Counter(shortcuts(network)) == {"identity": 10}


def test_long_skips_are_concatenations() -> None:
    assert len(merges(traced(awkward.UNet()), Merge.CONCAT)) == 1


def test_dense_blocks_are_concatenations() -> None:
    network = traced(awkward.Dense(), "4x32x32")
    assert len(merges(network, Merge.CONCAT)) == 4
    assert shortcuts(network) == []


def test_parallel_convolutions_are_no_residual() -> None:
    network = traced(awkward.RepVGG(), "8x32x32")
    assert shortcuts(network) == []
    (block,) = merges(network, Merge.ADD)
    assert len(block.branches) == 3


def test_a_second_input_inside_the_blocks() -> None:
    network = traced(awkward.Conditioned(), "3x16x16", "1x1")
    assert shortcuts(network) == ["identity"] * 4


def test_shared_weights_count_once_and_work_each_time() -> None:
    model = awkward.Shared()
    network = traced(model)
    assert sum(layer.params for layer in layers(network)) == sum(p.numel() for p in model.parameters())
    convs = [layer.macs for layer in layers(network) if layer.op == "conv"]
    assert len(convs) == 12
    assert len(set(convs)) == 1


def test_a_tied_head_counts_once() -> None:
    model = awkward.GPT()
    counted = sum(layer.params for layer in layers(traced(model, "32:int64")))
    assert counted == sum(p.numel() for p in model.parameters())


def test_unused_parameters_are_noted() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3))
    model.register_parameter("spare", nn.Parameter(torch.zeros(5)))
    assert any("spare" in note for note in traced(model).notes)


def test_a_flat_sequential_has_stages_by_shape() -> None:
    parts: list[nn.Module] = [nn.Conv2d(3, 8, 3)]
    for channels, out in ((8, 8), (8, 16), (16, 16)):
        parts.append(awkward.PreActivation(channels, out, 1 if channels == out else 2))
    assert list(stages(traced(nn.Sequential(*parts))).values()) == [1, 2]


def test_a_block_alone() -> None:
    network = traced(awkward.InPlaceBlock(3))
    assert [type(e).__name__ for e in network.body] == ["Block"]
    assert network.stem == network.head == ()


def test_counts_are_for_one_input() -> None:
    model = awkward.InPlaceBlock(3)
    several, one = traced(model, "4x3x32x32"), traced(model, "3x32x32")
    assert replace(several, notes=()) == one


def test_blocks_inside_a_long_residual_are_stages() -> None:
    network = traced(awkward.Nested())
    outer = blocks(network)[0]
    assert network.body == (outer,)
    assert ops(outer.branches[0]) == ["Stage", "conv"]


def test_the_gating_branch_of_a_product_is_second() -> None:
    (first, *_) = merges(traced(awkward.WaveNet(), "4x100"), Merge.MULTIPLY)
    assert [ops(branch) for branch in first.branches] == [["tanh"], ["sigmoid"]]


def test_layers_are_named_after_their_module() -> None:
    names = [layer.name for layer in layers(traced(awkward.Normalised()))]
    assert names == ["a", "relu", "b"]
