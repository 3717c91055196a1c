"""Figures for the renderers that lay out by themselves."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from resnet_diagram.diagram.model import Diagram, Direction
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.render.figure import Figure, Output
from resnet_diagram.spec import catalog
from resnet_diagram.style.theme import load_theme
from tests.layout.samples import SAMPLES, diagram

NASTY = 'a "b" <i>&amp;</i> \\N {c} [d] #35; %% `e` __f__ $g$ | h; 残差 🦜'
"""A name with every sign that means something to one of the formats."""


def figure(shown: Diagram, theme: str = "paper", templates: Path | None = None) -> Figure:
    return Figure(diagram=shown, theme=load_theme(theme), output=Output(templates=templates))


def with_output(shown: Figure, **settings: Any) -> Figure:
    """Return a figure with other output settings."""
    return replace(shown, output=replace(shown.output, **settings))


@lru_cache(maxsize=256)
def named(
    network: str, view: View = View.PAPER, direction: Direction | None = None, theme: str = "paper"
) -> Figure:
    return figure(build([catalog.network(network)], Options(view=view, direction=direction)), theme)


def samples() -> dict[str, Figure]:
    """Every hand-built diagram, in both directions."""
    return {
        f"{name}, {direction}": figure(diagram(*items, direction=direction, title=name))
        for name, items in SAMPLES.items()
        for direction in Direction
    }
