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
    empty: dict[int, Tensor] = {}
    for tensor in (*nn.Module.parameters(model), *nn.Module.buffers(model)):
        is_parameter = isinstance(tensor, nn.Parameter)
        if is_lazy(tensor):
            kind: Any = UninitializedParameter if is_parameter else UninitializedBuffer
            empty[id(tensor)] = kind(device="meta", dtype=tensor.dtype)
        else:
            plain = twin(tensor)
            empty[id(tensor)] = nn.Parameter(plain, tensor.requires_grad) if is_parameter else plain
    copied = copy.deepcopy(model, empty).eval()  # whose tensors are these
    with quiet(), torch.no_grad(), contextlib.suppress(Exception):  # the recorded run says what is wrong
        copied(*arguments.args, **arguments.kwargs)
    return copied
