"""The command `resnet-diagram`: its subcommands are imported when they are called."""

import errno
import sys
import warnings
from importlib import import_module
from typing import Any

import click

from resnet_diagram.cli.messages import loudness_options, warn
from resnet_diagram.errors import ResnetDiagramError, UsageError

COMMANDS = {
    "draw": "draw",
    "table": "table",
    "describe": "describe",
    "diff": "diff",
    "check": "check",
    "embed": "embed",
    "spec": "spec",
    "code": "code",
    "list": "list",
}
"""The subcommands in the order of the help, and the module of each, whose `command` it is."""

INTERRUPTED = 130


class _Commands(click.Group):
    """Imports a subcommand when it is asked for, and turns this package's errors into messages.

    Exit code 2 for a wrong call, 130 after Ctrl-C, 1 for all else.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"resnet_diagram.cli.{COMMANDS[cmd_name]}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except UsageError as problem:
            raise click.UsageError(str(problem)) from problem
        except ResnetDiagramError as problem:
            raise click.ClickException(str(problem)) from problem
        except OSError as problem:
            if problem.errno == errno.EPIPE:
                raise
            place = repr(problem.filename) if problem.filename else "standard output"
            raise click.ClickException(f"Cannot read or write {place}: {problem.strerror}.") from problem


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@loudness_options
@click.version_option(package_name="resnet-diagram")
def main() -> None:
    """Draw the architecture of residual networks from the real PyTorch model."""
    warnings.showwarning = warn
    # torch says so where numpy is not installed; nothing here needs it
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")


if __name__ == "__main__":
    sys.exit(main())
