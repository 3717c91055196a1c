"""Isolate a run: restore modules, patches and random states, and exclude other threads."""

import contextlib
import gc
import inspect
import operator
import os
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from resnet_diagram.tracer.flow.graph import Call, OpGraph
from resnet_diagram.tracer.record import torch_private

_STDOUT, _STDERR = 1, 2
"""Numbers of the files that every process has for its output."""

_RECURSION_LIMIT = 3_000
"""Calls within each other while a model runs: a recorded module takes more of them than in torch alone."""

Container = dict[Any, Any] | list[Any]

_lock = threading.RLock()
"""Held while a model is built, run or read: all three change settings of the whole process for a while."""


class Snapshot:
    """The contents of dictionaries and lists: equal sets of names once, and all values in one list."""

    def __init__(self, holders: Iterable[Container]) -> None:
        shared: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self.holders: list[Container] = []
        self.names: list[tuple[Any, ...]] = []
        self.ends: list[int] = []
        self.values: list[Any] = []
        for holder in holders:
            names = () if isinstance(holder, list) else tuple(holder)
            self.holders.append(holder)
            self.names.append(shared.setdefault(names, names))
            self.values += holder if isinstance(holder, list) else holder.values()
            self.ends.append(len(self.values))

    def restore(self) -> None:
        """Put the recorded objects back into each container."""
        start = 0
        for holder, names, end in zip(self.holders, self.names, self.ends, strict=True):
            values, start = self.values[start:end], end
            if isinstance(holder, list):
                if len(holder) != len(values) or not all(map(operator.is_, holder, values)):
                    holder[:] = values
                continue
            if tuple(holder) != names:
                holder.clear()
                holder.update(zip(names, values, strict=True))
            for name, value in zip(names, values, strict=True):
                if holder[name] is not value:
                    holder[name] = value


def attribute_of(model: nn.Module, name: str) -> Any:
    """Return an attribute of a model, None where there is none or its own `__getattr__` fails."""
    try:
        return getattr(model, name, None)
    except Exception:
        return None


def parameters_of(function: Callable[..., Any]) -> list[inspect.Parameter] | None:
    """Return the parameters of a function or class, None where they are not known."""
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None


@contextlib.contextmanager
def restored(modules: Sequence[nn.Module]) -> Iterator[None]:
    """Restore modules afterwards: mode, buffers, hooks, cached and collected results."""
    before = Snapshot(holder for module in modules for holder in _mutable_state(module))
    scripts = [(m, m.training) for m in modules if isinstance(m, torch.jit.ScriptModule)]
    try:
        yield
    finally:
        for script, training in scripts:
            script.training = training
        before.restore()
        ids = set(map(id, before.holders))
        added = [holder for module in modules for holder in _mutable_state(module) if id(holder) not in ids]
        for holder in added:
            holder.clear()


def _mutable_state(module: nn.Module) -> Iterator[Container]:
    """Yield the dictionary of a module's attributes, then the dictionaries and lists in it.

    A scripted module has no accessible dictionaries.
    """
    yield module.__dict__
    for value in module.__dict__.values():
        if isinstance(value, (dict, list)) and value:
            yield value


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """Allow one thread at a time to build, run or read a model, without garbage collection.

    The collector would repeatedly visit all long-lived objects of a trace. Tensors are made on the CPU where
    the user's code has set another default device, which may not be there.
    """
    with _lock:
        collecting = gc.isenabled()
        gc.disable()
        try:
            elsewhere = torch.get_default_device().type != "cpu"
        except Exception:  # a device that is not there
            elsewhere = True
        try:
            with torch.device("cpu") if elsewhere else contextlib.nullcontext():
                yield
        finally:
            if collecting:
                gc.enable()


def in_this_thread(replacement: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls `replacement` in the current thread and `original` in all others."""
    thread = threading.get_ident()

    def call(*args: Any, **kwargs: Any) -> Any:
        return (replacement if threading.get_ident() == thread else original)(*args, **kwargs)

    return call


@contextlib.contextmanager
def replaced(owner: Any, functions: Mapping[str, Callable[..., Any]]) -> Iterator[None]:
    """Replace functions of a module or a class in the current thread, and restore them afterwards."""
    originals = {name: (getattr(owner, name), name in vars(owner)) for name in functions}
    try:
        for name, function in functions.items():
            setattr(owner, name, in_this_thread(function, originals[name][0]))
        yield
    finally:
        for name, (original, is_own) in originals.items():
            if is_own:
                setattr(owner, name, original)
            else:
                delattr(owner, name)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Suppress warnings, stdout, autocast and fused attention; restore settings of torch and Python.

    Modules may lie as deep in each other as torch allows.
    """
    before = [(read, write, read()) for read, write in _SETTINGS]
    lists = [(holder, list(holder)) for holder in (sys.path, sys.argv)]
    try:
        with random_states(), warnings.catch_warnings(action="ignore"), contextlib.ExitStack() as contexts:
            contexts.enter_context(prints_on_stderr())
            for device in filter(torch.is_autocast_enabled, ("cpu", "cuda")):
                contexts.enter_context(torch.autocast(device, enabled=False))
            torch.backends.mha.set_fastpath_enabled(False)  # it hides a whole layer in one operation
            sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
            yield
    finally:
        for read, write, value in before:
            if read() != value:
                write(value)
        for holder, items in lists:
            holder[:] = items


@contextlib.contextmanager
def prints_on_stderr() -> Iterator[None]:
    """Redirect output to stderr; if standard output is a file, also the output of other programs."""
    printer = sys.stdout
    with contextlib.redirect_stdout(sys.stderr), contextlib.ExitStack() as contexts:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            if printer.fileno() == _STDOUT:
                printer.flush()
                duplicate = os.dup(_STDOUT)
                contexts.callback(os.close, duplicate)
                os.dup2(_STDERR, _STDOUT)
                contexts.callback(os.dup2, duplicate, _STDOUT)
        yield


def _working_folder() -> str:
    """Return the working folder, "" where it was deleted."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def _set_environment(variables: Mapping[str, str]) -> None:
    """Make these the environment's variables."""
    os.environ.clear()
    os.environ.update(variables)


_SETTINGS: tuple[tuple[Callable[[], Any], Callable[[Any], Any]], ...] = (
    (torch.get_default_dtype, torch.set_default_dtype),
    (torch_private.default_device, torch.set_default_device),
    (torch.get_num_threads, torch.set_num_threads),
    (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode),
    (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (_working_folder, lambda folder: os.chdir(folder or "/")),
    (torch.backends.mha.get_fastpath_enabled, torch.backends.mha.set_fastpath_enabled),
    (lambda: dict(os.environ), _set_environment),
)
"""Settings of the whole process that a forward may change: how to read and to write each."""


@contextlib.contextmanager
def random_states() -> Iterator[None]:
    """Restore the random states of torch, Python and, where it is imported, NumPy."""
    numpy = sys.modules.get("numpy")
    state, python_state = torch.get_rng_state(), random.getstate()
    numpy_state = numpy.random.get_state() if numpy else None
    try:
        yield
    finally:
        torch.set_rng_state(state)
        random.setstate(python_state)
        if numpy:
            numpy.random.set_state(numpy_state)


@contextlib.contextmanager
def followed_calls(
    model: nn.Module, names: Mapping[int, str], graph: OpGraph, stack: list[int]
) -> Iterator[None]:
    """Append each module call of this thread to `graph.calls` and keep `stack` on the running ones.

    `names` are the paths of the modules inside `model` by id. A module that is not registered is named after
    the list or attribute that holds it.
    """
    original = nn.Module.__call__
    calls, paths, running = graph.calls, dict(names), [model]
    kept: list[nn.Module] = []  # so that no other module gets the id of one that is gone

    def followed(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        if module is model and len(calls) == 1:
            return original(module, *args, **kwargs)
        if id(module) not in paths:
            _add_unregistered(paths, module, running)
            kept.append(module)
        call = Call(paths[id(module)], class_name(module), stack[-1], home=type(module).__module__)
        stack.append(len(calls))
        running.append(module)
        calls.append(call)
        try:
            return original(module, *args, **kwargs)
        except Exception:
            if not graph.failed_in:  # the innermost call that failed
                graph.failed_in = call.path or call.cls
                shapes = ["×".join(map(str, a.shape)) for a in args if isinstance(a, torch.Tensor)]
                graph.failed_with = ", ".join(shapes)
            raise
        finally:
            stack.pop()
            running.pop()
            call.end = len(calls)

    with replaced(nn.Module, {"__call__": followed}):
        yield


def _add_unregistered(paths: dict[int, str], module: nn.Module, running: Sequence[nn.Module]) -> None:
    """Add paths for a module that no running module has registered, and for the modules in it."""
    places = ((owner, _attribute_of(owner, module)) for owner in reversed(running))
    unknown = running[-1], type(module).__name__
    owner, place = next((pair for pair in places if pair[1]), unknown)
    path = plain = f"{paths.get(id(owner), '')}.{place}".lstrip(".")
    used_paths, count = set(paths.values()), 1
    while path in used_paths:
        count += 1
        path = f"{plain}_{count}"
    for inner, part in nn.Module.named_modules(module):
        paths.setdefault(id(part), f"{path}.{inner}".rstrip("."))


def _attribute_of(owner: nn.Module, module: nn.Module) -> str:
    """Return the attribute of `owner` that holds a module, alone or in a list or dictionary; "" for none."""
    for name, value in vars(owner).items():
        if name.startswith("_"):
            continue
        held = dict(enumerate(value)) if isinstance(value, (list, tuple)) else value
        if held is module:
            return name
        for key, item in held.items() if isinstance(held, dict) else ():
            if item is module:
                return f"{name}.{key}"
    return ""


def check_interrupt(error: BaseException) -> None:
    """Raise KeyboardInterrupt if one lies behind an error that a model raised in its place."""
    behind: BaseException | None = error
    for _ in range(16):
        if isinstance(behind, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        behind = behind and (behind.__cause__ or behind.__context__)


def class_name(module: nn.Module) -> str:
    """Return the class of a module as its author wrote it, scripted modules included."""
    name = attribute_of(module, "original_name")
    return name if isinstance(name, str) else type(module).__name__
