"""Write a table as plain text: aligned columns, brackets of characters."""

from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

from resnet_diagram.errors import escape_controls
from resnet_diagram.render.escape.xml import one_line
from resnet_diagram.tables.model import Band, Cell, Count, Stack, Table, Words
from resnet_diagram.tables.render.grid import NOTHING, count_text, named
from resnet_diagram.tables.render.look import Look

_GAP = "  "
_NARROW = 60

Picture = tuple[str, ...]
"""Lines of text."""

Row = tuple[tuple[Picture, int], ...]
"""Pictures and how many columns each is over."""


def render_plain_text(table: Table, look: Look) -> str:
    """Return the table as aligned text, with a final line break."""
    head: Row = tuple(((one_line(text),), 1) for text in table.heads)
    body = [_band(item.band, item.heads, table) for item in named(table)]
    totals = [_band(band, band.heads, table) for band in table.totals]
    widths = _widths([head, *(row for band in (*body, *totals) for row in band)], len(table.heads))
    full = sum(widths) + len(_GAP) * (len(widths) - 1)
    rule = "─" * full
    shown = [*_prose(table.caption, full), *_drawn([head], widths), rule]
    breaks = _breaks(table)
    for band, between in zip(body, breaks, strict=True):
        shown += [*between, *_drawn(band, widths)]
    shown = [*shown, rule, *(line for band in totals for line in _drawn(band, widths))]
    shown += [line for at, note in enumerate(table.notes) for line in _note(note, full, first=at == 0)]
    return escape_controls("\n".join(line.rstrip() for line in shown) + "\n")


def _prose(text: str, width: int) -> list[str]:
    return [*wrap(one_line(text), max(width, _NARROW)), ""] if text else []


def _note(note: str, width: int, *, first: bool) -> list[str]:
    return [*([""] if first else []), *wrap(one_line(note), max(width, _NARROW), subsequent_indent="  ")]


def _breaks(table: Table) -> list[list[str]]:
    """Return the text before each band: an empty line, in tables with groups only before each group."""
    return [[""] if at and (item.opens or not table.grouped) else [] for at, item in enumerate(named(table))]


def _band(band: Band, names: tuple[str, ...], table: Table) -> list[Row]:
    heads: list[tuple[Picture, int]] = [((one_line(text),), 1) for text in names[:-1]]
    heads.append(((one_line(names[-1]),), table.keys - len(heads)))
    blank = ((("",), table.keys),)
    cells = [tuple((_picture(cell), cell.span) for cell in row) for row in band.rows]
    return [(*(heads if at == 0 else blank), *row) for at, row in enumerate(cells)]


def _picture(cell: Cell) -> Picture:
    return tuple(line for part in cell.parts for line in _part(part)) or (NOTHING,)


def _part(part: Words | Stack | Count) -> Picture:
    match part:
        case Words():
            return (one_line(part.text),)
        case Count():
            return (count_text(part),)
        case Stack():
            return bracket([one_line(line) for line in part.lines], part.times)


def bracket(lines: Sequence[str], times: int) -> Picture:
    r"""Return lines in a bracket, with a factor behind its middle.

    >>> print(*bracket(["1×1, 64", "3×3, 64", "1×1, 256"], 3), sep="\n")
    ⎡ 1×1, 64  ⎤
    ⎢ 3×3, 64  ⎥ × 3
    ⎣ 1×1, 256 ⎦
    >>> bracket(["3×3, 64"], 2)
    ('[ 3×3, 64 ] × 2',)
    """
    width = max(map(len, lines))
    last = len(lines) - 1
    left = "[" if not last else "⎡" + "⎢" * (last - 1) + "⎣"
    right = "]" if not last else "⎤" + "⎥" * (last - 1) + "⎦"
    factor = [f" × {times}" if at == len(lines) // 2 else "" for at in range(len(lines))]
    return tuple(
        f"{opened} {line:<{width}} {closed}{behind}"
        for opened, line, closed, behind in zip(left, lines, right, factor, strict=True)
    )


def _widths(rows: Sequence[Row], count: int) -> list[int]:
    """Return the width of each column; the last of several is widened for cells that span them."""
    widths = [0] * count
    for joined in (False, True):
        for row in rows:
            at = 0
            for picture, span in row:
                if joined == (span > 1):
                    room = sum(widths[at : at + span]) + len(_GAP) * (span - 1)
                    widths[at + span - 1] += max(0, max(map(len, picture)) - room)
                at += span
    return widths


def _drawn(rows: Sequence[Row], widths: Sequence[int]) -> list[str]:
    return [line for row in rows for line in _row(row, widths)]


def _row(row: Row, widths: Sequence[int]) -> list[str]:
    columns: list[Picture] = []
    at = 0
    for picture, span in row:
        room = sum(widths[at : at + span]) + len(_GAP) * (span - 1)
        centred = span > 1 and at > 0
        columns.append(tuple(line.center(room) if centred else line.ljust(room) for line in picture))
        at += span
    blank = [" " * len(picture[0]) for picture in columns]
    return [
        _GAP.join(line or blank[at] for at, line in enumerate(line_of))
        for line_of in zip_longest(*columns, fillvalue="")
    ]
