"""U-Nets, drawn as a U: levels in rows, skip connections level, the encoder left of the decoder."""

from dataclasses import replace
from itertools import pairwise
from math import prod

import pytest

from resnet_diagram.app.drawing.figure import figure_of
from resnet_diagram.app.drawing.folding import folded_page
from resnet_diagram.diagram.accounting import left_out
from resnet_diagram.diagram.annotations.model import Annotations, Part
from resnet_diagram.diagram.lanes.sides import sides_of
from resnet_diagram.diagram.lanes.unet import has_levels
from resnet_diagram.diagram.model import Dag, EdgeRole, GroupRole, NodeRole, Overview, Vertex
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import edges, groups, nodes, overviews, reads, vertex_items
from resnet_diagram.layout.scene import Box, Connector, Scene, boxes, connectors, texts
from resnet_diagram.layout.spacing import TALLEST
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.dot.render import render_dot
from resnet_diagram.render.figure import Figure, Output
from resnet_diagram.spec.model import (
    Block,
    Element,
    Graph,
    GraphNode,
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
from tests.layout.geometry import loose_ends, problems

THEME = load_theme("paper")


def size(level: int, channels: int = 0, dims: int = 2) -> Shape:
    return (channels or 16 << level, *[64 >> level] * dims)


def layer(name: str, before: Shape, after: Shape, op: str = "conv", kernel: int = 3) -> Layer:
    dims = len(before) - 1
    step = max(1, before[1] // after[1], after[1] // before[1])
    kinds = {"max_pool": LayerKind.POOL, "nearest2d": LayerKind.UPSAMPLE}
    return Layer(
        kind=kinds.get(op, LayerKind.CONV),
        op=op,
        name=name,
        in_shape=before,
        out_shape=after,
        kernel=(kernel,) * dims,
        stride=(step,) * dims,
        padding=(1,) * dims,
        dilation=(1,) * dims,
        params=0 if op in kinds else prod((kernel,) * dims) * before[0] * after[0],
    )


def relu(name: str, at: Shape) -> Layer:
    return Layer(kind=LayerKind.ACTIVATION, op="relu", name=name, in_shape=at, out_shape=at)


def pair(name: str, before: Shape, after: Shape) -> tuple[Element, ...]:
    """Two convolutions with their activations."""
    first = (layer(f"{name}.0", before, after), relu(f"{name}.1", after))
    return (*first, layer(f"{name}.2", after, after), relu(f"{name}.3", after))


def normed(name: str, before: Shape, after: Shape, op: str = "conv") -> tuple[Element, ...]:
    """A convolution that resamples, with its norm and activation."""
    norm = Layer(
        kind=LayerKind.NORM, op="batch_norm", name=f"{name}.bn", in_shape=after, out_shape=after, params=1
    )
    return (layer(f"{name}.conv", before, after, op, 2), norm, relu(f"{name}.act", after))


def residual(name: str, before: Shape, after: Shape) -> Block:
    same = before == after
    branch = (layer(f"{name}.a", before, after), layer(f"{name}.b", after, after))
    side = () if same else (layer(f"{name}.side", before, after, kernel=1),)
    kind = ShortcutKind.IDENTITY if same else ShortcutKind.PROJECTION
    return Block(branches=(branch,), shortcut=Shortcut(kind=kind, layers=side), name=name)


def stage(name: str, before: Shape, after: Shape, blocks: int = 3) -> tuple[Element, ...]:
    first = residual(f"{name}.0", before, after)
    rest = tuple(residual(f"{name}.{number}", after, after) for number in range(1, blocks))
    return (Stage(body=(first, *rest), name=name),)


def unet(
    levels: int = 4,
    *,
    merge: Merge = Merge.CONCAT,
    dims: int = 2,
    residual_blocks: bool = False,
    learned: bool = True,
    lateral: bool = False,
) -> Network:
    """A U-Net with `levels` resolutions; `lateral`: a convolution lies on each skip connection."""

    def at(level: int, channels: int = 0) -> Shape:
        return size(level, channels, dims)

    def below(level: int) -> tuple[Element, ...]:
        """The part under a level, from its resolution back to it."""
        low, high = at(level + 1), at(level)
        if residual_blocks:
            inside: tuple[Element, ...] = stage(f"down{level + 1}", high, low)
        else:
            pooled = (low[0] // 2, *low[1:])
            inside = (
                layer(f"pool{level + 1}", high, pooled, "max_pool", 2),
                *pair(f"down{level + 1}", pooled, low),
            )
        inside += skipping(level + 1) if level + 2 < levels else ()
        kind = "conv_transpose" if learned else "nearest2d"
        target = high if learned or merge is Merge.ADD else (low[0], *high[1:])
        return (*inside, layer(f"up{level}", low, target, kind, 2))

    def skipping(level: int) -> tuple[Element, ...]:
        way = (layer(f"side{level}", at(level), at(level), kernel=1),) if lateral else ()
        branch = below(level)
        last = branch[-1]
        assert isinstance(last, Layer)
        joined = at(level) if merge is Merge.ADD else (at(level)[0] + last.out_shape[0], *at(level)[1:])
        block = Block(branches=(way, branch), merge=merge, name=f"join{level}")
        after = (
            stage(f"dec{level}", joined, at(level), 1)
            if residual_blocks
            else pair(f"dec{level}", joined, at(level))
        )
        return (block, *after)

    body = (*pair("down0", at(0, 3), at(0)), *skipping(0))
    head = (layer("head", at(0), at(0, 2), kernel=1),)
    return Network(name="U", input_shape=at(0, 3), body=body, head=head)


def volumes(merge: Merge, *, leads: bool = False) -> Network:
    """A U-Net in three axes whose resamplings have norms.

    `leads`: residual blocks follow the enlargements ahead of the merges, as in MONAI.
    """

    def at(level: int, channels: int = 0) -> Shape:
        return size(level, channels, 3)

    def below(level: int) -> tuple[Element, ...]:
        inside: tuple[Element, ...] = stage(f"down{level + 1}", at(level + 1), at(level + 1), 2)
        if level < 2:
            inside += (joined(level + 1), *after(level + 1))
        last = stage(f"lead{level}", at(level), at(level), 1) if leads else ()
        raised = normed(f"up{level}", at(level + 1), at(level), "conv_transpose")
        return (*normed(f"pass{level + 1}", at(level), at(level + 1)), *inside, *raised, *last)

    def joined(level: int) -> Block:
        return Block(branches=((), below(level)), merge=merge, name=f"join{level}")

    def after(level: int) -> tuple[Element, ...]:
        doubled = at(level, 2 * at(level)[0]) if merge is Merge.CONCAT else at(level)
        return (
            (layer(f"mix{level}", doubled, at(level)),)
            if leads
            else stage(f"dec{level}", doubled, at(level), 2)
        )

    body = (*pair("first", at(0, 1), at(0)), joined(0), *after(0))
    return Network(name="V", input_shape=at(0, 1), body=body, head=(layer("out", at(0), at(0, 2), kernel=1),))


def waves() -> Network:
    """A U-Net in one axis that keeps every second position, and joins its input at the end."""
    inner = unet(4, dims=1, learned=False)
    plain = tuple(inner.elements)
    enlarged = size(0, 3 + 2, 1)
    joined = Block(branches=((), plain), merge=Merge.CONCAT, name="again")
    return Network(
        name="W", input_shape=size(0, 3, 1), body=(joined,), head=(layer("end", enlarged, size(0, 1, 1)),)
    )


def repeated(merge: Merge = Merge.CONCAT, *, blocks: int = 2) -> Network:
    """A U-Net with a skip connection from each block of its encoder to one of its decoder, as in DDPM."""

    def around(level: int, rest: int, inside: tuple[Element, ...]) -> tuple[Element, ...]:
        """The last `rest` blocks of a level around what lies under it."""
        if not rest:
            return inside
        doubled = size(level, 2 * size(level)[0]) if merge is Merge.CONCAT else size(level)
        inner = around(level, rest - 1, inside)
        name = f"{level}.{rest}"
        joined = Block(
            branches=((), (residual(f"enc{name}", size(level), size(level)), *inner))
            if rest > 1
            else ((), inner),
            merge=merge,
            name=f"join{name}",
        )
        return (joined, residual(f"dec{name}", doubled, size(level)))

    def level(number: int) -> tuple[Element, ...]:
        if number == 2:
            return stage("middle", size(2), size(2), 2)
        below = (
            layer(f"pass{number}", size(number), size(number + 1), kernel=3),
            *level(number + 1),
            layer(f"up{number}", size(number + 1), size(number), "conv_transpose", 2),
        )
        return (residual(f"enc{number}.0", size(number), size(number)), *around(number, blocks, below))

    body = (*pair("in", size(0, 3), size(0)), *level(0))
    return Network(name="P", input_shape=size(0, 3), body=body, head=(layer("out", size(0), size(0, 3)),))


def gated(kind: str) -> Network:
    """A U-Net with gates on its skip connections.

    `kind`: "raised" for gates that read the value of the decoder once it is enlarged, "low" for those that
    read it before, "twice" for gates that rescale the value of the decoder, which is joined then.
    """

    def gate(level: int, nodes: list[GraphNode], skip: int, below: int) -> int:
        """Append the nodes of a gate and of the merge behind it; return the number of this one."""
        high, low, single = size(level), size(level + 1), size(level, 1)
        enlarge = (layer(f"up{level}", low, high, "conv_transpose", 2),)
        name, at = f"gate{level}", len(nodes)
        reads_high = kind != "low"
        source = layer(
            f"{name}.g", high if reads_high else low, single, "conv" if reads_high else "conv_transpose", 2
        )
        nodes += [
            GraphNode(shape=high, reads=(below,), body=enlarge),
            GraphNode(shape=single, reads=(at if reads_high else below,), body=(source,)),
            GraphNode(shape=single, reads=(skip,), body=(layer(f"{name}.x", high, single, kernel=1),)),
            GraphNode(shape=single, reads=(at + 1, at + 2), merge=Merge.ADD, name=f"{name}.add"),
            GraphNode(shape=single, reads=(at + 3,), body=(layer(f"{name}.psi", single, single, kernel=1),)),
            GraphNode(
                shape=high,
                reads=(at if kind == "twice" else skip, at + 4),
                merge=Merge.MULTIPLY,
                name=f"{name}.mul",
            ),
            GraphNode(
                shape=size(level, 2 * high[0]),
                reads=(at + 5, skip if kind == "twice" else at),
                merge=Merge.CONCAT,
                name=f"cat{level}",
            ),
        ]
        return len(nodes) - 1

    nodes = [GraphNode(shape=size(0))]
    for level in (1, 2):
        pool = layer(f"pool{level}", size(level - 1), (size(level - 1)[0], *size(level)[1:]), "max_pool", 2)
        down = pair(f"enc{level}", pool.out_shape, size(level))
        nodes.append(GraphNode(shape=size(level), reads=(level - 1,), body=(pool, *down)))
    for level in (1, 0):
        joined = gate(level, nodes, level, len(nodes) - 1)
        behind = pair(f"dec{level}", nodes[joined].shape, size(level))
        nodes.append(GraphNode(shape=size(level), reads=(joined,), body=behind))
    graph = Graph(nodes=tuple(nodes), outputs=(len(nodes) - 1,), name="graph")
    body = (*pair("in", size(0, 3), size(0)), graph)
    return Network(name="G", input_shape=size(0, 3), body=body, head=(layer("out", size(0), size(0, 2)),))


def nested() -> Network:
    """A U-Net whose stages are modules with lower levels of their own, as in U²-Net."""

    def inner(name: str, level: int) -> Block:
        high, low = size(level), (size(level)[0], *size(level + 1)[1:])
        below = (
            layer(f"{name}.pool", high, low, "max_pool", 2),
            layer(f"{name}.deep", low, low),
            layer(f"{name}.up", low, high, "nearest2d", 2),
        )
        joined = Block(branches=((), below), merge=Merge.ADD, name=name)
        branch = (layer(f"{name}.first", high, high), joined)
        return Block(branches=(branch,), shortcut=Shortcut(kind=ShortcutKind.IDENTITY), name=name)

    def around(level: int, inside: tuple[Element, ...]) -> tuple[Element, ...]:
        high, low = size(level), size(level + 1)
        pooled = (high[0], *low[1:])
        below = (
            layer(f"pool{level}", high, pooled, "max_pool", 2),
            *pair(f"enter{level}", pooled, low),
            *inside,
            layer(f"up{level}", low, high, "conv_transpose", 2),
        )
        joined = Block(branches=((), below), merge=Merge.ADD, name=f"join{level}")
        return (inner(f"enc{level}", level), joined, inner(f"dec{level}", level))

    body = (*pair("in", size(0, 3), size(0)), *around(0, around(1, ())))
    return Network(name="N", input_shape=size(0, 3), body=body, head=(layer("out", size(0), size(0, 2)),))


NETWORKS = {
    "plain": unet(),
    "deep": unet(6),
    "two levels": unet(3),
    "additions": unet(merge=Merge.ADD),
    "residual": unet(residual_blocks=True),
    "enlarged": unet(5, learned=False, residual_blocks=True),
    "lateral": unet(lateral=True),
    "one axis": unet(dims=1),
    "three axes": unet(dims=3),
    "norms": volumes(Merge.ADD),
    "norms, joined": volumes(Merge.CONCAT),
    "blocks ahead of merges": volumes(Merge.CONCAT, leads=True),
    "input joined": waves(),
    "nested": nested(),
    "repeated": repeated(),
    "repeated additions": repeated(Merge.ADD, blocks=3),
    "gates": gated("raised"),
    "gates of the lower level": gated("low"),
}


def page(network: Network, view: View = View.PAPER, width: float = 495.0) -> Figure:
    return folded_page([network], Options(view=view), Output(fit=Fit(width, None)))


def whole(figure: Figure) -> Dag:
    content = figure.diagram.panels[0].content
    assert isinstance(content, Dag)
    return content


def drawn(scene: Scene, vertex: Vertex) -> Box:
    """The box of a part, or the frame of its first stage."""
    items = vertex_items(vertex)
    name = (
        vertex.content.frames[0].id if isinstance(vertex.content, Overview) else getattr(items[0], "id", "")
    )
    return next(box for box in boxes(scene) if box.id.split(".")[-1] == name)


def skips(scene: Scene) -> list[Connector]:
    return [
        line for line in connectors(scene) if line.role is EdgeRole.SKIP and not line.id.startswith("legend")
    ]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW])
@pytest.mark.parametrize("width", [495.0, 234.0])
def test_a_u_net_fits_a_page_and_nothing_in_it_overlaps(network: Network, view: View, width: float) -> None:
    figure = page(network, view, width)
    assert whole(figure).u_shaped
    assert figure.scene.width <= width
    assert figure.scene.height <= TALLEST
    assert problems(figure.scene, THEME) == []
    assert list(loose_ends(figure.scene)) == []


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_no_operation_of_a_u_net_is_left_out(network: Network) -> None:
    assert left_out(network, page(network).diagram.panels) == ()


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("width", [495.0, 234.0])
def test_levels_are_rows_with_the_encoder_on_the_left(network: Network, width: float) -> None:
    figure = page(network, width=width)
    dag, scene = whole(figure), figure.scene
    sides = sides_of(dag)
    assert sides
    centres = {number: drawn(scene, dag.vertices[number]).centre for number in (*sides.down, *sides.up)}
    rows = [dag.vertices[number].row for number in sides.down]
    assert rows == sorted(rows)
    places = [centres[number][1] for number in sides.down]
    assert all(below > above - 6.0 for above, below in pairwise(places))
    for merge, way in sides.skips.items():
        assert centres[way[0]][0] < centres[merge][0]
    merges = [centres[merge] for merge in sides.skips]
    assert [y for _, y in merges] == sorted(y for _, y in merges)
    assert [x for x, _ in merges] == sorted((x for x, _ in merges), reverse=True)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("width", [495.0, 234.0])
def test_skip_connections_are_level_arrows_from_level_to_level(network: Network, width: float) -> None:
    figure = page(network, width=width)
    lines = skips(figure.scene)
    sides = sides_of(whole(figure))
    assert sides
    assert len(lines) == sum(map(len, sides.skips.values()))
    for line in lines:
        assert len(line.points) == 2
        assert len({y for _, y in line.points}) == 1
        assert line.points[0][0] < line.points[1][0]
        assert line.arrow


def test_skip_connections_have_the_shape_of_their_values_on_them() -> None:
    lines = skips(page(unet()).scene)
    assert [text.text for line in lines for text in line.labels] == ["64×64×16", "32×32×32", "16×16×64"]


def test_resamplings_are_words_beside_the_arrows_between_levels() -> None:
    labels = [str(read.label) for read in reads((whole(page(unet(3))),)) if read.label]
    assert labels == ["2×2 max pool, s=2"] * 2 + [
        "2×2 transposed conv, 32, s=2",
        "2×2 transposed conv, 16, s=2",
    ]


@pytest.mark.parametrize("merge", [Merge.ADD, Merge.CONCAT])
def test_skip_connections_from_equal_parts_of_a_level_are_one_arrow_with_their_number(merge: Merge) -> None:
    figure = page(repeated(merge, blocks=3))
    assert [[text.text for text in line.labels] for line in skips(figure.scene)] == [
        ["3 skip connections", "64×64×16"],
        ["3 skip connections", "32×32×32"],
    ]
    frames = [frame for strip in overviews(whole(figure)) for frame in strip.frames]
    assert [frame.repeat for frame in frames] == [3, 3, 2, 3, 3]
    assert any("N skip connections" in text.text for text in texts(figure.scene))


def test_stages_with_levels_of_their_own_are_frames_in_the_u_of_the_network() -> None:
    dag = whole(page(nested()))
    sides = sides_of(dag)
    assert sides
    assert len(sides.skips) == 2
    assert [len(strip.frames) for strip in overviews(dag)] == [1] * 4


@pytest.mark.parametrize("kind", ["raised", "low"])
@pytest.mark.parametrize("width", [495.0, 234.0])
def test_a_gate_is_on_its_skip_connection_and_reads_the_value_from_below(kind: str, width: float) -> None:
    scene = page(gated(kind), width=width).scene
    gates = {box.id: box for box in boxes(scene) if box.texts and box.texts[0].text.startswith("gate")}
    assert len(gates) == 2
    for name, box in gates.items():
        into = sorted(line.points[-1] for line in connectors(scene) if line.head.element == name)
        assert into[0] == pytest.approx((box.x, box.centre[1]), abs=0.1)
        assert into[1] == pytest.approx((box.centre[0], box.y + box.height), abs=0.1)


def test_a_part_that_rescales_and_joins_a_level_is_one_box() -> None:
    network = gated("twice")
    figure = page(network)
    sides = sides_of(whole(figure))
    assert sides
    assert [len(way) for way in sides.skips.values()] == [1, 1]
    assert left_out(network, figure.diagram.panels) == ()
    assert str(figure.diagram.panels[1].title) == "Gate and 1 like it"


def test_norms_of_resamplings_are_words_on_their_arrows() -> None:
    labels = [str(read.label) for read in reads((whole(page(volumes(Merge.ADD))),)) if read.label]
    assert labels[0] == "2×2×2 conv, 32, s=2, BN, ReLU"
    assert labels[-1] == "2×2×2 transposed conv, 16, s=2, BN, ReLU"


def test_skip_connections_of_one_resolution_are_below_each_other() -> None:
    first, second, *_ = sorted(line.points[0][1] for line in skips(page(waves()).scene))
    assert second - first > 20.0


def test_positions_that_move_to_the_batch_make_no_lower_level() -> None:
    tokens, window = (8, 64), (8, 16)

    def moved(name: str, before: Shape, after: Shape) -> Layer:
        return Layer(kind=LayerKind.RESHAPE, op="permute", name=name, in_shape=before, out_shape=after)

    def attention(name: str) -> Block:
        inside = Layer(
            kind=LayerKind.LINEAR, op="linear", name=name, in_shape=window, out_shape=window, params=64
        )
        branch = (moved("parted", tokens, window), inside, moved("joined", window, tokens))
        return Block(branches=(branch,), shortcut=Shortcut(kind=ShortcutKind.IDENTITY), name=name)

    assert not has_levels(Network(name="T", input_shape=tokens, body=(attention("a"), attention("b"))))


def test_equal_convolutions_in_series_are_one_box_with_their_number() -> None:
    scene = page(unet(3)).scene
    words = [" ".join(text.text for text in box.texts) for box in boxes(scene)]
    assert words.count("3×3 conv, 16 ReLU [×2]") == 2
    assert not any(text.turned for text in texts(scene))


def test_stages_of_the_encoder_are_frames_with_their_number_of_blocks() -> None:
    frames = [
        frame
        for vertex in whole(page(unet(residual_blocks=True))).vertices
        if isinstance(vertex.content, Overview)
        for frame in vertex.content.frames
    ]
    assert [frame.repeat for frame in frames] == [3, 3, 3, 1, 1, 1]


def test_a_stage_that_holds_encoder_and_decoder_is_opened() -> None:
    network = unet(residual_blocks=True)
    nested = replace(network, body=(Stage(body=network.body, name="all"),))
    first, second = (whole(page(item)) for item in (network, nested))
    assert [vertex.row for vertex in first.vertices] == [vertex.row for vertex in second.vertices]


def supervised() -> Network:
    """A U-Net with an output at each of two levels of its decoder."""
    fine, middle, coarse = size(0), size(1), size(2)
    nodes = (
        GraphNode(shape=fine),
        GraphNode(shape=middle, reads=(0,), body=stage("down1", fine, middle)),
        GraphNode(shape=coarse, reads=(1,), body=stage("down2", middle, coarse)),
        GraphNode(shape=middle, reads=(2,), body=(layer("up1", coarse, middle, "conv_transpose", 2),)),
        GraphNode(shape=middle, reads=(3, 1), merge=Merge.ADD, name="add1"),
        GraphNode(shape=middle, reads=(4,), body=stage("dec1", middle, middle, 2)),
        GraphNode(shape=fine, reads=(5,), body=(layer("up0", middle, fine, "conv_transpose", 2),)),
        GraphNode(shape=fine, reads=(6, 0), merge=Merge.ADD, name="add0"),
        GraphNode(shape=size(0, 2), reads=(7,), body=(layer("out", fine, size(0, 2), kernel=1),)),
        GraphNode(shape=size(1, 2), reads=(5,), body=(layer("aux", middle, size(1, 2), kernel=1),)),
    )
    ports = (Port(name="main", shape=size(0, 2)), Port(name="aux", shape=size(1, 2)))
    graph = Graph(nodes=nodes, outputs=(8, 9), name="graph")
    stem = (layer("stem", size(0, 3), fine),)
    return Network(name="deep", input_shape=size(0, 3), stem=stem, body=(graph,), outputs=ports)


def test_outputs_of_the_decoder_are_beside_their_levels() -> None:
    figure = page(supervised())
    dag, scene = whole(figure), figure.scene
    sides = sides_of(dag)
    assert sides
    assert problems(scene, THEME) == []
    assert {text.text for text in texts(scene)} >= {"main", "aux"}
    (box,) = [drawn(scene, dag.vertices[number]) for number in sides.heads if not dag.vertices[number].last]
    decoder = max(sides.up, key=lambda number: dag.vertices[number].row)
    assert box.centre[1] == pytest.approx(drawn(scene, dag.vertices[decoder]).centre[1])


def test_only_skip_connections_round_lower_resolutions_make_a_u() -> None:
    flat = tuple(item for number in range(4) for item in stage(f"s{number}", size(0), size(0)))
    panels = page(Network(name="R", input_shape=size(0), body=flat)).diagram.panels
    assert isinstance(panels[0].content, Overview)
    assert isinstance(page(unet(2)).diagram.panels[0].content, Overview)


def test_a_chart_has_a_box_for_each_level_and_an_arrow_for_each_skip_connection() -> None:
    network = unet(5, residual_blocks=True)
    chain = build([network], Options(view=View.OVERVIEW), flat=True).chain
    titles = [str(node.lines[0]) for node in nodes(chain.items) if node.role is NodeRole.STAGE]
    assert titles == [f"Stage {number}" for number in range(1, 9)]
    assert sum(edge.role is EdgeRole.SKIP for edge in edges(chain.items)) == 4
    opened = build([network], Options(), flat=True).chain
    assert [str(group.title) for group in groups(opened.items) if group.role is GroupRole.STAGE] == titles


@pytest.mark.parametrize("network", [unet(residual_blocks=True), supervised()])
@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.FULL])
def test_arrows_of_a_chart_join_nodes_that_it_has(network: Network, view: View) -> None:
    text = render_dot(figure_of([network], Options(view=view), Output(), flat=True))
    lines = [line.split("[")[0].strip() for line in text.splitlines()]
    named = {name for line in lines if " -> " in line for name in line.strip("{}").split(" -> ")}
    declared = {line for line in lines if line.isidentifier()}
    assert {name.split(";")[-1].strip() for name in named} <= declared


@pytest.mark.parametrize(
    "options",
    [
        Options(only="stage1"),
        Options(annotations=Annotations(braces=(("ours", (Part(paths=frozenset({"down1"})),)),))),
    ],
)
def test_one_part_and_braces_are_drawn_in_an_overview(options: Options) -> None:
    network = unet(residual_blocks=True)
    figure = folded_page([network], options, Output(fit=Fit(495.0, None)))
    assert isinstance(figure.diagram.panels[0].content, Overview)


def far_input() -> Network:
    """A U-Net whose first convolution lowers the resolution by two levels, and whose end restores it."""
    inner, middle, large = unet(3), (16, 128, 128), (16, 256, 256)
    first = layer("patches", (3, 256, 256), size(0), kernel=7)
    larger = layer("up128", size(0), middle, "nearest2d", 2), *pair("end128", middle, middle)
    last = layer("up256", middle, large, "nearest2d", 2), *pair("end256", large, large)
    return replace(inner, input_shape=(3, 256, 256), body=(first, *inner.body[1:], *larger, *last), head=())


def far_output() -> Network:
    """A U-Net with a level of the encoder that the decoder passes by, between its upper two."""
    inner, middle, large = unet(3), (16, 128, 128), (16, 256, 256)
    first = layer("halves", (3, 256, 256), middle), layer("quarters", middle, size(0))
    last = layer("up256", size(0), large, "nearest2d", 4), *pair("end256", large, large)
    return replace(inner, input_shape=(3, 256, 256), body=(*first, *inner.body[1:], *last), head=())


def pooled_behind_layers() -> Network:
    """A U-Net whose poolings follow a convolution, as the transitions of a DenseNet do."""
    fine, low, lowest = size(0), size(1), size(2)

    def down(name: str, high: Shape, half: Shape) -> tuple[Element, ...]:
        before = (half[0], *high[1:])
        return (
            layer(f"{name}.conv", high, before, kernel=1),
            layer(f"{name}.pool", before, half, "max_pool", 2),
        )

    def joined(name: str, high: Shape, half: Shape, inside: tuple[Element, ...]) -> Block:
        up = layer(f"{name}.up", half, high, "conv_transpose", 2)
        return Block(branches=((), (*down(name, high, half), *inside, up)), merge=Merge.ADD, name=name)

    inner = (*stage("s1", low, low), joined("j1", low, lowest, stage("s2", lowest, lowest)))
    body = (*pair("in", size(0, 3), fine), joined("j0", fine, low, inner), *pair("out", fine, fine))
    return Network(name="D", input_shape=size(0, 3), body=body)


FAR = {"far input": far_input(), "far output": far_output(), "poolings": pooled_behind_layers()}


@pytest.mark.parametrize("network", [*FAR.values(), *NETWORKS.values()], ids=[*FAR, *NETWORKS])
def test_every_value_of_a_u_net_has_an_arrow_and_its_words(network: Network) -> None:
    figure = page(network)
    dag = whole(figure)
    assert dag.u_shaped
    assert problems(figure.scene, THEME) == []
    assert left_out(network, figure.diagram.panels) == ()
    values = list(reads((dag,)))
    words = {text.text for text in texts(figure.scene)}
    assert all(any(str(read.label).startswith(text) for text in words) for read in values if read.label)
    ends = {(line.tail.element, line.head.element) for line in connectors(figure.scene)}
    for vertex in dag.vertices:
        for read in vertex.reads:
            tail, head = dag.vertices[read.vertex], vertex
            assert (drawn(figure.scene, tail).id, drawn(figure.scene, head).id) in ends


@pytest.mark.filterwarnings("ignore::resnet_diagram.errors.UnrenderedWarning")
@pytest.mark.parametrize(("width", "levels"), [(234.0, "frames"), (170.0, "boxes"), (150.0, "none")])
def test_on_a_narrow_page_stages_are_boxes_and_at_last_there_is_no_u(width: float, levels: str) -> None:
    figure = page(unet(residual_blocks=True), width=width)
    content = figure.diagram.panels[0].content
    vertices = content.vertices if isinstance(content, Dag) else ()
    assert bool(vertices) == (levels != "none")
    assert any(isinstance(vertex.content, Overview) for vertex in vertices) == (levels == "frames")
    assert figure.scene.width <= width
    assert list(loose_ends(figure.scene)) == []
    if levels == "boxes":
        assert problems(figure.scene, THEME) == []
        assert left_out(unet(residual_blocks=True), figure.diagram.panels) == ()
