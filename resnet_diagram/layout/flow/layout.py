"""Lay out a diagram in the order of the flow: in rows, or in columns."""

from resnet_diagram.diagram.model import Diagram
from resnet_diagram.errors import RenderError
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.columns.draw import draw_columns
from resnet_diagram.layout.flow.condense import condense
from resnet_diagram.layout.flow.rows.place import draw_sections, row_room, stack
from resnet_diagram.layout.flow.rows.sections import sections
from resnet_diagram.layout.flow.variants import Variant, variants
from resnet_diagram.layout.legend import draw_legend, widest_entry
from resnet_diagram.layout.scene import GroupKind, Scene
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import wrap_title
from resnet_diagram.layout.units import Fit, excess, fits
from resnet_diagram.style.theme import Theme

_LONGEST_TITLE = 400.0
_TITLE_PITCH = 11.0
_LEGEND_ROOM = 42.0
_PAGE_HEIGHT = 720.0
"""A drawing whose height is free takes this at most if there is a way."""


def lay_out_flow(
    diagram: Diagram, theme: Theme, fit: Fit, tried: list[Scene], *, nearest: bool = False
) -> Scene:
    """The scene of a diagram in the order of the flow.

    Direction `down`: groups stand under each other and the flow in each runs to the right; direction `right`:
    in columns, with the flow running down in each. The first way to draw it that fits is taken; type is never
    set smaller. `tried`: other drawings of it, which did not fit. Where none fits, `nearest` takes
    the one that exceeds the room least; else raises RenderError.
    """
    page = Fit(fit.width or spacing.PAGE_WIDTH, fit.height or _PAGE_HEIGHT)
    for variant in variants(diagram, fit):
        if variant.resort and any(_fits(scene, fit) for scene in tried):
            break
        scene = _finished(condense(diagram, variant.condensed), theme, variant, fit)
        if _fits(scene, page):
            return scene
        tried.append(scene)
    scenes = [scene for scene in tried if _fits(scene, fit)]
    if not scenes and nearest:
        return min(tried, key=lambda scene: _excess(scene, fit))
    if not scenes:
        raise _too_small(tried, theme, fit)
    return min(scenes, key=lambda scene: _excess(scene, page))


def _fits(scene: Scene, fit: Fit) -> bool:
    """Return whether a scene fits."""
    return fits(scene.width, scene.height, fit)


def _excess(scene: Scene, fit: Fit) -> float:
    return excess(scene.width, scene.height, fit)


def _too_small(tried: list[Scene], theme: Theme, fit: Fit) -> RenderError:
    """The error that says what the drawing needs: where one side is free, the least of the other."""
    least = min(tried, key=lambda scene: _excess(scene, fit))
    size = theme.size("node")
    target = " × ".join(f"{side:g} pt" for side in (fit.width, fit.height) if side is not None)
    return RenderError(
        f"The drawing does not fit into {target}: it needs at least {least.width:.0f} pt × "
        f"{least.height:.0f} pt at {size:g} pt type. Give more room (--width, --max-height), "
        "or draw less: --view overview."
    )


def _finished(diagram: Diagram, theme: Theme, variant: Variant, fit: Fit) -> Scene:
    """The drawing with its title and legend."""
    canvas = Canvas(theme=theme, turned=variant.turned)
    heading = _heading(diagram, theme, fit)
    top = spacing.PAGE_MARGIN + (_TITLE_PITCH * len(heading) + 2.0 if heading else 0.0)
    if variant.turned:
        used = top + (_LEGEND_ROOM if diagram.legend else 0.0)
        room = Fit(fit.width, (fit.height or spacing.PAGE_HEIGHT) - used)
        right, bottom = draw_columns(canvas, diagram, variant, room, top)
    else:
        right, bottom = _draw_rows(canvas, diagram, variant, (fit.width or 0.0, top))
    width = max(right, _least_width(canvas, diagram, heading, fit))
    page = Canvas(theme=theme, turned=variant.turned)
    dx = (width - right) / 2
    frames = [frame.x + dx for frame in canvas.root.frames()]
    _title(page, heading, min(frames, default=None), width)
    with page.group("network", GroupKind.PANEL, diagram.title):
        page.place(canvas, dx, 0.0)
    if diagram.legend:
        margin = spacing.PAGE_MARGIN
        bottom = draw_legend(page, diagram.legend, (margin, width - margin), bottom + spacing.LEGEND_GAP)
    return Scene(
        width=_tidy(width),
        height=_tidy(bottom + spacing.PAGE_MARGIN),
        title=diagram.title,
        description=diagram.description,
        root=page.build(),
    )


def _heading(diagram: Diagram, theme: Theme, fit: Fit) -> tuple[str, ...]:
    """The title, in several lines if it is long."""
    room = min(_LONGEST_TITLE, (fit.width or _LONGEST_TITLE) - 4 * spacing.PAGE_MARGIN)
    return wrap_title(diagram.title, theme.size("title"), room)


def _least_width(canvas: Canvas, diagram: Diagram, heading: tuple[str, ...], fit: Fit) -> float:
    """The page's width that title and legend need, or a column's, where the legend is not many rows high."""
    title = _title_width(canvas.theme, heading) + 2 * spacing.PAGE_MARGIN
    legend = widest_entry(canvas, diagram.legend) + 2 * spacing.PAGE_MARGIN
    column = min(spacing.SMALLEST_WIDTH, fit.width or spacing.SMALLEST_WIDTH) if diagram.legend else 0.0
    return max(title, legend, column)


def _title_width(theme: Theme, heading: tuple[str, ...]) -> float:
    return max((text_width(line, theme.size("title"), bold=True) for line in heading), default=0.0)


def _draw_rows(
    canvas: Canvas, diagram: Diagram, variant: Variant, at: tuple[float, float]
) -> tuple[float, float]:
    """Draw the groups as rows in that width from that height down; return the right and the bottom end."""
    gaps = variant.rules.gaps
    width, top = at
    places = stack(sections(diagram, canvas.theme, variant, row_room(width, gaps)), canvas, top, gaps)
    draw_sections(canvas, places)
    if not places:
        return 0.0, top
    return max(place.leave for place in places) + spacing.PAGE_MARGIN, places[-1].end_v


def _title(page: Canvas, heading: tuple[str, ...], frame_left: float | None, width: float) -> None:
    """Write the title at the top of a page `width` points wide, at the left edge of the frames if it fits."""
    left = spacing.PAGE_MARGIN if frame_left is None else frame_left
    longest = _title_width(page.theme, heading)
    left = max(spacing.PAGE_MARGIN, min(left, width - spacing.PAGE_MARGIN - longest))
    with page.group("title", GroupKind.TITLE, " ".join(heading)):
        for number, line in enumerate(heading):
            y = spacing.PAGE_MARGIN + (number + 0.45) * _TITLE_PITCH
            page.words(line, "title", "text", (left, y), bold=True)


def _tidy(value: float) -> float:
    return round(value, 2)
