"""Modules that exchange values between parallel branches are drawn open, in the lanes of their branches."""

from dataclasses import replace

import pytest

from resnet_diagram.app.drawing.folding import folded_page
from resnet_diagram.diagram.accounting import left_out
from resnet_diagram.diagram.lanes.exchanges import exchange
from resnet_diagram.diagram.model import Dag, Frame, GroupRole, NodeRole
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.walk import nodes, overviews
from resnet_diagram.layout.scene import Box, GroupKind, boxes, groups, texts
from resnet_diagram.layout.spacing import TALLEST
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Output
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Graph, GraphNode, Layer, LayerKind, Merge, Network, Port, Shape, Stage
from tests.layout.geometry import is_crossing, problems
from tests.layout.test_lanes import THEME, conv, drawn, residual, scene, shape, upsample, whole


def activation(name: str, size: Shape) -> Layer:
    return Layer(kind=LayerKind.ACTIVATION, op="relu", name=name, in_shape=size, out_shape=size)


def between(name: str, first: int, last: int, *, kernel: int) -> tuple[Layer, ...]:
    """Layers that lead from one level to another: a convolution for each level down, or one and up."""
    if last < first:
        plain = replace(conv(f"{name}.conv", shape(first), shape(first)), kernel=(kernel, kernel))
        return plain, upsample(shape(first), shape(last), f"{name}.up")
    return tuple(conv(f"{name}.{level}", shape(level), shape(level + 1)) for level in range(first, last))


def parallel(branches: int, modules: int, *, kernel: int = 1, turned: int = -1) -> Network:
    """Modules of parallel branches, each of which ends with sums of all branches.

    `turned`: the number of a module whose lines up have another kernel.
    """
    parts = [GraphNode(shape=shape(0))]
    for level in range(1, branches):
        body = (conv(f"new{level}", shape(level - 1), shape(level)),)
        parts.append(GraphNode(shape=shape(level), reads=(level - 1,), body=body))
    values = list(range(branches))
    for module in range(modules):
        name = f"mods.{module}"
        for level, value in enumerate(values):
            blocks = tuple(residual(f"{name}.branches.{level}.{number}", shape(level)) for number in range(3))
            stage = Stage(body=blocks, name=f"{name}.branches.{level}")
            parts.append(GraphNode(shape=shape(level), reads=(value,), body=(stage,)))
        heads = list(range(len(parts) - branches, len(parts)))
        sums = []
        for level in range(branches):
            reads = []
            for other, head in enumerate(heads):
                if other != level:
                    size = 5 if module == turned and other == branches - 1 else kernel
                    layers = between(f"{name}.f{other}{level}", other, level, kernel=size)
                    parts.append(GraphNode(shape=shape(level), reads=(head,), body=layers))
                reads.append(head if other == level else len(parts) - 1)
            total = GraphNode(
                shape=shape(level), reads=tuple(reads), merge=Merge.ADD, name=f"{name}.add{level}"
            )
            parts.append(total)
            last = (activation(f"{name}.act{level}", shape(level)),)
            parts.append(GraphNode(shape=shape(level), reads=(len(parts) - 1,), body=last))
            sums.append(len(parts) - 1)
        values = sums
    graph = Graph(nodes=tuple(parts), outputs=tuple(values), name="graph")
    ports = tuple(Port(name=f"y{level}", shape=shape(level)) for level in range(branches))
    return Network(name="parallel", input_shape=shape(0), body=(graph,), outputs=ports)


def frames_of(dag: Dag) -> list[Frame]:
    """Return the frames of modules in a graph, each once."""
    return list({vertex.frame.id: vertex.frame for vertex in dag.vertices if vertex.frame}.values())


@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize(("branches", "modules"), [(3, 3), (4, 2), (2, 6)])
def test_parallel_branches_and_their_exchange_are_drawn_once_for_equal_modules(
    branches: int, modules: int, kernel: int
) -> None:
    network = parallel(branches, modules, kernel=kernel)
    drawing = whole(network)
    (frame,) = frames_of(drawing)
    assert (str(frame.title), frame.repeat) == ("Mods", modules)
    inside = [vertex for vertex in drawing.vertices if vertex.frame]
    stages = [
        inner for strip in overviews(drawing) for inner in strip.frames if inner.role is GroupRole.STAGE
    ]
    assert [stage.repeat for stage in stages] == [3] * branches
    assert sorted(vertex.row for vertex in inside) == sorted([*range(branches)] * 2)
    assert [len(vertex.reads) for vertex in inside] == [1] * branches + [branches] * branches
    roles = [node.role for node in nodes((drawing,))]
    assert roles.count(NodeRole.ADD) == branches
    assert (
        roles.count(NodeRole.CONV) == branches - 1
    )  # those of the lines to the branches, ahead of all modules
    assert left_out(network, drawn(network).panels) == ()
    assert [fault for fault in problems(scene(network), THEME) if not is_crossing(fault)] == []


@pytest.mark.parametrize("kernel", [1, 3])
def test_the_legend_says_what_lines_between_rows_hold(kernel: int) -> None:
    words = {str(entry.text) for entry in drawn(parallel(3, 4, kernel=kernel)).legend}
    assert f"lines to finer resolutions: {kernel}×{kernel} conv, nearest upsampling" in words
    assert "lines to coarser resolutions: 3×3 conv, s=2 for each level" in words
    assert "behind sums of branches: ReLU" in words


def test_an_exchange_of_other_layers_is_not_drawn_as_lines() -> None:
    network = parallel(4, 3, turned=1)
    (graph,) = network.body
    assert isinstance(graph, Graph)
    for module in range(3):
        members = [
            number
            for number, node in enumerate(graph.nodes)
            if f"mods.{module}." in f"{node.name} {[layer.name for layer in walk(node.body)]}"
        ]
        assert (exchange(graph, members) is None) == (module == 1)
    assert left_out(network, drawn(network).panels) == ()


def test_a_module_without_branches_exchanges_nothing() -> None:
    (graph,) = parallel(3, 1).body
    assert isinstance(graph, Graph)
    sums = [number for number, node in enumerate(graph.nodes) if node.merge]
    assert exchange(graph, sums) is None


@pytest.mark.parametrize(("branches", "modules"), [(3, 5), (4, 4)])
def test_the_frame_of_modules_holds_its_parts_and_its_title(branches: int, modules: int) -> None:
    picture = folded_page([parallel(branches, modules)], Options(), Output(fit=Fit(495.0, None))).scene
    assert picture.height <= TALLEST
    (group,) = [item for item in groups(picture) if item.title == "Mods"]
    assert group.kind is GroupKind.BLOCK
    assert isinstance(group.frame, Box)
    frame = group.frame
    for box in boxes(group):
        assert frame.x - 0.01 <= box.x <= box.x + box.width <= frame.x + frame.width + 0.01
        assert frame.y - 0.01 <= box.y <= box.y + box.height <= frame.y + frame.height + 0.01
    assert f"[×{modules}]" in [text.text for text in texts(group)]
