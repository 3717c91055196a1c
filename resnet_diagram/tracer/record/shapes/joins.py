"""Shapes of the results of operators that bring tensors together, on meta tensors.

As in `rules`, None means "ask torch".
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from resnet_diagram.tracer.record.shapes.layouts import (
    META,
    Sizes,
    elementwise,
    fresh,
    memory_order,
    same_layout,
    strides_in,
)


def binary(a: Any, b: Any, *rest: Any, **options: Any) -> Tensor | None:
    """Return the result of an elementwise operation on two operands of one dtype."""
    if not isinstance(a, Tensor) or not a.dtype.is_floating_point:
        return None
    if not isinstance(b, Tensor):
        return same_layout(a) if type(b) in (int, float) else None
    if a.dtype != b.dtype or a.dim() == 0 or b.dim() == 0:
        return None
    shape = _broadcast(tuple(a.shape), tuple(b.shape))
    return None if shape is None else elementwise(shape, [a, b])


def _broadcast(a: Sizes, b: Sizes) -> Sizes | None:
    """Return the common shape of two, None where they do not fit.

    >>> _broadcast((4, 1, 3), (2, 3)), _broadcast((4, 3), (2, 3))
    ((4, 2, 3), None)
    """
    n = max(len(a), len(b))
    left, right = (1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b
    if any(x != y and 1 not in (x, y) for x, y in zip(left, right, strict=True)):
        return None
    return tuple(x if y == 1 else y for x, y in zip(left, right, strict=True))


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor | None:
    """Return the result of a linear layer over the last dimension."""
    if weight.dim() != 2 or x.dim() < 2 or x.shape[-1] != weight.shape[1] or x.dtype != weight.dtype:
        return None
    return fresh((*x.shape[:-1], weight.shape[0]), x)


def matmul(a: Tensor, b: Tensor) -> Tensor | None:
    """Return the product of stacks of matrices, or of a stack and one matrix."""
    if a.dtype != b.dtype or a.dim() < 2 or b.dim() not in (2, a.dim()) or a.shape[-1] != b.shape[-2]:
        return None
    stack = _broadcast(tuple(a.shape[:-2]), tuple(b.shape[:-2]))
    return None if stack is None else fresh((*stack, a.shape[-2], b.shape[-1]), a)


def batched_matmul(a: Tensor, b: Tensor) -> Tensor | None:
    """Return the products of two stacks of matrices, `(N, L, M)` and `(N, M, K)`."""
    return matmul(a, b) if a.dim() == b.dim() == 3 and a.shape[0] == b.shape[0] else None


def grouped_product(rows: Tensor, matrices: Tensor, *rest: Any, **options: Any) -> Tensor | None:
    """Return the products of groups of rows, as the tokens of each expert, and a matrix for each group."""
    if rows.dim() != 2 or matrices.dim() != 3 or rows.shape[1] != matrices.shape[1]:
        return None
    return fresh((rows.shape[0], matrices.shape[2]), rows)


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    dropout: float = 0.0,
    *rest: Any,
    **options: Any,
) -> Tensor | None:
    """Return the result of scaled dot-product attention; it lies in memory as the query does."""
    tensors = (query, key, value)
    if rest or options.get("enable_gqa") or dropout or not query.dtype.is_floating_point:
        return None
    if any(t.dtype != query.dtype or t.shape[:-2] != query.shape[:-2] for t in tensors) or query.dim() < 3:
        return None
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        return None
    shape = (*query.shape[:-1], value.shape[-1])
    masked = mask is None or mask.dim() in (2, 4)
    if query.dim() != 4 or shape != query.shape or any(t.stride(3) != 1 for t in tensors) or not masked:
        return fresh(shape, query)
    strides = strides_in(memory_order(shape, [query.stride()]), shape)
    return torch.empty_strided(shape, strides, dtype=query.dtype, device=META)


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor | None:
    """Return the result of a concatenation."""
    first = tensors[0]
    axis = dim % max(first.dim(), 1)
    shape = list(first.shape)
    for t in tensors[1:]:
        if t.dtype != first.dtype or t.dim() != first.dim():
            return None
        if any(a != b for i, (a, b) in enumerate(zip(t.shape, first.shape, strict=True)) if i != axis):
            return None
        shape[axis] += t.shape[axis]
    plain = first.dim() not in (4, 5) or all(t.is_contiguous() for t in tensors)
    return fresh(shape, first) if plain and first.dim() else None


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor | None:
    """Return equal tensors along a new dimension."""
    first = tensors[0]
    if any(t.shape != first.shape or t.dtype != first.dtype or not t.is_contiguous() for t in tensors):
        return None
    shape = list(first.shape)
    shape.insert(dim % (first.dim() + 1), len(tensors))
    return fresh(shape, first)


def index(x: Tensor, places: Sequence[Tensor | None]) -> Tensor | None:
    """Return the entries that one tensor of whole numbers picks along one dimension."""
    (axis, *more) = [k for k, place in enumerate(places) if place is not None]
    place = places[axis]
    if more or place is None or place.dtype not in (torch.int64, torch.int32) or not x.is_contiguous():
        return None
    return fresh((*x.shape[:axis], *place.shape, *x.shape[axis + 1 :]), x)


def always(*args: Any) -> bool:
    """Return True: the in-place form of an operator on each element keeps shape and type."""
    return True


def if_other_fits(target: Tensor, right: Any = None, *rest: Any) -> bool:
    """Return True if an in-place form keeps shape and type: the other operand is a number or spreads."""
    if not isinstance(right, Tensor):
        return type(right) in (int, float) and target.dtype.is_floating_point
    if target.dtype != right.dtype or right.dim() > target.dim():
        return False
    pairs = zip(reversed(target.shape), reversed(right.shape), strict=False)
    return all(b in (a, 1) for a, b in pairs)
