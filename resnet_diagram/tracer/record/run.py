"""Run a model once on tensors without values and return the record."""

import contextlib
import dataclasses
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

import torch
from torch import Tensor, nn

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import TraceError
from resnet_diagram.tracer.flow.graph import Call, Node, OpGraph
from resnet_diagram.tracer.record import torch_private
from resnet_diagram.tracer.record.compat import Compatible
from resnet_diagram.tracer.record.isolation import (
    attribute_of,
    check_interrupt,
    class_name,
    followed_calls,
    parameters_of,
    quiet,
    restored,
)
from resnet_diagram.tracer.record.recorder import EndlessLoopError, OperationLimitError, Recorder
from resnet_diagram.tracer.record.stand_ins import stand_ins
from resnet_diagram.tracer.structure.partial import operations, progress

_RETRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The arguments of a model's call."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A model, the modules in it, and their paths by id."""

    model: nn.Module
    modules: tuple[nn.Module, ...]
    paths: Mapping[int, str]


class Stopped(Exception):  # noqa: N818 - it carries a half-finished run, and never leaves this module
    """A run that ended early, with its record and the cause."""

    def __init__(self, cause: Exception, recorder: Recorder) -> None:
        super().__init__()
        self.cause = cause
        self.recorder = recorder


def unwrapped(model: nn.Module) -> nn.Module:
    """Return the model inside `torch.compile` and data-parallel wrappers."""
    while True:
        inner = attribute_of(model, "_orig_mod")
        if inner is None and type(model).__name__ in ("DataParallel", "DistributedDataParallel"):
            inner = attribute_of(model, "module")
        if not isinstance(inner, nn.Module):
            return model
        model = inner


def record(model: nn.Module, arguments: Arguments, check: Callable[..., None] | None = None) -> OpGraph:
    """Return the operations of one run of `model` in evaluation mode; nothing of the model is changed.

    A run that fails after an assumed answer is tried again with the answer negated, then with
    stand-ins for what meta tensors cannot do. `graph.error` is set if none of these runs came through.
    `check` is called with each result our own shape rules gave.
    """
    by_path = dict(nn.Module.named_modules(model))  # walked over once
    paths = {
        id(module): ".".join(part for part in path.split(".") if part != "_orig_mod")  # a compiling wrapper
        for path, module in by_path.items()
    }
    subject = Subject(model=model, modules=tuple(by_path.values()), paths=paths)
    with restored(subject.modules), quiet():
        try:
            model.eval()
        except Exception as error:  # such as a train() of its own, or a module that holds the one it lies in
            check_interrupt(error)
            for module in subject.modules:
                module.training = False
        try:
            return _fullest(subject, arguments, _run_once(subject, arguments, frozenset(), False, check))
        except Stopped as stopped:
            return _run_again(subject, arguments, stopped)


def _fullest(subject: Subject, arguments: Arguments, graph: OpGraph) -> OpGraph:
    """Return the run of most operations when assumed answers are negated, one by one, the last first.

    Each answer is negated once, in a bounded number of runs; one that leads no further is taken back.
    """
    flips: frozenset[int] = frozenset()
    tried: set[int] = set()
    for _ in range(_RETRIES):
        untried = next((number for number in reversed(range(graph.asked)) if number not in tried), None)
        if untried is None:
            break
        tried.add(untried)
        try:
            other = _run_once(subject, arguments, flips | {untried}, False, None)
        except (Stopped, TraceError):
            continue
        if progress(other) > progress(graph):
            graph, flips = other, flips | {untried}
    return graph


def _run_again(subject: Subject, arguments: Arguments, first: Stopped) -> OpGraph:
    """Return a run with other answers or substitutes, else the longest failed run with its error."""
    last = best = first
    flips: set[int] = set()
    ended: set[int] = set()  # the answers negated to end a loop, one after the other
    for attempt in range(_RETRIES):
        compatible = attempt % 2 == 0
        if isinstance(last.cause, EndlessLoopError):
            untried = [number for number in last.cause.seconds if number not in ended]
            if not untried:
                break
            flips = {untried[0]}
            ended |= flips
        elif not compatible and not _next_flips(flips, last.recorder.asked):
            break
        try:
            return _run_once(subject, arguments, frozenset(flips), compatible, None)
        except Stopped as stopped:
            last = stopped
            best = max(best, last, key=lambda run: progress(run.recorder.graph))
    graph = best.recorder.graph
    graph.error = best.cause
    if not graph.outputs:
        graph.outputs = _loose_ends(graph)
        graph.output_names = [str(number) for number in range(len(graph.outputs))]
    return graph


def _next_flips(flips: set[int], request: int) -> bool:
    """Move `flips` on to the next answers to negate, the last one first; False when all were tried."""
    last = request - 1
    while last in flips:
        flips.discard(last)
        last -= 1
    if last < 0:
        return False
    flips.add(last)
    return True


def _run_once(
    subject: Subject,
    arguments: Arguments,
    flips: frozenset[int],
    compatible: bool,
    check: Callable[..., None] | None,
) -> OpGraph:
    """Return the record of one run. Raises Stopped."""
    recorder = Recorder(flips, check)
    model, graph = subject.model, recorder.graph
    graph.calls.append(Call("", class_name(model), -1))
    scripts = [module for module in subject.modules if isinstance(module, torch.jit.ScriptModule)]
    graph.script_weights = {id(w): w for script in scripts for w in script.parameters(recurse=False)}
    try:
        names = [parameter.name for parameter in parameters_of(model.forward) or ()]
        names += [f"input{at}" for at in range(len(names) + 1, len(arguments.args) + 1)]
        for name, value in (*zip(names, arguments.args, strict=False), *arguments.kwargs.items()):
            for path, tensor in named_tensors(value, name):
                recorder.add_input(tensor)
                graph.input_names.append(path)
        with _recording(subject, recorder, compatible):
            result = _finished(model(*arguments.args, **arguments.kwargs))
        outputs = _output_nodes(recorder, result)
        graph.asked = recorder.asked
        graph.outputs, graph.output_names = list(outputs.values()), list(outputs)
    except OperationLimitError as error:
        raise TraceError(f"{type(model).__name__} could not be read: {error}.") from None
    except SystemExit as error:
        ended = RuntimeError(f"SystemExit: {error}").with_traceback(error.__traceback__)
        raise Stopped(ended, recorder) from error
    except Exception as error:
        check_interrupt(error)
        raise Stopped(error, recorder) from error
    finally:
        graph.calls[0].end = len(graph.calls)
        recorder.finish()
    return graph


def _finished(result: object) -> object:
    """Return the result of a forward. Raises TypeError for a lazy result, such as a generator."""
    if inspect.iscoroutine(result):
        result.close()
    if isinstance(result, (Generator, Coroutine, AsyncGenerator, map, filter)):
        raise TypeError(
            f"its forward gives a {type(result).__name__}, which runs nothing until it is read; "
            "return a tensor, a list or a dictionary"
        )
    return result


@contextlib.contextmanager
def _recording(subject: Subject, recorder: Recorder, compatible: bool) -> Iterator[None]:
    """Record every operation inside, below autograd, with stand-ins if `compatible`."""
    with (
        followed_calls(subject.model, subject.paths, recorder.graph, recorder.stack),
        stand_ins(),
        torch_private.uncompiled(),
        torch_private.without_compiler(),
        torch.no_grad(),
        torch_private.below_autograd(),
        recorder,
        Compatible() if compatible else contextlib.nullcontext(),
    ):
        yield


def _output_nodes(recorder: Recorder, result: Any) -> dict[str, Node]:
    """Return the producers of the tensors in a result by name, each once; loose ends where there are none."""
    nodes: dict[str, Node] = {}
    found: set[int] = set()
    for name, tensor in named_tensors(result, ""):
        mark = recorder.marks.get(tensor)
        if mark is not None and mark.producer.active and mark.producer.index not in found:
            found.add(mark.producer.index)
            nodes[name] = mark.producer
    return nodes or {str(number): node for number, node in enumerate(_loose_ends(recorder.graph))}


def _loose_ends(graph: OpGraph) -> list[Node]:
    """Return the operations whose results are never read."""
    read = {source.index for node in graph.nodes for source in node.inputs}
    return [node for node in operations(graph) if node.index not in read]


def named_tensors(value: Any, name: str, depth: int = 8) -> Iterator[tuple[str, Tensor]]:
    """Yield each tensor in a nest of lists, dictionaries, data classes and plain objects, with its path."""
    if isinstance(value, Tensor):
        yield name, value
        return
    for key, item in _parts_of(value) if depth else ():
        yield from named_tensors(item, f"{name}.{key}".lstrip("."), depth - 1)


def _parts_of(value: Any) -> Sequence[tuple[str, Any]]:
    """Return the items of a container by name or position; empty for other values."""
    if isinstance(value, Mapping):
        return [(str(key), item) for key, item in value.items()]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [(name, getattr(value, name)) for name in getattr(type(value), "_fields")]  # noqa: B009
    if isinstance(value, (list, tuple, set)):
        return [(str(number), item) for number, item in enumerate(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)]
    if hasattr(value, "__dict__") and not isinstance(value, (nn.Module, type)) and not callable(value):
        return list(vars(value).items())
    return ()
