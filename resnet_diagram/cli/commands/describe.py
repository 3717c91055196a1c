"""`resnet-diagram describe`."""

from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.requests import DescribeRequest
from resnet_diagram.cli.completion import sources
from resnet_diagram.cli.options import SOURCE_HELP, reading_of, reading_options
from resnet_diagram.cli.run import run


def request(values: dict[str, Any], folder: Path) -> DescribeRequest:
    """Return the request of a parsed command."""
    return DescribeRequest(
        source=values["source"], reading=reading_of(values, folder), json=values["as_json"]
    )


@click.command(help=f"Print the stages, blocks, parameters and MACs of a network.\n\n{SOURCE_HELP}")
@click.argument("source", shell_complete=sources)
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(**values: Any) -> None:
    """Print the facts of a network."""
    run(request(values, Path()))
