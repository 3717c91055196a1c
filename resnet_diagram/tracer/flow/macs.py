"""Multiply-accumulates of recorded operations, for the whole batch they were run with.

Norms, activations, pooling and biases count nothing.
"""

from collections.abc import Callable
from math import prod

from resnet_diagram.tracer.flow.graph import Node, Ref, Sizes, argument

Counter = Callable[[Node], int]


def _shape_of(node: Node, name: str) -> Sizes:
    """Return the shape of a tensor argument, () if there is none."""
    value = argument(node, name)
    return value.shape if isinstance(value, Ref) else ()


def transposed_convolution(node: Node) -> int:
    """Return the count of a transposed convolution: input values × kernel × channels of a group."""
    return prod(_shape_of(node, "input")) * prod(_shape_of(node, "weight")[1:])


def convolution(node: Node) -> int:
    """Return the count of a convolution: results × kernel × channels of a group."""
    if argument(node, "transposed") is True:
        return transposed_convolution(node)
    return prod(node.shape) * prod(_shape_of(node, "weight")[1:])


def linear(node: Node) -> int:
    """Return the count of a linear layer: results × input features."""
    return prod(node.shape) * _shape_of(node, "weight")[-1]


def recurrent(node: Node) -> int:
    """Return the count of a recurrent layer, or of one step: positions × entries of all weight matrices."""
    weights = argument(node, "params")
    if not isinstance(weights, (list, tuple)):
        weights = [argument(node, name) for name in ("w_ih", "w_hh")]
    matrices = [ref.shape for ref in weights if isinstance(ref, Ref) and len(ref.shape) == 2]
    return prod(_shape_of(node, "input")[:-1]) * sum(map(prod, matrices))


def product(first: str) -> Counter:
    """Return the counter of a matrix product whose left factor is the argument `first`."""

    def count(node: Node) -> int:
        left = _shape_of(node, first)
        return prod(node.shape) * left[-1] if left else 0

    return count


def attention(node: Node) -> int:
    """Return the count of two matrix products: queries by keys, and their weights by values."""
    query, key, value = (_shape_of(node, name) for name in ("query", "key", "value"))
    if not (query and key and value):
        return 0
    return prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


def einsum(node: Node) -> int:
    """Return the product of all index sizes of an Einstein sum with two or more factors."""
    equation, factors = argument(node, "equation"), argument(node, "tensors")
    if not isinstance(equation, str) or not isinstance(factors, (list, tuple)) or len(factors) < 2:
        return 0
    sizes: dict[str, int] = {}
    for letters, factor in zip(equation.replace(" ", "").split("->")[0].split(","), factors, strict=False):
        if "." in letters or not isinstance(factor, Ref):
            return 0
        for letter, size in zip(letters, factor.shape, strict=False):
            sizes[letter] = max(size, sizes.get(letter, 1))
    return prod(sizes.values())
