"""Complete networks of files that were written before blocks named the axis of a concatenation."""

from dataclasses import replace

from resnet_diagram.spec.graph import with_runs
from resnet_diagram.spec.measure import merging_shapes
from resnet_diagram.spec.model import Block, Element, Layer, Merge
from resnet_diagram.spec.shapes import concatenated


def with_axes(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Return a run in which concatenations of equal shapes join the axis that the layer behind them reads."""
    run: list[Element] = []
    for element, follower in zip(elements, (*elements[1:], None), strict=False):
        changed = with_runs(element, with_axes)
        if isinstance(changed, Block) and changed.merge is Merge.CONCAT and changed.axis is None:
            behind = changed.after[0] if changed.after else follower
            shapes = merging_shapes(changed)
            if len(set(shapes)) == 1 and isinstance(behind, Layer):
                axes = (at for at in range(len(shapes[0])) if concatenated(shapes, at) == behind.in_shape)
                changed = replace(changed, axis=next(axes, 0) or None)
        run.append(changed)
    return tuple(run)
