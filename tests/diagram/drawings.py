"""Figures of networks with the choices of the command line."""

from dataclasses import replace
from typing import Any

from resnet_diagram.app.drawing.figure import figure_of
from resnet_diagram.app.options.options import draw_options
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Diagram
from resnet_diagram.render.figure import Figure
from resnet_diagram.spec.catalog import network
from resnet_diagram.spec.model import Network


def figure(name: str | Network, annotate: Any = None, *, flat: Any = False, **choices: Any) -> Figure:
    """Return the figure of a network, given by its name or itself, with annotations."""
    drawn = network(name) if isinstance(name, str) else name
    options, output = draw_options({"annotate": annotate, **choices})  # type: ignore[typeddict-item]
    return figure_of([drawn], options, output, flat=flat)


def both_readings(diagram: Diagram) -> tuple[Diagram, Diagram]:
    """Return a diagram and its flat reading, to compare with those of another."""
    return replace(diagram, flat=None), flattened(diagram)
