"""Draw a diagram in columns, from left to right, with the flow running down in each."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from resnet_diagram.diagram.model import Diagram, Group
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.cells import NodeCell
from resnet_diagram.layout.flow.columns import (
    BETWEEN,
    PAD,
    STRIP,
    Column,
    Measured,
    Story,
    balance,
    columns_length,
    fill,
    lead_of,
    measured,
)
from resnet_diagram.layout.flow.draw import draw
from resnet_diagram.layout.flow.measure import cells, series
from resnet_diagram.layout.flow.rows import outer_groups, pieces
from resnet_diagram.layout.flow.ruler import ruler
from resnet_diagram.layout.flow.titles import draw_title_round, title_reach
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.units import Fit
from resnet_diagram.layout.variants import Attempt
from resnet_diagram.style.theme import Theme

_LANE = 6.0
"""From the frames to the line into the next column."""
_SLIM = 2.6
"""A drawing gets another column before it is this many times as high as wide."""
_SCROLL = 3.5
"""The same for one that is wider than a page already."""
_LONGEST = 0.8
"""A block that takes more than this part of a column may be taken apart."""


class Tower(NamedTuple):
    """Columns, and how far each reaches to the left and to the right of its line."""

    columns: tuple[Column, ...]
    above: float
    below: float


class Spot(NamedTuple):
    """Where a story stands: its frame begins at `u`; its flow runs along `v` from `start` on."""

    story: Story
    u: float
    v: float

    @property
    def end_u(self) -> float:
        """Where its frame ends."""
        return self.u + self.story.length

    @property
    def start(self) -> float:
        """Where its first cell begins."""
        return self.u + (STRIP + lead_of(self.story.cells) if self.story.group else 0.0)


def draw_tower(
    canvas: Canvas, diagram: Diagram, attempt: Attempt, fit: Fit, top: float
) -> tuple[float, float]:
    """Draw the columns from `top` down in the room `fit` gives; return the right and the bottom end."""
    gaps = attempt.manner.gaps
    tower = _tower(diagram, canvas.theme, attempt, fit)
    if len(tower.columns) > 1:
        top += _LANE + 2.0
    places = _spots(tower, _first_top(canvas, tower, top))
    before: Spot | None = None
    bottom = top
    for number, spot in enumerate(spot for column in places for spot in column):
        if before:
            bottom = max(bottom, _lead_in(canvas, tower, before, spot, places[0][0].u))
        group, content = spot.story.group, series(list(spot.story.cells), gaps)
        if group is None:
            draw(canvas, content, spot.start, spot.v)
        else:
            group_id = group.id if spot.story.first else f"{group.id}-continued{number}"
            with canvas.part(group, group_id):
                _frame(canvas, tower, spot, group)
                draw(canvas, content, spot.start, spot.v)
        bottom = max(bottom, spot.end_u)
        before = spot
    return _width(tower, len(tower.columns)) + 2 * spacing.PAGE_MARGIN, bottom


def _tower(diagram: Diagram, theme: Theme, attempt: Attempt, fit: Fit) -> Tower:
    """The fewest columns that stand in the room; as many as stand side by side if all are too high.

    A drawing whose width is free gets more of them where it would be a scroll.
    """
    high = fit.height or spacing.PAGE_HEIGHT
    wide = (fit.width or spacing.PAGE_WIDTH) - 2 * spacing.PAGE_MARGIN
    gaps = attempt.manner.gaps
    measure = ruler(diagram.items, theme, turned=True, wrapped=attempt.wrapped, manner=attempt.manner)
    found = [
        measured(group, tuple(pieces(cells(items, measure), _LONGEST * high)), gaps)
        for group, items in outer_groups(diagram)
    ]
    tower = Tower((), *_reach(found, theme))
    most = int((wide + spacing.COLUMN_GAP) / (_breadth(tower) + spacing.COLUMN_GAP))
    count = max(0, min(most, int(columns_length(fill(found, math.inf)) / high)) - 1)
    while True:
        count += 1
        tower = tower._replace(columns=balance(found, count))
        height, width = columns_length(tower.columns), max(_width(tower, count), spacing.SMALLEST_WIDTH)
        full = _width(tower, count + 1) > wide and (fit.width is not None or height < _SCROLL * width)
        good = height <= high and height <= _SLIM * width
        if full or good or len(tower.columns) < count or count >= attempt.most:
            return tower


def _width(tower: Tower, count: int) -> float:
    """Of that many columns."""
    return count * (_breadth(tower) + spacing.COLUMN_GAP) - spacing.COLUMN_GAP


def _breadth(tower: Tower) -> float:
    return tower.above + tower.below


def _reach(found: Sequence[Measured], theme: Theme) -> tuple[float, float]:
    """How far frames reach to both sides of their line: round all cells, and round the titles."""
    above = max((cell.above for one in found for cell in one.cells), default=0.0) + PAD
    below = max((cell.below for one in found for cell in one.cells), default=0.0) + PAD
    titles = [title_reach(one.group, theme, PAD) for one in found if one.group]
    above, below = max([above, *(left for left, _ in titles)]), max([below, *(right for _, right in titles)])
    captions = [_caption_width(theme, one.group.caption) for one in found if one.group]
    missing = max(0.0, max(captions, default=0.0) - above - below) / 2
    return above + missing, below + missing


def _first_top(canvas: Canvas, tower: Tower, top: float) -> float:
    """Where columns begin: under the line into a block, or under a stage's shapes, which are written here."""
    if not tower.columns[0]:
        return top
    group, inner = tower.columns[0][0].group, tower.columns[0][0].cells
    if group is None:
        return top + (0.0 if isinstance(inner[0], NodeCell) else spacing.FRAME_LEAD)
    if not group.caption:
        return top
    place = (top + 4.0, _caption_v(canvas, tower, spacing.PAGE_MARGIN + tower.above, group.caption))
    canvas.label(group.caption, "caption", "caption", place, across=True)
    return top + 10.0


def _caption_v(canvas: Canvas, tower: Tower, v: float, caption: str) -> float:
    """The middle of a caption on the line at `v`, as near to it as keeps the caption over its column."""
    half = _caption_width(canvas.theme, caption) / 2
    return min(max(v, v - tower.above + half), v + tower.below - half)


def _caption_width(theme: Theme, caption: str) -> float:
    return text_width(caption, theme.size("caption"))


def _spots(tower: Tower, top: float) -> list[list[Spot]]:
    """Where everything stands, column by column."""
    found: list[list[Spot]] = []
    for number, column in enumerate(tower.columns):
        v = spacing.PAGE_MARGIN + number * (_breadth(tower) + spacing.COLUMN_GAP) + tower.above
        u = top
        found.append([])
        for story in column:
            found[-1].append(Spot(story=story, u=u, v=v))
            u += story.length + BETWEEN
    return found


def _frame(canvas: Canvas, tower: Tower, spot: Spot, group: Group) -> None:
    left, right = spot.v - tower.above, spot.v + tower.below
    canvas.frame(group.role, (spot.u, left), (spot.end_u, right))
    draw_title_round(
        canvas, group, (left + PAD, spot.u + STRIP / 2 + 1.0, right - PAD), full=spot.story.first
    )


def _lead_in(canvas: Canvas, tower: Tower, before: Spot, spot: Spot, top: float) -> float:
    """Lead the line on from the spot before, past the shapes that enter a group; return how low it runs."""
    group = spot.story.group
    caption = group.caption if group and spot.story.first else ""
    if before.v == spot.v:
        place = ((before.end_u + spot.u) / 2, _caption_v(canvas, tower, spot.v, caption))
        low = spot.u
    else:
        gap, high = spot.v - tower.above - spacing.COLUMN_GAP / 2, top - _LANE
        least = _caption_width(canvas.theme, caption) + 2 * spacing.BEND + 4.0 if caption else 0.0
        low = max(before.end_u + _LANE, high + least)
        canvas.via((low, before.v), (low, gap), (high, gap), (high, spot.v))
        place = ((low + high) / 2, gap)
    if caption:
        canvas.label(caption, "caption", "caption", place, halo=True, across=before.v == spot.v)
    return low
