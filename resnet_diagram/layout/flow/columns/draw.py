"""Draw a diagram in columns, from left to right, with the flow running down in each."""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

from resnet_diagram.diagram.model import Diagram
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.boxes import box_sizer
from resnet_diagram.layout.flow.cells import Cell, NodeCell
from resnet_diagram.layout.flow.columns.fill import (
    BETWEEN,
    PAD,
    TITLE_HEIGHT,
    Column,
    Measured,
    Segment,
    balance,
    columns_length,
    fill,
    lead_of,
    measured,
)
from resnet_diagram.layout.flow.draw import draw
from resnet_diagram.layout.flow.measure import cells, series
from resnet_diagram.layout.flow.rows.split import outer_groups, pieces
from resnet_diagram.layout.flow.titles import CLEAR, draw_heading, heading_widths
from resnet_diagram.layout.flow.variants import Variant
from resnet_diagram.layout.spacing import Gaps
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.units import Fit
from resnet_diagram.style.theme import Theme

_LANE = 6.0
"""Distance from the frames to the line into the next column, in points."""
_SLIM = 2.6
"""Ratio of height to width at which a drawing gets another column."""
_SCROLL = 3.5
"""Ratio of height to width for a drawing that is already wider than a page."""
_LONGEST = 0.8
"""Share of a column above which a block may be split."""


Reach = tuple[float, float]
"""Extent to the left and to the right of a line, in points."""


class ColumnLayout(NamedTuple):
    """Columns, how far the widest may reach, and how far all frames do."""

    columns: tuple[Column, ...]
    widest: Reach
    frame: Reach

    def reach(self, column: Column) -> Reach:
        """Return how far a column reaches."""
        sides = [self.frame if segment.group else _cell_reach(segment.cells) for segment in column]
        return max((left for left, _ in sides), default=0.0), max((right for _, right in sides), default=0.0)


class Placement(NamedTuple):
    """Position of a column segment: its frame begins at `u`; its flow runs along `v` from `start` on.

    `reach`: that of its column.
    """

    segment: Segment
    u: float
    v: float
    reach: Reach

    @property
    def end_u(self) -> float:
        """End of its frame."""
        return self.u + self.segment.length

    @property
    def start(self) -> float:
        """Start of its first cell."""
        return self.u + (TITLE_HEIGHT + lead_of(self.segment.cells) if self.segment.group else 0.0)


class Columns(NamedTuple):
    """Columns on a page: each segment's position; `right` and `bottom` are the ends of all of them."""

    layout: ColumnLayout
    places: tuple[Placement, ...]
    gaps: Gaps
    top: float
    right: float
    bottom: float


def place_columns(diagram: Diagram, theme: Theme, variant: Variant, fit: Fit, top: float) -> Columns:
    """Return the columns from `top` down in the room `fit` gives, not drawn yet."""
    layout = _column_layout(diagram, theme, variant, fit)
    if len(layout.columns) > 1:
        top += _LANE + 2.0
    first = top
    if layout.columns[0]:
        group, inner = layout.columns[0][0].group, layout.columns[0][0].cells
        if group:  # the shapes of a first stage are above it
            first += 10.0 if group.caption else 0.0
        elif not isinstance(inner[0], NodeCell):
            first += spacing.FRAME_LEAD
    places: list[Placement] = []
    left = spacing.PAGE_MARGIN
    for column in layout.columns:
        reach, u = layout.reach(column), first
        for segment in column:
            places.append(Placement(segment=segment, u=u, v=left + reach[0], reach=reach))
            u += segment.length + BETWEEN
        left += sum(reach) + spacing.COLUMN_GAP
    lows = (_low(layout, *pair, first, theme) for pair in itertools.pairwise(places))
    right = _total_width(layout) + 2 * spacing.PAGE_MARGIN
    bottom = max([top, *(place.end_u for place in places), *lows])
    return Columns(layout, tuple(places), variant.rules.gaps, top, right, bottom)


def draw_columns(canvas: Canvas, columns: Columns) -> None:
    """Draw the columns, and the lines between their segments."""
    _first_caption(canvas, columns)
    before: Placement | None = None
    for number, placement in enumerate(columns.places):
        if before:
            # Lead the line from segment to segment, past the caption of a group.
            layout, top = columns.layout, columns.places[0].u
            caption = _caption(placement)
            if before.v == placement.v:
                middle = _caption_v(canvas.theme, placement.reach, placement.v, caption)
                place = ((before.end_u + placement.u) / 2, middle)
            else:
                gap, high = placement.v - placement.reach[0] - spacing.COLUMN_GAP / 2, top - _LANE
                low = _low(layout, before, placement, top, canvas.theme)
                canvas.via((low, before.v), (low, gap), (high, gap), (high, placement.v))
                place = ((low + high) / 2, gap)
            if caption:
                canvas.label(caption, "caption", "caption", place, halo=True, across=before.v == placement.v)
        group, content = placement.segment.group, series(list(placement.segment.cells), columns.gaps)
        if group is None:
            draw(canvas, content, placement.start, placement.v)
        else:
            group_id = group.id if placement.segment.first else f"{group.id}-continued{number}"
            with canvas.part(group, group_id):
                left, right = placement.v - columns.layout.frame[0], placement.v + columns.layout.frame[1]
                canvas.frame(group.role, (placement.u, left), (placement.end_u, right))
                middle = placement.u + TITLE_HEIGHT / 2 + 1.0
                if placement.segment.first:
                    draw_heading(canvas, group, (left + PAD, right - PAD), middle)
                else:
                    canvas.words(group.title, "caption", "muted", (left + PAD, middle))
                draw(canvas, content, placement.start, placement.v)
        before = placement


def _column_layout(diagram: Diagram, theme: Theme, variant: Variant, fit: Fit) -> ColumnLayout:
    """Return the fewest columns that fit the height; as many as fit the width if all are too high.

    A drawing of free width gets more columns if it would be too slim.
    """
    high = fit.height or spacing.PAGE_HEIGHT
    is_wide = (fit.width or spacing.PAGE_WIDTH) - 2 * spacing.PAGE_MARGIN
    gaps = variant.rules.gaps
    measure = box_sizer(diagram.chain.items, theme, turned=True, wrapped=variant.wrapped, rules=variant.rules)
    measureds = [
        measured(group, tuple(pieces(cells(items, measure), _LONGEST * high)), gaps)
        for group, items in outer_groups(diagram)
    ]
    frame = _frame_reach([item for item in measureds if item.group], theme)
    loose = _cell_reach([cell for item in measureds if not item.group for cell in item.cells])
    layout = ColumnLayout((), (max(frame[0], loose[0]), max(frame[1], loose[1])), frame)
    maximum = int((is_wide + spacing.COLUMN_GAP) / (_breadth(layout) + spacing.COLUMN_GAP))
    count = _least_count(layout, columns_length(fill(measureds, math.inf)), high, variant, maximum, fit)
    while True:
        count += 1
        layout = layout._replace(columns=balance(measureds, count))
        height, width = (
            columns_length(layout.columns),
            max(_total_width(layout), spacing.SMALLEST_WIDTH),
        )
        full = _width(layout, count + 1) > is_wide and (fit.width is not None or height < _SCROLL * width)
        good = height <= high and height <= _SLIM * width
        if full or good or len(layout.columns) < count or count >= variant.most:
            return layout


def _least_count(
    layout: ColumnLayout, length: float, high: float, variant: Variant, maximum: int, fit: Fit
) -> int:
    """Return a number of columns, each lower than one that could do, for a drawing of some length."""
    count = max(0, min(maximum, int(length / high)) - 1)
    if fit.width is not None:
        return count
    while count + 1 < variant.most and length > (count + 1) * (
        BETWEEN + max(high, _SCROLL * max(_width(layout, count + 1), spacing.SMALLEST_WIDTH))
    ):
        count += 1
    return count


def _width(layout: ColumnLayout, count: int) -> float:
    """Return the width of `count` columns as wide as the widest, with the gaps between them, in points."""
    return count * (_breadth(layout) + spacing.COLUMN_GAP) - spacing.COLUMN_GAP


def _total_width(layout: ColumnLayout) -> float:
    """Return the width of the columns with the gaps between them, in points."""
    widths = [sum(layout.reach(column)) + spacing.COLUMN_GAP for column in layout.columns]
    return sum(widths) - spacing.COLUMN_GAP


def _breadth(layout: ColumnLayout) -> float:
    return sum(layout.widest)


def _cell_reach(cells: Sequence[Cell]) -> Reach:
    """Return the extent of a column's content on both sides of its line."""
    above, below = (max(sides, default=0.0) for sides in ([c.above for c in cells], [c.below for c in cells]))
    return above + PAD, below + PAD


def _frame_reach(measureds: Sequence[Measured], theme: Theme) -> Reach:
    """Return the extent of frames on both sides of their line: round all their cells and titles."""
    above, below = _cell_reach([cell for item in measureds for cell in item.cells])
    headings = [heading_widths(item.group, theme) for item in measureds if item.group]
    above = max([above, *(PAD + title + CLEAR for title, _ in headings if title)])
    below = max([below, *(PAD + count + CLEAR for _, count in headings if count)])
    captions = [_caption_width(theme, entry.group.caption) for entry in measureds if entry.group]
    missing = max(0.0, max(captions, default=0.0) - above - below) / 2
    return above + missing, below + missing


def _first_caption(canvas: Canvas, columns: Columns) -> None:
    """Write the shapes of a first stage above it."""
    layout = columns.layout
    group = layout.columns[0][0].group if layout.columns[0] else None
    if group and group.caption:
        reach = columns.places[0].reach
        middle = _caption_v(canvas.theme, reach, spacing.PAGE_MARGIN + reach[0], group.caption)
        canvas.label(group.caption, "caption", "caption", (columns.top + 4.0, middle), across=True)


def _caption_v(theme: Theme, reach: Reach, v: float, caption: str) -> float:
    """Return the centre of a caption on the line at `v`, moved if needed to stay above its column."""
    half = _caption_width(theme, caption) / 2
    return min(max(v, v - reach[0] + half), v + reach[1] - half)


def _caption_width(theme: Theme, caption: str) -> float:
    return text_width(caption, theme.size("caption"))


def _caption(placement: Placement) -> str:
    """Return the caption on the line into a segment, if a group begins with it."""
    group = placement.segment.group
    return group.caption if group and placement.segment.first else ""


def _low(layout: ColumnLayout, before: Placement, placement: Placement, top: float, theme: Theme) -> float:
    """Return the lowest point of the line from a segment to the next, past the caption of a group."""
    if before.v == placement.v:
        return placement.u
    caption = _caption(placement)
    least = _caption_width(theme, caption) + 2 * spacing.BEND + 4.0 if caption else 0.0
    return max(before.end_u + _LANE, top - _LANE + least)
