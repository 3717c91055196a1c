"""Write a table as HTML: one element, or a page."""

from typing import Any

from resnet_diagram.render.escape import xml_text
from resnet_diagram.render.tables.grid import NOTHING, mantissa
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
        align="center" if table.centred else "left",
        bands=[_band(band, table) for band in table.bands],
        totals=[_band(band, table) for band in table.totals],
        notes=[xml_text(note) for note in table.notes],
    )


def _band(band: Band, table: Table) -> dict[str, Any]:
    """`heads` and `rows` of a band: each cell with `text` and `span`; heads are as high as all rows."""
    spans = [1] * (len(band.heads) - 1)
    spans.append(table.keys - len(spans))
    heads = zip(band.heads, spans, strict=True)
    return {
        "heads": [{"text": xml_text(head), "span": span} for head, span in heads],
        "rows": [[{"text": _cell(cell), "span": cell.span} for cell in row] for row in band.rows],
    }


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
