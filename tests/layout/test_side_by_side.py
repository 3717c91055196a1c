"""Networks side by side: rows line up, nothing overlaps, differences are bold, the page is kept."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise, product
from typing import cast

import pytest

from resnet_diagram.diagram.model import Comparison, EdgeRole
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.errors import RenderError, UsageError
from resnet_diagram.layout.comparison.measure import _splits
from resnet_diagram.layout.flow.cells import Cell, Series
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import Box, Connector, Marker, Point, Scene, Text, groups, walk
from resnet_diagram.layout.spacing import PAGE_WIDTH, TALLEST
from resnet_diagram.layout.units import FREE, Fit
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Block, Network, Stage
from resnet_diagram.style.theme import load_theme
from resnet_diagram.wording.terms import literal
from tests.layout.geometry import problems

PAIRS = [
    ("plain34", "resnet34"),
    ("resnet50-v1", "resnet50"),
    ("resnet50", "resnet50d", "seresnet50"),
    ("resnet56", "resnet56-b", "resnet56-c"),
    ("resnet20", "resnet152"),
    ("resnet18", "resnet34", "resnet50", "resnext101_64x4d"),
]


def drawn(*names: str, fit: Fit = FREE) -> Scene:
    diagram = build([catalog.network(name) for name in names], Options(view=View.COMPARE))
    return layout(diagram, load_theme(), fit)


def texts(scene: Scene, *, bold: bool) -> list[str]:
    boxes = [item for item in walk(scene) if isinstance(item, Box)]
    return [text.text for box in boxes for text in box.texts if text.bold == bold]


@pytest.mark.parametrize("names", PAIRS, ids="-".join)
def test_nothing_overlaps(names: tuple[str, ...]) -> None:
    assert problems(drawn(*names), load_theme()) == []


def test_equal_resolutions_stand_beside_each_other() -> None:
    found = {item.id: item for item in walk(drawn("plain34", "resnet34")) if isinstance(item, Box)}
    rows = [box for name, box in found.items() if name.startswith("row")]
    assert len(rows) == 6
    for row in rows:
        inside = [
            box
            for box in found.values()
            if row.y < box.y < row.y + row.height and box.id.startswith("network")
        ]
        assert {box.id.split("-")[0] for box in inside} == {"network1", "network2"}


def test_what_differs_is_bold_and_nothing_else() -> None:
    scene = drawn("resnet50-v1", "resnet50")
    bold = [text for text in texts(scene, bold=True) if not text.startswith("[")]
    assert sorted(set(bold)) == [f"{window} conv, {size}" for window, size in sorted(_moved())]
    assert [
        text for text in texts(drawn("resnet50", "resnet50"), bold=True) if not text.startswith("[")
    ] == []


def _moved() -> list[tuple[str, str]]:
    return [pair for width in (128, 256, 512) for pair in (("1×1", str(width)), ("3×3", f"{width}, s=2"))]


def test_another_count_is_marked() -> None:
    assert "[×22] ≠" in texts(drawn("resnet50", "resnet101"), bold=True)
    assert "[×5]" in texts(drawn("resnet50", "resnet101"), bold=True)


def test_a_page_too_narrow_is_refused() -> None:
    with pytest.raises(RenderError, match="pt wide, more than the 150 pt given"):
        drawn("resnet50", "resnet50d", fit=Fit(150.0))
    assert drawn("resnet50", "resnet50d", fit=Fit(495.0)).width <= 495


def test_a_page_too_low_is_refused() -> None:
    with pytest.raises(RenderError, match="pt high, more than the 60 pt given"):
        drawn("resnet50", "resnet50d", fit=Fit(495.0, 60.0))


@pytest.mark.parametrize("names", PAIRS[:3], ids="-".join)
def test_each_note_is_below_its_network(names: tuple[str, ...]) -> None:
    diagram = build([catalog.network(name) for name in names], Options(view=View.COMPARE))
    content = diagram.panels[0].content
    assert isinstance(content, Comparison)
    scene = layout(diagram, load_theme())
    shown = {item.id: [t.text for t in walk(item) if isinstance(t, Text)] for item in groups(scene.root)}
    for column in content.columns:
        assert len(column.notes) > 1
        assert " ".join(column.notes) in " ".join(shown[column.id])


def test_long_notes_do_not_widen_a_comparison() -> None:
    diagram = build([catalog.network(name) for name in ("resnet18", "resnet34")], Options(view=View.COMPARE))
    content = diagram.panels[0].content
    assert isinstance(content, Comparison)
    note = literal("not drawn: " + ", ".join(f"{number} poolings" for number in range(12)))
    columns = tuple(replace(column, notes=(note,)) for column in content.columns)
    longer = replace(diagram, panels=(replace(diagram.panels[0], content=replace(content, columns=columns)),))
    assert layout(longer, load_theme()).width <= 1.1 * layout(diagram, load_theme()).width
    assert problems(layout(longer, load_theme()), load_theme()) == []


def test_a_comparison_without_a_title_is_called_by_its_networks() -> None:
    assert drawn("resnet18", "resnet34").title == "resnet18 and resnet34"


@pytest.mark.parametrize("count", [1, 5])
def test_two_to_four_networks(count: int) -> None:
    with pytest.raises(UsageError, match="give 2 to 4"):
        drawn(*["resnet18"] * count)


def changed(network: Network, change: Callable[[Block], Block]) -> Network:
    """The network with the third block of its second stage changed."""
    stage = network.body[1]
    assert isinstance(stage, Stage)
    third = stage.body[2]
    assert isinstance(third, Block)
    new = replace(stage, body=(*stage.body[:2], change(third), *stage.body[3:]))
    return replace(network, body=(network.body[0], new, *network.body[2:]))


def test_a_difference_no_text_shows_is_flagged_where_it_is() -> None:
    plain = catalog.network("resnet50")
    other = changed(plain, lambda block: replace(block, after=()))
    scene = layout(build([plain, other], Options(view=View.COMPARE)), load_theme())
    flags = [item for item in walk(scene) if isinstance(item, Box) and any(t.text == "≠" for t in item.texts)]
    assert [box.id.split("-")[:2] for box in flags] == [["network2", "row3"]]
    assert [text for text in texts(scene, bold=True) if not text.startswith("[")] == ["≠"]
    assert problems(scene, load_theme()) == []


def test_other_resolutions_alone_are_no_difference() -> None:
    plain = catalog.network("resnet50")
    small = replace(plain, input_shape=(3, 192, 192))
    scene = layout(build([plain, small], Options(view=View.COMPARE)), load_theme())
    assert [text for text in texts(scene, bold=True) if not text.startswith("[")] == []


def flow_segments(scene: Scene, network: str) -> list[tuple[Point, Point]]:
    """Return the straight pieces of the main path of a network."""
    parts = [item for item in groups(scene) if item.id.split("-")[0] == network]
    lines = {
        id(item): item
        for group in parts
        for item in walk(group)
        if isinstance(item, Connector) and item.role == EdgeRole.FLOW
    }
    return [pair for line in lines.values() for pair in pairwise(line.points)]


def cross(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    """Return whether two horizontal or vertical pieces have a point in common."""
    return all(
        max(min(a[axis] for a in first), min(b[axis] for b in second))
        <= min(max(a[axis] for a in first), max(b[axis] for b in second))
        for axis in (0, 1)
    )


@pytest.mark.parametrize(
    ("names", "fit"),
    [
        (("resnet18", "resnet50"), FREE),
        (("resnet18", "resnet50"), Fit(900.0, 360.0)),
        (("resnet50", "resnet50d", "seresnet50"), Fit(1100.0, 420.0)),
        (("resnet18", "resnet34", "resnet50", "resnext101_64x4d"), Fit(1300.0, 400.0)),
    ],
)
def test_rows_go_on_beside_the_first_where_the_page_is_too_low(names: tuple[str, ...], fit: Fit) -> None:
    scene = drawn(*names, fit=fit)
    assert scene.height <= (fit.height or TALLEST)
    assert scene.width <= (fit.width or PAGE_WIDTH)
    assert problems(scene, load_theme()) == []
    tops = [box.y for box in walk(scene) if isinstance(box, Box) and box.id.startswith("row")]
    assert tops != sorted(tops)
    pieces = [flow_segments(scene, f"network{number}") for number in range(1, len(names) + 1)]
    assert all(pieces)
    for mine, theirs in combinations(pieces, 2):
        assert not [pair for pair in product(mine, theirs) if cross(*pair)]


def test_a_network_without_a_row_is_led_past_no_section() -> None:
    scene = drawn("resnet20", "resnet18", fit=Fit(1400.0, 420.0))
    assert problems(scene, load_theme()) == []
    ends = {item.head.element for item in walk(scene) if isinstance(item, Connector)}
    boxes = {item.id for item in walk(scene) if isinstance(item, Box | Marker)}
    assert ends - {""} <= boxes


def test_no_section_is_empty_between_two_that_are_filled() -> None:
    filled = Series(parts=((0.0, cast(Cell, None)),), length=10.0, above=5.0, below=5.0, lead=0.0)
    empty = Series(parts=(), length=0.0, above=0.0, below=0.0, lead=0.0)
    heights, whole, broken = [10.0] * 3, (filled, filled, filled), (filled, empty, filled)
    assert [len(starts) for starts in _splits(heights, [whole], 5.0)] == [1, 2, 3]
    assert [len(starts) for starts in _splits(heights, [whole, broken], 5.0)] == [1, 2]


@pytest.mark.parametrize("pair", list(combinations(["resnet18", "resnet50", "resnet152", "seresnet50"], 2)))
def test_two_networks_take_no_more_than_a_page(pair: tuple[str, str]) -> None:
    scene = drawn(*pair)
    assert scene.height <= TALLEST
    assert scene.width <= PAGE_WIDTH
