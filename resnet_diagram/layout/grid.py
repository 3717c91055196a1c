"""Lay out a comparison: a column a network, flowing down, with rows of equal resolution across all."""

from collections.abc import Sequence
from typing import NamedTuple

from resnet_diagram.diagram.model import Column, Comparison, Diagram, GroupRole, LegendEntry
from resnet_diagram.errors import RenderError
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.boxes import PLAIN, BoxRules, box_sizer
from resnet_diagram.layout.flow.cells import Series
from resnet_diagram.layout.flow.draw import draw
from resnet_diagram.layout.flow.measure import cells, series
from resnet_diagram.layout.legend import draw_legend, widest_entry
from resnet_diagram.layout.scene import Anchor, GroupKind, Scene
from resnet_diagram.layout.spacing import TIGHT, TIGHTEST
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.units import Fit
from resnet_diagram.style.theme import Theme

_BOX_RULES = (
    (PLAIN, 16.0),
    (BoxRules(gaps=TIGHT), 12.0),
    (BoxRules(gaps=TIGHT, limit=27.5), 10.0),
    (BoxRules(gaps=TIGHTEST, limit=21.0), 6.0),
)
"""Box rules and gaps between two columns, in points, most generous first."""
_ROW_GAP = 5.0
_ROW_PAD = 5.0
_NAME = 12.0
_NOTE = 8.4
_LABEL_GAP = 5.0


class _Track(NamedTuple):
    """A network's column: its measured cells, how far it reaches to both sides of its line, and the line."""

    column: Column
    parts: tuple[Series, ...]
    left: float
    right: float
    line: float


def lay_out_comparison(diagram: Diagram, comparison: Comparison, theme: Theme, fit: Fit) -> Scene:
    """The scene of networks side by side, in points. Raises RenderError where the page is too narrow."""
    canvas = Canvas(theme=theme, turned=True)
    legend = diagram.legend
    least = _least(canvas, diagram.title, legend)
    for rules, gap in _BOX_RULES:
        tracks, right = _tracks(comparison, theme, rules, gap)
        width = max(right + spacing.PAGE_MARGIN, least)
        if fit.width is None or width <= fit.width:
            break
    _demand(width, fit.width, "wide")
    top = spacing.PAGE_MARGIN
    if diagram.title:
        with canvas.group("title", GroupKind.TITLE, diagram.title):
            canvas.words(diagram.title, "title", "text", (spacing.PAGE_MARGIN, top + 5.0), bold=True)
        top += _NAME + 2.0
    bottom = _rows(canvas, comparison, tracks, top + _NAME, right)
    _ends(canvas, tracks, top, bottom)
    bottom += _NOTE * max((len(track.column.notes) for track in tracks), default=0)
    if legend:
        ends = (spacing.PAGE_MARGIN, width - spacing.PAGE_MARGIN)
        bottom = draw_legend(canvas, legend, ends, bottom + spacing.LEGEND_GAP)
    height = round(bottom + spacing.PAGE_MARGIN, 2)
    _demand(height, fit.height, "high")
    return Scene(
        width=round(width, 2),
        height=height,
        title=diagram.title or " and ".join(column.title for column in comparison.columns),
        description=diagram.description,
        root=canvas.build(),
    )


def _least(canvas: Canvas, title: str, legend: tuple[LegendEntry, ...]) -> float:
    words = text_width(title, canvas.theme.size("title"), bold=True)
    return max(words, widest_entry(canvas, legend)) + 2 * spacing.PAGE_MARGIN


def _demand(needed: float, value: float | None, how: str) -> None:
    if value is not None and needed > value + 0.01:
        raise RenderError(
            f"The comparison is {needed:.0f} pt {how}, more than the {value:.0f} pt given. "
            "Compare fewer networks, or give more room."
        )


def _tracks(comparison: Comparison, theme: Theme, rules: BoxRules, gap: float) -> tuple[list[_Track], float]:
    """Every column with its place, `gap` points apart, and where the last one ends."""
    contents = tuple(item for column in comparison.columns for cell in column.cells for item in cell)
    measure = box_sizer(contents, theme, turned=True, wrapped=True, rules=rules)
    x = _label_width(comparison, theme)
    tracks: list[_Track] = []
    for column in comparison.columns:
        parts = tuple(series(cells(cell, measure), rules.gaps) for cell in column.cells)
        words = [text_width(column.title, theme.size("group"), bold=True)]
        words += [text_width(note, theme.size("caption")) for note in column.notes]
        half = max(words) / 2
        left = max(half, *(part.above for part in parts))
        right = max(half, *(part.below for part in parts))
        tracks.append(_Track(column, parts, left, right, x + gap / 2 + left))
        x += left + right + gap
    return tracks, x


def _label_width(comparison: Comparison, theme: Theme) -> float:
    widest = max((text_width(words, theme.size("caption")) for words in comparison.rows), default=0.0)
    return spacing.PAGE_MARGIN + (widest + _LABEL_GAP if widest else 0.0)


def _rows(
    canvas: Canvas, comparison: Comparison, tracks: Sequence[_Track], top: float, right: float
) -> float:
    """The frames of the rows, the words beside them and what stands in them; the bottom is returned."""
    tops: list[float] = []
    y = top
    left = _label_width(comparison, canvas.theme)
    for number, words in enumerate(comparison.rows):
        high = 2 * _ROW_PAD + max(_length(track.parts[number]) for track in tracks)
        with canvas.group(f"row{number + 1}", GroupKind.ROW, words):
            canvas.frame(GroupRole.STAGE, (y, left), (y + high, right))
            middle = (left - _LABEL_GAP, y + high / 2)
            canvas.words(words, "caption", "muted", middle, anchor=Anchor.END)
        tops.append(y)
        y += high + _ROW_GAP
    for track in tracks:
        with canvas.group(track.column.id, GroupKind.NETWORK, track.column.title):
            for part, start in zip(track.parts, tops, strict=True):
                if part.parts:
                    draw(canvas, part, start + _ROW_PAD + part.lead, track.line)
        canvas.line = None
    return y - _ROW_GAP


def _length(part: Series) -> float:
    return part.length + part.lead


def _ends(canvas: Canvas, tracks: Sequence[_Track], top: float, bottom: float) -> None:
    """The name of each network over its column, and its notes under it."""
    for track in tracks:
        with canvas.group(track.column.id, GroupKind.NETWORK, track.column.title):
            middle = (track.line, top + _NAME / 2 - 1.0)
            canvas.words(track.column.title, "group", "text", middle, bold=True, anchor=Anchor.MIDDLE)
            for number, note in enumerate(track.column.notes):
                at = (track.line, bottom + (number + 0.7) * _NOTE)
                canvas.words(note, "caption", "muted", at, anchor=Anchor.MIDDLE)
