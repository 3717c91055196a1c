"""`resnet-diagram diff`."""

from pathlib import Path

import click

from resnet_diagram.cli.common import SOURCE_HELP, Reading, read_pair, reading_options


@click.command(help=f"Tell how two networks differ, names aside; exit 1 if they do.\n\n{SOURCE_HELP}")
@click.argument("left", metavar="SOURCE")
@click.argument("right", metavar="SOURCE")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="The differences for programs.")
@click.pass_context
def command(
    context: click.Context,
    left: str,
    right: str,
    inputs: tuple[str, ...],
    weights: Path | None,
    unsafe: bool,
    as_json: bool,
) -> None:
    """Tell how two networks differ."""
    from resnet_diagram.app.diff import difference_json, difference_text
    from resnet_diagram.differences.networks import differences

    reading = Reading(inputs=inputs, weights=weights, unsafe=unsafe)
    own, other = read_pair(left, right, reading)
    found = differences(own, other)
    click.echo((difference_json if as_json else difference_text)(own, other, found))
    context.exit(bool(found))
