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

Held = dict[Any, Any] | list[Any]


@contextlib.contextmanager
def restored_modules(model: nn.Module) -> Iterator[None]:
    """Gives every module its state back afterwards: mode, buffers, hooks, cached and collected results."""
    modules = list(model.modules())
    saved = [(own, own.copy()) for module in modules for own in filled(module)]
    try:
        yield
    finally:
        for now, before in saved:
            restore(now, before)
        kept = {id(now) for now, _ in saved}
        for own in [own for module in modules for own in filled(module) if id(own) not in kept]:
            own.clear()


def filled(module: nn.Module) -> Iterator[Held]:
    """The dictionary of a module's attributes, then the dictionaries and lists in it that hold something.

    Those of a scripted module cannot be taken hold of.
    """
    yield module.__dict__
    for value in module.__dict__.values():
        if isinstance(value, (dict, list)) and value:
            yield value


def restore(now: Held, before: Any) -> None:
    """Makes a dictionary or list hold exactly the objects it held before."""
    if isinstance(now, list):
        if len(now) != len(before) or any(a is not b for a, b in zip(now, before, strict=True)):
            now[:] = before
    elif len(now) != len(before) or any(now.get(name, now) is not value for name, value in before.items()):
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
    names = {id(m): without_wrappers(name) for name, m in model.named_modules()}
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


def without_wrappers(path: str) -> str:
    """A module's path as it would be without compiling wrappers.

    >>> without_wrappers("layer1._orig_mod.0.conv")
    'layer1.0.conv'
    """
    return ".".join(part for part in path.split(".") if part != "_orig_mod")


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
