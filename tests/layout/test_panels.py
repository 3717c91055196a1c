"""Panels keep the rules of geometry at every width, and look the way the reference drawing does."""

from dataclasses import replace
from itertools import pairwise

import pytest

from resnet_diagram.diagram.model import Diagram, EdgeRole, Fork, GroupRole, LegendEntry
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.views import build
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.legend import finished
from resnet_diagram.layout.scene import Box, Connector, Scene, Text, walk
from resnet_diagram.layout.units import Fit
from resnet_diagram.spec import shapes
from resnet_diagram.spec.model import Block, Network, Shortcut, ShortcutKind, Stage
from resnet_diagram.style.theme import load_theme, theme_names
from resnet_diagram.wording.terms import literal
from tests.layout.geometry import problems, text_rect
from tests.layout.panelled import OVERVIEWS, bottleneck, overview, panelled, paper, stage, terminal
from tests.layout.samples import SAMPLES, conv, fork, residual
from tests.work import calls

WIDTHS = (234.0, 347.0, 396.0, 495.0, 516.0, None)


def alone(name: str) -> Diagram:
    return panelled(("", OVERVIEWS[name]))


def drawn(diagram: Diagram, width: float | None = None) -> Scene:
    return layout(diagram, load_theme(), Fit(width))


def boxes(scene: Scene) -> dict[str, Box]:
    return {box.id: box for box in walk(scene) if isinstance(box, Box) and not box.id.startswith("legend")}


def texts(scene: Scene) -> dict[str, Text]:
    return {item.text: item for item in walk(scene) if isinstance(item, Text)}


def frames(scene: Scene) -> list[Box]:
    return [box for box in boxes(scene).values() if box.role in set(GroupRole)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", OVERVIEWS)
def test_overviews_of_every_sort(name: str, width: float | None) -> None:
    theme = load_theme()
    scene = layout(alone(name), theme, Fit(width))
    assert problems(scene, theme) == []
    assert scene.width <= (width or 495.0)


NOTES = (
    "not drawn open: stage 2",
    "inside each block: 2 conv, 2 BN, 1 ReLU, 1 addition, 2 layer scales, 12.7 k params",
)


@pytest.mark.parametrize("notes", [NOTES, NOTES[::-1], (NOTES[1], NOTES[1])])
@pytest.mark.parametrize("width", [223.0, 267.0])
def test_a_legend_entry_that_is_broken_keeps_its_commas_and_its_lines(
    notes: tuple[str, str], width: float
) -> None:
    canvas = Canvas(theme=load_theme(), turned=False)
    entries = tuple(LegendEntry(role=None, text=literal(note)) for note in notes)
    scene = finished(canvas, replace(panelled(), legend=entries), width, 0.0)
    shown = [item for item in walk(scene) if isinstance(item, Text)]
    assert " ".join(item.text for item in shown) == " ".join(notes)
    assert len({item.y for item in shown}) == len(shown)


@pytest.mark.parametrize("width", [234.0, 347.0, None])
@pytest.mark.parametrize("name", SAMPLES)
def test_insets_of_every_sort(name: str, width: float | None) -> None:
    items = (terminal("x", "x"), *SAMPLES[name], terminal("y", "y"))
    scene = drawn(
        panelled(("A block", items), ("Another", bottleneck("other", projects=True, marks=True))), width
    )
    assert problems(scene, load_theme()) == []


def layer(name: str, *words: str) -> Fork:
    """Return a residual block of boxes in sequence."""
    return residual(name, *(conv(f"{name}{at}", word) for at, word in enumerate(words)))


def test_a_block_too_wide_for_its_page_turns_from_one_row_into_the_next() -> None:
    words = ("a layer with a name", "and its neighbour", "the last of them")
    items = (terminal("x", "x"), layer("a", *words), layer("b", *words), terminal("y", "y"))
    scene = drawn(panelled(("Two blocks", items)), 234.0)
    assert problems(scene, load_theme()) == []
    assert scene.width <= 234.0
    rows = {name: box.y for name, box in boxes(scene).items()}
    assert rows["a0"] == rows["a1"] == rows["a2"] < rows["b0"] == rows["b1"] == rows["b2"]
    wide = boxes(drawn(panelled(("Two blocks", items))))
    assert wide["a0"].y == wide["b0"].y


def test_boxes_move_closer_before_a_block_is_drawn_downwards() -> None:
    items = (terminal("x", "x"), layer("a", *["1×1 conv, 64"] * 5), terminal("y", "y"))
    scene = drawn(panelled(("A block", items)), 200.0)
    assert problems(scene, load_theme()) == []
    found = boxes(scene)
    assert len({found[f"a{at}"].y for at in range(5)}) == 1


@pytest.mark.parametrize("width", [347.0, 396.0, 495.0, 516.0, None])
@pytest.mark.parametrize("name", theme_names())
def test_the_reference_in_every_theme_and_width(name: str, width: float | None) -> None:
    theme = load_theme(name)
    scene = layout(paper(3, 8, 36, 3), theme, Fit(width))
    assert problems(scene, theme) == []
    assert scene.width <= (width or 495.0)


def test_the_reference_is_one_overview_over_two_insets() -> None:
    scene = drawn(paper(3, 8, 36, 3))
    found = texts(scene)
    assert {"(a)", "(b)", "(c)", "[×36]", "14×14×1024 → 7×7×2048", "C = 256"} <= found.keys()
    assert found["(b)"].y == found["(c)"].y > found["(a)"].y
    assert len({frame.y for frame in frames(scene)}) == 1
    assert scene.width == 495.0
    assert scene.height < 270.0


def test_a_narrow_page_wraps_the_overview_into_rows() -> None:
    rows = [len({frame.y for frame in frames(drawn(alone("seven frames"), width))}) for width in (495, 234)]
    assert rows == [1, 2]


def test_a_bar_follows_resolution_and_channels() -> None:
    found = boxes(drawn(alone("seven frames")))
    bars = [found[f"stage{number}-block1"] for number in range(1, 5)]
    heights, widths = [bar.height for bar in bars], [bar.width for bar in bars]
    assert {round(one - other, 3) for one, other in pairwise(heights)} == {round(heights[0] - heights[1], 3)}
    assert {round(other - one, 3) for one, other in pairwise(widths)} == {round(widths[1] - widths[0], 3)}
    assert heights[0] > heights[1]
    assert widths[1] > widths[0]


def test_bars_stand_on_one_line_with_equal_gaps() -> None:
    scene = drawn(alone("seven frames"))
    found = boxes(scene)
    bars = [found[f"stage4-block{number}"] for number in (1, 2, 3)]
    assert len({round(bar.y + bar.height / 2, 2) for bar in found.values() if bar not in frames(scene)}) == 1
    assert len({round(b.x - a.x - a.width, 2) for a, b in pairwise(bars)}) == 1
    assert len({round(b.x - a.x - a.width, 2) for a, b in pairwise(frames(scene))}) == 1


def test_shortcuts_nest_outward() -> None:
    paths = [item for item in walk(drawn(alone("nested shortcuts"))) if isinstance(item, Connector)]
    arcs = [path for path in paths if len(path.points) == 4]
    for one in arcs:
        for other in arcs:
            inside = one.points[0][0] < other.points[0][0] and other.points[-1][0] < one.points[-1][0]
            assert not inside or one.points[1][1] < other.points[1][1] - 4


def test_a_long_skip_runs_above_the_frames_with_its_label_on_it() -> None:
    scene = drawn(alone("global skip"))
    label = texts(scene)["identity"]
    assert label.halo
    assert text_rect(label)[3] < min(frame.y for frame in frames(scene))
    line = next(item for item in walk(scene) if isinstance(item, Connector) and item.points[1][1] == label.y)
    assert line.role == EdgeRole.IDENTITY


def test_what_lies_on_a_shortcut_is_a_box_on_it() -> None:
    found = boxes(drawn(paper(3, 4, 6, 3)))
    link = found["b-link"]
    assert link.role == "projection-box"
    assert link.y + link.height < min(found[f"b-conv{number}"].y for number in (1, 2, 3))


def test_boxes_of_one_role_are_equally_large_in_all_insets() -> None:
    found = boxes(drawn(paper(3, 4, 6, 3)))
    sizes = {
        (found[f"{name}-conv{n}"].width, found[f"{name}-conv{n}"].height) for name in "bc" for n in (1, 3)
    }
    assert len(sizes) == 1


def test_variables_are_italic() -> None:
    scene = drawn(panelled(("", bottleneck("b", projects=False, marks=True))))
    found = texts(scene)
    assert all(found[name].italic for name in ("x", "y", "F(x)", "F(x) + x"))
    assert not any(text.startswith("(") for text in found)


def test_an_inset_too_wide_for_the_page_runs_down() -> None:
    many = (terminal("x", "x"), fork("f", tuple(conv(f"c{n}") for n in range(20))), terminal("y", "y"))
    scene = drawn(panelled(("", many)), 347.0)
    assert scene.width <= 347.0
    assert boxes(scene)["c19"].y > boxes(scene)["c0"].y + 200


def test_the_page_is_no_higher_than_needed() -> None:
    low, high = (
        drawn(panelled(("", overview(stage(1, 3, resolution=size), stage(2, 3))))) for size in (0.2, 1.0)
    )
    assert low.height < high.height


def test_the_same_panels_gives_the_same_scene() -> None:
    assert drawn(paper(3, 8, 36, 3)) == drawn(paper(3, 8, 36, 3))


def test_cost_grows_in_step_with_the_frames() -> None:
    def work(count: int) -> float:
        shown = panelled(("", overview(*(stage(n, 3, resolution=0.5) for n in range(1, count + 1)))))
        return calls(lambda: drawn(shown)) / count

    drawn(panelled(("", overview(stage(1, 3)))))
    assert work(320) < 2 * work(40)


def test_groups_on_a_shortcut_belong_to_their_convolution() -> None:
    size = (8, 6, 6)
    branch = (shapes.conv(size, 8, 3, padding=1), shapes.conv(size, 8, 3, padding=1))
    layers = (shapes.conv(size, 8, 1, groups=4), shapes.norm(size))
    shortcut = Shortcut(kind=ShortcutKind.PROJECTION, layers=layers)
    stage = Stage(name="layer1", body=(Block(branches=(branch,), shortcut=shortcut),))
    network = Network(name="net", input_shape=(8, 6, 6), stem=(), body=(stage,), head=())
    scene = layout(build([network], Options()), load_theme())
    words = {text.text for box in walk(scene) if isinstance(box, Box) for text in box.texts}
    assert "1×1 conv, 8, 4 groups + BN" in words
