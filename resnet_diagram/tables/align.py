"""Sections of several networks side by side."""

from collections.abc import Hashable, Sequence
from heapq import merge
from math import prod

from resnet_diagram.dataclass import dataclass
from resnet_diagram.tables.sections import Kind, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table: a section of each network, or None."""

    sections: tuple[Section | None, ...]

    @property
    def present(self) -> tuple[Section, ...]:
        """The sections in this row, without networks that have none here."""
        return tuple(section for section in self.sections if section)


def by_size(columns: Sequence[Sequence[Section]]) -> tuple[Row, ...]:
    """Return rows of sections of equal resolution, in the order of each network; heads share a row."""
    rows = [Row(sections=(section,)) for section in columns[0]]
    for number, column in enumerate(columns[1:], 1):
        keys = (
            [section.kind is Kind.HEAD or section.size for section in side]
            for side in ([row.present[0] for row in rows], column)
        )
        items: list[Row] = []
        left = right = 0
        for at, with_it in [*_matches(*keys).items(), (len(rows), len(column))]:
            before = [Row(sections=(*row.sections, None)) for row in rows[left:at]]
            after = [Row(sections=(*(None,) * number, section)) for section in column[right:with_it]]
            items += merge(before, after, key=lambda row: -prod(row.present[0].size))  # the larger ones first
            if at < len(rows):
                items.append(Row(sections=(*rows[at].sections, column[with_it])))
            left, right = at + 1, with_it + 1
        rows = items
    return tuple(rows)


def by_position(columns: Sequence[Sequence[Section]]) -> tuple[Row, ...]:
    """Return rows of the first, second … sections, regardless of resolution; the heads share a row."""
    bodies = [[item for item in column if item.kind is not Kind.HEAD] for column in columns]
    heads = [next((entry for entry in column if entry.kind is Kind.HEAD), None) for column in columns]
    longest = max(map(len, bodies))
    rows = [
        Row(sections=tuple(body[at] if at < len(body) else None for body in bodies)) for at in range(longest)
    ]
    return (*rows, Row(sections=tuple(heads))) if any(heads) else tuple(rows)


def _matches(left: Sequence[Hashable], right: Sequence[Hashable]) -> dict[int, int]:
    """Return the positions of a longest common subsequence, left to right."""
    best = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            longer = max(best[i + 1][j], best[i][j + 1])
            best[i][j] = max(longer, best[i + 1][j + 1] + 1) if left[i] == right[j] else longer
    table: dict[int, int] = {}
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] == right[j] and best[i][j] == best[i + 1][j + 1] + 1:
            table[i] = j
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return table
