"""Results of operations on tensors without values."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor

from resnet_diagram.tracer.record.overloads import Overload
from resnet_diagram.tracer.record.shapes.layouts import twin
from resnet_diagram.tracer.record.tensors import map_tensors, tensors_in
from resnet_diagram.tracer.record.versions import shares_memory

SMALL = 1 << 20
_CPU = torch.device("cpu")


def by_rule(overload: Overload, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Return the result that the table's shape rules give, None where they do not know."""
    if overload.rule is not None:
        try:
            return overload.rule(*args, **kwargs)
        except (TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError):
            return None  # an unusual call: torch answers it, or says what is wrong
    keeps = overload.operator.in_place
    if keeps is not None and overload.writes == (0,) and args[0].is_meta:
        return args[0] if overload.name.endswith("_") and keeps(*args) else None
    return None


def maker_of(result: Any, args: Sequence[Any]) -> Callable[[Sequence[Any]], Any] | None:
    """Return a function that makes an equal result again, None where it shares memory with an argument."""
    if isinstance(result, Tensor):
        for position, value in enumerate(args):
            if result is value:
                return lambda given: given[position]
    tensors = list(tensors_in(result))
    if not tensors or not isinstance(result, (Tensor, tuple)) or not all(t.is_meta for t in tensors):
        return None
    if any(shares_memory(t, a) for t in tensors for a in tensors_in(args)):
        return None
    layouts = [(tuple(t.shape), t.stride(), t.dtype) for t in tensors]
    if isinstance(result, Tensor):
        shape, stride, dtype = layouts[0]
        return lambda given: torch.empty_strided(shape, stride, dtype=dtype, device="meta")
    if len(tensors) != len(result):
        return None
    return lambda argument: tuple(torch.empty_strided(s, t, dtype=d, device="meta") for s, t, d in layouts)


def on_dummy_data(func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Run an operation without a shape function on made-up values and return the result as meta tensors.

    The values are ones; where one is out of range, as in a table with a single row, they are zeros.
    """

    def run(value: int) -> Any:
        def with_value(t: Tensor) -> Tensor:
            return torch.full(t.shape, value, dtype=t.dtype) if t.is_meta else t

        entries = {name: map_tensors(argument, with_value) for name, argument in kwargs.items()}
        if entries.get("device") is not None:
            entries["device"] = _CPU
        return map_tensors(func(*[map_tensors(a, with_value) for a in args], **entries), twin)

    try:
        return run(1)
    except (IndexError, RuntimeError):
        return run(0)


def as_assigned(name: str, args: Sequence[Any]) -> Any:
    """Return the result of assigning a value to a part of a tensor whose size rests on assumed answers.

    The value has the size of the part then; None for other operations.
    """
    if name == "copy_":
        return args[0]
    if name == "expand" and min(args[1], default=0) >= 0:
        return torch.empty(args[1], dtype=args[0].dtype, device="meta")
    return None


def on_cpu_if_small(args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a factory, a small tensor moved to the CPU, where it has values."""
    if torch.device(kwargs["device"]).type == "cpu":
        return kwargs
    size = args[0] if args and isinstance(args[0], (list, tuple)) else ()
    count = prod(n for n in size if isinstance(n, int))
    return {**kwargs, "device": _CPU} if count <= SMALL else {**kwargs, "device": torch.device("meta")}
