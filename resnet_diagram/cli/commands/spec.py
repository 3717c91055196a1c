"""`resnet-diagram spec`."""

from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.requests import SpecRequest
from resnet_diagram.cli.completion import sources
from resnet_diagram.cli.options import SOURCE_HELP, file_or_stdout, output_option, reading_of, reading_options
from resnet_diagram.cli.run import run


def request(values: dict[str, Any], folder: Path) -> SpecRequest:
    """Return the request of a parsed command."""
    return SpecRequest(
        source=values["source"],
        reading=reading_of(values, folder),
        path=file_or_stdout(values["output"]),
        form=values["form"] or "",
    )


@click.command(help=f"Write a network as a spec file.\n\n{SOURCE_HELP}")
@click.argument("source", shell_complete=sources)
@reading_options
@output_option
@click.option(
    "-t",
    "--to",
    "form",
    type=click.Choice(["toml", "json"]),
    help="Format, regardless of the suffix. TOML is short and has no names of layers; JSON is complete."
    "  [default: TOML if its short form is exact, else JSON]",
)
def command(**values: Any) -> None:
    """Write a network as a spec file."""
    run(request(values, Path()))
