"""Tables for formats that cannot join cells, and numbers in words."""

from collections.abc import Iterator
from typing import NamedTuple

from resnet_diagram.tables.model import Band, Cell, Count, Part, Table

NOTHING = "–"
"""Stands where there is nothing to say."""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Line(NamedTuple):
    """A row without joined cells; a cell of `heads` is "" where the row above has it too."""

    heads: tuple[str, ...]
    cells: tuple[tuple[Part, ...], ...]


class Named(NamedTuple):
    """A band; a cell of `heads` is "" where the band above has it too. `opens`: first of a group."""

    band: Band
    heads: tuple[str, ...]
    opens: bool


def named(table: Table) -> tuple[Named, ...]:
    """The bands of a table's body, with what names them."""
    found: list[Named] = []
    last = ""
    for band in table.bands:
        same = table.grouped and band.heads[0] == last
        last = band.heads[0]
        found.append(Named(band, ("", *band.heads[1:]) if same else band.heads, not same))
    return tuple(found)


def groups(table: Table) -> list[list[Band]]:
    """The bands of the body, those of a group together."""
    found: list[list[Band]] = []
    for one in named(table):
        if one.opens:
            found.append([])
        found[-1].append(one.band)
    return found


def lines(table: Table) -> Iterator[Line]:
    """The rows of a table with nothing joined: what spans several columns stands in each of them.

    A row that spans them all is put together with the next one of its band.
    """
    for one in named(table):
        yield from _band(one.band, one.heads, table)
    for band in table.totals:
        yield from _band(band, band.heads, table)


def _band(band: Band, names: tuple[str, ...], table: Table) -> Iterator[Line]:
    width = len(table.heads) - table.keys
    heads = (*names, *("",) * (table.keys - len(names)))
    above: tuple[Part, ...] = ()
    for at, row in enumerate(band.rows):
        if at + 1 < len(band.rows) and len(row) == 1 < width:
            above = (*above, *row[0].parts)
            continue
        yield Line(heads, tuple((*above, *parts) for parts in _spread(row)))
        above, heads = (), ("",) * table.keys


def _spread(row: tuple[Cell, ...]) -> Iterator[tuple[Part, ...]]:
    for cell in row:
        yield from (cell.parts,) * cell.span


def mantissa(count: Count) -> str:
    """A count without its power of ten.

    >>> mantissa(Count(value=25557032, power=6, decimals=2)), mantissa(Count(value=12, power=0, decimals=2))
    ('25.56', '12')
    """
    return f"{count.value / 10**count.power:.{count.decimals if count.power else 0}f}"


def count_text(count: Count) -> str:
    """A count as plain text.

    >>> count_text(Count(value=25557032, power=6, decimals=2))
    '25.56×10⁶'
    """
    power = f"×10{str(count.power).translate(_RAISED)}" if count.power else ""
    return mantissa(count) + power
