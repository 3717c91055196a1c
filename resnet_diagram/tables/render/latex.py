"""Write a table for LaTeX: booktabs, one line of source for each cell."""

from typing import Any

from resnet_diagram.render.escape.xml import one_line
from resnet_diagram.render.latex.words import tex_math, tex_prose, tex_words
from resnet_diagram.render.templates import render
from resnet_diagram.tables.model import Band, Cell, Count, Stack, Table, Words
from resnet_diagram.tables.render.grid import NOTHING, mantissa, named
from resnet_diagram.tables.render.look import Float, Look
from resnet_diagram.tables.render.type_size import size_of


def render_latex(table: Table, look: Look) -> str:
    r"""Return the table for LaTeX's `\input`, in a float or as a document of its own on request."""
    size = size_of(table, wide=look.standalone or look.float is Float.WIDE)
    inner = "c" if table.centred else "l"
    parts = (part for band in table.bands for row in band.rows for cell in row for part in cell.parts)
    has_stacks = any(isinstance(part, Stack) for part in parts)
    return render(
        "table/latex",
        "document.tex.jinja" if look.standalone else "table.tex.jinja",
        look.templates,
        title=one_line(table.caption).partition(". ")[0] or "Table",
        float=look.float or (Float.TABLE if look.standalone else ""),
        caption=tex_prose(table.caption),
        label=table.label,
        packages=[*["amsmath"] * has_stacks, "booktabs", *["adjustbox"] * size.guarded],
        type=size.type,
        guarded=size.guarded,
        shrinks=size.shrinks,
        columns="l" * table.keys + inner * (len(table.heads) - table.keys),
        heads=[tex_words(head) for head in table.heads],
        bands=[_band(item.band, item.heads, table, opens=item.opens) for item in named(table)],
        grouped=table.grouped,
        totals=[_band(band, band.heads, table) for band in table.totals],
        notes=[tex_prose(note) for note in table.notes],
    )


def _band(band: Band, names: tuple[str, ...], table: Table, *, opens: bool = True) -> dict[str, Any]:
    """Return a band for the template: `name` in a comment, whether it `opens` a group, and its `rows`.

    Each row has `heads` and `cells`; a row over all columns is `above` the named one.
    """
    blank = [""] * table.keys
    heads = [*map(tex_words, names), *[""] * (table.keys - len(names))]
    above = len(band.rows) > 1 and len(band.rows[0]) == 1 and band.rows[0][0].span > 1
    named_row = 1 if above else 0
    return {
        "name": one_line(" ".join(band.heads)),
        "opens": opens,
        "rows": [
            {
                "heads": heads if at == named_row else blank,
                "cells": [_cell(cell, table) for cell in row],
                "above": at < named_row,
            }
            for at, row in enumerate(band.rows)
        ],
    }


def _cell(cell: Cell, table: Table) -> str:
    parts: list[str] = []
    for part in cell.parts:
        match part:
            case Words():
                parts.append(tex_words(part.text))
            case Count():
                power = rf"\times10^{{{part.power}}}" if part.power else ""
                parts.append(f"${mantissa(part)}{power}$")
            case Stack():
                lines = r" \\ ".join(map(tex_math, part.lines))
                factor = part.factor.replace("×", r"\times")
                parts.append(rf"$\begin{{bmatrix}} {lines} \end{{bmatrix}} \times {factor}$")
    text = parts[0] if parts else tex_words(NOTHING)
    if len(parts) > 1:
        text = r"\begin{tabular}{@{}c@{}} " + r" \\[4pt] ".join(parts) + r" \end{tabular}"
    align = "c" if table.centred else "l"
    return rf"\multicolumn{{{cell.span}}}{{{align}}}{{{text}}}" if cell.span > 1 else text
