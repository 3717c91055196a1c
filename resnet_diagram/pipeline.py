"""Source to network to figure to file: the one place that joins the layers."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.errors import RenderError, SourceError, UsageError
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.formats import format_for, format_named
from resnet_diagram.saving import write_text
from resnet_diagram.scene.theme import load_theme
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    import graphviz
    from torch import nn

SPEC_FORMAT = "json"
"""The one format that holds the network itself; the others draw it."""

Choice = TypeVar("Choice", View, Direction)
Shapes = Sequence[int] | Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a drawing is written. `theme` is a name or a TOML file; `templates` a folder searched first."""

    theme: str = "paper"
    standalone: bool = False
    templates: Path | None = None


def read_source(
    source: str, inputs: Sequence[str] = (), *, weights: Path | None = None, unsafe: bool = False
) -> Network:
    """The network a source names: a catalog name, a spec file (.json), PyTorch code, or a saved model.

    For code only: `inputs`, shapes such as "3x224x224", and `weights`, a checkpoint whose names and shapes
    must fit. `unsafe` reads pickled models, which may run any code. Raises SourceError, SpecError or
    TraceError.
    """
    if _is_code(source) and not source.endswith(".json"):
        return _traced(source, inputs, weights, unsafe)
    if weights:
        raise SourceError(
            f"--weights checks a checkpoint against code; {source!r} is not code. Leave it out."
        )
    if source.endswith(".json"):
        from resnet_diagram.spec.files import read_network

        return _without_inputs(read_network(Path(source)), inputs)
    return _without_inputs(catalog.network(source), inputs)


def _traced(source: str, inputs: Sequence[str], weights: Path | None, unsafe: bool) -> Network:
    from resnet_diagram.tracer import check_weights, load_model, parse_input
    from resnet_diagram.tracer import trace as run

    specs = [parse_input(text) for text in inputs]
    loaded = load_model(source, unsafe=unsafe)
    if weights:
        check_weights(loaded.model, weights, unsafe=unsafe)
    return run(loaded.model, specs or loaded.inputs or None, name=loaded.name, source=source)


def _is_code(source: str) -> bool:
    """Whether a source names a Python module or a file."""
    head = source.partition("(")[0]
    return source not in catalog.names() and any(mark in head for mark in {":", ".", "/", os.sep})


def _without_inputs(network: Network, inputs: Sequence[str]) -> Network:
    if inputs:
        message = f"{network.name!r} has its input shape written down; leave --input out, it is for code."
        raise SourceError(message)
    return network


def trace_model(model: "nn.Module", input_shape: Shapes | None = None, *, name: str = "") -> Network:
    """The network of a PyTorch module.

    `input_shape`: `(3, 224, 224)`, with or without a batch of 1; a sequence of shapes for several inputs;
    None guesses. The module keeps its weights, device and mode. Raises TraceError, and UsageError for
    anything that is no module.
    """
    from torch import nn

    from resnet_diagram.tracer import parse_input
    from resnet_diagram.tracer import trace as run

    if not isinstance(model, nn.Module):
        raise UsageError(f"Expected a torch.nn.Module to trace, got {type(model).__name__!r}.")
    specs = [parse_input("x".join(map(str, shape))) for shape in _shapes(input_shape)]
    return run(model, specs or None, name=name or type(model).__name__)


def _shapes(given: Shapes | None) -> list[Sequence[int]]:
    if not given:
        return []
    several = [shape for shape in given if not isinstance(shape, int)]
    return several or [[size for size in given if isinstance(size, int)]]


def targets(paths: Sequence[Path], format_name: str | None) -> list[tuple[Path, str]]:
    """Each file with its format: `format_name` where it is given, else the one of the file's suffix.

    Raises UsageError for an unknown format or suffix, and where there is neither a file nor a format.
    """
    if not paths and not format_name:
        raise UsageError("Nothing to write: name a file (-o figure.svg) or a format (-t mermaid).")
    if format_name and format_name != SPEC_FORMAT:
        format_named(format_name)
    return [(path, format_name or _format_of(path)) for path in paths]


def _format_of(path: Path) -> str:
    return SPEC_FORMAT if path.suffix == ".json" else format_for(path).name


def render(network: Network, format_name: str, options: Options, style: Style) -> str:
    """The text of one drawing.

    Raises UsageError for an unknown format or theme, RenderError for a broken template.
    """
    return next(_rendered(network, [format_name], options, style))


def _rendered(network: Network, names: Iterable[str], options: Options, style: Style) -> Iterator[str]:
    """One text for each format name; the drawing is laid out once."""
    figure: Figure | None = None
    for name in names:
        if name == SPEC_FORMAT:
            from resnet_diagram.spec.files import dumps

            yield dumps(network)
        else:
            figure = figure or _figure(network, options, style)
            yield format_named(name).render(figure)


def _figure(network: Network, options: Options, style: Style) -> Figure:
    diagram = build(network, options)
    theme = load_theme(style.theme)
    return Figure(diagram=diagram, theme=theme, standalone=style.standalone, templates=style.templates)


def write(network: Network, targets: Sequence[tuple[Path, str]], options: Options, style: Style) -> None:
    """Write one file for each (path, format name); all are drawn before the first is written."""
    for path, _ in targets:
        if not path.parent.is_dir():
            message = f"There is no folder {str(path.parent)!r} to write {path.name!r} into. Create it first."
            raise RenderError(message)
    texts = list(_rendered(network, [name for _, name in targets], options, style))
    for (path, _), text in zip(targets, texts, strict=True):
        write_text(path, text)


def draw(
    what: "Network | nn.Module | str",
    *paths: str | os.PathLike[str],
    input_shape: Shapes | None = None,
    view: str = "paper",
    direction: str = "down",
    legend: bool = True,
    title: str | None = None,
    theme: str = "paper",
    standalone: bool = False,
) -> Network:
    """Write a drawing to each path, in the format of its suffix; the network drawn is returned.

    `what`: a `Network`, a PyTorch module, or a source as on the command line. `input_shape` is for a module,
    as in `trace`. The options are those of `resnet-diagram draw`. Raises ResnetDiagramError.
    """
    network = _network(what, input_shape)
    files = targets([Path(path) for path in paths], None)
    write(network, files, options(view, direction, legend, title), Style(theme=theme, standalone=standalone))
    return network


def to_text(
    what: "Network | nn.Module | str",
    to: str,
    *,
    view: str = "paper",
    direction: str = "down",
    legend: bool = True,
    title: str | None = None,
    theme: str = "paper",
    standalone: bool = False,
) -> str:
    """The drawing as text, in the format `to`: "svg", "tikz", "mermaid", "dot", "outline" or "json"."""
    chosen = options(view, direction, legend, title)
    return render(_network(what), to, chosen, Style(theme=theme, standalone=standalone))


def to_graphviz(
    what: "Network | nn.Module | str",
    *,
    view: str = "paper",
    direction: str = "down",
    legend: bool = True,
    title: str | None = None,
    theme: str = "paper",
) -> "graphviz.Source":
    """The drawing as an object of the `graphviz` package.

    It shows itself in notebooks, and its `render` draws it with a system's Graphviz.
    """
    from resnet_diagram.render.dot import graphviz_source

    chosen = options(view, direction, legend, title)
    return graphviz_source(_figure(_network(what), chosen, Style(theme=theme)))


def options(view: str, direction: str, legend: bool, title: str | None) -> Options:
    """The options by their names on the command line. Raises UsageError."""
    return Options(
        view=_choice(View, view, "view"),
        direction=_choice(Direction, direction, "direction"),
        legend=legend,
        title=title,
    )


def _choice(choices: type[Choice], value: str, what: str) -> Choice:
    if value not in list(choices):
        known = ", ".join(repr(one.value) for one in choices)
        raise UsageError(f"No {what} is named {value!r}; choose one of {known}.")
    return choices(value)


def _network(what: "Network | nn.Module | str", input_shape: Shapes | None = None) -> Network:
    if isinstance(what, Network):
        return what
    return read_source(what) if isinstance(what, str) else trace_model(what, input_shape)
