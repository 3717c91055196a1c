"""Write a table as GitHub-flavoured Markdown."""

from resnet_diagram.render.escape.markdown import markdown_text
from resnet_diagram.render.templates import render
from resnet_diagram.tables.model import Count, Part, Stack, Table, Words
from resnet_diagram.tables.render.grid import NOTHING, count_text, lines
from resnet_diagram.tables.render.look import Look

_BREAK = "<br>"


def render_markdown(table: Table, look: Look) -> str:
    """Return the table as Markdown; a cell over several columns is repeated in each."""
    return render(
        "table/markdown",
        "table.md.jinja",
        look.templates,
        caption=markdown_text(table.caption),
        heads=[markdown_text(head) for head in table.heads],
        rows=[
            [
                *(markdown_text(head) for head in line.heads),
                *(_BREAK.join(_part(part) for part in parts) or NOTHING for parts in line.cells),
            ]
            for line in lines(table)
        ],
        notes=[markdown_text(note) for note in table.notes],
    )


def _part(part: Part) -> str:
    match part:
        case Words():
            return markdown_text(part.text)
        case Count():
            return count_text(part)
        case Stack():
            return f"[{_BREAK.join(map(markdown_text, part.lines))}] × {part.factor}"
