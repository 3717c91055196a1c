"""Write a table as HTML: one element, or a page."""

from collections.abc import Sequence
from typing import Any

from resnet_diagram.render.escape import xml_text
from resnet_diagram.render.tables.grid import NOTHING, groups, mantissa
from resnet_diagram.render.tables.look import Look
from resnet_diagram.render.templates import render
from resnet_diagram.tables.model import Band, Cell, Count, Part, Stack, Table, Words


def render_html(table: Table, look: Look) -> str:
    """The table as HTML, with its style; as a page of its own where that is wanted."""
    return render(
        "table/html",
        "page.html.jinja" if look.standalone else "table.html.jinja",
        look.templates,
        title=xml_text(" ".join(table.caption.split()).partition(". ")[0] or "Table"),
        caption=xml_text(table.caption),
        heads=[xml_text(head) for head in table.heads],
        keys=table.keys,
        centred=table.centred,
        groups=[_group(bands, table) for bands in groups(table)],
        totals=[_group([band], table) for band in table.totals],
        notes=[xml_text(note) for note in table.notes],
    )


def _group(bands: Sequence[Band], table: Table) -> list[dict[str, Any]]:
    """The rows of bands: the cells that name them, as high as what they name, the other cells, and `opens`.

    `opens`: the row is the first of its band.
    """
    found: list[dict[str, Any]] = []
    for at, band in enumerate(bands):
        heads = _heads(band, sum(len(one.rows) for one in bands), table)
        for number, row in enumerate(band.rows):
            cells = [{"text": _cell(cell), "span": cell.span} for cell in row]
            shown = [] if number else heads[1:] if at else heads
            found.append({"heads": shown, "cells": cells, "opens": number == 0})
    return found


def _heads(band: Band, rows: int, table: Table) -> list[dict[str, Any]]:
    """The cells that name a band; the first of several is as high as all `rows` of its group."""
    spans = [1] * (len(band.heads) - 1)
    spans.append(table.keys - len(spans))
    highs = [rows, *[len(band.rows)] * (len(band.heads) - 1)]
    triples = zip(band.heads, spans, highs, strict=True)
    return [
        {"text": xml_text(head), "span": span, "rows": high, "group": at == 0}
        for at, (head, span, high) in enumerate(triples)
    ]


def _cell(cell: Cell) -> str:
    return "<br>".join(_part(part) for part in cell.parts) or NOTHING


def _part(part: Part) -> str:
    match part:
        case Words():
            return xml_text(part.text)
        case Count():
            power = f"×10<sup>{part.power}</sup>" if part.power else ""
            return mantissa(part) + power
        case Stack():
            lines = "<br>".join(map(xml_text, part.lines))
            return f'<span class="stack"><span class="block">{lines}</span> × {part.times}</span>'
