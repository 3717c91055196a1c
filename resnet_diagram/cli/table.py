"""`resnet-diagram table`."""

from pathlib import Path
from typing import Any

import click

from resnet_diagram.cli.common import (
    SOURCE_HELP,
    Reading,
    caption_option,
    label_option,
    names_option,
    read,
    reading_options,
    target_options,
    templates_option,
    with_options,
)
from resnet_diagram.cli.messages import detail
from resnet_diagram.cli.progress import progress
from resnet_diagram.diagram.options import StageNames
from resnet_diagram.sources.resolve import is_code

_FORMATS = "text, latex, typst, markdown, html or csv"

_target_options = target_options(
    "File to write; its suffix (.txt, .tex, .typ, .md, .html, .csv) gives the format. "
    "Repeat it for several files.",
    f"Format, whatever the suffix says: {_FORMATS}. Without -o the table goes to standard output, "
    "as text if nothing else is said.",
)

_content_options = with_options(
    click.option(
        "--shortcuts", is_flag=True, help="The shortcuts of each stage instead of the architecture."
    ),
    names_option(StageNames.PAPER, "What stages are called: conv3_x, layer2, both, or Stage 2."),
    click.option(
        "--head",
        "heads",
        multiple=True,
        metavar="TEXT",
        help="Head of a network's column; repeat it for each source.  [default: its name]",
    ),
    click.option(
        "--decimals",
        type=click.IntRange(0, 9),
        default=2,
        show_default=True,
        help="Decimals of parameters and MACs.",
    ),
    caption_option,
    click.option("--notes/--no-notes", default=True, show_default=True, help="Notes below the table."),
)
"""What the table says."""


_page_options = with_options(
    click.option(
        "--float",
        type=click.Choice(["table", "table*"]),
        help="Put a LaTeX table into a float, with caption and label; table* is as wide as the page. "
        "--caption and --label ask for a table.",
    ),
    label_option,
    click.option("--standalone", is_flag=True, help="A document of its own (LaTeX, Typst, HTML)."),
    templates_option,
)
"""How it is written."""


@click.command(
    help=f"Make a table of networks side by side, or of their shortcuts.\n\n{SOURCE_HELP}\n\n"
    "With several sources, --input is for all of those that are code."
)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@reading_options
@_target_options
@_content_options
@_page_options
def command(
    sources: tuple[str, ...],
    inputs: tuple[str, ...],
    weights: Path | None,
    unsafe: bool,
    outputs: tuple[Path, ...],
    format_name: str | None,
    **chosen: Any,
) -> None:
    """Make a table."""
    from resnet_diagram.app.table import TableChoices, look_of, table_of, table_targets, write_table
    from resnet_diagram.tables.render.formats import table_format_named

    choices: TableChoices = chosen  # type: ignore[assignment]  # click gives the options by these names
    targets, look = table_targets(outputs, format_name), look_of(choices)
    to = table_format_named(format_name or "text")
    reading = Reading(inputs=inputs, weights=weights, unsafe=unsafe)
    plain = Reading() if any(map(is_code, sources)) else reading
    networks = [read(source, reading if is_code(source) else plain) for source in progress(sources, str)]
    table = table_of(networks, choices)
    if targets:
        write_table(table, targets, look)
        for path, kind in targets:
            detail(f"Wrote {path} ({kind.name})")
    else:
        click.echo(to.render(table, look), nl=False)
