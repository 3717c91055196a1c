"""Say why a model could not be run."""

from collections.abc import Sequence

from torch import nn

from resnet_diagram.errors import TraceError
from resnet_diagram.tracer.blame import message_of, where
from resnet_diagram.tracer.graph import OpGraph
from resnet_diagram.tracer.inputs import CONVOLUTIONS, InputSpec, first_weighted


def failure(model: nn.Module, graph: OpGraph, inputs: Sequence[InputSpec], *, given: bool) -> TraceError:
    """Returns the error for a run that stopped: the module, its shapes, the cause and what to do."""
    error = graph.error
    assert error is not None
    shapes = ", ".join("×".join(map(str, spec.shape)) for spec in inputs)
    place = where(error)
    path = graph.failed_in or type(model).__name__
    reached = f" with inputs {graph.failed_with}" if graph.failed_with else ""
    advice = (
        "Give another shape with --input." if given else "The input was guessed; give its shape with --input."
    )
    expected = expectation(model)
    return TraceError(
        f"{type(model).__name__} failed on an input of {shapes} in {path}{reached}: {message_of(error)}"
        f"{f' ({place})' if place else ''}. {f'{expected} ' if expected else ''}{advice}"
    )


def expectation(model: nn.Module) -> str:
    """What the first layer with weights wants, where it says."""
    layer = first_weighted(model)
    for sort, dims in CONVOLUTIONS.items():
        if isinstance(layer, sort):
            shape = "×".join(["N", str(getattr(layer, "in_channels", "?")), *"DHW"[3 - dims :]])
            return f"Its first convolution expects {shape}."
    if isinstance(layer, nn.Linear):
        return f"Its first linear layer expects N×{layer.in_features}."
    if isinstance(layer, nn.Embedding):
        return f"Its first layer looks up {layer.num_embeddings} words: whole numbers, as in 1x128:int64."
    return ""
