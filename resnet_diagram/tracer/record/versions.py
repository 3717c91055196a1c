"""Track the producer of each tensor by a mark on it and a version count on its memory.

In-place operations, views, `out=` and `.data` all come down to one question: who wrote this memory last?
"""

import itertools
from dataclasses import dataclass
from typing import Any

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
    """The producer of one tensor, valid until its memory is written again.

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
        """Return the mark of a tensor, None if this trace has not seen it."""
        return self._kept.get(id(tensor)) or getattr(tensor, self._attribute, None)

    def put(self, tensor: Tensor, node: Node, memory: Memory, output: int = 0) -> Mark:
        """Mark `tensor` as made by `node` and return the mark."""
        mark = Mark(node, memory, memory.version, output)
        if id(tensor) in self._kept:
            mark.tensor = tensor
            self._kept[id(tensor)] = mark
        else:
            setattr(tensor, self._attribute, mark)
        return mark

    def keep(self, tensor: Tensor, node: Node, memory: Memory) -> Mark:
        """Mark a tensor that no operation made, and leaves it as it is; held, its id is its own."""
        mark = self._kept[id(tensor)] = Mark(node, memory, memory.version, tensor=tensor)
        return mark

    def new_memory(self, tensor: Tensor) -> Memory:
        """Return a memory record for a tensor that no recorded operation made."""
        key, holder = _memory_key(tensor)
        memory = self._memories[key] = Memory(holder)
        return memory

    def memory_of(self, tensor: Tensor) -> Memory | None:
        """Return the memory record if the tensor shares memory with one seen before."""
        key, _ = _memory_key(tensor)
        memory = self._memories.get(key)
        holder = memory and memory.holder
        moved = isinstance(holder, Tensor) and _memory_key(holder)[0] != key
        return None if moved else memory

    def remove(self) -> None:
        """Forget all tensors."""
        self._kept.clear()
        self._memories.clear()


def _memory_key(tensor: Tensor) -> tuple[int, object]:
    """Return `storage_key`, or a key of the object for tensors without a storage (sparse, opaque)."""
    try:
        return torch_private.storage_key(tensor)
    except (RuntimeError, NotImplementedError):
        return id(tensor), tensor


def shares_memory(a: Tensor, b: Any) -> bool:
    """Return whether two tensors lie in the same memory."""
    if not isinstance(b, Tensor):
        return False
    return torch_private.storage_key(a)[0] == torch_private.storage_key(b)[0]
