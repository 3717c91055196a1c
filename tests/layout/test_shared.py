"""Layers that several levels share: one box for all of them."""

import pytest

from resnet_diagram.diagram.accounting import left_out
from resnet_diagram.diagram.lanes.shared import shared_layers
from resnet_diagram.diagram.model import Node, NodeRole, Vertex
from resnet_diagram.diagram.walk import nodes, port_rows, row_read
from resnet_diagram.layout.scene import boxes
from resnet_diagram.spec.model import Graph, GraphNode, Layer, LayerKind, Merge, Network, Port, Shape
from tests.layout.geometry import is_crossing, problems
from tests.layout.test_lanes import THEME, conv, drawn, pyramid, scene, shape, whole


def listed(size: Shape, name: str) -> Layer:
    """A layer that makes a list of positions of a map."""
    after = (size[0], size[1] * size[2])
    return Layer(kind=LayerKind.RESHAPE, op="flatten", name=name, in_shape=size, out_shape=after)


def with_heads(levels: int, *, joined: bool, layers: int = 2, tail: bool = False) -> Network:
    """A pyramid whose levels share a head; `joined`: its values are concatenated.

    `layers`: convolutions of the head. `tail`: another layer reads one of its values too.
    """
    network = pyramid(levels)
    (graph,) = network.body
    assert isinstance(graph, Graph)
    parts = list(graph.nodes)
    heads: list[int] = []
    for number, level in enumerate(graph.outputs):
        size = parts[level].shape
        body = tuple(conv(f"head.{layer}", size, size) for layer in range(layers))
        lists = (listed(size, "head.flatten"),) if joined else ()
        after = lists[0].out_shape if lists else size
        shares = heads[0] if heads else None
        heads.append(len(parts))
        parts.append(GraphNode(shape=after, reads=(level,), body=(*body, *lists), shares=shares))
        assert number < levels
    outputs = tuple(heads)
    if joined:
        total = sum(parts[head].shape[1] for head in heads)
        parts.append(GraphNode(shape=(16, total), reads=outputs, merge=Merge.CONCAT, name="head.cat"))
        outputs = (len(parts) - 1,)
    if tail:
        parts.append(GraphNode(shape=shape(0), reads=(heads[-1],), body=(conv("tail", shape(0), shape(0)),)))
        outputs = (*outputs, len(parts) - 1)
    ports = tuple(Port(name=f"y{at}", shape=parts[output].shape) for at, output in enumerate(outputs))
    inner = Graph(nodes=tuple(parts), outputs=outputs, name="graph")
    return Network(
        name="heads", input_shape=network.input_shape, stem=network.stem, body=(inner,), outputs=ports
    )


def heads_of(network: Network) -> list[tuple[Vertex, Node]]:
    """Return the boxes that say how many levels share them."""
    parts = (
        (vertex, item)
        for vertex in whole(network).vertices
        if isinstance(vertex.content, tuple)
        for item in vertex.content
    )
    return [(v, item) for v, item in parts if isinstance(item, Node) and "shared by" in str(item.lines)]


@pytest.mark.parametrize("levels", [3, 5])
@pytest.mark.parametrize("joined", [False, True])
def test_a_head_that_levels_share_is_drawn_once(levels: int, joined: bool) -> None:
    network = with_heads(levels, joined=joined)
    ((vertex, box),) = heads_of(network)
    assert f"shared by {levels} levels" in [str(line) for line in box.lines]
    vertices = whole(network).vertices
    rows = [row_read(vertices, read) for read in vertex.reads]
    assert sorted(rows) == list(range(levels))
    assert ("concatenation" in [str(line) for line in box.lines]) == joined
    assert port_rows(vertex) == ((rows[0],) if joined else tuple(rows))
    assert left_out(network, drawn(network).panels) == ()


@pytest.mark.parametrize("joined", [False, True])
def test_the_box_of_a_shared_head_reaches_over_the_levels_that_share_it(joined: bool) -> None:
    network = with_heads(4, joined=joined)
    picture = scene(network)
    assert [fault for fault in problems(picture, THEME) if not is_crossing(fault)] == []
    ((_, head),) = heads_of(network)
    (box,) = [box for box in boxes(picture.root) if box.id == head.id]
    laterals = [box for box in boxes(picture.root) if box.role == NodeRole.CONV and box.id != head.id]
    assert box.y < min(other.y + other.height / 2 for other in laterals if other.x < box.x)
    assert box.height > 4 * laterals[0].height


def test_a_concatenation_that_is_no_part_of_a_head_is_drawn() -> None:
    network = with_heads(3, joined=True, tail=True)
    ((_, box),) = heads_of(network)
    assert "concatenation" not in [str(line) for line in box.lines]
    roles = [node.role for node in nodes((whole(network),))]
    assert NodeRole.CONCAT in roles


def test_layers_that_run_on_their_own_result_are_no_single_box() -> None:
    size = shape(0)
    layer = (conv("again", size, size),)
    first = (
        GraphNode(shape=size),
        GraphNode(shape=size, reads=(0,), body=layer),
        GraphNode(shape=size, reads=(0,), body=(conv("side", size, size),)),
        GraphNode(shape=size, reads=(1, 2), merge=Merge.ADD, name="add"),
        GraphNode(shape=size, reads=(3,), body=layer, shares=1),
    )
    assert shared_layers(Graph(nodes=first, outputs=(4,))) == []
    apart = (*first[:4], GraphNode(shape=size, reads=(2,), body=layer, shares=1))
    assert [layers.members for layers in shared_layers(Graph(nodes=apart, outputs=(3, 4)))] == [(1, 4)]
