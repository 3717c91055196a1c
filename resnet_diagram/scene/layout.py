"""From a diagram to a scene: every node, line and text gets its place."""

from resnet_diagram.diagram.model import Diagram, Direction
from resnet_diagram.scene import spacing
from resnet_diagram.scene.canvas import Canvas
from resnet_diagram.scene.chain import draw_chain, is_chain
from resnet_diagram.scene.columns import line_up
from resnet_diagram.scene.fit import FREE, Fit
from resnet_diagram.scene.legend import draw_legend, widest_entry
from resnet_diagram.scene.model import Box, Scene
from resnet_diagram.scene.page import Place, draw_sections
from resnet_diagram.scene.panels import in_panels, lay_out_sheet
from resnet_diagram.scene.place import stack
from resnet_diagram.scene.sections import sections
from resnet_diagram.scene.side_by_side import lay_out_comparison
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.theme import Theme
from resnet_diagram.scene.wrap import wrap_label

_LONGEST_TITLE = 400.0
_TITLE_PITCH = 11.0


def layout(diagram: Diagram, theme: Theme, fit: Fit = FREE) -> Scene:
    """The scene of a diagram, in points, laid out for the room that `fit` gives.

    Direction `down`: groups stand under each other and the flow in each runs to the right; direction `right`:
    side by side, with the flow running down in each. A diagram without open blocks is a chain that runs
    straight in that direction. A sheet is drawn in panels where the page is wide enough.
    """
    if diagram.sheet and diagram.sheet.comparison:
        return lay_out_comparison(diagram, diagram.sheet.comparison, theme, fit)
    if diagram.sheet and in_panels(diagram, fit):
        return lay_out_sheet(diagram, diagram.sheet, theme, fit)
    chain = is_chain(diagram)
    canvas = Canvas(theme=theme, turned=(diagram.direction is Direction.RIGHT) is not chain)
    heading = _heading(diagram, theme)
    top = spacing.PAGE_MARGIN + (_TITLE_PITCH * len(heading) + 2.0 if heading else 0.0)
    right, bottom = (draw_chain if chain else _draw_rows)(canvas, diagram, top)
    width = max(right, _least_width(canvas, diagram, heading))
    left = min((item.x for item in canvas.frames if isinstance(item, Box)), default=spacing.PAGE_MARGIN)
    canvas.shift((width - right) / 2)
    _title(canvas, heading, left)
    if diagram.legend:
        margin = spacing.PAGE_MARGIN
        bottom = draw_legend(canvas, diagram.legend, (margin, width - margin), bottom + spacing.LEGEND_GAP)
    return Scene(
        width=_tidy(width),
        height=_tidy(bottom + spacing.PAGE_MARGIN),
        title=diagram.title,
        description=diagram.description,
        items=canvas.items(),
    )


def _heading(diagram: Diagram, theme: Theme) -> tuple[str, ...]:
    """The title, in several lines if it is long."""
    return wrap_label(diagram.title, theme.size("title"), _LONGEST_TITLE) if diagram.title else ()


def _least_width(canvas: Canvas, diagram: Diagram, heading: tuple[str, ...]) -> float:
    """The page's width that title and legend need."""
    size = canvas.theme.size("title")
    title = max((text_width(line, size, bold=True) for line in heading), default=0.0)
    return max(title + spacing.OUTER_LANE, widest_entry(canvas, diagram.legend)) + 2 * spacing.PAGE_MARGIN


def _draw_rows(canvas: Canvas, diagram: Diagram, top: float) -> tuple[float, float]:
    """Draw the groups as rows or columns from `top` down; return the right and the bottom end."""
    found = sections(diagram, canvas.theme, turned=canvas.turned)
    places = (line_up if canvas.turned else stack)(found, canvas, top)
    draw_sections(canvas, places)
    return _extent(canvas, places, top)


def _title(canvas: Canvas, heading: tuple[str, ...], left: float) -> None:
    """Write the title at the top of the page."""
    for number, line in enumerate(heading):
        y = spacing.PAGE_MARGIN + (number + 0.45) * _TITLE_PITCH
        canvas.words(line, "title", "text", (left, y), bold=True)


def _extent(canvas: Canvas, places: list[Place], top: float) -> tuple[float, float]:
    """The page's right end, and the bottom end of what is drawn on it."""
    if not places:
        return 0.0, top
    end_u = max(place.end_u for place in places)
    if canvas.turned:
        return max(place.end_v for place in places) + spacing.PAGE_MARGIN, end_u
    return end_u + spacing.OUTER_LANE + spacing.PAGE_MARGIN, places[-1].end_v


def _tidy(value: float) -> float:
    return round(value, 2)
