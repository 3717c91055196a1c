"""The overview of a network: which bars are shown, how high and wide they are, and the arcs over them."""

from dataclasses import replace

import pytest

from resnet_diagram.diagram.model import Arc, Bar, EdgeRole, Frame, GroupRole, NodeRole, Omitted, Overview
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.panels.network import panels
from resnet_diagram.diagram.panels.overview import overview
from resnet_diagram.diagram.prose.runs import run_notes
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import (
    Block,
    Element,
    Idle,
    Layer,
    LayerKind,
    Merge,
    Network,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.wording.modules import StageNames
from resnet_diagram.wording.terms import literal


def drawn(name: str, names: StageNames = StageNames.STAGE) -> Overview:
    return overview(catalog.network(name), names)[0]


def stages(found: Overview) -> list[Frame]:
    return [frame for frame in found.frames if frame.role is GroupRole.STAGE]


def shown(frame: Frame) -> list[str]:
    return [bar.index or bar.text if isinstance(bar, Bar) else f"…{bar.count}" for bar in frame.bars]


def test_a_stage_shows_its_first_two_blocks_and_its_last() -> None:
    assert [shown(frame) for frame in stages(drawn("resnet152"))] == [
        ["1", "2", "3"],
        ["1", "2", "…5", "8"],
        ["1", "2", "…33", "36"],
        ["1", "2", "3"],
    ]
    assert [frame.repeat for frame in stages(drawn("resnet152"))] == [3, 8, 36, 3]


def test_the_overview_does_not_grow_with_depth() -> None:
    count = {
        name: sum(len(frame.bars) for frame in drawn(name).frames) for name in ("resnet110", "resnet1202")
    }
    assert count["resnet110"] == count["resnet1202"]


def test_heights_follow_the_resolution_and_widths_the_channels() -> None:
    first = [frame.bars[0] for frame in stages(drawn("resnet50"))]
    bars = [bar for bar in first if isinstance(bar, Bar)]
    assert [round(1 / bar.resolution) for bar in bars] == [4, 8, 16, 32]
    assert [bar.channels for bar in bars] == [256, 512, 1024, 2048]


def test_stem_and_head_say_what_their_layers_are() -> None:
    found = drawn("resnet50")
    assert shown(found.frames[0]) == ["224×224×3", "7×7 conv, 64, s=2", "3×3 max pool, s=2"]
    assert shown(found.frames[-1]) == ["global avg pool", "fc, 1000"]
    assert (found.frames[0].caption, found.frames[-1].caption) == ("→ 56×56×64", "7×7×2048 → 1000")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("resnet50", EdgeRole.PROJECTION),
        ("resnet50d", EdgeRole.POOLED_PROJECTION),
        ("resnet56", EdgeRole.ZERO_PAD),
    ],
)
def test_the_first_block_of_a_later_stage_has_its_kind_of_arc(name: str, role: EdgeRole) -> None:
    found = drawn(name)
    first = {frame.bars[0].id for frame in stages(found)[1:] if isinstance(frame.bars[0], Bar)}
    assert {arc.role for arc in found.arcs if arc.tail in first} == {role}
    assert {arc.role for arc in found.arcs if arc.tail not in first} <= {
        EdgeRole.IDENTITY,
        EdgeRole.PROJECTION,
    }


def test_like_arcs_of_a_stage_are_labelled_once() -> None:
    found = drawn("resnet152")
    for frame in stages(found):
        ids = {bar.id for bar in frame.bars if isinstance(bar, Bar)}
        labels = [str(arc.label) for arc in found.arcs if arc.tail in ids]
        assert labels.count("identity") == 1
        assert len([label for label in labels if label]) == 2


def test_stages_are_called_as_asked() -> None:
    assert [frame.title for frame in stages(drawn("resnet50", StageNames.PAPER))][1] == "conv3_x"
    assert [frame.title for frame in stages(drawn("resnet50", StageNames.MODULE))][1] == "layer2"
    assert [frame.title for frame in stages(drawn("resnet50", StageNames.BOTH))][1] == "conv3_x / layer2"


def conv(size: int = 8, stride: int = 1) -> Layer:
    return Layer(
        kind=LayerKind.CONV,
        op="conv",
        in_shape=(4, size * stride, size * stride),
        out_shape=(4, size, size),
        kernel=(3, 3),
        stride=(stride, stride),
    )


def residual(*inside: Element) -> Block:
    return Block(branches=(inside,), shortcut=Shortcut(kind=ShortcutKind.IDENTITY))


def network(*body: Element) -> Network:
    return Network(name="n", input_shape=(4, 8, 8), stem=(conv(),), body=body)


def only(found: Overview, arc: Arc) -> tuple[str, str]:
    order = [bar.id for frame in found.frames for bar in frame.bars if isinstance(bar, Bar)]
    return str(order.index(arc.tail)), str(order.index(arc.head))


def test_a_long_skip_is_an_arc_over_the_blocks_inside_it() -> None:
    found, units = overview(
        network(residual(Stage(body=(residual(conv()), residual(conv()))), conv())), StageNames.STAGE
    )
    ends = [only(found, arc) for arc in found.arcs]
    assert ends == [("2", "2"), ("3", "3"), ("2", "4")]
    assert len(units) == 2


@pytest.mark.parametrize("depth", [2, 4, 6])
def test_each_skip_within_another_has_its_arc(depth: int) -> None:
    part: tuple[Element, ...] = (residual(conv()),)
    for _ in range(depth):
        part = (residual(conv()), residual(residual(conv()), *part, conv()), residual(conv()))
    found, _ = overview(network(Stage(body=part)), StageNames.STAGE)
    assert sum(arc.tail != arc.head for arc in found.arcs) == depth


def test_equal_blocks_under_a_long_skip_are_folded() -> None:
    found, _ = overview(network(residual(*[residual(conv())] * 20, conv())), StageNames.STAGE)
    assert [only(found, arc) for arc in found.arcs if arc.tail != arc.head] == [("2", "4")]


def test_a_gate_or_a_change_of_windows_is_no_long_skip() -> None:
    gate = Block(branches=((), (conv(1, 8),)), merge=Merge.MULTIPLY)
    found, units = overview(
        network(Stage(body=(residual(conv(), gate), residual(conv(), gate)))), StageNames.STAGE
    )
    assert [unit.number for unit in units] == [1, 2]
    assert all(arc.tail == arc.head for arc in found.arcs)


UNSQUEEZED = Layer(kind=LayerKind.RESHAPE, op="reshape", in_shape=(4, 8, 8), out_shape=(4, 1, 8, 8))
TRUNK = (conv(), Stage(body=(residual(conv()), residual(conv()), residual(conv()))), conv())


@pytest.mark.parametrize("branches", [((), TRUNK), (TRUNK, ()), ((UNSQUEEZED,), TRUNK)])
def test_a_mask_that_residual_blocks_compute_is_open_beside_what_it_multiplies(
    branches: tuple[tuple[Element, ...], ...],
) -> None:
    found, units = overview(network(Block(branches=branches, merge=Merge.MULTIPLY)), StageNames.STAGE)
    assert [shown(frame) for frame in stages(found)] == [["1", "2", "3"]]
    (product,) = [arc for arc in found.arcs if arc.tail != arc.head]
    assert (only(found, product), product.role, product.label) == (
        ("2", "6"),
        EdgeRole.FLOW,
        "multiplication",
    )
    assert len(units) == 3


@pytest.mark.parametrize(
    "branches", [(TRUNK, TRUNK), ((conv(),), TRUNK), ((), (residual(conv()), conv())), (TRUNK,)]
)
def test_other_products_stay_closed(branches: tuple[tuple[Element, ...], ...]) -> None:
    found, _ = overview(network(Block(branches=branches, merge=Merge.MULTIPLY)), StageNames.STAGE)
    assert not stages(found)
    assert all(arc.tail == arc.head for arc in found.arcs)


def test_layers_between_blocks_are_one_bar() -> None:
    plain = (conv(), conv())
    found, units = overview(network(Stage(body=(*plain, residual(conv())))), StageNames.STAGE)
    assert shown(stages(found)[0]) == ["", ""]
    assert [unit.block is None for unit in units] == [True, False]


def test_layers_like_those_of_a_block_are_a_block() -> None:
    plain = (conv(), conv())
    found, units = overview(network(Stage(body=(*plain, residual(*plain)))), StageNames.STAGE)
    assert shown(stages(found)[0]) == ["1", "2"]
    assert [(unit.block is None, unit.number) for unit in units] == [(True, 1), (False, 2)]


def test_equal_groups_of_blocks_stay_closed() -> None:
    group = residual(residual(conv()), residual(conv()), conv())
    found, units = overview(network(Stage(body=(group,) * 10)), StageNames.STAGE)
    assert len(units) == 10
    assert [type(bar) for bar in stages(found)[0].bars] == [Bar, Bar, Omitted, Bar]


def test_blocks_with_equal_layers_between_them_are_folded() -> None:
    found, _ = overview(network(Stage(body=(residual(conv()), conv(size=1)) * 10)), StageNames.STAGE)
    bars = stages(found)[0].bars
    assert [type(bar) for bar in bars] == [Bar, Bar, Omitted, Bar, Bar]
    assert len(bars[2].origin.paths) == len({*bars[2].origin.paths})


def test_a_part_that_is_not_known_inside_says_so() -> None:
    hidden = Layer(kind=LayerKind.OPAQUE, op="mixer", in_shape=(4, 8, 8), out_shape=(4, 8, 8))
    found, _ = overview(network(hidden), StageNames.STAGE)
    assert [bar.role for bar in found.frames[-1].bars if isinstance(bar, Bar)] == [NodeRole.OPAQUE]


@pytest.mark.parametrize(("count", "end"), [(4, "m3"), (5, "m3 and 1 more"), (9, "m3 and 5 more")])
def test_a_long_list_of_modules_that_never_run_ends_with_a_count(count: int, end: str) -> None:
    idle = tuple(Idle(name=f"m{number}", params=1) for number in range(count))
    (note,) = run_notes(replace(catalog.network("resnet18"), idle=idle))
    assert note.endswith(end)


@pytest.mark.parametrize(
    ("widths", "words"),
    [
        ([1, 2, 3, 4, 5], "1, 2, 3, 4, 5"),
        ([1, 2, 3, 4, 5, 6], "1, 2, …, 6"),
        ([6, 5, 4, 3, 2, 1], "6, 5, …, 1"),
        ([2, 4, 8, 6, 3, 1], "1–8"),
    ],
)
def test_a_long_list_of_sizes_has_its_first_two_and_its_last(widths: list[int], words: str) -> None:
    layers = [replace(conv(), in_shape=(width, 8, 8), out_shape=(width, 8, 8)) for width in widths]
    stage = Stage(name="layer1", body=tuple(residual(layer, layer) for layer in layers))
    content = panels(network(stage), literal("net"), Options(), with_insets=True)[0].content
    assert isinstance(content, Overview)
    (frame,) = stages(content)
    assert frame.notes[1] == f"C = {words}"
