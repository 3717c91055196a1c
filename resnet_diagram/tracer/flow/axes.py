"""Which axis of each tensor holds the channels, so that every shape can be written `(C, *spatial)`.

Convolutions and batch norm take axis 1, linear layers the last, a layer norm over one axis too. Values
that elementwise operations join share their axis; views move it. Where nothing tells, it is axis 1.
"""

from collections import deque
from collections.abc import Iterable
from functools import lru_cache

from resnet_diagram.tracer.flow.axis_moves import backward, forward
from resnet_diagram.tracer.flow.graph import Node, NodeKind, Ref, Sizes, argument, references
from resnet_diagram.tracer.flow.roles import Role, base_name, role_of

Value = tuple[int, int]
"""A node's index and the number of axes its result is read with."""

FIRST = frozenset({Role.CONV, Role.UPSAMPLE})
POOLS = frozenset({Role.AVG_POOL, Role.MAX_POOL})
LAST = frozenset({"linear", "embedding", "lstm", "gru", "rnn_tanh", "rnn_relu"})
FIRST_NORMS = ("batch_norm", "group_norm", "instance_norm")
MIXING = frozenset({Role.MATMUL, Role.ATTENTION})


class Axes:
    """The channel axis of every value that some nodes make and read."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._root: dict[Value, Value] = {}
        self._votes: dict[Value, list[int]] = {}
        self._moves: list[tuple[Value, Value, Node, Sizes]] = []
        for node in nodes:
            self._join(node)
        self._axis = self._elected()
        self._spread()

    def of(self, node: Node, shape: Sizes) -> int:
        """The channel axis of a node's result, read in a shape; what the operation says comes first."""
        axis = fixed_axis(node, len(shape))
        return axis if axis is not None else self._known((node.index, len(shape)))

    def entering(self, node: Node, ref: Ref) -> int:
        """The channel axis of an argument as the operation sees it."""
        axis = fixed_axis(node, len(ref.shape))
        return axis if axis is not None else self.of(ref.node, ref.shape)

    def _known(self, value: Value) -> int:
        return self._axis.get(self._find(value), 1)

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
        """Notes what a node says of its result and of what it reads."""
        rank = len(node.shape)
        result = (node.index, rank)
        self._vote(result, fixed_axis(node, rank))
        for ref in references(node):
            if not ref.node.active:
                continue
            given = (ref.node.index, len(ref.shape))
            axis = fixed_axis(node, len(ref.shape))
            self._vote(given, axis if axis is not None else norm_axis(node, len(ref.shape)))
            if axis is None and is_elementwise(node, ref.shape):
                self._root[self._find(given)] = self._find(result)
            elif axis is None and role_of(node.op) not in MIXING:
                self._moves.append((given, result, node, ref.shape))

    def _elected(self) -> dict[Value, int]:
        """The axis most operations name for each group of values; the first named of equals."""
        totals: dict[Value, list[int]] = {}
        for value, votes in self._votes.items():
            totals.setdefault(self._find(value), []).extend(votes)
        return {root: max(dict.fromkeys(votes), key=votes.count) for root, votes in totals.items()}

    def _spread(self) -> None:
        """Carries axes over views to groups of values that nothing else tells of."""
        around: dict[Value, list[tuple[Value, Value, Node, Sizes]]] = {}
        for move in self._moves:
            for value in move[:2]:
                around.setdefault(self._find(value), []).append(move)
        waiting = deque(self._axis)
        while waiting:
            root = waiting.popleft()
            for given, result, node, shape in around.get(root, ()):
                source, made = self._find(given), self._find(result)
                for here, there, moved in ((source, made, forward), (made, source, backward)):
                    if here == root and there not in self._axis:
                        axis = moved(node, shape, self._axis[root])
                        if axis:
                            self._axis[there] = axis
                            waiting.append(there)


def fixed_axis(node: Node, rank: int) -> int | None:
    """The channel axis of what an operation reads and makes, where the operation itself settles it."""
    name, role = base_name(node.op), role_of(node.op)
    if name in LAST or is_weighted_product(node):
        return max(1, rank - 1)
    windowed = role in POOLS and "pool" in name
    return 1 if role in FIRST or windowed else None


def is_weighted_product(node: Node) -> bool:
    """Whether an operation is the product of an activation and a matrix of weights, transposed or not."""
    given = references(node) if base_name(node.op) in ("matmul", "mm") else ()
    if len(given) != 2 or not given[0].node.active or len(given[1].shape) != 2:
        return False
    weight = given[1].node
    if base_name(weight.op) in ("t", "transpose", "permute", "mT", "numpy_T", "to", "_to_copy"):
        weight = references(weight)[0].node
    return weight.kind is NodeKind.PARAMETER


def norm_axis(node: Node, rank: int) -> int | None:
    """The channel axis a normalisation names."""
    name = base_name(node.op)
    if any(word in name for word in FIRST_NORMS):
        return 1
    over = argument(node, "normalized_shape")
    return max(1, rank - 1) if isinstance(over, (list, tuple)) and len(over) == 1 else None


def is_elementwise(node: Node, shape: Sizes) -> bool:
    """Whether each axis of an argument stays where it is."""
    if role_of(node.op) in MIXING or len(shape) != len(node.shape):
        return False
    name = base_name(node.op)
    if name in ("permute", "transpose", "t", "mT", "numpy_T", "swapaxes", "swapdims", "movedim", "moveaxis"):
        return False
    if name in ("view", "reshape", "_unsafe_view"):
        return shape == node.shape
    return name != "stack"


@lru_cache
def channels_first(shape: Sizes, axis: int) -> Sizes:
    """A shape with its batch, as `(C, *spatial)`.

    >>> channels_first((1, 56, 56, 96), 3), channels_first((1, 10), 1)
    ((96, 56, 56), (10,))
    """
    if len(shape) < 3:
        return shape[1:] if len(shape) > 1 else shape or (1,)
    return (shape[axis], *shape[1:axis], *shape[axis + 1 :])
