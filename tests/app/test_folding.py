"""Drawings within a page or the limits of a format."""

import os
import re
import warnings
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram import RenderError, to_text
from resnet_diagram.diagram.options import View
from resnet_diagram.render.chart.budget import Budget, ChartSize
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Network

MANY_STAGES = replace(catalog.network("resnet50"), body=catalog.network("resnet50").body * 8)
"""A network whose chart is too high for a page in the view `paper`, and too large for Mermaid in `full`."""


def drawn(network: Network, to: str, view: View) -> tuple[str, list[str]]:
    """Return the text of a chart and the warnings about it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        text = to_text(network, to, view=view)
    return text, [str(warning.message) for warning in caught]


@pytest.mark.parametrize("to", ["mermaid", "dot"])
def test_a_chart_too_high_for_a_page_is_folded_and_says_so(to: str) -> None:
    text, notes = drawn(MANY_STAGES, to, View.PAPER)
    assert len(notes) == 1
    assert "too high for a page" in notes[0]
    assert text.count("Stages are folded") == 1
    overview, notes = drawn(MANY_STAGES, to, View.OVERVIEW)
    assert notes == []
    assert "Stages are folded" not in overview


def test_a_folded_chart_keeps_its_frames_below_each_other() -> None:
    assert "\nflowchart TB\n" in drawn(MANY_STAGES, "mermaid", View.PAPER)[0]
    assert "\nflowchart LR\n" in drawn(MANY_STAGES, "mermaid", View.OVERVIEW)[0]


def test_a_chart_beyond_mermaids_limits_is_folded_until_it_fits() -> None:
    text, notes = drawn(MANY_STAGES, "mermaid", View.FULL)
    assert text == drawn(MANY_STAGES, "mermaid", View.PAPER)[0]
    assert "500" in notes[0]
    assert "as in --view paper" in notes[0]
    assert "too high" in notes[1]


def test_graphviz_draws_every_block_of_any_network() -> None:
    text, notes = drawn(catalog.network("preact-resnet1001"), "dot", View.FULL)
    assert notes == []
    assert len(text) > 300_000


def test_a_chart_that_no_view_makes_small_enough_is_written_with_a_warning() -> None:
    network = replace(MANY_STAGES, body=catalog.network("resnet50").body * 200)
    text, notes = drawn(network, "mermaid", View.OVERVIEW)
    assert len(text) > 50_000
    assert len(notes) == 1
    assert "Take a view that folds more" in notes[0]


def test_a_budget_allows_charts_up_to_its_limits() -> None:
    budget = Budget(arrows=2, characters=10)
    assert budget.allows(ChartSize(arrows=2, characters=10, fits_page=False))
    assert not budget.allows(ChartSize(arrows=3, characters=10, fits_page=True))
    assert not budget.allows(ChartSize(arrows=2, characters=11, fits_page=True))
    assert Budget().allows(ChartSize(arrows=10**6, characters=10**9, fits_page=False))


class Sums(nn.Module):
    """Residual blocks of eight types: each a sum of more convolutions than that of the one before."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(width, width, 2 * size + 1, padding=size) for size in range(branches))
            for branches in range(6, 14)
        )

    def forward(self, x: Tensor) -> Tensor:
        for number, branches in enumerate(self.blocks):
            assert isinstance(branches, nn.ModuleList)
            for _ in range(1 + (number < 2)):
                inner = [branch(torch.relu(x)) for branch in branches]
                x = torch.relu(x + sum(inner[1:], inner[0]))
        return x


@pytest.fixture(scope="module")
def sums() -> Network:
    return rd.trace(Sums(), (16, 32, 32))


def size(svg: str) -> tuple[float, float]:
    """Return the width and height of an SVG, in points."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert found
    return float(found[1]), float(found[2])


def pages(network: Network, **choices: Any) -> tuple[str, list[str]]:
    """Return an SVG and the warnings about it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        text = to_text(network, "svg", **choices)
    return text, [str(warning.message) for warning in caught]


def test_the_legend_lists_the_blocks_without_a_panel(sums: Network) -> None:
    text, _ = pages(sums, max_height=2000.0)
    assert "(g)" in text
    assert "(h)" not in text
    assert "not drawn open: 2 blocks<" in text
    assert "not drawn open" not in pages(catalog.network("resnet50"))[0]


@pytest.mark.parametrize("width", [495.0, 234.0])
def test_a_drawing_higher_than_a_page_opens_fewer_blocks(sums: Network, width: float) -> None:
    whole, notes = pages(sums, width=width, max_height=2000.0)
    assert size(whole)[1] > 648
    assert notes == []
    text, notes = pages(sums, width=width)
    assert size(text)[1] <= 648
    assert size(text)[0] <= width
    assert len(notes) == 1
    assert "higher than a page" in notes[0]


class Rungs(nn.Module):
    """Often a block too high for a page, and once a small one."""

    def __init__(self, width: int = 16, branches: int = 60) -> None:
        super().__init__()
        self.large = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(width, width, 2 * size + 1, padding=size) for size in range(branches))
            for _ in range(3)
        )
        self.small = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(x + self.small(x))
        for branches in self.large:
            assert isinstance(branches, nn.ModuleList)
            inner = [branch(torch.relu(x)) for branch in branches]
            x = torch.relu(x + sum(inner[1:], inner[0]))
        return x


def test_a_block_too_large_for_a_page_leaves_room_to_a_rarer_one() -> None:
    text, notes = pages(rd.trace(Rungs(), (16, 128, 128)), width=495.0)
    assert size(text)[1] <= 648
    assert ">(b)" in text
    assert "panels of blocks left out: 1" in notes[0]


def test_a_network_for_which_a_page_is_too_small_is_drawn_on_a_higher_one() -> None:
    network = replace(MANY_STAGES, body=catalog.network("resnet50").body * 40)
    text, notes = pages(network)
    assert size(text)[1] > 648
    assert len(notes) == 1


def test_a_requested_height_folds_before_it_is_refused() -> None:
    network = catalog.network("resnet50")
    least = size(pages(network, view=View.OVERVIEW)[0])[1]
    text, notes = pages(network, max_height=least + 1)
    assert size(text)[1] <= least + 1
    assert "no block is drawn open" in notes[0]
    with pytest.raises(RenderError, match="at least"):
        pages(network, max_height=40.0)


def test_the_block_view_draws_all_types(sums: Network) -> None:
    text, _ = pages(sums, view=View.BLOCK)
    assert "(h)" in text


class Ladder(nn.Module):
    """Two lanes that exchange their values after each step."""

    def __init__(self, steps: int, width: int = 8) -> None:
        super().__init__()
        self.steps = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(width, width, 3, 1, 1) for _ in range(4)) for _ in range(steps)
        )

    def forward(self, x: Tensor) -> Tensor:
        left, right = x.relu(), x.tanh()
        for step in self.steps:
            assert isinstance(step, nn.ModuleList)
            a, b, c, d = step
            left, right = a(left) * b(right), c(left) * d(right)
        return left + right


@pytest.mark.parametrize("to", ["mermaid", "dot"])
def test_a_graph_too_large_for_a_chart_is_a_box_that_says_so(to: str) -> None:
    text, notes = drawn(rd.trace(Ladder(2), (8, 16, 16)), to, View.PAPER)
    assert notes == []
    assert "graphs are boxes" not in text
    text, notes = drawn(rd.trace(Ladder(40), (8, 16, 16)), to, View.PAPER)
    assert "graphs are boxes" in text
    assert "each graph in it is drawn as one box" in notes[-1]
    assert len(text) < 4000


@pytest.mark.skipif(not os.environ.get("RESNET_DIAGRAM_ALL_MODELS"), reason="traces models of timm")
@pytest.mark.parametrize("name", ["ghostnet_050", "hgnet_base", "nextvit_base"])
def test_models_with_many_types_of_block_are_drawn_on_a_page(name: str) -> None:
    pytest.importorskip("tests.torchvision_shim")
    timm = pytest.importorskip("timm")
    network = rd.trace(timm.create_model(name), (3, 224, 224))
    for width in (495.0, 234.0):
        drawn_width, height = size(pages(network, width=width)[0])
        assert drawn_width <= width
        assert height <= 648
