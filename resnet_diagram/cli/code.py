"""`resnet-diagram code`."""

from pathlib import Path

import click

from resnet_diagram.cli.common import SOURCE_HELP, Reading, output_option, read, reading_options


@click.command(help=f"Write a network as PyTorch code.\n\n{SOURCE_HELP}")
@click.argument("source")
@reading_options
@output_option
@click.option(
    "--block",
    metavar="NAME|TYPE",
    help="Write one block only: by its name (layer2.0), its place (stage2.block1) or its type (bottleneck).",
)
def command(
    source: str,
    inputs: tuple[str, ...],
    weights: Path | None,
    unsafe: bool,
    output: Path | None,
    block: str | None,
) -> None:
    """Write a network as PyTorch code."""
    from resnet_diagram.app.code import code, write_code

    network = read(source, Reading(inputs=inputs, weights=weights, unsafe=unsafe))
    if output:
        write_code(network, output, block)
    else:
        click.echo(code(network, block=block), nl=False)
