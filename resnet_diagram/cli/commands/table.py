"""`resnet-diagram table`."""

from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.options.options import TableChoices
from resnet_diagram.app.requests import TableRequest
from resnet_diagram.cli.completion import sources
from resnet_diagram.cli.options import (
    SOURCE_HELP,
    GroupedCommand,
    choices_of,
    declared_options,
    reading_of,
    reading_options,
    target_options,
)
from resnet_diagram.cli.run import run

_EXAMPLES = """\b
Examples:
  resnet-diagram table resnet18 resnet50
  resnet-diagram table resnet50 --shortcuts -t latex
  resnet-diagram table net.py:Net resnet50 --head Ours --head Baseline -o table.tex"""


def request(values: dict[str, Any], folder: Path) -> TableRequest:
    """Return the request of a parsed command. Raise UsageError."""
    from resnet_diagram.app.table import table_options, table_targets

    target, look = table_options(choices_of(TableChoices, values, folder))
    return TableRequest(
        sources=values["sources"],
        reading=reading_of(values, folder),
        targets=table_targets(values["outputs"], values["format_name"]),
        wanted=target,
        look=look,
        shortcuts=values["shortcuts"],
    )


@click.command(
    cls=GroupedCommand,
    help=f"Make a table of networks side by side, or of their shortcuts.\n\n{SOURCE_HELP}\n\n"
    "With several sources, --input applies to all that are code.",
    epilog=_EXAMPLES,
)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, shell_complete=sources)
@target_options(
    "File to write; its suffix (.txt, .tex, .typ, .md, .html, .csv) selects the format. "
    "Repeat for several files; - is standard output.",
    "Format, regardless of the suffix: text, latex, typst, markdown, html or csv.  "
    "[default without -o: text]",
)
@declared_options(TableChoices)
@reading_options
def command(**values: Any) -> None:
    """Make a table."""
    run(request(values, Path()))
