"""`resnet-diagram spec`."""

from pathlib import Path

import click

from resnet_diagram.cli.common import SOURCE_HELP, Reading, output_option, read, reading_options
from resnet_diagram.errors import SpecError
from resnet_diagram.spec.model import Network


@click.command(help=f"Write a network down as a spec file.\n\n{SOURCE_HELP}")
@click.argument("source")
@reading_options
@output_option
@click.option(
    "-t",
    "--to",
    "form",
    type=click.Choice(["toml", "json"]),
    help="Form, whatever the suffix says. TOML is short and has no names of layers; JSON has everything."
    "  [default: TOML where the short form fits exactly, else JSON]",
)
def command(
    source: str,
    inputs: tuple[str, ...],
    weights: Path | None,
    unsafe: bool,
    output: Path | None,
    form: str | None,
) -> None:
    """Write a network down as a spec file."""
    from resnet_diagram.spec.json.files import write_network

    network = read(source, Reading(inputs=inputs, weights=weights, unsafe=unsafe))
    if output:
        write_network(network, output, form or "")
    else:
        click.echo(_text(network, form), nl=False)


def _text(network: Network, form: str | None) -> str:
    """The spec file; where no form is asked for, the short one if it fits."""
    from resnet_diagram.spec.json.files import dumps as json
    from resnet_diagram.spec.toml.writer import dumps as toml

    if form == "toml":
        return toml(network)
    if form == "json":
        return json(network)
    try:
        return toml(network, short=True)
    except SpecError as problem:
        click.echo(f"Note: {problem} This is JSON; '-t toml' writes TOML layer by layer.", err=True)
        return json(network)
