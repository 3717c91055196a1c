"""`resnet-diagram annotate`."""

from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.drawing.annotations import template, unmatched
from resnet_diagram.app.requests import read
from resnet_diagram.cli.completion import sources
from resnet_diagram.cli.messages import LOG, detail, loudness, tell
from resnet_diagram.cli.options import (
    SOURCE_HELP,
    InputPath,
    file_or_stdout,
    output_option,
    reading_of,
    reading_options,
)
from resnet_diagram.cli.spinner import spinning
from resnet_diagram.errors import UsageError
from resnet_diagram.saving import write_files


@click.command(
    help="Begin a file of labels and colours for a network.\n\n"
    "The file lists the modules of a network as comments. "
    "With --check, list the annotations of modules missing from the network. "
    f"Exit code: 0 none, 1 some, 2 error.\n\n{SOURCE_HELP}"
)
@click.argument("source", shell_complete=sources)
@output_option
@click.option(
    "--check",
    type=InputPath(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Check this file instead of beginning one.",
)
@reading_options
@click.pass_context
def command(context: click.Context, /, source: str, output: Path, check: Path | None, **values: Any) -> None:
    """Begin or check a file of annotations."""
    path = file_or_stdout(output)
    if path and path.exists() and not check:
        raise UsageError(f"'{path}' exists, and may have annotations. Check it with --check {path}.")
    with spinning(shown=loudness() >= 0):
        network = read(source, reading_of(values, Path()), LOG)
    if check:
        problems = unmatched(check, network)
        tell("\n".join(problems) or f"{check}: every module is in {network.name}.")
        context.exit(int(bool(problems)))
    text = template(network)
    if path is None:
        tell(text, end=False)
        return
    write_files([(path, text)])
    detail(f"Wrote {path}")
