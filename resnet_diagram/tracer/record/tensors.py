"""Find and replace the tensors in the arguments and results of an operation."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from torch import Tensor

from resnet_diagram.tracer.record.overloads import Overload


def written(overload: Overload, args: Sequence[Any], kwargs: dict[str, Any]) -> Iterator[Tensor]:
    """Yield each tensor an operation changes."""
    for position in overload.writes:
        value = args[position] if position < len(args) else kwargs.get(overload.names[position])
        yield from tensors_in(value)


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield each tensor of a value or a list of values."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            if isinstance(item, Tensor):
                yield item
            elif isinstance(item, (list, tuple)):
                yield from tensors_in(item)


def map_tensors(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """Return a value with each tensor in it, also inside lists, replaced."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)([map_tensors(v, change) for v in value]) if type(value) in (list, tuple) else value
    return value
