"""The facts of `describe`."""

import json
from dataclasses import replace

import pytest

from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import macs, params
from resnet_diagram.spec.model import (
    Block,
    Element,
    Graph,
    GraphNode,
    Layer,
    LayerKind,
    Merge,
    Network,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.shapes import conv, norm
from resnet_diagram.wording.facts import StageRow, facts, stage_rows

SHAPE = (8, 6, 6)


def test_totals() -> None:
    network = catalog.network("resnet50")
    found = facts(network)
    assert list(found) == [
        "name", "source", "input_shape", "depth", "params", "idle", "shared", "macs", "activations",
        "receptive_field", "option", "notes", "stopped_at", "inputs", "outputs", "stages", "residuals",
        "other_merges",
    ]  # fmt: skip
    assert (found["name"], found["input_shape"], found["depth"], found["option"]) == (
        "resnet50", [3, 224, 224], 50, "B",
    )  # fmt: skip
    assert (found["params"], found["macs"]) == (params(network), macs(network))
    assert facts(replace(network, notes=("guessed",)))["notes"] == ["guessed"]
    assert found["stopped_at"] is None
    assert facts(replace(network, stopped_at="layer3"))["stopped_at"] == "layer3"


@pytest.mark.parametrize("name", catalog.names())
def test_facts_are_json_and_add_up(name: str) -> None:
    network = catalog.network(name)
    found = facts(network)
    assert json.loads(json.dumps(found)) == found
    assert sum(stage["blocks"] for stage in found["stages"]) == len(found["residuals"])
    for stage in (stage for stage in found["stages"] if not name.startswith("plain")):
        assert sum(count for _, count in stage["runs"]) == stage["blocks"]
        ours = [entry for entry in found["residuals"] if entry["stage"] == stage["name"]]
        assert [entry["block"] for entry in ours] == list(range(1, stage["blocks"] + 1))
        assert (ours[0]["in_shape"], ours[-1]["out_shape"]) == (stage["in_shape"], stage["out_shape"])
    rows = stage_rows(network)
    assert sum(row.params for row in rows) == found["params"]
    assert sum(row.macs for row in rows) == found["macs"]


def test_stages() -> None:
    stage = facts(catalog.network("resnet152"))["stages"][2]
    assert stage == {
        "name": "layer3",
        "blocks": 36,
        "in_shape": [512, 28, 28],
        "out_shape": [1024, 14, 14],
        "receptive_field": [1291, 1291],
        "runs": [["bottleneck, projection shortcut, stride 2", 1], ["bottleneck, identity shortcut", 35]],
    }


def test_a_residual_block() -> None:
    entry = facts(catalog.network("resnet50d"))["residuals"][3]
    assert entry == {
        "path": "layer2.0",
        "stage": "layer2",
        "block": 1,
        "shortcut": "pooled-projection",
        "shortcut_layers": [
            {"kind": "pool", "kernel": [2, 2], "stride": [2, 2], "groups": 1, "in": 256, "out": 256},
            {"kind": "conv", "kernel": [1, 1], "stride": [1, 1], "groups": 1, "in": 256, "out": 512},
            {"kind": "norm", "kernel": [], "stride": [], "groups": 1, "in": 512, "out": 512},
        ],
        "in_shape": [256, 56, 56],
        "out_shape": [512, 28, 28],
        "stride": [2, 2],
        "main": [
            {"kind": "conv", "kernel": [1, 1], "stride": [1, 1], "groups": 1, "in": 256, "out": 128},
            {"kind": "conv", "kernel": [3, 3], "stride": [2, 2], "groups": 1, "in": 128, "out": 128},
            {"kind": "conv", "kernel": [1, 1], "stride": [1, 1], "groups": 1, "in": 128, "out": 512},
        ],
        "pre_activation": False,
        "nested_in": None,
        "runs": 1,
    }


def test_gates_are_other_merges_and_not_on_the_main_path() -> None:
    found = facts(catalog.network("seresnet50"))
    assert found["other_merges"][0] == {"path": "layer1.0.se", "merge": "multiply", "reason": "gate"}
    assert len(found["other_merges"]) == len(found["residuals"]) == 16
    assert [layer["kernel"][0] for layer in found["residuals"][0]["main"]] == [1, 3, 1]


def block(name: str, *branch: Block | Stage) -> Block:
    layers = branch or (conv(SHAPE, 8, 3, padding=1),)
    return Block(name=name, branches=(layers,), shortcut=Shortcut(kind=ShortcutKind.IDENTITY))


def nested() -> Network:
    """A long shortcut round a stage of two blocks, one of them with a block inside; then a stage."""
    deep = block("deep", block("inner"))
    long = block("long", Stage(name="down", body=(block("first"), deep)))
    dense = Block(branches=((), (conv(SHAPE, 8, 1),)), merge=Merge.CONCAT)
    two = Block(name="sum", branches=((conv(SHAPE, 8, 1),), (norm(SHAPE),)))
    skip = Block(name="skip", branches=((conv(SHAPE, 8, 1),),), shortcut=long.shortcut, merge=Merge.CONCAT)
    last = Stage(
        name="last", body=(two, norm(SHAPE), Stage(name="part", body=(block("a"), block("b"))), dense)
    )
    return Network(name="nested", input_shape=SHAPE, body=(long, last, skip))


def test_nested_blocks_come_first_and_say_where_they_are() -> None:
    found = facts(nested())
    assert [(one["path"], one["stage"], one["block"], one["nested_in"]) for one in found["residuals"]] == [
        ("first", "down", 1, "long"),
        ("inner", "down", 2, "deep"),
        ("deep", "down", 2, "long"),
        ("long", "", 0, None),
        ("a", "last", 2, None),
        ("b", "last", 3, None),
    ]


def test_other_merges_name_their_reason_and_unnamed_ones_their_position() -> None:
    assert facts(nested())["other_merges"] == [
        {"path": "sum", "merge": "add", "reason": "sum of branches"},
        {"path": "last.body[3]", "merge": "concat", "reason": "concatenation"},
        {"path": "skip", "merge": "concat", "reason": "concatenation with a shortcut"},
    ]


def test_a_sum_across_resolutions_says_so() -> None:
    upsample = Layer(kind=LayerKind.UPSAMPLE, op="nearest2d", in_shape=(8, 3, 3), out_shape=SHAPE)
    across = Block(branches=((conv(SHAPE, 8, 1),), (upsample,)))
    assert facts(Network(name="n", input_shape=SHAPE, body=(across,)))["other_merges"][0]["reason"] == (
        "sum across resolutions"
    )


def test_the_rows_of_a_graph_are_called_by_module_or_by_number() -> None:
    def node(*names: str) -> GraphNode:
        return GraphNode(shape=SHAPE, reads=(0,), body=tuple(conv(SHAPE, 8, 1, name=name) for name in names))

    nodes = (GraphNode(shape=SHAPE), node("neck.0.conv", "neck.0.out"), node("", ""), node("a.x", "b.x"))
    graph = Graph(nodes=(*nodes, GraphNode(shape=SHAPE, reads=(1, 2, 3), merge=Merge.ADD)), outputs=(4,))
    rows = stage_rows(Network(name="n", input_shape=SHAPE, body=(graph,)))
    assert [row.name for row in rows] == ["neck.0", "part 2", "part 3"]


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_each_level_of_a_u_net_has_a_row(depth: int) -> None:
    inner: tuple[Element, ...] = ()
    for level in range(depth, 0, -1):
        wide, narrow = ((8, size, size) for size in (128 >> level, 64 >> level))
        down = conv(wide, 8, 3, stride=2, padding=1, name=f"enc.{level}.down")
        branch = (conv(narrow, 8, 3, name=f"enc.{level}.conv"),)
        block = Block(
            branches=(branch,), shortcut=Shortcut(kind=ShortcutKind.IDENTITY), name=f"enc.{level}.0"
        )
        stage = Stage(name=f"enc.{level}", body=(down, block, block))
        enlarge = Layer(kind=LayerKind.UPSAMPLE, op="nearest2d", in_shape=narrow, out_shape=wide)
        joined = Block(name=f"dec.{level}", merge=Merge.CONCAT, branches=((), (stage, *inner, enlarge)))
        inner = (joined, conv((16, *wide[1:]), 8, 3, padding=1, name=f"dec.{level}.conv"))
    network = Network(name="u", input_shape=(8, 64, 64), body=(Stage(name="decoder", body=inner),))
    rows = stage_rows(network)
    named = [row for row in rows if row.blocks]
    assert [(row.name, row.blocks) for row in named] == [(f"enc.{k}", 2) for k in range(1, depth + 1)]
    decoder = [row.name for row in rows if row.name.startswith("dec") and row.params]
    assert decoder == [f"dec.{k}.conv" for k in range(depth, 0, -1)]
    assert sum(row.params for row in rows) == network.params
    assert sum(row.macs for row in rows) == network.macs


def test_stages_inside_stages_are_part_of_them() -> None:
    stages = facts(nested())["stages"]
    assert [(stage["name"], stage["blocks"]) for stage in stages] == [("down", 2), ("last", 4)]
    assert stages[1]["runs"] == [
        ["sum of branches", 1],
        ["batch_norm", 1],
        ["stage part", 1],
        ["concatenation", 1],
    ]


def test_a_row_of_the_table() -> None:
    rows = stage_rows(catalog.network("resnet18"))
    assert [row.name for row in rows] == ["stem", "layer1", "layer2", "layer3", "layer4", "head"]
    assert rows[2] == StageRow(
        name="layer2",
        blocks=2,
        block_type="basic block",
        spatial_change="56×56 → 28×28",
        shortcut="1 projection, 1 identity",
        strides="2, then 1",
        output="28×28×128",
        params=525_568,
        macs=411_041_792,
    )
    assert (rows[0].spatial_change, rows[0].blocks, rows[0].strides) == ("224×224 → 56×56", 0, "")
    assert (rows[-1].spatial_change, rows[-1].output) == ("7×7 → 1", "1000")


def test_rows_of_a_body_without_stages() -> None:
    body = (norm(SHAPE), norm(SHAPE), block("only"), Stage(body=(norm(SHAPE),)))
    rows = stage_rows(Network(name="n", input_shape=SHAPE, body=body))
    assert [(row.name, row.params) for row in rows] == [
        ("layers", 32),
        ("only", 576),
        ("stage 4", 16),
    ]
