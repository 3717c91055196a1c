"""Which operation made a tensor: a mark on the tensor, and a version count on the memory behind it.

In-place operations, views, `out=` and `.data` all come down to one question: who wrote this memory last?
"""

import itertools
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from resnet_diagram.tracer.flow.graph import Node
from resnet_diagram.tracer.record import torch_private

_serial = itertools.count()


@dataclass(slots=True, eq=False)
class Memory:
    """The memory behind one or more tensors: how often it was written, and by whom last.

    `holder` keeps it from being given to others while it is looked for.
    """

    holder: object = None
    version: int = 0
    writer: Node | None = None


@dataclass(slots=True, eq=False)
class Mark:
    """What is known of one tensor: its producer, valid while nobody has written its memory since.

    `tensor` is set where the tensor is kept, `twin` once it has one.
    """

    node: Node
    memory: Memory
    version: int
    output: int = 0
    twin: Tensor | None = None
    tensor: Tensor | None = None

    @property
    def producer(self) -> Node:
        """The node whose result the tensor holds now."""
        if self.version == self.memory.version or self.memory.writer is None:
            return self.node
        return self.memory.writer


class Marks:
    """The marks of one trace: on tensors that come and go with it, and beside those that are kept."""

    def __init__(self) -> None:
        self._attribute = f"_resnet_diagram_mark{next(_serial)}"
        self._memories: dict[int, Memory] = {}
        self._kept: dict[int, Mark] = {}

    def get(self, tensor: Tensor) -> Mark | None:
        """The mark of a tensor, None if this trace has not seen it."""
        return self._kept.get(id(tensor)) or getattr(tensor, self._attribute, None)

    def put(self, tensor: Tensor, node: Node, memory: Memory, output: int = 0) -> Mark:
        """Marks `tensor` as made by `node` and returns the mark."""
        mark = Mark(node, memory, memory.version, output)
        if id(tensor) in self._kept:
            mark.tensor = tensor
            self._kept[id(tensor)] = mark
        else:
            setattr(tensor, self._attribute, mark)
        return mark

    def keep(self, tensor: Tensor, node: Node, memory: Memory) -> Mark:
        """Marks a tensor that no operation made, and leaves it as it is; held, its id is its own."""
        mark = self._kept[id(tensor)] = Mark(node, memory, memory.version, tensor=tensor)
        return mark

    def new_memory(self, tensor: Tensor) -> Memory:
        """Returns a memory record for a tensor that no recorded operation made."""
        key, holder = memory_key(tensor)
        found = self._memories[key] = Memory(holder)
        return found

    def known_memory(self, tensor: Tensor) -> Memory | None:
        """The memory record if the tensor shares memory with one seen before."""
        key, _ = memory_key(tensor)
        found = self._memories.get(key)
        holder = found and found.holder
        moved = isinstance(holder, Tensor) and memory_key(holder)[0] != key
        return None if moved else found

    def remove(self) -> None:
        """Forgets all tensors."""
        self._kept.clear()
        self._memories.clear()


def memory_key(tensor: Tensor) -> tuple[int, object]:
    """As `storage_key`, also for tensors without a storage: sparse and opaque ones."""
    try:
        return torch_private.storage_key(tensor)
    except (RuntimeError, NotImplementedError):
        return id(tensor), tensor


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
