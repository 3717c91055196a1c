"""`resnet-diagram diff`."""

from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.diff import diff_report
from resnet_diagram.app.options.options import COMMON
from resnet_diagram.app.requests import DiffRequest
from resnet_diagram.cli.completion import sources
from resnet_diagram.cli.messages import LOG, loudness, tell
from resnet_diagram.cli.options import SOURCE_HELP, option, reading_of, reading_options, with_options
from resnet_diagram.cli.spinner import spinning
from resnet_diagram.differences.model import Ignored

comparing_options = with_options(
    option(
        "--ignore",
        multiple=True,
        type=click.Choice([str(part) for part in Ignored]),
        group=COMMON,
        help="Leave out the head, or the number of classes; may be repeated.",
    ),
    option(
        "--numerically",
        is_flag=True,
        group=COMMON,
        help="Also run both with the same random weights and input, and compare the outputs.",
    ),
    reading_options,
)
"""The options of commands that compare two networks."""


def report(context: click.Context, left: str, right: str, values: dict[str, Any]) -> None:
    """Print the differences of two sources; exit with 1 if there are any."""
    request = DiffRequest(
        left=left,
        right=right,
        reading=reading_of(values, Path()),
        json=values.get("as_json", False),
        ignore=tuple(values["ignore"]),
        numerically=values["numerically"],
    )
    with spinning(shown=loudness() >= 0):
        text, differs = diff_report(request, LOG)
    tell(text)
    context.exit(int(differs))


@click.command(
    help="List the differences between two networks, ignoring names.\n\n"
    f"Exit code: 0 same, 1 different, 2 error.\n\n{SOURCE_HELP}"
)
@click.argument("left", metavar="SOURCE", shell_complete=sources)
@click.argument("right", metavar="SOURCE", shell_complete=sources)
@comparing_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.pass_context
def command(context: click.Context, /, left: str, right: str, **values: Any) -> None:
    """List the differences between two networks."""
    report(context, left, right, values)
