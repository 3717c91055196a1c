"""`resnet-diagram check`."""

from typing import Any

import click

from resnet_diagram.cli.commands.diff import comparing_options, report
from resnet_diagram.cli.completion import sources
from resnet_diagram.cli.options import SOURCE_HELP


@click.command(
    help="Check that a network is the same as a reference, ignoring names.\n\n"
    f"Exit code: 0 same, 1 different, 2 error.\n\n{SOURCE_HELP}"
)
@click.argument("source", shell_complete=sources)
@click.option("--against", metavar="SOURCE", required=True, help="Reference network, such as resnet50.")
@comparing_options
@click.pass_context
def command(context: click.Context, /, source: str, against: str, **values: Any) -> None:
    """Check that a network is the same as a reference."""
    report(context, source, against, values)
