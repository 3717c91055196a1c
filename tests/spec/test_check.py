"""What `check` refuses, and how it says so."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from resnet_diagram.errors import SpecError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.model import (
    Block,
    Element,
    Layer,
    LayerKind,
    Merge,
    Network,
    Shape,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.shapes import (
    act,
    avg_pool,
    conv,
    flatten,
    global_avg_pool,
    linear,
    max_pool,
    norm,
    zero_pad,
)

SHAPE = (8, 6, 6)
IDENTITY = Shortcut(kind=ShortcutKind.IDENTITY)


def network(*body: Element, shape: Shape = SHAPE) -> Network:
    return Network(name="net", input_shape=shape, body=body)


def refusal(*body: Element, shape: Shape = SHAPE) -> str:
    with pytest.raises(SpecError) as caught:
        check(network(*body, shape=shape))
    return str(caught.value)


def same_conv(shape: Shape = SHAPE, kernel: int = 3) -> Layer:
    return conv(shape, shape[0], kernel, padding=kernel // 2)


def test_the_place_is_named_from_the_outside_in() -> None:
    good = catalog.network("resnet50")
    stage = good.body[1]
    assert isinstance(stage, Stage)
    block = stage.body[0]
    assert isinstance(block, Block)
    assert block.shortcut is not None
    projection = block.shortcut.layers[0]
    assert isinstance(projection, Layer)
    wrong = replace(projection, name="", in_shape=(128, 56, 56))
    shortcut = replace(block.shortcut, layers=(wrong, *block.shortcut.layers[1:]))
    body = replace(stage, body=(replace(block, shortcut=shortcut), *stage.body[1:]))
    with pytest.raises(SpecError) as caught:
        check(replace(good, body=(good.body[0], body, *good.body[2:])))
    assert str(caught.value) == (
        "resnet50: stage 'layer2', block 'layer2.0', shortcut layer 1: in_shape is [128, 56, 56]; "
        "expected [256, 56, 56], the shape that arrives there."
    )


LAYERS: list[tuple[Callable[[Layer], Layer], str]] = [
    (
        lambda one: replace(one, in_shape=(9, 6, 6)),
        "in_shape is [9, 6, 6]; expected [8, 6, 6], the shape that",
    ),
    (lambda one: replace(one, out_shape=(8, 0, 6)), "out_shape is [8, 0, 6]; expected sizes of 1 or more"),
    (lambda one: replace(one, out_shape=()), "out_shape is []; expected sizes of 1 or more"),
    (lambda one: replace(one, params=-1), "params is -1; expected 0 or more"),
    (lambda one: replace(one, macs=-1), "macs is -1; expected 0 or more"),
    (lambda one: replace(one, groups=0), "groups is 0; expected 1 or more"),
    (lambda one: replace(one, groups=3), "groups is 3; expected a divisor of the channels, 8 and 8"),
    (lambda one: replace(one, kernel=(3,)), "kernel has 1 entry; expected 2, one for each spatial dimension"),
    (lambda one: replace(one, kernel=()), "kernel has 0 entries; expected 2"),
    (lambda one: replace(one, stride=(1, 1, 1)), "stride has 3 entries; expected 2"),
    (lambda one: replace(one, stride=(0, 1)), "stride is [0, 1]; expected numbers of 1 or more"),
    (lambda one: replace(one, padding=(-1, 1)), "padding is [-1, 1]; expected numbers of 0 or more"),
    (lambda one: replace(one, dilation=()), "dilation has 0 entries; expected 2"),
    (
        lambda one: replace(one, stride=(2, 2)),
        "out_shape is [8, 6, 6]; expected [8, 3, 3] from kernel [3, 3], stride [2, 2], padding [1, 1]",
    ),
    (lambda one: replace(one, out_shape=(8, 6)), "out_shape is [8, 6]; expected [8, 6, 6] from kernel"),
]


@pytest.mark.parametrize(("change", "message"), LAYERS, ids=[message[:30] for _, message in LAYERS])
def test_convolutions(change: Callable[[Layer], Layer], message: str) -> None:
    assert f"net: layer 1: {message}" in refusal(change(same_conv()))


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (replace(norm(SHAPE), out_shape=(8, 6, 5)), "expected [8, 6, 6], as at the entry"),
        (replace(act(SHAPE), out_shape=(4, 6, 6)), "expected [8, 6, 6], as at the entry"),
        (replace(max_pool(SHAPE, 2), out_shape=(8, 4, 4)), "expected [8, 3, 3] from kernel [2, 2]"),
        (replace(max_pool(SHAPE, 2), out_shape=(4, 3, 3)), "expected [8, 3, 3] from kernel [2, 2]"),
        (replace(max_pool(SHAPE, 2), stride=()), "stride has 0 entries; expected 2"),
        (replace(flatten(SHAPE), out_shape=(8,)), "expected 288 values, as at the entry"),
        (replace(zero_pad(SHAPE, 16), out_shape=(4, 6, 6)), "expected [8, 6, 6] or more"),
        (
            replace(linear(SHAPE, 3), out_shape=(3, 6, 3)),
            "expected the sizes of [8, 6, 6] but for the channels",
        ),
    ],
)
def test_other_layers(layer: Layer, message: str) -> None:
    assert message in refusal(layer)


def test_pools_may_round_up() -> None:
    shape = (4, 7, 7)
    for ceil_mode in (False, True):
        check(network(avg_pool(shape, 2, ceil_mode=ceil_mode), shape=shape))


def test_padding_same_of_an_even_kernel_adds_one_at_the_end() -> None:
    layer = replace(conv(SHAPE, 8, 4, padding=1), out_shape=SHAPE)
    check(network(layer))
    assert "expected [8, 5, 5]" in refusal(replace(layer, out_shape=(8, 7, 7)))


def test_transposed_convolutions() -> None:
    up = replace(conv(SHAPE, 8, 2, stride=2), op="conv_transpose", out_shape=(8, 12, 12))
    check(network(up))
    check(network(replace(up, out_shape=(8, 13, 13))))
    assert "expected [8, 12, 12]" in refusal(replace(up, out_shape=(8, 14, 14)))


def test_gated_activations_may_halve_the_channels() -> None:
    check(network(replace(act(SHAPE, "glu"), out_shape=(4, 6, 6))))


def block(**fields: object) -> Block:
    usual = Block(name="b", branches=((same_conv(),),), shortcut=IDENTITY)
    return replace(usual, **fields)  # type: ignore[arg-type]


def shortcut(kind: ShortcutKind, *layers: Layer) -> Shortcut:
    return Shortcut(kind=kind, layers=layers)


BLOCKS = [
    (block(branches=()), "it has no branches; expected at least one"),
    (block(branches=((),)), "it has no layers; expected at least one on a branch"),
    (block(shortcut=None), "it has one branch and no shortcut; an addition needs two inputs"),
    (
        block(branches=((conv(SHAPE, 4, 1),),)),
        "the branch gives [4, 6, 6] and the shortcut gives [8, 6, 6]; an addition needs equal sizes",
    ),
    (
        block(branches=((conv(SHAPE, 4, 1),), ()), shortcut=None, merge=Merge.MULTIPLY),
        "branch 1 gives [4, 6, 6] and branch 2 gives [8, 6, 6]; a multiplication needs equal sizes",
    ),
    (
        block(branches=((conv(SHAPE, 4, 3),), ()), shortcut=None, merge=Merge.CONCAT),
        "branch 1 gives [4, 4, 4] and branch 2 gives [8, 6, 6]; a concatenation needs equal sizes but",
    ),
    (
        block(shortcut=shortcut(ShortcutKind.IDENTITY, same_conv())),
        "shortcut of kind 'identity' has layers; expected none, or another kind",
    ),
    (
        block(shortcut=shortcut(ShortcutKind.PROJECTION)),
        "shortcut of kind 'projection' has no layers; only an identity has none",
    ),
    (
        block(shortcut=shortcut(ShortcutKind.PROJECTION, norm(SHAPE))),
        "shortcut of kind 'projection' has only 'norm'; expected a convolution or linear layer",
    ),
    (
        block(shortcut=shortcut(ShortcutKind.ZERO_PAD, same_conv())),
        "shortcut of kind 'zero-pad' has only 'conv'; expected a layer of kind 'pad'",
    ),
    (
        block(shortcut=shortcut(ShortcutKind.POOLED, norm(SHAPE))),
        "shortcut of kind 'pooled' has only 'norm'; expected a layer of kind 'pool'",
    ),
]


@pytest.mark.parametrize(("wrong", "message"), BLOCKS, ids=[message[:40] for _, message in BLOCKS])
def test_blocks(wrong: Block, message: str) -> None:
    assert refusal(wrong).startswith(f"net: block 'b': {message}")


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (block(before=(norm((4, 6, 6)),)), "block 'b', before layer 1"),
        (block(after=(act((4, 6, 6)),)), "block 'b', after layer 1"),
        (block(branches=((same_conv(), same_conv((4, 6, 6))),)), "block 'b', branch layer 2"),
        (block(branches=((), (norm((4, 6, 6)),))), "block 'b', branch 2 layer 1"),
        (Stage(body=(same_conv(), same_conv((4, 6, 6)))), "stage 1, layer 2"),
        (Stage(body=()), "stage 1: it is empty"),
        (
            block(branches=((Stage(name="s", body=(same_conv(), block(name="c", branches=()))),),)),
            "branch stage 's', block 'c'",
        ),
    ],
)
def test_places(wrong: Element, place: str) -> None:
    assert place in refusal(wrong)


def test_stem_and_head() -> None:
    good = network(same_conv())
    with pytest.raises(SpecError, match="net: stem layer 1: in_shape"):
        check(replace(good, stem=(norm((9, 6, 6)),)))
    with pytest.raises(SpecError, match="net: head layer 1 'fc': in_shape"):
        check(replace(good, head=(linear((9,), 2, name="fc"),)))


@pytest.mark.parametrize("shape", [(), (0, 6, 6), (-8, 6, 6)])
def test_input_shape(shape: Shape) -> None:
    assert refusal(same_conv(), shape=shape).startswith(f"net: input_shape is {list(shape)}; expected sizes")


def test_a_network_has_layers() -> None:
    assert refusal() == "net: there is no layer; expected at least one in stem, body or head."


def test_a_gate_stretches_its_factor() -> None:
    factor = (global_avg_pool(SHAPE), act((8, 1, 1), "sigmoid"))
    gate = Block(branches=((), factor), merge=Merge.MULTIPLY)
    assert check(network(gate, norm(SHAPE)))


def test_a_concatenation_joins_channels_or_the_axis_it_names() -> None:
    join = Block(branches=((same_conv(),), ()), merge=Merge.CONCAT)
    check(network(join, norm((16, 6, 6))))
    check(network(replace(join, axis=2), norm((8, 6, 12))))
    assert "expected [16, 6, 6]" in refusal(join, norm((8, 6, 12)))
    check(network(replace(join, after=(norm((16, 6, 6)),))))
    assert "expected [16, 6, 6]" in refusal(join, norm((8, 7, 12)))
    tokens = Block(branches=((conv((8, 6), 8, 3),), ()), merge=Merge.CONCAT)
    check(network(tokens, norm((8, 10)), shape=(8, 6)))


def test_any_number_of_spatial_dimensions() -> None:
    for shape in ((8, 9), (8, 5, 6, 7)):
        residual = Block(branches=((same_conv(shape), norm(shape)),), shortcut=IDENTITY)
        check(network(residual, shape=shape))


def test_a_network_without_a_name() -> None:
    with pytest.raises(SpecError, match=r"^network: layer 1"):
        check(replace(network(norm((9, 6, 6))), name=""))


def test_opaque_layers_are_taken_as_they_are() -> None:
    check(network(Layer(kind=LayerKind.OPAQUE, op="cell", in_shape=SHAPE, out_shape=(3, 2))))
