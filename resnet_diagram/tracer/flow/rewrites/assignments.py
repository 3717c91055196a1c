"""Rewrite assignments to the parts of a buffer as operations on whole values.

`z[:] = y` is `y`. Buffers of zeros into whose parts values are written are concatenations or stacks of these
values, or where a part remains zero, sums of the values padded with zeros.
"""

from collections.abc import Sequence
from itertools import chain

from resnet_diagram.dataclass import dataclass
from resnet_diagram.tracer.flow.graph import (
    Node,
    OpGraph,
    Ref,
    Sizes,
    argument,
    axis_named,
    become,
    cut_of,
    first_read,
    operation_at,
    put_nodes,
    references,
)
from resnet_diagram.tracer.flow.zeros import is_zeros


@dataclass(frozen=True, slots=True)
class Part:
    """A value written into a buffer, and where along each axis of the buffer; `selected` axes it has not."""

    value: Ref
    spans: tuple[range, ...]
    selected: tuple[int, ...]


def write_out_assignments(graph: OpGraph) -> None:
    """Replace the assignments to parts of buffers in a graph."""
    if not any(node.op == "copy_" and node.active for node in graph.nodes):
        return
    nodes: list[Node] = []
    parts_of: dict[int, list[Part]] = {}
    shapes_of: dict[int, set[Sizes]] = {}  # the shapes in which each assignment is read, by its identity
    for node in graph.nodes:
        for ref in references(node) if node.active else ():
            if ref.node.op == "copy_":
                shapes_of.setdefault(id(ref.node), set()).add(ref.shape)
    for node in graph.nodes:
        if node.op == "copy_" and node.active:
            nodes += _written(node, parts_of, shapes_of)
        nodes.append(node)
    put_nodes(graph, nodes)


def _written(node: Node, parts_of: dict[int, list[Part]], shapes_of: dict[int, set[Sizes]]) -> list[Node]:
    """Rewrite one assignment, and return the operations before it."""
    target, value = references(node)[:2]
    root, part = _part_of(target, value)
    if part is None or not shapes_of.get(id(node), {root.shape}) <= {root.shape}:
        return []
    if part.spans == _full_spans(root.shape):
        become(node, "reshape" if part.selected else "alias", (value,), ("self",), root.shape)
        return []
    earlier = parts_of.get(id(root.node), [])
    overlaps = any(
        each.selected != part.selected
        or all(a.start < b.stop and b.start < a.stop for a, b in zip(part.spans, each.spans, strict=True))
        for each in earlier
    )
    if not value.node.active or not (earlier or is_zeros(root.node)) or overlaps:
        return []
    parts = parts_of[id(node)] = sorted(
        [*earlier, part], key=lambda each: [span.start for span in each.spans]
    )
    axis = _tiled_axis(parts, root.shape)
    if axis is not None:
        values = [each.value for each in parts]
        op = "stack" if part.selected else "cat"
        become(node, op, (values, axis), ("tensors", "dim"), root.shape)
    elif earlier and not part.selected:
        ends = [(span.start, size - span.stop) for span, size in zip(part.spans, root.shape, strict=True)]
        edges = tuple(chain.from_iterable(ends[::-1]))
        pad = operation_at(node, "constant_pad_nd", (value, edges, 0), ("self", "pad", "value"), root.shape)
        become(node, "add", (Ref(root.node, root.shape), Ref(pad, root.shape)), ("self", "right"), root.shape)
        return [pad]
    return []


def _part_of(target: Ref, value: Ref) -> tuple[Ref, Part | None]:
    """Return the buffer that a target of an assignment is a view of, and the part; None if it has gaps."""
    views: list[Node] = []
    root = target
    while root.node.op in ("slice", "select") and (source := first_read(root.node)):
        views.append(root.node)
        root = source
    axes, spans = list(range(len(root.shape))), list(_full_spans(root.shape))
    selected: list[int] = []
    for view in reversed(views):
        axis = axes[axis_named(view, len(axes))]
        if view.op == "slice":
            _, _, cut = cut_of(view)
            spans[axis] = spans[axis][cut.start : cut.stop : cut.step]
        else:
            place = argument(view, "index")
            spans[axis] = spans[axis][place if isinstance(place, int) else 0 :][:1]
            selected.append(axis)
            axes.remove(axis)
    fits = value.shape == tuple(len(spans[axis]) for axis in axes) and all(span.step == 1 for span in spans)
    return root, Part(value, tuple(spans), tuple(selected)) if fits else None


def _full_spans(shape: Sizes) -> tuple[range, ...]:
    return tuple(map(range, shape))


def _tiled_axis(parts: Sequence[Part], shape: Sizes) -> int | None:
    """Return the axis along which parts, in order, fill a buffer; None where they do not."""
    for axis, size in enumerate(shape):
        inner = [part.spans[axis] for part in parts]
        remaining = {(*part.spans[:axis], *part.spans[axis + 1 :]) for part in parts}
        ends = [0, *(span.stop for span in inner)]
        fills = [span.start for span in inner] == ends[:-1] and ends[-1] == size
        if fills and remaining == {_full_spans((*shape[:axis], *shape[axis + 1 :]))} and len(parts) > 1:
            return axis if parts[0].selected in ((), (axis,)) else None
    return None
