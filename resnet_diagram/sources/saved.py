"""Networks in saved models: TorchScript and, with `unsafe`, exported programs and pickles."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.sources.code import read_code
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from resnet_diagram.tracer import InputSpec

SUFFIXES = (".pt", ".pth", ".pt2", ".ckpt", ".bin", ".pkl", ".pickle", ".safetensors")


def is_saved(source: str) -> bool:
    """Return whether a source is a file that torch or safetensors wrote, by its suffix."""
    return source.endswith(SUFFIXES)


def read_saved(
    source: str,
    inputs: "Sequence[str | InputSpec]",
    *,
    weights: Path | None,
    unsafe: bool,
    folder: Path,
    root: Path | None = None,
) -> Network:
    """Return the network of a saved model. The arguments and errors are those of `read_code`."""
    return read_code(source, inputs, weights=weights, unsafe=unsafe, folder=folder, root=root)
