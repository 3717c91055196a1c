"""What rows and columns are called, and what stands below a table."""

from dataclasses import replace

import pytest

from resnet_diagram.spec.catalog import network
from resnet_diagram.tables.model import Cell, Stack, Wanted, Words
from resnet_diagram.tables.notes import label, word_notes
from resnet_diagram.wording.modules import StageNames
from resnet_diagram.wording.terms import Kind, Label, literal
from tests.tables.reading import architecture


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (StageNames.PAPER, ["conv1", "conv2_x", "conv3_x", "conv4_x", "head"]),
        (StageNames.MODULE, ["conv1", "layer1", "layer2", "layer3", "head"]),
        (StageNames.BOTH, ["conv1", "conv2_x (layer1)", "conv3_x (layer2)", "conv4_x (layer3)", "head"]),
        (StageNames.STAGE, ["stem", "Stage 1", "Stage 2", "Stage 3", "head"]),
    ],
)
def test_rows_are_named_as_asked(names: StageNames, wanted: list[str]) -> None:
    table = architecture("resnet56", wanted=Wanted(names=names))
    assert [band.heads[0] for band in table.bands] == wanted


def test_notes_tell_strides_by_network() -> None:
    notes = architecture("resnet18", "resnet50", "resnet50-v1").notes
    assert [note for note in notes if note.startswith("The first")] == [
        "The first block of conv3_x, conv4_x and conv5_x of resnet18 has stride 2.",
        "The first block of conv3_x, conv4_x and conv5_x of resnet50 has stride 2, "
        "in its 3×3 convolution (v1.5; the 2015 paper has it in the 1×1 before).",
        "The first block of conv3_x, conv4_x and conv5_x of resnet50-v1 has stride 2, "
        "in its first 1×1 convolution, as in the 2015 paper.",
    ]


def test_notes_say_what_macs_are_and_can_be_left_out() -> None:
    assert architecture("resnet50").notes[0].endswith("the 2015 paper calls them FLOPs.")
    assert architecture("resnet50", wanted=Wanted(notes=False)).notes == ()


def test_captions_and_labels_are_proposed_taken_or_left_out() -> None:
    table = architecture("resnet18", "resnext50_32x4d")
    assert table.caption.startswith(
        "Architectures of resnet18 and resnext50_32x4d for an input of 224×224×3."
    )
    assert table.label == "tab:resnet18-resnext50-32x4d"
    called = [replace(network("resnet18"), name=name) for name in ("Net(depth=20)", "网络")]
    assert label(called) == "tab:Net-depth-20-network"
    own = architecture("resnet18", wanted=Wanted(caption="Mine.", label="", heads=("18-layer",)))
    assert (own.caption, own.label, own.heads[-1]) == ("Mine.", "", "18-layer")


def test_abbreviations_are_explained_by_kind_and_not_by_their_letters() -> None:
    name = Label(literal("my dw, C=3"))
    assert word_notes([Cell(parts=(Words(text=name), Stack(lines=(name,), times=2)))]) == ()


@pytest.mark.parametrize(
    ("kind", "word", "beginning"),
    [
        (Kind.DEPTHWISE, "dw", "dw: depthwise"),
        (Kind.GROUPS, "C=32", "C: cardinality"),
        (Kind.BRANCH, "∥", "∥: branches"),
        (Kind.GATE, "fc, [16, 256]", "fc, [16, 256]: a squeeze-and-excitation gate"),
    ],
)
def test_each_abbreviation_is_explained_wherever_it_is_in_a_line(
    kind: Kind, word: str, beginning: str
) -> None:
    line = Label(literal("3×3"), Label(literal("("), literal(word, kind)), joint=" → ")
    for part in (Words(text=line), Stack(lines=(line,), times=3)):
        (note,) = word_notes([Cell(parts=(part,))])
        assert note.startswith(beginning)
