"""Braces under stages and blocks of an overview."""

import re
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import resnet_diagram as rd
from resnet_diagram.diagram.model import Group, Item
from resnet_diagram.diagram.walk import edges, groups, nodes
from resnet_diagram.errors import UnrenderedWarning, UsageError
from resnet_diagram.layout.scene import boxes, connectors, texts
from resnet_diagram.render.figure import Figure
from tests.diagram.drawings import figure
from tests.layout.geometry import problems

STAGES = {"braces": {"shallow": ["layer1", "layer2"], "deep": ["layer3", "layer4"]}}
BLOCKS = {"braces": {"wider": ["layer2.0", "layer2.1"], "last": "layer4.2"}}


def lines(drawing: Figure) -> list[tuple[tuple[float, float], ...]]:
    return [line.points for line in connectors(drawing.scene.root) if line.role == "muted"]


def test_a_brace_reaches_from_edge_to_edge_of_its_stages() -> None:
    drawing = figure("resnet50", STAGES)
    frames = {box.id: box for box in boxes(drawing.scene)}
    ends = [(points[0][0], points[-1][0]) for points in lines(drawing) if len(points) == 4]
    for (left, right), (first, last) in zip(ends, [("stage1", "stage2"), ("stage3", "stage4")], strict=True):
        assert left == pytest.approx(frames[first].x)
        assert right == pytest.approx(frames[last].x + frames[last].width)


def test_a_brace_of_blocks_lies_in_their_frame() -> None:
    drawing = figure("resnet50", BLOCKS)
    placed = {box.id: box for box in boxes(drawing.scene)}
    frame, first, last = (placed[name] for name in ("stage2", "stage2-slab1", "stage2-slab2"))
    points = next(points for points in lines(drawing) if points[0][0] == pytest.approx(first.x))
    assert points[-1][0] == pytest.approx(last.x + last.width)
    assert max(y for _, y in points) < frame.y + frame.height


@pytest.mark.parametrize("width", ["", "13cm", "16cm", "20cm"])
@pytest.mark.parametrize("annotate", [STAGES, BLOCKS])
def test_nothing_overlaps(annotate: dict[str, Any], width: str) -> None:
    choices = {"width": width} if width else {}
    drawing = figure("resnet50", annotate, **choices)
    assert lines(drawing)
    assert problems(drawing.scene, drawing.theme) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 4), st.text("ab ", min_size=1, max_size=30)),
        min_size=1,
        max_size=4,
        unique_by=lambda brace: brace[2].strip(),
    )
)
def test_braces_move_no_bar_and_overlap_nothing(drawn: list[tuple[int, int, str]]) -> None:
    braces = {
        words.strip() or "x": [f"layer{n}" for n in range(min(first, last), max(first, last) + 1)]
        for first, last, words in drawn
    }
    drawing, plain = figure("resnet50", {"braces": braces}), figure("resnet50")
    assert problems(drawing.scene, drawing.theme) == []
    bars = [[box for box in boxes(one.scene) if "slab" in box.id] for one in (drawing, plain)]
    assert bars[0] == bars[1]
    written = [text.text for text in texts(drawing.scene)]
    assert all(re.sub(" +", " ", words).split(" ")[0] in " ".join(written) for words in braces)


@pytest.mark.parametrize("to", ["svg", "tikz", "typst", "drawio", "scene"])
def test_every_page_format_has_braces(to: str) -> None:
    assert "shallow" in rd.to_text("resnet50", to, annotate=STAGES)


@pytest.mark.parametrize(
    ("to", "choices"),
    [("svg", {"view": "full"}), ("svg", {"width": "8cm"}), ("mermaid", {"view": "block"})],
)
def test_what_has_no_braces_says_so(to: str, choices: dict[str, Any]) -> None:
    with pytest.warns(UnrenderedWarning, match="brace"):
        text = rd.to_text("resnet50", to, annotate=STAGES, **choices)
    assert "shallow" not in text


def chart(name: str, annotate: Any, **choices: Any) -> tuple[Item, ...]:
    return figure(name, annotate, flat=True, **choices).diagram.chain.items


@pytest.mark.parametrize("view", ["paper", "overview", "full"])
def test_charts_have_a_frame_round_the_stages_of_a_brace(view: str) -> None:
    items = chart("resnet50", STAGES, view=view)
    frames = {str(item.title): item for item in items if isinstance(item, Group)}
    inside = {title: [part.id for part in frames[title].items if isinstance(part, Group)] for title in frames}
    assert inside["shallow"] == ["stage1", "stage2"]
    plain = chart("resnet50", {}, view=view)
    assert list(nodes(items)) == list(nodes(plain))
    assert edges(items) == edges(plain)


def test_a_chart_has_a_frame_round_blocks_in_their_stage() -> None:
    items = chart("resnet50", {"braces": {"ours": ["layer3.1", "layer3.2"]}}, view="full")
    (frame,) = [group for group in groups(items) if group.title == "ours"]
    assert [group.origin.paths for group in groups(frame.items)] == [("layer3.1",), ("layer3.2",)]


@pytest.mark.parametrize("to", ["mermaid", "dot", "outline"])
@pytest.mark.parametrize("direction", [None, "right", "down"])
def test_every_chart_has_the_words_of_braces(to: str, direction: str | None) -> None:
    text = rd.to_text("resnet50", to, annotate=STAGES, direction=direction)
    assert "shallow" in text


def test_an_arrow_into_the_frame_of_a_brace_has_the_sizes_of_its_first_stage() -> None:
    braces = {"braces": {"one": ["layer1", "layer2"], "two": ["layer3", "layer4"]}}
    for to in ("mermaid", "dot"):
        plain, framed = (rd.to_text("resnet18", to, annotate=notes) for notes in (None, braces))
        sizes = [
            set(re.findall(r"\d+×\d+×\d+ → \d+×\d+×\d+", text.split("linkStyle")[0]))
            for text in (plain, framed)
        ]
        assert len(sizes[0]) == 4
        assert sizes[1] == sizes[0]


def test_modules_that_are_no_neighbours_have_no_brace() -> None:
    with pytest.warns(UnrenderedWarning, match="not side by side"):
        assert not lines(figure("resnet50", {"braces": {"both": ["layer1", "layer3"]}}))


def test_parts_of_a_stem_have_a_brace_of_their_own() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawing = figure("resnet50", {"braces": {"first": "conv1"}})
    placed = {box.id: box for box in boxes(drawing.scene)}
    (points, _) = lines(drawing)
    assert placed["stem-slab2"].x == pytest.approx(points[0][0])


@pytest.mark.parametrize(
    ("value", "message"),
    [("layer9", "no module matches 'layer9'"), (3, "must be a module or a list"), ([], "must be a module")],
)
def test_a_wrong_brace_is_an_error(value: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        figure("resnet50", {"braces": {"ours": value}})
