"""Measure the outer groups of a diagram, with rows and texts broken as the room asks."""

from typing import NamedTuple

from resnet_diagram.diagram.model import Diagram, Group, Item
from resnet_diagram.layout import spacing
from resnet_diagram.layout.flow.boxes import BoxRules, BoxSizer, box_sizer
from resnet_diagram.layout.flow.cells import Cell, Series
from resnet_diagram.layout.flow.measure import cells, series
from resnet_diagram.layout.flow.rows.split import Section, break_rows, has_lanes, outer_groups
from resnet_diagram.layout.flow.variants import Breaks
from resnet_diagram.style.theme import Theme

_SCROLL = 3.0
_LONGER = 1.15
_TITLE = 40.0
"""About as much as a short title takes beside a row."""
_LINE = 27.5
"""A line in a box that may be broken to be short."""


class MeasuredGroups(NamedTuple):
    """The outer groups of a diagram with their items and measured cells, and the sizer of their boxes."""

    groups: list[tuple[Group | None, tuple[Item, ...], list[Cell]]]
    sizer: BoxSizer


def measured_groups(diagram: Diagram, theme: Theme, rules: BoxRules) -> MeasuredGroups:
    """Return the outer groups of a diagram, measured by some rules."""
    sizer = box_sizer(diagram.chain.items, theme, turned=False, wrapped=True, rules=rules)
    return MeasuredGroups(
        [(group, items, cells(items, sizer)) for group, items in outer_groups(diagram)], sizer
    )


def sections(measured: MeasuredGroups, breaks: Breaks, room: float) -> list[Section]:
    """Return the outer groups with their rows, which are at most `room` points long if possible.

    Plain boxes are in one row, with as few line breaks as fit, if any.
    """
    limit = row_limit([inner for _, _, inner in measured.groups]) if breaks is Breaks.PAGE else room
    theme, gaps, whole = measured.sizer.theme, measured.sizer.rules.gaps, breaks is Breaks.BLOCKS
    result: list[Section] = []
    for number, (group, items, inner) in enumerate(measured.groups):
        full = series(inner, gaps)
        rows: tuple[Series, ...] = (full,)
        if breaks is not Breaks.NOWHERE:
            rows = break_rows(inner, limit, gaps, whole=whole)
            if len(rows) > 1:  # the lines that turn from one row into the next need room as well
                rows = break_rows(inner, limit - 2 * spacing.TURN_PAD, gaps, whole=whole)
        looser = ((False, 0.0, limit - _TITLE), (True, 0.0, limit), (True, _LINE, limit))
        for wrapped, line, length in () if has_lanes(full) else looser:
            rules = BoxRules(gaps=gaps, limit=line)
            sizer = box_sizer(items, theme, turned=False, wrapped=wrapped, rules=rules)
            row = series(cells(items, sizer), gaps)
            if row.length <= length:
                rows = (row,)
                break
        note = group.caption if group and not number else ""
        result.append(Section(group=group, note=note, rows=rows))
    return result


def row_limit(groups: list[list[Cell]]) -> float:
    """Return the maximum length of a row where no width is given, in points.

    A row that fits a page is left whole. Else rows are as long as a page is wide, or longer where the drawing
    would become a scroll.
    """
    longest = max((series(inner).length for inner in groups), default=0.0)
    if longest <= spacing.WIDEST_ROW:
        return longest
    limit = spacing.PAGE_WIDTH - 46.0
    while limit < longest:
        rows = [row for inner in groups for row in break_rows(inner, limit)]
        height = sum(row.above + row.below + spacing.ROW_GAP for row in rows)
        if height <= _SCROLL * max(row.length for row in rows):
            break
        limit *= _LONGER
    return limit
