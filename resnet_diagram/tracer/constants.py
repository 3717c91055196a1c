"""Which operations are constants or no-ops in disguise."""

from resnet_diagram.tracer.graph import Node, Ref, argument, references
from resnet_diagram.tracer.roles import base_name

ZEROS = frozenset(
    ["zeros", "new_zeros", "zeros_like", "zero", "full", "new_full", "empty", "empty_like", "new_empty"]
)


def is_zero_product(node: Node) -> bool:
    """Whether a node multiplies by the number zero: a way to write a tensor of zeros."""
    if base_name(node.op) != "mul":
        return False
    other = argument(node, "other")
    return type(other) in (int, float) and other == 0


def pads_with_zeros(node: Node) -> bool:
    """Whether a concatenation, or a copy into a part of a buffer, surrounds its activation with zeros."""
    if node.op == "copy_":
        target = node.args[0]
        return isinstance(target, Ref) and grows_from_zeros(target.node)
    return any(is_zeros(ref.node) for ref in references(node))


def is_zeros(node: Node) -> bool:
    """Whether a value is made of zeros, seen through conversions."""
    seen = 0
    while seen < 8:
        if base_name(node.op) in ZEROS or is_zero_product(node):
            return True
        following = next((ref.node for ref in references(node)), None)
        if following is None or base_name(node.op) not in (
            "to",
            "_to_copy",
            "expand",
            "type_as",
            "contiguous",
            "clone",
        ):
            return False
        node, seen = following, seen + 1
    return False


def grows_from_zeros(node: Node) -> bool:
    """Whether a buffer started as zeros, seen through slices of it."""
    for _ in range(8):
        if base_name(node.op) in ZEROS:
            return True
        following = next((ref.node for ref in references(node)), None)
        if following is None or base_name(node.op) not in ("slice", "select", "narrow", "to", "_to_copy"):
            return False
        node = following
    return False


def whole_slice(node: Node) -> bool:
    """Whether a slice takes everything."""
    if base_name(node.op) != "slice":
        return False
    source = next(references(node), None)
    if source is None:
        return False
    dim, start, end, step = (argument(node, name) for name in ("dim", "start", "end", "step"))
    size = source.shape[dim if isinstance(dim, int) else 0]
    whole_end = end is None or (isinstance(end, int) and end >= size)
    return start in (None, 0) and whole_end and step in (None, 1)
