"""Write a table as plain text: aligned columns, brackets of characters."""

from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

from resnet_diagram.errors import escape_controls
from resnet_diagram.render.escape.xml import one_line
from resnet_diagram.tables.model import Band, Count, Stack, Table, Words
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
    body = [(item.opens, _band(item.band, item.heads, table)) for item in named(table)]
    totals = [row for band in table.totals for row in _band(band, band.heads, table)]
    widths = _widths([head, *(row for _, band in body for row in band), *totals], len(table.heads))
    full = sum(widths) + len(_GAP) * (len(widths) - 1)
    rule = "─" * full
    shown = [*wrap(one_line(table.caption), max(full, _NARROW)), ""] if table.caption else []
    shown += [*_row(head, widths), rule]
    for at, (opens, band) in enumerate(body):
        shown += [""] if at and (opens or not table.grouped) else []
        shown += [line for row in band for line in _row(row, widths)]
    shown += [rule, *(line for row in totals for line in _row(row, widths))]
    shown += [""] if table.notes else []
    for note in table.notes:
        shown += wrap(one_line(note), max(full, _NARROW), subsequent_indent="  ")
    return escape_controls("\n".join(line.rstrip() for line in shown) + "\n")


def _band(band: Band, names: tuple[str, ...], table: Table) -> list[Row]:
    heads: list[tuple[Picture, int]] = [((one_line(text),), 1) for text in names]
    heads[-1] = (heads[-1][0], table.keys - len(names) + 1)
    rows: list[Row] = []
    for row in band.rows:
        pictures = (tuple(line for part in cell.parts for line in _part(part)) for cell in row)
        cells = ((picture or (NOTHING,), cell.span) for picture, cell in zip(pictures, row, strict=True))
        rows.append((*(((("",), table.keys),) if rows else heads), *cells))
    return rows


def _part(part: Words | Stack | Count) -> Picture:
    match part:
        case Words():
            return (one_line(part.text),)
        case Count():
            return (count_text(part),)
        case Stack():
            return bracket([one_line(line) for line in part.lines], part.factor)


def bracket(lines: Sequence[str], factor: str) -> Picture:
    r"""Return lines in a bracket, with a factor behind its middle.

    >>> print(*bracket(["1×1, 64", "3×3, 64", "1×1, 256"], "3"), sep="\n")
    ⎡ 1×1, 64  ⎤
    ⎢ 3×3, 64  ⎥ × 3
    ⎣ 1×1, 256 ⎦
    >>> bracket(["3×3, 64"], "2")
    ('[ 3×3, 64 ] × 2',)
    """
    width = max(map(len, lines))
    last = len(lines) - 1
    left = "[" if not last else "⎡" + "⎢" * (last - 1) + "⎣"
    right = "]" if not last else "⎤" + "⎥" * (last - 1) + "⎦"
    factors = [f" × {factor}" if at == len(lines) // 2 else "" for at in range(len(lines))]
    return tuple(
        f"{opened} {line:<{width}} {closed}{behind}"
        for opened, line, closed, behind in zip(left, lines, right, factors, strict=True)
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
