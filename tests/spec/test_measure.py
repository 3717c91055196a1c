"""What follows from the layers."""

from dataclasses import replace

import pytest

from resnet_diagram.errors import SpecError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import (
    BlockKind,
    all_blocks,
    block_kind,
    cardinality,
    depth,
    gate_ratio,
    in_shape,
    macs,
    merged_shape,
    option,
    out_shape,
    params,
    pre_activation,
    residual_blocks,
    stride,
    walk,
    width,
)
from resnet_diagram.spec.model import (
    Block,
    Element,
    Graph,
    GraphNode,
    Layer,
    LayerKind,
    Merge,
    Network,
    Shape,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.shapes import act, conv, global_avg_pool, linear, max_pool, norm, subsample, zero_pad

SHAPE = (8, 6, 6)
IDENTITY = Shortcut(kind=ShortcutKind.IDENTITY)


def chain(shape: Shape, *settings: tuple[int, int]) -> tuple[Layer, ...]:
    """Convolutions of the given channels and kernels, padded."""
    layers: list[Layer] = []
    for channels, kernel in settings:
        layers.append(conv(layers[-1].out_shape if layers else shape, channels, kernel, padding=kernel // 2))
    return tuple(layers)


def residual(*branch: Element, shortcut: Shortcut = IDENTITY, name: str = "") -> Block:
    return Block(name=name, branches=(branch,), shortcut=shortcut)


def gate() -> Block:
    factor = (global_avg_pool(SHAPE, name="squeeze"), conv((8, 1, 1), 8, 1, name="excite"))
    return Block(name="gate", branches=((), factor), merge=Merge.MULTIPLY)


def full_block() -> Block:
    """A block with something everywhere, its layers named in flow order."""
    projection = Shortcut(kind=ShortcutKind.PROJECTION, layers=(conv(SHAPE, 8, 1, name="c"),))
    return Block(
        before=(norm(SHAPE, name="a"),),
        branches=((conv(SHAPE, 8, 3, padding=1, name="b"), gate()),),
        shortcut=projection,
        after=(act(SHAPE, name="d"),),
    )


def names(*args: bool) -> list[str]:
    shortcuts, gates = args
    return [layer.name for layer in walk(full_block(), shortcuts=shortcuts, gates=gates)]


def test_walk_goes_with_the_flow() -> None:
    assert names(True, True) == ["a", "b", "squeeze", "excite", "c", "d"]
    assert names(False, True) == ["a", "b", "squeeze", "excite", "d"]
    assert names(True, False) == ["a", "b", "c", "d"]
    assert names(False, False) == ["a", "b", "d"]


def test_walk_takes_any_part() -> None:
    layer = conv(SHAPE, 8, 1)
    assert list(walk(layer)) == list(walk([layer])) == list(walk(Stage(body=(layer,)))) == [layer]
    assert list(walk(Network(name="n", input_shape=SHAPE, stem=(layer,), head=(layer,)))) == [layer, layer]
    assert list(walk(Shortcut(kind=ShortcutKind.OTHER, layers=(layer,)))) == [layer]


def test_counts_take_shortcuts_and_gates_depth_neither() -> None:
    block = full_block()
    assert params(block) == 16 + 8 * 8 * 9 + 8 * 8 + 8 * 8
    assert macs(block) == 36 * 8 * 8 * 9 + 8 * 8 + 36 * 8 * 8
    assert depth(block) == 1


def test_of_parallel_branches_the_deepest_counts() -> None:
    short, long = chain(SHAPE, (8, 1)), chain(SHAPE, (8, 3), (8, 3), (8, 1))
    assert depth(Block(branches=(short, long, short), merge=Merge.CONCAT)) == depth(long) == 3
    start = GraphNode(shape=SHAPE)
    ways = [GraphNode(shape=SHAPE, reads=(0,), body=body) for body in (short, long)]
    again = GraphNode(shape=SHAPE, reads=(2,), body=long, shares=2)
    total = GraphNode(shape=SHAPE, reads=(1, 3), merge=Merge.ADD)
    assert depth(Graph(nodes=(start, *ways, again, total), outputs=(4,))) == 3
    assert depth((*short, *long)) == 4


def test_a_gate_over_a_branch_counts_that_branch() -> None:
    gated = Block(branches=(chain(SHAPE, (8, 3)), chain(SHAPE, (8, 1))), merge=Merge.MULTIPLY)
    assert depth(gated) == 1


def test_modules_that_run_again_count_once_for_the_depth() -> None:
    nodes = (
        GraphNode(shape=SHAPE),
        GraphNode(shape=SHAPE, reads=(0,), body=chain(SHAPE, (8, 3))),
        GraphNode(shape=SHAPE, reads=(1,), body=chain(SHAPE, (8, 3)), shares=1),
    )
    graph = Graph(nodes=nodes, outputs=(2,))
    assert depth(graph) == 1
    assert len(list(walk(graph))) == 2


def test_shapes_at_entry_and_exit() -> None:
    down = residual(
        *chain(SHAPE, (16, 3)), shortcut=Shortcut(kind=ShortcutKind.OTHER, layers=chain(SHAPE, (16, 1)))
    )
    assert (in_shape(down), out_shape(down)) == (SHAPE, (16, 6, 6))
    assert (in_shape(gate()), out_shape(gate())) == (SHAPE, SHAPE)
    assert out_shape(Stage(body=(down,))) == (16, 6, 6)
    assert out_shape(Network(name="n", input_shape=SHAPE)) == SHAPE
    assert in_shape(full_block()) == merged_shape(full_block()) == SHAPE
    with pytest.raises(SpecError, match="block 'b' has none"):
        in_shape(Block(name="b", branches=((),)))


def test_a_merge_takes_its_input_behind_the_shared_layers() -> None:
    pooled = max_pool(SHAPE, 3, stride=2, padding=1)
    block = Block(branches=((), chain(pooled.out_shape, (8, 3))), before=(pooled,), merge=Merge.CONCAT)
    assert merged_shape(block) == (16, 3, 3)


def test_a_concatenation_adds_the_sizes_that_differ_else_the_channels() -> None:
    join = Block(branches=((), chain(SHAPE, (8, 3))), merge=Merge.CONCAT)
    assert out_shape(join) == (16, 6, 6)
    tokens = Block(branches=((), (conv((8, 6), 8, 3),)), merge=Merge.CONCAT)
    assert out_shape(tokens) == (8, 10)


@pytest.mark.parametrize(("inner", "ratio"), [(2, 4), (3, 8 / 3), (8, 1), (64, 0.125)])
def test_a_gate_that_widens_inside_is_one_too(inner: int, ratio: float) -> None:
    factor = (global_avg_pool(SHAPE), conv((8, 1, 1), inner, 1), conv((inner, 1, 1), 8, 1))
    assert gate_ratio(Block(branches=((), factor), merge=Merge.MULTIPLY)) == ratio


def test_residual_blocks_come_in_the_order_of_their_additions() -> None:
    inner = residual(*chain(SHAPE, (8, 3)), name="inner")
    outer = residual(inner, gate(), name="outer")
    last = residual(*chain(SHAPE, (8, 3)), name="last")
    network = Network(name="n", input_shape=SHAPE, body=(outer, last))
    assert [block.name for block in residual_blocks(network)] == ["inner", "outer", "last"]
    assert [block.name for block in all_blocks(network)] == ["inner", "gate", "outer", "last"]


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (((8, 3), (8, 3)), BlockKind.BASIC),
        (((8, 3), (16, 5)), BlockKind.BASIC),
        (((4, 1), (4, 3), (8, 1)), BlockKind.BOTTLENECK),
        (((16, 1), (16, 3), (16, 1)), BlockKind.BOTTLENECK),
        (((32, 1), (32, 3), (8, 1)), BlockKind.INVERTED_BOTTLENECK),
        (((8, 7), (32, 1), (8, 1)), BlockKind.INVERTED_BOTTLENECK),
        (((8, 3),), BlockKind.OTHER),
        (((8, 3), (8, 1)), BlockKind.OTHER),
        (((8, 3), (8, 3), (8, 3)), BlockKind.OTHER),
        ((), BlockKind.OTHER),
    ],
)
def test_block_kinds(settings: tuple[tuple[int, int], ...], kind: BlockKind) -> None:
    assert block_kind(residual(*chain(SHAPE, *settings), gate())) is kind


def test_linear_layers_count_like_1x1_convolutions() -> None:
    wide = linear((6, 6, 8), 32)
    block = residual(*chain(SHAPE, (8, 7)), wide, linear(wide.out_shape, 8))
    assert block_kind(block) is BlockKind.INVERTED_BOTTLENECK


def test_pre_activation_is_what_stands_first() -> None:
    layers = chain(SHAPE, (8, 3))
    assert pre_activation(residual(norm(SHAPE), act(SHAPE), *layers))
    assert pre_activation(Block(before=(norm(SHAPE),), branches=(layers,), shortcut=IDENTITY))
    assert not pre_activation(residual(*layers, norm(SHAPE), act(SHAPE)))
    assert not pre_activation(residual(max_pool(SHAPE, 1)))


def test_width_and_cardinality() -> None:
    grouped = residual(conv(SHAPE, 4, 1), conv((4, 6, 6), 4, 3, padding=1, groups=2), conv((4, 6, 6), 8, 1))
    assert (width(grouped), cardinality(grouped)) == (4, 2)
    assert (width(residual(*chain(SHAPE, (5, 1), (8, 1)))), cardinality(residual(norm(SHAPE)))) == (5, 1)
    assert width(residual(norm(SHAPE))) == 0


def test_stride_is_the_product_along_the_branch() -> None:
    twice = (conv(SHAPE, 8, 3, stride=(2, 1), padding=1), max_pool((8, 3, 6), 3, stride=(1, 3), padding=1))
    assert stride(residual(*twice)) == (2, 3)
    assert stride(residual(linear((8,), 8))) == ()
    assert stride(residual(gate(), *chain(SHAPE, (8, 3)))) == (1, 1)


def test_stride_follows_nested_blocks_and_comes_back_up() -> None:
    down = conv(SHAPE, 8, 3, stride=3, padding=1)
    inner = residual(down, shortcut=Shortcut(kind=ShortcutKind.PROJECTION, layers=(down,)))
    up = replace(conv((8, 2, 2), 8, 3, stride=3), op="conv_transpose", out_shape=SHAPE)
    resize = Layer(kind=LayerKind.UPSAMPLE, op="nearest", in_shape=(8, 2, 2), out_shape=SHAPE)
    assert stride(residual(Stage(body=(inner,)))) == (3, 3)
    assert stride(residual(inner, up)) == stride(residual(inner, resize)) == (1, 1)
    assert stride(residual(up)) == (1, 1)


def shortcut_to(kind: ShortcutKind, shape: Shape = SHAPE) -> Shortcut:
    if kind is ShortcutKind.ZERO_PAD:
        step = subsample(shape, 2)
        return Shortcut(kind=kind, layers=(step, zero_pad(step.out_shape, 16)))
    return Shortcut(kind=kind, layers=(conv(shape, 16, 1, stride=2),))


def options(changed: list[ShortcutKind], kept: list[ShortcutKind]) -> str | None:
    """The option of a network whose blocks change the size or keep it, with these shortcuts."""
    narrow = conv(SHAPE, 16, 3, stride=2, padding=1)
    same = conv(SHAPE, 8, 1)
    body = [residual(narrow, shortcut=shortcut_to(kind)) for kind in changed]
    for kind in kept:
        layers = () if kind is ShortcutKind.IDENTITY else (same,)
        body.append(residual(same, shortcut=Shortcut(kind=kind, layers=layers)))
    return option(Network(name="n", input_shape=SHAPE, body=tuple(body)))


def test_options() -> None:
    identity, projection, zero_padding, pooled = (
        ShortcutKind.IDENTITY,
        ShortcutKind.PROJECTION,
        ShortcutKind.ZERO_PAD,
        ShortcutKind.POOLED_PROJECTION,
    )
    assert options([zero_padding], [identity]) == "A"
    assert options([projection], [identity]) == "B"
    assert options([projection, pooled], [identity]) == "B"
    assert options([projection], [projection]) == "C"
    assert options([pooled], [projection]) == "C"
    assert options([], [projection]) == "C"


def test_options_that_cannot_be_told() -> None:
    identity, projection, zero_padding = ShortcutKind.IDENTITY, ShortcutKind.PROJECTION, ShortcutKind.ZERO_PAD
    assert options([], []) is None
    assert options([], [identity]) is None
    assert options([projection], []) is None
    assert options([projection, zero_padding], [identity]) is None
    assert options([projection], [identity, projection]) is None
    assert options([zero_padding], [projection]) is None
    assert options([zero_padding], [zero_padding]) is None


def test_the_rows_of_a_network_add_up() -> None:
    network = catalog.network("seresnet50")
    parts = (network.stem, network.body, network.head)
    assert sum(params(part) for part in parts) == params(network)
    assert sum(macs(part) for part in parts) == macs(network)
