"""Conditions under which the in-place form of an operator keeps its first tensor's shape and type."""

from typing import Any

from torch import Tensor


def always(*args: Any) -> bool:
    """Return True: the operator works on each element alone."""
    return True


def if_other_fits(target: Tensor, right: Any = None, *rest: Any) -> bool:
    """Return True if the other operand is a number or spreads over the target without changing its type."""
    if not isinstance(right, Tensor):
        return type(right) in (int, float) and target.dtype.is_floating_point
    if target.dtype != right.dtype or right.dim() > target.dim():
        return False
    pairs = zip(reversed(target.shape), reversed(right.shape), strict=False)
    return all(b in (a, 1) for a, b in pairs)
