"""Layers that learn their sizes from the first input."""

import contextlib
import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy

from resnet_diagram.tracer.run import Arguments
from resnet_diagram.tracer.world import calm


def materialised(model: nn.Module, arguments: Arguments) -> nn.Module:
    """Returns the model; of one with lazy layers, a copy without values that has learnt its sizes."""
    if not any(isinstance(m, LazyModuleMixin) and m.has_uninitialized_params() for m in model.modules()):
        return model
    copied = without_values(copy.deepcopy(model)).eval()
    with calm(), torch.no_grad(), contextlib.suppress(Exception):  # the recorded run says what is wrong
        copied(*arguments.args, **arguments.kwargs)
    return copied


def without_values(model: nn.Module) -> nn.Module:
    """Moves a model to the meta device in place; shared tensors stay shared, lazy ones lazy."""
    moved: dict[int, Tensor] = {}
    for module in model.modules():
        own = (
            *module.named_parameters(recurse=False, remove_duplicate=False),
            *module.named_buffers(recurse=False, remove_duplicate=False),
        )
        for name, tensor in own:
            setattr(module, name, moved.setdefault(id(tensor), on_meta(tensor)))
    return model


def on_meta(tensor: Tensor) -> Tensor:
    """Returns a tensor of the same sort, shape and type that has no values."""
    if is_lazy(tensor):
        sort: Any = UninitializedParameter if isinstance(tensor, nn.Parameter) else UninitializedBuffer
        lazy: Tensor = sort(device="meta", dtype=tensor.dtype)
        return lazy
    plain = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta")
    return nn.Parameter(plain, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else plain
