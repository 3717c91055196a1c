"""Select the largest font size at which a table fits a page."""

from typing import NamedTuple

from resnet_diagram.tables.model import Part, Stack, Table, Words

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
    width, height = _extent(table)
    room, narrow = (_WIDE, _TEXT) if wide else (_TEXT, _COLUMN)
    fitting = [scale for _, scale in _TYPES if width * scale <= room and height * scale <= _HIGH]
    name, scale = _TYPES[-len(fitting) if fitting else -1]
    guarded = not fitting or width * scale > narrow or height * scale > _SAFE
    return Size(name, scale, guarded, 100 if wide else min(100, 10 * round(10 * _COLUMN / (width * scale))))


def _extent(table: Table) -> tuple[float, float]:
    """Return the approximate width and height of a table at the normal size."""
    widths = [len(head) for head in table.heads]
    height = 4.0
    for band in (*table.bands, *table.totals):
        widths[: len(band.heads)] = map(max, widths, map(len, band.heads))
        height += 0.5
        for row in band.rows:
            sizes = (
                (len(part.lines) if isinstance(part, Stack) else 1 for part in cell.parts) for cell in row
            )
            height += max(sum(size) or 1 for size in sizes)
            for column, cell in enumerate(row[: len(widths) - table.keys], table.keys):
                if cell.span == 1:
                    widths[column] = max(widths[column], 1, *map(_signs, cell.parts))
    return _SIGN * sum(widths) + _GAP * (len(widths) - 1), _LINE * height


def _signs(part: Part) -> int:
    """Return the length of a part; brackets and a factor take that of seven signs, a count of nine."""
    match part:
        case Words():
            return len(part.text)
        case Stack():
            return max(map(len, part.lines)) + 7
    return 9
