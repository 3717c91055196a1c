"""From a diagram to a scene: which way of drawing it is taken. Each is imported when it is."""

from resnet_diagram.diagram.model import Diagram, Direction, Strip
from resnet_diagram.layout.scene import Scene
from resnet_diagram.layout.spacing import PAGE_WIDTH
from resnet_diagram.layout.text.metrics import measured_in
from resnet_diagram.layout.units import FREE, Fit, fits
from resnet_diagram.style.theme import Theme

_NARROW = 330.0
"""A page narrower than this has no room for a strip and insets."""


def layout(diagram: Diagram, theme: Theme, fit: Fit = FREE) -> Scene:
    """The scene of a diagram, in points, laid out for the room that `fit` gives.

    A comparison stands in columns. A sheet is drawn in panels where the page is wide enough. All else, and a
    sheet too high for its page, is drawn in the order of the flow. Raises RenderError where nothing fits.
    """
    with measured_in(theme.font):
        return _laid_out(diagram, theme, fit)


def _laid_out(diagram: Diagram, theme: Theme, fit: Fit) -> Scene:
    sheet = diagram.sheet
    if sheet and sheet.comparison:
        from resnet_diagram.layout.grid import lay_out_comparison

        return lay_out_comparison(diagram, sheet.comparison, theme, fit)
    tried: list[Scene] = []
    if sheet and _in_panels(diagram, fit):
        from resnet_diagram.layout.panels import lay_out_sheet

        tried.append(lay_out_sheet(diagram, sheet, theme, fit))
        if fits(tried[0].width, tried[0].height, fit):
            return tried[0]
    from resnet_diagram.layout.flow.layout import lay_out_flow

    return lay_out_flow(diagram, theme, fit, tried)


def _in_panels(diagram: Diagram, fit: Fit) -> bool:
    """Return whether a diagram has panels and the page is wide enough for them."""
    panels = diagram.sheet.panels if diagram.sheet else ()
    if not panels or (diagram.fixed and diagram.direction is Direction.DOWN):
        return False
    alike = len({isinstance(panel.content, Strip) for panel in panels}) == 1
    return alike or (fit.width or PAGE_WIDTH) >= _NARROW
