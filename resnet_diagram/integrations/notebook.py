"""Draw from Python: figures that display in a notebook, and files."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, overload
from zlib import crc32

from resnet_diagram.app.drawing.baseline import highlighted
from resnet_diagram.app.drawing.draw import in_pages, render, targets, write
from resnet_diagram.app.drawing.figure import check_names
from resnet_diagram.app.options.options import DrawChoices, Output, draw_options
from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.options import Options
from resnet_diagram.diagram.views import check_count
from resnet_diagram.errors import UsageError, check_text
from resnet_diagram.sources.resolve import networks_of
from resnet_diagram.spec.json.files import dumps
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from resnet_diagram.sources.module import Input
    from resnet_diagram.sources.resolve import Drawable, Drawings


@dataclass(frozen=True, slots=True)
class Drawing:
    """Networks with the options of their drawing, which a notebook displays."""

    networks: tuple[Network, ...]
    options: Options
    output: Output

    def __repr__(self) -> str:
        names = " and ".join(network.name for network in self.networks)
        return f"<Drawing of {names}, view {self.options.view}; save('figure.svg') writes it>"

    def save(self, *paths: str | os.PathLike[str]) -> None:
        """Write it to each path, in the format of its suffix. Raises ResnetDiagramError."""
        if not paths:
            raise UsageError("Nothing to write: name a file, as in save('figure.svg').")
        write(self.networks, targets([Path(path) for path in paths], None), self.options, self.output)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return _bundle(self.networks, self.options, self.output)


@overload
def draw(
    what: "Drawings",
    *,
    input_shape: "Input | None" = None,
    baseline: "Drawable | None" = None,
    **choices: Unpack[DrawChoices],
) -> Drawing: ...
@overload
def draw(
    what: "Drawings",
    path: str | os.PathLike[str],
    *paths: str | os.PathLike[str],
    input_shape: "Input | None" = None,
    baseline: "Drawable | None" = None,
    **choices: Unpack[DrawChoices],
) -> Network: ...
def draw(  # type: ignore[misc]  # mypy takes a keyword "path" for possible
    what: "Drawings",
    *paths: str | os.PathLike[str],
    input_shape: "Input | None" = None,
    baseline: "Drawable | None" = None,
    **choices: Unpack[DrawChoices],
) -> Network | Drawing:
    """Return a drawing that shows itself; with paths write it to each, and return the (first) network.

    `what`: a `Network`, a PyTorch module, a class or function that makes one, a source as on the command
    line, or several of them for the view `compare` and for formats with pages. `input_shape` is for code, as
    in `trace`. `baseline`: a network from which the differences are highlighted. The format is that of the
    path's suffix, the choices are the options of `resnet-diagram draw`.
    Raises ResnetDiagramError.
    """
    for path in paths:
        check_text(path, "a file to write", " Give several networks as a list.")
    files = targets([Path(path) for path in paths], None) if paths else ()
    options, output = draw_options(choices)
    check_names(options, output)
    networks = tuple(networks_of(what, input_shape))
    drawing = Drawing(networks, highlighted(options, networks, baseline), output)
    if not (files and in_pages(files)):
        check_count(drawing.networks, drawing.options.view)
    if not paths:
        return drawing
    write(drawing.networks, files, drawing.options, drawing.output)
    return drawing.networks[0]


def figure(
    what: "Drawings",
    *,
    input_shape: "Input | None" = None,
    baseline: "Drawable | None" = None,
    **choices: Unpack[DrawChoices],
) -> Drawing:
    """Return a drawing that shows itself in a notebook and can be saved. The arguments are as for `draw`."""
    return draw(what, input_shape=input_shape, baseline=baseline, **choices)


def network_bundle(network: Network) -> dict[str, str]:
    """Return a network's representation in a notebook."""
    return _bundle((network,), Options(), Output())


def _bundle(networks: Sequence[Network], options: Options, output: Output) -> dict[str, str]:
    """Return the picture, and text for readers without pictures; text only if drawing fails.

    Errors are reported in the text: a notebook must be able to display every network.
    """
    words = "\n\n".join(map(_words, networks))
    try:
        digest = crc32(repr((*map(dumps, networks), options, output)).encode())
        picture = render(
            networks, "svg", options, replace(output, id_prefix=output.id_prefix or f"figure-{digest:08x}")
        )
    except Exception as error:  # a bug in drawing is no reason to hide the network
        return {"text/plain": f"{words}\n\nNot drawn: {error}"}
    assert isinstance(picture, str)
    return {"image/svg+xml": picture, "text/plain": words}


def _words(network: Network) -> str:
    from resnet_diagram.app.describe import describe_text

    try:
        return describe_text(network)
    except Exception:  # as above
        return repr(network)
