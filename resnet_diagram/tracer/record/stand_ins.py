"""Stand-ins for functions of torch that need values, gradients or a GPU.

Sequences, hooks, gradients, CUDA events, and the checks of the parameters of a distribution.
"""

import contextlib
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import torch
from torch import _VF, Tensor

from resnet_diagram.tracer.record.isolation import replaced

_DETECTION = ("torchvision.extension", "torchvision.ops.roi_align")
"""Modules that ask whether torchvision's compiled operators are there; their shapes are known without."""

Functions = dict[str, Callable[..., Any]]

_SETTINGS = "synchronize set_device reset_peak_memory_stats reset_accumulated_memory_stats ipc_collect"
IDLE: Functions = dict.fromkeys(_SETTINGS.split(), lambda *_, **__: None)
"""Functions of `torch.cuda` that do nothing where a model is imported, built or run."""


@contextlib.contextmanager
def stand_ins() -> Iterator[None]:
    """Replace, in this thread, what would stop a run without values, gradients and GPU."""
    streams = dict.fromkeys(("Stream", "current_stream", "default_stream"), _Stream)
    recurrent = {name: _on_padded(getattr(_VF, name)) for name in ("lstm", "gru", "rnn_tanh", "rnn_relu")}
    owners: list[tuple[Any, Functions]] = [
        (torch.cuda, {"Event": _Event, **streams, "stream": lambda *_: contextlib.nullcontext(), **IDLE}),
        (_VF, {"_pack_padded_sequence": _packed, "_pad_packed_sequence": _padded, **recurrent}),
        (Tensor, {name: _hooked(getattr(Tensor, name)) for name in ("register_hook", "retain_grad")}),
        (torch.autograd, {"grad": _gradients}),
        (torch, {"_is_all_true": lambda _: True} if hasattr(torch, "_is_all_true") else {}),
        *((sys.modules[name], {"_has_ops": lambda: True}) for name in _DETECTION if name in sys.modules),
    ]
    with contextlib.ExitStack() as contexts:
        for owner, functions in owners:
            contexts.enter_context(replaced(owner, functions))
        yield


class _Event:
    """Stands in for a CUDA event: all work is done, and took no time."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def record(self, *_: Any) -> None:
        """Do nothing."""

    wait = synchronize = record

    def query(self) -> bool:
        """Return True."""
        return True

    def elapsed_time(self, _: Any) -> float:
        """Return 0."""
        return 0.0


class _Stream(_Event):
    """Stands in for a CUDA stream."""

    def record_event(self, event: Any = None) -> Any:
        """Return an event."""
        return event or _Event()

    def wait_stream(self, _: Any) -> None:
        """Do nothing."""

    wait_event = wait_stream


def _hooked(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method of a tensor, which does nothing where the tensor has no gradient."""

    def method(tensor: Tensor, *args: Any) -> Any:
        if tensor.requires_grad:
            return original(tensor, *args)
        return torch.utils.hooks.RemovableHandle(OrderedDict())

    return method


def _gradients(outputs: Any, inputs: Any, *_: Any, **__: Any) -> tuple[Tensor, ...]:
    """Return a tensor for each input, the result of an operation on all outputs and the input."""
    values = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    gradient = _gradient_operator()
    return tuple(gradient(values, value) for value in ([inputs] if isinstance(inputs, Tensor) else inputs))


@cache
def _gradient_operator() -> Callable[..., Tensor]:
    """Register an operator that has the arguments of a gradient and its shape."""
    registry: Any = torch.library
    library = registry.Library("resnet_diagram", "FRAGMENT")
    library.define("gradient(Tensor[] outputs, Tensor input) -> Tensor")
    library.impl("gradient", lambda _, value: torch.zeros_like(value), "CompositeExplicitAutograd")
    operator: Any = torch.ops.resnet_diagram.gradient
    operator.library = library  # which removes the operator when it is collected
    return operator.default  # type: ignore[no-any-return]


def _packed(data: Tensor, lengths: Tensor, batch_first: bool) -> tuple[Tensor, Tensor]:
    """Return a batch of sequences as a packed sequence of sequences that all have the full length."""
    steps = data.transpose(0, 1) if batch_first else data
    count, batch = steps.shape[:2]
    return steps.reshape(count * batch, *steps.shape[2:]), torch.full((count,), batch, device="cpu")


def _padded(
    data: Tensor, batch_sizes: Tensor, batch_first: bool, padding_value: float, max_length: int
) -> tuple[Tensor, Tensor]:
    """Return a packed sequence as a batch of sequences, and their lengths."""
    count, batch = len(batch_sizes), data.shape[0] // len(batch_sizes)
    steps = data.reshape(count, batch, *data.shape[1:])
    return steps.transpose(0, 1) if batch_first else steps, torch.full((batch,), count, device="cpu")


def _on_padded(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a recurrent function that runs a packed sequence, followed by its batch sizes, as a batch."""

    def run(data: Tensor, *args: Any) -> Any:
        if len(args) < 3 or not isinstance(args[2], (list, tuple)):
            return original(data, *args)
        batch_sizes, *rest = args
        steps = data.reshape(len(batch_sizes), -1, data.shape[-1])
        output, *states = original(steps, *rest, False)
        return output.reshape(data.shape[0], -1), *states

    return run
