"""Complete networks of files that were written before blocks named the axis of a concatenation."""

from dataclasses import replace
from itertools import zip_longest

from resnet_diagram.spec.graph import with_runs
from resnet_diagram.spec.measure import merging_shapes
from resnet_diagram.spec.model import Block, Element, Layer, Merge
from resnet_diagram.spec.shapes import concatenated


def with_axes(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Return a run in which concatenations of equal shapes join the axis that the layer behind them reads."""
    return tuple(
        _with_axis(with_runs(element, with_axes), follower)
        for element, follower in zip_longest(elements, elements[1:])
        if element is not None
    )


def _with_axis(element: Element, follower: Element | None) -> Element:
    if not isinstance(element, Block) or element.merge is not Merge.CONCAT or element.axis is not None:
        return element
    behind = element.after[0] if element.after else follower
    shape, *more = dict.fromkeys(merging_shapes(element))
    if more or not isinstance(behind, Layer):
        return element
    count = len(merging_shapes(element))
    axes = (axis for axis in range(len(shape)) if concatenated([shape] * count, axis) == behind.in_shape)
    return replace(element, axis=next(axes, 0) or None)
