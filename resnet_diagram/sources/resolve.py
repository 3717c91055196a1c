"""Find the kind of a source and read it: the way from a text or an object to a Network."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.errors import SourceError, UsageError
from resnet_diagram.sources.named import is_name, read_named
from resnet_diagram.sources.spec_file import is_spec, read_spec
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from torch import nn

    from resnet_diagram.sources.module import Shapes

    Drawable = Network | nn.Module | str
    Drawings = Drawable | list[Drawable] | tuple[Drawable, ...]


def read_source(
    source: str,
    inputs: Sequence[str] = (),
    *,
    weights: Path | None = None,
    unsafe: bool = False,
    folder: Path = Path(),
) -> Network:
    """Return the network of a catalog name, a spec file (.toml, .json, -), PyTorch code or a saved model.

    For code only: `inputs`, shapes such as "3x224x224", and `weights`, a checkpoint whose names and shapes
    must fit. `unsafe` reads pickled models, which may run any code. `folder`: start of relative paths.
    Raises SourceError, SpecError or TraceError.
    """
    if is_code(source):
        from resnet_diagram.sources.code import read_code
        from resnet_diagram.sources.saved import is_saved, read_saved

        read = read_saved if is_saved(source) else read_code
        return read(source, inputs, weights=weights, unsafe=unsafe, folder=folder)
    if weights:
        raise SourceError(
            f"--weights checks a checkpoint against code; {source!r} is not code. Leave it out."
        )
    network = read_spec(source, folder) if is_spec(source) else read_named(source)
    if inputs:
        raise UsageError(
            f"{network.name!r} has its input shape written down; leave --input out, it is for code. "
            "For another size write it as a spec file ('resnet-diagram spec') and change the input there."
        )
    return network


def is_code(source: str) -> bool:
    """Return whether a source is traced: a Python module, or a file that is no spec."""
    return not is_name(source) and not is_spec(source)


def network_of(what: "Drawable", input_shape: "Shapes | None" = None) -> Network:
    """Return a network as it is, one read from a source, or one traced from a module."""
    if isinstance(what, Network):
        return what
    if isinstance(what, str):
        return read_source(what)
    from resnet_diagram.sources.module import trace_model

    return trace_model(what, input_shape)


def networks_of(what: "Drawings", input_shape: "Shapes | None" = None) -> list[Network]:
    """Return the networks of one thing to draw, or of several."""
    several = what if isinstance(what, (list, tuple)) else [what]
    return [network_of(item, input_shape) for item in several]
