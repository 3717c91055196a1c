"""`resnet-diagram check`."""

from pathlib import Path

import click

from resnet_diagram.cli.common import SOURCE_HELP, Reading, read_pair, reading_options


@click.command(help=f"Check that a network is another one, names aside; exit 1 if not.\n\n{SOURCE_HELP}")
@click.argument("source")
@click.option("--against", metavar="SOURCE", required=True, help="The network it shall be, such as resnet50.")
@reading_options
@click.pass_context
def command(
    context: click.Context,
    source: str,
    against: str,
    inputs: tuple[str, ...],
    weights: Path | None,
    unsafe: bool,
) -> None:
    """Check that a network is another one."""
    from resnet_diagram.app.diff import difference_text
    from resnet_diagram.differences.networks import differences

    own, other = read_pair(source, against, Reading(inputs=inputs, weights=weights, unsafe=unsafe))
    found = differences(own, other)
    click.echo(difference_text(own, other, found))
    context.exit(bool(found))
