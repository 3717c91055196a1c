"""`resnet-diagram check`."""

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
    help="Check that a network is the same as a reference, ignoring names.\n\n"
    f"Exit code: 0 same, 1 different, 2 error.\n\n{SOURCE_HELP}"
)
@click.argument("source", shell_complete=sources)
@click.option("--against", metavar="SOURCE", required=True, help="Reference network, such as resnet50.")
@comparing_options
@reading_options
@click.pass_context
def command(context: click.Context, /, source: str, against: str, **values: Any) -> None:
    """Check that a network is the same as a reference."""
    from resnet_diagram.app.diff import diff_report

    request = DiffRequest(
        left=source, right=against, reading=reading_of(values, Path()), **comparing_of(values)
    )
    with spinning(shown=loudness() >= 0):
        text, differs = diff_report(request, LOG)
    tell(text)
    context.exit(int(differs))
