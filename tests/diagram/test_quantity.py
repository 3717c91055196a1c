"""Boxes filled by the level of a quantity."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

import resnet_diagram as rd
from resnet_diagram.cli.main import main
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Bar, Diagram, Node
from resnet_diagram.diagram.options import Options, Quantity, View
from resnet_diagram.diagram.quantity import FILLED, LEVELS, by_quantity
from resnet_diagram.diagram.views import build
from resnet_diagram.errors import UnrenderedWarning, UsageError
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import Box, boxes
from resnet_diagram.spec.catalog import network
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.receptive_field import element_fields
from resnet_diagram.style.contrast import contrast
from resnet_diagram.style.theme import load_theme, theme_names

NAMES = ("resnet18", "resnet152", "seresnet50", "plain34")


def filled(name: str, quantity: Quantity, view: View = View.PAPER) -> tuple[Diagram, int]:
    known = network(name)
    return by_quantity(build([known], Options(view=view)), [known], quantity, 0)


def elements(part: Any) -> Iterator[Node | Bar]:
    if isinstance(part, Node | Bar):
        yield part
    elif isinstance(part, tuple):
        for member in part:
            yield from elements(member)
    elif hasattr(part, "__dataclass_fields__"):
        for name in part.__dataclass_fields__:
            yield from elements(getattr(part, name))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.FULL, View.BLOCK])
@pytest.mark.parametrize("quantity", Quantity)
def test_levels_follow_the_quantity(name: str, view: View, quantity: Quantity) -> None:
    if (name, view) == ("plain34", View.BLOCK):
        pytest.skip("no blocks")
    diagram, levels = filled(name, quantity, view)
    assert 1 <= levels <= LEVELS
    known = network(name)
    sizes = {layer.name: layer for layer in walk(known)}
    fields = {element.name: size for element, size in element_fields(known)}
    seen: list[tuple[float, int]] = []
    for box in elements(diagram.panels):
        layer = sizes.get(box.origin.paths[0]) if len(box.origin.paths) == 1 else None
        if layer is None or box.role not in FILLED:
            continue
        field = fields[layer.name]
        values = {
            Quantity.MACS: layer.macs,
            Quantity.PARAMS: layer.params,
            Quantity.MEMORY: math.prod(layer.out_shape) if layer.kind == "conv" else 0,
            Quantity.RECEPTIVE_FIELD: max(field) if field else math.inf,
        }
        assert (box.mark > 0) == (values[quantity] > 0)
        seen += [(values[quantity], box.mark)] if box.mark else []
    assert [level for _, level in sorted(seen)] == sorted(level for _, level in seen)


@pytest.mark.parametrize("quantity", Quantity)
def test_the_legend_gives_the_range_of_each_level_in_use(quantity: Quantity) -> None:
    diagram, _ = filled("resnet50", quantity)
    used = {box.mark for box in elements(diagram.panels) if box.role in FILLED} - {0}
    used |= {box.mark for box in elements(flattened(diagram)) if box.role in FILLED} - {0}
    assert {entry.shade for entry in diagram.legend} - {0} == used
    ranges = [str(entry.text) for entry in diagram.legend if entry.shade]
    assert ranges[0].startswith("<")
    assert ranges[-1].startswith("≥")


def test_a_comparison_takes_each_column_from_its_network() -> None:
    pair = [network("resnet18"), network("resnet50")]
    diagram, _ = by_quantity(build(pair, Options(view=View.COMPARE)), pair, Quantity.PARAMS, 0)
    heads = [box.mark for box in elements(diagram.panels) if any("fc" in line for line in box.lines)]  # type: ignore[union-attr]
    assert len(heads) == 2
    assert heads[0] < heads[1]


def test_the_places_of_boxes_do_not_change() -> None:
    for name in NAMES:
        plain = build([network(name)], Options())
        coloured, levels = by_quantity(plain, [network(name)], Quantity.MACS, 6)
        theme = load_theme()

        def places(diagram: Diagram, theme: Any) -> list[Box]:
            drawn = boxes(layout(replace(diagram, legend=()), theme))
            return [replace(box, shade=0) for box in drawn]

        assert places(coloured, theme.with_levels(levels, 6)) == places(plain, theme)


@pytest.mark.parametrize("name", theme_names())
@pytest.mark.parametrize("levels", range(1, LEVELS + 1))
def test_text_can_be_read_on_every_level(name: str, levels: int) -> None:
    theme = load_theme(name).with_levels(levels, 6)
    for half in filter(None, (theme, theme.dark)):
        for role in FILLED:
            for level in range(1, levels + 1):
                style = half.style(role, 6 + level)
                assert contrast(style.fill, style.text) >= 4.5, (name, role, level)


FORMATS = ("svg", "tikz", "typst", "dot", "mermaid", "drawio", "scene")


@pytest.mark.parametrize("to", FORMATS)
def test_every_format_fills_its_boxes(to: str) -> None:
    plain, filled = (rd.to_text("resnet50", to, color_by=quantity) for quantity in (None, "macs"))
    assert "fill: MACs" in filled.replace("#58;", ":")
    if to != "scene":
        assert set(re.findall("#?[0-9A-F]{6}", filled)) != set(re.findall("#?[0-9A-F]{6}", plain))


def test_the_outline_says_that_it_has_no_colours() -> None:
    with pytest.warns(UnrenderedWarning, match="color-by"):
        assert rd.to_text("resnet18", "outline", color_by="macs") == rd.to_text("resnet18", "outline")


def test_an_unknown_quantity_is_refused() -> None:
    with pytest.raises(UsageError, match="params"):
        rd.to_text("resnet18", "svg", color_by="parameters")


def test_words_are_in_the_language_of_the_drawing() -> None:
    assert "填充色" in rd.to_text("resnet18", "svg", color_by="params", lang="zh")


def test_a_command_colours() -> None:
    result = CliRunner().invoke(main, ["draw", "resnet18", "--color-by", "memory", "-t", "mermaid"])
    assert result.exit_code == 0
    assert "activations" in result.stdout
