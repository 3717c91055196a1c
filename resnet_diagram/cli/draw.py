"""`resnet-diagram draw`."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import resnet_diagram.app.draw as pipeline
from resnet_diagram.app.choices import Choices, Style, options, style
from resnet_diagram.cli.common import (
    SOURCE_HELP,
    Reading,
    caption_option,
    label_option,
    names_option,
    read,
    reading_options,
    target_options,
    templates_option,
    with_options,
)
from resnet_diagram.cli.messages import detail
from resnet_diagram.cli.progress import progress
from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import USUAL, Options, Show, StageNames, View
from resnet_diagram.errors import UsageError
from resnet_diagram.layout.units import VENUES
from resnet_diagram.render.figure import DPI, Engine
from resnet_diagram.render.latex_float import Float
from resnet_diagram.spec.model import Network

NAME = "{name}"
"""Stands for the network's name in the path of a file."""

_VIEWS = (
    "paper: a strip of all stages, and each type of block open. overview: the strip alone. "
    "block: one block open. full: every block open. compare: several networks side by side."
)

_target_options = target_options(
    "File to write; its suffix gives the format. Repeat it for several files. "
    "With several sources, {name} in it is the name of each.",
    "Format, whatever the suffix says; without -o the drawing goes to standard output. "
    "See 'resnet-diagram list formats'.",
)

_content_options = with_options(
    click.option(
        "--view",
        type=click.Choice([view.value for view in View]),
        help=f"{_VIEWS}  [default: paper; block with --block]",
    ),
    click.option(
        "--block",
        metavar="NAME",
        default="",
        help="Which block the view 'block' draws: layer2.0, or a type.",
    ),
    click.option(
        "--show",
        metavar="LIST",
        default=",".join(sorted(USUAL)),
        show_default=True,
        help=f"What is written into it, any of {', '.join(Show)}.",
    ),
    names_option(StageNames.STAGE, "What stages are called: Stage 2, conv3_x, layer2, or both of the last."),
    click.option("--lang", default="en", show_default=True, help="Language of the words: en, zh."),
    click.option("--title", help="Title; '' draws none.  [default: the network's name]"),
    click.option(
        "--legend/--no-legend", default=True, show_default=True, help="Explain the lines and symbols."
    ),
)
"""What is drawn."""


_page_options = with_options(
    click.option(
        "--width",
        metavar="LENGTH",
        help="The most it may be wide: 3.25in, 84mm, 234pt; columnwidth or textwidth of the --venue.",
    ),
    click.option("--max-height", metavar="LENGTH", help="The most it may be high."),
    click.option(
        "--venue",
        metavar="NAME",
        help=f"Width of a venue's column, or text with '-double': {', '.join(VENUES)}.",
    ),
    click.option(
        "--direction",
        type=click.Choice([direction.value for direction in Direction]),
        help="Which way the stages follow each other.  [default: as the width allows]",
    ),
    click.option(
        "--theme", default="paper", show_default=True, metavar="NAME|FILE", help="Colours and lines."
    ),
    click.option("--standalone", is_flag=True, help="A document that compiles by itself (TikZ, Typst)."),
    click.option(
        "--figure",
        type=click.Choice([one.value for one in Float]),
        help="TikZ: put it into a float, with caption and label. Alone, figure* is taken where the "
        "drawing is wider than a column.",
    ),
    click.option(
        "--preamble", is_flag=True, help="Print what a LaTeX preamble needs for it, and nothing else."
    ),
    caption_option,
    label_option,
    click.option(
        "--dpi",
        type=int,
        default=DPI,
        show_default=True,
        metavar="N",
        help="Pixels to the inch of a PNG.",
    ),
    click.option(
        "--engine",
        type=click.Choice([one.value for one in Engine]),
        default=Engine.OWN.value,
        show_default=True,
        help="Who lays it out: graphviz draws svg, pdf and png from the DOT.",
    ),
    templates_option,
)
"""How it is laid out and written."""


class _Draw(click.Command):
    """A command whose `--figure` may stand alone."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Say `--figure=auto` for a `--figure` that no float follows."""
        floats = {one.value for one in Float}
        said = [
            f"{word}=auto" if word == "--figure" and after not in floats else word
            for word, after in zip(args, [*args[1:], ""], strict=False)
        ]
        return super().parse_args(ctx, said)


@click.command(cls=_Draw, help=f"Draw a network, or compare several.\n\n{SOURCE_HELP}")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@reading_options
@_target_options
@_content_options
@_page_options
def command(
    sources: tuple[str, ...],
    inputs: tuple[str, ...],
    weights: Path | None,
    unsafe: bool,
    outputs: tuple[Path, ...],
    format_name: str | None,
    preamble: bool,
    show: str,
    **chosen: Any,
) -> None:
    """Draw a network, or compare several."""
    choices: Choices = {**chosen, "show": [word for word in show.split(",") if word]}  # type: ignore[typeddict-item]
    targets = [] if preamble and not outputs else pipeline.targets(outputs, format_name)
    content, look = options(choices), style(choices)
    reading = Reading(inputs=inputs, weights=weights, unsafe=unsafe)
    if any(NAME in path.name for path, _ in targets):
        _draw_each(sources, reading, targets, content, look)
        return
    if len(sources) > 1 and content.view is not View.COMPARE:
        raise UsageError(
            f"Got {len(sources)} sources; --view {content.view} draws one. Add --view compare to draw them "
            f"side by side, or write a file each: -o 'figures/{NAME}.svg'."
        )
    if not targets and not preamble:
        _check_terminal(format_name or "")
    networks = [read(source, reading) for source in progress(sources, str)]
    if targets:
        _write(networks, targets, content, look)
    if preamble:
        click.echo(pipeline.preamble(networks, content, look), nl=False)
    elif not targets:
        assert format_name is not None
        click.echo(pipeline.render(networks, format_name, content, look), nl=False)


def _draw_each(
    sources: Sequence[str],
    reading: Reading,
    targets: Sequence[tuple[Path, str]],
    content: Options,
    look: Style,
) -> None:
    """A drawing of each source, its name put into the paths."""
    if content.view is View.COMPARE:
        raise UsageError(f"--view compare draws one figure of all sources; name its file without {NAME}.")
    for source in progress(sources, str):
        network = read(source, reading)
        name = re.sub(r"[^\w.-]+", "-", network.name).strip("-.") or "network"
        named = [(path.with_name(path.name.replace(NAME, name)), kind) for path, kind in targets]
        _write([network], named, content, look)


def _write(
    networks: Sequence[Network], targets: Sequence[tuple[Path, str]], content: Options, look: Style
) -> None:
    pipeline.write(networks, targets, content, look)
    for path, kind in targets:
        detail(f"Wrote {path} ({kind})")


def _check_terminal(format_name: str) -> None:
    """Raise UsageError where bytes would go to a terminal."""
    if pipeline.is_binary(format_name) and sys.stdout.isatty():
        remedy = f"name a file (-o figure.{format_name}), or redirect the output."
        raise UsageError(f"{format_name} is no text for a terminal: {remedy}")
