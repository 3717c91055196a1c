"""Spell out operations that stand for several: sums of products, and concatenations that stack values.

`torch.lerp(x, y, 0.3)` is `x * 0.7 + y * 0.3`. The factors and products in it, and in `addcmul` and its kin,
become operations of their own.
"""

from collections.abc import Callable
from dataclasses import replace

from resnet_diagram.spec.shapes import broadcast
from resnet_diagram.tracer.flow.axis_moves import listed
from resnet_diagram.tracer.flow.graph import (
    Node,
    OpGraph,
    Ref,
    argument,
    axis_named,
    become,
    first_read,
    operation_at,
    put_nodes,
    references,
)
from resnet_diagram.tracer.record.operators import Effect, operator_of

_PRODUCTS = {
    "addcmul": ("mul", "other"),
    "addcdiv": ("div", "other"),
    "addmm": ("mm", "mat2"),
    "addmv": ("mv", "vec"),
    "baddbmm": ("bmm", "mat2"),
}
"""Operations that add a product to a value: the product, and the name of its second argument."""
_ELEMENTWISE = ("self", "other")


def spell_out(graph: OpGraph) -> None:
    """Write each operation of a graph that stands for several as these."""
    nodes: list[Node] = []
    for node in graph.nodes:
        name = operator_of(node.op).name
        if node.active and name in _SPELLINGS:
            nodes += _SPELLINGS[name](node)
        nodes.append(node)
    if len(nodes) > len(graph.nodes):
        put_nodes(graph, nodes)


def _write_interpolation(node: Node) -> list[Node]:
    """Make `start + weight * (end - start)` a sum, and return the operations before it."""
    start, end, *weights = references(node)
    weight = weights[0] if weights else argument(node, "weight")
    if isinstance(weight, Ref) and weight.node.active:
        difference = _operation(node, "sub", end, start)
        product = _operation(node, "mul", _result(difference), weight)
        return [difference, product, *_write_sum(node, (start, 1), (_result(product), 1))]
    if isinstance(weight, (int, float)):
        return _write_sum(node, (start, 1.0 - weight), (end, weight))
    rest = _operation(node, "rsub", weight, 1.0)
    return [rest, *_write_sum(node, (start, _result(rest)), (end, weight))]


def _write_sum_of_product(node: Node) -> list[Node]:
    """Make an operation that several values enter a sum; return the product and the factors before it."""
    if sum(ref.node.active for ref in references(node)) < 2:
        return []
    op, second = _PRODUCTS[operator_of(node.op).name]
    value, *factors = references(node)
    product = _operation(node, op, *factors, names=("self", second))
    alpha = argument(node, "alpha" if "alpha" in node.names else "value")
    return [product, *_write_sum(node, (value, argument(node, "beta")), (_result(product), alpha))]


def _write_sum(node: Node, *terms: tuple[Ref, object]) -> list[Node]:
    """Make a node the sum of two values times factors, of which 0 removes one; return the products."""
    products: list[Node] = []
    summed: list[Ref] = []
    for ref, factor in terms:
        if isinstance(factor, Ref) or factor not in (None, 0, 1):
            products.append(_operation(node, "mul", ref, factor))
            ref = _result(products[-1])
        summed += [ref] if factor != 0 else []
    become(node, f"add{'_' * node.op.endswith('_')}", (*summed, 0)[:2], _ELEMENTWISE, node.shape)
    return products


def _operation(node: Node, op: str, *args: object, names: tuple[str, ...] = _ELEMENTWISE) -> Node:
    """Return an operation on some values, run where `node` was."""
    shapes = [arg.shape for arg in args if isinstance(arg, Ref)] if names == _ELEMENTWISE else [node.shape]
    return operation_at(node, op, args, names, broadcast(shapes))


def _result(node: Node) -> Ref:
    return Ref(node, node.shape)


def _write_diagonal(node: Node) -> list[Node]:
    """Make a product with a diagonal matrix one with its diagonal, and return the operation before it."""
    refs = references(node)
    main = [(ref.node.op, *(argument(ref.node, name) for name in ("offset", "dim1", "dim2"))) for ref in refs]
    places = [place for place, view in enumerate(main) if view == ("diag_embed", 0, -2, -1)]
    equation = str(node.args[0]).replace(" ", "") if node.op == "einsum" else "ij,jk->ik"
    left, _, right = equation.partition(",")
    rows, _, result = right.partition("->")
    is_matrix_product = left[-1:] == rows[-2:-1] and left[:-1] + rows[-1:] == result
    if len(refs) != 2 or not places or not is_matrix_product:
        return []
    (diagonal,) = references(refs[places[0]].node)
    axis = len(diagonal.shape) - places[0]
    shape = (*diagonal.shape[:axis], 1, *diagonal.shape[axis:])
    spread = replace(_operation(node, "unsqueeze", diagonal, axis, names=("self", "dim")), shape=shape)
    become(node, "mul", (_result(spread), refs[1 - places[0]]), _ELEMENTWISE, node.shape)
    return [spread]


def _write_stack(node: Node) -> list[Node]:
    """Make a concatenation of values along an axis that each of them was given for it a stack."""
    rank = len(node.shape)
    axes = [axis_named(node, rank), *(axis_named(ref.node, rank) for ref in references(node))]
    if len(set(axes)) == 1 and all(ref.node.op == "unsqueeze" for ref in references(node)):
        sources = [references(ref.node)[0] for ref in references(node)]
        become(node, "stack", (sources, axes[0]), ("tensors", "dim"), node.shape)
    return []


def _write_sum_of_parts(node: Node) -> list[Node]:
    """Make a sum over the parts of a concatenation one over a stack of them, and return the stack."""
    (view, *more), over = references(node), listed(argument(node, "dim"))
    joined = first_read(view.node) if operator_of(view.node.op).effect is Effect.RESHAPE else None
    if more or len(over) != 1 or joined is None or joined.node.op != "cat":
        return []
    axis = over[0] % len(view.shape)
    parts = references(joined.node)
    sizes = {(*part.shape[:axis], len(parts), *part.shape[axis:]) for part in parts}
    if axis_named(joined.node, len(joined.shape)) != axis or sizes != {view.shape}:
        return []
    stack = operation_at(node, "stack", (list(parts), axis), ("tensors", "dim"), view.shape)
    become(node, node.op, (_result(stack), over), ("self", "dim"), node.shape)
    return [stack]


def _write_einsum(node: Node) -> list[Node]:
    """Make an einsum of one operand that only leaves out axes a sum over them, else look for a diagonal."""
    equation, refs = str(node.args[0]).replace(" ", ""), references(node)
    axes, _, remaining = equation.partition("->")
    over = [place for place, axis in enumerate(axes) if axis not in remaining]
    if len(refs) == 1 and over and [axis for axis in axes if axis in remaining] == list(remaining):
        become(node, "sum", (refs[0], over), ("self", "dim"), node.shape)
        return []
    return _write_diagonal(node)


_SPELLINGS: dict[str, Callable[[Node], list[Node]]] = {
    "lerp": _write_interpolation,
    **dict.fromkeys(_PRODUCTS, _write_sum_of_product),
    **dict.fromkeys(("matmul", "bmm"), _write_diagonal),
    "einsum": _write_einsum,
    "cat": _write_stack,
    **dict.fromkeys(("sum", "mean"), _write_sum_of_parts),
}
"""Functions that write an operation as others, and return those to put before it."""
