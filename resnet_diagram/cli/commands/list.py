"""`resnet-diagram list`."""

import click


@click.group("list")
def command() -> None:
    """List what there is to choose from."""


@command.command()
def networks() -> None:
    """The networks known by name, with depth, parameters, MACs and paper."""
    from resnet_diagram.app.describe import networks_text

    click.echo(networks_text())


@command.command()
def formats() -> None:
    """The formats, with their suffixes."""
    from resnet_diagram.app.describe import formats_text

    click.echo(formats_text())


@command.command()
def themes() -> None:
    """The themes."""
    from resnet_diagram.app.describe import themes_text

    click.echo(themes_text())
