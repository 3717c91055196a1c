"""Fit drawings to a page or to the limits of a format, by views that fold more."""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from resnet_diagram.app.drawing.figure import figure_of
from resnet_diagram.diagram.model import WHOLE, Dag, Flow, Inset
from resnet_diagram.diagram.options import Levels, Options, View
from resnet_diagram.diagram.views import view_named
from resnet_diagram.errors import RenderError, warn_unrendered
from resnet_diagram.layout.spacing import PAGE_WIDTH, TALLEST
from resnet_diagram.layout.units import fits
from resnet_diagram.render.chart.budget import ChartSize
from resnet_diagram.render.figure import Figure, Output
from resnet_diagram.render.formats import Content, Format, Measure, write_as
from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.model import Network

_SMALL_GRAPHS = (20, 12, 6)
"""Numbers of boxes to which the modules of a graph are folded, in turn, on a page too small for more."""

_MOST_ARROWS = 120
"""Most arrows of the chart of a graph, with modules folded, that is higher than a page."""

REMARK = "Stages are folded: the chart of --view paper is too high for a page. --direction down draws it."
"""Comment in the source of a chart with folded stages."""

BOXED = "Stages are folded and graphs are boxes: the chart of --view paper is too large for a page."
"""Comment in the source of a chart with graphs that are not drawn open."""


def folded_page(networks: Sequence[Network], options: Options, output: Output) -> Figure:
    """Return the figure of networks, which opens fewer blocks if it would be higher than a page.

    In the view `paper`, a narrow page that is too small for a chain has an overview and insets too. Insets
    are left out, of the less frequent types of block first; then all of them; at last each stage is one box.
    Of a graph that is too large even so, more modules are folded. Warns of what is folded.
    """
    figure, what = _opened(networks, options, output)
    shows = not _graphs(figure) or _shows_graph(figure)
    is_chain = _is_u(figure) or not any(graphs(networks[0]))
    free = options.view is View.PAPER and not options.direction
    rooms = [{"graph_room": room} for room in _SMALL_GRAPHS] if free else []
    without_levels = [{"levels": Levels.NONE}] if is_chain else []
    changes: list[dict[str, Any]] = [{"levels": Levels.BOXES}, *without_levels, *rooms[:1]]
    changes += [{"opens_encoders": False}, *rooms[1:]]
    for change in () if shows else changes:
        options = replace(options, **change)
        smaller, folded = _opened(networks, options, output)
        shows = _shows_graph(smaller)
        if shows or (is_chain and options.levels is Levels.NONE and options.opens_encoders):
            figure, what = smaller, folded
        if shows:
            break
    if what:
        warn_unrendered(
            f"The drawing of {networks[0].name} would be higher than a page; {what}. "
            "--max-height 20in gives it more room, --view full draws every block."
        )
    _give_warnings(figure)
    return figure


def _tried(networks: Sequence[Network], options: Options, output: Output, *, flat: bool = False) -> Figure:
    """Return a figure that keeps the warnings on what it leaves out, for it may not be drawn."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure = figure_of(networks, options, output, flat=flat)
    return replace(figure, warnings=tuple(warning.message for warning in caught))


def _give_warnings(figure: Figure) -> None:
    """Give the warnings of the figure that is drawn."""
    for warning in figure.warnings:
        warnings.warn(warning, stacklevel=3)


def _opened(networks: Sequence[Network], options: Options, output: Output) -> tuple[Figure, str]:
    """Return the figure that opens most blocks, and a description of the omitted ones.

    It is within a page if the view and its direction are free.
    """
    figure = _tried(networks, options, output)
    is_bound = options.view is not View.PAPER or options.direction
    if is_bound or _is_page(figure) or _is_wide_u(figure):
        return figure, ""
    count = sum(isinstance(panel.content, Inset) for panel in figure.diagram.panels)
    if _graphs(figure) and not _shows_graph(figure_of(networks, replace(options, opened=()), output)):
        count = 0
    opened: tuple[int, ...] = ()
    for rank in range(count):
        more = _in_panels(_tried(networks, replace(options, opened=(*opened, rank)), output))
        if _is_page(more):
            figure, opened = more, (*opened, rank)
    for many in () if opened else range(count - 1, 1, -1):
        # A page may hold several panels and no single one: the legend lists what the others leave closed.
        fewer = _in_panels(_tried(networks, replace(options, opened=tuple(range(many))), output))
        if _is_page(fewer):
            figure, opened = fewer, tuple(range(many))
            break
    if opened:
        left_out = count - len(opened)
        return figure, f"panels of blocks left out: {left_out}" if left_out else ""
    folded = replace(options, view=View.OVERVIEW)
    low = replace(output, fit=replace(output.fit, height=output.fit.height or TALLEST))
    figure, lowest = (_tried(networks, folded, room) for room in (output, low))
    return figure if _is_page(figure) or not _is_page(lowest) else lowest, "no block is drawn open"


def _in_panels(figure: Figure) -> Figure:
    """Return a figure that is drawn in panels, and not as a chain, however narrow its page is.

    A graph keeps its chain: its panel alone may be too wide for any page.
    """
    if _graphs(figure):
        return figure
    return replace(figure, diagram=replace(figure.diagram, flat=None))


def _graphs(figure: Figure) -> list[Dag]:
    """Return the graphs of a figure."""
    return [panel.content for panel in figure.diagram.panels if isinstance(panel.content, Dag)]


def _is_u(figure: Figure) -> bool:
    """Return whether the network of a figure is a U-Net, drawn as such where there is room."""
    return any(dag.u_shaped for dag in _graphs(figure))


def _is_wide_u(figure: Figure) -> bool:
    """Return whether a figure is a U that is wider than asked for, or than a page."""
    return _is_u(figure) and figure.scene.width > (figure.output.fit.width or PAGE_WIDTH)


def _shows_graph(figure: Figure) -> bool:
    """Return whether the graph of a whole network is drawn, within a page."""
    if not _is_page(figure) or _is_wide_u(figure):
        return False
    from resnet_diagram.layout.scene import groups  # charts have no scene

    return any(group.id == WHOLE for group in groups(figure.scene))


def _is_page(figure: Figure) -> bool:
    """Return whether a drawing is no larger than asked for, and no higher than a page."""
    fit = figure.output.fit
    try:
        return fits(figure.scene.width, figure.scene.height, replace(fit, height=fit.height or TALLEST))
    except RenderError:
        return False


def folded_chart(row: Format, networks: Sequence[Network], options: Options, output: Output) -> Content:
    """Return the chart of networks in a format, in the first view that the format's budget allows.

    The views are tried from the requested one to those that fold more, at last with a box for each graph. In
    rows, a view that folds must also fit a page; of a graph that does not, more modules are folded. Warns of
    what is folded, and where the last is too large.
    """
    figure = _tried(networks, options, output, flat=True)
    view = view_named(options.view)
    while True:
        if row.measure and view.folded is None:
            figure = _fitting_graph(row.measure, networks, replace(options, view=view.view), figure)
        content = write_as(row, figure)
        if row.measure is None:
            break
        size = row.measure(figure, content)
        in_rows = figure.diagram.flow is Flow.ROWS and not figure.diagram.chain.dense
        is_long = view.folded is None and size.arrows > _MOST_ARROWS
        too_high = (in_rows or is_long) and not size.fits_page
        boxed = figure.diagram.boxed if view.folded is None else None
        if row.budget.allows(size) and not (too_high and (view.folded or boxed)):
            break
        if boxed:
            name = figure.diagram.title or "the network"
            warn_unrendered(
                f"The chart of {name} is too large for a page: each graph in it is drawn as one box."
            )
            flow = Flow.ROWS if figure.remark else boxed.flow
            figure = replace(figure, diagram=replace(boxed, flow=flow), remark=BOXED)
            continue
        if view.folded is None:
            warn_unrendered(f"{_excess(row, size)}Take a view that folds more, or a part of it.")
            break
        if too_high:
            warn_unrendered(
                f"The chart of {figure.diagram.title or 'the network'} is too high for a page: its stages "
                "are folded. Take --direction down or --view full to draw their blocks."
            )
        else:
            warn_unrendered(f"{_excess(row, size)}Equal blocks are folded, as in --view {view.folded}.")
        view = view_named(view.folded)
        figure = _tried(networks, replace(options, view=view.view), output, flat=True)
        if too_high:
            flow = Flow.ROWS if figure.diagram.flow is Flow.RIGHT else figure.diagram.flow
            figure = replace(figure, diagram=replace(figure.diagram, flow=flow), remark=REMARK)
    _give_warnings(figure)
    return content


def _fitting_graph(measure: Measure, networks: Sequence[Network], options: Options, figure: Figure) -> Figure:
    """Return the chart of a graph with the most modules open that fits a page; `figure` where none does."""
    is_graph = any(isinstance(item, Dag) and not item.u_shaped for item in figure.diagram.chain.items)
    for room in _SMALL_GRAPHS if is_graph and not measure(figure, "").fits_page else ():
        smaller = _tried(networks, replace(options, graph_room=room), figure.output, flat=True)
        if measure(smaller, "").fits_page:
            return replace(smaller, remark=figure.remark)
    return figure


def _excess(row: Format, size: ChartSize) -> str:
    """Return a sentence on the size of a chart and the limits of its format."""
    return (
        f"The Mermaid chart has {size.arrows} arrows and {size.characters} characters; GitHub "
        f"stops at {row.budget.arrows} and {row.budget.characters}. "
    )
