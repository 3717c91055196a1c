"""Graphs in a network description: checks, measures, differences and refusals."""

from dataclasses import replace

import pytest

from resnet_diagram.codegen.code import code
from resnet_diagram.diagram.chain.closed import closed
from resnet_diagram.differences.networks import differences
from resnet_diagram.errors import CodeError, SpecError
from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.graph import aggregated_steps
from resnet_diagram.spec.json.files import loads
from resnet_diagram.spec.measure import depth, macs, params, residual_blocks
from resnet_diagram.spec.model import (
    Block,
    Graph,
    GraphNode,
    LayerKind,
    Merge,
    Network,
    Port,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.shapes import conv
from resnet_diagram.wording.facts import facts, stage_rows

WIDE = (4, 8, 8)
NODES = (
    GraphNode(shape=(3, 8, 8)),
    GraphNode(shape=WIDE, reads=(0,), body=(conv((3, 8, 8), 4, 3, padding=1, name="entry"),)),
    GraphNode(shape=WIDE, reads=(1,), body=(conv(WIDE, 4, 3, padding=1, name="first"),)),
    GraphNode(shape=WIDE, reads=(2, 1), merge=Merge.ADD, shortcut=ShortcutKind.IDENTITY, name="sum"),
    GraphNode(shape=WIDE, reads=(3,), body=(conv(WIDE, 4, 3, padding=1, name="second"),)),
    GraphNode(shape=WIDE, reads=(4, 2), merge=Merge.ADD, shortcut=ShortcutKind.IDENTITY, name="sum2"),
)
PORTS = (Port(name="early", shape=WIDE), Port(name="late", shape=WIDE))
GRAPH = Graph(nodes=NODES, outputs=(3, 5), name="graph")
NETWORK = Network(name="net", input_shape=(3, 8, 8), body=(GRAPH,), outputs=PORTS)


def changed(number: int, **fields: object) -> Network:
    nodes = list(NODES)
    nodes[number] = replace(nodes[number], **fields)  # type: ignore[arg-type]
    return replace(NETWORK, body=(replace(GRAPH, nodes=tuple(nodes)),))


def test_measures_count_every_node() -> None:
    assert check(NETWORK) is NETWORK
    assert (params(NETWORK), depth(NETWORK), macs(NETWORK)) == (108 + 144 + 144, 3, 64 * (108 + 144 + 144))
    assert [block.name for block in residual_blocks(NETWORK)] == ["sum", "sum2"]
    rows = stage_rows(NETWORK)
    assert sum(row.params for row in rows) == params(NETWORK)


def test_a_residual_of_a_graph_has_the_layers_from_its_shortcut_to_its_sum() -> None:
    first, second = facts(NETWORK)["residuals"]
    assert [len(one["main"]) for one in (first, second)] == [1, 1]
    assert facts(NETWORK)["outputs"] == [
        {"name": "early", "shape": [4, 8, 8], "from": "sum"},
        {"name": "late", "shape": [4, 8, 8], "from": "sum2"},
    ]


@pytest.mark.parametrize(
    ("network", "problem"),
    [
        (changed(2, reads=(5,)), "reads is [5]; expected numbers of nodes before it, below 2"),
        (changed(3, reads=(2,)), "an addition needs two"),
        (changed(3, merge=None), "expected either 'merge' or 'body'"),
        (changed(3, merge=Merge.CONCAT, shape=(8, 8, 8)), "it has a shortcut; expected merge 'add'"),
        (changed(3, shape=(5, 8, 8)), "shape is [5, 8, 8]; expected [4, 8, 8]"),
        (changed(0, shape=(1, 8, 8)), "the input has shape [1, 8, 8]; expected [3, 8, 8]"),
        (changed(4, shares=4), "shares is 4; expected the number of an earlier node"),
        (replace(NETWORK, body=(replace(GRAPH, outputs=(3, 9)),)), "outputs is [3, 9]"),
        (replace(NETWORK, outputs=PORTS[:1]), "outputs has 1 entry"),
        (replace(NETWORK, head=(conv(WIDE, 2, 1),)), "several outputs is not the last element"),
    ],
)
def test_faults_are_named(network: Network, problem: str) -> None:
    with pytest.raises(SpecError, match="net: ") as caught:
        check(network)
    assert problem in str(caught.value)


def test_a_file_without_graphs_is_read_as_ever() -> None:
    text = """{"format": "resnet-diagram-network", "version": 1, "name": "old", "input_shape": [3],
    "body": [{"type": "layer", "kind": "linear", "op": "linear", "in_shape": [3], "out_shape": [2]}]}"""
    assert (loads(text).inputs, loads(text).outputs, loads(text).idle) == ((), (), ())


def test_other_connections_are_a_difference() -> None:
    other = changed(5, reads=(4, 1))
    assert differences(NETWORK, NETWORK) == ()
    (only,) = differences(NETWORK, other)
    assert (only.where, only.left) == ("graph 1 node 5", "reads 4, 2, add, identity shortcut")


def test_code_refuses_a_graph() -> None:
    with pytest.raises(CodeError, match="Cannot write PyTorch code for graph 'graph'"):
        code(NETWORK)


def test_a_closed_network_names_what_is_in_its_box() -> None:
    (box,) = [layer for layer in closed(NETWORK).body if getattr(layer, "kind", None) is LayerKind.OPAQUE]
    assert box.op == "entry, first, second (outputs: early, late)"  # type: ignore[union-attr]
    assert params(closed(NETWORK)) == params(NETWORK)


def test_a_closed_network_names_its_inputs() -> None:
    shapes = ((3, 8, 8), (3, 8, 8))
    nodes = (
        *(GraphNode(shape=shape) for shape in shapes),
        GraphNode(shape=(3, 8, 8), reads=(0, 1), merge=Merge.ADD),
        GraphNode(shape=WIDE, reads=(2,), body=(conv((3, 8, 8), 4, 3, padding=1, name="mix"),)),
    )
    ports = tuple(Port(name=name, shape=shape) for name, shape in zip(("left", "right"), shapes, strict=True))
    network = check(
        Network(name="two", input_shape=(3, 8, 8), body=(Graph(nodes=nodes, outputs=(3,)),), inputs=ports)
    )
    (box,) = closed(network).body
    assert box.op == "mix (inputs: left, right)"  # type: ignore[union-attr]


def residual(name: str) -> Block:
    return Block(
        branches=((conv(WIDE, 4, 3, padding=1, name=f"{name}.conv"),),),
        shortcut=Shortcut(kind=ShortcutKind.IDENTITY),
        name=name,
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("net.fpn.inner.0", "net.fpn.outer.0", "head.conv"), "FPN, head"),
        (("net.decoder.up.0", "net.decoder.up.1"), "decoder"),
        (("lateral.0", "lateral.1"), "lateral"),
        (("up2.conv", "up3.conv", "up4.conv", "mask.conv"), "graph of layers"),
        (("fuse2.conv", "fuse3.conv", "fuse4.conv", "mask.conv"), "fuses 2–4, mask"),
    ],
)
def test_a_closed_network_names_modules_in_plain_words_behind_the_chain(
    names: tuple[str, ...], expected: str
) -> None:
    trunk = tuple(
        GraphNode(
            shape=WIDE, reads=(at,), body=(Stage(body=(residual(f"net.{name}.0"),), name=f"net.{name}"),)
        )
        for at, name in enumerate("abc")
    )
    ends = tuple(
        GraphNode(shape=WIDE, reads=(at % 3 + 1,), body=(conv(WIDE, 4, 1, name=name),))
        for at, name in enumerate(names)
    )
    graph = Graph(nodes=(GraphNode(shape=WIDE), *trunk, *ends), outputs=(3 + len(ends),))
    *chain, box = closed(Network(name="net", input_shape=(3, 8, 8), body=(graph,))).body
    assert [element.name for element in chain] == ["net.a", "net.b", "net.c"]
    assert box.op == expected  # type: ignore[union-attr]


def test_an_input_beside_itself_is_no_dense_layer() -> None:
    doubled = Block(branches=((), ()), merge=Merge.CONCAT)
    assert list(aggregated_steps(doubled)) == []


def test_merges_of_a_graph_within_a_stage_are_listed() -> None:
    graph = replace(GRAPH, outputs=(5,))
    alone, staged = (
        facts(Network(name="net", input_shape=(3, 8, 8), body=(part,)))
        for part in (graph, Stage(body=(graph,), name="stage"))
    )
    assert [block["path"] for block in staged["residuals"]] == ["sum", "sum2"]
    assert [block["path"] for block in alone["residuals"]] == ["sum", "sum2"]
