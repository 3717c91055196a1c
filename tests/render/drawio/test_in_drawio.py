"""What the real draw.io makes of the file: shapes, texts, connectors, folding, moving, layers, pictures."""

import math
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from resnet_diagram.diagram.options import View
from resnet_diagram.layout.scene import GroupKind, boxes, connectors, groups
from resnet_diagram.render.drawio.render import render_drawio
from resnet_diagram.render.drawio.styles import UNIT
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.svg.render import render_svg
from tests.browser import browser
from tests.drawio import Seen, open_in_drawio
from tests.render.drawio.cases import all_figures, nasty, shown, written
from tests.render.figures import NASTY

FIGURES = all_figures()
_TOLERANCE = 0.1
"""Largest distance of a shape from its place in the scene, in points."""
_SCALE = 2
_DIFFERENCE = 0.009
"""Largest mean difference of two pictures, from 0 to 1: titles are beside buttons, signs reach circles."""


def route(cell: Seen) -> list[tuple[float, float]]:
    """Return the points of a connector in points of the scene, without repetitions."""
    points: list[tuple[float, float]] = []
    for x, y in cell.line:
        point = (x / UNIT, y / UNIT)
        if not points or math.dist(points[-1], point) > _TOLERANCE / 2:
            points.append(point)
    return points


@pytest.mark.parametrize("case", FIGURES)
def test_drawio_opens_it_with_all_cells_in_their_places(case: str) -> None:
    figure = FIGURES[case]
    seen = open_in_drawio(render_drawio(figure)).cells()
    file = written(figure)
    assert seen.keys() == file.keys()
    assert {name: cell.label for name, cell in seen.items()} == {
        name: cell.label for name, cell in file.items()
    }
    for box in boxes(figure.scene):
        place = (box.x, box.y, box.width, box.height)
        assert seen[box.id].box == pytest.approx([value * UNIT for value in place], abs=_TOLERANCE * UNIT)
    for line in connectors(figure.scene):
        cell = seen[line.id]
        assert (cell.source, cell.target) == (line.tail.fork or line.tail.element, line.head.element)
        found = route(cell)
        assert len(found) == len(line.points), line.id
        for point, wanted in zip(found, line.points, strict=True):
            assert math.dist(point, wanted) <= _TOLERANCE, line.id


def test_texts_of_boxes_are_read_back_and_lie_in_them() -> None:
    figure = shown("resnet50", view=View.FULL)
    seen = open_in_drawio(render_drawio(figure)).cells()
    checked = 0
    for box in boxes(figure.scene):
        if box.texts:
            cell = seen[box.id]
            assert cell.label == "\n".join(text.text for text in box.texts)
            x, y, width, height = cell.label_box
            assert cell.box[0] <= x <= x + width <= cell.box[0] + cell.box[2]
            assert cell.box[1] - 1 <= y <= y + height <= cell.box[1] + cell.box[3] + 1
            checked += 1
    assert checked > 50


@pytest.mark.parametrize("case", ["resnet50-paper", "resnet50-full", "compare", "zh"])
def test_labels_lie_where_the_scene_has_them(case: str) -> None:
    figure = FIGURES[case]
    seen = open_in_drawio(render_drawio(figure)).cells()
    labelled = [line for line in connectors(figure.scene) if line.labels]
    assert labelled
    for line in labelled:
        x, y, width, height = seen[line.id].label_box
        wanted = [sum(getattr(text, axis) for text in line.labels) / len(line.labels) for axis in "xy"]
        assert math.dist((x + width / 2, y + height / 2), [value * UNIT for value in wanted]) < 2.0, line.id


def test_tooltips_show_the_facts() -> None:
    seen = open_in_drawio(render_drawio(shown("resnet50"))).cells()
    assert "path: layer1" in seen["stage1"].tooltip
    assert "shape: 56×56×256" in seen["stage1"].tooltip
    assert "params: 215,808" in seen["stage1"].tooltip
    assert "MACs: 667,942,912" in seen["stage1"].tooltip


def test_any_character_is_shown_letter_by_letter() -> None:
    figure = nasty(shown("resnet50", view=View.FULL))
    page = open_in_drawio(render_drawio(figure))
    painted = page.run("[...document.querySelectorAll('#graph text')].map(node => node.textContent)")
    texts = [text.text for box in boxes(figure.scene) for text in box.texts]
    assert painted.count(NASTY) >= len(texts) > 50


def _moves(kind: GroupKind, figure: Figure) -> None:
    group = next(group for group in groups(figure.scene) if group.kind is kind and boxes(group))
    page = open_in_drawio(render_drawio(figure))
    before = page.cells()
    page.run("(graph.setEnabled(true), graph.moveCells([cell(arguments[0])], 30, 40), 1)", group.id)
    after = page.cells()
    for box in boxes(group):
        moved = (before[box.id].box[0] + 30, before[box.id].box[1] + 40)
        assert after[box.id].box[:2] == pytest.approx(moved), box.id
    lines = connectors(group)
    assert lines
    for line in lines:
        if line.tail.element != group.id:
            moved_line = [(x + 30, y + 40) for x, y in before[line.id].line]
            for point, wanted in zip(after[line.id].line, moved_line, strict=True):
                assert math.dist(point, wanted) < 0.2, line.id


def test_a_stage_moves_with_its_content() -> None:
    _moves(GroupKind.STAGE, shown("resnet50"))
    _moves(GroupKind.STAGE, shown("resnet50", view=View.FULL))


def test_a_block_moves_with_its_content() -> None:
    _moves(GroupKind.BLOCK, shown("resnet50", view=View.FULL))


def test_a_moved_box_takes_its_connectors_along() -> None:
    page = open_in_drawio(render_drawio(shown("resnet50")))
    before = page.cells()["inset1-conv1-to-inset1-conv2"].line
    page.run("(graph.setEnabled(true), graph.moveCells([cell('inset1-conv2')], 0, 25), 1)")
    after = page.cells()["inset1-conv1-to-inset1-conv2"].line
    assert after[0] == pytest.approx(before[0])
    assert after[-1] == pytest.approx((before[-1][0], before[-1][1] + 25))


@pytest.mark.parametrize("view", [View.PAPER, View.FULL])
def test_a_folded_stage_hides_its_content_and_keeps_its_flow(view: View) -> None:
    figure = shown("resnet50", view=view)
    stage = next(group for group in groups(figure.scene) if group.id == "stage2")
    page = open_in_drawio(render_drawio(figure))
    page.run("(graph.setEnabled(true), graph.foldCells(true, false, [cell('stage2')]), 1)")
    seen = page.cells()
    inside = [box.id for box in boxes(stage)[1:]] + [line.id for line in connectors(stage)]
    assert not [name for name in inside if seen[name].box or seen[name].line]
    assert seen["stage2"].label == "Stage 2"
    x, y, width, height = seen["stage2"].label_box
    left, top, wide, high = seen["stage2"].box
    assert left <= x <= x + width <= left + wide
    assert top - 1 <= y <= y + height <= top + high + 1
    crossing = [line for line in seen.values() if line.kind == "edge" and line.line]
    ends = {
        line.id
        for line in crossing
        if "stage2" in (line.source.partition("-")[0], line.target.partition("-")[0])
    }
    assert ends
    page.run("(graph.foldCells(false, false, [cell('stage2')]), 1)")
    assert page.cells()["stage2-label-1"].box


@pytest.mark.parametrize("view", [View.OVERVIEW, View.FULL])
def test_buttons_for_folding_cover_no_title(view: View) -> None:
    figure = shown("resnet50", view=view)
    page = open_in_drawio(render_drawio(figure))
    page.run("(graph.foldingEnabled = true, graph.refresh(), 1)")
    seen = page.cells()
    for group in groups(figure.scene):
        if group.kind is GroupKind.STAGE:
            left, _, width, _ = page.run(
                "(({x, y, width, height}) => [x, y, width, height])"
                "(graph.view.getState(cell(arguments[0])).control.bounds)",
                group.id,
            )
            assert left + width <= seen[group.id].label_box[0], group.id


def test_layers_and_tags_hide_a_kind() -> None:
    figure = shown("resnet50")
    page = open_in_drawio(render_drawio(figure))
    page.run("(graph.getModel().setVisible(cell('layer:legend'), false), 1)")
    seen = page.cells()
    assert not seen["legend"].box
    assert seen["stage1"].box
    page.run("(graph.setHiddenTags(['shortcuts']), graph.refresh(), 1)")
    seen = page.cells()
    shortcuts = [line for line in connectors(figure.scene) if line.role not in ("flow",)]
    assert len(shortcuts) > 10
    assert not [line.id for line in shortcuts if seen[line.id].line]
    assert seen["stem-slab1-to-stem-slab2"].line


def test_every_page_opens() -> None:
    text = render_drawio(shown("resnet18"), shown("resnet50"))
    for number, name in enumerate(("resnet18", "resnet50")):
        page = open_in_drawio(text, number)
        assert page.cells()["0"].kind == "layer"
        assert page.run("cell('0').value.getAttribute('title')") == name


@pytest.mark.parametrize(
    ("case", "mode"),
    [
        ("resnet50-paper", "light"),
        ("resnet50-block", "light"),
        ("resnet18-full", "light"),
        ("compare", "light"),
        ("auto", "dark"),
        ("zh", "light"),
    ],
)
def test_it_is_the_picture_of_the_svg(case: str, mode: str, tmp_path: Path) -> None:
    ours = _drawio_picture(FIGURES[case], mode, tmp_path / "drawio.png")
    assert _mean_difference(ours, _svg_picture(FIGURES[case], mode, tmp_path / "svg.png")) < _DIFFERENCE


def test_another_picture_is_told_apart(tmp_path: Path) -> None:
    ours = _drawio_picture(FIGURES["resnet50-block"], "light", tmp_path / "a.png")
    others = _svg_picture(FIGURES["seresnet50-block"], "light", tmp_path / "b.png")
    assert _mean_difference(ours, others) > 2 * _DIFFERENCE


def _mean_difference(first: Image.Image, second: Image.Image) -> float:
    """Return the mean difference of two pictures, blurred by a point, from 0 to 1."""
    size = (min(first.width, second.width), min(first.height, second.height))
    blurred = [
        picture.crop((0, 0, *size)).filter(ImageFilter.GaussianBlur(_SCALE)) for picture in (first, second)
    ]
    means = ImageStat.Stat(ImageChops.difference(*blurred)).mean
    return sum(means) / len(means) / 255


def _drawio_picture(figure: Figure, mode: str, path: Path) -> Image.Image:
    page = open_in_drawio(render_drawio(figure), mode=mode)
    scene = figure.scene
    return Image.open(page.png(path, scene.width * UNIT, scene.height * UNIT, _SCALE)).convert("RGB")


def _svg_picture(figure: Figure, mode: str, path: Path) -> Image.Image:
    """Return the SVG as pixels, shown in place of the drawing that draw.io has open."""
    scene, window = figure.scene, browser()
    width, height = (round(length * UNIT * _SCALE) for length in (scene.width, scene.height))
    window.prefer(mode)
    window.evaluate("(document.body.innerHTML = arguments[0], 1)", render_svg(figure))
    window.evaluate(
        "Object.assign(document.querySelector('svg').style,"
        "{display: 'block', width: `${arguments[0]}px`, height: `${arguments[1]}px`})",
        width,
        height,
    )
    window.capture(path, width=width, height=height)
    window.prefer("")
    return Image.open(path).convert("RGB")
