"""Compare a checkpoint with a model: names and shapes."""

from collections import Counter
from pathlib import Path

from torch import nn
from torch.nn.parameter import is_lazy

from resnet_diagram.errors import SourceError, number_is
from resnet_diagram.tracer.load.saved.archives import Shapes, shapes_in

_WRAPPERS = ("module.", "_orig_mod.")
_COUNTER = "num_batches_tracked"  # newer norms keep it, older checkpoints lack it
_SHOWN = 20


def check_weights(model: nn.Module, path: Path, *, unsafe: bool = False) -> str:
    """Return a remark on the names of a checkpoint, "" if they are the model's own.

    Raises SourceError with all names and shapes that misfit.
    """
    saved = _unwrapped_names(shapes_in(path, unsafe=unsafe))
    expected = {
        name: () if is_lazy(value) else tuple(value.shape)
        for name, value in model.state_dict(keep_vars=True).items()
    }
    if not saved:
        raise SourceError(f"{path.name!r} holds no tensors by name; wanted is a state_dict.")
    prefix = _prefix(saved, expected)
    within = {name.removeprefix(prefix): shape for name, shape in saved.items() if name.startswith(prefix)}
    faults = _misfits(within, expected)
    remark = f"names in {path.name!r} begin with {prefix!r}, which was left out" if prefix else ""
    others = len(saved) - len(within)
    remark += f"; {number_is('tensor', others)} without it, of other modules" if others else ""
    if faults:
        first = f"{path.name!r} does not fit the model{f' ({remark})' if remark else ''}:"
        raise SourceError("\n  ".join([first, *faults]))
    return remark


def _prefix(saved: Shapes, expected: Shapes) -> str:
    """Return the prefix in a checkpoint with which the most names are the model's; "" for none.

    >>> _prefix({"net.fc.weight": (3,), "loss.scale": (1,)}, {"fc.weight": (3,)})
    'net.'
    """
    counts = Counter(
        name.removesuffix(known)
        for name in saved
        for at, _ in enumerate(name.split("."))
        if (known := ".".join(name.split(".")[at:])) in expected
    )
    return max(counts, key=lambda prefix: (counts[prefix], -len(prefix)), default="")


def _unwrapped_names(shapes: Shapes) -> Shapes:
    """Return the shapes by names without the prefixes of parallel and compiling wrappers.

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
    groups = ((lines[:_SHOWN], len(lines) - _SHOWN) for lines in (shapes, missing, unknown))
    return [
        line
        for lines, more in groups
        for line in (*lines, *([f"... and {more} more like these"] if more > 0 else []))
    ]


def _text(shape: tuple[int, ...]) -> str:
    """Return a shape in words."""
    return "×".join(map(str, shape)) or "a single number"
