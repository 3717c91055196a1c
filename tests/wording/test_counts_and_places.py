"""Counts, names and places at the limits where their words change."""

import pytest

from resnet_diagram.spec.model import Block, Layer, LayerKind, Merge, Shortcut, ShortcutKind, Stage
from resnet_diagram.spec.shapes import conv, linear
from resnet_diagram.spec.traits import is_depthwise
from resnet_diagram.wording.blocks import unit_title, unit_type
from resnet_diagram.wording.counts import counted, macs_label, params_labels, si_text
from resnet_diagram.wording.language import language
from resnet_diagram.wording.layers import operation
from resnet_diagram.wording.modules import shortened
from resnet_diagram.wording.places import places
from resnet_diagram.wording.terms import Kind, literal, phrase
from resnet_diagram.wording.vocabulary import Word

SHAPE = (8, 4, 4)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (999, "999"),
        (1_000, "1.00 k"),
        (9_994, "9.99 k"),
        (9_995, "10.0 k"),
        (99_600, "99.6 k"),
        (99_950, "100 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (999_500_000, "1.00 G"),
        (10**12, "1.00 T"),
    ],
)
def test_a_rounded_count_has_three_digits(count: int, text: str) -> None:
    assert si_text(count) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 blocks"), (1, "1 block"), (2, "2 blocks")])
def test_only_one_is_singular(count: int, text: str) -> None:
    assert counted(count, literal("block")) == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([(1, 2), (2, 2)], "stages 1–2: 2"),
        ([(1, 2), (2, 1), (2, 2)], "all other blocks"),
        ([(2, 2), (1, 2)], "stages 1–2: 2"),
    ],
)
def test_all_other_blocks_are_more_than_half(items: list[tuple[int, int]], text: str) -> None:
    everything = [(stage, number) for stage in (1, 2) for number in (1, 2)]
    assert places(items, everything, 2, rest=True) == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([(1, 2), (1, 4), (1, 6), (2, 1), (2, 3)], "stage 1: 2, 4, 6; stage 2: 1, 3"),
        ([(stage, number) for stage in (1, 2, 3) for number in (2, 4, 6)], "stages 1–3: 2, 4, 6"),
        ([(1, 2), (1, 4), (1, 6), (2, 1), (2, 3), (2, 5), (3, 1), (3, 2), (3, 4), (3, 6)], "10 blocks"),
        ([(1, 2), (1, 4), (1, 5), (2, 1), (2, 4), (2, 6)], "stage 1: 2, 4–5; stage 2: 1, 4, 6"),
        (
            [(1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (3, 2), (3, 3), (3, 4), (3, 5), (3, 6)],
            "stages 1, 3: 2–6",
        ),
    ],
)
def test_a_long_list_of_places_is_a_count(items: list[tuple[int, int]], text: str) -> None:
    everything = [(stage, number) for stage in (1, 2, 3) for number in range(1, 7)]
    assert places(items, everything, 3) == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([(1, 1)], "stage 1"),
        ([(1, 1), (3, 1)], "stages 1, 3"),
        ([(1, 1), (2, 1), (2, 2)], "all blocks of stages 1–2"),
        ([(2, 2), (4, 2), (4, 3), (5, 2), (5, 3), (5, 4)], "all but the first block of stages 2, 4–5"),
        ([(2, 2), (4, 2), (4, 3)], "stage 2: 2; stage 4: 2–3"),
        ([(4, 1), (4, 3), (5, 1), (5, 2), (5, 4)], "stage 4: 1, 3; stage 5: 1–2, 4"),
    ],
)
def test_places_of_stages_of_several_sizes(items: list[tuple[int, int]], text: str) -> None:
    counts = (1, 2, 1, 3, 4)
    everything = [(stage, at) for stage, count in enumerate(counts, 1) for at in range(1, count + 1)]
    assert places(items, everything, len(counts)) == text


@pytest.mark.parametrize("length", [27, 28])
def test_a_name_that_fits_is_not_shortened(length: int) -> None:
    assert shortened("a" * length) == "a" * length
    assert len(shortened("a" * 29)) == 28


@pytest.mark.parametrize(
    ("branches", "title"),
    [
        (((), (conv(SHAPE, 8, 3, padding=1),)), "Dense layer"),
        (((), (conv(SHAPE, 8, 3, padding=1),), (conv(SHAPE, 8, 1),)), "Concatenated branches"),
        (((conv(SHAPE, 8, 3, padding=1),), (conv(SHAPE, 8, 1),)), "Concatenated branches"),
    ],
)
def test_a_dense_layer_has_one_branch_beside_its_input(
    branches: tuple[tuple[Layer, ...], ...], title: str
) -> None:
    assert unit_title([Block(branches=branches, merge=Merge.CONCAT)]) == title


@pytest.mark.parametrize(
    ("masks", "name"),
    [
        ((True,), "decoder layer"),
        ((True, False), "decoder layer"),
        ((False,), "encoder layer"),
        ((), "mixer layer"),
    ],
)
def test_a_layer_with_any_masked_attention_is_a_decoder_layer(masks: tuple[bool, ...], name: str) -> None:
    layers = tuple(
        Layer(
            kind=LayerKind.ATTENTION,
            op="attention",
            in_shape=(8, 4),
            out_shape=(8, 4),
            settings=(("is_causal", True),) if masked else (),
        )
        for masked in masks
    )
    blocks = [Block(branches=((layer,),), shortcut=Shortcut(kind=ShortcutKind.IDENTITY)) for layer in layers]
    assert unit_type(Stage(body=(*blocks, linear((8, 4), 8)))) == name


def test_a_convolution_of_one_channel_is_not_depthwise() -> None:
    single = conv((1, 4, 4), 1, 3)
    assert not is_depthwise(single)
    assert operation(single) == "3×3 conv"


@pytest.mark.parametrize(
    "word", [Word.LAYER, Word.BLOCK, Word.SUCH_STEP, Word.MORE_STAGE, Word.POOLING, Word.ADDITION]
)
def test_one_thing_is_no_plural(word: Word) -> None:
    noun = phrase(Kind.COUNT, word)
    assert [counted(count, noun) for count in (1, 2)] == [f"1 {noun}", f"2 {noun}s"]
    chinese = language("zh")
    assert counted(1, noun).in_language(chinese)[1:] == counted(2, noun).in_language(chinese)[1:]


def test_one_parameter_is_no_plural() -> None:
    assert params_labels(1) == ("1 param",)
    assert (macs_label(1), macs_label(2)) == ("1 MAC", "2 MACs")


@pytest.mark.parametrize(
    ("length", "text"), [(17, "class token"), (18, "2 learned tokens"), (20, "4 learned tokens")]
)
def test_learned_tokens_are_counted(length: int, text: str) -> None:
    added = 8 * (length - 16)
    layer = Layer(
        kind=LayerKind.OTHER, op="cat", in_shape=(8, 16), out_shape=(8, length), params=added, name="cat"
    )
    assert operation(layer) == text
