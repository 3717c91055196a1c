"""Tables for formats that cannot join cells, and numbers in words."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from resnet_diagram.tables.model import Band, Cell, Count, Part, Table

NOTHING = "–"
"""Content of an empty cell."""

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
    """Return the bands of a table's body with their head cells."""
    items: list[Named] = []
    last = ""
    for band in table.bands:
        equal = table.grouped and band.heads[0] == last
        last = band.heads[0]
        items.append(Named(band, ("", *band.heads[1:]) if equal else band.heads, not equal))
    return tuple(items)


class Head(NamedTuple):
    """A cell that names rows, over `span` columns and `rows` rows; `group`: it names all of a group."""

    text: str
    span: int
    rows: int
    group: bool


class Row(NamedTuple):
    """A row of a format that joins cells: those that name it and begin with it, and the others.

    `opens`: it is the first of its band.
    """

    heads: tuple[Head, ...]
    cells: tuple[Cell, ...]
    opens: bool


def groups(table: Table) -> list[list[Row]]:
    """Return the rows of the body by group."""
    items: list[list[Band]] = []
    for item in named(table):
        if item.opens:
            items.append([])
        items[-1].append(item.band)
    return [_joined(bands, table.keys) for bands in items]


def totals(table: Table) -> list[list[Row]]:
    """Return the rows below the body, each total a group."""
    return [_joined([band], table.keys) for band in table.totals]


def _joined(bands: Sequence[Band], keys: int) -> list[Row]:
    """Return the rows of a group; its first head spans it, the last head of a band the remaining keys."""
    rows: list[Row] = []
    high = sum(len(band.rows) for band in bands)
    for band in bands:
        spans = [*(1 for _ in band.heads[1:]), keys - len(band.heads) + 1]
        heads = [
            Head(text, span, len(band.rows) if at else high, not at)
            for at, (text, span) in enumerate(zip(band.heads, spans, strict=True))
        ]
        opening = tuple(heads[1:] if rows else heads)
        rows += [Row(() if number else opening, row, not number) for number, row in enumerate(band.rows)]
    return rows


def lines(table: Table) -> Iterator[Line]:
    """Yield the rows of a table without spans: a cell over several columns is repeated in each.

    A row that spans all columns is joined with the next row of its band.
    """
    width = len(table.heads) - table.keys
    body = ((item.band, item.heads) for item in named(table))
    for band, names in (*body, *((total, total.heads) for total in table.totals)):
        heads = (*names, *("",) * (table.keys - len(names)))
        above: tuple[Part, ...] = ()
        for at, row in enumerate(band.rows):
            if at + 1 < len(band.rows) and len(row) == 1 < width:
                above = (*above, *row[0].parts)
                continue
            yield Line(heads, tuple((*above, *cell.parts) for cell in row for _ in range(cell.span)))
            above, heads = (), ("",) * table.keys


def mantissa(count: Count) -> str:
    """Return a count without its power of ten.

    >>> mantissa(Count(value=25557032, power=6, decimals=2)), mantissa(Count(value=12, power=0, decimals=2))
    ('25.56', '12')
    """
    return f"{count.value / 10**count.power:.{count.decimals if count.power else 0}f}"


def count_text(count: Count) -> str:
    """Return a count as plain text.

    >>> count_text(Count(value=25557032, power=6, decimals=2))
    '25.56×10⁶'
    """
    power = f"×10{str(count.power).translate(_RAISED)}" if count.power else ""
    return mantissa(count) + power
