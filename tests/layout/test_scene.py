"""The tree of a scene: groups hold their parts, connectors know what they join, elements what they show."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import (
    Box,
    Connector,
    Element,
    Form,
    Group,
    GroupKind,
    Marker,
    MarkerKind,
    Scene,
    Side,
    Sign,
    boxes,
    connectors,
    groups,
    markers,
    moved,
    texts,
    walk,
)
from resnet_diagram.layout.units import Fit
from resnet_diagram.spec.catalog import network
from resnet_diagram.spec.measure import walk as layers
from resnet_diagram.spec.model import LayerKind
from resnet_diagram.style.theme import load_theme
from tests.layout.samples import SAMPLES, diagram, residual, stage

NAMES = ("resnet18", "resnet50", "resnet152", "seresnet50", "resnet50-v2", "resnet110", "plain34")


def scene_of(name: str, view: View = View.PAPER, width: float | None = None) -> Scene:
    return layout(build([network(name)], Options(view=view)), load_theme(), Fit(width))


def scenes() -> Iterator[Scene]:
    for name in NAMES:
        for view in (View.PAPER, View.OVERVIEW, View.FULL, View.BLOCK):
            if name != "plain34" or view is not View.BLOCK:
                yield scene_of(name, view)
        yield scene_of(name, width=234.0)
    for sample in SAMPLES.values():
        for direction in Direction:
            yield layout(diagram(*sample, direction=direction), load_theme())
    yield layout(build([network(name) for name in NAMES[:3]], Options(view=View.COMPARE)), load_theme())


SCENES = list(scenes())


def elements(element: Element) -> Iterator[Element]:
    yield element
    if isinstance(element, Group):
        for child in element.children:
            yield from elements(child)


def paths_to(group: Group, above: tuple[Group, ...] = ()) -> Iterator[tuple[Element, tuple[Group, ...]]]:
    """Yield every element with the groups around it, outermost first."""
    within = (*above, group)
    yield group, above
    for child in group.children:
        if isinstance(child, Group):
            yield from paths_to(child, within)
        else:
            yield child, within


def test_every_element_has_an_id_of_its_own() -> None:
    for scene in SCENES:
        ids = Counter(getattr(element, "id", "") for element in elements(scene.root))
        assert not [name for name, count in ids.items() if count > 1 or not name], scene.title


def test_a_frame_has_the_id_of_its_group() -> None:
    for scene in SCENES:
        assert all(group.frame.id == group.id for group in groups(scene) if group.frame)


def test_connectors_join_elements_that_exist() -> None:
    for scene in SCENES:
        ids = {getattr(element, "id", "") for element in elements(scene.root)}
        forks = {marker.id for marker in markers(scene) if marker.kind is MarkerKind.FORK}
        for line in connectors(scene):
            assert {line.tail.element, line.head.element} <= ids | {""}, line
            assert line.tail.fork in forks | {""}
            assert line.head.fork == ""


def test_a_connector_belongs_to_the_innermost_group_that_holds_both_ends() -> None:
    for scene in SCENES:
        places = {getattr(element, "id", ""): above for element, above in paths_to(scene.root)}
        for line, above in paths_to(scene.root):
            if isinstance(line, Connector) and line.tail.element and line.head.element:
                ends = [places[end.fork or end.element] for end in (line.tail, line.head)]
                inner = [group for group in ends[0] if group in ends[1]]
                frames = {line.tail.element, line.head.element}
                assert above[-1] is inner[-1] or above[-1].id in frames, line.id


def test_the_shapes_of_a_group_lie_in_its_frame() -> None:
    for scene in SCENES:
        for group in groups(scene):
            if group.frame and group.kind is not GroupKind.ROW:
                frame = group.frame
                inner = [box for child in group.children for box in boxes(child)]
                for box in inner:
                    assert frame.x <= box.x <= box.x + box.width <= frame.x + frame.width, box.id
                    assert frame.y <= box.y <= box.y + box.height <= frame.y + frame.height, box.id


def test_lines_are_painted_above_frames_and_below_boxes_and_texts() -> None:
    for scene in SCENES:
        for group in groups(scene):
            kinds = [
                "frame" if isinstance(child, Group) and _framed(child) else type(child).__name__
                for child in group.children
            ]
            order = ["frame", "Connector", "Box", "Group", "Marker"]
            if "Connector" in kinds:
                assert kinds == sorted(kinds, key=order.index), group.id


def _framed(group: Group) -> bool:
    return any(inner.frame for inner in groups(group))


def test_a_figure_holds_panels_stages_blocks_and_layers() -> None:
    root = scene_of("resnet18", View.FULL).root
    places = {getattr(element, "id", ""): above for element, above in paths_to(root)}
    kinds = [group.kind for group in places["stage2-block1-conv1"]]
    assert kinds == [GroupKind.FIGURE, GroupKind.PANEL, GroupKind.STAGE, GroupKind.BLOCK]
    assert [group.id for group in places["stage2-block1-conv1"]][1:] == ["network", "stage2", "stage2-block1"]


def test_the_overview_and_each_inset_are_panels() -> None:
    root = scene_of("resnet50").root
    ids = [child.id for child in root.children if isinstance(child, Group)]
    assert ids == ["strip", "inset1", "inset2", "legend"]
    assert [panel.labels[0].text for panel in root.children[:3] if isinstance(panel, Group)] == [
        "(a)",
        "(b)",
        "(c)",
    ]


def test_elements_know_which_part_they_show() -> None:
    scene = scene_of("resnet18", View.FULL)
    by_id = {getattr(element, "id", ""): element for element in elements(scene.root)}
    stage2, block, layer = by_id["stage2"], by_id["stage2-block1"], by_id["stage2-block1-conv1"]
    assert isinstance(stage2, Group)
    assert isinstance(block, Group)
    assert isinstance(layer, Box)
    assert (stage2.origin.paths, block.origin.paths) == (("layer2",), ("layer2.0",))
    assert layer.origin.paths[0] == "layer2.0.conv1"
    assert (layer.origin.shape, layer.origin.params) == ("28×28×128", 73_984)
    assert (stage2.title, stage2.repeat, stage2.caption) == ("Stage 2", 2, "56×56×64 → 28×28×128")


@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.FULL])
@pytest.mark.parametrize("name", NAMES)
def test_every_layer_with_weights_is_accounted_for(name: str, view: View) -> None:
    """A leaf of the scene shows each of them, or a part around it; `full` shows all layers."""
    leaves = [leaf for leaf in walk(scene_of(name, view)) if isinstance(leaf, Box | Connector | Marker)]
    shown = {path for leaf in leaves for path in leaf.origin.paths}
    counted = [layer for layer in layers(network(name)) if view is View.FULL or layer.macs]
    names = {layer.name for layer in counted if layer.name and layer.kind is not LayerKind.RESHAPE}
    left = {one for one in names if not any(one == path or one.startswith(f"{path}.") for path in shown)}
    assert not left


def test_a_shortcut_leaves_a_fork_and_ends_on_a_side_of_the_sum() -> None:
    scene = layout(diagram(stage(1, residual("b"))), load_theme())
    shortcut = next(line for line in connectors(scene) if line.role == "identity" and line.head.element)
    assert (shortcut.tail.fork, shortcut.head.element, shortcut.head.side) == (
        "b-add-fork",
        "b-add",
        Side.TOP,
    )
    assert [label.text for label in shortcut.labels] == ["identity"]


def test_a_folded_block_has_copies_and_its_line_leaves_the_last_one() -> None:
    scene = scene_of("resnet152", width=234.0)
    folded = next(box for box in boxes(scene) if box.copies)
    assert folded.copies == 2
    leaving = next(line for line in connectors(scene) if line.tail.element == folded.id and line.tail.side)
    assert leaving.tail.side is Side.RIGHT
    assert leaving.points[0][0] == pytest.approx(folded.x + folded.width + 2 * folded.copy_offset, abs=0.01)


def test_the_sign_of_a_sum_is_in_its_circle() -> None:
    circle = Box(id="s", role="add", form=Form.CIRCLE, x=0, y=0, width=9, height=9, sign=Sign.PLUS)
    assert circle.strokes() == (((1.5, 4.5), (7.5, 4.5)), ((4.5, 1.5), (4.5, 7.5)))
    times = replace(circle, sign=Sign.TIMES).strokes()
    assert {round(x + y, 3) for (x, y) in times[1]} == {9.0}
    assert replace(circle, sign=Sign.NONE).strokes() == ()


def test_moving_a_tree_moves_everything_in_it() -> None:
    scene = scene_of("resnet50")
    before, after = list(walk(scene)), list(walk(moved(scene.root, 3.0, 4.0)))
    for one, other in zip(before, after, strict=True):
        places = [
            (leaf.points[0] if isinstance(leaf, Connector | Marker) else (leaf.x, leaf.y))
            for leaf in (one, other)
        ]
        assert places[1] == pytest.approx((places[0][0] + 3.0, places[0][1] + 4.0))


def test_texts_of_a_group_are_its_labels() -> None:
    scene = scene_of("resnet50")
    assert all(
        isinstance(child, Group | Box | Connector | Marker) for g in groups(scene) for child in g.children
    )
    assert len(texts(scene)) > 20


@pytest.mark.parametrize("form", [Form.CIRCLE, Form.PILL])
@pytest.mark.parametrize("sign", [Sign.PLUS, Sign.MINUS, Sign.TIMES])
def test_the_strokes_of_a_sign_are_equally_long_and_inside(form: Form, sign: Sign) -> None:
    box = Box(
        id="add", role="add", form=form, x=10, y=20, width=30 if form is Form.PILL else 9, height=9, sign=sign
    )
    lengths = set()
    for start, end in box.strokes():
        assert all(box.x < x < box.x + box.width and box.y < y < box.y + box.height for x, y in (start, end))
        lengths.add(round(abs(end[0] - start[0]) + abs(end[1] - start[1]), 6))
    assert len(lengths) == 1
