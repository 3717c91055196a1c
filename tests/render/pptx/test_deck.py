"""PowerPoint: what python-pptx reads back."""

import itertools
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from resnet_diagram.cli.main import main
from resnet_diagram.diagram.options import View
from resnet_diagram.errors import RenderError, UnrenderedWarning
from resnet_diagram.layout.scene import (
    Box,
    Connector,
    End,
    Form,
    Group,
    GroupKind,
    Point,
    Side,
    boxes,
    connectors,
    groups,
)
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Figure, Slide
from resnet_diagram.render.pptx.deck import render_pptx
from resnet_diagram.render.pptx.pages import placed
from tests.layout.samples import SAMPLES, diagram
from tests.render.figures import NASTY, figure, named, with_output
from tests.render.pptx.reading import (
    by_name,
    ends,
    frame,
    opened,
    place_of,
    pptx,
    route,
    scaled,
    shapes,
    site,
)

pytestmark = pytest.mark.filterwarnings("ignore:The smallest type")

CASES = [
    ("resnet18", View.PAPER),
    ("resnet50", View.OVERVIEW),
    ("resnet20", View.FULL),
    ("resnet50d", View.PAPER),
]


def slide_of(shown: Figure) -> Any:
    (slide,) = opened(render_pptx(shown)).slides
    return slide


def kept(network: str, view: View = View.PAPER) -> Figure:
    """Return a figure with a height of its own, whose scene a slide does not change."""
    return with_output(named(network, view), fit=Fit(height=5000.0))


def pieces(line: Connector, drawn: dict[str, Any]) -> list[Any]:
    """Return the connectors on a slide that draw a line of the scene."""
    names = (line.id, *(f"{line.id}-part-{number}" for number in range(2, 9)))
    return [drawn[name] for name in names if name in drawn]


def distance(point: Point, line: list[Point]) -> float:
    """Return the distance of a point from a line of horizontal and vertical segments."""
    return min(
        math.hypot(
            max(min(a[0], b[0]) - point[0], 0.0, point[0] - max(a[0], b[0])),
            max(min(a[1], b[1]) - point[1], 0.0, point[1] - max(a[1], b[1])),
        )
        for a, b in itertools.pairwise(line)
    )


@pytest.mark.parametrize(("network", "view"), CASES)
def test_boxes_and_lines_are_where_the_scene_has_them(network: str, view: View) -> None:
    shown = kept(network, view)
    slide = slide_of(shown)
    drawn, place = by_name(slide), place_of(slide, shown.scene)
    for box in boxes(shown.scene):
        if box.id:
            assert frame(drawn[box.id]) == pytest.approx(scaled(box, place), abs=0.1), box.id
    for line in connectors(shown.scene):
        expected = [place.at(point) for point in line.points]
        found = [point for piece in pieces(line, drawn) for point in route(piece)]
        assert max(distance(point, expected) for point in found) < 0.1, line.id
        for point in expected[1:]:
            assert min(math.dist(point, right) for right in found) < 0.1, line.id


@pytest.mark.parametrize(("network", "view"), CASES)
def test_connectors_are_attached_where_they_end(network: str, view: View) -> None:
    shown = kept(network, view)
    slide = slide_of(shown)
    drawn, known = by_name(slide), {box.id for box in boxes(shown.scene)}
    by_number = {shape.shape_id: shape for shape in drawn.values()}
    for line in connectors(shown.scene):
        parts = pieces(line, drawn)
        for part in parts:
            points = {"stCxn": route(part)[0], "endCxn": route(part)[-1]}
            for name, (number, index) in ends(part).items():
                assert math.dist(site(by_number[number], index), points[name]) < 0.1 + drawn_gap(part), (
                    part.name
                )
        if line.head.element in known:
            assert by_number[ends(parts[-1])["endCxn"][0]].name == line.head.element
        if line.tail.fork or line.tail.element in known:
            tail = line.tail.fork or line.tail.element
            assert by_number[ends(parts[0])["stCxn"][0]].name == tail
        for part, following in itertools.pairwise(parts):
            assert ends(part)["endCxn"][0] == ends(following)["stCxn"][0]


def drawn_gap(part: Any) -> float:
    """Return half the width of a line: as far is the edge of a joint from its centre."""
    return float(part.line.width.pt) / 2


def test_every_shortcut_is_attached_at_both_ends() -> None:
    shown = kept("resnet50")
    drawn = by_name(slide_of(shown))
    shortcuts = [line for line in connectors(shown.scene) if line.tail.fork]
    assert shortcuts
    for line in shortcuts:
        assert all(set(ends(part)) == {"stCxn", "endCxn"} for part in pieces(line, drawn)), line.id


@pytest.mark.parametrize("height", [30.0, 60.0])
def test_no_elbow_leaves_a_side_beside_its_middle(height: float, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = kept("resnet18", View.OVERVIEW)
    tail, head = (
        Box(id=name, role="block", form=Form.RECTANGLE, x=x, y=y, width=40.0, height=size)
        for name, x, y, size in (("tail", 10.0, 100.0, height), ("head", 120.0, 10.0, 20.0))
    )
    line = Connector(
        id="line",
        role="flow",
        points=((50.0, 110.0), (140.0, 110.0), (140.0, 30.0)),
        tail=End(element="tail", side=Side.RIGHT),
        head=End(element="head", side=Side.BOTTOM),
    )
    root = Group(id="figure", kind=GroupKind.FIGURE, children=(tail, head, line))
    monkeypatch.setattr(Figure, "scene", replace(shown.scene, root=root, width=200.0, height=200.0))
    parts = pieces(line, by_name(slide_of(shown)))
    bent = [part for part in parts if len(route(part)) > 2]
    assert len(parts) == 2
    assert bent == parts[1:]


def test_stages_are_groups_with_alternative_text() -> None:
    shown = kept("resnet50")
    found = {shape.name: shape for shape in shapes(slide_of(shown)) if hasattr(shape, "shapes")}
    assert set(found) == {group.id for group in groups(shown.scene)}
    described = {name: shape.element.nvGrpSpPr.cNvPr.get("descr") for name, shape in found.items()}
    assert described["stage2"] == "Stage 2 [×4], 56×56×256 → 28×28×512"
    assert described[shown.scene.root.id] == shown.scene.description
    assert {shape.name for shape in found["stage2"].shapes} >= {"stage2-slab1", "stage2-slab4"}
    assert found["legend"].shapes


@pytest.mark.parametrize(("slide", "ratio"), [(Slide.WIDE, 16 / 9), (Slide.NARROW, 4 / 3)])
def test_title_notes_and_size(slide: Slide, ratio: float) -> None:
    deck = opened(
        render_pptx(replace(with_output(named("resnet18"), slide=slide), words=lambda: "A caption."))
    )
    assert deck.slide_width / deck.slide_height == pytest.approx(ratio)
    (page,) = deck.slides
    assert page.shapes.title.text == "resnet18"
    assert page.notes_slide.notes_text_frame.text.startswith("A caption.\n\nresnet18: input")
    for shape in shapes(page):
        assert shape.left >= 0
        assert shape.left + shape.width <= deck.slide_width
        assert shape.top + shape.height <= deck.slide_height


def test_text_is_centred_in_its_box_without_autofit() -> None:
    shown = kept("resnet50")
    drawn = by_name(slide_of(shown))
    words = {box.id: [text.text for text in box.texts] for box in boxes(shown.scene) if box.id and box.texts}
    held = {name: drawn[name].text_frame for name in words if drawn[name].has_text_frame}
    assert len(held) == len(words) > 5
    for name, text in held.items():
        assert [paragraph.text for paragraph in text.paragraphs] == words[name]
        assert (text.word_wrap, text.auto_size) == (False, pptx.enum.text.MSO_AUTO_SIZE.NONE)
        assert text._txBody.find(".//{*}latin").get("typeface") == "+mn-lt"


def test_ids_differ() -> None:
    ids = [shape.shape_id for shape in shapes(slide_of(kept("resnet50d")))]
    assert len(set(ids)) == len(ids)


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert render_pptx(named("resnet18")) == render_pptx(replace(named("resnet18")))


def test_a_name_of_any_characters_is_kept() -> None:
    shown = figure(diagram(*next(iter(SAMPLES.values())), title=NASTY + "\x07"))
    assert NASTY in slide_of(shown).shapes.title.text


@pytest.mark.parametrize("name", ["one node", "chain", "deep", "hourglass", "three types"])
def test_every_sample_is_drawn(name: str) -> None:
    shown = figure(diagram(*SAMPLES[name], title=name))
    drawn = by_name(slide_of(shown))
    assert any(shape.element.tag.endswith("}sp") for shape in drawn.values())


def test_several_figures_and_block_types_have_a_slide_each() -> None:
    networks = render_pptx(named("resnet18"), named("resnet50"))
    assert [slide.shapes.title.text for slide in opened(networks).slides] == ["resnet18", "resnet50"]
    blocks = opened(render_pptx(named("resnet50", View.BLOCK))).slides
    titles = [slide.shapes.title.text for slide in blocks]
    assert titles == [
        "Projection bottleneck (first block of each stage)",
        "Identity bottleneck (all other blocks)",
    ]
    legends = [{shape.text_frame.text for shape in shapes(slide) if shape.has_text_frame} for slide in blocks]
    assert ["projection shortcut" in words for words in legends] == [True, False]


@pytest.mark.filterwarnings("error:The smallest type")
@pytest.mark.parametrize(
    ("network", "view"), [("resnet152", View.OVERVIEW), ("resnet152", View.BLOCK), ("resnet20", View.PAPER)]
)
def test_type_is_readable_on_the_slide(network: str, view: View) -> None:
    sizes = []
    for slide in opened(render_pptx(named(network, view))).slides:
        frames = [
            shape.text_frame for shape in shapes(slide) if shape.has_text_frame and not shape.is_placeholder
        ]
        sizes += [run.font.size.pt for text in frames for part in text.paragraphs for run in part.runs]
    assert min(sizes) >= 13.9


@pytest.mark.filterwarnings("default:The smallest type")
def test_small_type_is_reported_with_its_size() -> None:
    with pytest.warns(
        UnrenderedWarning, match=r"The smallest type on the slide is [\d.]+ pt; 14 pt is readable"
    ):
        render_pptx(named("resnet18", View.FULL))


def test_a_small_figure_is_not_enlarged_beyond_reason() -> None:
    small = with_output(figure(diagram(*SAMPLES["one block"])), fit=Fit(height=5000.0))
    scene, scale = placed(small, 10_000.0, 10_000.0)
    assert scale == 3.0
    assert placed(small, scene.width, 10_000.0)[1] == 1.0


def test_the_title_can_be_left_out() -> None:
    shown = figure(diagram(*next(iter(SAMPLES.values())), title=""))
    assert slide_of(shown).shapes.title is None


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return a presentation with a slide, of its own size and font."""
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = pptx.util.Pt(800), pptx.util.Pt(500)
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "old"
    deck.slide_layouts[5].name = "House style"
    deck.save(str(tmp_path / "house.pptx"))
    return tmp_path / "house.pptx"


def test_a_template_gives_master_and_size(template: Path) -> None:
    deck = opened(render_pptx(with_output(named("resnet18", View.OVERVIEW), template=template)))
    assert (deck.slide_width.pt, deck.slide_height.pt) == (800, 500)
    (slide,) = deck.slides
    assert (slide.slide_layout.name, slide.shapes.title.text) == ("House style", "resnet18")
    assert slide.background.fill.type is pptx.enum.dml.MSO_FILL.BACKGROUND or slide.follow_master_background
    title = slide.shapes.title
    figures = [shape for shape in shapes(slide) if shape.shape_id != title.shape_id]
    assert min(shape.top for shape in figures) >= title.top + title.height


def test_what_is_no_template_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pptx").write_text("no presentation")
    with pytest.raises(
        RenderError, match=r"--template .*x\.pptx' cannot be read: .* Give a presentation \(.pptx\)"
    ):
        render_pptx(with_output(named("resnet18"), template=tmp_path / "x.pptx"))


def test_slide_and_template_exclude_each_other(template: Path, tmp_path: Path) -> None:
    command = [
        "draw",
        "resnet18",
        "-o",
        str(tmp_path / "r.pptx"),
        "--slide",
        "4:3",
        "--template",
        str(template),
    ]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 2
    assert "--slide and --template both give the shape of the slides" in done.stderr


def test_the_caption_is_in_the_notes(tmp_path: Path) -> None:
    target = tmp_path / "r.pptx"
    for given, found in (
        ([], "ResNet-18: 2, 2, 2 and 2 basic blocks"),
        (["--caption", "My words."], "My words."),
    ):
        done = CliRunner().invoke(main, ["draw", "resnet18", "-q", "-o", str(target), *given])
        assert done.exit_code == 0, done.stderr
        (slide,) = opened(target.read_bytes()).slides
        assert slide.notes_slide.notes_text_frame.text.startswith(found)
