"""Draw the architecture of residual networks from the real PyTorch model.

>>> import resnet_diagram as rd
>>> network = rd.network("resnet50")
>>> [len(stage.body) for stage in network.body]
[3, 4, 6, 3]
"""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.diagram.model import Direction
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.errors import (
    RenderError,
    ResnetDiagramError,
    SourceError,
    SpecError,
    TraceError,
    UnrenderedWarning,
    UsageError,
)
from resnet_diagram.pipeline import Style, read_source, render, targets, trace_model, write
from resnet_diagram.spec.catalog import names, network
from resnet_diagram.spec.check import check
from resnet_diagram.spec.facts import facts
from resnet_diagram.spec.files import read_network as load
from resnet_diagram.spec.files import write_network as save
from resnet_diagram.spec.model import (
    Block,
    Element,
    Layer,
    LayerKind,
    Merge,
    Network,
    Shortcut,
    ShortcutKind,
    Stage,
)

if TYPE_CHECKING:
    from torch import nn

__all__ = [
    "Block",
    "Element",
    "Layer",
    "LayerKind",
    "Merge",
    "Network",
    "RenderError",
    "ResnetDiagramError",
    "Shortcut",
    "ShortcutKind",
    "SourceError",
    "SpecError",
    "Stage",
    "TraceError",
    "UnrenderedWarning",
    "UsageError",
    "check",
    "draw",
    "facts",
    "load",
    "names",
    "network",
    "save",
    "to_text",
    "trace",
]

trace = trace_model


def draw(
    what: "Network | nn.Module | str",
    *paths: str | PathLike[str],
    view: str = "paper",
    direction: str = "down",
    legend: bool = True,
    title: str | None = None,
    theme: str = "paper",
    standalone: bool = False,
) -> Network:
    """Write a drawing to each path, in the format of its suffix; the network drawn is returned.

    `what`: a `Network`, a PyTorch module (its input is guessed; `trace` takes a shape), or a source as on the
    command line. The options are those of `resnet-diagram draw`.
    """
    drawn = _network(what)
    options = Options(view=View(view), direction=Direction(direction), legend=legend, title=title)
    files = targets([Path(path) for path in paths], None)
    write(drawn, files, options, Style(theme=theme, standalone=standalone))
    return drawn


def to_text(
    what: "Network | nn.Module | str",
    format: str,  # noqa: A002 - the word the command line uses
    *,
    view: str = "paper",
    direction: str = "down",
    legend: bool = True,
    title: str | None = None,
    theme: str = "paper",
    standalone: bool = False,
) -> str:
    """The drawing as text in a format: "svg", "tikz", "mermaid", "dot", "outline" or "json"."""
    options = Options(view=View(view), direction=Direction(direction), legend=legend, title=title)
    return render(_network(what), format, options, Style(theme=theme, standalone=standalone))


def _network(what: "Network | nn.Module | str") -> Network:
    if isinstance(what, Network):
        return what
    return read_source(what) if isinstance(what, str) else trace_model(what)


def _repr_svg(self: Network) -> str:
    """Let notebooks show a network as its drawing."""
    return to_text(self, "svg")


Network._repr_svg_ = _repr_svg  # type: ignore[attr-defined]  # the spec layer knows nothing of drawings
