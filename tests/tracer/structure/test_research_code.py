"""Blocks as research code writes them are read as a person reads them."""

from collections.abc import Callable

import pytest

pytest.importorskip("torch")

from torch import nn

from resnet_diagram.diagram.accounting import missing
from resnet_diagram.diagram.annotations.panels import built_with_units
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import content_items, nodes
from resnet_diagram.errors import TraceError
from resnet_diagram.spec.counting.sharing import shared_modules
from resnet_diagram.spec.measure import params, pre_activation, weighted_layers
from resnet_diagram.spec.model import Merge
from tests.identified import identified
from tests.tracer.facts import blocks, layers, merges, ops, shortcuts
from tests.tracer.models import research
from tests.tracer.models.research import Chained
from tests.tracer.structure.test_awkward import traced

MODELS: list[tuple[Callable[[], nn.Module], str, list[str], list[str]]] = [
    (lambda: Chained(research.StackedExperts(8), around=(0,)), "8", ["identity"], ["linear"] * 6),
    (lambda: Chained(research.SplineLayer(8), around=(0,)), "8", ["identity"], ["matmul", "linear"]),
    (research.SeparableProjection, "8x8x8", ["projection"], ["conv"] * 3),
    (lambda: Chained(research.MixedKernels(), around=(0,)), "8x8x8", ["identity"], ["linear"] * 2 + ["conv"]),
    (research.WithoutModules, "8x8x8", ["identity"], ["conv"] * 2),
    (lambda: Chained(nn.Conv2d(8, 8, 1), research.Generated()), "8x8x8", ["identity"] * 2, ["conv"]),
    (research.ComplexBlock, "8x8x8", ["identity"] * 2, ["conv"] * 4),
    (research.NarrowedFirst, "8x8x8", ["identity"], ["conv"]),
    (research.GlobalFeature, "8x16", [], []),
    (research.PromptTokens, "5x8", [], []),
    (research.Levels, "8x8x8", [], []),
    (research.Dueling, "8", [], []),
    (research.FedStream, "4x8x8", ["projection"], ["conv"]),
    (research.Scores, "4x8x8", [], []),
    (research.Tied, "8x8x8", ["identity"] * 4, ["conv"] * 2),
    (lambda: Chained(nn.Linear(8, 8), research.Synthesis()), "8", [], []),
    (research.WrittenSoftmax, "8x8x8", [], []),
]
"""A model, its input, the kinds of its shortcuts, and the working layers of its first branch."""


@pytest.mark.parametrize(("make", "shape", "kinds", "working"), MODELS)
def test_shortcuts_and_branches(
    make: Callable[[], nn.Module], shape: str, kinds: list[str], working: list[str]
) -> None:
    model = make()
    network = traced(model, shape)
    assert shortcuts(network) == kinds
    assert [layer.op for block in blocks(network)[:1] for layer in weighted_layers(block)] == working
    assert not [note for note in network.notes if "join up" in note]
    assert not [layer for layer in layers(network) if layer.kind == "opaque"]
    assert params(network) == sum(weight.numel() for weight in model.parameters())


def test_functions_on_other_weights_share_nothing() -> None:
    assert shared_modules(traced(research.WithoutModules(), "8x8x8")) == ()
    assert shared_modules(traced(Chained(nn.Conv2d(8, 8, 1), research.Generated()), "8x8x8")) == ()


def test_a_layer_that_nodes_of_a_graph_share_runs_as_often_as_they() -> None:
    convolutions = ("first.real", "first.imaginary", "last.real", "last.imaginary")
    assert set(shared_modules(traced(research.ComplexBlock(), "8x8x8"))) == {(n, 2) for n in convolutions}


def test_layers_of_different_modules_that_run_again_together_are_each_shared() -> None:
    assert shared_modules(traced(research.Tied(), "8x8x8")) == (("first", 2), ("last", 2))


def test_an_encoder_and_the_layer_behind_it_are_each_shared() -> None:
    network = traced(research.Embedded(), "3x8x8", "3x8x8")
    assert set(shared_modules(network)) == {("encoder", 2), ("project", 2)}


def test_attention_that_runs_once_is_not_shared() -> None:
    assert shared_modules(traced(research.Latents(), "6x8")) == ()


def test_only_the_image_lacks_a_batch() -> None:
    network = traced(research.TimeStep(), "x=3x8x8", "t=1:int64")
    assert network.stopped_at is None
    assert "conv" in [layer.name for layer in layers(network)]


def test_a_softmax_that_is_written_out_is_one_activation() -> None:
    assert [layer.op for layer in layers(traced(research.WrittenSoftmax(), "8x8x8"))] == [
        "conv",
        "log_softmax",
    ]


def test_a_sum_without_weights_is_drawn() -> None:
    network = identified(traced(Chained(nn.Conv2d(3, 8, 3), research.LessRunningSum()), "3x8x8"))
    assert missing(network, [p.content for p in build([network], Options(view=View.PAPER)).panels]) == ()


def test_the_activation_behind_a_convolution_of_the_same_module_is_no_pre_activation() -> None:
    (block,) = blocks(traced(research.NarrowedFirst(), "8x8x8"))
    assert not pre_activation(block)


def test_a_value_copied_to_all_positions_is_appended() -> None:
    (appended,) = merges(traced(research.GlobalFeature(), "8x16"), Merge.CONCAT)
    assert [ops(branch) for branch in appended.branches] == [[], ["global_max_pool", "expand"]]


def test_tokens_are_inserted_in_one_step() -> None:
    assert [layer.op for layer in layers(traced(research.PromptTokens(), "5x8"))] == ["cat"]


def test_the_norm_behind_a_module_in_a_panel_of_its_own_is_in_its_box() -> None:
    network = traced(Chained(nn.Conv2d(3, 8, 3), research.MixedBlock()), "3x10x10")
    diagram, _ = built_with_units([network], Options(), flat=False)
    (block,) = (panel for panel in diagram.panels if "Identity" in str(panel.title))
    boxes = [list(map(str, node.lines)) for node in nodes(content_items(block.content))]
    assert [lines[-1] for lines in boxes if lines[0] == "MixedKernels"] == ["BN, ReLU", "BN"]
    assert str(block.title) == "Identity block"


def test_values_that_leave_torch_are_named_as_the_cause() -> None:
    with pytest.raises(TraceError, match="not followed through NumPy"):
        traced(research.ThroughNumpy(), "3x8x8")
