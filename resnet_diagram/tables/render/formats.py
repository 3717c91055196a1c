"""Table formats, found by name or file suffix."""

from collections.abc import Callable
from pathlib import Path

from resnet_diagram.dataclass import dataclass
from resnet_diagram.render.registry import Row, row_for, row_named
from resnet_diagram.tables.model import Table
from resnet_diagram.tables.render.csv import render_csv
from resnet_diagram.tables.render.html import render_html
from resnet_diagram.tables.render.latex import render_latex
from resnet_diagram.tables.render.look import Look
from resnet_diagram.tables.render.markdown import render_markdown
from resnet_diagram.tables.render.text import render_plain_text
from resnet_diagram.tables.render.typst import render_typst_table


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFormat(Row):
    """A way of writing a table."""

    render: Callable[[Table, Look], str]


TABLE_FORMATS = (
    TableFormat(name="text", suffixes=(".txt",), render=render_plain_text),
    TableFormat(name="latex", suffixes=(".tex",), aliases=("tikz",), render=render_latex),
    TableFormat(name="typst", suffixes=(".typ",), render=render_typst_table),
    TableFormat(name="markdown", suffixes=(".md", ".markdown"), render=render_markdown),
    TableFormat(name="html", suffixes=(".html", ".htm"), render=render_html),
    TableFormat(name="csv", suffixes=(".csv",), render=render_csv),
)


def table_format_named(name: str) -> TableFormat:
    """Return the format of a name. Raise UsageError with a suggestion if there is none."""
    return row_named(TABLE_FORMATS, name, "table format", "Tables are written as")


def table_format_for(path: Path) -> TableFormat:
    """Return the format of a file's suffix. Raise UsageError with a suggestion if there is none."""
    return row_for(TABLE_FORMATS, path, "table format")
