"""Follow one axis of a tensor through views, permutations and reductions. Axes count the batch as 0."""

from resnet_diagram.tracer.flow.graph import Node, Sizes, argument
from resnet_diagram.tracer.record.operators import operator_of

_SWAPS = frozenset(["transpose", "swapaxes", "swapdims"])


def forward(node: Node, source_shape: Sizes, axis: int) -> int | None:
    """Return the axis of the result that `axis` of the argument becomes; None where that is not known."""
    order = _order_of(node, len(source_shape))
    if order is not None:
        return order.index(axis) if axis in order else None
    remaining = _remaining_axes(node, source_shape)
    if remaining is not None:
        return remaining.index(axis) if axis in remaining else None
    return _through_reshape(source_shape, node.shape, axis)


def backward(node: Node, source_shape: Sizes, axis: int) -> int | None:
    """Return the axis of the argument that becomes `axis` of the result; None where that is not known."""
    order = _order_of(node, len(source_shape)) or _remaining_axes(node, source_shape)
    if order is not None:
        return order[axis] if axis < len(order) else None
    return _through_reshape(node.shape, source_shape, axis)


def _order_of(node: Node, rank: int) -> list[int] | None:
    """Return, for a permutation, the axis of the argument behind each axis of the result."""
    name = operator_of(node.op).name
    order = list(range(rank))
    if name == "permute":
        dims = listed(argument(node, "dims"))
        return [d % rank for d in dims] if len(dims) == rank else None
    if name in _SWAPS:
        pair = [n for key in ("dim0", "dim1", "axis0", "axis1") for n in listed(argument(node, key))]
        if len(pair) == 2:
            order[pair[0]], order[pair[1]] = order[pair[1]], order[pair[0]]
            return order
    if name in ("movedim", "moveaxis"):
        sources, places = (listed(argument(node, key)) for key in ("source", "destination"))
        pairs = sorted((place % rank, axis % rank) for axis, place in zip(sources, places, strict=False))
        order = [axis for axis in order if axis not in {moved for _, moved in pairs}]
        for place, axis in pairs:
            order.insert(place, axis)
        return order if pairs else None
    if name in ("t", "numpy_T"):
        return order[::-1]
    return [*order[:-2], *order[:-3:-1]] if name == "mT" else None


def _remaining_axes(node: Node, source_shape: Sizes) -> list[int] | None:
    """Return, for an operation that removes axes, the remaining ones."""
    if not operator_of(node.op).drops_axes or len(node.shape) >= len(source_shape):
        return None
    dropped = {d % len(source_shape) for d in listed(argument(node, "dim"))}
    remaining = [axis for axis in range(len(source_shape)) if axis not in dropped]
    return remaining if len(remaining) == len(node.shape) else None


def listed(value: object) -> list[int]:
    """Return a number or a list of numbers as a list."""
    if isinstance(value, int):
        return [value]
    return [v for v in value if isinstance(v, int)] if isinstance(value, (list, tuple)) else []


def _through_reshape(source_shape: Sizes, result: Sizes, axis: int) -> int | None:
    """Return the axis that `axis` becomes when the same values are read in another shape.

    A split axis becomes its last part. None if the axis is merged with the batch.

    >>> _through_reshape((1, 196, 768), (1, 14, 14, 768), 2), _through_reshape((1, 8, 4, 4), (1, 8, 16), 1)
    (3, 1)
    """
    for left_axes, right_axes in groups(source_shape, result):
        if axis in left_axes:
            larger = [m for m in right_axes if result[m] > 1] or list(right_axes)
            place = larger[-1] if axis == left_axes[-1] or len(larger) < 2 else larger[0]
            return place or None
    return None


def groups(source_shape: Sizes, result: Sizes) -> list[tuple[range, range]]:
    """Return the runs of axes of two shapes that hold the same values; single ones where sizes agree."""
    pairs: list[tuple[range, range]] = []
    i = j = 0
    while i < len(source_shape) and j < len(result):
        i_end, j_end = i + 1, j + 1
        left, right = source_shape[i], result[j]
        while left != right:
            if left < right and i_end < len(source_shape):
                left *= source_shape[i_end]
                i_end += 1
            elif right < left and j_end < len(result):
                right *= result[j_end]
                j_end += 1
            else:
                return pairs
        pairs.append((range(i, i_end), range(j, j_end)))
        i, j = i_end, j_end
    return pairs
