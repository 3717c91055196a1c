"""What an operation does in the flow, given what it reads, and the shapes it reads and gives."""

from math import prod

from resnet_diagram.tracer.flow.axes import is_weighted_product
from resnet_diagram.tracer.flow.constants import changes_nothing, makes_zeros, pads_with_zeros, whole_slice
from resnet_diagram.tracer.flow.graph import Node, Ref, Sizes, first_read, references
from resnet_diagram.tracer.flow.roles import Role, base_name, role_of


def entering(node: Node) -> Sizes:
    """The shape, without the batch, of the first activation a node reads."""
    for ref in references(node):
        if ref.node.active:
            return without_batch(ref.shape)
    return without_batch(node.shape)


def without_batch(shape: Sizes) -> Sizes:
    """A shape without its first dimension; a list of values, or one value, has no batch.

    >>> without_batch((1, 3, 8, 8)), without_batch((5,)), without_batch(())
    ((3, 8, 8), (5,), (1,))
    """
    return shape[1:] if len(shape) > 1 else shape or (1,)


def padded_shape(node: Node) -> Sizes:
    """The shape after zero-padding; where it is written into a buffer of zeros, the buffer's."""
    if node.op not in ("copy_", "add_"):
        return without_batch(node.shape)
    shape = node.shape
    target = node.args[0]
    while isinstance(target, Ref):
        shape = target.shape if prod(target.shape) >= prod(shape) else shape
        target = None if makes_zeros(target.node) else first_read(target.node)
    return without_batch(shape)


def acting_role(node: Node, sources: int) -> Role:
    """The role of a node, given how many different activations it reads."""
    role = Role.ADD if adds_product(node) else role_of(node.op)
    if node.op == "copy_":
        if sources > 1:
            return Role.OTHER
        return Role.PAD if pads_with_zeros(node) else Role.PASS
    if sources > 1:
        return role
    if role in (Role.ADD, Role.MULTIPLY):
        return scaling_role(node)
    if is_weighted_product(node):
        return Role.LINEAR
    if role is Role.CONCAT:
        return joined_role(node)
    if role is Role.SLICE and whole_slice(node):
        return Role.PASS
    return role


def scaling_role(node: Node) -> Role:
    """The role of a sum or product of one activation and constants."""
    if changes_nothing(node):
        return Role.PASS
    first = references(node)[0]
    written = node.op == "add_" and not first.node.active and pads_with_zeros(node)
    return Role.PAD if written else Role.SCALE


def adds_product(node: Node) -> bool:
    """Whether an operation adds the product of two matrices to an activation."""
    return base_name(node.op) == "addmm" and references(node)[0].node.active


def joined_role(node: Node) -> Role:
    """The role of a concatenation of one activation with constants, or with nothing."""
    if len(references(node)) == 1:
        return Role.VIEW if node.op == "stack" else Role.PASS
    return Role.PAD if pads_with_zeros(node) else Role.OTHER
