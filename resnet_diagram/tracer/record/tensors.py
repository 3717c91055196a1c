"""Find and replace the tensors in the arguments and results of an operation, and tell causal masks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from resnet_diagram.tracer.record.overloads import Overload

_TRIANGLES = frozenset({torch.tril, torch.triu, Tensor.tril, Tensor.triu, Tensor.tril_, Tensor.triu_})
_TAG = "is_triangular"
"""Attribute of a tensor without values that came from a triangle."""
_LARGEST = 1 << 24


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


def tag_triangle(func: Any, args: Any, result: Any) -> None:
    """Tag the result of a function that makes a triangle, or a square of a tagged one."""
    comes_from_one = func in _TRIANGLES or any(hasattr(value, _TAG) for value in args)
    if comes_from_one and isinstance(result, Tensor) and result.is_meta and _is_square(result):
        setattr(result, _TAG, True)


def is_triangular(tensor: Tensor) -> bool:
    """Return whether a tensor has one number above its diagonal and another one below.

    Of a tensor without values that is known by its tag.
    """
    if not _is_square(tensor) or tensor.layout is not torch.strided:
        return False
    if tensor.is_meta or tensor.numel() > _LARGEST:
        return hasattr(tensor, _TAG)
    size = tensor.shape[-1]
    first = tensor.detach().reshape(-1, size, size)[0]
    rows, columns = torch.triu_indices(size, size, 1, device=first.device)
    above, below = first[rows, columns], first[columns, rows]
    return bool((above == above[0]).all() and (below == below[0]).all() and above[0] != below[0])


def _is_square(tensor: Tensor) -> bool:
    return tensor.dim() > 1 and tensor.shape[-1] == tensor.shape[-2] > 1
