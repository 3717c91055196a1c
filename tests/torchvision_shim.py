"""Let torchvision's published wheel, a CUDA build, be imported beside a CPU build of torch.

Its import stops at two compiled operators that only detection models use; declaring them is enough for all else.
"""

import contextlib
from functools import cache
from types import ModuleType
from typing import Any

import pytest

OPERATORS = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


@cache
def declare_operators() -> Any:
    """Declares the operators that a CPU build lacks and returns what keeps them alive."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in OPERATORS:
        with contextlib.suppress(RuntimeError):  # a matching build has them already
            library.define(f"{name}{SIGNATURE}")
    return library


def torchvision_models() -> ModuleType:
    """Returns `torchvision.models`; skips the test where torch or torchvision is not installed."""
    declare_operators()
    models: ModuleType = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    return models


def timm_module() -> ModuleType:
    """Returns `timm`; skips the test where torch, torchvision or timm is not installed."""
    torchvision_models()
    timm: ModuleType = pytest.importorskip("timm", reason="timm is not installed")
    return timm
