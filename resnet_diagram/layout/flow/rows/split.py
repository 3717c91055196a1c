"""Break the content of a diagram's outer groups into rows."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from resnet_diagram.diagram.model import Diagram, Group, GroupRole, Item
from resnet_diagram.layout.flow.cells import Cell, NodeCell, Series
from resnet_diagram.layout.flow.measure import gap, series
from resnet_diagram.layout.spacing import ROOMY, Gaps


class Section(NamedTuple):
    """A group in rows, or loose items between groups (`group` is None).

    `note` is written behind the title.
    """

    group: Group | None
    note: str
    rows: tuple[Series, ...]

    @property
    def length(self) -> float:
        """Points of the longest row."""
        return max((row.length for row in self.rows), default=0.0)

    @property
    def lead(self) -> float:
        """Space for the line into the first row."""
        return self.rows[0].lead if self.rows else 0.0


def outer_groups(diagram: Diagram) -> list[tuple[Group | None, tuple[Item, ...]]]:
    """Return the outermost groups of a diagram; consecutive items outside groups are kept together."""
    items: list[tuple[Group | None, tuple[Item, ...]]] = []
    for is_section, run in groupby(
        diagram.chain.items, lambda item: isinstance(item, Group) and item.role is not GroupRole.BLOCK
    ):
        if is_section:
            items += [(item, item.items) for item in run if isinstance(item, Group)]
        else:
            items.append((None, tuple(run)))
    return items


def break_rows(
    cells: Iterable[Cell], limit: float, gaps: Gaps = ROOMY, *, whole: bool = False
) -> tuple[Series, ...]:
    """Return rows of up to `limit` points; longer blocks are split unless they stay `whole`."""
    rows: list[list[Cell]] = [[]]
    length = 0.0
    for cell in cells if whole else pieces(cells, limit):
        longer = length + gap(rows[-1][-1] if rows[-1] else None, cell, gaps) + cell.length
        if rows[-1] and longer > limit:
            rows.append([cell])
            length = cell.length
        else:
            rows[-1].append(cell)
            length = longer
    return tuple(series(row, gaps) for row in rows)


def pieces(cells: Iterable[Cell], limit: float) -> list[Cell]:
    """Return the cells, with those longer than `limit` points split into their parts."""
    items: list[Cell] = []
    for cell in cells:
        if isinstance(cell, Series) and cell.length > limit:
            items += pieces((part for _, part in cell.parts), limit)
        else:
            items.append(cell)
    return items


def has_lanes(cell: Cell) -> bool:
    """Return whether shortcuts run beside the boxes."""
    match cell:
        case NodeCell():
            return False
        case Series():
            return any(has_lanes(part) for _, part in cell.parts)
        case _:
            return True
