"""Run one of this tool's own commands for a document, and hold what it writes."""

import contextlib
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from resnet_diagram.errors import EmbedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a command wrote: text on standard output, and files by the paths it was given."""

    text: str
    files: dict[str, bytes]


def run(words: Sequence[str], folder: Path, place: str = "") -> Made:
    """Run a command in `folder`; its files are held back. Raises EmbedError with `place` where it fails."""
    with tempfile.TemporaryDirectory() as held:
        arguments, outputs = redirected(words, Path(held))
        text = _run(arguments, folder, place)
        files = {given: (Path(held) / name).read_bytes() for given, name in outputs.items()}
    return Made(text=text, files=files)


def _run(arguments: Sequence[str], folder: Path, place: str) -> str:
    from resnet_diagram.cli.main import main

    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(out):
            main.main(list(arguments), prog_name="resnet-diagram", standalone_mode=False)
    except click.ClickException as problem:
        where = f"{place}: " if place else ""
        raise EmbedError(f"{where}{problem.format_message()}") from problem
    except click.exceptions.Exit:
        pass
    out.flush()
    content = out.buffer
    assert isinstance(content, io.BytesIO)
    return content.getvalue().decode("utf-8")


def redirected(words: Sequence[str], folder: Path) -> tuple[list[str], dict[str, str]]:
    """The words with each output file moved into `folder`, and the name there of each path given.

    >>> redirected(["draw", "net", "-o", "a/b.svg"], Path("held"))
    (['draw', 'net', '-o', 'held/1.svg'], {'a/b.svg': '1.svg'})
    """
    found: list[str] = []
    outputs: dict[str, str] = {}
    waiting = iter(words)
    for word in waiting:
        flag, equals, given = word.partition("=")
        if flag not in ("-o", "--output"):
            found.append(word)
            continue
        given = given if equals else next(waiting, "")
        outputs[given] = f"{len(outputs) + 1}{Path(given).suffix}"
        found += [flag, str(folder / outputs[given])]
    return found, outputs
