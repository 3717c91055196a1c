"""The triangle of a U-Net++: rows by resolution, columns by depth, dense skip connections."""

from dataclasses import replace
from itertools import pairwise

import pytest

from resnet_diagram.app.drawing.folding import folded_page
from resnet_diagram.diagram.accounting import left_out
from resnet_diagram.diagram.lanes.nested import triangle
from resnet_diagram.diagram.model import Node, NodeRole, Vertex
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import Box, boxes, connectors
from resnet_diagram.layout.spacing import TALLEST
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Output
from resnet_diagram.spec.model import Graph, GraphNode, Layer, LayerKind, Merge, Network, Port, Shape, Stage
from resnet_diagram.spec.shapes import concatenated
from tests.layout.geometry import is_crossing, problems
from tests.layout.test_lanes import THEME, conv, drawn, residual, shape, upsample, whole

ROOM = Options().graph_room


def pool(before: Shape, after: Shape) -> Layer:
    kind = LayerKind.POOL
    window = (2, 2)
    return Layer(
        kind=kind, op="max", in_shape=before, out_shape=after, name="pool", kernel=window, stride=window
    )


def nested(levels: int, *, residuals: int = 0, chained: bool = False, deep: bool = False) -> Network:
    """A U-Net++.

    `residuals`: residual blocks of each level of the encoder, else two convolutions. `chained`: what a node
    reads from its row is concatenated first. `deep`: each node of the first row has a head.
    """
    sizes = [shape(level) for level in range(levels)]
    graph = [GraphNode(shape=sizes[0])]
    at = {(0, 0): 0}

    def add(body: tuple[Layer | Stage, ...], *reads: int, merge: Merge | None = None, name: str = "") -> int:
        size = body[-1].out_shape if body and isinstance(body[-1], Layer) else graph[reads[0]].shape
        if merge:
            size = concatenated([graph[read].shape for read in reads], 0)
        graph.append(GraphNode(shape=size, reads=reads, body=body, merge=merge, name=name))
        return len(graph) - 1

    for level in range(1, levels):
        size, name = sizes[level], f"x{level}_0"
        down = add((pool(sizes[level - 1], size),), at[level - 1, 0])
        blocks = tuple(residual(f"{name}.{number}", size) for number in range(residuals))
        body: tuple[Layer | Stage, ...] = _double(name, size, size)
        body = (Stage(body=blocks, name=name),) if blocks else body
        at[level, 0] = add(body, down)
        graph[-1] = replace(graph[-1], shape=size)
    for depth in range(1, levels):
        for level in range(levels - depth):
            size, name = sizes[level], f"x{level}_{depth}"
            row = [at[level, other] for other in range(depth)]
            if chained and depth > 1:
                row = [add((), *row, merge=Merge.CONCAT, name=f"{name}.row")]
            up = add((upsample(sizes[level + 1], size, f"{name}.up"),), at[level + 1, depth - 1])
            merged = add((), *row, up, merge=Merge.CONCAT, name=f"{name}.cat")
            at[level, depth] = add(_double(name, graph[merged].shape, size), merged)
    tops = [at[0, depth] for depth in range(1, levels)]
    heads = tops if deep else tops[-1:]
    outputs = tuple(add((conv(f"head{top}", sizes[0], sizes[0]),), top) for top in heads)
    inner = Graph(nodes=tuple(graph), outputs=outputs, name="graph")
    ports = tuple(Port(name=f"y{number}", shape=sizes[0]) for number in range(len(heads)))
    stem = (conv("stem", (3, *sizes[0][1:]), sizes[0]),)
    return Network(name="nested", input_shape=(3, *sizes[0][1:]), stem=stem, body=(inner,), outputs=ports)


def _double(name: str, before: Shape, after: Shape) -> tuple[Layer, ...]:
    return conv(f"{name}.a", before, after), conv(f"{name}.b", after, after)


CASES = {
    "three levels": nested(3),
    "five levels": nested(5),
    "residual encoder": nested(5, residuals=3),
    "chained": nested(4, chained=True),
    "deep supervision": nested(4, deep=True),
}
LEVELS = {"three levels": 3, "five levels": 5, "residual encoder": 5, "chained": 4, "deep supervision": 4}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW])
def test_each_row_of_a_triangle_has_one_merge_less_than_the_one_above(name: str, view: View) -> None:
    levels = LEVELS[name]
    merges = [vertex.row for vertex in whole(CASES[name]).vertices if _role(vertex) is NodeRole.CONCAT]
    assert [merges.count(level) for level in range(levels)] == list(range(levels - 1, -1, -1))
    content = drawn(CASES[name], view).panels[0].content
    assert sum(node.role is NodeRole.CONCAT for node in nodes((content,))) == len(merges)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CASES)
def test_a_node_of_a_triangle_reads_its_whole_row_and_the_node_below(name: str) -> None:
    vertices = whole(CASES[name]).vertices
    for vertex in vertices:
        if _role(vertex) is NodeRole.CONCAT:
            level = [read for read in vertex.reads if vertices[read.vertex].row == vertex.row]
            below = [read for read in vertex.reads if vertices[read.vertex].row == vertex.row + 1]
            depth = (vertex.column[0] - vertices[1].column[0] + 1) // 2
            assert (len(level), len(below)) == (depth, 1)
            assert "upsample" in str(below[0].label)


@pytest.mark.parametrize("name", CASES)
def test_a_triangle_is_placed_in_rows_and_columns(name: str) -> None:
    network = CASES[name]
    picture = folded_page([network], Options(), Output(fit=Fit(495.0, None))).scene
    assert picture.height <= TALLEST
    assert picture.width <= 495.0
    assert [fault for fault in problems(picture, THEME) if not is_crossing(fault)] == []
    middles: dict[int, set[float]] = {}
    lefts: dict[int, set[float]] = {}
    for vertex, box in _merges(network, {box.id: box for box in boxes(picture.root)}):
        middles.setdefault(vertex.row, set()).add(round(box.y + box.height / 2, 1))
        lefts.setdefault(vertex.column[0], set()).add(round(box.x + box.width / 2, 1))
    assert all(len(places) == 1 for places in (*middles.values(), *lefts.values()))
    ordered = [min(middles[row]) for row in sorted(middles)]
    assert all(first < second for first, second in pairwise(ordered))


def _merges(network: Network, placed: dict[str, Box]) -> list[tuple[Vertex, Box]]:
    vertices = whole(network).vertices
    return [(vertex, placed[vertex.id]) for vertex in vertices if _role(vertex) is NodeRole.CONCAT]


@pytest.mark.parametrize("name", CASES)
def test_nothing_of_a_triangle_is_left_out(name: str) -> None:
    assert left_out(CASES[name], drawn(CASES[name]).panels) == ()


def test_heads_are_above_the_nodes_that_they_read() -> None:
    picture = layout(drawn(nested(4, deep=True)), THEME, Fit(495.0, None))
    upright = [
        line
        for line in connectors(picture.root)
        if len(line.points) == 2 and line.points[0][0] == line.points[1][0] and not line.labels
    ]
    rising = [line for line in upright if line.points[1][1] < line.points[0][1]]
    assert len(rising) == 6


def test_other_graphs_are_no_triangles() -> None:
    network = nested(4)
    (graph,) = network.body
    assert isinstance(graph, Graph)
    assert triangle(network, ROOM) is not None
    assert triangle(network, 6) is None
    merge = next(number for number, node in enumerate(graph.nodes) if node.name == "x0_2.cat")
    for reads in (graph.nodes[merge].reads[:-1], graph.nodes[merge].reads[-1:] * 2):
        changed = list(graph.nodes)
        changed[merge] = replace(changed[merge], reads=reads)
        assert triangle(replace(network, body=(replace(graph, nodes=tuple(changed)),)), ROOM) is None


def _role(vertex: Vertex) -> NodeRole | None:
    first = vertex.content[0] if isinstance(vertex.content, tuple) and vertex.content else None
    return first.role if isinstance(first, Node) else None


@pytest.mark.parametrize("name", CASES)
def test_the_encoder_of_a_triangle_leads_straight_down(name: str) -> None:
    picture = layout(drawn(CASES[name]), THEME, Fit(495.0, None))
    straight = [line for line in connectors(picture.root) if len(line.points) == 2 and line.head.element]
    falling = [
        line
        for line in straight
        if line.points[0][0] == line.points[1][0] and line.points[0][1] < line.points[1][1]
    ]
    placed = {box.id: box for box in boxes(picture.root)}
    assert len(falling) == LEVELS[name] - 1
    for line in falling:
        assert line.points[1][1] == pytest.approx(placed[line.head.element].y, abs=0.01)
