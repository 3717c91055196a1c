"""Record every operation of a run, on tensors that have shapes but no values."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import torch
from torch import Tensor, nn

from resnet_diagram.limits import QUESTIONS, operations
from resnet_diagram.tracer.errors import is_foreign
from resnet_diagram.tracer.flow.graph import Node, NodeKind, OpGraph, Ref, Sizes
from resnet_diagram.tracer.record.evaluate import (
    SMALL,
    as_assigned,
    by_rule,
    maker_of,
    on_cpu_if_small,
    on_dummy_data,
)
from resnet_diagram.tracer.record.overloads import Overload, read_overload
from resnet_diagram.tracer.record.shapes.layouts import twin
from resnet_diagram.tracer.record.tensors import is_triangular, map_tensors, tensors_in, written
from resnet_diagram.tracer.record.torch_private import QuietDispatchMode
from resnet_diagram.tracer.record.versions import Mark, Marks, Memory, shares_memory

_MOVES = frozenset({"to", "_to_copy"})
"""Operations that refuse to move tensors without values to another device."""
_NONE: dict[str, Any] = {}
"""Empty keyword arguments and defaults, shared and never modified."""


class OperationLimitError(BaseException):
    """A run recorded too many operations; no Exception, as the model's own code must not handle it."""


class EndlessLoopError(Exception):
    """A module call asked for values again and again.

    `seconds` number the second answers to the questions it repeated: the candidates for ending the loop.
    """

    def __init__(self, message: str, seconds: Sequence[int]) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(slots=True, eq=False)
class Reading:
    """The tensor arguments of one operation: their refs, their active producers, and a key of all shapes.

    `metas` counts those whose values are not known: a real tensor into which unknown values were written is
    one of them. `reals` counts those that are no meta tensors.
    """

    active: list[Node] = field(default_factory=list)
    refs: list[Ref] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)
    key: list[Any] = field(default_factory=list)
    metas: int = 0
    reals: int = 0
    args: tuple[object, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


class Recorder(QuietDispatchMode):  # type: ignore[no-untyped-call]
    """A dispatch mode that fills `graph`; `flips` negate the assumed answers of those numbers."""

    def __init__(self, flips: frozenset[int] = frozenset(), check: Callable[..., None] | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.most = operations()
        self.graph = OpGraph()
        self.marks = Marks()
        self.stack = [0]
        self.asked = 0
        self._flips = flips
        self._check = check
        self._overloads: dict[Any, Overload] = {}
        self._memo: dict[Any, Callable[[Sequence[Any]], Any]] = {}
        self._shapes: dict[Sizes, Sizes] = {}
        self._saved: list[tuple[Tensor, Tensor]] = []
        self._questions: dict[tuple[int, CodeType | None, int], list[int]] = {}

    def finish(self) -> None:
        """Take the marks off tensors that remain, and give constants their values back."""
        self.marks.remove()
        with torch.no_grad():
            for tensor, before in self._saved:
                tensor.copy_(before)
        self._saved.clear()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Record one operation and return its result."""
        overload = self._overloads.get(func)
        if overload is None:
            overload = self._overloads[func] = read_overload(func)
        options = kwargs or {}
        reading = self._read(func, args, options)
        if overload.operator.asks and reading.metas:
            return self._answer(overload, args[0])
        if reading.metas and reading.reals:
            args = [map_tensors(value, self._meta_twin) for value in args]
            options = {name: map_tensors(value, self._meta_twin) for name, value in options.items()}
        elif not reading.tensors and options.get("device") is not None:
            options = on_cpu_if_small(args, options)
        if overload.writes:
            self._save_constants(overload, args, options)
        result = self._result(overload, func, args, options, reading)
        if overload.operator.asks:
            return result
        return self._note(overload, args, options, reading, result)

    # -- what goes in ------------------------------------------------------------------------------------

    def add_input(self, tensor: Tensor) -> None:
        """Make `tensor` an input of the model."""
        node = self._node(NodeKind.INPUT, tuple(tensor.shape), active=True)
        node.tensor = id(tensor)
        self.marks.keep(tensor, node, self.marks.memory_of(tensor) or self.marks.new_memory(tensor))
        self.graph.inputs.append(node)

    def _node(self, kind: NodeKind, shape: Sizes, active: bool) -> Node:
        """Add a node at the place where the run is."""
        place = len(self.graph.nodes), kind, "", self._interned(shape), self.stack[-1]
        node = Node(*place, active, kwargs=_NONE, defaults=_NONE)
        self.graph.nodes.append(node)
        return node

    def _interned(self, shape: Sizes) -> Sizes:
        """Return the shape as one object for all that are equal; what answers left empty has a size of 1."""
        interned = self._shapes.get(shape)
        if interned is None:
            interned = self._shapes[shape] = tuple([max(size, 1) for size in shape]) if self.asked else shape
        return interned

    def _first_sight(self, tensor: Tensor) -> Mark:
        """Return the mark of a tensor that no recorded operation made: a parameter, a constant, an alias."""
        memory = self.marks.memory_of(tensor)
        if memory is not None and memory.writer is not None and not isinstance(tensor, nn.Parameter):
            return self.marks.keep(tensor, memory.writer, memory)
        is_weight = isinstance(tensor, nn.Parameter) or id(tensor) in self.graph.script_weights
        kind = NodeKind.PARAMETER if is_weight else NodeKind.CONSTANT
        node = self._node(kind, tuple(tensor.shape), active=False)
        node.tensor = id(tensor)
        node.triangular = kind is NodeKind.CONSTANT and is_triangular(tensor)
        memory = memory or self.marks.new_memory(tensor)
        memory.writer = memory.writer or node
        return self.marks.keep(tensor, node, memory)

    def _read(self, func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Reading:
        reading = Reading(key=[func], kwargs=_NONE)
        reading.args = tuple([self._read_value(a, reading) for a in args])
        if kwargs:
            reading.key += kwargs
            reading.kwargs = {name: self._read_value(value, reading) for name, value in kwargs.items()}
        return reading

    def _read_value(self, value: Any, reading: Reading) -> object:
        if isinstance(value, Tensor):
            return self._read_tensor(value, reading)
        if type(value) in (list, tuple):
            if any(isinstance(item, Tensor) for item in value):
                reading.key.append(len(value))
                return [self._read_tensor(v, reading) if isinstance(v, Tensor) else v for v in value]
            value = tuple(value)
        reading.key.append(value)
        if type(value) is not int:
            reading.key.append(type(value))  # 1, 1.0 and True are one dictionary key
        return value

    def _read_tensor(self, tensor: Tensor, reading: Reading) -> Ref:
        mark = self.marks.get(tensor) or self._first_sight(tensor)
        node = mark.producer
        shape = self._interned(tuple(tensor.shape))
        reading.tensors.append(tensor)
        reading.metas += tensor.is_meta or node.active
        reading.reals += not tensor.is_meta
        if node.active:
            reading.active.append(node)
        reading.key += (shape, tensor.dtype, tensor.stride())
        ref = Ref(node, shape, mark.output)
        reading.refs.append(ref)
        return ref

    def _meta_twin(self, tensor: Tensor) -> Tensor:
        """Return the meta tensor that stands for a real one; single numbers stay."""
        if tensor.is_meta:
            return tensor
        mark = self.marks.get(tensor)
        if tensor.dim() == 0 and not (mark and mark.producer.active):
            return tensor
        mark = mark or self._first_sight(tensor)
        mark.twin = mark.twin if mark.twin is not None else twin(tensor)
        if self.marks.get(mark.twin) is None:
            self.marks.put(mark.twin, mark.producer, mark.memory, mark.output)
        return mark.twin

    def _save_constants(self, overload: Overload, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        """Keep a copy of a real tensor from before the trace that is about to be written."""
        for tensor in written(overload, args, kwargs):
            mark = self.marks.get(tensor)
            writer = mark.memory.writer if mark else None
            untouched = writer is not None and writer.kind is not NodeKind.OPERATION
            if untouched and not tensor.is_meta:
                self._saved.append((tensor, tensor.detach().clone()))

    # -- what comes out ----------------------------------------------------------------------------------

    def _answer(self, overload: Overload, tensor: Tensor) -> Any:
        """Return an assumed answer to a question about values: yes, or one. Raises EndlessLoopError."""
        path = self.graph.calls[self.stack[-1]].path or "the model"
        frame = inspect.currentframe()
        while frame and is_foreign(frame.f_code.co_filename):
            frame = frame.f_back
        place = (frame.f_code, frame.f_lasti) if frame else (None, 0)  # the instruction of the user's code
        earlier = self._questions.setdefault((self.stack[-1], *place), [])
        if len(earlier) >= QUESTIONS:
            repeated = [numbers for numbers in self._questions.values() if 2 * len(numbers) > QUESTIONS]
            raise EndlessLoopError(
                f"{path} asked {QUESTIONS} times for a value that only real data has "
                f"({overload.name}): a loop whose end depends on the data",
                [numbers[1] for numbers in repeated],
            )
        earlier.append(self.asked)
        answer = self.asked not in self._flips
        self.asked += 1
        note = f"{path} asks for a value that only real data has ({overload.name}); assumed {answer}"
        if note not in self.graph.notes:
            self.graph.notes.append(note)
        if overload.operator.asks is bool or tensor.dtype is torch.bool:
            return answer
        return float(answer) if tensor.dtype.is_floating_point else int(answer)

    def _result(
        self, overload: Overload, func: Any, args: Sequence[Any], kwargs: dict[str, Any], reading: Reading
    ) -> Any:
        in_place = overload.writes == (0,) and isinstance(args[0], Tensor)
        key = tuple(reading.key) if reading.metas and (overload.pure or in_place) else ()
        try:
            repeat = self._memo.get(key)
        except TypeError:
            key, repeat = (), None
        if repeat is not None:
            return repeat(args)
        result = self._compute(overload, func, args, kwargs, reading)
        if key and (maker := maker_of(result, args)) is not None:
            self._memo[key] = maker
        return result

    def _compute(
        self, overload: Overload, func: Any, args: Sequence[Any], kwargs: dict[str, Any], reading: Reading
    ) -> Any:
        if reading.metas:
            result = by_rule(overload, args, kwargs)
            if result is not None:
                if self._check is not None:
                    self._check(func, args, kwargs, result)
                return result
        try:
            return func(*args, **kwargs)
        except Exception:
            assigned = as_assigned(overload.name, args) if self.asked else None
            if assigned is not None:
                return assigned
            if not reading.metas or overload.writes or sum(t.numel() for t in reading.tensors) > SMALL * 64:
                raise
            result = on_dummy_data(func, args, kwargs)
        if overload.name in _MOVES:
            return result
        note = f"{overload.name} has a data-dependent shape; it was run on made-up data"
        if note not in self.graph.notes:
            self.graph.notes.append(note)
        return result

    def _note(
        self, overload: Overload, args: Sequence[Any], kwargs: dict[str, Any], reading: Reading, result: Any
    ) -> Any:
        if not overload.writes and any(result is t for t in reading.tensors):
            if "dropout" in overload.name:
                reading.refs[0].node.dropout = float(args[1])
            return result  # dropout in eval mode, a needless contiguous(): nothing happened
        tensors = [*tensors_in(result), *(written(overload, args, kwargs) if overload.writes else ())]
        shape = tuple(tensors[0].shape) if tensors else ()
        active = bool(reading.active) and not overload.operator.shape_only
        node = self._node(NodeKind.OPERATION, shape, active)
        node.op, node.names, node.defaults = overload.name, overload.names, overload.defaults
        node.args, node.kwargs, node.refs = reading.args, reading.kwargs, tuple(reading.refs)
        node.inputs = tuple(reading.active)
        if len(self.graph.nodes) > self.most:
            raise OperationLimitError(
                f"it ran more than {self.most:,} operations and may not end. Give a smaller input, "
                "draw a part of the model, or allow more with --limit"
            )
        if overload.writes:
            self._mark_written(overload, args, kwargs, node)
        self._mark_results(overload, result, reading, node)
        return result

    def _mark_written(
        self, overload: Overload, args: Sequence[Any], kwargs: dict[str, Any], node: Node
    ) -> None:
        for tensor in written(overload, args, kwargs):
            mark = self.marks.get(tensor) or self._first_sight(tensor)
            mark.memory.version += 1
            mark.memory.writer = node
            self.marks.put(tensor, node, mark.memory)

    def _mark_results(self, overload: Overload, result: Any, reading: Reading, node: Node) -> None:
        source = self.marks.get(reading.tensors[0]) if overload.aliases and reading.tensors else None
        for position, tensor in enumerate(tensors_in(result)):
            if overload.writes and self.marks.get(tensor) is not None:
                continue
            if source is not None and any(
                shares_memory(tensor, alias) for alias in (reading.tensors[0], source.twin)
            ):
                self.marks.put(tensor, node, source.memory, position)
            else:
                self.marks.put(tensor, node, Memory(writer=node), position)
