"""Write a table for Typst: a figure with a native table."""

import re
from collections.abc import Sequence

from resnet_diagram.render.escape_typst import typst_comment, typst_string
from resnet_diagram.render.tables.grid import NOTHING, groups, mantissa
from resnet_diagram.render.tables.look import Look
from resnet_diagram.render.tables.type_size import size_of
from resnet_diagram.render.templates import render
from resnet_diagram.tables.model import Band, Cell, Count, Part, Stack, Table, Words


def render_typst_table(table: Table, look: Look) -> str:
    """The table as a figure of Typst, which the label refers to; as a page where that is wanted."""
    return render(
        "table/typst",
        "table.typ.jinja",
        look.templates,
        title=typst_comment(table.caption.partition(". ")[0] or "Table"),
        standalone=look.standalone,
        caption=typst_string(table.caption) if table.caption else "",
        label=re.sub(r"[*/+]", "-", table.label),
        columns=len(table.heads),
        keys=table.keys,
        align="center" if table.centred else "left",
        grouped=table.grouped,
        scale=size_of(table, wide=look.standalone).scale,
        heads=[typst_string(head) for head in table.heads],
        groups=[_group(bands, table) for bands in groups(table)],
        totals=[_group([band], table) for band in table.totals],
        notes=[typst_string(note) for note in table.notes],
    )


def _group(bands: Sequence[Band], table: Table) -> list[list[str]]:
    """The rows of bands; the first cell of several bands is as high as all of them."""
    rows: list[list[str]] = []
    for at, band in enumerate(bands):
        heads = _heads(band, sum(len(one.rows) for one in bands), table)
        for number, row in enumerate(band.rows):
            shown = [] if number else heads[1:] if at else heads
            rows.append([*shown, *(_spanned(_cell(cell), cell.span, 1) for cell in row)])
    return rows


def _heads(band: Band, rows: int, table: Table) -> list[str]:
    spans = [1] * (len(band.heads) - 1)
    spans.append(table.keys - len(spans))
    highs = [rows, *[len(band.rows)] * (len(band.heads) - 1)]
    texts = map(typst_string, band.heads)
    return [_spanned(text, span, high) for text, span, high in zip(texts, spans, highs, strict=True)]


def _spanned(text: str, span: int, rows: int) -> str:
    """A cell over several columns or rows, as Typst writes it."""
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
            return f"layers({part.times}, {', '.join(map(typst_string, part.lines))})"
