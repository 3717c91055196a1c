"""Tables of networks that are no ResNets."""

from dataclasses import replace

import pytest

from resnet_diagram.sources.resolve import read_source
from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import macs, params
from resnet_diagram.spec.model import Layer, LayerKind, Network, Stage
from resnet_diagram.tables.align import by_size
from resnet_diagram.tables.architecture import architecture_table
from resnet_diagram.tables.model import Count, Wanted
from resnet_diagram.tables.sections import Kind, Section
from resnet_diagram.tables.shortcuts import shortcut_table
from tests.tables.models import MODELS
from tests.tables.reading import Seen, architecture, one_column, rows, traced
from tests.tracer.models.libraries import torchvision_models

pytest.importorskip("torch", reason="torch is not installed")

WANTED: dict[str, dict[str, list[Seen]]] = {
    "unet": {
        "conv1": ["3×3, 8"],
        "conv2_x": ["2×2 max pool, stride 2", "3×3, 16"],
        "conv3_x": ["2×2 max pool, stride 2", "3×3, 32"],
        "conv4_x": ["2×2 transposed, 16, stride 2", "3×3, 16"],
        "conv5_x": ["2×2 transposed, 8, stride 2", "3×3, 8", "1×1, 2"],
    },
    "signal": {
        "conv1": ["k=7, 8, stride 2"],
        "conv2_x": [(("k=3, 8", "k=3, 8"), 2)],
        "conv3_x": [(("k=3, 16", "k=3, 16"), 2)],
        "head": ["average pool, 5-d fc"],
    },
    "volume": {
        "conv1": ["3×7×7, 8, stride 1×2×2"],
        "conv2_x": [(("3×3×3, 8", "3×3×3, 8"), 1)],
        "conv3_x": [(("3×3×3, 16", "3×3×3, 16"), 1)],
        "head": ["average pool, 4-d fc"],
    },
    "dense": {
        "conv1": ["7×7, 8, stride 2"],
        "conv2_x": ["3×3 max pool, stride 2", (("3×3, 4",), 2), "1×1, 8"],
        "conv3_x": ["2×2 average pool, stride 2", (("3×3, 4",), 3)],
        "head": ["average pool, 10-d fc"],
    },
    "inverted": {
        "conv1": ["3×3, 8, stride 2"],
        "conv2_x": [(("1×1, 32", "3×3 dw, 32", "1×1, 16"), 1), (("1×1, 64", "3×3 dw, 64", "1×1, 16"), 2)],
        "conv3_x": [(("1×1, 64", "3×3 dw, 64", "1×1, 24"), 1), (("1×1, 96", "3×3 dw, 96", "1×1, 24"), 1)],
        "head": ["average pool, 10-d fc"],
    },
    "perceptron": {"layers": [(("fc, 64",), 2), "fc, 3"]},
    "tokens": {
        "embedding": ["embedding"],
        "encoder": [(("fc, 96", "attention", "fc, 32", "fc, 64", "fc, 32"), 3)],
        "head": ["100-d fc"],
    },
}


@pytest.mark.parametrize("name", sorted(WANTED))
def test_rows_of_other_networks(name: str) -> None:
    assert one_column([traced(name)]) == WANTED[name]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_has_both_tables_with_its_totals(name: str) -> None:
    network = traced(name)
    table = architecture_table([network], Wanted())
    totals = [part for band in table.totals for part in band.rows[0][0].parts]
    assert [part.value for part in totals if isinstance(part, Count)] == [params(network), macs(network)]
    for made in (table, shortcut_table([network], Wanted())):
        for band in (*made.bands, *made.totals):
            assert len(band.heads) <= made.keys
            for row in band.rows:
                assert sum(cell.span for cell in row) == len(made.heads) - made.keys


def test_branches_side_by_side_have_a_line_each() -> None:
    ((_, cell), _) = one_column([traced("branches")]).items()
    (part,) = cell
    assert isinstance(part, tuple)
    assert set(part[0]) == {"∥ 1×1, 8", "∥ 1×1, 4 → (1×3, 6 ∥ 3×1, 6)"}
    notes = architecture_table([traced("branches")], Wanted()).notes
    assert any(note.startswith("∥:") for note in notes)


def test_a_table_says_that_it_leaves_out_long_links() -> None:
    said = "Links from a stage to a later one, past those between, are left out."
    assert said in architecture_table([traced("unet")], Wanted()).notes
    assert said not in architecture("resnet50").notes


def test_networks_with_fewer_stages_are_aligned_by_resolution() -> None:
    shallow = catalog.network("resnet50")
    shallow = Network(
        name="shallow", input_shape=shallow.input_shape, stem=shallow.stem, body=shallow.body[:2], head=()
    )
    found = rows(architecture_table([shallow, catalog.network("resnet50")], Wanted()))
    assert [size for _, size in (heads for heads in found if len(heads) == 2)] == [
        "112×112", "56×56", "28×28", "14×14", "7×7", "1×1",
    ]  # fmt: skip
    assert found["conv4_x", "14×14"][0][0] == []
    assert found["conv3_x", "28×28"] == [[[(("1×1, 128", "3×3, 128", "1×1, 512"), 4)]]]


def test_rows_that_only_one_network_has_come_in_the_order_of_their_resolution() -> None:
    def section(edge: int) -> Section:
        return Section(kind=Kind.STAGE, size=(edge, edge), elements=())

    found = by_size([[section(edge) for edge in (56, 28, 7)], [section(edge) for edge in (112, 40, 7, 3)]])
    assert [row.present[0].size[0] for row in found] == [112, 56, 40, 28, 7, 3]
    assert [len(row.present) for row in found] == [1, 1, 1, 1, 2, 1]
    assert all(len(row.sections) == 2 for row in found)


def test_networks_of_other_inputs_are_aligned_by_position_with_their_sizes() -> None:
    table = architecture("resnet20", "resnet50")
    assert (table.keys, table.heads) == (1, ("stage", "resnet20", "resnet50"))
    found = rows(table)
    assert found["conv2_x",] == [
        [
            [(("3×3, 16", "3×3, 16"), 3), "→ 32×32"],
            ["3×3 max pool, stride 2", (("1×1, 64", "3×3, 64", "1×1, 256"), 3), "→ 56×56"],
        ]
    ]
    assert found["conv5_x",][0][0] == []


def test_one_resolution_that_comes_twice_keeps_the_order_of_each_network() -> None:
    torchvision_models()
    b0 = read_source("torchvision.models:efficientnet_b0")
    found = rows(architecture_table([b0, catalog.network("resnet50")], Wanted()))
    sizes = [heads[1] for heads in found if len(heads) == 2]
    assert sizes == ["112×112", "112×112", "56×56", "28×28", "14×14", "14×14", "7×7", "7×7", "1×1"]
    titles = [heads[0] for heads in found if len(heads) == 2]
    assert titles[:4] == ["conv1", "conv2_x", "conv3_x / conv2_x", "conv4_x / conv3_x"]
    beside = [line[-1][-1] != [] for heads, line in found.items() if len(heads) == 2]
    assert beside.count(True) == 6


def test_only_pooling_that_all_share_stands_above_the_blocks() -> None:
    """Also where a network begins a stage with two poolings that fold into one part."""
    plain = catalog.network("resnet18")
    pool = plain.stem[-1]
    assert isinstance(pool, Layer)
    again = replace(pool, in_shape=pool.out_shape, stride=(1, 1))
    twice = replace(plain, name="twice", stem=(*plain.stem, again, again))
    found = rows(architecture_table([catalog.network("resnet50"), twice], Wanted()))
    assert found["conv2_x", "56×56"] == [
        [["3×3 max pool, stride 2"]],
        [
            [(("1×1, 64", "3×3, 64", "1×1, 256"), 3)],
            [(("3×3 max pool",), 2), (("3×3, 64", "3×3, 64"), 2)],
        ],
    ]


def test_small_networks_count_in_smaller_powers() -> None:
    power = {heads: band for band in architecture("resnet20").totals for heads in band.heads}
    assert [part for cell in power["params"].rows[0] for part in cell.parts] == [
        Count(value=269722, power=6, decimals=2)
    ]
    assert [part for cell in power["MACs"].rows[0] for part in cell.parts] == [
        Count(value=40551040, power=6, decimals=2)
    ]


def test_a_layer_of_an_unknown_sort_is_named() -> None:
    odd = Layer(
        kind=LayerKind.OPAQUE, op="odd_thing", in_shape=(4, 8, 8), out_shape=(4, 8, 8), name="body.odd"
    )
    network = Network(name="n", input_shape=(4, 8, 8), body=(Stage(name="body", body=(odd, odd)),))
    assert one_column([network]) == {"body": [(("odd thing",), 2)]}
