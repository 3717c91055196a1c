"""The tables that papers print, cell by cell; the numbers are theirs."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest

from resnet_diagram.sources.resolve import read_source
from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import macs, params
from resnet_diagram.tables.model import Table
from tests.tables.reading import Seen, architecture, one_column, rows, spans
from tests.tracer.models.libraries import torchvision_models

Blocks = tuple[tuple[str, ...], int]


def basic(channels: int, times: int) -> Blocks:
    return (f"3×3, {channels}", f"3×3, {channels}"), times


def bottleneck(width: int, times: int) -> Blocks:
    return (f"1×1, {width}", f"3×3, {width}", f"1×1, {4 * width}"), times


RESNET = ("resnet18", "resnet34", "resnet50-v1", "resnet101-v1", "resnet152-v1")
"""The columns of Table 1 of He et al. 2015 (arXiv:1512.03385): strides in the first 1×1 of a bottleneck."""

RESNET_ROWS: dict[tuple[str, str], list[list[Seen]]] = {
    ("conv1", "112×112"): [["7×7, 64, stride 2"]],
    ("conv2_x", "56×56"): [
        ["3×3 max pool, stride 2"],
        [basic(64, 2), basic(64, 3), bottleneck(64, 3), bottleneck(64, 3), bottleneck(64, 3)],
    ],
    ("conv3_x", "28×28"): [
        [basic(128, 2), basic(128, 4), bottleneck(128, 4), bottleneck(128, 4), bottleneck(128, 8)]
    ],
    ("conv4_x", "14×14"): [
        [basic(256, 2), basic(256, 6), bottleneck(256, 6), bottleneck(256, 23), bottleneck(256, 36)]
    ],
    ("conv5_x", "7×7"): [
        [basic(512, 2), basic(512, 3), bottleneck(512, 3), bottleneck(512, 3), bottleneck(512, 3)]
    ],
    # The paper adds ", softmax" and leaves the row without a name; PyTorch's networks end with the logits.
    ("head", "1×1"): [["average pool, 1000-d fc"]],
}
RESNET_FLOPS = ("1.8", "3.6", "3.8", "7.6", "11.3")
"""The last row of that table, ×10⁹."""


def body(table: Table) -> dict[tuple[str, ...], list[list[Seen]]]:
    """The rows above the totals; each cell holds one part."""
    found = {}
    for heads, lines in rows(table).items():
        if len(heads) == table.keys:
            assert all(len(cell) == 1 for line in lines for cell in line)
            found[heads] = [[cell[0] for cell in line] for line in lines]
    return found


def printed(value: int, published: str, power: int) -> set[str]:
    """A number as a paper may print it: rounded, or cut, to the decimals of the published one."""
    step = Decimal(1).scaleb(-len(published.partition(".")[2]))
    exact = Decimal(value).scaleb(-power)
    return {str(exact.quantize(step, rounding)) for rounding in (ROUND_HALF_UP, ROUND_DOWN)}


def test_table_1_of_the_resnet_paper() -> None:
    table = architecture(*RESNET)
    assert table.heads == ("stage", "output size", *RESNET)
    assert body(table) == RESNET_ROWS


def test_what_all_networks_share_spans_their_columns_as_in_the_paper() -> None:
    ones = [1] * 5
    assert spans(architecture(*RESNET)) == [[[5]], [[5], ones], [ones], [ones], [ones], [[5]], [ones], [ones]]


@pytest.mark.parametrize(("name", "flops"), list(zip(RESNET, RESNET_FLOPS, strict=True)))
def test_flops_of_the_resnet_paper(name: str, flops: str) -> None:
    """Two of the five are cut after the first decimal (3.66, 3.86), two are rounded up (7.57, 11.28)."""
    assert flops in printed(macs(catalog.network(name)), flops, 9)
    assert rows(architecture(name))["MACs",] == [[[macs(catalog.network(name))]]]


def test_a_note_tells_which_flops_the_paper_prints_otherwise() -> None:
    """Only those two are not what a reader gets by rounding."""
    said = "The 2015 paper prints FLOPs of 3.6 billion for resnet34 and 3.8 billion for resnet50-v1."
    assert said in architecture(*RESNET).notes
    rounded = [f"{macs(catalog.network(name)) / 1e9:.1f}" for name in RESNET]
    assert [
        name for name, ours, theirs in zip(RESNET, rounded, RESNET_FLOPS, strict=True) if ours != theirs
    ] == [
        "resnet34",
        "resnet50-v1",
    ]


@pytest.mark.parametrize("name", ["resnet50", "resnet101", "resnet152"])
def test_the_plain_names_are_other_networks_and_the_note_says_so(name: str) -> None:
    table = architecture(name)
    assert macs(catalog.network(name)) > macs(catalog.network(f"{name}-v1"))
    assert any(
        "in its 3×3 convolution (v1.5; the 2015 paper has it in the 1×1 before)" in note
        for note in table.notes
    )
    first = architecture(f"{name}-v1")
    assert any("in its first 1×1 convolution, as in the 2015 paper" in note for note in first.notes)


def grouped(width: int, times: int) -> Blocks:
    return (f"1×1, {width}", f"3×3, {width}, C=32", f"1×1, {2 * width}"), times


RESNEXT = ("resnet50", "resnext50_32x4d")
"""The columns of Table 1 of Xie et al. 2016 (arXiv:1611.05431); strides stand in the 3×3."""

RESNEXT_ROWS: dict[tuple[str, str], list[list[Seen]]] = {
    ("conv1", "112×112"): [["7×7, 64, stride 2"]],
    ("conv2_x", "56×56"): [["3×3 max pool, stride 2"], [bottleneck(64, 3), grouped(128, 3)]],
    ("conv3_x", "28×28"): [[bottleneck(128, 4), grouped(256, 4)]],
    ("conv4_x", "14×14"): [[bottleneck(256, 6), grouped(512, 6)]],
    ("conv5_x", "7×7"): [[bottleneck(512, 3), grouped(1024, 3)]],
    # "global average pool, 1000-d fc, softmax" in the paper.
    ("head", "1×1"): [["average pool, 1000-d fc"]],
}
RESNEXT_TOTALS = {"resnet50": ("25.5", "4.1"), "resnext50_32x4d": ("25.0", "4.2")}
"""Parameters ×10⁶ and FLOPs ×10⁹ below that table."""


def test_table_1_of_the_resnext_paper() -> None:
    table = architecture(*RESNEXT)
    assert body(table) == RESNEXT_ROWS
    assert "C: cardinality, the number of groups of a convolution." in table.notes


@pytest.mark.parametrize("name", RESNEXT)
def test_totals_of_the_resnext_paper(name: str) -> None:
    network = catalog.network(name)
    parameters, flops = RESNEXT_TOTALS[name]
    assert parameters in printed(params(network), parameters, 6)
    assert flops in printed(macs(network), flops, 9)


SE_GATES = {
    "conv2_x": "fc, [16, 256]",
    "conv3_x": "fc, [32, 512]",
    "conv4_x": "fc, [64, 1024]",
    "conv5_x": "fc, [128, 2048]",
}
"""The last line of each block of SE-ResNet-50 in Table 1 of Hu et al. 2017 (arXiv:1709.01507)."""


def test_gates_of_the_squeeze_and_excitation_paper() -> None:
    found = body(architecture("resnet50", "seresnet50"))
    blocks = {name: lines[-1] for (name, _), lines in found.items() if name in SE_GATES}
    assert set(blocks) == set(SE_GATES)
    for name, (plain, gated) in blocks.items():
        assert isinstance(plain, tuple)
        assert gated == ((*plain[0], SE_GATES[name]), plain[1])


DENSE = {"conv2_x": 6, "conv3_x": 12, "conv4_x": 24, "conv5_x": 16}
"""Blocks of [1×1 conv; 3×3 conv] in DenseNet-121, Table 1 of Huang et al. 2016 (arXiv:1608.06993)."""


def test_blocks_of_the_densenet_paper() -> None:
    torchvision_models()
    found = one_column([read_source("torchvision.models:densenet121")])
    assert found["conv1"] == ["7×7, 64, stride 2"]
    for name, times in DENSE.items():
        assert (("1×1, 128", "3×3, 32"), times) in found[name]
    assert found["conv2_x"][0] == "3×3 max pool, stride 2"
    assert "2×2 average pool, stride 2" in found["conv3_x"]
    assert "1×1, 128" in [*found["conv2_x"], *found["conv3_x"]]
    assert found["head"] == ["average pool, 1000-d fc"]
