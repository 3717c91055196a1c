"""Multiply-accumulate operations of one recorded operation."""

from collections.abc import Callable
from math import prod

from resnet_diagram.tracer.flow.graph import Node, Ref, Sizes, argument
from resnet_diagram.tracer.flow.roles import base_name


def macs_of(node: Node) -> int:
    """Returns the multiply-accumulates of an operation, for the whole batch it was run with.

    Norms, activations, pooling and biases count nothing.
    """
    counter = _COUNTERS.get(base_name(node.op))
    return counter(node) if counter is not None else 0


def shape_of(node: Node, name: str) -> Sizes:
    """The shape of a tensor argument, () if there is none."""
    value = argument(node, name)
    return value.shape if isinstance(value, Ref) else ()


def convolution(node: Node) -> int:
    """Each result is a sum over the kernel and the channels of a group."""
    return prod(node.shape) * prod(shape_of(node, "weight")[1:])


def transposed_convolution(node: Node) -> int:
    """Each input value is spread over the kernel and the channels of a group."""
    return prod(shape_of(node, "input")) * prod(shape_of(node, "weight")[1:])


def general_convolution(node: Node) -> int:
    """An ordinary or a transposed convolution, as its `transposed` flag says."""
    return transposed_convolution(node) if argument(node, "transposed") is True else convolution(node)


def linear(node: Node) -> int:
    """Each result is a sum over the input features."""
    return prod(node.shape) * shape_of(node, "weight")[-1]


def product(first: str) -> Callable[[Node], int]:
    """Returns the count of a matrix product whose left factor is the argument `first`."""

    def count(node: Node) -> int:
        left = shape_of(node, first)
        return prod(node.shape) * left[-1] if left else 0

    return count


def attention(node: Node) -> int:
    """Two matrix products: queries by keys, and their weights by values."""
    query, key, value = (shape_of(node, name) for name in ("query", "key", "value"))
    if not (query and key and value):
        return 0
    return prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


def einsum(node: Node) -> int:
    """The product of all index sizes of an Einstein sum with two or more factors."""
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


_COUNTERS: dict[str, Callable[[Node], int]] = {
    "conv1d": convolution,
    "conv2d": convolution,
    "conv3d": convolution,
    "deform_conv2d": convolution,
    "convolution": general_convolution,
    "_convolution": general_convolution,
    "conv_transpose1d": transposed_convolution,
    "conv_transpose2d": transposed_convolution,
    "conv_transpose3d": transposed_convolution,
    "linear": linear,
    "addmm": product("mat1"),
    "mm": product("self"),
    "bmm": product("self"),
    "matmul": product("self"),
    "mv": product("self"),
    "dot": product("self"),
    "baddbmm": product("batch1"),
    "scaled_dot_product_attention": attention,
    "einsum": einsum,
}
