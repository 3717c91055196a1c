"""The rules of geometry notice what breaks them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from resnet_diagram.diagram.model import EdgeRole
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import (
    Box,
    Connector,
    Form,
    Group,
    GroupKind,
    Leaf,
    Point,
    Scene,
    Text,
    boxes,
)
from resnet_diagram.style.theme import load_theme
from tests.layout.geometry import contrast, loose_ends, problems
from tests.layout.samples import conv, diagram, residual, stage
from tests.layout.trees import with_leaves


def scene() -> Scene:
    return layout(diagram(stage(1, residual("a"), conv("z")), stage(2, residual("b"))), load_theme())


def changed(change: Callable[[Leaf], Leaf]) -> list[str]:
    return problems(with_leaves(scene(), change), load_theme())


def test_the_plain_scene_is_good() -> None:
    assert problems(scene(), load_theme()) == []


def _moved_box(item: Leaf) -> Leaf:
    return replace(item, x=item.x + 5) if isinstance(item, Box) and item.id == "a-a" else item


def _wide_text(item: Leaf) -> Leaf:
    if isinstance(item, Box) and item.id == "z":
        return replace(item, texts=tuple(replace(text, width=90.0) for text in item.texts))
    return item


def _bare_caption(item: Leaf) -> Leaf:
    return replace(item, halo=False) if isinstance(item, Text) else item


def _low_shortcut(item: Leaf) -> Leaf:
    if isinstance(item, Connector) and item.role == EdgeRole.IDENTITY and item.head.element:
        lane = item.points[0][1] - 2
        (first, second, third, last) = item.points
        return replace(item, points=(first, (second[0], lane), (third[0], lane), last))
    return item


def _short_arrow(item: Leaf) -> Leaf:
    if isinstance(item, Connector) and item.head.element == "z":
        (x, y), (end, _) = item.points
        return replace(item, points=((x, y), (end - 2, y)))
    return item


def _hidden_bend(item: Leaf) -> Leaf:
    return replace(item, x=item.x + 100) if isinstance(item, Text) and item.halo else item


def _low_title(item: Leaf) -> Leaf:
    if isinstance(item, Text) and item.text == "Stage 1":
        return replace(item, x=item.x + 30, y=item.y + 8)
    return item


def _small_type(item: Leaf) -> Leaf:
    return replace(item, size=5.0) if isinstance(item, Text) else item


def _far_out(item: Leaf) -> Leaf:
    return replace(item, y=1e6) if isinstance(item, Text) and item.text == "identity" else item


def _nowhere(item: Leaf) -> Leaf:
    return replace(item, y=float("nan")) if isinstance(item, Text) and item.text == "identity" else item


def _on_a_box(item: Leaf) -> Leaf:
    return replace(item, y=item.y + 14) if isinstance(item, Text) and item.text == "identity" else item


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_moved_box, "beside the border of 'a-a'"),
        (_wide_text, "sticks out of box 'z'"),
        (_bare_caption, "runs through '56×56×256 → 28×28×512'"),
        (_low_shortcut, "identity from '' to 'a-add' runs through box 'a-a'"),
        (_short_arrow, "ends beside the border of 'z'"),
        (_hidden_bend, "bends at '56×56×256 → 28×28×512'"),
        (_low_title, "identity from '' to 'a-add' runs close to 'Stage 1'"),
        (_small_type, "is set at 5.0 points"),
        (_far_out, "off the page"),
        (_nowhere, "not a finite place"),
        (_on_a_box, "text 'identity' lies on box"),
    ],
)
def test_a_fault_is_named(change: Callable[[Leaf], Leaf], complaint: str) -> None:
    assert any(complaint in problem for problem in changed(change)), changed(change)


@pytest.mark.parametrize(
    ("points", "arrow", "faults"),
    [
        (((-30.0, 5.0), (0.0, 5.0)), True, ["(-30.0, 5.0)"]),
        (((20.0, 5.0), (50.0, 5.0)), False, ["(50.0, 5.0)"]),
        (((20.0, 5.0), (50.0, 5.0)), True, []),
    ],
)
def test_a_line_that_begins_or_stops_in_the_air_is_named(
    points: tuple[Point, ...], arrow: bool, faults: list[str]
) -> None:
    box = Box(id="box", role="conv", form=Form.RECTANGLE, x=0, y=0, width=20, height=10)
    line = Connector(role=EdgeRole.FLOW, points=points, arrow=arrow)
    root = Group(id="figure", kind=GroupKind.FIGURE, children=(box, line))
    ends = list(loose_ends(Scene(width=100, height=100, title="", description="", root=root)))
    assert [end.partition(" ends in the air at ")[2] for end in ends] == faults


def test_overlaps_and_crossings_are_named() -> None:
    plain = scene()
    copy = next(box for box in boxes(plain) if box.id == "z")
    line = Connector(role="flow", points=((copy.x - 3, 0.0), (copy.x - 3, plain.height)))
    root = replace(plain.root, children=(*plain.root.children, replace(copy, id="twin"), line))
    found = problems(replace(plain, root=root), load_theme())
    assert any("'z' and 'twin' overlap" in problem for problem in found)
    assert any("crosses" in problem for problem in found)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
