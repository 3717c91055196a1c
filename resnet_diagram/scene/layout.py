"""From a diagram to a scene: every node, line and text gets its place."""

from resnet_diagram.diagram.model import Diagram, Direction
from resnet_diagram.scene import spacing
from resnet_diagram.scene.canvas import Canvas
from resnet_diagram.scene.chain import draw_chain, is_chain
from resnet_diagram.scene.legend import draw_legend, widest_entry
from resnet_diagram.scene.model import Scene
from resnet_diagram.scene.page import Place, draw_sections
from resnet_diagram.scene.place import line_up, stack
from resnet_diagram.scene.sections import sections
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.theme import Theme


def layout(diagram: Diagram, theme: Theme) -> Scene:
    """The scene of a diagram, in points.

    Direction `down`: groups stand under each other and the flow in each runs to the right; direction `right`:
    side by side, with the flow running down in each. A diagram without open blocks is a chain that runs
    straight in that direction.
    """
    chain = is_chain(diagram)
    canvas = Canvas(theme=theme, turned=(diagram.direction is Direction.RIGHT) is not chain)
    top = _title(canvas, diagram, indent=not (chain or canvas.turned))
    right, bottom = (draw_chain if chain else _draw_rows)(canvas, diagram, top)
    width = max(right, _least_width(canvas, diagram))
    if width > right:
        canvas.shift((width - right) / 2)
    if diagram.legend:
        margin = spacing.PAGE_MARGIN
        bottom = draw_legend(canvas, diagram.legend, (margin, width - margin), bottom + 4.0)
    return Scene(
        width=_tidy(width),
        height=_tidy(bottom + spacing.PAGE_MARGIN),
        title=diagram.title,
        description=diagram.description,
        items=canvas.items(),
    )


def _least_width(canvas: Canvas, diagram: Diagram) -> float:
    """The page's width that title and legend need."""
    title = text_width(diagram.title, canvas.theme.size("title"), bold=True)
    return max(title, widest_entry(canvas, diagram.legend)) + 2 * spacing.PAGE_MARGIN


def _draw_rows(canvas: Canvas, diagram: Diagram, top: float) -> tuple[float, float]:
    """Draw the groups as rows or columns from `top` down; return the page's right and bottom end."""
    found = sections(diagram, canvas.theme, turned=canvas.turned)
    places = (line_up if canvas.turned else stack)(found, canvas, top)
    draw_sections(canvas, places)
    return _extent(canvas, places)


def _title(canvas: Canvas, diagram: Diagram, *, indent: bool) -> float:
    """Write the title; return where the frames begin."""
    if not diagram.title:
        return spacing.PAGE_MARGIN
    left = spacing.PAGE_MARGIN + (spacing.OUTER_LANE if indent else 0.0)
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
