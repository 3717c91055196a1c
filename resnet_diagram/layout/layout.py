"""Select the layout of a diagram and build its scene; layouts are imported on use."""

from typing import TYPE_CHECKING

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Chain, Comparison, Dag, Diagram, Direction, Overview
from resnet_diagram.diagram.walk import overviews
from resnet_diagram.errors import RenderError, warn_unrendered
from resnet_diagram.layout.scene import Scene
from resnet_diagram.layout.spacing import PAGE_WIDTH
from resnet_diagram.layout.text.metrics import measured_in
from resnet_diagram.layout.units import FREE, Fit, fits
from resnet_diagram.style.theme import Theme

if TYPE_CHECKING:
    from resnet_diagram.layout.flow.layout import Candidate

_NARROW = 330.0
"""Least width of a page with an overview and insets, in points."""


def layout(diagram: Diagram, theme: Theme, fit: Fit = FREE, *, nearest: bool = False) -> Scene:
    """Return the scene of a diagram, in points, laid out for the room that `fit` gives.

    A comparison is drawn in columns, a chain in the order of the flow. Other panels are drawn below each
    other where the page has room for them, or there is no chain of them, else as a chain. A U-Net is drawn as
    a U, which may be larger than the page: its diagram can be built without one. Where nothing fits,
    `nearest` returns the scene that exceeds the room least, for a page that scales it; else raises
    RenderError.
    """
    with measured_in(theme.font):
        return _laid_out(diagram, theme, fit, nearest)


def _laid_out(diagram: Diagram, theme: Theme, fit: Fit, nearest: bool) -> Scene:
    contents = [panel.content for panel in diagram.panels]
    if len(contents) == 1 and isinstance(contents[0], Comparison):
        from resnet_diagram.layout.comparison.draw import lay_out_comparison

        return lay_out_comparison(diagram, contents[0], theme, fit, nearest=nearest)
    tried: list[Candidate] = []
    if in_panels(diagram, fit):
        from resnet_diagram.layout.panels import lay_out_panels

        panels = lay_out_panels(diagram, theme, fit)
        only_way = diagram.flat is None and any(isinstance(content, Overview) for content in contents)
        is_u = any(isinstance(content, Dag) and content.u_shaped for content in contents)
        if only_way or is_u or fits(panels.width, panels.height, fit):
            return panels
        tried.append(panels)
    from resnet_diagram.layout.flow.layout import lay_out_flow

    braces = (brace for content in contents for strip in overviews(content) for brace in strip.braces)
    if not all(brace.noted for brace in braces):
        warn_unrendered(
            "There is no room for the overview, so that its braces are left out. Give it more --width."
        )
    flat = flattened(diagram)
    if flat.boxed is None:
        return lay_out_flow(flat, theme, fit, tried, nearest=nearest)
    try:
        return lay_out_flow(flat, theme, fit, tried)
    except RenderError:
        return lay_out_flow(flat.boxed, theme, fit, tried, nearest=nearest)


def in_panels(diagram: Diagram, fit: Fit) -> bool:
    """Return whether a diagram is drawn in panels, an overview and insets, if they fit."""
    contents = [panel.content for panel in diagram.panels]
    chained = any(isinstance(content, Chain | Comparison) for content in contents)
    if not contents or chained or diagram.direction is Direction.DOWN:
        return False
    alike = len({isinstance(content, Overview) for content in contents}) == 1
    is_wide = (fit.width or PAGE_WIDTH) >= _NARROW or any(isinstance(content, Dag) for content in contents)
    return alike or is_wide or diagram.flat is None
