"""The strip of a network: which slabs are shown, how high and wide they are, and the arcs over them."""

import pytest

from resnet_diagram.diagram.model import Arc, Bay, EdgeRole, GroupRole, NodeRole, Omitted, Slab, Strip
from resnet_diagram.diagram.overview import strip
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import (
    Block,
    Element,
    Layer,
    LayerKind,
    Merge,
    Network,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.wording.stages import StageNames


def drawn(name: str, names: StageNames = StageNames.STAGE) -> Strip:
    return strip(catalog.network(name), names)[0]


def stages(found: Strip) -> list[Bay]:
    return [bay for bay in found.bays if bay.role is GroupRole.STAGE]


def shown(bay: Bay) -> list[str]:
    return [slab.index or slab.text if isinstance(slab, Slab) else f"…{slab.count}" for slab in bay.slabs]


def test_a_stage_shows_its_first_two_blocks_and_its_last() -> None:
    assert [shown(bay) for bay in stages(drawn("resnet152"))] == [
        ["1", "2", "3"],
        ["1", "2", "…5", "8"],
        ["1", "2", "…33", "36"],
        ["1", "2", "3"],
    ]
    assert [bay.repeat for bay in stages(drawn("resnet152"))] == [3, 8, 36, 3]


def test_the_strip_does_not_grow_with_depth() -> None:
    count = {name: sum(len(bay.slabs) for bay in drawn(name).bays) for name in ("resnet110", "resnet1202")}
    assert count["resnet110"] == count["resnet1202"]


def test_heights_follow_the_resolution_and_widths_the_channels() -> None:
    first = [bay.slabs[0] for bay in stages(drawn("resnet50"))]
    slabs = [slab for slab in first if isinstance(slab, Slab)]
    assert [round(1 / slab.resolution) for slab in slabs] == [4, 8, 16, 32]
    assert [slab.channels for slab in slabs] == [256, 512, 1024, 2048]


def test_stem_and_head_say_what_their_layers_are() -> None:
    found = drawn("resnet50")
    assert shown(found.bays[0]) == ["224×224×3", "7×7 conv, 64, s=2", "3×3 max pool, s=2"]
    assert shown(found.bays[-1]) == ["global avg pool", "fc, 1000"]
    assert (found.bays[0].caption, found.bays[-1].caption) == ("→ 56×56×64", "7×7×2048 → 1000")


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
    first = {bay.slabs[0].id for bay in stages(found)[1:] if isinstance(bay.slabs[0], Slab)}
    assert {arc.role for arc in found.arcs if arc.tail in first} == {role}
    assert {arc.role for arc in found.arcs if arc.tail not in first} <= {
        EdgeRole.IDENTITY,
        EdgeRole.PROJECTION,
    }


def test_like_arcs_of_a_stage_are_labelled_once() -> None:
    found = drawn("resnet152")
    for bay in stages(found):
        ids = {slab.id for slab in bay.slabs if isinstance(slab, Slab)}
        labels = [str(arc.label) for arc in found.arcs if arc.tail in ids]
        assert labels.count("identity") == 1
        assert len([label for label in labels if label]) == 2


def test_stages_are_called_as_asked() -> None:
    assert [bay.title for bay in stages(drawn("resnet50", StageNames.PAPER))][1] == "conv3_x"
    assert [bay.title for bay in stages(drawn("resnet50", StageNames.MODULE))][1] == "layer2"
    assert [bay.title for bay in stages(drawn("resnet50", StageNames.BOTH))][1] == "conv3_x / layer2"


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


def only(found: Strip, arc: Arc) -> tuple[str, str]:
    order = [slab.id for bay in found.bays for slab in bay.slabs if isinstance(slab, Slab)]
    return str(order.index(arc.tail)), str(order.index(arc.head))


def test_a_long_skip_is_an_arc_over_the_blocks_inside_it() -> None:
    found, units = strip(
        network(residual(Stage(body=(residual(conv()), residual(conv()))), conv())), StageNames.STAGE
    )
    ends = [only(found, arc) for arc in found.arcs]
    assert ends == [("2", "2"), ("3", "3"), ("2", "4")]
    assert len(units) == 2


def test_a_gate_or_a_change_of_windows_is_no_long_skip() -> None:
    gate = Block(branches=((), (conv(1, 8),)), merge=Merge.MULTIPLY)
    found, units = strip(
        network(Stage(body=(residual(conv(), gate), residual(conv(), gate)))), StageNames.STAGE
    )
    assert [unit.number for unit in units] == [1, 2]
    assert all(arc.tail == arc.head for arc in found.arcs)


def test_layers_between_blocks_are_one_slab() -> None:
    plain = (conv(), conv())
    found, units = strip(network(Stage(body=(*plain, residual(conv())))), StageNames.STAGE)
    assert shown(stages(found)[0]) == ["1", "2"]
    assert [unit.block is None for unit in units] == [True, False]


def test_equal_groups_of_blocks_stay_closed() -> None:
    group = residual(residual(conv()), residual(conv()), conv())
    found, units = strip(network(Stage(body=(group,) * 10)), StageNames.STAGE)
    assert len(units) == 10
    assert [type(slab) for slab in stages(found)[0].slabs] == [Slab, Slab, Omitted, Slab]


def test_a_part_that_is_not_known_inside_says_so() -> None:
    hidden = Layer(kind=LayerKind.OPAQUE, op="mixer", in_shape=(4, 8, 8), out_shape=(4, 8, 8))
    found, _ = strip(network(hidden), StageNames.STAGE)
    assert [slab.role for slab in found.bays[-1].slabs if isinstance(slab, Slab)] == [NodeRole.OPAQUE]
