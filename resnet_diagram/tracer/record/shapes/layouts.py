"""Create meta tensors with torch's memory layout."""

from collections.abc import Sequence

import torch
from torch import Tensor

META = torch.device("meta")
Sizes = tuple[int, ...]


def fresh(shape: Sequence[int], like: Tensor) -> Tensor:
    """Return a contiguous meta tensor of the given shape."""
    return torch.empty(shape, dtype=like.dtype, device=META)


def twin(tensor: Tensor) -> Tensor:
    """Return a meta tensor of the same shape, layout and type."""
    return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device=META)


def channels_last(shape: Sequence[int], like: Tensor) -> Tensor:
    """Return a meta tensor `(N, C, *spatial)` whose channels lie closest together."""
    order = (1, *range(len(shape) - 1, 1, -1), 0)
    return torch.empty_strided(shape, strides_in(order, shape), dtype=like.dtype, device=META)


def has_channels_last(x: Tensor) -> bool:
    """Return whether a picture or volume lies in memory with its channels closest together, and only so."""
    if x.dim() not in (4, 5) or x.is_contiguous():
        return False
    layout = torch.channels_last if x.dim() == 4 else torch.channels_last_3d
    return x.stride(0) * x.shape[0] == x.numel() and x.is_contiguous(memory_format=layout)


def same_layout(x: Tensor) -> Tensor:
    """Return the result of an elementwise operation on `x`."""
    return fresh(x.shape, x) if x.is_contiguous() else elementwise(tuple(x.shape), [x])


def elementwise(shape: Sizes, operands: Sequence[Tensor]) -> Tensor:
    """Return the result of an elementwise operation on some operands; `shape` is their common shape.

    The dimensions lie in memory as in the first operand that tells two of them apart, as torch's
    `TensorIterator` has it.
    """
    first = operands[0]
    if all(x.is_contiguous() and x.shape == first.shape for x in operands):
        return fresh(shape, first)
    strides = [_expanded_strides(x, shape) for x in operands]
    if _is_dense(strides[0], shape) and all(s == strides[0] for s in strides):
        return torch.empty_strided(shape, strides[0], dtype=first.dtype, device=META)
    order = memory_order(shape, strides)
    return torch.empty_strided(shape, strides_in(order, shape), dtype=first.dtype, device=META)


def _expanded_strides(x: Tensor, shape: Sizes) -> Sizes:
    """Return the strides of a tensor stretched to a larger shape: zero along what is repeated."""
    missing = len(shape) - x.dim()
    expanded = [
        0 if have == 1 != want else s
        for s, have, want in zip(x.stride(), x.shape, shape[missing:], strict=True)
    ]
    return (0,) * missing + tuple(expanded)


def _is_dense(strides: Sizes, shape: Sizes) -> bool:
    """Return whether a layout has no gaps and no overlaps.

    >>> _is_dense((1, 3), (3, 2)), _is_dense((4, 1), (3, 2))
    (True, False)
    """
    expected = 1
    for stride, size in sorted(zip(strides, shape, strict=True)):
        if size != 1:
            if stride != expected:
                return False
            expected *= size
    return True


def memory_order(shape: Sizes, strides: Sequence[Sizes]) -> list[int]:
    """Return the dimensions of a result, the one closest together in memory first.

    >>> memory_order((2, 3), [(3, 1)]), memory_order((2, 3), [(1, 2)])
    ([1, 0], [0, 1])
    """
    order = list(reversed(range(len(shape))))
    for last in range(1, len(order)):
        moving = last
        for right in reversed(range(last)):
            verdict = _compared(order[right], order[moving], shape, strides)
            if verdict > 0:
                order[right], order[moving] = order[moving], order[right]
                moving = right
            elif verdict < 0:
                break
    return order


def _compared(a: int, b: int, shape: Sizes, strides: Sequence[Sizes]) -> int:
    """Return 1 if dimension `a` has larger strides than `b`, -1 for smaller ones, 0 if undecided."""
    for stride in strides:
        if stride[a] == 0 or stride[b] == 0:
            continue
        if stride[a] != stride[b]:
            return 1 if stride[a] > stride[b] else -1
        if shape[a] > shape[b]:
            return 1
    return 0


def strides_in(order: Sequence[int], shape: Sequence[int]) -> Sizes:
    """Return the strides of a dense tensor whose dimensions lie in memory in this order.

    >>> strides_in((1, 0), (2, 3))
    (3, 1)
    """
    strides, step = [0] * len(shape), 1
    for dim in order:
        strides[dim] = step
        step *= max(shape[dim], 1)
    return tuple(strides)
