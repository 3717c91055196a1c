"""Write a table for Typst: a figure with a native table."""

import re

from resnet_diagram.render.escape.typst import typst_string
from resnet_diagram.render.escape.xml import one_line
from resnet_diagram.render.templates import render
from resnet_diagram.tables.model import Cell, Count, Stack, Table, Words
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
    heads = ((typst_string(head.text), head.span, head.rows) for head in row.heads)
    texts: list[str] = []
    for text, span, rows in (*heads, *((_cell(cell), cell.span, 1) for cell in row.cells)):
        joins = [f"colspan: {span}"] * (span > 1) + [f"rowspan: {rows}"] * (rows > 1)
        texts.append(f"table.cell({', '.join([*joins, text])})" if joins else text)
    return texts


def _cell(cell: Cell) -> str:
    parts: list[str] = []
    for part in cell.parts:
        match part:
            case Words():
                parts.append(typst_string(part.text))
            case Count():
                number, power = mantissa(part), part.power
                parts.append(f"${number} times 10^{power}$" if power else typst_string(number))
            case Stack():
                factor = typst_string(part.factor) if part.modules > 1 else part.factor
                parts.append(f"layers({factor}, {', '.join(map(typst_string, part.lines))})")
    if len(parts) > 1:
        return f"({', '.join(parts)}).join(linebreak())"
    return parts[0] if parts else typst_string(NOTHING)
