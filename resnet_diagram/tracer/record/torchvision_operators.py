"""Declare torchvision's compiled operators where they cannot be loaded.

A torchvision built for other hardware than torch, such as the published wheel beside a CPU torch, stops at
its import for want of operators that only detection models run. Declared, they let all else be imported.
"""

import contextlib
from functools import cache
from typing import Any

from torch.library import Library

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def stopped_import(error: BaseException | None) -> bool:
    """Return whether an import failed for want of a torchvision operator."""
    return isinstance(error, RuntimeError) and "operator torchvision::" in str(error)


@cache
def declare_operators() -> Any:
    """Declare the operators that are missing; the library returned keeps them declared."""
    library: Any = Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name in ("nms", "qnms"):
        with contextlib.suppress(RuntimeError):  # those that are there cannot be declared again
            library.define(name + _SCHEMA)
    return library
