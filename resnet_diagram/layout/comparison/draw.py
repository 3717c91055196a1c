"""Lay out a comparison: one column per network, flowing down, and rows of equal resolution across.

Rows that exceed the height of the page continue in a second section beside the first.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from resnet_diagram.diagram.model import Comparison, Diagram, GroupRole
from resnet_diagram.errors import RenderError
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.comparison.measure import (
    LABEL_GAP,
    LANE,
    LANE_PAD,
    NAME,
    NOTE,
    Section,
    Sections,
    best_sections,
)
from resnet_diagram.layout.flow.draw import draw
from resnet_diagram.layout.legend import finished, legend_height, widest_entry
from resnet_diagram.layout.scene import Anchor, GroupKind, Scene
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.units import Fit
from resnet_diagram.style.theme import Theme


class _Placement(NamedTuple):
    """A section with its left edge, the top of its rows, and the position of each network's line."""

    section: Section
    x: float
    top: float
    lines: tuple[float, ...]

    @property
    def bottom(self) -> float:
        return self.top + self.section.height

    def rows(self) -> Iterator[tuple[float, float]]:
        """Yield top and height of each row."""
        top = self.top
        for height in self.section.row_heights:
            yield top, height
            top += height + self.section.spacing.row


def lay_out_comparison(
    diagram: Diagram, comparison: Comparison, theme: Theme, fit: Fit, *, nearest: bool = False
) -> Scene:
    """Return the scene of networks side by side. Raises RenderError where the page is too small."""
    canvas = Canvas(theme=theme, turned=True)
    words = text_width(diagram.title, canvas.theme.size("title"), bold=True)
    least = max(words, widest_entry(canvas, diagram.legend)) + 2 * spacing.PAGE_MARGIN
    title = NAME + 2.0 if diagram.title else 0.0
    room = (fit.width or least) - 2 * spacing.PAGE_MARGIN
    legend = spacing.LEGEND_GAP + legend_height(canvas, diagram.legend, room) if diagram.legend else 0.0
    margins = (2 * spacing.PAGE_MARGIN, 2 * spacing.PAGE_MARGIN + title + legend)
    sections = best_sections(comparison, theme, fit, margins, nearest=nearest)
    width = max(sections.width + 2 * spacing.PAGE_MARGIN, least)
    top = spacing.PAGE_MARGIN
    if diagram.title:
        with canvas.group("title", GroupKind.TITLE, diagram.title):
            canvas.words(diagram.title, "title", "text", (spacing.PAGE_MARGIN, top + 5.0), bold=True)
        top += title
    _draw(canvas, sections, top)
    scene = finished(canvas, diagram, width, top + sections.height)
    for needed, limit, side in ((scene.width, fit.width, "wide"), (scene.height, fit.height, "high")):
        if limit is not None and needed > limit + 0.01 and not nearest:
            raise RenderError(
                f"The comparison is {needed:.0f} pt {side}, more than the {limit:.0f} pt given. "
                "Compare fewer networks, or give more room."
            )
    return replace(scene, title=scene.title or " and ".join(column.title for column in comparison.columns))


def _draw(canvas: Canvas, sections: Sections, top: float) -> None:
    """Draw frames, words beside them, and the networks from section to section."""
    placements: list[_Placement] = []
    x = spacing.PAGE_MARGIN
    for number, section in enumerate(sections.sections):
        rows_top = top + NAME + (sections.lanes if number else 0.0)
        placements.append(_Placement(section, x, rows_top, section.lines(x)))
        x += section.width + sections.lanes
    for placement in placements:
        section = placement.section
        left, right = placement.x + section.label_width, placement.x + section.width
        numbered = enumerate(zip(section.words, placement.rows(), strict=True), section.first + 1)
        for number, (words, (row_top, height)) in numbered:
            with canvas.group(f"row{number}", GroupKind.ROW, words):
                canvas.frame(GroupRole.STAGE, (row_top, left), (row_top + height, right))
                middle = (left - LABEL_GAP, row_top + height / 2)
                canvas.words(words, "caption", "muted", middle, anchor=Anchor.END)
    for number, track in enumerate(sections.sections[0].tracks):
        with canvas.group(track.column.id, GroupKind.NETWORK, track.column.title):
            _network(canvas, placements, number, top)
        canvas.line = None


def _network(canvas: Canvas, placements: list[_Placement], number: int, top: float) -> None:
    """Draw a network through all sections, its name above it in each, and its notes below the last.

    Lines into the next section do not cross: the first network's is outermost below and beside the section,
    innermost above the next one.
    """
    track = placements[-1].section.tracks[number]
    column = track.column
    outer, inner = (
        LANE_PAD + LANE * (len(placements[0].section.tracks) - 1 - number),
        LANE_PAD + LANE * number,
    )
    for before, placement in zip((None, *placements), placements, strict=False):
        line, section = placement.lines[number], placement.section
        middle = (line, top + NAME / 2 - 1.0)
        canvas.words(column.title, "group", "text", middle, bold=True, anchor=Anchor.MIDDLE)
        if before and canvas.line:
            low, gap, high = (
                before.bottom + outer,
                before.x + before.section.width + outer,
                placement.top - inner,
            )
            canvas.via((low, before.lines[number]), (low, gap), (high, gap), (high, line))
        for part, (start, _) in zip(section.tracks[number].parts, placement.rows(), strict=True):
            if part.parts:
                draw(canvas, part, start + section.spacing.row + part.lead, line)
    for place, note in enumerate(track.notes):
        at = (placements[-1].lines[number], placements[-1].bottom + (place + 0.7) * NOTE)
        canvas.words(note, "caption", "muted", at, anchor=Anchor.MIDDLE)
