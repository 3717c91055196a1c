"""`resnet-diagram describe`."""

from pathlib import Path

import click

from resnet_diagram.cli.common import SOURCE_HELP, Reading, read, reading_options


@click.command(help=f"Print what a network is made of.\n\n{SOURCE_HELP}")
@click.argument("source")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Facts for programs.")
def command(source: str, inputs: tuple[str, ...], weights: Path | None, unsafe: bool, as_json: bool) -> None:
    """Print what a network is made of."""
    from resnet_diagram.app.describe import describe_text, facts_text

    network = read(source, Reading(inputs=inputs, weights=weights, unsafe=unsafe))
    click.echo(facts_text(network) if as_json else describe_text(network))
