"""Drawings fit the room they are given, with their type at its size, or say how much they need."""

import os
import random
from dataclasses import replace
from itertools import pairwise

import pytest

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Diagram, Direction, GroupRole, NodeRole
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.errors import RenderError
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import Box, Scene, Text, walk
from resnet_diagram.layout.units import Fit, length
from resnet_diagram.spec import catalog
from resnet_diagram.style.theme import load_theme
from tests.layout.geometry import problems
from tests.layout.samples import SAMPLES, conv, diagram, fork, residual, stage
from tests.layout.test_random import Maker
from tests.programs import ALL_PROGRAMS
from tests.work import calls

WIDTHS = (218.0, 234.0, 347.0, 495.0)
CASES = [
    (name, width, view)
    for name in catalog.names()
    for width in WIDTHS
    for view in (View.PAPER, View.FULL)
    if name not in ("resnet1202", "preact-resnet1001")
]
ALL = os.environ.get(ALL_PROGRAMS) == "1"
SAMPLED = CASES if ALL else CASES[::13]
LARGE = () if ALL else ("many blocks",)
SPREADS = ("deep", "long texts", "long label", "hourglass", "sum", "concatenation", "other scripts")
"""Samples whose one piece may be wider than a column."""


def shown(name: str, view: View) -> Diagram:
    direction = Direction.DOWN if view is View.PAPER else None
    return build([catalog.network(name)], Options(view=view, direction=direction))


def words(scene: Scene) -> list[str]:
    loose = [item.text for item in walk(scene) if isinstance(item, Text)]
    return loose + [text.text for item in walk(scene) if isinstance(item, Box) for text in item.texts]


@pytest.mark.parametrize(("name", "width", "view"), SAMPLED)
def test_networks_fit_every_column(name: str, width: float, view: View) -> None:
    theme = load_theme()
    scene = layout(shown(name, view), theme, Fit(width, None))
    assert scene.width <= width
    assert problems(scene, theme) == []


@pytest.mark.parametrize("width", WIDTHS if ALL else (218.0, 495.0))
@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in (*SPREADS, *LARGE)])
def test_diagrams_of_every_sort_fit(name: str, width: float) -> None:
    theme = load_theme()
    for direction in Direction:
        scene = layout(diagram(*SAMPLES[name], direction=direction), theme, Fit(width, None))
        assert scene.width <= width
        assert problems(scene, theme) == []


@pytest.mark.parametrize("name", SPREADS)
def test_wide_pieces_fit_a_text_width(name: str) -> None:
    theme = load_theme()
    scene = layout(diagram(*SAMPLES[name]), theme, Fit(495.0, None))
    assert scene.width <= 495
    assert problems(scene, theme) == []


@pytest.mark.parametrize("seed", range(30))
def test_any_tree_fits_or_is_refused(seed: int) -> None:
    theme = load_theme()
    chance = random.Random(seed)
    fit = Fit(chance.uniform(150, 700), chance.choice([None, chance.uniform(200, 900)]))
    items = Maker(seed).items(3)
    tree = diagram(*items, direction=chance.choice(list(Direction)), dense=chance.random() < 0.5)
    try:
        scene = layout(tree, theme, fit)
    except RenderError:
        return
    assert scene.width <= fit.width if fit.width else True
    assert scene.height <= fit.height if fit.height else True
    assert problems(scene, theme) == []


@pytest.mark.parametrize("width", [218.0, 234.0])
def test_a_column_of_the_paper_view_keeps_what_matters(width: float) -> None:
    scene = layout(shown("resnet152", View.PAPER), load_theme(), Fit(width, None))
    assert scene.height < 560
    found = words(scene)
    assert found.count("ReLU") == 8
    assert {"[×35]", "identity", "1×1 conv, s=2", "56×56×256 → 28×28×512"} <= set(found)
    assert {"conv → BN, ReLU → conv", "conv → BN → addition"} <= set(found)


@pytest.mark.parametrize("width", [218.0, 252.0])
def test_boxes_of_one_kind_stay_equal_where_room_is_short(width: float) -> None:
    scene = layout(shown("resnet152", View.PAPER), load_theme(), Fit(width, None))
    found = {item.id: item for item in walk(scene) if isinstance(item, Box)}
    rows = [[found[f"stage{n}-block1-conv{k}"] for k in (1, 2, 3)] for n in (1, 2, 3, 4)]
    assert len({round(box.width, 2) for row in rows for box in row}) == 1
    assert len({tuple(round(box.x, 2) for box in row) for row in rows}) == 1
    assert len({round(b.x - a.x - a.width, 2) for row in rows for a, b in pairwise(row)}) == 1


def test_a_gate_is_no_block() -> None:
    gate = fork("m", (), (conv("g1"), conv("g2", "1×1 conv, 8", "sigmoid")), merge=NodeRole.MULTIPLY)
    gated = stage(1, residual("b", conv("c"), gate))
    found = words(layout(diagram(gated, dense=True), load_theme()))
    assert not [line for line in found if "sigmoid" in line and "→" in line]


def test_without_a_legend_nothing_is_left_to_it() -> None:
    plain = replace(flattened(shown("resnet152", View.PAPER)), legend=())
    found = words(layout(plain, load_theme(), Fit(218.0, None)))
    assert found.count("BN") + found.count("BN, ReLU") >= 12


def test_every_block_in_columns_fills_a_page() -> None:
    theme = load_theme()
    scene = layout(shown("resnet152", View.FULL), theme, Fit(495.0, 650.0))
    assert problems(scene, theme) == []
    drawn = [item for item in walk(scene) if isinstance(item, Box) and item.role == NodeRole.CONV]
    assert len([box for box in drawn if box.id]) == 151
    assert {text.size for box in drawn for text in box.texts} == {6.4}


def test_a_stage_goes_on_in_the_next_column_under_its_name() -> None:
    scene = layout(shown("resnet152", View.FULL), load_theme())
    titles = [item for item in walk(scene) if isinstance(item, Text) and item.text == "Stage 3"]
    assert [title.bold for title in titles] == [True, *[False] * (len(titles) - 1)]
    assert len(titles) > 2
    frames = [item for item in walk(scene) if isinstance(item, Box) and item.role == GroupRole.STAGE]
    assert max(frame.width for frame in frames) - min(frame.width for frame in frames) < 0.01


def test_pre_activation_is_said_once() -> None:
    found = words(layout(shown("resnet101-v2", View.FULL), load_theme()))
    assert "BN, ReLU → conv" in found
    assert found.count("BN, ReLU") == 5


def test_a_drawing_that_is_too_high_gets_more_columns() -> None:
    tall, low = (
        layout(shown("resnet34", View.FULL), load_theme(), Fit(None, high)) for high in (600.0, 300.0)
    )
    assert low.height <= 300 < tall.height
    assert low.width > tall.width


def test_what_cannot_fit_says_what_it_needs() -> None:
    with pytest.raises(
        RenderError, match=r"into 100 pt × 200 pt: it needs at least \d+ pt × \d+ pt at 6.4 pt"
    ):
        layout(shown("resnet152", View.FULL), load_theme(), Fit(100.0, 200.0))


@pytest.mark.parametrize("name", ["resnet18", "resnet50d", "resnet1202"])
@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW])
def test_a_width_too_small_for_a_bar_is_refused_at_once(name: str, view: View) -> None:
    drawn = build([catalog.network(name)], Options(view=view))
    for width in (24.0, 40.0, 60.0):
        with pytest.raises(RenderError, match="needs at least"):
            layout(drawn, load_theme(), Fit(width, None))
    assert layout(drawn, load_theme(), Fit(140.0, None)).width <= 140.0


@pytest.mark.parametrize("count", [12, 300 if ALL else 80])
def test_many_stages_are_no_scroll_unless_asked(count: int) -> None:
    stages = [stage(number, residual(f"b{number}")) for number in range(count)]
    free = layout(diagram(*stages), load_theme())
    assert 1 / 4 < free.width / free.height < 4
    assert layout(diagram(*stages), load_theme(), Fit(495.0, None)).width <= 495


def test_long_numbers_and_names_fit() -> None:
    wide = [conv(f"c{n}", "3×3×3 conv, 1048576, s=2×2×2", "BN, ReLU") for n in range(3)]
    named = conv("n", "encoder.layers.layer_norm_before_attention.projection")
    items = (stage(1, residual("b", *wide), named, caption="112×112×112×1048576 → 56×56×56×2097152"),)
    theme = load_theme()
    for direction in Direction:
        scene = layout(diagram(*items, direction=direction), theme, Fit(218.0, None))
        assert scene.width <= 218
        assert problems(scene, theme) == []


def test_cost_of_columns_grows_in_step_with_the_blocks() -> None:
    def work(name: str, blocks: int) -> float:
        full = shown(name, View.FULL)
        return calls(lambda: layout(full, load_theme())) / blocks

    assert work("resnet1202", 600) < 3 * work("resnet110", 54)


@pytest.mark.parametrize("width", ["14cm", "17cm", "18cm", "19cm", "20cm", "170mm"])
def test_a_page_of_any_width_has_room_for_the_overview(width: str) -> None:
    drawing = build([catalog.network("resnet50")], Options())
    scene = layout(drawing, load_theme(), Fit(width=length(width)))
    assert any("slab" in box.id for box in walk(scene) if isinstance(box, Box))
    assert scene.width <= length(width) + 0.005


@pytest.mark.parametrize("view", [View.OVERVIEW, View.PAPER])
def test_an_overview_is_not_told_to_become_one(view: View) -> None:
    drawing = build([catalog.network("resnet18")], Options(view=view))
    with pytest.raises(RenderError, match="Give more room") as caught:
        layout(drawing, load_theme("paper"), Fit(80.0, 80.0))
    assert ("--view overview" in str(caught.value)) == (view is not View.OVERVIEW)
