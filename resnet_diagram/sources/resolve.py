"""From what a user names or holds to the network it stands for."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_diagram.errors import SourceError, UsageError
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from torch import nn

    Drawable = Network | nn.Module | str
    Drawings = Drawable | list[Drawable] | tuple[Drawable, ...]

SPEC_SUFFIXES = (".json", ".toml")
"""Of files that hold a network."""

Shapes = Sequence[int] | Sequence[Sequence[int]]


def read_source(
    source: str, inputs: Sequence[str] = (), *, weights: Path | None = None, unsafe: bool = False
) -> Network:
    """The network a source names: a catalog name, a spec file (.toml, .json), PyTorch code, or a saved model.

    For code only: `inputs`, shapes such as "3x224x224", and `weights`, a checkpoint whose names and shapes
    must fit. `unsafe` reads pickled models, which may run any code. Raises SourceError, SpecError or
    TraceError.
    """
    if is_code(source):
        return _traced(source, inputs, weights, unsafe)
    if weights:
        raise SourceError(
            f"--weights checks a checkpoint against code; {source!r} is not code. Leave it out."
        )
    if source.lower().endswith(SPEC_SUFFIXES):
        from resnet_diagram.spec.json.files import read_network

        return _without_inputs(read_network(Path(source)), inputs)
    return _without_inputs(catalog.network(source), inputs)


def _traced(source: str, inputs: Sequence[str], weights: Path | None, unsafe: bool) -> Network:
    from resnet_diagram.tracer import check_weights, load_model, parse_input, read_run, run_once

    specs = [parse_input(text) for text in inputs]
    loaded = load_model(source, unsafe=unsafe)
    if weights:
        check_weights(loaded.model, weights, unsafe=unsafe)
    run, name = run_once(loaded.model, specs or loaded.inputs or None), loaded.name
    del loaded  # a deep model takes more memory than all that is known of it
    return read_run(run, name=name, source=source)


def is_code(source: str) -> bool:
    """Whether a source is traced: it names a Python module, or a file that is no spec."""
    if source in catalog.names() or source.lower().endswith(SPEC_SUFFIXES):
        return False
    return any(mark in source.partition("(")[0] for mark in {":", ".", "/", os.sep})


def _without_inputs(network: Network, inputs: Sequence[str]) -> Network:
    if inputs:
        raise UsageError(
            f"{network.name!r} has its input shape written down; leave --input out, it is for code. "
            "For another size write it as a spec file ('resnet-diagram spec') and change the input there."
        )
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
    if hasattr(input_shape, "shape"):
        raise UsageError("Expected the input's shape as numbers, such as (3, 224, 224); got a tensor.")
    specs = [parse_input("x".join(map(str, shape))) for shape in _shapes(input_shape)]
    return run(model, specs or None, name=name or type(model).__name__)


def _shapes(given: Shapes | None) -> list[Sequence[int]]:
    if not given:
        return []
    several = [shape for shape in given if not isinstance(shape, int)]
    return several or [[size for size in given if isinstance(size, int)]]


def network_of(what: "Network | nn.Module | str", input_shape: Shapes | None = None) -> Network:
    """The network itself, one read from a source, or one traced from a module."""
    if isinstance(what, Network):
        return what
    return read_source(what) if isinstance(what, str) else trace_model(what, input_shape)


def networks_of(what: "Drawings", input_shape: Shapes | None = None) -> list[Network]:
    """The networks of one thing to draw, or of several."""
    if isinstance(what, (list, tuple)):
        return [network_of(one, input_shape) for one in what]
    return [network_of(what, input_shape)]
