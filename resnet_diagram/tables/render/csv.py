"""Write a table as comma-separated values, for programs: counts in full, no caption, no notes."""

import csv
from io import StringIO

from resnet_diagram.render.escape.xml import printable
from resnet_diagram.tables.model import Count, Part, Stack, Table, Words
from resnet_diagram.tables.render.grid import lines
from resnet_diagram.tables.render.look import Look

_FORMULA = "=+-@\t\n"


def render_csv(table: Table, look: Look) -> str:
    """Return the table as CSV in UTF-8, with all heads in each row."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_text, table.heads))
    heads: tuple[str, ...] = ("",) * table.keys
    for line in lines(table):
        heads = (
            line.heads
            if line.heads[0]
            else tuple(head or before for head, before in zip(line.heads, heads, strict=True))
        )
        writer.writerow(
            [*map(_text, heads), *("; ".join(_part(part) for part in parts) for parts in line.cells)]
        )
    return out.getvalue()


def _text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe."""
    clean = printable(text)
    return f"'{clean}" if len(clean) > 1 and clean[0] in _FORMULA else clean


def _part(part: Part) -> str:
    match part:
        case Words():
            return _text(part.text)
        case Count():
            return str(part.value)
        case Stack():
            return f"[{'; '.join(map(printable, part.lines))}] × {part.factor}"
