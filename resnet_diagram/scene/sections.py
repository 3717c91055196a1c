"""Measure the outer groups of a diagram, with rows and texts broken as the page asks."""

from resnet_diagram.diagram.model import Diagram, Group, Item
from resnet_diagram.scene import spacing
from resnet_diagram.scene.cells import Cell, Series
from resnet_diagram.scene.measure import cells, series
from resnet_diagram.scene.rows import Section, break_rows, has_lanes, outer_groups
from resnet_diagram.scene.ruler import ruler
from resnet_diagram.scene.theme import Theme

_SCROLL = 3.0
_LONGER = 1.15


def sections(diagram: Diagram, theme: Theme, *, turned: bool) -> list[Section]:
    """Every outer group with its rows; rows are broken only when one is too long for a page."""
    measure = ruler(diagram.items, theme, turned=turned, wrapped=True)
    measured = [(group, items, cells(items, measure)) for group, items in outer_groups(diagram)]
    limit = row_limit([inner for _, _, inner in measured], turned=turned)
    found: list[Section] = []
    for number, (group, items, inner) in enumerate(measured):
        rows = _rows(items, inner, limit, None if turned else (theme, limit))
        found.append(Section(group=group, note="" if number else _caption(group), rows=rows))
    return found


def _caption(group: Group | None) -> str:
    return group.caption if group else ""


def row_limit(groups: list[list[Cell]], *, turned: bool) -> float:
    """How long a row of any of the groups may get, in points.

    A row that fits a page is left whole. Else rows are as long as a page is wide, or longer where the drawing
    would become a scroll.
    """
    longest = max((series(inner).length for inner in groups), default=0.0)
    limit = spacing.PAGE_HEIGHT if turned else spacing.WIDEST_ROW
    if longest <= limit:
        return longest
    limit = spacing.PAGE_HEIGHT if turned else spacing.PAGE_WIDTH - 46.0
    while limit < longest and _is_scroll(groups, limit):
        limit *= _LONGER
    return limit


def _is_scroll(groups: list[list[Cell]], limit: float) -> bool:
    """Whether rows of up to `limit` points make a drawing many times as long across them as along them."""
    rows = [row for inner in groups for row in break_rows(inner, limit)]
    across = sum(row.above + row.below + spacing.ROW_GAP for row in rows)
    return across > _SCROLL * max(row.length for row in rows)


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
