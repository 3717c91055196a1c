"""Declare torchvision's compiled operators where they cannot be loaded.

The import of a torchvision built for other hardware than torch, such as the published wheel beside a CPU
torch, fails without operators that few models use. Declaring them makes the import work.
"""

import contextlib
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import torch
from torch.library import Library

from resnet_diagram.errors import SourceError, error_text
from resnet_diagram.tracer.record.shapes import detection
from resnet_diagram.tracer.record.shapes.rules import Rule
from resnet_diagram.tracer.record.tensors import map_tensors

_REGIONS = "Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width"
_BOXES = "Tensor dets, Tensor scores, float iou_threshold"
_STEPS = ", ".join(f"SymInt {name}_{side}" for name in ("stride", "pad", "dilation") for side in "hw")
_DEFORMED = "Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias"
_OPERATORS: dict[str, Rule] = {
    f"nms({_BOXES}) -> Tensor": detection.nms,
    f"qnms({_BOXES}) -> Tensor": detection.nms,
    f"roi_align({_REGIONS}, int sampling_ratio, bool aligned) -> Tensor": detection.roi_align,
    f"roi_pool({_REGIONS}) -> (Tensor, Tensor)": detection.roi_pool,
    f"ps_roi_align({_REGIONS}, int sampling_ratio) -> (Tensor, Tensor)": detection.ps_roi,
    f"ps_roi_pool({_REGIONS}) -> (Tensor, Tensor)": detection.ps_roi,
    f"deform_conv2d({_DEFORMED}, {_STEPS}, SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor": (
        detection.deform_conv2d
    ),
}
"""Schemas of the operators, and the rules for the shapes of their results."""


Result = TypeVar("Result")


def with_operators(read: Callable[[], Result]) -> Result:
    """Return what a function reads; declare the operators first if its import failed for want of one."""
    try:
        return read()
    except SourceError as error:
        cause = error.__cause__
        if not isinstance(cause, RuntimeError) or "operator torchvision::" not in error_text(cause):
            raise
    declare_operators()
    return read()


def _on_cpu(rule: Rule) -> Callable[..., Any]:
    """Return an operator on small tensors with values: zeros of the shapes that a rule gives.

    The numbers of the boxes that `nms` keeps are those of the first box, again and again.
    """

    def operator(*args: Any) -> Any:
        return map_tensors(rule(*args), lambda tensor: torch.zeros_like(tensor, device="cpu"))

    return operator


@cache
def declare_operators() -> Any:
    """Declare the operators that are missing; the library returned keeps them declared."""
    library: Any = Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema, rule in _OPERATORS.items():
        with contextlib.suppress(RuntimeError):  # those that are there cannot be declared again
            library.define(schema)
            library.impl(schema.partition("(")[0], _on_cpu(rule), "CPU")
    return library
