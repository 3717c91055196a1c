"""What is told on standard error beside results: notes, details on request, nothing when quiet."""

from typing import Any

import click

_KEY = "resnet_diagram.loudness"


def loudness_options(command: Any) -> Any:
    """The options `-q` and `-v`."""
    quiet = click.option(
        "-q", "--quiet", is_flag=True, expose_value=False, callback=_quieter, help="Tell nothing but errors."
    )
    verbose = click.option(
        "-v", "--verbose", is_flag=True, expose_value=False, callback=_louder, help="Tell what is done."
    )
    return quiet(verbose(command))


def _quieter(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        context.find_root().meta[_KEY] = -1


def _louder(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        context.find_root().meta[_KEY] = 1


def loudness() -> int:
    """-1 when quiet, 1 when verbose, else 0."""
    context = click.get_current_context(silent=True)
    return int(context.find_root().meta.get(_KEY, 0)) if context else 0


def note(text: str) -> None:
    """Tell what the user should know."""
    if loudness() >= 0:
        click.echo(f"Note: {text}", err=True)


def detail(text: str) -> None:
    """Tell what is done, to those who asked."""
    if loudness() > 0:
        click.echo(text, err=True)


def warn(message: Warning | str, *_: object, **__: object) -> None:
    """Tell a warning; it has the arguments of `warnings.showwarning`."""
    if loudness() >= 0:
        click.echo(f"Warning: {message}", err=True)
