"""Write a network, or one block of it, as PyTorch code."""

from typing import TYPE_CHECKING

from resnet_diagram.app.log import Log
from resnet_diagram.app.requests import Artifact, CodeRequest, check_folders, check_suffix, read
from resnet_diagram.codegen.code import code as code_of
from resnet_diagram.sources.resolve import network_of

if TYPE_CHECKING:
    from resnet_diagram.sources.module import Input
    from resnet_diagram.sources.resolve import Drawable


def code(what: "Drawable", *, block: str | None = None, input_shape: "Input | None" = None) -> str:
    """Return the network as a PyTorch file, or one block of it.

    `what`: a `Network`, a PyTorch module, or a source as on the command line. `block` is a name, a place
    or a type, as in `resnet-diagram code --block`; `input_shape` is for a module, as in `trace`. Raises
    CodeError, naming the part, where something cannot be written.
    """
    return code_of(network_of(what, input_shape), block)


def code_artifacts(request: CodeRequest, log: Log) -> tuple[Artifact, ...]:
    """Return the PyTorch file. Raises CodeError, which names the part, if a part cannot be written."""
    check_folders([request.path], request.reading.folder)
    check_suffix(request.path, (".py",))
    network = read(request.source, request.reading, log)
    return (Artifact(name=request.path, content=code_of(network, request.block), format="python"),)
