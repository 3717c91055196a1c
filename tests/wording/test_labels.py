"""Labels: their kinds of term, the legend made from these, and copies."""

import copy
import pickle
from dataclasses import replace

import pytest

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.options import Options, Show, View
from resnet_diagram.diagram.views import build
from resnet_diagram.layout.flow.condense import Condensed, condense
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Block, Layer, LayerKind, Network, Shortcut, ShortcutKind, Stage
from resnet_diagram.spec.shapes import conv
from resnet_diagram.wording.language import in_language, kinds_in, language
from resnet_diagram.wording.layers import operation
from resnet_diagram.wording.terms import Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word


def legend(network: Network, options: Options) -> set[str]:
    drawn = build([network], options)
    entries = (*drawn.legend, *flattened(drawn).legend)
    return {str(entry.text) for entry in entries}


def test_a_label_copies_with_its_terms_and_language() -> None:
    label = phrase(Kind.TITLE, Word.STAGE, 2).in_language(language("zh"))
    for twin in (copy.copy(label), copy.deepcopy(label), pickle.loads(pickle.dumps(label))):
        assert twin == label == "阶段 2"
        assert isinstance(twin, Label)
        assert twin.kinds == {Kind.TITLE, Kind.NAME}
        assert twin.in_language({}) == "Stage 2"


def test_names_that_look_like_abbreviations_are_not_in_the_legend() -> None:
    network = catalog.network("resnet18")
    stem = tuple(replace(layer, name="r=2, s") for layer in network.stem if isinstance(layer, Layer))
    renamed = replace(network, stem=stem)
    assert "r: reduction" not in legend(renamed, Options(view=View.FULL, show=frozenset(Show)))


@pytest.mark.parametrize(
    ("name", "wanted", "unwanted"),
    [
        ("resnet50", {"s: stride", "C: block width"}, {"r: reduction", "C, C′: channels in and out"}),
        ("seresnet50", {"r: reduction"}, set()),
    ],
)
def test_the_legend_explains_the_symbols_in_use(name: str, wanted: set[str], unwanted: set[str]) -> None:
    entries = legend(catalog.network(name), Options())
    assert wanted <= entries
    assert not unwanted & entries


def widening_stage(channels: int) -> Stage:
    """Return a stage of two blocks that keep the channels in one convolution and widen them in the next."""

    def block(before: int, after: int) -> Block:
        shape = (before, 8, 8)
        branch = (conv(shape, before, 3, padding=1), conv(shape, after, 1))
        projection = Shortcut(kind=ShortcutKind.PROJECTION, layers=(conv(shape, after, 1),))
        return Block(branches=(branch,), shortcut=projection)

    return Stage(body=(block(channels, 2 * channels), block(2 * channels, 6 * channels)))


def test_the_symbols_of_both_ends_have_one_entry() -> None:
    body = (widening_stage(8), widening_stage(48))
    entries = legend(Network(name="n", input_shape=(8, 8, 8), body=body), Options())
    assert "C, C′: channels in and out" in entries
    assert "C: block width" not in entries


def test_a_part_of_a_label_is_a_label() -> None:
    label = Label(literal("3×3 conv"), literal("64", Kind.CHANNELS), literal("s=2", Kind.STRIDE), joint=", ")
    first, rest = label.split_first()
    assert [str(first), str(rest)] == ["3×3 conv", "64, s=2"]
    assert rest.kinds == {Kind.CHANNELS, Kind.STRIDE}
    assert first.split_first() == (first,)


def test_shared_notation_is_written_in_the_language_of_the_legend() -> None:
    drawn = build([catalog.network("resnet50")], Options(), flat=True)
    spoken = in_language(drawn, {Word.CONV: "Faltung", Word.ADDITION: "Summe"})
    entries = [entry.text for entry in condense(spoken, Condensed.ALL).legend]
    assert "Faltung → BN → Summe → ReLU" in entries
    boxes = condense(drawn, Condensed.ALL).chain.items
    assert Kind.NORM in kinds_in(drawn.chain.items[1])
    assert Kind.NORM not in kinds_in(boxes[1])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mask.add", "sum of branches"),
        ("add12", "sum of branches"),
        ("stages.1.cat2", "concatenation of branches"),
        ("pool.roi_align", "gathered"),
        ("", "gathered"),
    ],
)
def test_a_merge_with_undrawn_ways_is_named_by_its_sort(name: str, words: str) -> None:
    merge = Layer(kind=LayerKind.OPAQUE, op="gathered", name=name, in_shape=(4, 8), out_shape=(4, 8))
    assert operation(merge) == words
