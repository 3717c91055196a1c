"""Charts too high for a page."""

import warnings
from dataclasses import replace

from resnet_diagram.diagram.model import Flow
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.render.figure import Figure

REMARK = "Stages are folded: the chart of --view paper is too high for a page. --direction down draws it."
"""Comment in the source of a chart with folded stages."""


def folded_stages(figure: Figure) -> Figure | None:
    """Return the figure with a node for each stage, with a warning; None if every block was requested."""
    diagram = figure.diagram
    if diagram.dense or diagram.flow is not Flow.ROWS or figure.folded is None:
        return None
    warnings.warn(
        f"The chart of {diagram.title or 'the network'} is too high for a page: its stages are folded. "
        "Take --direction down or --view full to draw their blocks.",
        UnrenderedWarning,
        stacklevel=3,
    )
    overview = figure.folded()
    return replace(overview, diagram=replace(overview.diagram, flow=Flow.ROWS))
