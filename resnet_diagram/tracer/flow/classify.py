"""The classification of recorded operations by name and arguments: role, MACs, zeros, shapes.

The table of operators has the properties that depend only on the name. Properties that depend on arguments
are computed here, once for each node.
"""

from dataclasses import dataclass
from functools import cached_property
from math import prod

from resnet_diagram.tracer.flow.graph import (
    Node,
    NodeKind,
    Ref,
    Sizes,
    argument,
    cut_of,
    first_read,
    references,
)
from resnet_diagram.tracer.flow.zeros import makes_zeros, pads_with_zeros
from resnet_diagram.tracer.record.operators import WEIGHTED, Effect, Operator, Role, operator_of


@dataclass(eq=False)
class Operation:
    """One recorded operation as the flow reads it.

    `sources` is the number of different activations it reads. Shapes have no batch.
    """

    node: Node
    sources: int

    @property
    def operator(self) -> Operator:
        """The entry of its operator in the table."""
        return operator_of(self.node.op)

    @cached_property
    def role(self) -> Role:
        """The role of the operator, unless the arguments imply another.

        A sum or product with constants scales, one with the neutral number does nothing, a product with a
        matrix of weights is a linear layer, and a concatenation with zeros pads.
        """
        node, role = self.node, self._usual_role
        if node.kind is NodeKind.INPUT:
            return Role.PASS
        if node.op == "copy_":
            if self.sources > 1:
                return Role.OTHER
            if not pads_with_zeros(node) or self._buffer_shape == node.shape:
                return Role.PASS
            return Role.PAD if len(self._buffer_shape) == len(node.shape) else Role.OTHER
        if self.sources > 1:
            return role
        if role in (Role.ADD, Role.MULTIPLY):
            return self._scaling
        if is_weighted_product(node):
            return Role.LINEAR
        if role is Role.CONCAT:
            return self._joining
        if self.operator.name == "slice":
            _, size, places = cut_of(node)
            return Role.PASS if places == range(size) else role
        return role

    @property
    def _usual_role(self) -> Role:
        """The role of its operator, or the one that its arguments make it, such as a sum of a product."""
        if self.operator.name == "max" and isinstance(argument(self.node, "dim"), int):
            return Role.MAX_POOL
        read = argument(self.node, "mat1") or first_read(self.node)
        if self.operator.role in WEIGHTED and isinstance(read, Ref) and not read.node.active:
            return Role.OTHER  # the input is constant, its weights are made of an activation
        return Role.MULTIPLY if weighs_channels(self.node) else self.operator.role

    @property
    def _scaling(self) -> Role:
        """The role of a sum or product of one activation and constants."""
        operand = argument(self.node, "other")
        if type(operand) in (int, float) and self.operator.neutral == operand:
            return Role.PASS
        first = references(self.node)[0]
        written = self.node.op == "add_" and not first.node.active and pads_with_zeros(self.node)
        return Role.PAD if written else Role.SCALE

    @property
    def _joining(self) -> Role:
        """The role of a concatenation of one activation with constants, or with nothing."""
        if len(references(self.node)) == 1:
            return Role.VIEW if self.node.op == "stack" else Role.PASS
        if prod(self.in_shape) == prod(self.out_shape):
            return Role.PASS
        return Role.PAD if pads_with_zeros(self.node) else Role.OTHER

    @property
    def in_shape(self) -> Sizes:
        """The shape of the first activation it reads."""
        read = next((ref for ref in references(self.node) if ref.node.active), None)
        return without_batch(read.shape if read else self.node.shape)

    @property
    def out_shape(self) -> Sizes:
        """The shape of its result; where a padding is written into a buffer of zeros, the buffer's."""
        is_write = self.node.op in ("copy_", "add_") and self.sources == 1
        fills = is_write and self.role in (Role.PAD, Role.OTHER)
        return without_batch(self._buffer_shape if fills else self.node.shape)

    @property
    def _buffer_shape(self) -> Sizes:
        """The shape, with the batch, of the buffer of zeros that it writes into."""
        shape, target = self.node.shape, self.node.args[0]
        while isinstance(target, Ref):
            shape = target.shape if prod(target.shape) >= prod(shape) else shape
            target = None if makes_zeros(target.node) else first_read(target.node)
        return shape


def macs_of(node: Node) -> int:
    """Return the multiply-accumulates of an operation, for the whole batch it was run with."""
    counter = None if weighs_channels(node) else operator_of(node.op).macs
    return counter(node) if counter is not None else 0


def without_batch(shape: Sizes) -> Sizes:
    """Return a shape without its first dimension; a list of values, or one value, has no batch.

    >>> without_batch((1, 3, 8, 8)), without_batch((5,)), without_batch(())
    ((3, 8, 8), (5,), (1,))
    """
    return shape[1:] if len(shape) > 1 else shape or (1,)


def weighs_channels(node: Node) -> bool:
    """Return True for an einsum that weighs one operand by another of fewer axes, as "nchw,nc->nchw" does."""
    equation = node.args[0] if operator_of(node.op).name == "einsum" and node.args else None
    if not isinstance(equation, str) or "->" not in equation:
        return False
    inputs, _, output = equation.replace(" ", "").partition("->")
    operands = inputs.split(",")
    return len(operands) == 2 and output in operands and all(set(each) <= set(output) for each in operands)


def is_weighted_product(node: Node) -> bool:
    """Return True for the product of an activation and a matrix of weights, reshaped or not."""
    read = references(node) if operator_of(node.op).name in ("matmul", "mm") else ()
    if len(read) != 2 or not read[0].node.active or len(read[1].shape) != 2:
        return False
    weight = read[1].node
    while operator_of(weight.op).effect in (Effect.PERMUTE, Effect.RESHAPE, Effect.SAME_VALUES):
        weight = references(weight)[0].node
    return weight.kind is NodeKind.PARAMETER
