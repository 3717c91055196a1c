"""Networks and drawings that show themselves in notebooks."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack
from zlib import crc32

from resnet_diagram.app.draw import render, targets, write
from resnet_diagram.app.options import DrawChoices, Output, draw_options
from resnet_diagram.diagram.options import Options
from resnet_diagram.sources.resolve import networks_of
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from resnet_diagram.sources.module import Shapes
    from resnet_diagram.sources.resolve import Drawings


@dataclass(frozen=True, slots=True)
class Drawing:
    """One or several networks with all that was chosen about their drawing. A notebook shows it."""

    networks: tuple[Network, ...]
    options: Options
    output: Output

    def save(self, *paths: str | os.PathLike[str]) -> None:
        """Write it to each path, in the format of its suffix. Raises ResnetDiagramError."""
        write(self.networks, targets([Path(path) for path in paths], None), self.options, self.output)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return _bundle(self.networks, self.options, self.output)


def figure(
    what: "Drawings", *, input_shape: "Shapes | None" = None, **choices: Unpack[DrawChoices]
) -> Drawing:
    """A drawing that shows itself in a notebook and can be saved. The arguments are those of `draw`."""
    return Drawing(tuple(networks_of(what, input_shape)), *draw_options(choices))


def network_bundle(network: Network) -> dict[str, str]:
    """A network as a notebook shows it."""
    return _bundle((network,), Options(), Output())


def _bundle(networks: Sequence[Network], options: Options, output: Output) -> dict[str, str]:
    """The picture, and words for readers that show none. Without the picture where it cannot be drawn.

    Whatever goes wrong is told in the words: a notebook must be able to show any network it holds.
    """
    words = "\n\n".join(map(_words, networks))
    try:
        picture = render(networks, "svg", options, _prefixed(networks, options, output))
    except Exception as error:  # a bug in drawing is no reason to hide the network
        return {"text/plain": f"{words}\n\nNot drawn: {error}"}
    assert isinstance(picture, str)
    return {"image/svg+xml": picture, "text/plain": words}


def _prefixed(networks: Sequence[Network], options: Options, output: Output) -> Output:
    """Return the output with a prefix of ids of its own: the drawings of a notebook share a page."""
    digest = crc32(repr((networks, options, output)).encode())
    return replace(output, id_prefix=output.id_prefix or f"figure-{digest:08x}")


def _words(network: Network) -> str:
    from resnet_diagram.app.describe import describe_text

    try:
        return describe_text(network)
    except Exception:  # as above
        return repr(network)
