"""Every operation of a network is in each of its drawings: view by view, width by width, format by format."""

import html
import re
import warnings

import pytest

import resnet_diagram as rd
from resnet_diagram.app.drawing.folding import folded_page
from resnet_diagram.diagram.accounting import missing, missing_from, missing_in
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Comparison, NodeRole
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.layout.scene import GroupKind, boxes, connectors, groups, markers, texts
from resnet_diagram.layout.spacing import TALLEST
from resnet_diagram.layout.units import Fit
from resnet_diagram.render.figure import Output
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Network
from resnet_diagram.wording.contents import contents_label, contents_of
from tests.identified import identified
from tests.published import ALL, published, published_names

MERGES = {NodeRole.ADD, NodeRole.SUBTRACT, NodeRole.MULTIPLY, NodeRole.CONCAT}
CATALOG = catalog.names() if ALL else ["resnet18", "seresnet50", "resnext50_32x4d", "preact-resnet110"]
NAMES = [*(f"catalog/{name}" for name in CATALOG), *published_names()]
WHOLE = (View.PAPER, View.OVERVIEW, View.FULL)
WIDTHS = {"page": 495.0, "column": 234.0}


def network_of(name: str) -> Network:
    library, _, model = name.partition("/")
    return identified(catalog.network(model) if library == "catalog" else published(name))


@pytest.mark.parametrize("view", WHOLE)
@pytest.mark.parametrize("name", NAMES)
def test_each_view_and_its_chart_show_every_operation(name: str, view: View) -> None:
    network = network_of(name)
    diagram = build([network], Options(view=view))
    assert missing(network, [panel.content for panel in diagram.panels]) == ()
    flat = flattened(diagram)
    assert missing(network, [flat.chain]) == ()
    if flat.boxed:
        assert missing(network, [flat.boxed.chain]) == ()


@pytest.mark.parametrize("name", NAMES)
def test_each_panel_of_a_block_shows_all_of_it(name: str) -> None:
    network = network_of(name)
    try:
        panels = build([network], Options(view=View.BLOCK)).panels
    except rd.UsageError:
        return
    assert {panel.title: missing_in(network, panel) for panel in panels if missing_in(network, panel)} == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_comparison_counts_what_it_does_not_draw(name: str) -> None:
    network = network_of(name)
    (panel,) = build([network, network], Options(view=View.COMPARE)).panels
    assert isinstance(panel.content, Comparison)
    for column in panel.content.columns:
        if left := missing(network, [panel.content]):
            assert any(note.startswith("not drawn: ") for note in column.notes), left


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_every_operation_and_is_no_higher_than_a_page(name: str, width: float) -> None:
    network = network_of(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scene = folded_page([network], Options(), Output(fit=Fit(width=width))).scene
    assert scene.height <= TALLEST
    joints = [box.origin for box in boxes(scene) if box.role in MERGES]
    joints += [line.origin for line in connectors(scene)]
    shapes = [box.origin for box in boxes(scene) if box.role not in MERGES]
    shapes += [mark.origin for mark in markers(scene)]
    # The legend says what the lines in the frame of a module hold, and equal modules share a frame.
    shapes += [group.origin for group in groups(scene) if group.kind is GroupKind.BLOCK and group.frame]
    assert missing_from(network, shapes, joints) == ()


@pytest.mark.parametrize("form", ["dot", "mermaid", "outline", "drawio"])
@pytest.mark.parametrize("view", ["paper", "overview", "full"])
@pytest.mark.parametrize("name", ["resnet18", "seresnet50", "preact-resnet110"])
def test_each_format_writes_every_box(name: str, view: str, form: str) -> None:
    text = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), rd.to_text(name, form, view=view))
    text = html.unescape(html.unescape(text))
    diagram = build([catalog.network(name)], Options(view=View(view)))
    items = flattened(diagram).chain.items if form != "drawio" or view == "full" else ()
    words = {word for node in nodes(items) for line in node.lines for word in line.split() if len(word) > 1}
    assert {word for word in words if word not in text} == set()


def insides(network: Network, view: View) -> list[str]:
    legend = build([network], Options(view=view)).legend
    return [str(entry.text) for entry in legend if entry.text.startswith("inside ")]


def test_the_legend_says_what_is_in_each_type_of_closed_box() -> None:
    network = catalog.network("resnet50")
    assert insides(network, View.OVERVIEW) == ["inside each bottleneck: 3 conv, 3 BN, 3 ReLU"]
    assert insides(network, View.PAPER) == []
    assert insides(catalog.network("seresnet50"), View.OVERVIEW) == [
        "inside each SE bottleneck: 5 conv, 4 ReLU, 3 BN, 1 sigmoid, 1 pooling, 1 multiplication"
    ]
    assert insides(published("torchvision/googlenet"), View.OVERVIEW) == [
        "inside each concatenation of branches: 6 conv, 6 BN, 6 ReLU, 1 pooling, 1 concatenation"
    ]


def test_boxes_of_a_type_that_hold_different_things_are_counted_together() -> None:
    (note,) = insides(published("torchvision/inception_v3"), View.OVERVIEW)
    assert note.startswith("inside boxes (concatenation of branches): 89 conv, 89 BN, 89 ReLU, ")


def test_contents_are_counted_by_sort() -> None:
    network = catalog.network("preact-resnet110")
    (stem, *_) = network.stem
    assert isinstance(stem, rd.Layer)
    assert contents_label(contents_of([stem, stem], ())) == "2 conv, 864 params"
    assert contents_label(contents_of([stem], ()) + contents_of([stem], ()), weights=False) == "2 conv"


@pytest.mark.parametrize("form", ["dot", "mermaid", "outline", "svg", "drawio", "tikz", "typst"])
def test_a_comparison_says_in_each_format_what_it_does_not_draw(form: str) -> None:
    text = rd.to_text(["resnet18", "resnet34"], form, view="compare")
    assert " ".join(text.split()).count("not drawn") == 2  # the outline breaks its lines


def test_a_column_with_room_opens_blocks() -> None:
    network = published("torchvision/densenet121")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = folded_page([network], Options(), Output(fit=Fit(width=WIDTHS["column"])))
    assert figure.scene.height <= TALLEST
    assert figure.scene.width <= WIDTHS["column"]
    assert "Dense layer (all blocks)" in [text.text for text in texts(figure.scene)]
