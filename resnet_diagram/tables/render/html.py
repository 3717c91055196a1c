"""Write a table as HTML: one element, or a page."""

from typing import Any

from resnet_diagram.render.escape.xml import xml_text
from resnet_diagram.render.templates import render
from resnet_diagram.tables.model import Count, Part, Stack, Table, Words
from resnet_diagram.tables.render.grid import NOTHING, Row, groups, mantissa, totals
from resnet_diagram.tables.render.look import Look


def render_html(table: Table, look: Look) -> str:
    """Return the table as HTML with its style, or as a complete page."""
    return render(
        "table/html",
        "page.html.jinja" if look.standalone else "table.html.jinja",
        look.templates,
        title=xml_text(" ".join(table.caption.split()).partition(". ")[0] or "Table"),
        caption=xml_text(table.caption),
        heads=[xml_text(head) for head in table.heads],
        keys=table.keys,
        centred=table.centred,
        groups=[[_row(row) for row in group] for group in groups(table)],
        totals=[[_row(row) for row in group] for group in totals(table)],
        notes=[xml_text(note) for note in table.notes],
    )


def _row(row: Row) -> dict[str, Any]:
    return {
        "heads": [head._replace(text=xml_text(head.text)) for head in row.heads],
        "cells": [
            {"text": "<br>".join(map(_part, cell.parts)) or NOTHING, "span": cell.span} for cell in row.cells
        ],
        "opens": row.opens,
    }


def _part(part: Part) -> str:
    match part:
        case Words():
            return xml_text(part.text)
        case Count():
            power = f"×10<sup>{part.power}</sup>" if part.power else ""
            return mantissa(part) + power
        case Stack():
            lines = "<br>".join(map(xml_text, part.lines))
            return f'<span class="stack"><span class="block">{lines}</span> × {part.factor}</span>'
