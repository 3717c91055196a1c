"""The file for draw.io: its elements, layers, containers, data, and names with any character."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import resnet_diagram as rd
from resnet_diagram.cli.main import main
from resnet_diagram.diagram.model import EdgeRole
from resnet_diagram.diagram.options import View
from resnet_diagram.errors import UnrenderedWarning, UsageError
from resnet_diagram.layout.scene import Box, Form, GroupKind, Leaf, Sign, boxes, connectors, groups
from resnet_diagram.render.drawio.render import render_drawio
from resnet_diagram.style.theme import load_theme
from resnet_diagram.wording.counts import count_text
from tests.layout.trees import with_leaves
from tests.render.drawio.cases import all_figures, cells_of, nasty, shown, written
from tests.render.drawio.schema import faults
from tests.render.figures import NASTY

FIGURES = all_figures()
LAYERS = ["layer:main-path", "layer:shortcuts", "layer:labels", "layer:legend"]


@pytest.mark.parametrize("case", FIGURES)
def test_a_file_holds_elements_and_styles_of_drawio_only(case: str) -> None:
    assert faults(render_drawio(FIGURES[case])) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('vertex="1"', 'vertex="2"', "vertex='2' of mxCell"),
        ("fillColor", "filColor", "style 'filColor="),
        ('target="stem-slab2"', 'target="gone"', "no cell gone"),
        ('id="stem-slab2"', 'id="stem-slab1"', "stem-slab1 occurs 2 times"),
        ('parent="stem"', 'parent="head"', "before its parent head"),
        ("<root>", "<root><mxCell/>", "mxCell in root"),
        (' page="1"', "", "mxGraphModel without page"),
    ],
)
def test_the_check_finds_mistakes(old: str, new: str, fault: str) -> None:
    text = render_drawio(shown("resnet18"))
    assert old in text
    assert any(fault in found for found in faults(text.replace(old, new)))


def test_the_same_figure_gives_the_same_bytes() -> None:
    for theme in ("paper", "auto"):
        figure = shown("resnet50", theme=theme)
        assert render_drawio(figure) == render_drawio(replace(figure))


def test_there_is_a_layer_for_each_kind() -> None:
    cells = written(shown("resnet50", view=View.FULL))
    assert [name for name, cell in cells.items() if cell.cell.get("parent") == "0"] == LAYERS
    assert [cells[name].label for name in LAYERS] == ["Main path", "Shortcuts", "Labels", "Legend"]
    assert cells["stage1"].cell["parent"] == "layer:main-path"
    assert cells["title-label-1"].cell["parent"] == "layer:labels"
    assert cells["legend"].cell["parent"] == "layer:legend"
    insets = written(shown("resnet50"))
    assert insets["inset1-add1-fork-to-inset1-shortcut-conv1"].cell["parent"] == "layer:shortcuts"
    assert insets["inset1-shortcut-conv1"].cell["parent"] == "layer:shortcuts"


@pytest.mark.parametrize("case", FIGURES)
def test_every_cell_has_the_tag_of_its_kind(case: str) -> None:
    figure = FIGURES[case]
    cells = written(figure)
    legend = {
        line.id
        for group in groups(figure.scene)
        if group.kind is GroupKind.LEGEND
        for line in connectors(group)
    }
    for line in connectors(figure.scene):
        kind = "legend" if line.id in legend else "main-path" if line.role == EdgeRole.FLOW else "shortcuts"
        assert cells[line.id].data["tags"] == kind
    assert all(cell.data.get("tags") for name, cell in cells.items() if name not in ("0", *LAYERS))


def test_stages_are_containers_with_their_content() -> None:
    figure = shown("resnet50", view=View.FULL)
    cells = written(figure)
    stages = [group for group in groups(figure.scene) if group.kind is GroupKind.STAGE]
    assert stages
    for stage in stages:
        cell = cells[stage.id]
        assert (cell.style["container"], cell.style["collapsible"]) == ("1", "1")
        assert cell.label == stage.title
        inside = [box.id for box in boxes(stage)[1:]] + [line.id for line in connectors(stage)]
        for name in inside:
            above = cells[name].cell["parent"]
            while above not in (stage.id, "0"):
                above = cells[above].cell["parent"]
            assert above == stage.id, name


def test_a_cell_holds_the_facts_of_its_part() -> None:
    for figure in (shown("resnet50"), shown("seresnet50", view=View.FULL)):
        cells = written(figure)
        facts = 0
        for box in boxes(figure.scene):
            data = cells[box.id].data
            group = next((group for group in groups(figure.scene) if group.id == box.id), None)
            origin = group.origin if group else box.origin
            assert data.get("path", "") == origin.span
            assert data.get("shape", "") == origin.shape
            assert data.get("params", "0") == count_text(origin.params)
            assert data.get("MACs", "0") == count_text(origin.macs)
            facts += bool(origin.macs)
        assert facts > 10


def test_boxes_are_the_shapes_of_drawio() -> None:
    cells = written(shown("resnet50", view=View.BLOCK))
    first, last = cells["inset1-conv1"].style, cells["inset1-conv3"].style
    assert (first["shape"], first["direction"]) == ("trapezoid", "south")
    assert (last["shape"], last["direction"]) == ("trapezoid", "north")
    assert cells["inset1-conv2"].style["rounded"] == "0"
    assert cells["inset1-add1"].style["shape"] == "orEllipse"
    assert cells["inset1-activation1"].style["rounded"] == "1"
    turned = written(shown("resnet50", view=View.FULL))
    assert turned["stage1-block1-conv1"].style["direction"] == "west"
    assert turned["stage1-block1-conv3"].style["direction"] == "east"


@pytest.mark.parametrize("sign", [sign for sign in Sign if sign])
def test_a_merge_has_its_sign_in_every_form(sign: Sign) -> None:
    figure = replace(shown("resnet50", view=View.BLOCK))

    def merged(leaf: Leaf) -> Leaf:
        if isinstance(leaf, Box) and leaf.id == "inset1-add1":
            return replace(leaf, sign=sign, form=Form.PILL, height=40.0)
        return leaf

    figure.__dict__["scene"] = with_leaves(figure.scene, merged)
    assert written(figure)["inset1-add1"].label == {"plus": "+", "minus": "−", "times": "×"}[sign]


def test_lines_are_dashed_where_the_theme_says() -> None:
    figure = shown("resnet50")
    cells = written(figure)
    for line in connectors(figure.scene):
        assert ("dashed" in cells[line.id].style) == bool(figure.theme.style(line.role).dash)
        assert cells[line.id].style["strokeColor"] == figure.theme.style(line.role).stroke


def test_waypoints_are_where_the_route_bends() -> None:
    figure = shown("resnet50", view=View.FULL)
    text = render_drawio(figure)
    for item in ElementTree.fromstring(text).iter("UserObject"):
        line = next((line for line in connectors(figure.scene) if line.id == item.get("id")), None)
        if line:
            assert len(item.findall(".//Array/mxPoint")) == len(line.points) - 2


def test_colours_follow_the_mode_by_drawios_own_means() -> None:
    light, dark = load_theme("paper"), load_theme("dark")
    text = render_drawio(shown("resnet50", theme="auto"))
    assert f'background="light-dark({light.page},{dark.page})"' in text
    assert 'adaptiveColors="auto"' in text
    style = cells_of(text)["stem-slab2"].style
    shades = (light.style("conv").fill, dark.style("conv").fill)
    assert style["fillColor"] == f"light-dark({shades[0]},{shades[1]})"
    fixed = render_drawio(shown("resnet50", theme="dark"))
    assert 'adaptiveColors="none"' in fixed
    assert "light-dark" not in fixed


def test_any_character_is_safe_in_texts_and_ids() -> None:
    figure = nasty(shown("resnet50", view=View.FULL))
    cells = written(figure)
    for box in boxes(figure.scene):
        assert box.id in cells
        if box.texts:
            assert set(cells[box.id].label.split("\n")) == {NASTY}
    for line in connectors(figure.scene):
        assert cells[line.id].cell.get("target", "") == line.head.element
        assert all(label.text == NASTY for label in line.labels)


def test_several_networks_are_pages(tmp_path: Path) -> None:
    path = tmp_path / "nets.drawio"
    done = CliRunner().invoke(main, ["draw", "resnet18", "resnet50", "-o", str(path)])
    assert done.exit_code == 0, done.output
    text = path.read_text(encoding="utf-8")
    pages = list(ElementTree.fromstring(text).iter("diagram"))
    assert [page.get("name") for page in pages] == ["resnet18", "resnet50"]
    assert faults(text) == []
    side_by_side = ["draw", "resnet18", "resnet50", "--view", "compare", "-t", "drawio"]
    done = CliRunner().invoke(main, side_by_side)
    assert len(list(ElementTree.fromstring(done.stdout).iter("diagram"))) == 1


def test_several_networks_are_pages_in_python_too(tmp_path: Path) -> None:
    path = tmp_path / "nets.drawio"
    rd.draw(["resnet18", "resnet50"], path)
    assert path.read_text(encoding="utf-8") == rd.to_text(["resnet18", "resnet50"], "drawio")
    for other in ("nets.svg", "nets.json"):
        with pytest.raises(UsageError, match="Got 2 networks"):
            rd.draw(["resnet18", "resnet50"], path, tmp_path / other)


def test_formats_without_pages_refuse_several_networks_beside_it(tmp_path: Path) -> None:
    files = ["-o", str(tmp_path / "a.drawio"), "-o", str(tmp_path / "a.svg")]
    done = CliRunner().invoke(main, ["draw", "resnet18", "resnet50", *files])
    assert done.exit_code == 2
    assert "Got 2 sources; --view paper draws one." in done.output
    assert not list(tmp_path.iterdir())


def test_pages_are_not_drawn_by_graphviz() -> None:
    done = CliRunner().invoke(main, ["draw", "resnet18", "resnet50", "-t", "drawio", "--engine", "graphviz"])
    assert done.exit_code == 2
    assert "not 'drawio'" in done.output


def test_a_template_of_the_user_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "drawio"
    folder.mkdir()
    (folder / "figure.drawio.jinja").write_text("{{ pages[0].name }}", encoding="utf-8")
    done = CliRunner().invoke(main, ["draw", "resnet18", "-t", "drawio", "--templates", str(tmp_path)])
    assert done.stdout.strip() == "resnet18"


def test_an_absent_font_is_reported(tmp_path: Path) -> None:
    theme = tmp_path / "mine.toml"
    theme.write_text('font = "No Such; Font=1"', encoding="utf-8")
    with pytest.warns(UnrenderedWarning, match="is not available"):
        text = rd.to_text("resnet18", "drawio", theme=str(theme))
    assert faults(text) == []
