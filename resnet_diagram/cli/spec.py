"""`resnet-diagram spec`."""

from pathlib import Path

import click

from resnet_diagram.cli.common import SOURCE_HELP, Reading, output_option, read, reading_options


@click.command(help=f"Write a network down as a spec file (JSON).\n\n{SOURCE_HELP}")
@click.argument("source")
@reading_options
@output_option
def command(
    source: str, inputs: tuple[str, ...], weights: Path | None, unsafe: bool, output: Path | None
) -> None:
    """Write a network down as a spec file."""
    from resnet_diagram.spec.files import dumps, write_network

    network = read(source, Reading(inputs=inputs, weights=weights, unsafe=unsafe))
    if output:
        write_network(network, output)
    else:
        click.echo(dumps(network), nl=False)
