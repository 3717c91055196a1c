"""Which operation made a tensor: a mark on the tensor, and a version count on the memory behind it.

In-place operations, views, `out=` and `.data` all come down to one question: who wrote this memory last?
"""

import contextlib
import itertools
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from resnet_diagram.tracer import torch_private
from resnet_diagram.tracer.graph import Node

_serial = itertools.count()


@dataclass(slots=True, eq=False)
class Memory:
    """The memory behind one or more tensors: how often it was written, and by whom last."""

    version: int = 0
    writer: Node | None = None


@dataclass(slots=True, eq=False)
class Mark:
    """What is known of one tensor: its producer, valid while nobody has written its memory since."""

    node: Node
    memory: Memory
    version: int
    output: int = 0
    twin: Tensor | None = None

    @property
    def producer(self) -> Node:
        """The node whose result the tensor holds now."""
        if self.version == self.memory.version or self.memory.writer is None:
            return self.node
        return self.memory.writer


class Marks:
    """The marks of one trace; `remove` takes them off every tensor that outlives it."""

    def __init__(self) -> None:
        self._attribute = f"_resnet_diagram_mark{next(_serial)}"
        self._memories: dict[int, Memory] = {}
        self._held: list[object] = []
        self._lasting: list[Tensor] = []

    def get(self, tensor: Tensor) -> Mark | None:
        """The mark of a tensor, None if this trace has not seen it."""
        mark: Mark | None = tensor.__dict__.get(self._attribute)
        return mark

    def put(self, tensor: Tensor, node: Node, memory: Memory, output: int = 0) -> Mark:
        """Marks `tensor` as made by `node` and returns the mark."""
        mark = Mark(node, memory, memory.version, output)
        setattr(tensor, self._attribute, mark)
        return mark

    def keep(self, tensor: Tensor) -> None:
        """Remembers a tensor that was there before the trace, to take its mark off again."""
        self._lasting.append(tensor)

    def memory(self, tensor: Tensor) -> Memory:
        """The memory record behind a tensor that was not made by a recorded operation."""
        try:
            key, holder = torch_private.storage_key(tensor)
        except (RuntimeError, NotImplementedError):  # sparse and opaque tensors have no storage
            key, holder = id(tensor), tensor
        found = self._memories.get(key)
        if found is None:
            found = self._memories[key] = Memory()
            self._held.append(holder)
        return found

    def known_memory(self, tensor: Tensor) -> Memory | None:
        """The memory record if the tensor shares memory with one seen before."""
        try:
            return self._memories.get(torch_private.storage_key(tensor)[0])
        except (RuntimeError, NotImplementedError):
            return None

    def remove(self) -> None:
        """Takes the marks off all tensors that outlive the trace."""
        for tensor in self._lasting:
            with contextlib.suppress(AttributeError):
                delattr(tensor, self._attribute)
        self._lasting.clear()
        self._held.clear()
        self._memories.clear()


def twin_of(tensor: Tensor, mark: Mark) -> Tensor:
    """Returns a meta tensor of the same layout, made once for each tensor."""
    if mark.twin is None:
        mark.twin = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta")
    return mark.twin


def shares_memory(a: Tensor, b: Any) -> bool:
    """Whether two tensors lie in the same memory."""
    if not isinstance(b, Tensor):
        return False
    return torch_private.storage_key(a)[0] == torch_private.storage_key(b)[0]
