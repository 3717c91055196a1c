"""Say why a model could not be run."""

import inspect
from collections.abc import Sequence

from torch import nn

from resnet_diagram.errors import TraceError
from resnet_diagram.tracer.flow.graph import OpGraph
from resnet_diagram.tracer.load.inputs import CONVOLUTIONS, InputSpec, first_weighted
from resnet_diagram.tracer.load.user_frame import message_of, where


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


def check_names(model: nn.Module, inputs: Sequence[InputSpec]) -> None:
    """Raises TraceError where the model takes other inputs than those given; none are given to be guessed."""
    try:
        parameters = inspect.signature(model.forward).parameters
    except (TypeError, ValueError):
        return
    given = inputs or [InputSpec(shape=(1,))]
    named = [spec.name for spec in given if spec.name]
    unknown = [name for name in named if name not in parameters]
    try:
        inspect.Signature(list(parameters.values())).bind(
            *[None for spec in given if not spec.name], **dict.fromkeys(named)
        )
    except TypeError as error:
        what = f"no input is named {unknown[0]!r}" if unknown else str(error)
        raise TraceError(f"{type(model).__name__}: {what}. {wanted(list(parameters.values()))}") from None


def wanted(parameters: Sequence[inspect.Parameter]) -> str:
    """Says which inputs a forward takes and how they are written.

    >>> def forward(x, mask, scale=None): ...
    >>> wanted(list(inspect.signature(forward).parameters.values()))
    'Its forward takes x, mask, scale=None: repeat --input, as in --input 3x224x224 --input mask=1x16:bool.'
    """
    taken = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    names = ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in taken)
    needed = [p.name for p in taken if p.default is p.empty]
    if len(needed) < 2:
        return f"Its forward takes {names or 'no input'}."
    return (
        f"Its forward takes {names}: repeat --input, as in --input 3x224x224 --input {needed[1]}=1x16:bool."
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
