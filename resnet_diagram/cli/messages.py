"""Messages on standard error: notes, warnings, details if verbose; only errors if quiet."""

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from resnet_diagram.app.log import Log
from resnet_diagram.cli.spinner import above_spinner
from resnet_diagram.errors import ResnetDiagramError, UsageError, error_text, escape_controls

_KEY = "resnet_diagram.loudness"
_PRINTED = "resnet_diagram.printed"


def loudness_options(command: Any) -> Any:
    """Add the options `-q` and `-v` to a command."""
    for name, words in (
        ("verbose", "Print progress details, and the trace of an internal error."),
        ("quiet", "Print errors only."),
    ):
        flag = click.option(
            f"-{name[0]}", f"--{name}", is_flag=True, expose_value=False, callback=_set_loudness, help=words
        )
        command = flag(command)
    return command


def _set_loudness(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    """Store the loudness selected by the option in the root context."""
    if value:
        context.find_root().meta[_KEY] = -1 if parameter.name == "quiet" else 1


def loudness(context: click.Context | None = None) -> int:
    """Return -1 when quiet, 1 when verbose, else 0."""
    context = context or click.get_current_context(silent=True)
    return int(context.find_root().meta.get(_KEY, 0)) if context else 0


def note(text: str) -> None:
    """Print a note for the user, once."""
    _print_once(f"Note: {text}")


def detail(text: str) -> None:
    """Print a progress detail, when verbose."""
    if loudness() > 0:
        with above_spinner():
            click.echo(_printable(text), err=True)


def warn(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning, each text once; the arguments are as in `warnings.showwarning`."""
    _print_once(f"Warning: {message}")


def _print_once(text: str) -> None:
    """Print a text on standard error, unless quiet or printed before."""
    context = click.get_current_context(silent=True)
    printed: set[str] = context.find_root().meta.setdefault(_PRINTED, set()) if context else set()
    if loudness() >= 0 and text not in printed:
        printed.add(text)
        with above_spinner():
            click.echo(_printable(text), err=True)


def tell(text: str, *, end: bool = True) -> None:
    """Print text on standard output in UTF-8; `end` adds a line break."""
    click.echo(escape_controls(text).encode(errors="replace"), nl=end)


def progress(items: Sequence[str]) -> Iterator[str]:
    """Yield the items one by one; on a terminal, with a bar that names the current one of several."""
    if len(items) < 2 or not sys.stderr.isatty() or loudness() < 0:
        yield from items
        return
    with click.progressbar(
        items, file=sys.stderr, item_show_func=lambda item: escape_controls(item or "")
    ) as bar:
        yield from bar


def _printable(text: str) -> str:
    """Return a text for the terminal: control characters spelled out, words of 520 letters or more cut."""
    return re.sub(r"(\S{240})\S{160,}(\S{120})", r"\1...\2", escape_controls(text))


def failure_of(problem: Exception, *, verbose: bool) -> click.ClickException:
    """Return the message for an error; unexpected errors are called bugs, with a trace if verbose."""
    if isinstance(problem, click.ClickException):
        problem.message = _printable(problem.message)  # type: ignore[misc] # click shows it
        return problem
    text = _printable(error_text(problem))
    if isinstance(problem, UsageError):
        return click.UsageError(text)
    if isinstance(problem, ResnetDiagramError):
        return click.ClickException(text)
    if isinstance(problem, OSError):
        place = repr(problem.filename) if problem.filename else "standard output"
        text = f"Cannot read or write {place}: {problem.strerror or problem}."
        return click.ClickException(_printable(text))
    if verbose:
        from traceback import format_exception

        click.echo(escape_controls("".join(format_exception(problem))), err=True, nl=False)
    first = text.splitlines()[0] if text.strip() else ""
    place = "".join(f" {escape_controls(note)}" for note in getattr(problem, "__notes__", ()))
    return click.ClickException(
        f"Internal error{place}: {type(problem).__name__}{f': {first}' if first else ''}. This is a bug in "
        f"resnet-diagram: please report it with the command and the source{' (trace: -v)' * (not verbose)}."
    )


LOG = Log(note=note, detail=detail, progress=progress)
"""The log of the command line."""
