"""Drawings of all sorts keep the rules of geometry, and look the way the views promise."""

from dataclasses import replace
from itertools import pairwise

import pytest

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Diagram, Direction, EdgeRole, GroupRole, NodeRole
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import Box, Connector, End, Scene, Side, Text, walk
from resnet_diagram.spec import catalog
from resnet_diagram.style.theme import load_theme, theme_names
from tests.layout.geometry import FRAMES, problems
from tests.layout.samples import SAMPLES, block, box, conv, diagram, residual, stage
from tests.work import calls

NETWORKS = (
    "resnet18",
    "resnet50",
    "resnet152",
    "resnet50-v2",
    "resnet50d",
    "seresnet50",
    "resnext50_32x4d",
    "resnet20",
    "resnet56-c",
    "preact-resnet110",
    "wrn-28-10",
)


def drawn(name: str, view: View, direction: Direction) -> Diagram:
    return build([catalog.network(name)], Options(view=view, direction=direction))


def boxes(scene: Scene) -> dict[str, Box]:
    return {box.id: box for box in walk(scene) if isinstance(box, Box) and not box.id.startswith("legend")}


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("name", SAMPLES)
def test_diagrams_of_every_sort(name: str, direction: Direction) -> None:
    theme = load_theme()
    assert problems(layout(diagram(*SAMPLES[name], direction=direction), theme), theme) == []


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("view", [view for view in View if view is not View.COMPARE])
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_the_catalog(name: str, view: View, direction: Direction) -> None:
    theme = load_theme()
    assert problems(layout(drawn(name, view, direction), theme), theme) == []


@pytest.mark.parametrize("direction", Direction)
def test_chains_of_every_length(direction: Direction) -> None:
    theme = load_theme()
    for count in range(1, 20):
        stages = [stage(n, box(f"s{n}", NodeRole.STAGE, f"{n} blocks")) for n in range(1, count + 1)]
        ends = (box("input", NodeRole.INPUT, "32×32×3"), conv("stem")), (conv("head"),)
        shown = diagram(*ends[0], *stages, *ends[1], direction=direction)
        assert problems(layout(shown, theme), theme) == [], count


@pytest.mark.parametrize("name", theme_names())
@pytest.mark.parametrize("direction", Direction)
def test_every_theme(name: str, direction: Direction) -> None:
    theme = load_theme(name)
    for sample in ("twelve stages", "kinds of shortcut", "sum"):
        assert problems(layout(diagram(*SAMPLES[sample], direction=direction), theme), theme) == []


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_role_that_needs_words_is_in_the_legend(name: str, direction: Direction) -> None:
    shown = diagram(*SAMPLES[name], direction=direction)
    scene = layout(shown, load_theme())
    entries = {entry.role for entry in shown.legend}
    lines = {item.role for item in walk(scene) if isinstance(item, Connector)} & set(EdgeRole)
    signs = {box.role for box in boxes(scene).values()} & {NodeRole.ADD, NodeRole.MULTIPLY, NodeRole.CONCAT}
    assert lines - {EdgeRole.FLOW} | signs <= entries


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_paper_figure_fits_a_page(name: str, direction: Direction) -> None:
    scene = layout(drawn(name, View.PAPER, direction), load_theme())
    assert scene.width <= (495 if direction is Direction.RIGHT else 345)
    assert 1 / 4 < scene.width / scene.height < 4


def _columns(count: int) -> Diagram:
    stages = (stage(n, *(residual(f"b{n}-{k}") for k in range(3))) for n in range(count))
    return diagram(*stages, direction=Direction.RIGHT)


@pytest.mark.parametrize("count", range(1, 15))
def test_many_stages_fill_columns(count: int) -> None:
    theme = load_theme()
    scene = layout(_columns(count), theme)
    frames = [item for item in walk(scene) if isinstance(item, Box) and item.role == GroupRole.STAGE]
    assert problems(scene, theme) == []
    assert scene.width <= 495
    assert scene.height <= 720
    widths = [frame.width for frame in frames]
    assert max(widths) - min(widths) < 0.01


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("name", ["resnet152", "resnet1202"])
def test_a_full_figure_is_no_scroll(name: str, direction: Direction) -> None:
    scene = layout(drawn(name, View.FULL, direction), load_theme())
    assert 1 / 4 < scene.width / scene.height < 4


def test_every_node_is_drawn_once_with_all_its_text() -> None:
    shown = drawn("resnet152", View.PAPER, Direction.DOWN)
    found = boxes(layout(shown, load_theme()))
    text = {key: " ".join(line.text for line in box.texts) for key, box in found.items()}
    assert text["stage3-block1-conv2"].replace(",", "") == "3×3 conv 256 s=2 BN ReLU"
    folded = [words for key, words in text.items() if "[×35]" in words]
    assert folded == ["bottleneck [×35]"]


def test_captions_and_titles_are_written() -> None:
    scene = layout(drawn("resnet152", View.PAPER, Direction.RIGHT), load_theme())
    words = [item.text for item in walk(scene) if isinstance(item, Text)]
    assert {"resnet152", "Stage 3", "[×36]", "56×56×256 → 28×28×512", "identity", "1×1 conv, s=2"} <= set(
        words
    )


def test_a_lone_stage_still_shows_its_shapes() -> None:
    for direction in Direction:
        scene = layout(diagram(stage(1, residual("b")), direction=direction), load_theme())
        assert "56×56×256 → 28×28×512" in [item.text for item in walk(scene) if isinstance(item, Text)]


def test_the_shortcut_goes_round_its_boxes_to_the_merge() -> None:
    scene = layout(diagram(stage(1, residual("b"))), load_theme())
    shortcut = next(
        item for item in walk(scene) if isinstance(item, Connector) and item.role == EdgeRole.IDENTITY
    )
    found = boxes(scene)
    top = min(y for _, y in shortcut.points)
    assert shortcut.head == End(element="b-add", side=Side.TOP)
    assert top < min(found["b-a"].y, found["b-b"].y)


def test_equal_things_are_equally_large_and_far_apart() -> None:
    found = boxes(layout(drawn("resnet152", View.PAPER, Direction.DOWN), load_theme()))
    rows = [[found[f"stage{n}-block1-conv{k}"] for k in (1, 2, 3)] for n in (1, 2, 3, 4)]
    assert len({round(box.width, 6) for row in rows for box in row}) == 1
    assert len({tuple(round(box.x, 6) for box in row) for row in rows}) == 1
    gaps = {round(b.x - a.x - a.width, 2) for row in rows for a, b in pairwise(row)}
    assert len(gaps) == 1


def test_a_drawing_of_equal_depth_is_equally_large() -> None:
    few, many = (
        layout(drawn(name, View.PAPER, Direction.DOWN), load_theme()) for name in ("resnet20", "resnet1202")
    )
    assert len(list(walk(few))) == len(list(walk(many)))
    assert few.height == many.height


@pytest.mark.parametrize("direction", Direction)
def test_blocks_outside_stages_stand_together(direction: Direction) -> None:
    items = (conv("c"), block("g", residual("b")), block("h", residual("d")), conv("z"))
    shown = diagram(*items, direction=direction)
    found = boxes(layout(shown, load_theme())).values()
    middles = [(one.x + one.width / 2, one.y + one.height / 2) for one in found]
    assert len({round(middle[direction is Direction.DOWN], 3) for middle in middles}) == 1


@pytest.mark.parametrize("direction", Direction)
def test_the_title_begins_where_the_frames_do(direction: Direction) -> None:
    for count in (2, 9):
        items = (stage(n, *(residual(f"b{n}-{k}") for k in range(3))) for n in range(count))
        scene = layout(diagram(*items, direction=direction), load_theme())
        title = next(item for item in walk(scene) if isinstance(item, Text) and item.text == "net")
        frames = [item for item in walk(scene) if isinstance(item, Box) and item.role in FRAMES]
        assert title.x == pytest.approx(min(frame.x for frame in frames), abs=0.001)


def test_the_same_diagram_gives_the_same_scene() -> None:
    shown = drawn("resnet50d", View.PAPER, Direction.RIGHT)
    assert layout(shown, load_theme()) == layout(shown, load_theme())


def test_a_title_and_a_legend_can_be_left_out() -> None:
    shown = replace(flattened(drawn("resnet18", View.PAPER, Direction.DOWN)), title="", legend=())
    scene = layout(shown, load_theme())
    assert problems(scene, load_theme()) == []
    assert not [item for item in walk(scene) if isinstance(item, Text) and "shortcut" in item.text]


def test_a_long_title_is_broken() -> None:
    shown = replace(diagram(residual("b")), title="A title of many words " * 12)
    scene = layout(shown, load_theme())
    assert scene.width < 450
    assert problems(scene, load_theme()) == []


def test_cost_grows_in_step_with_the_blocks() -> None:
    def work(count: int) -> float:
        shown = diagram(stage(1, *(residual(f"b{number}") for number in range(count))))
        return calls(lambda: layout(shown, load_theme())) / count

    assert work(1200) < 2 * work(150)
