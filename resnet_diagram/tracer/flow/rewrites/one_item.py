"""Add a batch axis of one to the values of one item, up to the point where the model adds it.

Some models take pictures without a batch, as detectors take lists of them, and stack them. Their first size
is no batch. Each such value is read as if it had a batch of one, so that stacking it changes no shape.
"""

from resnet_diagram.tracer.flow.graph import Node, NodeKind, OpGraph, Ref, argument, references
from resnet_diagram.tracer.record.operators import Role, operator_of

_DIMENSIONS = ("dim", "dims", "dim0", "dim1", "axis", "axis0", "axis1", "source", "destination")
"""Names of the arguments that number dimensions."""


def add_batches(graph: OpGraph) -> None:
    """Add a batch axis of one to all inputs, and to values computed from them without a batch."""
    alone: dict[int, int] = {}  # how many dimensions each value has that lacks a batch
    for node in graph.nodes:
        rank = len(node.shape)
        if node.kind is NodeKind.INPUT:
            alone[node.index] = rank
            node.shape = (1, *node.shape)
        elif node.active:
            reads = [ref for ref in references(node) if ref.node.active]
            lacking = [ref for ref in reads if alone.get(ref.node.index) == len(ref.shape)]
            if lacking:  # a result has no batch where all that is read has none, or its batch is taken off
                stays_alone = len(lacking) == len(reads) and not _makes_batch(node, lacking)
            else:
                stays_alone = any(ref.shape == (1, *node.shape) for ref in reads[:1])
            if stays_alone:
                alone[node.index] = rank
                if lacking:
                    _shift_dimensions(node)
                node.shape = (1, *node.shape)
            for ref in {id(ref): ref for ref in lacking}.values():
                ref.shape = (1, *ref.shape)


def lacks_batch(graph: OpGraph) -> bool:
    """Return whether the first input has no batch, though its first size is one.

    A model puts such an item into a batch, or gives it to a convolution as it is.
    """
    if graph.inputs[0].shape[:1] != (1,):
        return True
    for node in graph.nodes:
        refs = [ref for ref in references(node) if ref.node.active] if node.active else []
        weight = argument(node, "weight") if refs and operator_of(node.op).role is Role.CONV else None
        if isinstance(weight, Ref):
            return len(refs[0].shape) < len(weight.shape)
        if refs and _makes_batch(node, refs):
            return True
    return False


def _makes_batch(node: Node, reads: list[Ref]) -> bool:
    """Return whether an operation puts items into a batch: stacks them, or gives one a first size of one."""
    rank = len(reads[0].shape)
    if node.op == "stack":
        return argument(node, "dim") in (0, -rank - 1)
    return len(node.shape) == rank + 1 and node.shape == (1, *reads[0].shape)


def _shift_dimensions(node: Node) -> None:
    """Count the dimensions that an operation names from the batch on; those counted from the end stay."""
    for name in _DIMENSIONS:
        value = argument(node, name) if name in node.names else None
        if isinstance(value, int):
            node.kwargs = {**node.kwargs, name: value + (value >= 0)}
        elif isinstance(value, (list, tuple)) and all(isinstance(item, int) for item in value):
            batch = (0,) if node.op == "permute" else ()
            node.kwargs = {**node.kwargs, name: (*batch, *(item + (item >= 0) for item in value))}
