"""Comparison of networks, names aside."""

from dataclasses import replace
from typing import Any

import pytest

from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import all_blocks, walk
from resnet_diagram.spec.model import Block, Graph, GraphNode, Layer, LayerKind, Merge, Network, Stage
from resnet_diagram.spec.settings import DROPOUT, setting
from resnet_diagram.spec.shapes import conv
from resnet_diagram.spec.signature import Level, anonymous, canonical, differences, same, signature
from resnet_diagram.wording.layers import layer_lines


def changed(network: Network, **fields: object) -> Network:
    """The network with its second stage's first block changed."""
    stage = network.body[1]
    assert isinstance(stage, Stage)
    block = stage.body[0]
    assert isinstance(block, Block)
    other = replace(block, **fields)  # type: ignore[arg-type]
    body = (network.body[0], replace(stage, body=(other, *stage.body[1:])), *network.body[2:])
    return replace(network, body=body)


def test_anonymous_leaves_no_name_anywhere() -> None:
    bare = anonymous(catalog.network("seresnet50"))
    assert {layer.name for layer in walk(bare)} == {""}
    assert {block.name for block in all_blocks(bare)} == {""}
    assert (bare.name, bare.source, bare.notes) == ("", "", ())


def test_names_do_not_matter() -> None:
    network = catalog.network("resnet50")
    renamed = changed(replace(network, name="other", source="x:y", notes=("guessed",)), name="renamed")
    assert renamed != network
    assert same(network, renamed)
    assert differences(network, renamed) == ()


def test_blocks_of_a_stage_are_equal_without_their_names() -> None:
    stage = catalog.network("resnet152").body[2]
    assert isinstance(stage, Stage)
    assert len({anonymous(element) for element in stage.body}) == 2


def test_one_value_that_differs() -> None:
    network = catalog.network("resnet50")
    layer = network.stem[0]
    assert isinstance(layer, Layer)
    other = replace(network, stem=(replace(layer, padding=(2, 2)), *network.stem[1:]))
    assert not same(network, other)
    assert differences(network, other) == ("stem[0].padding: (3, 3) is not (2, 2)",)


def test_stride_places_differ_in_shapes_too() -> None:
    found = differences(catalog.network("resnet50"), catalog.network("resnet50-v1"))
    assert "body[1].body[0].branches[0][0].stride: (1, 1) is not (2, 2)" in found
    assert "body[1].body[0].branches[0][0].out_shape: (128, 56, 56) is not (128, 28, 28)" in found
    assert not [line for line in found if line.startswith("body[0]")]


def test_shortcuts_that_differ() -> None:
    found = differences(catalog.network("resnet20"), catalog.network("resnet20-b"))
    place = "body[1].body[0].shortcut"
    assert f"{place}.kind: 'zero-pad' is not 'projection'" in found
    assert f"{place}.layers[0].op: 'subsample' is not 'conv'" in found


def test_other_counts_and_classes_of_elements() -> None:
    network = catalog.network("resnet18")
    shorter = replace(network, head=network.head[:2])
    assert differences(network, shorter) == ("head: 3 elements are not 2",)
    swapped = replace(network, head=(network.body[0], *network.head[1:]))
    assert differences(network, swapped) == (
        "head[0]: global_avg_pool (512, 7, 7) → (512, 1, 1) is not a stage",
    )
    without = changed(network, shortcut=None)
    assert differences(network, without) == ("body[1].body[0].shortcut: a shortcut is not None",)


CONV = Layer(
    kind=LayerKind.CONV,
    op="conv",
    in_shape=(8, 4, 4),
    out_shape=(8, 4, 4),
    name="conv1",
    kernel=(3, 3),
    stride=(1, 1),
    padding=(1, 1),
    dilation=(1, 1),
    params=576,
)
FLATTEN = Layer(kind=LayerKind.RESHAPE, op="flatten", in_shape=(8, 1, 1), out_shape=(8,))


@pytest.mark.parametrize(
    ("change", "equal_at"),
    [
        ({"name": "conv2"}, set(Level)),
        ({"in_shape": (8, 2, 2), "out_shape": (8, 2, 2)}, {Level.STRUCTURE, Level.CLASS, Level.PATTERN}),
        ({"out_shape": (16, 4, 4)}, {Level.CLASS, Level.PATTERN}),
        ({"padding": (0, 0)}, {Level.CLASS, Level.PATTERN}),
        ({"bias": True}, {Level.PATTERN}),
        ({"stride": (2, 2)}, {Level.CLASS, Level.PATTERN}),
        ({"dilation": (2, 2)}, {Level.CLASS}),
        ({"groups": 8}, {Level.CLASS}),
        ({"groups": 2}, {Level.CLASS}),
        ({"settings": (("padding_mode", "reflect"),)}, {Level.PATTERN}),
        ({"op": "conv_transpose"}, set()),
        ({"kernel": (5, 5)}, set()),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_each_level_ignores_what_it_documents(change: dict[str, Any], equal_at: set[Level]) -> None:
    other = replace(CONV, **change)
    equal = {level for level in Level if signature(CONV, level) == signature(other, level)}
    assert equal == equal_at


def test_layers_that_arrange_values_count_for_equal_classes_only() -> None:
    equal = {level for level in Level if signature((CONV, FLATTEN), level) == signature((CONV,), level)}
    assert equal == {Level.STRUCTURE, Level.PATTERN}


def test_graphs_differ_in_what_they_read_and_in_what_leaves_them() -> None:
    nodes = (
        GraphNode(shape=(8, 4, 4)),
        GraphNode(shape=(8, 4, 4), reads=(0,), body=(CONV,)),
        GraphNode(shape=(8, 4, 4), reads=(1,), body=(CONV,)),
        GraphNode(shape=(8, 4, 4), reads=(1, 2), merge=Merge.ADD),
    )
    graph = Graph(nodes=nodes, outputs=(3,))
    others = [
        replace(graph, outputs=(2, 3)),
        replace(graph, nodes=(*nodes[:3], replace(nodes[3], reads=(0, 2)))),
        replace(graph, nodes=(*nodes[:3], replace(nodes[3], merge=Merge.MULTIPLY))),
        replace(graph, nodes=(*nodes[:2], replace(nodes[2], shares=1), nodes[3])),
    ]
    for level in Level:
        assert len({signature(other, level) for other in (graph, *others)}) == 1 + len(others)


def test_where_a_forward_stopped_is_no_difference() -> None:
    network = catalog.network("resnet18")
    assert same(network, replace(network, stopped_at="layer4", classes=()))


def test_a_dropout_at_the_beginning_is_a_setting_of_the_next_layer_alone() -> None:
    dropout = Layer(
        kind=LayerKind.DROPOUT, op="dropout", in_shape=(8, 4, 4), out_shape=(8, 4, 4), settings=(("p", 0.3),)
    )
    rates = [
        [setting(layer, DROPOUT) for layer in canonical(run)]
        for run in ((dropout, CONV, CONV), (CONV, dropout, CONV))
    ]
    assert rates == [[0.3, 0.0], [0.3, 0.0]]


def test_a_pool_over_all_positions_is_the_global_one() -> None:
    pool = replace(CONV, kind=LayerKind.POOL, op="avg_pool", kernel=(4, 4), out_shape=(8, 1, 1))
    assert [layer.op for layer in canonical([pool, FLATTEN])] == ["global_avg_pool"]


def test_the_dilation_of_one_position_does_nothing() -> None:
    def layers(kernel: int, dilation: int) -> Layer:
        return conv((8, 9, 9), 8, kernel, padding=dilation * (kernel // 2), dilation=dilation)

    assert signature(layers(1, 1), Level.STRUCTURE) == signature(layers(1, 2), Level.STRUCTURE)
    assert signature(layers(3, 1), Level.STRUCTURE) != signature(layers(3, 2), Level.STRUCTURE)
    assert [str(line) for line in layer_lines(layers(1, 2))] == ["1×1 conv, 8"]
    assert [str(line) for line in layer_lines(layers(3, 2))] == ["3×3 conv, 8", "dilation 2"]
