"""Find the channel axis of each tensor, so that every shape can be written `(C, *spatial)`.

Convolutions and batch norms have their channels on axis 1, linear layers and norms over one axis on the last.
Elementwise operations share the axis of their operands; views move it. The default is axis 1.
"""

from collections import deque
from collections.abc import Iterable
from functools import lru_cache

from resnet_diagram.tracer.flow.axis_moves import backward, forward
from resnet_diagram.tracer.flow.classify import is_weighted_product
from resnet_diagram.tracer.flow.graph import Node, Ref, Sizes, argument, references
from resnet_diagram.tracer.record.operators import Effect, Role, operator_of

Value = tuple[int, int]
"""A node's index and the number of axes its result is read with."""

_MIXING = frozenset({Role.MATMUL, Role.ATTENTION})


class Axes:
    """The channel axis of every value that some nodes make and read.

    For each group of values it is the axis that most operations name, of equals the first.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._root: dict[Value, Value] = {}
        self._votes: dict[Value, list[int]] = {}
        self._moves: list[tuple[Value, Value, Node, Sizes]] = []
        for node in nodes:
            self._join(node)
        totals: dict[Value, list[int]] = {}
        for value, votes in self._votes.items():
            totals.setdefault(self._find(value), []).extend(votes)
        self._axis = {root: max(dict.fromkeys(votes), key=votes.count) for root, votes in totals.items()}
        self._spread()

    def of(self, node: Node, shape: Sizes) -> int:
        """Return the channel axis of a node's result in a shape; the operation's own axis comes first."""
        axis = _fixed_axis(node, len(shape))
        return axis if axis is not None else self._axis.get(self._find((node.index, len(shape))), 1)

    def entering(self, node: Node, ref: Ref) -> int:
        """Return the channel axis of an argument as the operation sees it."""
        axis = _fixed_axis(node, len(ref.shape))
        return axis if axis is not None else self.of(ref.node, ref.shape)

    def _find(self, value: Value) -> Value:
        root = self._root.setdefault(value, value)
        while root != value:
            self._root[value] = value = self._root[root]
            root = self._root.setdefault(value, value)
        return root

    def _vote(self, value: Value, axis: int | None) -> None:
        if axis is not None:
            self._votes.setdefault(value, []).append(axis)

    def _join(self, node: Node) -> None:
        """Record the channel axes that a node implies for its result and its inputs."""
        rank = len(node.shape)
        result = (node.index, rank)
        self._vote(result, _fixed_axis(node, rank))
        for ref in references(node):
            if not ref.node.active:
                continue
            read = (ref.node.index, len(ref.shape))
            axis = _fixed_axis(node, len(ref.shape))
            self._vote(read, axis if axis is not None else _norm_axis(node, len(ref.shape)))
            if axis is None and _is_elementwise(node, ref.shape):
                self._root[self._find(read)] = self._find(result)
            elif axis is None and operator_of(node.op).role not in _MIXING:
                self._moves.append((read, result, node, ref.shape))

    def _spread(self) -> None:
        """Propagate axes through views to groups of values without other evidence."""
        around: dict[Value, list[tuple[Value, Value, Node, Sizes]]] = {}
        for move in self._moves:
            for value in move[:2]:
                around.setdefault(self._find(value), []).append(move)
        waiting = deque(self._axis)
        while waiting:
            root = waiting.popleft()
            for read, result, node, shape in around.get(root, ()):
                source, result_group = self._find(read), self._find(result)
                for here, target, moved in (
                    (source, result_group, forward),
                    (result_group, source, backward),
                ):
                    if here == root and target not in self._axis:
                        axis = moved(node, shape, self._axis[root])
                        if axis:
                            self._axis[target] = axis
                            waiting.append(target)


def _fixed_axis(node: Node, rank: int) -> int | None:
    """Return the channel axis of an operation's input and result, if the operation determines it."""
    operator = operator_of(node.op)
    if operator.channels < 0 or is_weighted_product(node):
        return max(1, rank - 1)
    return 1 if operator.channels and operator.role is not Role.NORM else None


def _norm_axis(node: Node, rank: int) -> int | None:
    """Return the channel axis a normalisation names."""
    operator = operator_of(node.op)
    if operator.role is Role.NORM and operator.channels:
        return 1
    over = argument(node, "normalized_shape")
    return max(1, rank - 1) if isinstance(over, (list, tuple)) and len(over) == 1 else None


def _is_elementwise(node: Node, shape: Sizes) -> bool:
    """Return whether an operation keeps every axis of its argument."""
    operator = operator_of(node.op)
    if operator.role in _MIXING or operator.effect is Effect.PERMUTE or len(shape) != len(node.shape):
        return False
    if operator.effect is Effect.RESHAPE:
        return shape == node.shape
    return operator.name != "stack"


@lru_cache
def channels_first(shape: Sizes, axis: int) -> Sizes:
    """Return a shape with its batch, as `(C, *spatial)`.

    >>> channels_first((1, 56, 56, 96), 3), channels_first((1, 10), 1)
    ((96, 56, 56), (10,))
    """
    if len(shape) < 3:
        return shape[1:] if len(shape) > 1 else shape or (1,)
    return (shape[axis], *shape[1:axis], *shape[axis + 1 :])
