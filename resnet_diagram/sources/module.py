"""Networks of PyTorch modules that a Python program holds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from resnet_diagram.errors import UsageError
from resnet_diagram.spec.model import Network

if TYPE_CHECKING:
    from torch import nn

Shapes = Sequence[int] | Sequence[Sequence[int]]


def trace_model(model: "nn.Module", input_shape: Shapes | None = None, *, name: str = "") -> Network:
    """Return the network of a PyTorch module.

    `input_shape`: `(3, 224, 224)`, with or without a batch of 1; a sequence of shapes for several inputs;
    None guesses. The module keeps its weights, device and mode. Raises TraceError, and UsageError if `model`
    is no module.
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


def _shapes(shapes: Shapes | None) -> list[Sequence[int]]:
    """Return one shape for each input."""
    if not shapes:
        return []
    several = [shape for shape in shapes if not isinstance(shape, int)]
    return several or [[size for size in shapes if isinstance(size, int)]]
