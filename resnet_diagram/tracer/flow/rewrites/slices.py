"""Rewrite a split of a value as one slice for each result."""

from collections.abc import Iterable

from resnet_diagram.tracer.flow.axis_moves import listed
from resnet_diagram.tracer.flow.graph import Node, Ref, argument, axis_named, operation_at, references
from resnet_diagram.tracer.record.operators import Effect, operator_of

_UNEVEN = "tensor_split"
"""The split whose pieces stay one value, because it separates single tokens from the others."""


def cut_apart(nodes: Iterable[Node]) -> frozenset[int]:
    """Return the operations, by index, of which several pieces are read."""
    read: dict[int, set[int]] = {}
    for node in nodes:
        for ref in references(node):
            if operator_of(ref.node.op).effect is Effect.SPLIT and ref.node.op != _UNEVEN:
                read.setdefault(ref.node.index, set()).add(ref.output)
    return frozenset(index for index, outputs in read.items() if len(outputs) > 1)


def piece(ref: Ref) -> Node:
    """Return a slice that gives the piece a reference names, in place of the operation that cuts."""
    node = ref.node
    source = references(node)[0]
    dim = axis_named(node, len(source.shape))
    if node.op == "unbind":
        return operation_at(node, "select", (source, dim, ref.output), ("self", "dim", "index"), ref.shape)
    if node.op.removeprefix("unsafe_") == "chunk":
        (count,) = listed(argument(node, "chunks"))
        start = ref.output * -(-source.shape[dim] // count)
    else:
        size = argument(node, "split_size") or argument(node, "split_sizes")
        start = ref.output * size if isinstance(size, int) else sum(listed(size)[: ref.output])
    names = ("self", "dim", "start", "end", "step")
    return operation_at(node, "slice", (source, dim, start, start + ref.shape[dim], 1), names, ref.shape)
