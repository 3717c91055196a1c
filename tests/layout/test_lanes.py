"""Graphs in drawings: their places, lines, bands and words."""

import warnings
from dataclasses import replace
from itertools import islice, pairwise

import pytest

from resnet_diagram.app.drawing.folding import folded_page
from resnet_diagram.diagram.accounting import left_out
from resnet_diagram.diagram.elements import elements
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.lanes.modules import Folded, folded, module_of
from resnet_diagram.diagram.model import Dag, Diagram, Frame, Group, Node, NodeRole, Overview, Read, Vertex
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import edges, nodes, overviews
from resnet_diagram.errors import RenderError, UnrenderedWarning
from resnet_diagram.layout.lanes.bands import _letters
from resnet_diagram.layout.lanes.extents import Extent
from resnet_diagram.layout.lanes.grid import grid
from resnet_diagram.layout.lanes.plan import plan
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import Scene, connectors, texts
from resnet_diagram.layout.scene import boxes as scene_boxes
from resnet_diagram.layout.spacing import TALLEST
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Output
from resnet_diagram.spec import shapes
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import (
    Block,
    Element,
    Graph,
    GraphNode,
    Idle,
    Layer,
    LayerKind,
    Merge,
    Network,
    Port,
    Shape,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.style.theme import load_theme
from resnet_diagram.wording.terms import literal
from tests.layout.geometry import is_crossing, loose_ends, problems

THEME = load_theme("paper")


def conv(name: str, before: Shape, after: Shape) -> Layer:
    return shapes.conv(before, after[0], 3, stride=before[1] // after[1], padding=1, name=name)


def upsample(before: Shape, after: Shape, name: str = "") -> Layer:
    return Layer(kind=LayerKind.UPSAMPLE, op="nearest2d", in_shape=before, out_shape=after, name=name)


def shape(level: int) -> Shape:
    return (16, 64 >> level, 64 >> level)


def pyramid(levels: int) -> Network:
    """A pyramid: convolutions down, additions with what is enlarged up, and an output at each level."""
    nodes = [GraphNode(shape=shape(0))]
    for level in range(1, levels):
        body = (conv(f"down{level}", shape(level - 1), shape(level)),)
        nodes.append(GraphNode(shape=shape(level), reads=(level - 1,), body=body))
    value, outputs = levels - 1, [levels - 1]
    for level in range(levels - 2, -1, -1):
        larger = (upsample(shape(level + 1), shape(level), f"up{level}"),)
        nodes.append(GraphNode(shape=shape(level), reads=(value,), body=larger))
        side = (conv(f"side{level}", shape(level), shape(level)),)
        nodes.append(GraphNode(shape=shape(level), reads=(level,), body=side))
        last = len(nodes) - 1
        nodes.append(
            GraphNode(shape=shape(level), reads=(last, last - 1), merge=Merge.ADD, name=f"add{level}")
        )
        value = last + 1
        outputs.append(value)
    graph = Graph(nodes=tuple(nodes), outputs=tuple(outputs), name="graph")
    ports = tuple(Port(name=f"P{number}", shape=nodes[at].shape) for number, at in enumerate(outputs))
    stem = (conv("stem", (3, 64, 64), shape(0)),)
    return Network(name="pyramid", input_shape=(3, 64, 64), stem=stem, body=(graph,), outputs=ports)


def ladder(columns: int) -> Network:
    """Two inputs that exchange values at every step."""
    nodes = [GraphNode(shape=shape(0)), GraphNode(shape=shape(0))]
    for step in range(columns):
        first, second = len(nodes) - 2, len(nodes) - 1
        for number, reads in enumerate(((first, second), (second, first))):
            nodes.append(GraphNode(shape=shape(0), reads=reads, merge=Merge.ADD, name=f"m{step}.add{number}"))
        top, bottom = len(nodes) - 2, len(nodes) - 1
        for number, read in enumerate((top, bottom)):
            body = (conv(f"m{step}.conv{number}", shape(0), shape(0)),)
            nodes.append(GraphNode(shape=shape(0), reads=(read,), body=body))
    graph = Graph(nodes=tuple(nodes), outputs=(len(nodes) - 2, len(nodes) - 1), name="graph")
    ports = (Port(name="left", shape=shape(0)), Port(name="right", shape=shape(0)))
    return Network(name="ladder", input_shape=shape(0), body=(graph,), inputs=ports, outputs=ports)


NETWORKS = {"pyramid": pyramid(4), "narrow ladder": ladder(2), "folded ladder": ladder(14)}


def drawn(network: Network, view: View = View.PAPER) -> Diagram:
    return build([network], Options(view=view))


def whole(network: Network) -> Dag:
    content = drawn(network).panels[0].content
    assert isinstance(content, Dag)
    return content


def scene(network: Network, width: float = 495.0) -> Scene:
    return layout(drawn(network), THEME, Fit(width, None))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("width", [495.0, 234.0])
def test_a_graph_is_drawn_without_faults_but_crossings(network: Network, width: float) -> None:
    picture = scene(network, width)
    assert picture.width <= width
    assert [fault for fault in problems(picture, THEME) if not is_crossing(fault)] == []


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.FULL])
@pytest.mark.parametrize("width", [495.0, 234.0, None])
def test_no_line_of_a_graph_is_interrupted(network: Network, view: View, width: float | None) -> None:
    picture = layout(drawn(network, view), THEME, Fit(width, None), nearest=True)
    assert list(loose_ends(picture)) == []


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_nothing_of_a_graph_is_left_out(network: Network) -> None:
    assert left_out(network, drawn(network).panels) == ()


def test_rows_follow_resolution_and_columns_depth() -> None:
    dag = whole(pyramid(4))
    assert [str(words) for words in dag.rows] == ["64×64", "32×32", "16×16", "8×8"]
    places = grid(dag)
    for number, vertex in enumerate(dag.vertices):
        for read in vertex.reads:
            level = dag.vertices[read.vertex].row == vertex.row
            assert places.columns[read.vertex] + level <= places.columns[number]


def test_a_resampling_between_rows_is_written_at_its_arrow() -> None:
    reads = [read for vertex in whole(pyramid(3)).vertices for read in vertex.reads]
    assert [str(read.label) for read in reads if read.label] == ["upsample ×2", "upsample ×2"]


def test_inputs_and_outputs_are_named() -> None:
    words = {text.text for text in texts(scene(pyramid(3)))}
    assert {"P0", "P1", "P2"} <= words
    found = [node for node in nodes((whole(ladder(2)),)) if node.role is NodeRole.INPUT]
    assert [str(node.lines[0]) for node in found] == ["left", "right"]


def test_a_large_graph_names_the_modules_it_folds_and_draws_each_kind_once() -> None:
    panels = drawn(ladder(14)).panels
    found = [node for node in nodes((whole(ladder(14)),)) if "m0" in str(node.lines[0])]
    assert [str(node.lines[0]) for node in found] == ["m0"]
    assert found[0].badge == "[×14]"
    assert [str(panel.title) for panel in panels if panel.id.startswith("module")] == ["M0 and 13 like it"]


def test_a_chart_has_an_arrow_for_each_value_read() -> None:
    flat = flattened(drawn(pyramid(3)))
    heads = [edge.head for edge in edges(flat.chain.items)]
    merges = [node.id for node in nodes(flat.chain.items) if node.role is NodeRole.ADD]
    assert len(merges) == 2
    assert [heads.count(name) for name in merges] == [2, 2]


@pytest.mark.parametrize("names", [("left", "right"), ("a", "c"), ("s", "b")])
def test_lines_that_go_on_have_letters_in_order_that_name_nothing_else(names: tuple[str, str]) -> None:
    ports = tuple(Port(name=name, shape=shape(0)) for name in names)
    network = replace(ladder(2), inputs=ports)
    found = [text.text for text in texts(scene(network, 150.0)) if text.italic and len(text.text) == 1]
    free = [letter for letter in "abcdefg" if letter not in names]
    assert found == 2 * free[: len(found) // 2]
    assert found


def test_letters_of_many_lines_differ() -> None:
    found = list(islice(_letters(whole(ladder(2))), 100))
    assert len(set(found)) == 100
    assert found[:3] == ["a", "b", "c"]
    assert found[22:24] == ["a′", "b′"]


@pytest.mark.parametrize("streams", [2, 3])
def test_a_line_into_layers_ahead_of_a_stage_has_a_head(streams: int) -> None:
    nodes = [GraphNode(shape=shape(0)) for _ in range(streams)]
    for number in range(streams):
        blocks = tuple(residual(f"s{number}.{at}", shape(1)) for at in range(2))
        body = (conv(f"first{number}", shape(0), shape(1)), Stage(name=f"s{number}", body=blocks))
        nodes.append(GraphNode(shape=shape(1), reads=(number,), body=body))
    merged = tuple(range(streams, 2 * streams))
    nodes.append(GraphNode(shape=shape(1), reads=merged, merge=Merge.ADD, name="sum"))
    ports = tuple(Port(name=f"view{number}", shape=shape(0)) for number in range(streams))
    graph = Graph(nodes=tuple(nodes), outputs=(len(nodes) - 1,), name="graph")
    picture = scene(Network(name="streams", input_shape=shape(0), body=(graph,), inputs=ports))
    first = [
        box.id
        for box in scene_boxes(picture)
        if [text.text for text in box.texts][:1] == ["3×3 conv, 16, s=2"]
    ]
    heads = [line.head.element for line in connectors(picture) if line.arrow]
    assert len(first) == streams
    assert [heads.count(bar) for bar in first] == [1] * streams


def test_a_resampling_on_a_line_keeps_its_path() -> None:
    lines = [line for line in connectors(scene(pyramid(3))) if line.labels]
    assert sorted(line.origin.paths for line in lines) == [("up0",), ("up1",)]


@pytest.mark.parametrize("count", range(1, 20))
@pytest.mark.parametrize("leave", [0.0, 0.1, 3.3])
def test_lines_between_two_parts_are_level(count: int, leave: float) -> None:
    reads = tuple(Read(vertex=1, port=port) for port in range(count))
    first = Vertex(id="first", reads=(Read(vertex=0),), ports=count)
    dag = Dag(vertices=(Vertex(id="input"), first, Vertex(id="last", reads=reads)))
    extents = (Extent(20.0, 60.0, 60.0),) * 3
    paths = plan(dag, extents, (0.0,) * (count + 1), 6.4).paths[1:]
    assert [len(path) for path in paths] == [2] * count
    slanted = extents[0], extents[1]._replace(exit=leave), extents[2]
    assert len(plan(dag, slanted, (0.0,) * (count + 1), 6.4).paths) == count + 1


@pytest.mark.parametrize("order", [(1, 0), (2, 0, 1), (3, 2, 1, 0)])
def test_lines_leave_a_part_in_the_order_in_which_they_are_read(order: tuple[int, ...]) -> None:
    reads = tuple(Read(vertex=0, port=port) for port in order)
    vertices = (Vertex(id="tail", ports=len(order)), Vertex(id="head", reads=reads))
    extent = Extent(20.0, 30.0, 30.0, 0.0)
    planned = plan(Dag(vertices=vertices), (extent, extent), (0.0,) * len(order), 6.4)
    assert {len(path) for path in planned.paths} == {2}
    levels = [path[0][1] for path in planned.paths]
    assert levels == sorted(levels)


def test_words_on_lines_into_a_part_are_on_both_sides_of_them() -> None:
    def vertex(name: str, row: int, *reads: int) -> Vertex:
        node = Node(id=name, role=NodeRole.OTHER, lines=(literal(name),))
        lines = tuple(Read(vertex=at, label=literal("to 7×7")) for at in reads)
        return Vertex(id=name, content=(node,), row=row, reads=lines)

    dag = Dag(vertices=(vertex("a", 0), vertex("b", 1), vertex("c", 0, 0), vertex("d", 0, 2, 1)), output=3)
    extents = (Extent(30.0, 8.0, 8.0),) * 4
    result = plan(dag, extents, (20.0,) * 3, 6.4)
    upper, lower = (place[1] for place, _ in result.labels[1:])
    assert upper < result.lines[3] < lower
    assert lower - upper > 2 * 6.4


def test_modules_that_never_run_are_named_in_the_legend() -> None:
    network = replace(pyramid(3), idle=(Idle(name="aux", params=10),))
    assert "not on the way to the output: aux" in {str(entry.text) for entry in drawn(network).legend}


def test_stages_have_one_title_in_every_view() -> None:
    pytest.importorskip("torch")
    from examples.pyramid import Pyramid
    from resnet_diagram.tracer import parse_input, trace

    network = trace(Pyramid(), [parse_input("3x64x64")])
    titles = [f"Stage {number}" for number in (1, 2, 3, 4)]
    for view in (View.PAPER, View.OVERVIEW, View.FULL):
        for flat in (False, True):
            diagram = build([network], Options(view=view), flat=flat)
            found = [
                str(e.title) if isinstance(e, Frame | Group) else str(e.lines[0]).split(" [")[0]
                for e, _ in elements(diagram.panels)
                if isinstance(e, Frame | Group) or (isinstance(e, Node) and e.lines)
            ]
            assert [title for title in found if title.startswith("Stage")] == titles, (view, flat)


def head_with(boxes: int, *, module: str = "head") -> Network:
    """Two convolutions of a module, and `boxes` operations without weights on both behind them."""
    size = shape(0)
    nodes = [GraphNode(shape=size)]
    nodes += [
        GraphNode(shape=size, reads=(0,), body=(conv(f"{module}.{name}", size, size),)) for name in "ab"
    ]
    value = 1
    for number in range(boxes):
        name = f"{module}.keep{number}"
        layer = Layer(kind=LayerKind.OTHER, op="where", name=name, in_shape=size, out_shape=size)
        nodes.append(GraphNode(shape=size, reads=(value, 2), body=(layer,), name=name))
        value = len(nodes) - 1
    graph = Graph(nodes=tuple(nodes), outputs=(value, 1), name=module)
    outputs = (Port(name="boxes", shape=size), Port(name="scores", shape=size))
    return Network(name="head", input_shape=size, body=(graph,), outputs=outputs)


@pytest.mark.parametrize(("boxes", "folds"), [(4, False), (12, True), (30, True)])
def test_what_follows_the_last_weights_is_one_box_where_it_is_much(boxes: int, folds: bool) -> None:
    network = head_with(boxes)
    words = [line for node in nodes((whole(network),)) for line in map(str, node.lines)]
    assert ("post-processing" in words) == folds
    assert left_out(network, drawn(network).panels) == ()


def test_the_panel_of_a_module_is_not_that_module_as_a_box() -> None:
    network = head_with(30)
    graph = network.body[0]
    assert isinstance(graph, Graph)
    _, parts = folded(graph, 20, "head")
    assert len(parts) > 1
    assert all(not isinstance(part, Folded) or part.modules[0].path != "head" for part in parts)


def residual(name: str, size: Shape) -> Block:
    branch = (conv(f"{name}.1", size, size), conv(f"{name}.2", size, size))
    return Block(branches=(branch,), shortcut=Shortcut(kind=ShortcutKind.IDENTITY), name=name)


def decoder(blocks: int) -> Network:
    """Branches that are concatenated, one of them a graph of residual blocks at a lower resolution."""
    fine, coarse = shape(0), shape(1)
    body = tuple(residual(f"deep.{number}", coarse) for number in range(blocks))
    inner = Graph(
        nodes=(
            GraphNode(shape=fine),
            GraphNode(shape=coarse, reads=(0,), body=(conv("down", fine, coarse),)),
            GraphNode(shape=coarse, reads=(1,), body=(Stage(body=body, name="deep"),)),
            GraphNode(shape=coarse, reads=(1,), body=(conv("side", coarse, coarse),)),
            GraphNode(shape=(32, *coarse[1:]), reads=(2, 3), merge=Merge.CONCAT, name="deep.cat"),
            GraphNode(shape=(48, *coarse[1:]), reads=(4, 1), merge=Merge.CONCAT, name="deep.cat2"),
            GraphNode(
                shape=(48, *fine[1:]), reads=(5,), body=(upsample((48, *coarse[1:]), (48, *fine[1:])),)
            ),
        ),
        outputs=(6,),
        name="inner",
    )
    block = Block(branches=((inner,), ()), merge=Merge.CONCAT, name="up")
    stage = Stage(body=(block, conv("last", (64, *fine[1:]), fine)), name="decoder")
    return Network(name="decoder", input_shape=fine, stem=(conv("stem", fine, fine),), body=(stage,))


@pytest.mark.parametrize(("blocks", "lanes"), [(1, False), (3, True)])
def test_a_graph_of_residual_blocks_within_a_branch_is_drawn_as_lanes(blocks: int, lanes: bool) -> None:
    network = decoder(blocks)
    panel = drawn(network).panels[0]
    assert isinstance(panel.content, Dag) == lanes
    assert left_out(network, drawn(network).panels) == ()
    if lanes:
        frames = [frame for found in overviews(panel.content) for frame in found.frames]
        assert blocks in [frame.repeat for frame in frames]
        roles = [node.role for node in nodes((whole(network),))]
        assert roles.count(NodeRole.CONCAT) == 3
    assert [fault for fault in problems(scene(network), THEME) if not is_crossing(fault)] == []


@pytest.mark.parametrize("fit", [Fit(160.0, None), Fit(234.0, None), Fit(234.0, 230.0), Fit(495.0, 230.0)])
@pytest.mark.parametrize("modules", [1, 6])
def test_a_page_too_small_for_a_graph_still_shows_all_of_it(fit: Fit, modules: int) -> None:
    network = with_deep_end(3, modules, types=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        figure = folded_page([network], Options(), Output(fit=fit))
    try:
        picture = figure.scene
    except RenderError:
        return
    paths = {path for box in scene_boxes(picture.root) for path in box.origin.paths}
    convolutions = {layer.name for layer in walk(network) if layer.kind is LayerKind.CONV}
    covered = {name for name in convolutions for path in paths if f"{name}.".startswith(f"{path}.")}
    assert covered == convolutions or "graph" in paths


def test_modules_without_room_are_named() -> None:
    picture = layout(drawn(ladder(14)), THEME, Fit(495.0, None))
    assert not any("not drawn open" in text.text for text in texts(picture.root))
    low = layout(drawn(ladder(14)), THEME, Fit(495.0, picture.height - 20.0))
    (note,) = [text.text for text in texts(low.root) if text.text.startswith("not drawn open: ")]
    assert note.startswith("not drawn open: M0 and 13 like it (")
    assert " conv, " in note


@pytest.mark.parametrize("height", [None, 500.0])
def test_a_graph_folds_modules_only_where_the_page_is_too_small(height: float | None) -> None:
    pytest.importorskip("torch")
    from examples.pyramid import Pyramid
    from resnet_diagram.tracer import parse_input, trace

    network = trace(Pyramid(), [parse_input("3x64x64")])
    output = Output(fit=Fit(495.0, height))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        figure = folded_page([network], Options(), output)
    boxes = [text.text for box in scene_boxes(figure.scene) for text in box.texts]
    assert figure.scene.height <= (height or TALLEST)
    if height is None:
        assert boxes.count("1×1 conv, 256") == 4
        assert "lateral" not in boxes


def exchange(levels: int, modules: int, *, down: str = "") -> Network:
    """Lanes of several resolutions with modules between them, and a head that reads those of two modules."""
    nodes = [GraphNode(shape=shape(0))]
    for level in range(1, levels):
        body = (conv(f"{down}down{level}", shape(level - 1), shape(level)),)
        nodes.append(GraphNode(shape=shape(level), reads=(level - 1,), body=body))
    values = list(range(levels))
    seen = []
    for number in range(modules):
        for level in range(levels):
            body = (conv(f"m{number}.conv{level}", shape(level), shape(level)),)
            nodes.append(GraphNode(shape=shape(level), reads=(values[level],), body=body))
        first = len(nodes) - levels
        for level in range(levels - 1):
            larger = (upsample(shape(level + 1), shape(level), f"m{number}.up{level}"),)
            nodes.append(GraphNode(shape=shape(level), reads=(first + level + 1,), body=larger))
            reads = (first + level, len(nodes) - 1)
            name = f"m{number}.add{level}"
            nodes.append(GraphNode(shape=shape(level), reads=reads, merge=Merge.ADD, name=name))
            values[level] = len(nodes) - 1
        values[-1] = first + levels - 1
        seen += values if number in (0, modules - 1) else []
    ends = []
    for number, value in enumerate(seen):
        enlarged = upsample(nodes[value].shape, shape(0), f"head.up{number}")
        run = (enlarged, conv(f"head.conv{number}", shape(0), shape(0)))
        nodes.append(GraphNode(shape=shape(0), reads=(value,), body=run))
        ends.append(len(nodes) - 1)
    nodes.append(GraphNode(shape=shape(0), reads=tuple(ends), merge=Merge.ADD, name="head.add"))
    graph = Graph(nodes=tuple(nodes), outputs=(len(nodes) - 1,), name="graph")
    stem = (conv("stem", (3, 64, 64), shape(0)),)
    return Network(name="exchange", input_shape=(3, 64, 64), stem=stem, body=(graph,))


@pytest.mark.parametrize("levels", [2, 3, 4])
@pytest.mark.parametrize("modules", [1, 3, 6])
@pytest.mark.parametrize("width", [495.0, 330.0])
def test_a_module_of_several_resolutions_reaches_over_their_rows(
    levels: int, modules: int, width: float
) -> None:
    diagram = build([exchange(levels, modules)], Options(graph_room=6))
    result = layout(diagram, THEME, Fit(width, None))
    assert [fault for fault in problems(result, THEME) if not is_crossing(fault)] == []
    content = diagram.panels[0].content
    assert isinstance(content, Dag)
    places = grid(content)
    for number, vertex in enumerate(content.vertices):
        first, last = places.spans[number]
        if vertex.rows:
            assert {places.line_rows[line] for line in places.ports[number]} == set(range(levels))
            assert first <= min(places.ports[number]) <= max(places.ports[number]) <= last
    cells = [
        (line, places.columns[number])
        for number, (first, last) in enumerate(places.spans)
        for line in range(first, last + 1)
        if places.columns[number] >= 0
    ]
    assert len(cells) == len(set(cells))


def test_the_box_of_a_module_names_what_is_in_it() -> None:
    content = build([exchange(3, 1)], Options(graph_room=2)).panels[0].content
    assert isinstance(content, Dag)
    found = {str(node.lines[0]): [str(line) for line in node.lines[1:]] for node in nodes((content,))}
    assert found["m0"] == ["3 conv", "6.91 k params"]
    assert found["head"] == ["3 conv", "6.91 k params"]


def heads(*sizes: int) -> Network:
    """A stage, and for each size a module of so many branches of different layers, which are added."""
    nodes = [GraphNode(shape=shape(0))]
    stage = Stage(body=(residual("enc.0", shape(0)), residual("enc.1", shape(0))), name="enc")
    nodes.append(GraphNode(shape=shape(0), reads=(0,), body=(stage,)))
    ends = []
    for number, size in enumerate(sizes):
        for branch in range(size):
            layer = conv(f"{'abc'[number]}_head.branch{branch}", shape(0), shape(0))
            layer = replace(layer, kernel=(branch % 2 * 2 + 1,) * 2)
            nodes.append(GraphNode(shape=shape(0), reads=(1,), body=(layer,)))
        reads = tuple(range(len(nodes) - size, len(nodes)))
        nodes.append(
            GraphNode(shape=shape(0), reads=reads, merge=Merge.ADD, name=f"{'abc'[number]}_head.add")
        )
        ends.append(len(nodes) - 1)
    graph = Graph(nodes=tuple(nodes), outputs=tuple(ends), name="graph")
    ports = tuple(Port(name=f"y{number}", shape=shape(0)) for number in range(len(ends)))
    return Network(name="heads", input_shape=shape(0), body=(graph,), outputs=ports)


@pytest.mark.parametrize(
    ("room", "boxes"),
    [(40, set()), (20, {"b_head"}), (12, {"b_head", "c_head"}), (6, {"a_head", "b_head", "c_head"})],
)
def test_the_smallest_modules_are_opened_first_where_a_graph_has_room(room: int, boxes: set[str]) -> None:
    assert set(closed_modules(heads(6, 14, 9), room)) == boxes


def test_the_box_of_a_module_lists_its_layers_if_they_are_few_and_differ() -> None:
    found = closed_modules(heads(6, 14), 6)
    assert found["a_head"][1:3] == ["1×1 conv, 16 [×3]", "3×3 conv, 16 [×3]"]
    assert found["b_head"][1:3] == ["1×1 conv, 16 [×7]", "3×3 conv, 16 [×7]"]


def closed_modules(network: Network, room: int) -> dict[str, list[str]]:
    """Return the lines of the box of each module in a graph, by the module's path."""
    content = build([network], Options(graph_room=room)).panels[0].content
    assert isinstance(content, Dag)
    boxes = [node for node in nodes((content,)) if node.id.startswith("part-module")]
    return {node.origin.paths[0].split(".")[0]: [str(line) for line in node.lines] for node in boxes}


def with_deep_end(levels: int, modules: int = 1, *, types: int = 1) -> Network:
    """Lanes of which the last goes on to a stage of the encoder, inside a branch of the decoder's block.

    `types`: of blocks in the stage.
    """
    network = exchange(levels, modules)
    (graph,) = network.body
    assert isinstance(graph, Graph)
    last = shape(levels - 1)
    coarse = shape(levels)
    blocks = [residual(f"encoder.deep.{number}", coarse) for number in range(3)]
    for number in range(1, types):
        (branch,) = blocks[number].branches
        more = tuple(conv(f"encoder.deep.{number}.{n}", coarse, coarse) for n in range(3, 3 + number))
        blocks[number] = replace(blocks[number], branches=((*branch, *more),))
    stage = Stage(body=tuple(blocks))
    deep = (conv("encoder.down", last, coarse), stage, upsample(coarse, last, "decoder.up"))
    skip = Block(branches=(deep, ()), merge=Merge.CONCAT, name="decoder.cat")
    joined = (32, *last[1:])
    body = (skip, conv("decoder.conv", joined, last))
    nodes_ = [*graph.nodes, GraphNode(shape=last, reads=(levels - 1,), body=body)]
    changed = replace(graph, nodes=tuple(nodes_), outputs=(*graph.outputs, len(nodes_) - 1))
    return replace(network, body=(changed,), outputs=())


@pytest.mark.parametrize("levels", [2, 3])
def test_a_stage_inside_a_branch_belongs_to_the_module_that_runs_it(levels: int) -> None:
    network = with_deep_end(levels)
    diagram = build([network], Options(graph_room=40))
    content = diagram.panels[0].content
    assert isinstance(content, Dag)
    frames = [frame for strip in overviews(content) for frame in strip.frames]
    (deep,) = [frame for frame in frames if frame.repeat == 3]
    assert all(path.startswith("encoder.") for path in deep.origin.paths)
    assert [node.role for node in nodes((content,))].count(NodeRole.CONCAT) == 1
    assert left_out(network, diagram.panels) == ()
    assert [f for f in problems(layout(diagram, THEME, Fit(495.0, None)), THEME) if not is_crossing(f)] == []


def test_a_module_takes_what_it_runs_before_the_graph_along() -> None:
    network = exchange(3, 1, down="m0.")
    stem = (*network.stem, conv("m0.before", shape(0), shape(0)))
    content = build([replace(network, stem=stem)], Options(graph_room=2)).panels[0].content
    assert isinstance(content, Dag)
    found = [node for node in nodes((content,)) if str(node.lines[0]) == "m0"]
    assert [path for node in found for path in node.origin.paths if path == "m0.before"] == ["m0.before"]


def test_lists_of_values_have_no_row_beside_maps() -> None:
    boxes = (4, 5000)
    layer = Layer(kind=LayerKind.OTHER, op="boxes", name="boxes", in_shape=shape(1), out_shape=boxes)
    network = pyramid(3)
    (graph,) = network.body
    assert isinstance(graph, Graph)
    nodes_ = (*graph.nodes, GraphNode(shape=boxes, reads=(1,), body=(layer,)))
    changed = Graph(nodes=nodes_, outputs=(*graph.outputs, len(nodes_) - 1), name="graph")
    content = whole(replace(network, body=(changed,), outputs=()))
    assert [str(words) for words in content.rows] == ["64×64", "32×32", "16×16"]


@pytest.mark.parametrize(("size", "row"), [(72, "≈ 64×64"), (18, "≈ 16×16"), (64, "64×64")])
def test_a_row_of_several_resolutions_has_the_one_of_most_values(size: int, row: str) -> None:
    network = pyramid(3)
    (graph,) = network.body
    assert isinstance(graph, Graph)
    resized = Layer(
        kind=LayerKind.UPSAMPLE, op="resize", name="resize", in_shape=shape(1), out_shape=(32, size, size)
    )
    nodes_ = (*graph.nodes, GraphNode(shape=resized.out_shape, reads=(1,), body=(resized,)))
    changed = Graph(nodes=nodes_, outputs=(*graph.outputs, len(nodes_) - 1), name="graph")
    content = whole(replace(network, body=(changed,), outputs=()))
    assert len(content.rows) == 3
    assert row in [str(words) for words in content.rows]


def test_bars_without_a_shortcut_say_what_is_in_them() -> None:
    network = pyramid(3)
    branches = tuple((conv(f"b.{name}", shape(0), shape(0)),) for name in "abc")
    stage = Stage(name="b", body=(Block(branches=branches, name="b.block"),))
    content = whole(replace(network, body=(stage, *network.body)))
    bars = [bar for found in overviews(content) for frame in found.frames for bar in frame.bars]
    assert "3 conv" in {str(bar.text) for bar in bars if hasattr(bar, "text")}


@pytest.mark.parametrize("height", [None, 400.0])
def test_frames_in_a_column_with_a_wide_graph_are_as_wide_as_what_is_in_them(height: float | None) -> None:
    framed = replace(pyramid(4), stem=(conv("stem", shape(0), shape(0)),))
    stage = Stage(name="first", body=(residual("first.0", shape(0)),))
    network = replace(framed, body=(stage, *framed.body))
    picture = layout(drawn(network, View.FULL), THEME, Fit(700.0, height))
    frames = [box for box in scene_boxes(picture.root) if box.role in ("stem", "stage-group")]
    assert len({box.width for box in frames}) == 1
    assert frames[0].width < 0.4 * picture.width
    assert [fault for fault in problems(picture, THEME) if not is_crossing(fault)] == []


def detector(levels: int, heads: int) -> Network:
    """An encoder with a stage at each level, and modules of many layers that read its last value."""
    nodes = [GraphNode(shape=shape(0))]
    for level in range(levels):
        size = shape(level)
        down = (conv(f"encoder.down{level}", shape(level - 1), size),) if level else ()
        blocks = tuple(residual(f"encoder.layer{level}.{number}", size) for number in range(2))
        body = (*down, Stage(body=blocks, name=f"encoder.layer{level}"))
        nodes.append(GraphNode(shape=size, reads=(len(nodes) - 1,), body=body))
    last = levels
    for level in range(levels - 1, 0, -1):
        size = shape(level - 1)
        larger = upsample(shape(level), size, f"encoder.up{level}")
        nodes.append(GraphNode(shape=size, reads=(last,), body=(larger,)))
        reads = (level, len(nodes) - 1)
        nodes.append(GraphNode(shape=size, reads=reads, merge=Merge.ADD, name=f"encoder.add{level}"))
        last = len(nodes) - 1
    ends = []
    for head in range(heads):
        for number in range(6):
            behind = (last,) if number < 2 else (len(nodes) - 1, len(nodes) - 2)
            body = (conv(f"head{head}.{number}", shape(0), shape(0)),) if number < 5 else ()
            merge = Merge.ADD if number > 1 else None
            nodes.append(GraphNode(shape=shape(0), reads=behind, merge=merge, name=f"head{head}.add{number}"))
            if body:
                nodes.append(GraphNode(shape=shape(0), reads=(len(nodes) - 1,), body=body))
        ends.append(len(nodes) - 1)
    graph = Graph(nodes=tuple(nodes), outputs=tuple(ends), name="graph")
    ports = tuple(Port(name=f"y{head}", shape=shape(0)) for head in range(heads))
    return Network(name="detector", input_shape=shape(0), body=(graph,), outputs=ports)


@pytest.mark.parametrize("opens", [True, False])
def test_a_module_with_stages_is_drawn_open_where_it_needs_little_more_room(opens: bool) -> None:
    network = detector(4, 3)
    (graph,) = network.body
    assert isinstance(graph, Graph)
    _, parts = folded(graph, 14, opens_encoders=opens)
    paths = {part.modules[0].path for part in parts if isinstance(part, Folded)}
    assert {"head0", "head1", "head2"} <= paths
    assert ("encoder" in paths) != opens
    _, parts = folded(graph, 6, opens_encoders=opens)
    assert "encoder" in {part.modules[0].path for part in parts if isinstance(part, Folded)}


@pytest.mark.parametrize(("levels", "low"), [(2, False), (3, True), (4, True)])
def test_frames_of_several_levels_are_low(levels: int, low: bool) -> None:
    network = detector(levels, 1)
    picture = scene(network)
    assert [fault for fault in problems(picture, THEME) if not is_crossing(fault)] == []
    frames = [frame for strip in overviews(whole(network)) for frame in strip.frames if frame.role]
    assert len(frames) == levels
    found = [box for box in scene_boxes(picture.root) if box.id.startswith("stage")]
    numbered = [box for box in found if box.labels]
    assert bool(numbered) != low
    outlines = [box.height for box in found if box.id in {frame.id for frame in frames}]
    assert len(outlines) == levels
    assert (sum(outlines) / levels < 60.0) == low


def gathered(levels: int, merge: Merge) -> Network:
    """Levels that are all enlarged to the finest and merged there."""
    nodes = [GraphNode(shape=shape(0))]
    for level in range(1, levels):
        down = (conv(f"down{level}", shape(level - 1), shape(level)),)
        nodes.append(GraphNode(shape=shape(level), reads=(level - 1,), body=down))
    for level in range(1, levels):
        larger = (upsample(shape(level), shape(0), f"up{level}"),)
        nodes.append(GraphNode(shape=shape(0), reads=(level,), body=larger))
    size = (16 * levels, *shape(0)[1:]) if merge is Merge.CONCAT else shape(0)
    reads = (0, *range(levels, 2 * levels - 1))
    nodes.append(GraphNode(shape=size, reads=reads, merge=merge, name="merge"))
    nodes.append(GraphNode(shape=shape(0), reads=(len(nodes) - 1,), body=(conv("last", size, shape(0)),)))
    graph = Graph(nodes=tuple(nodes), outputs=(len(nodes) - 1,), name="graph")
    stem = (conv("stem", (3, 64, 64), shape(0)),)
    return Network(name="gathered", input_shape=(3, 64, 64), stem=stem, body=(graph,))


@pytest.mark.parametrize("levels", [3, 4, 5])
@pytest.mark.parametrize("merge", [Merge.CONCAT, Merge.ADD])
def test_words_on_several_lines_into_a_merge_do_not_meet(levels: int, merge: Merge) -> None:
    picture = scene(gathered(levels, merge))
    assert [fault for fault in problems(picture, THEME) if not is_crossing(fault)] == []
    words = sorted(text.y for text in texts(picture.root) if text.text.startswith("upsample"))
    assert len(words) == levels - 1
    assert all(second - first >= 6.4 for first, second in pairwise(words))


@pytest.mark.parametrize("stages", [6, 9])
def test_a_chain_in_several_rows_leaves_the_last_one_without_a_gap(stages: int) -> None:
    size = shape(1)
    body = tuple(
        Stage(body=tuple(residual(f"s{at}.{number}", size) for number in range(3)), name=f"s{at}")
        for at in range(stages)
    )
    heads = (GraphNode(shape=size, reads=(1,), body=(conv(name, size, size),)) for name in "yz")
    parts = (GraphNode(shape=size), GraphNode(shape=size, reads=(0,), body=body), *heads)
    graph = Graph(nodes=parts, outputs=(2, 3), name="graph")
    ports = tuple(Port(name=name, shape=size) for name in "yz")
    network = Network(name="heads", input_shape=size, body=(graph,), outputs=ports)
    picture = folded_page([network], Options(), Output(fit=Fit(495.0, None))).scene
    lines = [line for line in connectors(picture) if line.role == "flow" and not line.id.startswith("legend")]
    ends = [line.points[-1] for line in lines]
    starts = [line.points[0] for line in lines if not (line.tail.element or line.tail.fork)]
    late = [(x, y) for x, y in starts if x > picture.width / 2]
    assert late
    for x, y in late:
        assert any(abs(y - v) < 1.0 and abs(x - u) < 1.0 for u, v in ends)


def with_low_level_branch(merge: Merge, *, stages: int) -> Network:
    """A first stage whose value a branch of further stages, enlarged, and a convolution both read."""
    first = Stage(body=(residual("first.0", shape(0)), residual("first.1", shape(0))), name="first")
    deep = tuple(
        Stage(body=tuple(residual(f"deep{at}.{number}", shape(1)) for number in range(3)), name=f"deep{at}")
        for at in range(stages)
    )
    down, up = conv("down", shape(0), shape(1)), upsample(shape(1), shape(0), "up")
    main: tuple[Element, ...] = (down, *deep, up)
    block = Block(branches=(main, (conv("low", shape(0), shape(0)),)), merge=merge, name="decoder")
    size = (shape(0)[0] * (1 + (merge is Merge.CONCAT)), *shape(0)[1:])
    head = (conv("last", size, shape(0)),)
    return Network(name="low", input_shape=shape(0), body=(first, block), head=head)


@pytest.mark.parametrize("merge", [Merge.CONCAT, Merge.ADD])
@pytest.mark.parametrize("stages", [1, 3])
def test_branches_round_stages_are_drawn_as_lanes(merge: Merge, stages: int) -> None:
    network = with_low_level_branch(merge, stages=stages)
    drawing = whole(network)
    repeats = [frame.repeat for strip in overviews(drawing) for frame in strip.frames if frame.role]
    assert repeats.count(3) == stages
    roles = [node.role for node in nodes((drawing,))]
    assert roles.count(NodeRole.CONCAT if merge is Merge.CONCAT else NodeRole.ADD) == 1
    assert left_out(network, drawn(network).panels) == ()
    assert [fault for fault in problems(scene(network), THEME) if not is_crossing(fault)] == []


def test_a_module_keeps_the_first_run_of_a_layer_before_the_others() -> None:
    shape = (8, 6, 6)
    bodies = [(shapes.conv(shape, 8, 3, padding=1, name=f"part.{name}"),) for name in "abb"]
    nodes = (
        GraphNode(shape=shape),
        GraphNode(shape=shape, reads=(0,), body=bodies[0]),
        GraphNode(shape=shape, reads=(1,), body=bodies[1]),
        GraphNode(shape=shape, reads=(0,), body=bodies[2], shares=2),
        GraphNode(shape=shape, reads=(2, 3), merge=Merge.ADD),
    )
    module = module_of(Graph(nodes=nodes, outputs=(4,)), "part", (1, 2, 3, 4))
    shares = [(at, node.shares) for at, node in enumerate(module.graph.nodes) if node.shares is not None]
    assert [first < at for at, first in shares] == [True]


@pytest.mark.parametrize(
    ("options", "width"), [(Options(), 234.0), (Options(only="stage1"), 495.0), (Options(), 495.0)]
)
def test_branches_round_stages_are_a_chain_where_lanes_have_no_room(options: Options, width: float) -> None:
    network = with_low_level_branch(Merge.CONCAT, stages=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)
        figure = folded_page([network], options, Output(fit=Fit(width, None)))
    has_room = width > 234 and not options.only
    assert isinstance(figure.diagram.panels[0].content, Dag if has_room else Overview)
    assert figure.scene.height <= TALLEST
