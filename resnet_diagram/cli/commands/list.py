"""`resnet-diagram list`."""

import click

from resnet_diagram.cli.messages import tell


@click.group("list")
def command() -> None:
    """List the available networks, formats and themes."""


@command.command()
def networks() -> None:
    """The networks known by name, with depth, parameters, MACs and paper."""
    from resnet_diagram.app.describe import networks_text

    tell(networks_text())


@command.command()
def formats() -> None:
    """The formats, with their suffixes."""
    from resnet_diagram.app.describe import formats_text

    tell(formats_text())


@command.command()
def themes() -> None:
    """The themes."""
    from resnet_diagram.app.options.options import theme_names

    tell("\n".join(theme_names()))
