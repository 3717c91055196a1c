"""Measure the outer groups of a diagram, with rows and texts broken as the page asks."""

import math

from resnet_diagram.diagram.model import Diagram, Group, Item
from resnet_diagram.scene import spacing
from resnet_diagram.scene.cells import Cell, Series
from resnet_diagram.scene.measure import cells, ruler, series
from resnet_diagram.scene.rows import Section, break_rows, has_lanes, outer_groups
from resnet_diagram.scene.theme import Theme

_TALLEST = 3.0
"""How many times as long across the rows as along them a page may get before its rows are made longer."""


def sections(diagram: Diagram, theme: Theme, *, turned: bool) -> list[Section]:
    """Every outer group with its rows; rows are broken only when one is too long for a page."""
    measure = ruler(diagram.items, theme, turned=turned, wrapped=True)
    measured = [(group, items, cells(items, measure)) for group, items in outer_groups(diagram)]
    whole = [series(inner) for _, _, inner in measured]
    limit = row_limit(whole, turned=turned)
    room = min(limit, max((row.length for row in whole), default=0.0))
    found: list[Section] = []
    for number, (group, items, inner) in enumerate(measured):
        rows = _rows(items, inner, limit, None if turned else (theme, room))
        found.append(Section(group=group, note="" if number else _caption(group), rows=rows))
    return found


def _caption(group: Group | None) -> str:
    return group.caption if group else ""


def row_limit(whole: list[Series], *, turned: bool) -> float:
    """How long a row may get, in points; `whole` are the groups as one row each."""
    longest = max((row.length for row in whole), default=0.0)
    if longest <= (spacing.PAGE_HEIGHT if turned else spacing.WIDEST_ROW):
        return longest
    area = sum(row.length * (row.above + row.below + spacing.ROW_GAP) for row in whole)
    page = spacing.PAGE_HEIGHT if turned else spacing.PAGE_WIDTH - 46.0
    return max(page, math.sqrt(area / _TALLEST))


def _rows(
    items: tuple[Item, ...], inner: list[Cell], limit: float, roomy: tuple[Theme, float] | None
) -> tuple[Series, ...]:
    """The rows of one group; a row of plain boxes gets its texts unbroken if there is room for that."""
    rows = break_rows(inner, limit)
    if roomy is None or len(rows) != 1 or has_lanes(rows[0]):
        return rows
    theme, room = roomy
    wide = series(cells(items, ruler(items, theme, turned=False, wrapped=False)))
    return (wide,) if wide.length <= room - 40.0 else rows
