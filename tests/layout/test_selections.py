"""Operations that select values between layers with weights: one box for each module that runs them."""

import warnings
from dataclasses import replace

import pytest

from resnet_diagram.app.drawing.folding import folded_page
from resnet_diagram.diagram.accounting import left_out, missing
from resnet_diagram.diagram.lanes.frames import summarised
from resnet_diagram.diagram.lanes.selections import selections
from resnet_diagram.diagram.model import NodeRole
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.layout.scene import boxes
from resnet_diagram.layout.spacing import TALLEST
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Output
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Graph, GraphNode, Layer, LayerKind, Network, Port, Stage
from tests.layout.geometry import is_crossing, problems
from tests.layout.test_lanes import THEME, conv, drawn, pyramid, residual, scene, shape, whole
from tests.layout.test_shared import with_heads


def operation(op: str, module: str, number: int = 0) -> Layer:
    size = shape(2)
    name = f"{module}.{op}{number or ''}"
    return Layer(kind=LayerKind.OTHER, op=op, name=name, in_shape=size, out_shape=size)


def two_steps(first: list[str], second: list[str]) -> Network:
    """Scores select values, which a head reads; what its scores select of these, a second head reads."""
    size = shape(2)
    parts = [GraphNode(shape=size), GraphNode(shape=size, reads=(0,), body=(conv("scores", size, size),))]
    source = 0
    for step, operations in enumerate((first, second)):
        value = len(parts) - 1
        for number, op in enumerate(operations):
            layer = operation(op, f"pick{step}", number)
            parts.append(GraphNode(shape=size, reads=(value, source), body=(layer,)))
            value = len(parts) - 1
        parts.append(GraphNode(shape=size, reads=(value,), body=(conv(f"head{step}.in", size, size),)))
        source = value
        parts.append(
            GraphNode(shape=size, reads=(len(parts) - 1,), body=(conv(f"head{step}.out", size, size),))
        )
    graph = Graph(nodes=tuple(parts), outputs=(len(parts) - 2, len(parts) - 1), name="graph")
    ports = tuple(Port(name=name, shape=size) for name in "yz")
    return Network(name="steps", input_shape=size, body=(graph,), outputs=ports)


@pytest.mark.parametrize("second", [["nms", "where", "gather"], ["index", "scale", "roi_align", "scale"]])
@pytest.mark.parametrize("first", [["topk", "index", "scale", "nms"], ["sort", "exp", "where", "scale"]])
def test_a_selection_before_layers_with_weights_is_one_box_of_its_module(
    first: list[str], second: list[str]
) -> None:
    network = two_steps(first, second)
    drawing = whole(network)
    found = [node for node in nodes((drawing,)) if node.role is NodeRole.OPAQUE]
    assert [str(node.lines[0]) for node in found] == ["pick 0", "pick 1"]
    words = [", ".join(map(str, node.lines[1:])) for node in found]
    assert ["NMS" in line for line in words] == ["nms" in first, "nms" in second]
    assert ["top-k" in line for line in words] == ["topk" in first, "topk" in second]
    shown = {path for node in nodes((drawing,)) if node.role is NodeRole.CONV for path in node.origin.paths}
    assert shown == {layer.name for layer in walk(network) if layer.kind is LayerKind.CONV}
    assert left_out(network, drawn(network).panels) == ()
    assert problems(scene(network), THEME) == []


@pytest.mark.parametrize("operations", [["scale", "exp", "shift", "scale"], ["index", "where"]])
def test_few_operations_and_plain_arithmetic_are_drawn(operations: list[str]) -> None:
    network = two_steps(operations, operations)
    roles = [node.role for node in nodes((whole(network),))]
    assert NodeRole.OPAQUE not in roles
    assert roles.count(NodeRole.OTHER) == 2 * len(operations)


def test_a_pyramid_selects_nothing() -> None:
    for levels in (3, 7):
        (graph,) = pyramid(levels).body
        assert isinstance(graph, Graph)
        assert selections(graph, ()) == []


def with_siblings(levels: int, *, before: bool, series: int = 0) -> Network:
    """A pyramid whose levels share two convolutions on the same values, or on those of a third: `before`.

    `series`: the number of equal convolutions in place of those that differ.
    """
    network = with_heads(levels, joined=False, layers=1)
    (graph,) = network.body
    assert isinstance(graph, Graph)
    parts = list(graph.nodes)
    sources = graph.outputs if before else tuple(parts[at].reads[0] for at in graph.outputs)
    outputs: list[int] = []
    for name in ("second", "third") if before else ("second",):
        first = len(parts)
        for number, source in enumerate(sources):
            size = parts[source].shape
            shares = first if number else None
            point = replace(conv(f"{name}.1", size, size), kernel=(1, 1))
            equal = tuple(conv(f"{name}.{at}", size, size) for at in range(series))
            body = equal or (conv(f"{name}.0", size, size), point)
            parts.append(GraphNode(shape=size, reads=(source,), body=body, shares=shares))
        outputs += range(first, len(parts))
    outputs = outputs if before else [*graph.outputs, *outputs]
    inner = replace(graph, nodes=tuple(parts), outputs=tuple(outputs))
    ports = tuple(Port(name=f"y{at}", shape=parts[output].shape) for at, output in enumerate(outputs))
    return replace(network, body=(inner,), outputs=ports)


@pytest.mark.parametrize("levels", [3, 5])
@pytest.mark.parametrize("before", [False, True])
def test_layers_that_levels_share_side_by_side_are_in_one_box(levels: int, before: bool) -> None:
    network = with_siblings(levels, before=before)
    (box,) = [node for node in nodes((whole(network),)) if "shared by" in str(node.lines)]
    words = [str(line) for line in box.lines]
    assert words.index("in parallel:") == int(before)
    assert words[-1] == f"shared by {levels} levels"
    assert words.count("3×3 conv, 16 → 1×1 conv, 16") == 1 + before
    assert len(box.origin.paths) == 3 + 2 * before
    assert left_out(network, drawn(network).panels) == ()
    assert [fault for fault in problems(scene(network), THEME) if not is_crossing(fault)] == []


def deep_ladder(levels: int) -> Network:
    """An encoder with a stage at each level, and a convolution of each stage."""
    parts = [GraphNode(shape=shape(0))]
    for level in range(levels):
        body = tuple(residual(f"s{level}.{number}", shape(level)) for number in range(3))
        down = (conv(f"down{level}", shape(level - 1), shape(level)),) if level else ()
        stage = Stage(body=body, name=f"s{level}")
        parts.append(GraphNode(shape=shape(level), reads=(len(parts) - 1,), body=(*down, stage)))
    sides = [
        GraphNode(shape=shape(at - 1), reads=(at,), body=(conv(f"side{at}", shape(at - 1), shape(at - 1)),))
        for at in range(1, levels + 1)
    ]
    graph = Graph(nodes=(*parts, *sides), outputs=tuple(range(levels + 1, 2 * levels + 1)), name="graph")
    ports = tuple(Port(name=f"y{at}", shape=graph.nodes[at].shape) for at in graph.outputs)
    return Network(name="ladder", input_shape=shape(0), body=(graph,), outputs=ports)


@pytest.mark.parametrize("height", [340.0, 425.0])
def test_stages_of_a_graph_too_high_for_its_page_are_boxes_before_modules_are(height: float) -> None:
    network = deep_ladder(5)
    free = folded_page([network], Options(), Output(fit=Fit(495.0, TALLEST))).scene
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        low = folded_page([network], Options(), Output(fit=Fit(495.0, height))).scene
    assert low.height <= height < free.height
    words = {text.text for box in boxes(low.root) for text in box.texts}
    assert {f"Stage {number}" for number in range(1, 6)} <= words
    paths = {path for box in boxes(low.root) for path in box.origin.paths}
    assert {f"side{number}" for number in range(1, 6)} <= paths


def test_layers_ahead_of_a_stage_that_is_a_box_are_boxes() -> None:
    whole_graph = whole(deep_ladder(4))
    closed = summarised(whole_graph)
    assert [node.role for node in nodes((whole_graph,))].count(NodeRole.STAGE) == 0
    found = list(nodes((closed,)))
    assert [str(node.lines[0]) for node in found if node.role is NodeRole.STAGE] == [
        f"Stage {number}" for number in range(1, 5)
    ]
    paths = [path for node in found if node.role is NodeRole.CONV for path in node.origin.paths]
    assert set(paths) == {*(f"down{level}" for level in range(1, 4)), *(f"side{at}" for at in range(1, 5))}
    network = deep_ladder(4)
    panels = drawn(network).panels
    assert missing(network, [closed, *(panel.content for panel in panels[1:])]) == ()


@pytest.mark.parametrize("series", [2, 4])
@pytest.mark.parametrize("before", [False, True])
def test_the_number_of_layers_in_series_is_in_their_line_of_a_shared_box(series: int, before: bool) -> None:
    network = with_siblings(3, before=before, series=series)
    (box,) = [node for node in nodes((whole(network),)) if "shared by" in str(node.lines)]
    assert [str(line) for line in box.lines].count(f"3×3 conv, 16 [×{series}]") == 1 + before
    assert not box.badge
