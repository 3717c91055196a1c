"""Parts of a network, drawn between their neighbours."""

import warnings
from typing import Any

import pytest

import resnet_diagram as rd
from resnet_diagram.app.drawing.figure import figure_of
from resnet_diagram.app.options.options import draw_options
from resnet_diagram.diagram.elements import elements
from resnet_diagram.diagram.model import Bar, Diagram, Frame, Node, Overview
from resnet_diagram.errors import UsageError
from resnet_diagram.render.figure import Figure
from resnet_diagram.spec.catalog import network
from tests.layout.geometry import problems

SE = {"parts": {"*.se": {"unit": True}}}


def figure(name: str, only: str, **choices: Any) -> Figure:
    options, output = draw_options({"only": only, **choices})  # type: ignore[typeddict-item]
    return figure_of([network(name)], options, output)


def frames(diagram: Diagram) -> list[tuple[str, bool]]:
    """Return the ids of the frames of the overview, and whether each is drawn open."""
    content = diagram.panels[0].content
    assert isinstance(content, Overview)
    return [(frame.id, frame.role is not None) for frame in content.frames]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("stage3", [("stage2", False), ("stage3", True), ("stage4", False)]),
        ("layer3", [("stage2", False), ("stage3", True), ("stage4", False)]),
        ("stage[34]", [("stage2", False), ("stage3", True), ("stage4", True), ("head", False)]),
        ("stem", [("stem", True), ("stage1", False)]),
        ("fc", [("stage4", False), ("head", True)]),
    ],
)
def test_a_part_lies_between_its_neighbours(word: str, expected: list[tuple[str, bool]]) -> None:
    drawing = figure("resnet50", word)
    assert frames(drawing.diagram) == expected
    assert problems(drawing.scene, drawing.theme) == []


@pytest.mark.parametrize("choices", [{}, {"view": "full"}, {"width": "8cm"}, {"view": "overview"}])
def test_every_view_of_stages_draws_a_part(choices: dict[str, Any]) -> None:
    drawing = figure("resnet50", "stage3", **choices)
    paths = {
        path
        for element, _ in elements(drawing.diagram.panels)
        if isinstance(element, Node | Bar) and element.role != "stage"
        for path in element.origin.paths
    }
    assert any(path.startswith("layer3") for path in paths)
    if "view" in choices:
        assert all(path.startswith("layer3") for path in paths)
    assert problems(drawing.scene, drawing.theme) == []


@pytest.mark.parametrize("to", ["svg", "tikz", "typst", "dot", "mermaid", "drawio", "outline"])
def test_every_format_says_what_is_not_drawn(to: str) -> None:
    text = " ".join(rd.to_text("resnet50", to, only="stage3").replace("#58;", ":").split())
    assert "not drawn: Stem, Stage 1" in text
    assert "7×7 conv" not in text.partition("1×1 conv")[2]


def test_only_panels_of_the_part_are_drawn_and_letters_follow() -> None:
    drawing = figure("seresnet50", "stage2", annotate=SE)
    titles = [str(panel.title) for panel in drawing.diagram.panels]
    letter = f"({'abcdef'[len(titles) - 1]})"
    boxes = [node for node, _ in elements(drawing.diagram.panels) if isinstance(node, Node)]
    assert titles[-1].startswith("se")
    assert {node.lines[1] for node in boxes if node.lines[0] == "se"} == {letter}


def test_a_neighbour_has_its_title() -> None:
    content = figure("resnet50", "stage3").diagram.panels[0].content
    assert isinstance(content, Overview)
    stubs = [frame for frame in content.frames if isinstance(frame, Frame) and frame.role is None]
    assert [bar.text for frame in stubs for bar in frame.bars if isinstance(bar, Bar)] == [
        "Stage 2",
        "Stage 4",
    ]


@pytest.mark.parametrize(
    ("name", "word", "choices", "message"),
    [
        ("resnet50", "stge3", {}, "no such part. Did you mean 'stage3'"),
        ("resnet50", "layer9", {}, "Choose of stem, stage1"),
        ("resnet50", "stage3", {"view": "block"}, "needs a drawing of stages"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(
    name: str, word: str, choices: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        figure(name, word, **choices)


def test_the_legend_counts_what_is_inside_the_boxes_that_are_drawn() -> None:
    def inside(only: str, **choices: Any) -> list[str]:
        legend = figure("resnet50", only, **choices).diagram.legend
        return [str(entry.text) for entry in legend if "inside " in entry.text]

    assert len(inside("stage3", view="overview")) == 1
    assert inside("stage3", view="overview") != inside("stage[1234]", view="overview")


def test_a_chart_of_a_part_has_the_frames_of_its_units() -> None:
    assert "subgraph unit1" in rd.to_text("seresnet50", "mermaid", annotate=SE, only="stage2")
    head = rd.to_text("seresnet50", "mermaid", annotate=SE, only="head")
    assert "unit1" not in head
    assert "Stage 4" in head


def many_types() -> rd.Network:
    """Return a network whose eight stages are of eight types of block."""
    torch = pytest.importorskip("torch")
    nn = torch.nn

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, channels: int, count: int) -> None:
            super().__init__()
            self.layers = nn.Sequential(
                nn.Conv2d(channels, 2 * channels, 3, 2, 1),
                *(nn.Conv2d(2 * channels, 2 * channels, 1) for _ in range(count)),
            )
            self.shortcut = nn.Conv2d(channels, 2 * channels, 1, 2)

        def forward(self, x: Any) -> Any:
            return torch.relu(self.layers(x) + self.shortcut(x))

    blocks = [nn.Sequential(Block(8 * 2**number, number)) for number in range(8)]
    return rd.trace(nn.Sequential(nn.Conv2d(3, 8, 3), *blocks), input_shape=(3, 512, 512))


def test_blocks_of_the_part_are_open_where_the_network_has_more_types_than_panels() -> None:
    network = many_types()
    texts = {only: rd.to_text(network, "svg", only=only) for only in ("", "stage3", "stage8")}
    assert "not drawn open: " in texts[""]
    assert "not drawn open: " not in texts["stage3"] + texts["stage8"]


def test_a_figure_warns_of_what_it_leaves_out_and_not_of_what_smaller_ones_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("resnet_diagram.app.drawing.folding.TALLEST", 340.0)  # room for some of the panels
    network, told = many_types(), set()
    for stage in range(1, 9):
        notes = {"parts": {f"{stage}.0.layers.0": {"color": "#FFD580"}}}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            text = rd.to_text(network, "svg", annotate=notes)
        is_told = any("is left out (color)" in str(warning.message) for warning in caught)
        assert is_told == ("FFD580" not in text.upper())
        told.add(is_told)
    assert told == {True, False}
