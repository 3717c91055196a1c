"""Shapes of the results of torchvision's operators: boxes kept, regions of maps, deformable convolutions."""

from typing import Any

import torch
from torch import Tensor

from resnet_diagram.spec.shapes import window_out
from resnet_diagram.tracer.record.shapes.layouts import META, fresh


def nms(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """Return the numbers of the boxes that are kept: of one, as no values are known."""
    return torch.empty(min(len(boxes), 1), dtype=torch.int64, device=META)


def roi_align(x: Tensor, regions: Tensor, scale: float, height: int, width: int, *rest: Any) -> Tensor:
    """Return a map of `height` × `width` positions for each region, with all channels."""
    return fresh((regions.shape[0], x.shape[1], height, width), x)


def roi_pool(x: Tensor, regions: Tensor, scale: float, height: int, width: int) -> tuple[Tensor, Tensor]:
    """Return a map for each region, and the places of its maxima."""
    pooled = roi_align(x, regions, scale, height, width)
    return pooled, torch.empty(pooled.shape, dtype=torch.int32, device=META)


def ps_roi(
    x: Tensor, regions: Tensor, scale: float, height: int, width: int, *rest: Any
) -> tuple[Tensor, Tensor]:
    """Return a map for each region, whose positions have channels of their own, and their numbers."""
    shape = (regions.shape[0], x.shape[1] // (height * width), height, width)
    return fresh(shape, x), torch.empty(shape, dtype=torch.int32, device=META)


def deform_conv2d(
    x: Tensor, weight: Tensor, offset: Tensor, mask: Tensor, bias: Tensor, *numbers: int
) -> Tensor:
    """Return the map of a convolution whose kernel has offsets at each position."""
    strides, paddings, dilations = numbers[:2], numbers[2:4], numbers[4:6]
    windows = zip(x.shape[2:], weight.shape[2:], strides, paddings, dilations, strict=True)
    sizes = (window_out(*window) for window in windows)
    return fresh((x.shape[0], weight.shape[0], *sizes), x)
