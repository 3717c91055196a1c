"""Find the batch axis of values in which it is not the first, as where attention takes sequences first."""

from collections.abc import Iterable

from resnet_diagram.tracer.flow.axis_moves import forward, groups
from resnet_diagram.tracer.flow.graph import Node, Sizes, references
from resnet_diagram.tracer.record.operators import Effect, operator_of

MERGED = -1
"""The batch has no axis of its own: it is merged with positions."""


def batch_axes(nodes: Iterable[Node], batch: int) -> dict[int, int]:
    """Return the batch axis of each value, by the index of its node, where it is not the first."""
    axes: dict[int, int] = {}
    for node in nodes:
        axis = axes.get(node.inputs[0].index, 0) if axes and node.inputs else 0
        if axis or (node.inputs and operator_of(node.op).effect is Effect.PERMUTE):
            ref = next(ref for ref in references(node) if ref.node.active)
            if following := _following(node, ref.shape, axis, batch):
                axes[node.index] = following
    return axes


def _following(node: Node, shape: Sizes, axis: int, batch: int) -> int:
    """Return the batch axis of a result from that of the value of some shape that an operation reads."""
    operator = operator_of(node.op)
    if operator.channels == 1:
        return 0
    if operator.effect is Effect.RESHAPE and axis == MERGED:  # the batch may be split off positions again
        fresh = (place for place, size in enumerate(node.shape) if size == batch != (*shape, 0)[place])
        return next(fresh, MERGED) if len(node.shape) > len(shape) else MERGED
    if operator.effect is Effect.RESHAPE:
        return _reshaped(shape, node.shape, axis)
    if axis == MERGED or (len(node.shape) == len(shape) and operator.effect is not Effect.PERMUTE):
        return axis
    return forward(node, shape, axis) or 0


def _reshaped(shape: Sizes, result: Sizes, axis: int) -> int:
    """Return the axis that the batch axis becomes when the same values are read in another shape.

    >>> _reshaped((64, 1, 32), (64, 4, 8), 1), _reshaped((64, 1, 4, 8), (64, 32), 1)
    (1, -1)
    """
    for left_axes, right_axes in groups(shape, result):
        if axis in left_axes:
            alone = len(left_axes) == 1 or len(right_axes) > 1
            return right_axes[0] if alone else MERGED
    return MERGED
