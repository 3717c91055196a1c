"""Compare a checkpoint with a model: names and shapes."""

from collections.abc import Iterable
from pathlib import Path

from torch import nn
from torch.nn.parameter import is_lazy

from resnet_diagram.errors import SourceError
from resnet_diagram.tracer.load.saved.archives import Shapes, shapes_in

_WRAPPERS = ("module.", "_orig_mod.")
_COUNTER = "num_batches_tracked"  # newer norms keep it, older checkpoints lack it
_SHOWN = 20


def check_weights(model: nn.Module, path: Path, *, unsafe: bool = False) -> int:
    """Return how many tensors of a checkpoint the model takes; raise SourceError with all that misfit."""
    saved = _unwrapped_names(shapes_in(path, unsafe=unsafe))
    expected = _model_shapes(model)
    faults = _misfits(saved, expected)
    if not saved:
        raise SourceError(f"{path.name!r} holds no tensors by name; wanted is a state_dict.")
    if faults:
        raise SourceError("\n  ".join([f"{path.name!r} does not fit the model:", *faults]))
    return len(saved)


def _model_shapes(model: nn.Module) -> Shapes:
    """Return the shape of each tensor a model saves; () for those it has yet to learn."""
    state = model.state_dict(keep_vars=True)
    return {name: () if is_lazy(value) else tuple(value.shape) for name, value in state.items()}


def _unwrapped_names(shapes: Shapes) -> Shapes:
    """Return the shapes by names as they are without parallel and compiling wrappers.

    >>> _unwrapped_names({"module.fc.weight": (3, 4)})
    {'fc.weight': (3, 4)}
    """
    for prefix in _WRAPPERS:
        if shapes and all(name.startswith(prefix) for name in shapes):
            return _unwrapped_names({name.removeprefix(prefix): shape for name, shape in shapes.items()})
    return shapes


def _misfits(saved: Shapes, expected: Shapes) -> list[str]:
    """Return the differences, a line each.

    >>> _misfits({"a": (1,), "b": (2,)}, {"b": (3,), "c": (4,)})
    ['b is 2; the model has 3', 'c is missing; the model has 4', 'a is not in the model; it is 1']
    """
    shapes = [
        f"{name} is {_text(saved[name])}; the model has {_text(shape)}"
        for name, shape in expected.items()
        if name in saved and saved[name] != shape and shape
    ]
    missing = [
        f"{name} is missing; the model has {_text(shape)}"
        for name, shape in expected.items()
        if name not in saved and not name.endswith(_COUNTER)
    ]
    unknown = [
        f"{name} is not in the model; it is {_text(shape)}"
        for name, shape in saved.items()
        if name not in expected
    ]
    return [line for group in (shapes, missing, unknown) for line in _shortened(group)]


def _shortened(lines: Iterable[str]) -> list[str]:
    """Return the first lines, and how many more there are."""
    entries = list(lines)
    more = len(entries) - _SHOWN
    return entries[:_SHOWN] + ([f"... and {more} more like these"] if more > 0 else [])


def _text(shape: tuple[int, ...]) -> str:
    """Return a shape in words."""
    return "×".join(map(str, shape)) or "a single number"
