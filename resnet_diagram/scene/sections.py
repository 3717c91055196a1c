"""Measure the outer groups of a diagram, with texts broken or not as the room asks."""

from resnet_diagram.diagram.model import Diagram, Item
from resnet_diagram.scene import spacing
from resnet_diagram.scene.cells import Series
from resnet_diagram.scene.measure import Ruler, cells, ruler, series
from resnet_diagram.scene.rows import Section, break_rows, has_lanes, outer_groups
from resnet_diagram.scene.theme import Theme


def sections(diagram: Diagram, theme: Theme, *, turned: bool) -> list[Section]:
    """Every outer group with its rows; rows are broken only when one is too long for a page."""
    narrow = ruler(diagram.items, theme, turned=turned, wrapped=True)
    measured = [(group, items, cells(items, narrow)) for group, items in outer_groups(diagram)]
    longest = max((series(found).length for _, _, found in measured), default=0.0)
    limit = _limit(longest, turned=turned)
    found: list[Section] = []
    for group, items, inner in measured:
        rows = break_rows(inner, limit)
        if not turned and len(rows) == 1 and not has_lanes(rows[0]):
            rows = _roomy(items, rows, theme, min(longest, limit))
        found.append(Section(group=group, rows=rows))
    return found


def _limit(longest: float, *, turned: bool) -> float:
    """How long a row may get."""
    whole, page = (
        (spacing.PAGE_HEIGHT, spacing.PAGE_HEIGHT)
        if turned
        else (spacing.WIDEST_ROW, spacing.PAGE_WIDTH - 46)
    )
    return longest if longest <= whole else page


def _roomy(
    items: tuple[Item, ...], rows: tuple[Series, ...], theme: Theme, room: float
) -> tuple[Series, ...]:
    """The row with its texts unbroken, if there is room for that."""
    wide = series(cells(items, ruler(items, theme, turned=False, wrapped=False)))
    return (wide,) if wide.length <= room - 40 else rows
