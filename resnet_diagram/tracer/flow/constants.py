"""Which operations are constants or no-ops in disguise."""

from resnet_diagram.tracer.flow.graph import Node, Ref, argument, first_read, references
from resnet_diagram.tracer.flow.roles import base_name

ZEROS = frozenset(["zeros", "new_zeros", "zeros_like", "zero", "empty", "empty_like", "new_empty"])
FILLED = {"full": "fill_value", "new_full": "fill_value", "full_like": "fill_value", "fill": "value"}
NEUTRAL = {"add": 0, "sub": 0, "mul": 1, "div": 1}
SAME_VALUES = frozenset(
    ["to", "_to_copy", "expand", "expand_as", "broadcast_to", "type_as", "contiguous", "clone"]
)


def makes_zeros(node: Node) -> bool:
    """Whether the result of an operation is all zeros, whatever it reads."""
    name = base_name(node.op)
    if name in FILLED:
        value = argument(node, FILLED[name])
        return type(value) in (int, float, bool) and value == 0
    return name in ZEROS or is_zero_product(node)


def is_zero_product(node: Node) -> bool:
    """Whether a node multiplies by the number zero: a way to write a tensor of zeros."""
    if base_name(node.op) != "mul":
        return False
    other = argument(node, "other")
    return type(other) in (int, float) and other == 0


def changes_nothing(node: Node) -> bool:
    """Whether a node adds zero or multiplies by one, as Python's `sum` does to begin with."""
    other = argument(node, "other")
    return type(other) in (int, float) and NEUTRAL.get(base_name(node.op)) == other


def pads_with_zeros(node: Node) -> bool:
    """Whether a concatenation, or a write into a part of a buffer, surrounds its activation with zeros."""
    if node.op in ("copy_", "add_"):
        target = node.args[0]
        return isinstance(target, Ref) and grows_from_zeros(target.node)
    return any(is_zeros(ref.node) for ref in references(node))


def is_zeros(node: Node) -> bool:
    """Whether a value is made of zeros, seen through conversions."""
    for _ in range(8):
        if makes_zeros(node):
            return True
        following = first_read(node)
        if following is None or base_name(node.op) not in SAME_VALUES:
            return False
        node = following.node
    return False


def grows_from_zeros(node: Node) -> bool:
    """Whether a buffer started as zeros, seen through slices of it."""
    for _ in range(8):
        if makes_zeros(node):
            return True
        following = first_read(node)
        if following is None or base_name(node.op) not in ("slice", "select", "narrow", "to", "_to_copy"):
            return False
        node = following.node
    return False


def whole_slice(node: Node) -> bool:
    """Whether a slice takes everything."""
    if base_name(node.op) != "slice":
        return False
    source = first_read(node)
    if source is None:
        return False
    dim, start, end, step = (argument(node, name) for name in ("dim", "start", "end", "step"))
    size = source.shape[dim if isinstance(dim, int) else 0]
    whole_end = end is None or (isinstance(end, int) and end >= size)
    return start in (None, 0) and whole_end and step in (None, 1)
