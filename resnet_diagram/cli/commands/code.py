"""`resnet-diagram code`."""

from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.requests import CodeRequest
from resnet_diagram.cli.completion import sources
from resnet_diagram.cli.options import SOURCE_HELP, file_or_stdout, output_option, reading_of, reading_options
from resnet_diagram.cli.run import run


def request(values: dict[str, Any], folder: Path) -> CodeRequest:
    """Return the request of a parsed command."""
    return CodeRequest(
        source=values["source"],
        reading=reading_of(values, folder),
        path=file_or_stdout(values["output"]),
        block=values["block"],
    )


@click.command(help=f"Write a network as PyTorch code.\n\n{SOURCE_HELP}")
@click.argument("source", shell_complete=sources)
@reading_options
@output_option
@click.option(
    "--block",
    metavar="NAME|TYPE",
    help="Write one block only, by its name (layer2.0), its place (stage2.block1) or its type (bottleneck).",
)
def command(**values: Any) -> None:
    """Write a network as PyTorch code."""
    run(request(values, Path()))
