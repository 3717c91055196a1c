"""`resnet-diagram draw`."""

import sys
from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.drawing.draw import is_binary, targets
from resnet_diagram.app.options.options import LATEX, MODEL, DrawChoices, draw_options
from resnet_diagram.app.requests import STDOUT, DrawRequest
from resnet_diagram.cli.completion import sources
from resnet_diagram.cli.options import (
    SOURCE_HELP,
    GroupedCommand,
    choices_of,
    declared_options,
    option,
    reading_of,
    reading_options,
    target_options,
)
from resnet_diagram.cli.run import run
from resnet_diagram.errors import UsageError

_EXAMPLES = """\b
Examples:
  resnet-diagram draw resnet50 -o resnet50.svg
  resnet-diagram draw net.py:Net --input 3x64x64 --width columnwidth -o net.tex -o net.pdf
  resnet-diagram draw resnet18 resnet50 --view compare -t mermaid"""


def request(values: dict[str, Any], folder: Path) -> DrawRequest:
    """Return the request of a parsed command. Raise UsageError."""
    paths, format_name = values["outputs"], values["format_name"]
    options, output = draw_options(choices_of(DrawChoices, values, folder))
    return DrawRequest(
        sources=values["sources"],
        reading=reading_of(values, folder),
        targets=() if values["preamble"] and not paths else targets(paths, format_name),
        options=options,
        output=output,
        preamble=values["preamble"],
        baseline=values["baseline"],
    )


@click.command(
    cls=GroupedCommand, help=f"Draw a network, or compare several.\n\n{SOURCE_HELP}", epilog=_EXAMPLES
)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, shell_complete=sources)
@target_options(
    "File to write; its suffix selects the format. Repeat for several files; - is standard output. "
    "With several sources, {name} is replaced by each network's name.",
    "Format, regardless of the suffix; without -o, write to standard output. "
    "See 'resnet-diagram list formats'.",
)
@declared_options(DrawChoices)
@option(
    "--preamble",
    is_flag=True,
    group=LATEX,
    help="Print only the lines that the drawing needs in the LaTeX preamble.",
)
@option(
    "--baseline",
    metavar="SOURCE",
    default="",
    group=MODEL,
    shell_complete=sources,
    help="Highlight differences from this network.",
)
@option(
    "--watch",
    is_flag=True,
    group=MODEL,
    help="Draw again at every save of a file that the figure is made from, until Ctrl-C.",
)
@reading_options
def command(**values: Any) -> None:
    """Draw a network, or compare several."""
    if values["watch"]:
        from resnet_diagram.cli.watch import watch

        if not values["outputs"] or STDOUT in values["outputs"]:
            raise UsageError("--watch writes files: name one, as in -o figure.svg.")
        watch(lambda: run(request(values, Path())))
        return
    requested = request(values, Path())
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    for target in requested.targets:
        if target.path is None and is_binary(target.format) and is_terminal:
            remedy = f"name a file (-o figure.{target.format}), or redirect the output."
            raise UsageError(f"{target.format} is not text, and standard output is a terminal: {remedy}")
    run(requested)
