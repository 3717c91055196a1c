"""Leave the caller's world as it was: modules, patches, random numbers, garbage collection."""

import contextlib
import gc
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn

from resnet_diagram.tracer import torch_private
from resnet_diagram.tracer.graph import Call, OpGraph


@contextlib.contextmanager
def restored_modules(model: nn.Module) -> Iterator[None]:
    """Gives every module its attributes back afterwards: mode, buffers, cached results, all."""
    saved = [(own, dict(own)) for module in model.modules() for own in dictionaries(module)]
    try:
        yield
    finally:
        for now, before in saved:
            restore(now, before)


def dictionaries(module: nn.Module) -> Iterator[dict[str, Any]]:
    """The dictionaries that hold a module's state; those of a scripted module cannot be taken hold of."""
    yield module.__dict__
    for name in ("_buffers", "_parameters"):
        own = module.__dict__.get(name)
        if isinstance(own, dict):
            yield own


def restore(now: dict[str, Any], before: dict[str, Any]) -> None:
    """Makes a dictionary hold exactly the objects it held before."""
    if len(now) != len(before) or any(now.get(name, now) is not value for name, value in before.items()):
        now.clear()
        now.update(before)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection: it would walk over all the long-lived objects of a trace again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextlib.contextmanager
def calm() -> Iterator[None]:
    """No warnings, no output on stdout, random numbers as before, and no fused attention."""
    state = torch.get_rng_state()
    attention = torch_private.fast_attention_enabled()
    torch_private.set_fast_attention(False)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")
            yield
    finally:
        torch_private.set_fast_attention(attention)
        torch.set_rng_state(state)


@contextlib.contextmanager
def followed_calls(model: nn.Module, graph: OpGraph, stack: list[int]) -> Iterator[None]:
    """Writes each module call into `graph.calls` and keeps `stack` on the running ones."""
    names = {id(m): name for name, m in model.named_modules()}
    original = nn.Module.__call__
    calls = graph.calls

    def followed(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        if module is model and len(calls) == 1:
            return original(module, *args, **kwargs)
        unnamed = f"{calls[stack[-1]].path}.{type(module).__name__}".lstrip(".")
        call = Call(names.get(id(module), unnamed), class_name(module), stack[-1])
        stack.append(len(calls))
        calls.append(call)
        try:
            return original(module, *args, **kwargs)
        except Exception:
            remember_failure(graph, call, args)
            raise
        finally:
            stack.pop()
            call.end = len(calls)

    nn.Module.__call__ = followed  # type: ignore[method-assign]
    try:
        yield
    finally:
        nn.Module.__call__ = original  # type: ignore[method-assign]


def remember_failure(graph: OpGraph, call: Call, args: Sequence[Any]) -> None:
    """Writes down the innermost call that failed, and the shapes it was given."""
    if not graph.failed_in:
        graph.failed_in = call.path or call.cls
        shapes = ["×".join(map(str, a.shape)) for a in args if isinstance(a, torch.Tensor)]
        graph.failed_with = ", ".join(shapes)


def class_name(module: nn.Module) -> str:
    """The class of a module as its author wrote it, scripted modules included."""
    name = getattr(module, "original_name", None)
    return name if isinstance(name, str) else type(module).__name__
