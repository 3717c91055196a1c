"""Networks of PyTorch modules, classes and functions that a Python program holds."""

import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from resnet_diagram.errors import GuessedInputWarning, UsageError
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from torch import Tensor, nn

    Model = nn.Module | Callable[..., Any]

Input = Union[str, Sequence[int], "Tensor", Sequence["Input"], Mapping[str, "Input | Any"]]
"""A shape `(3, 224, 224)` or "3x224x224", an example tensor or array, or a dictionary or list of them."""

_PACKAGE = str(Path(__file__).parents[1])


def trace_model(model: "Model", input_shape: Input | None = None) -> Network:
    """Return the network of a PyTorch module, or of a class or function that makes one.

    Warns of a guessed input. Raises TraceError, and UsageError if `model` is no model.
    """
    from torch import nn

    from resnet_diagram.tracer import built_model, specs_of
    from resnet_diagram.tracer import trace as run

    module = model if isinstance(model, nn.Module) else built_model(model) if callable(model) else None
    if module is None:
        raise UsageError(
            "Expected a network: its name, a Network, a torch.nn.Module, or a class or function that makes "
            f"one; got {type(model).__name__!r}."
        )
    network = run(module, specs_of(input_shape) or None, name=type(module).__name__)
    frame, level = sys._getframe(), 1
    while frame.f_back and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    for note in network.notes:
        if note.endswith(" was guessed"):
            warnings.warn(f"{note}; input_shape sets it", GuessedInputWarning, level)
    return network
