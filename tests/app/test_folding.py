"""Charts within the limits of their format."""

import warnings
from dataclasses import replace

import pytest

from resnet_diagram import to_text
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
