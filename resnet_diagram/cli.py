"""The command line: parse, call the pipeline, report. The only module that prints."""

import errno
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import resnet_diagram.pipeline as pipeline
from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.errors import ResnetDiagramError, UsageError
from resnet_diagram.spec.model import Network

_SOURCE_HELP = """SOURCE is a network's name (see 'resnet-diagram list networks'), PyTorch code
(package.module:attribute or path/file.py:attribute, with literal arguments if wanted:
'net.py:resnet(depth=152)'), a spec file (.json), or a saved TorchScript model (.pt) or
exported program (.pt2)."""


class _Reporting(click.Group):
    """Turns this package's errors into messages: exit code 2 for a wrong call, 1 for all else."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UsageError as problem:
            raise click.UsageError(str(problem)) from problem
        except ResnetDiagramError as problem:
            raise click.ClickException(str(problem)) from problem
        except OSError as problem:
            if problem.errno == errno.EPIPE:
                raise
            place = repr(problem.filename) if problem.filename else "standard output"
            raise click.ClickException(f"Cannot read or write {place}: {problem.strerror}.") from problem


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    click.echo(f"Warning: {message}", err=True)


@click.group(cls=_Reporting, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="resnet-diagram")
def main() -> None:
    """Draw the architecture of residual networks from the real PyTorch model."""
    warnings.showwarning = _warn
    # torch says so where numpy is not installed; nothing here needs it
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")


def _source(command: Any) -> Any:
    """The SOURCE argument and the options on how it is read."""
    inputs = click.option(
        "--input",
        "inputs",
        multiple=True,
        metavar="SHAPE",
        help="Shape of the model's input, as 3x224x224 or 1x128:int64; repeat it for several inputs. "
        "Guessed where it is left out.",
    )
    weights = click.option(
        "--weights",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="Check that a checkpoint (.pth, .pt, .safetensors) has the names and shapes of the model.",
    )
    unsafe = click.option(
        "--unsafe", is_flag=True, help="Read pickled models too. A pickle can run any code; trust its source."
    )
    return click.argument("source")(inputs(weights(unsafe(command))))


def _read(source: str, inputs: Sequence[str], weights: Path | None, unsafe: bool) -> Network:
    network = pipeline.read_source(source, inputs, weights=weights, unsafe=unsafe)
    if weights:
        click.echo(f"Note: {weights.name} fits: every name and shape is the model's", err=True)
    for note in network.notes:
        click.echo(f"Note: {note}", err=True)
    return network


@main.command(help=f"Draw a network.\n\n{_SOURCE_HELP}")
@_source
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File to write; its suffix gives the format. Repeat it for several files.",
)
@click.option(
    "-t",
    "--to",
    "format_name",
    metavar="FORMAT",
    help="Format, whatever the suffix says; without -o the drawing goes to standard output. "
    "See 'resnet-diagram list formats'.",
)
@click.option(
    "--view",
    type=click.Choice([view.value for view in View]),
    default=View.PAPER.value,
    show_default=True,
    help="overview: one node a stage. paper: the first block of each stage open, the rest folded. "
    "full: every block.",
)
@click.option(
    "--direction",
    type=click.Choice([direction.value for direction in Direction]),
    default=Direction.DOWN.value,
    show_default=True,
    help="Which way the stages follow each other.",
)
@click.option("--legend/--no-legend", default=True, show_default=True, help="Explain the lines and symbols.")
@click.option("--theme", default="paper", show_default=True, metavar="NAME|FILE", help="Colours and lines.")
@click.option("--title", help="Title; '' draws none.  [default: the network's name]")
@click.option("--standalone", is_flag=True, help="A document that compiles by itself (TikZ).")
@click.option(
    "--templates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Folder whose templates are used instead of the built-in ones of the same name.",
)
def draw(source: str, inputs: tuple[str, ...], outputs: tuple[Path, ...], **chosen: Any) -> None:
    """Draw a network."""
    targets = pipeline.targets(outputs, chosen["format_name"])
    options = pipeline.options(*(chosen[name] for name in ("view", "direction", "legend", "title")))
    style = pipeline.Style(
        theme=chosen["theme"], standalone=chosen["standalone"], templates=chosen["templates"]
    )
    network = _read(source, inputs, chosen["weights"], chosen["unsafe"])
    if targets:
        pipeline.write(network, targets, options, style)
    else:
        click.echo(pipeline.render(network, chosen["format_name"], options, style), nl=False)


@main.command(help=f"Print what a network is made of.\n\n{_SOURCE_HELP}")
@_source
@click.option("--json", "as_json", is_flag=True, help="Facts for programs.")
def describe(source: str, inputs: tuple[str, ...], weights: Path | None, unsafe: bool, as_json: bool) -> None:
    """Print what a network is made of."""
    from resnet_diagram.report import describe_text, facts_text

    network = _read(source, inputs, weights, unsafe)
    click.echo(facts_text(network) if as_json else describe_text(network))


@main.command(help=f"Write a network down as a spec file (JSON).\n\n{_SOURCE_HELP}")
@_source
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="File to write."
)
def spec(
    source: str, inputs: tuple[str, ...], weights: Path | None, unsafe: bool, output: Path | None
) -> None:
    """Write a network down as a spec file."""
    network = _read(source, inputs, weights, unsafe)
    if output:
        pipeline.write(network, [(output, pipeline.SPEC_FORMAT)], Options(), pipeline.Style())
    else:
        click.echo(pipeline.render(network, pipeline.SPEC_FORMAT, Options(), pipeline.Style()), nl=False)


@main.group("list")
def list_() -> None:
    """List what there is to choose from."""


@list_.command()
def networks() -> None:
    """The networks known by name, with depth, parameters, MACs and paper."""
    from resnet_diagram.report import networks_text

    click.echo(networks_text())


@list_.command()
def formats() -> None:
    """The formats, with their suffixes."""
    from resnet_diagram.report import formats_text

    click.echo(formats_text())


@list_.command()
def themes() -> None:
    """The themes."""
    from resnet_diagram.report import themes_text

    click.echo(themes_text())


if __name__ == "__main__":
    sys.exit(main())
