"""From a diagram to a scene: every node, line and text gets its place."""

from resnet_diagram.diagram.model import Diagram, Direction
from resnet_diagram.scene import spacing
from resnet_diagram.scene.canvas import Canvas
from resnet_diagram.scene.legend import draw_legend
from resnet_diagram.scene.model import Scene
from resnet_diagram.scene.page import Place, draw_sections
from resnet_diagram.scene.place import line_up, stack
from resnet_diagram.scene.sections import sections
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.theme import Theme


def layout(diagram: Diagram, theme: Theme) -> Scene:
    """The scene of a diagram, in points.

    Direction `down`: groups stand under each other and the flow in each runs to the right; direction `right`:
    side by side, with the flow running down in each.
    """
    turned = diagram.direction is Direction.RIGHT
    canvas = Canvas(theme=theme, turned=turned)
    found = sections(diagram, theme, turned=turned)
    top = _title(canvas, diagram)
    places = (line_up if turned else stack)(found, canvas, top)
    draw_sections(canvas, places)
    right, bottom = _extent(canvas, places)
    width = max(right, text_width(diagram.title, theme.size("title"), bold=True) + 2 * spacing.PAGE_MARGIN)
    if diagram.legend:
        margin = spacing.PAGE_MARGIN
        bottom = draw_legend(canvas, diagram.legend, margin, width - margin, bottom + 4.0)
    return Scene(
        width=_tidy(width),
        height=_tidy(bottom + spacing.PAGE_MARGIN),
        title=diagram.title,
        description=diagram.description,
        items=canvas.items(),
    )


def _title(canvas: Canvas, diagram: Diagram) -> float:
    """Write the title; return where the frames begin."""
    if not diagram.title:
        return spacing.PAGE_MARGIN
    left = spacing.PAGE_MARGIN + (0.0 if canvas.turned else spacing.OUTER_LANE)
    canvas.words(diagram.title, "title", "text", (left, spacing.PAGE_MARGIN + 4.5), bold=True)
    return spacing.PAGE_MARGIN + 13.0


def _extent(canvas: Canvas, places: list[Place]) -> tuple[float, float]:
    """Right and bottom end of the page without the legend."""
    end_u = max((place.end_u for place in places), default=0.0)
    end_v = max((place.end_v for place in places), default=0.0)
    if canvas.turned:
        return end_v + spacing.PAGE_MARGIN, end_u + spacing.PAGE_MARGIN
    return end_u + spacing.OUTER_LANE + spacing.PAGE_MARGIN, end_v + spacing.PAGE_MARGIN


def _tidy(value: float) -> float:
    return round(value, 2)
