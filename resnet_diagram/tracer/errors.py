"""Errors of loading and running a model: what failed, on what, where in the user's code, and the remedy."""

import inspect
import traceback
from collections.abc import Sequence
from pathlib import Path

from torch import nn

from resnet_diagram.errors import SourceError, TraceError
from resnet_diagram.tracer.flow.graph import OpGraph
from resnet_diagram.tracer.load.inputs import CONVOLUTIONS, InputSpec, first_weighted

_PACKAGE = str(Path(__file__).parents[1])


def source_error(action: str, error: BaseException, path: Path | None = None) -> SourceError:
    """Return a SourceError that says what failed, with what message, in which file and line."""
    place = location(error, path)
    return SourceError(f"{action}: {message_of(error)}{f' ({place})' if place else ''}.")


def message_of(error: BaseException) -> str:
    """Return the class and the first lines of an error's message, without a full stop at its end."""
    try:
        text = str(error)
    except Exception:  # an error of the user's own whose text fails too
        text = ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    text = " ".join(lines[:3]).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def location(error: BaseException, path: Path | None = None) -> str:
    """Return the file and line of an error: the innermost in `path`, else outside torch and this package."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    inside = [f for f in frames if path is not None and f.filename == str(path)]
    theirs = [f for f in frames if not is_foreign(f.filename)]
    frames_of_user = inside or theirs
    return f"{frames_of_user[-1].filename}:{frames_of_user[-1].lineno}" if frames_of_user else ""


def is_foreign(filename: str) -> bool:
    """Return whether a file is torch's, Python's own, or ours."""
    parts = Path(filename).parts
    return filename.startswith((_PACKAGE, "<")) or "torch" in parts or "importlib" in parts or filename == ""


def failure(model: nn.Module, graph: OpGraph, inputs: Sequence[InputSpec], *, given: bool) -> TraceError:
    """Return the error for a run that stopped: the module, its shapes, the cause and what to do."""
    error = graph.error
    assert error is not None
    shapes = ", ".join("×".join(map(str, spec.shape)) for spec in inputs)
    place = location(error)
    path = graph.failed_in or type(model).__name__
    shapes_there = f" with inputs {graph.failed_with}" if graph.failed_with else ""
    advice = (
        "Give another shape with --input." if given else "The input was guessed; give its shape with --input."
    )
    expected = _expectation(model)
    return TraceError(
        f"{type(model).__name__} failed on an input of {shapes} in {path}{shapes_there}: {message_of(error)}"
        f"{f' ({place})' if place else ''}. {f'{expected} ' if expected else ''}{advice}"
    )


def check_names(model: nn.Module, inputs: Sequence[InputSpec]) -> None:
    """Raise TraceError where the model takes other inputs than those given; none are given to be guessed."""
    try:
        parameters = inspect.signature(model.forward).parameters
    except (TypeError, ValueError):
        return
    value = inputs or [InputSpec(shape=(1,))]
    names = [spec.name for spec in value if spec.name]
    unknown = [name for name in names if name not in parameters]
    try:
        inspect.Signature(list(parameters.values())).bind(
            *[None for spec in value if not spec.name], **dict.fromkeys(names)
        )
    except TypeError as error:
        action = f"no input is named {unknown[0]!r}" if unknown else str(error)
        raise TraceError(
            f"{type(model).__name__}: {action}. {_expected_inputs(list(parameters.values()))}"
        ) from None


def _expected_inputs(parameters: Sequence[inspect.Parameter]) -> str:
    """Say which inputs a forward takes and how they are written.

    >>> def forward(x, mask, scale=None): ...
    >>> _expected_inputs(list(inspect.signature(forward).parameters.values()))
    'Its forward takes x, mask, scale=None: repeat --input, as in --input 3x224x224 --input mask=1x16:bool.'
    """
    listed = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    names = ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in listed)
    needed = [p.name for p in listed if p.default is p.empty]
    if len(needed) < 2:
        return f"Its forward takes {names or 'no input'}."
    return (
        f"Its forward takes {names}: repeat --input, as in --input 3x224x224 --input {needed[1]}=1x16:bool."
    )


def _expectation(model: nn.Module) -> str:
    """Return a sentence on the input of the first layer with weights, empty if it names none."""
    layer = first_weighted(model)
    for kind, dims in CONVOLUTIONS.items():
        if isinstance(layer, kind):
            shape = "×".join(["N", str(getattr(layer, "in_channels", "?")), *"DHW"[3 - dims :]])
            return f"Its first convolution expects {shape}."
    if isinstance(layer, nn.Linear):
        return f"Its first linear layer expects N×{layer.in_features}."
    if isinstance(layer, nn.Embedding):
        return f"Its first layer looks up {layer.num_embeddings} words: whole numbers, as in 1x128:int64."
    return ""
