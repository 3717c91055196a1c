"""Measure layout candidates in flow order, of which one is drawn."""

from collections.abc import Callable

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import Diagram
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.columns.draw import Columns, draw_columns, place_columns
from resnet_diagram.layout.flow.rows.place import Place, draw_sections, stack
from resnet_diagram.layout.flow.rows.sections import MeasuredGroups, sections
from resnet_diagram.layout.flow.variants import Variant
from resnet_diagram.layout.legend import finished, legend_height, widest_entry
from resnet_diagram.layout.scene import GroupKind, Scene
from resnet_diagram.layout.text.metrics import widest
from resnet_diagram.layout.text.wrap import wrap_title
from resnet_diagram.layout.units import Fit
from resnet_diagram.style.theme import Theme

_LONGEST_TITLE = 400.0
_TITLE_PITCH = 11.0
_LEGEND_ROOM = 42.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A drawing whose size is known, and which is not drawn yet.

    `heading`: lines of the title. `right` and `bottom`: ends of `content`, columns or rows. `canvas` is
    empty. `width` and `height`: the page with title and legend.
    """

    diagram: Diagram
    canvas: Canvas
    heading: tuple[str, ...]
    content: Columns | list[Place]
    right: float
    bottom: float
    width: float
    height: float


def draft_of(
    diagram: Diagram, theme: Theme, variant: Variant, fit: Fit, measured: Callable[[], MeasuredGroups]
) -> Draft:
    """Return a drawing with its title and legend, measured; `measured` returns its groups for rows."""
    canvas = Canvas(theme=theme, turned=variant.turned)
    longest = min(_LONGEST_TITLE, (fit.width or _LONGEST_TITLE) - 4 * spacing.PAGE_MARGIN)
    heading = wrap_title(diagram.title, theme.size("title"), longest)
    top = spacing.PAGE_MARGIN + (_TITLE_PITCH * len(heading) + 2.0 if heading else 0.0)
    content: Columns | list[Place]
    if variant.turned:
        used = top + (_LEGEND_ROOM if diagram.legend else 0.0)
        room = Fit(fit.width, (fit.height or spacing.PAGE_HEIGHT) - used)
        content = place_columns(diagram, theme, variant, room, top)
        right, bottom = content.right, content.bottom
    else:
        gaps = variant.rules.gaps
        row = (fit.width or 0.0) - 2 * (spacing.PAGE_MARGIN + gaps.outer + gaps.lead)
        content = stack(sections(measured(), variant.breaks, row), canvas, top, gaps)
        right = max((place.leave for place in content), default=-spacing.PAGE_MARGIN) + spacing.PAGE_MARGIN
        bottom = content[-1].end_v if content else top
    # Title and legend need their width, a legend at least that of a column.
    title = widest(heading, theme.size("title"), bold=True) + 2 * spacing.PAGE_MARGIN
    legend = widest_entry(canvas, diagram.legend) + 2 * spacing.PAGE_MARGIN
    column = min(spacing.SMALLEST_WIDTH, fit.width or spacing.SMALLEST_WIDTH) if diagram.legend else 0.0
    width = max(right, title, legend, column)
    legend = legend_height(canvas, diagram.legend, width - 2 * spacing.PAGE_MARGIN)
    return Draft(
        diagram=diagram,
        canvas=canvas,
        heading=heading,
        content=content,
        right=right,
        bottom=bottom,
        width=width,
        height=bottom + (spacing.LEGEND_GAP + legend if diagram.legend else 0.0) + spacing.PAGE_MARGIN,
    )


def scene_of(draft: Draft) -> Scene:
    """Return the drawing with its title and legend. A draft is drawn once: its canvas is filled."""
    diagram, canvas, width = draft.diagram, draft.canvas, draft.width
    if isinstance(draft.content, Columns):
        draw_columns(canvas, draft.content)
    else:
        draw_sections(canvas, draft.content)
    page = Canvas(theme=canvas.theme, turned=canvas.turned)
    dx = (width - draft.right) / 2
    frames = [frame.x + dx for frame in canvas.root.frames()]
    frame_left = min(frames, default=None)
    left = spacing.PAGE_MARGIN if frame_left is None else frame_left
    longest = widest(draft.heading, page.theme.size("title"), bold=True)
    left = max(spacing.PAGE_MARGIN, min(left, width - spacing.PAGE_MARGIN - longest))
    with page.group("title", GroupKind.TITLE, " ".join(draft.heading)):
        for number, line in enumerate(draft.heading):
            y = spacing.PAGE_MARGIN + (number + 0.45) * _TITLE_PITCH
            page.words(line, "title", "text", (left, y), bold=True)
    with page.group("network", GroupKind.PANEL, diagram.title):
        page.place(canvas, dx, 0.0)
    return finished(page, diagram, width, draft.bottom)
