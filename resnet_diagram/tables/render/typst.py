"""Write a table for Typst: a figure with a native table."""

import re

from resnet_diagram.render.escape.typst import typst_string
from resnet_diagram.render.escape.xml import one_line
from resnet_diagram.render.templates import render
from resnet_diagram.tables.model import Cell, Count, Part, Stack, Table, Words
from resnet_diagram.tables.render.grid import NOTHING, Row, groups, mantissa, totals
from resnet_diagram.tables.render.look import Look
from resnet_diagram.tables.render.type_size import size_of


def render_typst_table(table: Table, look: Look) -> str:
    """Return the table as a figure of Typst with its label, or as a page of its own."""
    return render(
        "table/typst",
        "table.typ.jinja",
        look.templates,
        title=one_line(table.caption.partition(". ")[0] or "Table"),
        standalone=look.standalone,
        caption=typst_string(table.caption) if table.caption else "",
        label=re.sub(r"[*/+]", "-", table.label),
        columns=len(table.heads),
        keys=table.keys,
        align="center" if table.centred else "left",
        grouped=table.grouped,
        scale=size_of(table, wide=look.standalone).scale,
        heads=[typst_string(head) for head in table.heads],
        groups=[[_row(row) for row in group] for group in groups(table)],
        totals=[[_row(row) for row in group] for group in totals(table)],
        notes=[typst_string(note) for note in table.notes],
    )


def _row(row: Row) -> list[str]:
    heads = [_spanned(typst_string(head.text), head.span, head.rows) for head in row.heads]
    return [*heads, *(_spanned(_cell(cell), cell.span, 1) for cell in row.cells)]


def _spanned(text: str, span: int, rows: int) -> str:
    """Return a cell over several columns or rows in Typst."""
    across = [f"colspan: {span}"] if span > 1 else []
    down = [f"rowspan: {rows}"] if rows > 1 else []
    return f"table.cell({', '.join([*across, *down, text])})" if across or down else text


def _cell(cell: Cell) -> str:
    parts = [_part(part) for part in cell.parts] or [typst_string(NOTHING)]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)}).join(linebreak())"


def _part(part: Part) -> str:
    match part:
        case Words():
            return typst_string(part.text)
        case Count():
            return f"${mantissa(part)} times 10^{part.power}$" if part.power else typst_string(mantissa(part))
        case Stack():
            factor = typst_string(part.factor) if part.modules > 1 else part.factor
            return f"layers({factor}, {', '.join(map(typst_string, part.lines))})"
