"""Types of block, the symbols for their sizes, and what is said of where they stand."""

import pytest

from resnet_diagram.diagram.legend import legend, needed_entries
from resnet_diagram.diagram.model import Fork, Inset, LegendEntry, Node, NodeRole, Panel
from resnet_diagram.diagram.options import USUAL, Options, Show, View
from resnet_diagram.diagram.panels.block import block_panels
from resnet_diagram.diagram.panels.block_types import BlockType, Unit, types_of
from resnet_diagram.diagram.panels.network import panels as panels_of
from resnet_diagram.diagram.panels.overview import overview
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.errors import UsageError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Block, Shortcut, ShortcutKind
from resnet_diagram.spec.shapes import conv
from resnet_diagram.wording.blocks import unit_title
from resnet_diagram.wording.layers import layer_lines, sizes_of
from resnet_diagram.wording.modules import StageNames
from resnet_diagram.wording.places import places
from resnet_diagram.wording.terms import NOTHING, Kind, literal


def types(name: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Title, place and the sizes of the convolutions of each type."""
    found, units = overview(catalog.network(name), StageNames.STAGE)
    total = sum(frame.id.startswith("stage") for frame in found.frames)
    return [
        (unit_title(kind.units[0].elements), _place(kind, units, total), _sizes(kind))
        for kind in types_of(units)
    ]


def _place(kind: BlockType, units: tuple[Unit, ...], total: int) -> str:
    at, everything = ([(unit.stage, unit.number) for unit in some] for some in (kind.units, units))
    return places(at, everything, total, rest=True)


def _sizes(kind: BlockType) -> tuple[str, ...]:
    convs = [kind.sizes[layer] for layer in kind.units[0].layers if layer.kind == "conv"]
    return tuple(", ".join(label for label in sizes if label) for sizes in convs)


def test_a_bottleneck_is_drawn_once_for_all_stages() -> None:
    assert types("resnet152") == [
        ("Projection bottleneck", "first block of each stage", ("C", "C, s", "4C", "4C, s")),
        ("Identity bottleneck", "all other blocks", ("C", "C", "4C")),
    ]


def test_a_number_that_never_changes_stays_a_number() -> None:
    assert types("resnet34")[1] == (
        "Projection basic block",
        "first block of stages 2–4",
        ("C, s=2", "C", "C, s=2"),
    )
    assert types("resnext50_32x4d")[0][2] == ("C", "C, s, 32 groups", "2C", "2C, s")


def test_the_place_of_the_stride_makes_two_types() -> None:
    v1, v15 = types("resnet50-v1")[0][2], types("resnet50")[0][2]
    assert (v1[:2], v15[:2]) == (("C, s", "C"), ("C", "C, s"))


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("resnet56", ["Identity basic block", "Zero-padding basic block"]),
        ("resnet50d", ["Projection bottleneck", "Identity bottleneck", "Pooled-projection bottleneck"]),
        (
            "preact-resnet110",
            ["Identity pre-activation basic block", "Projection pre-activation basic block"],
        ),
    ],
)
def test_types_are_called_by_shortcut_and_block(name: str, titles: list[str]) -> None:
    assert [title for title, _, _ in types(name)] == titles


@pytest.mark.parametrize("name", catalog.names())
def test_every_symbol_stands_for_the_sizes_it_replaces(name: str) -> None:
    _, units = overview(catalog.network(name), StageNames.STAGE)
    for kind in types_of(units):
        for unit in kind.units:
            for own, layer in zip(unit.layers, kind.units[0].layers, strict=True):
                if layer in kind.sizes and layer.kind == "conv":
                    assert _value(kind.sizes[layer].channels, unit) == own.out_shape[0]
                    if kind.sizes[layer].stride == "s":
                        assert max(own.stride) == unit.values["s"]


def _value(text: str, unit: Unit) -> float:
    """What a size such as "4C" or "C/2" comes to in one unit."""
    if text.isdigit():
        return int(text)
    sign = "C′" if "C′" in text else "C"
    before, _, after = text.partition(sign)
    return unit.values[sign] * int(before or 1) / int(after.removeprefix("/") or 1)


def test_bottlenecks_and_inverted_ones_of_equal_inner_width_are_one_type() -> None:
    blocks = []
    for width in (128, 32):
        narrow = conv((width, 8, 8), 64, 1)
        inner = conv(narrow.out_shape, 64, 3, padding=1)
        branch = (narrow, inner, conv(inner.out_shape, width, 1))
        blocks.append(Block(branches=(branch,), shortcut=Shortcut(kind=ShortcutKind.IDENTITY)))
    units = [Unit(elements=(block,), stage=1, number=at, last=at) for at, block in enumerate(blocks, 1)]
    assert [unit.has_width for unit in units] == [True, False]
    (kind,) = types_of(units)
    assert _sizes(kind) == ("64", "64", "C")


def test_each_block_is_served_by_one_type() -> None:
    for name in ("resnet152", "resnet50d", "resnet1202"):
        _, units = overview(catalog.network(name), StageNames.STAGE)
        served = [id(unit) for kind in types_of(units) for unit in kind.units]
        assert sorted(served) == sorted(id(unit) for unit in units)


def only_fork(panel: Panel) -> Fork:
    assert isinstance(panel.content, Inset)
    (fork,) = (item for item in panel.content.items if isinstance(item, Fork))
    return fork


def test_what_lies_on_the_shortcut_is_a_box_on_it() -> None:
    drawn = panels_of(catalog.network("resnet50d"), NOTHING, Options(), with_insets=True)
    forks = [only_fork(panel) for panel in drawn[1:]]
    boxes = [[node.lines for node in fork.shortcut.nodes] for fork in forks if fork.shortcut]
    assert boxes == [[("1×1 conv, 256", "BN")], [("2×2 avg pool, s=2",), ("1×1 conv, 4C", "BN")], []]


@pytest.mark.parametrize("most", [0, 1, 2, 6])
def test_no_more_types_are_drawn_open_than_asked_for(most: int) -> None:
    network = catalog.network("resnet50d")
    types = len(build([network], Options()).panels) - 1
    drawn = build([network], Options(opened=range(most)))
    assert types > 2
    assert len(drawn.panels) - 1 == min(most, types)
    assert any("not drawn open" in entry.text for entry in drawn.legend) == (most < types)


def test_entries_for_a_part_keep_those_added_behind() -> None:
    drawn = build([catalog.network("seresnet50")], Options(view=View.BLOCK))
    contents = [panel.content for panel in drawn.panels]
    added = LegendEntry(role=None, text=literal("1–2 M params"), shade=2)
    entries = needed_entries((*drawn.legend, added), contents, contents[:1])
    assert entries == (*legend(contents[:1]), added)
    assert needed_entries((), contents, contents[:1]) == ()


@pytest.mark.parametrize("order", [(Kind.WIDTH, Kind.IN_WIDTH), (Kind.IN_WIDTH, Kind.WIDTH)])
def test_what_c_means_does_not_depend_on_what_was_drawn_before(order: tuple[Kind, Kind]) -> None:
    layer = conv((16, 8, 8), 16, 3, padding=1)
    for kind in order:
        (line,) = layer_lines(layer, sizes_of(layer)._replace(channels=literal("C", kind)))
        assert kind in line.kinds
        assert len(line.kinds & {*order}) == 1


def test_the_overview_is_the_overview_alone() -> None:
    network = catalog.network("resnet50")
    panels = panels_of(network, NOTHING, Options(view=View.OVERVIEW), with_insets=False)
    assert [panel.id for panel in panels] == ["strip"]


def panels(block: str, name: str = "resnet50", show: frozenset[Show] = USUAL) -> tuple[Panel, ...]:
    return block_panels(catalog.network(name), Options(view=View.BLOCK, block=block, show=show))


@pytest.mark.parametrize("block", ["layer2.0", "stage2.block1"])
def test_one_block_has_its_own_sizes(block: str) -> None:
    (panel,) = panels(block)
    assert panel.title == "layer2.0: Projection bottleneck, 56×56×256 → 28×28×512"
    assert isinstance(panel.content, Inset)
    convs = [node.lines[0] for node in nodes(panel.content.items) if node.role is NodeRole.CONV]
    assert convs == ["1×1 conv, 128", "3×3 conv, 128, s=2", "1×1 conv, 512", "1×1 conv, 512, s=2"]


def test_a_type_is_drawn_with_symbols() -> None:
    assert [panel.title for panel in panels("projection")] == [
        "Projection bottleneck (first block of each stage)"
    ]
    assert len(panels("bottleneck")) == len(panels("")) == 2


def test_a_block_that_is_not_there_is_named_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match="has no block 'layer22'"):
        panels("layer22")


def test_the_formulas_of_the_paper_on_request() -> None:
    identity, projection = (
        panels("layer1.1", show=USUAL | {Show.MATH}),
        panels("layer1.0", show=USUAL | {Show.MATH}),
    )
    assert (only_fork(identity[0]).branch_mark, only_fork(identity[0]).merge_mark) == ("F(x)", "F(x) + x")
    assert only_fork(projection[0]).merge_mark == "F(x) + Wx"


def test_norm_and_activation_only_where_they_are_shown() -> None:
    (panel,) = panels("layer1.1", show=frozenset())
    assert isinstance(panel.content, Inset)
    drawn = list(nodes(panel.content.items))
    assert all(len(node.lines) == 1 for node in drawn)
    assert [node for node in drawn if isinstance(node, Node) and node.role is NodeRole.ACTIVATION] == []
