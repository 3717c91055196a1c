"""Every network in every view at every width keeps the rules of geometry and tells what it draws.

Sampled, unless RESNET_DIAGRAM_ALL_PROGRAMS=1 asks for all of it.
"""

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import pytest

from resnet_diagram.diagram.model import Diagram, Direction
from resnet_diagram.diagram.options import Options, Show, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import content_items, reads
from resnet_diagram.errors import RenderError, UsageError
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import Scene
from resnet_diagram.layout.units import Fit
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Network
from resnet_diagram.style.theme import load_theme, theme_names
from resnet_diagram.wording.language import in_language, language
from resnet_diagram.wording.modules import StageNames
from tests.layout.geometry import is_crossing, problems
from tests.layout.told import legend_problems
from tests.layout.traced import SUBJECTS, traced
from tests.programs import ALL_PROGRAMS

ALL = os.environ.get(ALL_PROGRAMS) == "1"
COLUMN, TEXT = 234.0, 495.0
WIDTHS = (COLUMN, TEXT, 218.0, 347.0, 516.0, None)
GIANTS = ("resnet1202", "resnet1202-b", "resnet1202-c", "preact-resnet1001")
"""Drawn whole at one width only: it takes seconds."""
NAMED = ("resnet18", "resnet50-v2", "resnet152", "seresnet50", "resnet56")
OTHER = "resnet50"
"""What every network is compared to."""

CHOICES: dict[str, dict[str, Any]] = {
    "names": {"names": StageNames.BOTH, "show": frozenset({Show.NAMES, Show.PARAMS, Show.MACS})},
    "Chinese": {"lang": "zh"},
    "everything": {"names": StageNames.BOTH, "show": frozenset(Show)},
    "nothing": {"names": StageNames.PAPER, "show": frozenset(), "title": "", "legend": False},
    "down": {"direction": Direction.DOWN},
    "right": {"direction": Direction.RIGHT},
}


@lru_cache(maxsize=8)
def shown(name: str, view: View, choice: str = "") -> Diagram:
    """The diagram of a network; skips the test where that has no block to draw, or no library is there."""
    network = traced(name) if name in SUBJECTS else catalog.network(name)
    options = Options(view=view, **CHOICES.get(choice, {}))
    try:
        diagram = build(_with_other(network, view), options)
    except UsageError as error:
        if view is not View.BLOCK or "has no blocks" not in str(error):
            raise
        pytest.skip("no blocks")
    return in_language(diagram, language(options.lang))


def _with_other(network: Network, view: View) -> list[Network]:
    return [network, catalog.network(OTHER)] if view is View.COMPARE else [network]


def faults(diagram: Diagram, width: float | None, theme_name: str = "paper") -> Iterator[str]:
    """What is wrong with a drawing of that width."""
    theme = load_theme(theme_name)
    scene = layout(diagram, theme, Fit(width))
    graph = any(map(_has_graph, (diagram, diagram.flat() if diagram.flat else diagram)))
    yield from (problem for problem in problems(scene, theme) if not (graph and is_crossing(problem)))
    yield from _page_faults(scene, width)
    if diagram.legend and any(entry.text == "main path" for entry in diagram.legend):
        yield from legend_problems(scene, theme)


def _has_graph(diagram: Diagram) -> bool:
    """Return whether a diagram draws a graph, whose lines may have to cross."""
    return any(True for panel in diagram.panels for _ in reads(content_items(panel.content)))


def _page_faults(scene: Scene, width: float | None) -> Iterator[str]:
    if width is not None and scene.width > width:
        yield f"{scene.width} points wide for {width}"
    if not scene.description:
        yield "says nothing to readers who cannot see it"


def refusal(diagram: Diagram, width: float | None) -> str:
    """What a drawing is refused with, if it is; the message must name a size that is larger."""
    try:
        layout(diagram, load_theme(), Fit(width))
    except RenderError as error:
        message = str(error)
    else:
        return ""
    needed = re.search(r"(?:at least|comparison is) (\d+) pt", message)
    assert width
    assert needed
    assert int(needed[1]) >= width
    return message


def _widths(number: int) -> Sequence[float | None]:
    """All widths, or one of them, each in its turn."""
    return WIDTHS if ALL else WIDTHS[number % len(WIDTHS) :][:1]


CASES = [
    (name, view, width)
    for number, name in enumerate(catalog.names())
    for turn, view in enumerate(View)
    for width in _widths(number + turn)
    if (ALL or (number + turn) % 2 == 0) and (view is not View.FULL or name not in GIANTS)
]
TRACED = [
    (name, view, width)
    for number, (name, subject) in enumerate(SUBJECTS.items())
    if ALL or subject.quick
    for turn, view in enumerate(View)
    for width in (WIDTHS if ALL else (COLUMN, TEXT, WIDTHS[2 + (number + turn) % 4]))
]
CHOSEN = [
    (name, view, choice)
    for number, name in enumerate((*NAMED, *SUBJECTS))
    if ALL or name in NAMED or SUBJECTS[name].quick
    for turn, view in enumerate(View)
    for at, choice in enumerate(CHOICES)
    if ALL or (number + turn + at) % 6 == 0
]


def _checked(diagram: Diagram, width: float | None, *, may_be_refused: bool) -> None:
    """Fail for any fault, and for a refusal where there is room."""
    refused = refusal(diagram, width) if may_be_refused else ""
    assert refused or list(faults(diagram, width)) == []


@pytest.mark.parametrize(("name", "view", "width"), CASES)
def test_networks_of_the_catalog(name: str, view: View, width: float | None) -> None:
    _checked(shown(name, view), width, may_be_refused=False)


@pytest.mark.parametrize(("name", "view", "width"), TRACED)
def test_awkward_networks(name: str, view: View, width: float | None) -> None:
    _checked(shown(name, view), width, may_be_refused=view is View.COMPARE and width not in (TEXT, 516, None))


@pytest.mark.parametrize(("name", "view", "choice"), CHOSEN)
def test_choices_of_what_is_written(name: str, view: View, choice: str) -> None:
    diagram = shown(name, view, choice)
    for width in (COLUMN, TEXT) if ALL else (COLUMN,):
        _checked(diagram, width, may_be_refused=width == COLUMN or view is View.COMPARE)


@pytest.mark.parametrize("name", theme_names())
def test_themes(name: str) -> None:
    for number, view in enumerate(View):
        for network in NAMED if ALL else NAMED[number % 5 :][:1]:
            assert list(faults(shown(network, view), (COLUMN, TEXT)[number % 2], name)) == []


@pytest.mark.parametrize("name", GIANTS if ALL else ())
def test_every_block_of_the_deepest(name: str) -> None:
    assert list(faults(shown(name, View.FULL), TEXT)) == []
