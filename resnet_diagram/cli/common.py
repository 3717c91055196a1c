"""What the commands share: the options on how a source is read, and the reading."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from resnet_diagram.cli.messages import detail, loudness_options, note
from resnet_diagram.sources.resolve import is_code, read_source
from resnet_diagram.spec.model import Network

SOURCE_HELP = """SOURCE is a network's name (see 'resnet-diagram list networks'), PyTorch code
(package.module:attribute or path/file.py:attribute, with literal arguments if wanted:
'net.py:resnet(depth=152)'), a spec file (.toml, .json), or a saved TorchScript model (.pt) or
exported program (.pt2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How sources that are code are read: shapes of the inputs, a checkpoint to check, pickles or not."""

    inputs: Sequence[str] = ()
    weights: Path | None = None
    unsafe: bool = False


def with_options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A decorator that gives a command these options, listed in this order."""

    def given(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return given


def target_options(output_help: str, to_help: str) -> Callable[[Any], Any]:
    """The options `-o`, which may be repeated, and `-t` of a command that writes several formats."""
    return with_options(
        click.option(
            "-o",
            "--output",
            "outputs",
            multiple=True,
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help=output_help,
        ),
        click.option("-t", "--to", "format_name", metavar="FORMAT", help=to_help),
    )


def names_option(default: StrEnum, help_text: str) -> Callable[[Any], Any]:
    """The option `--names`; what may be chosen are the values of the default's kind."""
    return click.option(
        "--names",
        type=click.Choice([one.value for one in type(default)]),
        default=default.value,
        show_default=True,
        help=help_text,
    )


caption_option = click.option("--caption", help="Caption; '' writes none.  [default: from the facts]")
label_option = click.option("--label", help="Label of the float; '' writes none.  [default: from the names]")
templates_option = click.option(
    "--templates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Folder whose templates are used instead of the built-in ones of the same name.",
)


reading_options = with_options(
    click.option(
        "--input",
        "inputs",
        multiple=True,
        metavar="SHAPE",
        help="Shape of the model's input, as 3x224x224 or 1x128:int64; repeat it for several inputs. "
        "Guessed where it is left out.",
    ),
    click.option(
        "--weights",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="Check that a checkpoint (.pth, .pt, .safetensors) has the names and shapes of the model.",
    ),
    click.option(
        "--unsafe", is_flag=True, help="Read pickled models too. A pickle can run any code; trust its source."
    ),
    loudness_options,
)
"""The options on how sources are read, for a command that makes a `Reading` of them, and `-q`, `-v`."""


output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File to write.",
)
"""The option `-o` for a command that writes one file."""


def read(source: str, reading: Reading) -> Network:
    """The network of a source; what the reader had to assume is told on standard error."""
    detail(f"Reading {source}")
    network = read_source(source, reading.inputs, weights=reading.weights, unsafe=reading.unsafe)
    if reading.weights:
        note(f"{reading.weights.name} fits: every name and shape is the model's")
    for text in network.notes:
        note(text)
    return network


def read_pair(left: str, right: str, reading: Reading) -> tuple[Network, Network]:
    """The networks of two sources. Code gets the input of the other one unless `--input` says which.

    What is known by name or by a spec file is read without `--input`, which is for code.
    """
    named = [not is_code(source) for source in (left, right)]
    if all(named) or not any(named):
        return read(left, reading), read(right, reading)
    known = read(right if named[1] else left, Reading())
    shapes = reading.inputs or ("x".join(map(str, known.input_shape)),)
    traced = read(left if named[1] else right, replace(reading, inputs=shapes))
    return (traced, known) if named[1] else (known, traced)
