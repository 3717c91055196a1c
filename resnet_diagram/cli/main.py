"""The command `resnet-diagram`: its subcommands are imported when they are called."""

import errno
import os
import sys
import warnings
from importlib import import_module
from typing import Any

import click

from resnet_diagram.cli.messages import failure_of, loudness, loudness_options, warn
from resnet_diagram.errors import closest, did_you_mean
from resnet_diagram.spec.catalog import names

COMMANDS = ("draw", "table", "describe", "diff", "check", "embed", "annotate", "spec", "code", "list")
"""The subcommands in the order of the help; each is the `command` of its module."""

COMPARING = ("diff", "check", "annotate")
"""Commands that end with 1 for a difference, and with 2 for an error."""

INTERRUPTED = 130
_COMPLETE = "_RESNET_DIAGRAM_COMPLETE"
"""Environment variable by which a shell asks for completions."""


class _Commands(click.Group):
    """Imports a subcommand when it is called, and turns errors into messages.

    Exit code 1 for an error, 2 for wrong usage and for any error of a comparison, 130 after Ctrl-C.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"resnet_diagram.cli.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand. Fail for an unknown one, with a suggestion."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(closest(args[0], COMMANDS))
            if not hint and (args[0] in names() or ":" in args[0] or "." in args[0]):
                hint = f" To draw it: resnet-diagram draw {args[0]}"
            ctx.fail(f"No such command {args[0]!r}.{hint} The commands are {', '.join(COMMANDS)}.")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Return the arguments behind the options. Fail for a wrong option."""
        try:
            return super().parse_args(ctx, args)
        except click.ClickException as problem:
            raise failure_of(problem, verbose=False) from problem

    def invoke(self, ctx: click.Context) -> Any:
        """Run a subcommand; turn every error into one message, and set the exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except (click.Abort, click.exceptions.Exit):
            raise
        except Exception as problem:
            if isinstance(problem, OSError) and problem.errno == errno.EPIPE:
                raise
            failure = failure_of(problem, verbose=loudness(ctx) > 0)
            if ctx.invoked_subcommand in COMPARING:
                failure.exit_code = 2  # type: ignore[misc] # click reads it from the instance
            raise failure from problem

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command; errors before a subcommand runs, as of `--help`, are messages too."""
        if _COMPLETE in os.environ:
            import_module("resnet_diagram.cli.shells")
        try:
            return super().main(*args, **kwargs)
        except Exception as problem:
            if isinstance(problem, click.ClickException) or not kwargs.get("standalone_mode", True):
                raise
            failure = failure_of(problem, verbose=False)
            failure.show()
            sys.exit(failure.exit_code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@loudness_options
@click.version_option(package_name="resnet-diagram")
def main() -> None:
    """Draw the architecture of residual networks from the real PyTorch model.

    Exit code: 0 done, 1 error, 2 wrong usage.
    """
    warnings.showwarning = warn
    # torch warns of missing numpy, which nothing here needs
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")


if __name__ == "__main__":
    sys.exit(main())
