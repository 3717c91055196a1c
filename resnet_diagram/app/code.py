"""Source to network to PyTorch code: what joins the layers for code."""

from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.codegen.code import code as code_of
from resnet_diagram.saving import write_text
from resnet_diagram.sources.resolve import Shapes, network_of
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from resnet_diagram.sources.resolve import Drawable


def code(what: "Drawable", *, block: str | None = None, input_shape: Shapes | None = None) -> str:
    """The network as a PyTorch file, or one block of it.

    `what`: a `Network`, a PyTorch module, or a source as on the command line. `block` is a name, a place
    or a type, as in `resnet-diagram code --block`; `input_shape` is for a module, as in `trace`. Raises
    CodeError, naming the part, where something cannot be written.
    """
    return code_of(network_of(what, input_shape), block)


def write_code(network: Network, path: Path, block: str | None = None) -> None:
    """Write the code of a network, or of one block, to a file."""
    write_text(path, code_of(network, block))
