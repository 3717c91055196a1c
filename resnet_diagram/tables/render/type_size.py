"""Select the largest font size at which a table fits a page."""

from collections.abc import Iterator
from typing import NamedTuple

from resnet_diagram.tables.model import Band, Cell, Stack, Table, Words

_SIGN, _LINE, _GAP = 5.0, 12.5, 12.0
"""Points at the normal size: a sign's mean width, a line's height, the room between columns."""

_TEXT, _WIDE, _COLUMN = 345.0, 490.0, 240.0
"""Widths: of the text of the article class, over two columns, of one of them."""

_HIGH, _SAFE = 480.0, 340.0
"""Height of a page for a table, and a height that fits with certainty, in points."""

_TYPES = ((r"\normalsize", 1.0), (r"\small", 0.92), (r"\footnotesize", 0.82), (r"\scriptsize", 0.72))


class Size(NamedTuple):
    """Font size of a table: `type` is its LaTeX command, `scale` its ratio to the text size.

    `guarded`: the table may be wider than a column, or too high. `shrinks`: percentage of its size to which
    a column of two scales it; 100 where it fits one, or the page has the width of both.
    """

    type: str
    scale: float
    guarded: bool
    shrinks: int = 100


def size_of(table: Table, *, wide: bool) -> Size:
    """Return the largest type in which a table is likely to fit a page; the guard ensures that it does.

    `wide`: the page has the width of two columns.
    """
    width, height = _width(table), _height(table)
    room, narrow = (_WIDE, _TEXT) if wide else (_TEXT, _COLUMN)
    for name, scale in _TYPES:
        if width * scale <= room and height * scale <= _HIGH:
            guarded = width * scale > narrow or height * scale > _SAFE
            return Size(name, scale, guarded, 100 if wide else _percent(width * scale))
    name, scale = _TYPES[-1]
    return Size(name, scale, guarded=True, shrinks=100 if wide else _percent(width * scale))


def _percent(width: float) -> int:
    """Return the percentage to which a column scales a width, in tens."""
    return min(100, 10 * round(10 * _COLUMN / width))


def _width(table: Table) -> float:
    widths = [_SIGN * len(head) for head in table.heads]
    for band in (*table.bands, *table.totals):
        for at, text in enumerate(band.heads):
            widths[at] = max(widths[at], _SIGN * len(text))
        for row in band.rows:
            for column, cell in zip(range(table.keys, len(widths)), row, strict=False):
                if cell.span == 1:
                    widths[column] = max(widths[column], *(_SIGN * signs for signs in _signs(cell)))
    return sum(widths) + _GAP * (len(widths) - 1)


def _signs(cell: Cell) -> Iterator[int]:
    yield 1
    for part in cell.parts:
        if isinstance(part, Words):
            yield len(part.text)
        elif isinstance(part, Stack):
            yield max(map(len, part.lines)) + 7
        else:
            yield 9


def _height(table: Table) -> float:
    return sum(_band_height(band) for band in (*table.bands, *table.totals)) + 4 * _LINE


def _band_height(band: Band) -> float:
    lines = (max(_lines(cell) for cell in row) for row in band.rows)
    return _LINE * (sum(lines) + 0.5)


def _lines(cell: Cell) -> int:
    return sum(len(part.lines) if isinstance(part, Stack) else 1 for part in cell.parts) or 1
