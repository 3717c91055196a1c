"""Run one of this tool's own commands for a document, and hold what it writes."""

import contextlib
import io
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from resnet_diagram.cli.messages import loudness
from resnet_diagram.errors import EmbedError
from resnet_diagram.saving import held

_LOUDNESS = {-1: ["-q"], 0: [], 1: ["-v"]}
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a command wrote: text on standard output, and files by the paths it was given."""

    text: str
    files: dict[str, bytes]


def run(words: Sequence[str], folder: Path, place: str = "") -> Made:
    """Run a command in `folder`; its files are held back, and it is as loud as the command that runs it.

    Raises EmbedError, which begins with `place`, where it fails.
    """
    where = f"{place}: " if place else ""
    with held() as files:
        try:
            text = _run([*_LOUDNESS[loudness()], *words], folder)
        except click.ClickException as problem:
            raise EmbedError(f"{where}{problem.format_message()}") from problem
        except UnicodeDecodeError as problem:
            raise EmbedError(f"{where}the format is no text; write it into a file with -o.") from problem
    for path in files:
        if not (folder / path).parent.is_dir():
            raise EmbedError(f"{where}there is no folder {str(path.parent)!r}; create it first.")
    return Made(text=text, files={path.as_posix(): content for path, content in files.items()})


def _run(arguments: Sequence[str], folder: Path) -> str:
    """What a command writes to standard output. Raises ClickException where it fails."""
    from resnet_diagram.cli.main import main

    out = io.BytesIO()
    text = io.TextIOWrapper(out, encoding="utf-8", newline="\n", write_through=True)
    with contextlib.chdir(folder), contextlib.redirect_stdout(text), _untouched(folder):
        ended = main.main(list(arguments), prog_name="resnet-diagram", standalone_mode=False)
    if ended == _INTERRUPTED:
        raise KeyboardInterrupt
    if ended is not None:
        raise click.ClickException("--help and --version draw nothing; leave them out.")
    return out.getvalue().decode("utf-8")


@contextlib.contextmanager
def _untouched(folder: Path) -> Iterator[None]:
    """Leave warnings as they were, and forget the folder's modules: another's may have the same names."""
    before = set(sys.modules)
    try:
        with warnings.catch_warnings():
            yield
    finally:
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and _inside(Path(file), folder.resolve()):
                del sys.modules[name]


def _inside(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder) and "site-packages" not in file.relative_to(folder).parts


def parameters(words: Sequence[str]) -> dict[str, Any]:
    """The arguments and options of a call, by their names; what is wrong in them is left out."""
    from resnet_diagram.cli.main import main

    with click.Context(main, resilient_parsing=True, **main.context_settings) as context:
        command = main.get_command(context, words[0])
        assert command is not None
        return dict(command.make_context(words[0], list(words[1:]), context, resilient_parsing=True).params)
