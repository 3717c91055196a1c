"""Parse the arguments of a command, from a marker or the command line, into a request."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.embed import Parsed
from resnet_diagram.cli.messages import loudness
from resnet_diagram.errors import EmbedError, ResnetDiagramError


def parse(words: Sequence[str], folder: Path, default_format: str = "") -> Parsed:
    """Return the request for a command with its arguments. Raises EmbedError if it is invalid.

    `folder`: start of relative paths. `default_format`: for a command that is given neither file nor format.
    """
    from resnet_diagram.cli.main import main

    name, arguments = words[0], list(words[1:])
    module = import_module(f"resnet_diagram.cli.commands.{name}")
    command: click.Command = module.command
    root = click.Context(main, info_name="resnet-diagram", obj=folder, help_option_names=[])
    try:
        with root, command.make_context(name, arguments, parent=root) as context:
            values: dict[str, Any] = dict(context.params)
            if values.get("watch"):
                raise EmbedError("--watch draws until it is stopped; a marker may not use it. Leave it out.")
            if default_format and not values["outputs"] and not values["format_name"]:
                values["format_name"] = default_format
            return Parsed(request=module.request(values, folder), quiet=loudness(root) < 0)
    except click.ClickException as problem:
        raise EmbedError(problem.format_message()) from problem
    except ResnetDiagramError as problem:
        raise EmbedError(str(problem)) from problem
