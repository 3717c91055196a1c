"""`resnet-diagram diff`."""

from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.requests import DiffRequest
from resnet_diagram.cli.completion import sources
from resnet_diagram.cli.messages import LOG, loudness, tell
from resnet_diagram.cli.options import (
    SOURCE_HELP,
    comparing_of,
    comparing_options,
    reading_of,
    reading_options,
)
from resnet_diagram.cli.spinner import spinning


@click.command(
    help="List the differences between two networks, ignoring names.\n\n"
    f"Exit code: 0 same, 1 different, 2 error.\n\n{SOURCE_HELP}"
)
@click.argument("left", metavar="SOURCE", shell_complete=sources)
@click.argument("right", metavar="SOURCE", shell_complete=sources)
@comparing_options
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.pass_context
def command(context: click.Context, /, left: str, right: str, as_json: bool, **values: Any) -> None:
    """List the differences between two networks."""
    from resnet_diagram.app.diff import diff_report

    request = DiffRequest(
        left=left, right=right, reading=reading_of(values, Path()), json=as_json, **comparing_of(values)
    )
    with spinning(shown=loudness() >= 0):
        text, differs = diff_report(request, LOG)
    tell(text)
    context.exit(int(differs))
