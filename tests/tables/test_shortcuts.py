"""The table of shortcuts."""

import pytest

import resnet_diagram as rd
from resnet_diagram.spec import catalog
from resnet_diagram.tables.model import Wanted
from resnet_diagram.tables.shortcuts import shortcut_table
from tests.tables.reading import rows, traced


def said(*names: str) -> list[tuple[str, ...]]:
    """The rows as text, with the cells that name them."""
    table = shortcut_table([catalog.network(name) for name in names], Wanted())
    return [
        (*heads, *(str(cell[0]) for cell in line)) for heads, lines in rows(table).items() for line in lines
    ]


def test_shortcuts_of_resnet50() -> None:
    assert said("resnet50") == [
        ("conv2_x", "1", "bottleneck", "56×56", "64 → 256", "1×1 conv + BN", "yes"),
        ("conv2_x", "2", "bottleneck", "56×56", "256", "identity", "no"),
        ("conv3_x", "1", "bottleneck", "56×56 → 28×28", "256 → 512", "1×1 conv, s=2 + BN", "yes"),
        ("conv3_x", "3", "bottleneck", "28×28", "512", "identity", "no"),
        ("conv4_x", "1", "bottleneck", "28×28 → 14×14", "512 → 1024", "1×1 conv, s=2 + BN", "yes"),
        ("conv4_x", "5", "bottleneck", "14×14", "1024", "identity", "no"),
        ("conv5_x", "1", "bottleneck", "14×14 → 7×7", "1024 → 2048", "1×1 conv, s=2 + BN", "yes"),
        ("conv5_x", "2", "bottleneck", "7×7", "2048", "identity", "no"),
    ]


@pytest.mark.parametrize(
    ("name", "stage", "wanted"),
    [
        ("resnet20", "conv3_x", "1 | basic block | 32×32 → 16×16 | 16 → 32 | zero-pad, s=2 | no"),
        ("resnet20-b", "conv3_x", "1 | basic block | 32×32 → 16×16 | 16 → 32 | 1×1 conv, s=2 + BN | yes"),
        ("resnet20-c", "conv2_x", "3 | basic block | 32×32 | 16 | 1×1 conv + BN | yes"),
        (
            "resnet50d",
            "conv5_x",
            "1 | bottleneck | 14×14 → 7×7 | 1024 → 2048 | 2×2 avg pool, s=2 + 1×1 conv + BN | yes",
        ),
        (
            "resnet50-v2",
            "conv5_x",
            "1 | pre-activation bottleneck | 14×14 → 7×7 | 1024 → 2048 | 1×1 conv, s=2 | yes",
        ),
        ("seresnet50", "conv5_x", "2 | SE bottleneck | 7×7 | 2048 | identity | no"),
    ],
)
def test_every_sort_of_shortcut_is_told(name: str, stage: str, wanted: str) -> None:
    assert (stage, *wanted.split(" | ")) in said(name)


def test_several_networks_are_named_in_a_column() -> None:
    found = said("resnet18", "resnet20")
    assert {row[0] for row in found} == {"resnet18", "resnet20"}
    assert ("resnet18", "conv2_x", "2", "basic block", "56×56", "64", "identity", "no") in found


def test_a_network_without_shortcuts_says_so() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    table = shortcut_table([traced("perceptron")], Wanted())
    assert [str(cell[0]) for lines in rows(table).values() for line in lines for cell in line] == [
        "no block adds a shortcut"
    ]
    assert table.bands[0].rows[0][0].span == len(table.heads) - 1


def test_kernels_of_one_and_three_dimensions() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    tables = [shortcut_table([traced(name)], Wanted()) for name in ("signal", "volume")]
    lines = [line for table in tables for lines in rows(table).values() for line in lines]
    found = [cell[0] for line in lines for cell in line]
    assert "k=1 conv, s=2 + BN" in found
    assert "1×1×1 conv, s=2 + BN" in found


def test_the_source_says_how_small_a_column_makes_the_table() -> None:
    long, short = (str(rd.table(name, "latex", shortcuts=True)) for name in ("resnet50", "plain18"))
    assert "% A column of two sets it at about 80 % of its size" in long
    assert "A column of two" not in short or "100 %" not in short
