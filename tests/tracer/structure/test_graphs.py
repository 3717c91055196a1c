"""Networks that are no chain: residual blocks in every lane and head, every input and output."""

from collections import Counter
from collections.abc import Callable

import pytest

pytest.importorskip("torch")

from torch import nn

import resnet_diagram as rd
from resnet_diagram.diagram.chain.closed import closed
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.views import build
from resnet_diagram.errors import CodeError
from resnet_diagram.spec.counting.sharing import shared_modules
from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.json.files import dumps, loads, text_of
from resnet_diagram.spec.measure import all_blocks, params, residual_blocks, walk
from resnet_diagram.spec.model import LayerKind, Merge, Network
from resnet_diagram.spec.settings import INPUT, setting
from resnet_diagram.spec.signature import same
from resnet_diagram.spec.toml.reader import loads as loads_toml
from resnet_diagram.tracer import parse_input, trace
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import Role
from resnet_diagram.tracer.structure.graphs.reduction import Edge, Reduction
from resnet_diagram.tracer.structure.graphs.regions import Region
from resnet_diagram.wording.facts import facts
from tests.tracer.facts import layers
from tests.tracer.models import blocks
from tests.tracer.models import graphs as given

PICTURE = "3x32x32"
SIX = {"identity": 4, "projection": 2}

CASES: list[tuple[Callable[[], nn.Module], tuple[str, ...], dict[str, int]]] = [
    (lambda: given.Features("dict"), (PICTURE,), SIX),
    (lambda: given.Features("tuple"), (PICTURE,), SIX),
    (lambda: given.Features("named tuple"), (PICTURE,), SIX),
    (lambda: given.Features("data class"), (PICTURE,), SIX),
    (given.Pyramid, (PICTURE,), SIX),
    (given.SummedPyramid, (PICTURE,), SIX),
    (given.BottomUp, (PICTURE,), SIX),
    (given.Lanes, (PICTURE,), {"identity": 6}),
    (lambda: given.Lanes(4), (PICTURE,), {"identity": 10}),
    (given.Twins, (PICTURE, PICTURE), SIX),
    (given.Streams, (PICTURE, "1x32x32"), {"identity": 3}),
    (given.Overlapping, (PICTURE,), {"identity": 5}),
    (given.Reversible, (PICTURE,), {"identity": 6}),
    (given.Gated, (PICTURE,), {"projection": 3}),
    (given.Cascade, (PICTURE,), {"identity": 1}),
    (given.Unused, (PICTURE,), {"identity": 1}),
    (given.Exits, (PICTURE,), {"identity": 3}),
    (given.Skipping, (PICTURE,), {"identity": 2}),
    (given.Adapted, (PICTURE,), {}),
    (given.Averaged, (PICTURE,), {}),
    (given.GatedShortcut, (PICTURE,), {"other": 1}),
    (given.PaddedPool, ("3x32",), {"pooled": 1}),
    (given.TwoPaths, (PICTURE,), {"pooled-projection": 1}),
]


def traced(model: nn.Module, *inputs: str) -> Network:
    return trace(model, [parse_input(text) for text in inputs or (PICTURE,)])


@pytest.mark.parametrize(("make", "inputs", "kinds"), CASES)
def test_residuals_are_found_wherever_they_lie(
    make: Callable[[], nn.Module], inputs: tuple[str, ...], kinds: dict[str, int]
) -> None:
    network = traced(make(), *inputs)
    assert Counter(one["shortcut"] for one in facts(network)["residuals"]) == kinds
    assert not [layer for layer in layers(network) if layer.kind is LayerKind.OPAQUE]


@pytest.mark.parametrize(("make", "inputs", "kinds"), CASES)
def test_parameters_are_those_of_the_model(
    make: Callable[[], nn.Module], inputs: tuple[str, ...], kinds: dict[str, int]
) -> None:
    model = make()
    network = traced(model, *inputs)
    assert params(network) == sum(p.numel() for p in model.parameters())
    assert not [note for note in network.notes if "join up" in note]


@pytest.mark.parametrize(("make", "inputs", "kinds"), CASES)
def test_files_keep_the_network(
    make: Callable[[], nn.Module], inputs: tuple[str, ...], kinds: dict[str, int]
) -> None:
    network = traced(make(), *inputs)
    assert loads(dumps(network)) == network
    assert same(loads_toml(text_of(network, "toml")), network)


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("dict", ["fine", "deep.middle", "deep.coarse"]),
        ("tuple", ["0", "1.0", "1.1"]),
        ("named tuple", ["fine", "coarse"]),
        ("data class", ["logits", "features"]),
    ],
)
def test_outputs_have_the_names_of_their_container(form: str, names: list[str]) -> None:
    network = traced(given.Features(form))
    assert [port.name for port in network.outputs] == names
    assert [one["name"] for one in facts(network)["outputs"]] == names
    assert all(one["from"] for one in facts(network)["outputs"])


@pytest.mark.parametrize("heads", [2, 3])
def test_heads_within_a_decoder_are_followed(heads: int) -> None:
    model = given.Supervised(heads)
    network = traced(model)
    assert {port.name for port in network.outputs} == {f"answer{at}" for at in range(heads)}
    assert params(network) == sum(weight.numel() for weight in model.parameters())
    assert not network.idle
    assert not network.notes


def test_a_head_that_several_levels_share_is_one_head() -> None:
    network = traced(given.Pyramid())
    (graph,) = graphs(network)
    shared = Counter(node.shares for node in graph.nodes if node.shares is not None)
    assert sorted(shared.values()) == [2, 2]
    assert [port.name for port in network.outputs] == [
        f"{head}.{k}" for head in ("kind", "place") for k in range(3)
    ]


@pytest.mark.parametrize("kept", [(), (0,), (2,), (0, 1, 2)])
def test_a_shared_head_behind_layers_of_each_level_is_one_head(kept: tuple[int, ...]) -> None:
    (graph,) = graphs(traced(given.Narrowed(*kept)))
    heads = [node for node in graph.nodes if any(layer.name == "head.0" for layer in walk(node.body))]
    assert [node.shares is None for node in heads] == [True, False, False]
    assert len({node.shares for node in heads[1:]}) == 1


def test_stages_of_a_pyramid_are_whole() -> None:
    stages = [(stage["name"], stage["blocks"]) for stage in facts(traced(given.Pyramid()))["stages"]]
    assert stages == [("levels.fine", 2), ("levels.middle", 2), ("levels.coarse", 2)]


def test_merges_of_levels_have_a_reason() -> None:
    reasons = Counter(one["reason"] for one in facts(traced(given.Pyramid()))["other_merges"])
    assert reasons == {"sum across resolutions": 2}


def test_what_two_inputs_share_is_listed_once() -> None:
    network = traced(given.Twins(), PICTURE, PICTURE)
    assert [port.name for port in network.inputs] == ["left", "right"]
    assert {one["runs"] for one in facts(network)["residuals"]} == {2}


@pytest.mark.parametrize("recurrent", [nn.LSTM(16, 8), nn.GRU(16, 8), nn.RNN(16, 8), nn.GRUCell(16, 8)])
@pytest.mark.parametrize("frames", [2, 4])
def test_an_encoder_of_each_frame_is_one_encoder(recurrent: nn.Module, frames: int) -> None:
    network = traced(given.Frames(recurrent), f"{frames}x3x32x32")
    found = facts(network)
    residuals = [(residual["shortcut"], residual["runs"]) for residual in found["residuals"]]
    assert residuals == [("identity", frames), ("projection", frames)]
    assert ("encoder", frames) in shared_modules(network)


def test_a_picture_of_two_inputs_shows_the_blocks_and_names_both() -> None:
    drawn = closed(traced(given.Twins(), PICTURE, PICTURE))
    assert len(residual_blocks(drawn)) == 6
    (box,) = [layer for layer in layers(drawn) if layer.kind is LayerKind.OPAQUE]
    assert box.op == "encoder (inputs: left, right)"


def test_modules_that_never_run_are_named() -> None:
    network = traced(given.Unused())
    assert facts(network)["idle"] == [{"name": "spare", "params": 20}]
    assert network.notes == ("20 parameters are never run in evaluation: spare",)


def ladder(count: int) -> list[Step]:
    """Return sums that each read the two before, which no series or branches explain."""
    steps = [Step(k, Role.ADD, [], [n for n in (k - 2, k - 1) if n >= 0], (), (), 0) for k in range(count)]
    for step in steps:
        for source in step.sources:
            steps[source].targets.append(step.index)
    return steps


def work_of(steps: list[Step]) -> int:
    """Return the number of edges that the reduction of some steps adds and removes."""
    changes = 0

    class Counted(Reduction):
        def _add(self, edge: Edge) -> None:
            nonlocal changes
            changes += 1
            super()._add(edge)

        def _remove(self, edge: Edge) -> None:
            nonlocal changes
            changes += 1
            super()._remove(edge)

    last = len(steps) - 1
    Counted(steps, Region(0, last, inner=list(range(1, last))))
    return changes


def test_the_work_of_a_reduction_grows_as_the_steps_do() -> None:
    few, many = work_of(ladder(200)), work_of(ladder(800))
    assert few > 200
    assert many < 4.2 * few


def test_a_series_of_branches_is_reduced_whole() -> None:
    """Two branches between each fork and the next, two hundred times."""
    steps = [Step(0, Role.ADD, [], [], (), (), 0)]
    for fork in range(0, 600, 3):
        steps += [
            Step(fork + 1, Role.CONV, [], [fork], (), (), 0),
            Step(fork + 2, Role.CONV, [], [fork], (), (), 0),
            Step(fork + 3, Role.ADD, [], [fork + 1, fork + 2], (), (), 0),
        ]
    for step in steps:
        for source in step.sources:
            steps[source].targets.append(step.index)
    reduction = Reduction(steps, Region(0, 600, inner=list(range(1, 600))))
    assert reduction.remaining == [0, 600]
    (way,) = reduction.into[600]
    assert sum(isinstance(item, Region) for item in way.items) == 200


@pytest.mark.parametrize("growing", [False, True])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("groups", [4, 8])
def test_the_groups_of_a_cascade_meet_in_one_concatenation(groups: int, last: bool, growing: bool) -> None:
    network = traced(blocks.Res2Net(16, groups, growing=growing, last=last), "16x16x16")
    assert ways_into_concatenations(network) == [groups]


@pytest.mark.parametrize(("first", "second", "ways"), [(1, 1, [3]), (1, -3, [3]), (2, 1, [2, 2])])
def test_a_concatenation_goes_on_in_one_of_the_same_dimension(
    first: int, second: int, ways: list[int]
) -> None:
    assert ways_into_concatenations(traced(given.Meetings(first, second), "4x8x8")) == ways


def ways_into_concatenations(network: Network) -> list[int]:
    """Return how many values each concatenation of a network joins."""
    nodes = [node for graph in graphs(network) for node in graph.nodes]
    joined = [block for block in all_blocks(network) if block.merge is Merge.CONCAT]
    return [len(node.reads) for node in nodes if node.merge is Merge.CONCAT] or [
        len(block.branches) for block in joined
    ]


@pytest.mark.parametrize("scales", [False, True])
def test_an_input_of_every_block_is_named_where_it_joins(scales: bool) -> None:
    model = given.Diffusion(scales=scales)
    network = trace(model, [parse_input("x=3x32x32"), parse_input("step=1")])
    found = Counter(block.shortcut.kind.value for block in residual_blocks(network) if block.shortcut)
    assert found == {"identity": 1, "projection": 3}
    assert not residual_blocks(network.stem)
    assert not residual_blocks(network.head)
    joining = [layer for layer in layers(network) if setting(layer, INPUT)]
    assert {setting(layer, INPUT) for layer in joining} == {"step"}
    assert len(joining) == 4
    assert params(network) == sum(weight.numel() for weight in model.parameters())
    words = {str(entry.text) for entry in build([network], Options()).legend}
    assert "step: another input, which joins in 4 layers" in words
    assert same(loads(dumps(network)), network)
    with pytest.raises(CodeError, match="another input joins in it, step"):
        rd.code(network)
