"""SVG: well-formed, self-contained, the same every time, and faithful to the scene."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import resnet_diagram as rd
from resnet_diagram.diagram.model import Diagram, Direction
from resnet_diagram.diagram.options import View
from resnet_diagram.errors import UsageError
from resnet_diagram.layout.scene import Anchor, Box, Connector, Form, Text, walk
from resnet_diagram.render.figure import Figure, Output
from resnet_diagram.render.svg.geometry import arrow_head, bent, corner
from resnet_diagram.render.svg.render import render_svg
from resnet_diagram.style.theme import load_theme, theme_names
from tests.layout.samples import SAMPLES, diagram, residual, stage
from tests.render.figures import named, with_output
from tests.render.tikz.scenes import figure_with

NAMESPACE = "{http://www.w3.org/2000/svg}"


def figure(shown: Diagram, theme: str = "paper") -> Figure:
    loaded = load_theme(theme)
    return Figure(diagram=shown, theme=loaded)


def root(text: str) -> ET.Element:
    return ET.fromstring(text)


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "many blocks"])
def test_every_sample_is_well_formed_and_complete(name: str, direction: Direction) -> None:
    shown = figure(diagram(*SAMPLES[name], direction=direction))
    found = root(render_svg(shown))
    items = list(walk(shown.scene))
    texts = [item.text for item in items if isinstance(item, Text)]
    texts += [text.text for item in items if isinstance(item, Box) for text in item.texts]
    assert sorted("".join(one.itertext()) for one in found.iter(f"{NAMESPACE}text")) == sorted(texts)
    strokes = sum(len(item.strokes()) for item in items if isinstance(item, Box))
    assert (
        len(list(found.iter(f"{NAMESPACE}path")))
        == sum(isinstance(item, Connector) for item in items) + strokes
    )


def test_it_is_an_image_with_a_name_and_a_description() -> None:
    found = root(render_svg(figure(diagram(residual("b"), title="A & <B>"))))
    assert found.attrib["role"] == "img"
    assert found.findtext(f"{NAMESPACE}title") == "A & <B>"
    assert found.findtext(f"{NAMESPACE}desc") == "a network"
    labels = found.attrib["aria-labelledby"].split()
    assert [found.find(f"*[@id='{label}']") for label in labels] == list(found)[:2]


def test_it_follows_the_reader_only_where_the_theme_does() -> None:
    shown = diagram(*SAMPLES["twelve stages"])
    text = render_svg(figure(shown, "auto"))
    assert "prefers-color-scheme: dark" in text
    assert "<style>" not in render_svg(figure(shown, "paper"))


def test_without_style_sheets_auto_is_paper() -> None:
    shown = diagram(*SAMPLES["kinds of shortcut"])
    found = root(render_svg(figure(shown, "auto")))
    fills = [element.get("fill") for element in found.iter() if element.get("fill")]
    plain = root(render_svg(figure(shown, "paper")))
    assert fills == [element.get("fill") for element in plain.iter() if element.get("fill")]


def test_every_class_of_auto_has_its_colours_in_both_modes() -> None:
    text = render_svg(figure(diagram(*SAMPLES["twelve stages"]), "auto"))
    classes = set(re.findall(r'<(?:rect|path|polygon|circle|text) class="([^"]*)"', text))
    assert classes == set(re.findall(r" \.([\w-]+) {", text))
    light, dark = text.split("@media")
    assert set(re.findall(r"(--[\w-]+): #", light)) == set(re.findall(r"(--[\w-]+): #", dark))
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) == set(re.findall(r"(--[\w-]+): #", light))


@pytest.mark.parametrize("theme", theme_names())
def test_it_refers_to_nothing_outside(theme: str) -> None:
    text = render_svg(figure(diagram(*SAMPLES["twelve stages"]), theme))
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    allowed = "style|" if theme != "auto" else ""
    assert not re.search(rf"<(script|{allowed}image|use|foreignObject|marker)|href|url\(|@import", text)


def test_the_same_figure_gives_the_same_text() -> None:
    shown = diagram(*SAMPLES["twelve stages"])
    assert render_svg(figure(shown)) == render_svg(figure(shown))


def test_numbers_are_tidy() -> None:
    text = render_svg(figure(diagram(*SAMPLES["twelve stages"], direction=Direction.RIGHT)))
    numbers = re.findall(r' (?:x|y|width|height|d|points|cx|cy|r|transform)="([^"]*)"', text)
    assert len(numbers) > 100
    assert not re.search(r"\.\d{3}|e|nan|inf|-0(?![.\d])", " ".join(numbers).replace("rotate", ""))


def test_nodes_can_be_found_by_their_id() -> None:
    found = root(render_svg(figure(diagram(stage(1, residual("layer1.0"))))))
    ids = [element.attrib["id"] for element in found.iter() if "id" in element.attrib]
    assert {"figure", "stage1", "layer1.0-a", "layer1.0-add"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_two_figures_in_one_page_share_no_id() -> None:
    shown = diagram(stage(1, residual("layer1.0")))
    texts = [render_svg(with_output(figure(shown, "auto"), id_prefix=prefix)) for prefix in ("left", "right")]
    ids = [found for text in texts for found in re.findall(r' id="([^"]*)"', text)]
    assert len(ids) == len(set(ids)) > 20


def test_an_id_has_no_spaces() -> None:
    text = render_svg(figure(diagram(residual("my block"))))
    assert 'id="my_block-a"' in text
    assert not re.search(r' id="[^"]* ', text)


def test_a_bend_never_is_longer_than_its_line() -> None:
    assert bent(((0, 0), (4, 0), (4, 4)), 4) == "M0 0L2 0Q4 0 4 2L4 4"


@pytest.mark.parametrize(("anchor", "left"), [(Anchor.START, 48), (Anchor.MIDDLE, 43), (Anchor.END, 38)])
def test_the_patch_behind_a_text_is_where_its_letters_are(anchor: Anchor, left: int) -> None:
    text = Text(x=50, y=20, text="up", size=7, width=10, role="caption", anchor=anchor, halo=True)
    areas = root(render_svg(figure_with(text))).iter(f"{NAMESPACE}rect")
    (patch,) = [area for area in areas if area.attrib["width"] == "14"]
    assert float(patch.attrib["x"]) == left


@pytest.mark.parametrize(("form", "radius"), [(Form.PILL, 4.5), (Form.RECTANGLE, 0.0)])
def test_the_ends_of_a_pill_are_half_circles(form: Form, radius: float) -> None:
    for width, height in ((30, 9), (9, 30)):
        assert corner(Box(id="b", role="add", form=form, x=0, y=0, width=width, height=height)) == radius


def test_an_arrow_head_ends_at_its_tip() -> None:
    tip, left, notch, right = arrow_head((10, 5), (1, 0))
    assert tip == (10, 5)
    assert left == pytest.approx((5.8, 6.6))
    assert notch == pytest.approx((6.9, 5))
    assert right == pytest.approx((5.8, 3.4))


def test_the_readers_own_template_comes_first(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "svg").mkdir()
    (folder / "svg" / "figure.svg.jinja").write_text("<svg>{{ title }}</svg>", encoding="utf-8")
    plain = figure(diagram(residual("b"), title="mine"))
    own = Figure(diagram=plain.diagram, theme=plain.theme, output=Output(templates=folder))
    assert render_svg(own) == "<svg>mine</svg>"


def test_a_template_adds_to_the_finished_document(tmp_path: Path) -> None:
    (tmp_path / "svg").mkdir()
    template = """{{ document | replace("</svg>", "<rect/></svg>") }}"""
    (tmp_path / "svg" / "figure.svg.jinja").write_text(template, encoding="utf-8")
    plain = figure(diagram(residual("b")))
    own = Figure(diagram=plain.diagram, theme=plain.theme, output=Output(templates=tmp_path))
    assert render_svg(own) == render_svg(plain).replace("</svg>", "<rect/></svg>")


def test_elements_nest_as_the_network_does() -> None:
    found = root(render_svg(named("resnet18", view=View.FULL)))
    (stage2,) = found.iterfind(".//*[@id='stage2']")
    (block,) = stage2.iterfind("./*[@id='stage2-block1']")
    (layer,) = block.iterfind("./*[@id='stage2-block1-conv1']")
    assert stage2.attrib["data-path"] == "layer2"
    assert block.attrib["data-path"] == "layer2.0"
    assert layer.attrib["data-path"].startswith("layer2.0.conv1")


def test_ids_are_the_same_whatever_else_is_drawn() -> None:
    plain, other = (
        {element.get("id") for element in root(render_svg(named("resnet18", theme=theme))).iter()}
        for theme in ("paper", "dark")
    )
    assert plain == other


@pytest.mark.parametrize(
    "prefix", ["a b", "a\nb", "<b>", '"x', "{}", "a;b", "#a", "a\u2028b", "1a", "-a", "a.b"]
)
def test_a_prefix_is_the_beginning_of_an_id(prefix: str) -> None:
    with pytest.raises(UsageError, match="No id begins with"):
        rd.to_text("resnet18", "svg", view="overview", id_prefix=prefix)
    assert 'id="left-1é-figure"' in rd.to_text("resnet18", "svg", view="overview", id_prefix="left-1é")
