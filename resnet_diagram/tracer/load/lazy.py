"""Layers that learn their sizes from the first input."""

import contextlib
import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy

from resnet_diagram.tracer.record.isolation import quiet
from resnet_diagram.tracer.record.run import Arguments
from resnet_diagram.tracer.record.shapes.layouts import twin


def with_sizes(model: nn.Module, arguments: Arguments) -> nn.Module:
    """Return the model; of one with lazy layers, a copy without values that has learnt its sizes."""
    if not any(
        isinstance(m, LazyModuleMixin) and m.has_uninitialized_params() for m in nn.Module.modules(model)
    ):
        return model
    empty = {id(t): _on_meta(t) for t in (*nn.Module.parameters(model), *nn.Module.buffers(model))}
    copied = copy.deepcopy(model, empty).eval()  # whose tensors are these
    with quiet(), torch.no_grad(), contextlib.suppress(Exception):  # the recorded run says what is wrong
        copied(*arguments.args, **arguments.kwargs)
    return copied


def _on_meta(tensor: Tensor) -> Tensor:
    """Return a tensor of the same sort, shape and type that has no values."""
    if is_lazy(tensor):
        kind: Any = UninitializedParameter if isinstance(tensor, nn.Parameter) else UninitializedBuffer
        lazy: Tensor = kind(device="meta", dtype=tensor.dtype)
        return lazy
    plain = twin(tensor)
    return nn.Parameter(plain, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else plain
