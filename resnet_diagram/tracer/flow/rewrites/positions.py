"""Take positions out of the batch that a model folds into it around layers that work on each position.

Some code has matrices alone for its linear layers, `x.view(-1, width) @ weights` (GPT-2), and gives the
result its positions back. Without this rewrite the positions would be the batch.
"""

from math import prod

from resnet_diagram.tracer.flow.classify import is_weighted_product
from resnet_diagram.tracer.flow.graph import Node, OpGraph, Sizes, argument, become, readers_of, references
from resnet_diagram.tracer.record.operators import Effect, Role, operator_of

_POINTWISE = frozenset({Role.ADD, Role.MULTIPLY, Role.ACTIVATION, Role.PASS, Role.LINEAR})
"""Operations on the values of each position alone."""


def with_positions(graph: OpGraph) -> None:
    """Give each value of a graph whose positions are folded into the batch the shape before that."""
    fronts: list[tuple[Node, Sizes]] = []  # views that fold positions, with the sizes that they fold into one
    for node in graph.nodes:
        if node.active and len(node.shape) == 2 and operator_of(node.op).effect is Effect.RESHAPE:
            source = references(node)[0].shape
            if len(source) > 2 and node.shape == (prod(source[:-1]), source[-1]):
                fronts.append((node, source[:-1]))
    if not fronts:
        return
    readers = readers_of(graph)
    outputs = {node.index for node in graph.outputs}
    for node, front in fronts:
        folded = _folded(node, front, readers)
        if outputs.isdisjoint(folded):
            _unfold(folded, front, readers)


def _folded(first: Node, front: Sizes, readers: dict[int, list[Node]]) -> dict[int, Node]:
    """Return a folded value and those made of it, by index, until each is unfolded; else none."""
    values = {first.index: first}
    waiting = [first]
    while waiting:
        for reader in readers.get(waiting.pop().index, ()):
            is_view = operator_of(reader.op).effect is Effect.RESHAPE
            is_unfolded = is_view and len(reader.shape) > 2 and reader.shape[: len(front)] == front
            if reader.index in values or is_unfolded:
                continue
            if not _keeps_positions(reader, first.shape[0]):
                return {}
            values[reader.index] = reader
            waiting.append(reader)
    inner = [node for node in values.values() if node is not first]
    is_closed = all(source.index in values for node in inner for source in node.inputs)
    return values if is_closed and len(values) > 1 else {}


def _keeps_positions(node: Node, count: int) -> bool:
    """Return whether an operation works on the last axis of a matrix with a row for each position."""
    if len(node.shape) != 2 or node.shape[0] != count:
        return False
    operator = operator_of(node.op)
    if operator.effect is Effect.RESHAPE:
        return references(node)[0].shape == node.shape
    works_alone = operator.role in _POINTWISE or is_weighted_product(node)
    return works_alone and argument(node, "dim") in (None, 1, -1)


def _unfold(folded: dict[int, Node], front: Sizes, readers: dict[int, list[Node]]) -> None:
    """Change the shapes of some values where they are made and read; drop views that then keep the shape."""
    touched = dict(folded)
    for node in folded.values():
        node.shape = (*front, node.shape[-1])
        for reader in readers.get(node.index, ()):
            touched[reader.index] = reader
            for ref in references(reader):
                if ref.node is node:
                    ref.shape = node.shape
    for node in touched.values():
        if operator_of(node.op).effect is Effect.RESHAPE and references(node)[0].shape == node.shape:
            become(node, "detach", references(node)[:1], ("self",), node.shape)
