"""Recognise attention, and whether a mask hides later positions from earlier ones."""

from collections.abc import Sequence

from resnet_diagram.spec.model import Settings
from resnet_diagram.tracer.flow.graph import Node, argument, constants_of, references
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import Role, operator_of

CAUSAL: Settings = (("is_causal", True),)
_TRIANGLES = frozenset({"tril", "triu"})
_COMPARISONS = frozenset({"gt", "ge", "lt", "le"})


def is_attention(steps: Sequence[Step]) -> bool:
    """Return whether the steps weigh values by a softmax, in a product of two activations."""
    if any(step.role is Role.ATTENTION for step in steps):
        return True
    operators = [operator_of(node.op) for step in steps for node in step.nodes]
    weighs = any("softmax" in (operator.name, operator.label) for operator in operators)
    return weighs and any(step.role is Role.MATMUL and len(step.sources) > 1 for step in steps)


def is_causal(steps: Sequence[Step]) -> bool:
    """Return whether a mask hides later positions: a constant triangle, made before the run or in it."""
    nodes = [node for step in steps for node in step.nodes]
    if any(argument(node, "is_causal") is True for node in nodes):
        return True
    return any(_is_triangle(constant) for node in nodes for constant in constants_of(node))


def _is_triangle(constant: Node) -> bool:
    """Return whether a constant is a triangle, or compares the numbers of positions with each other."""
    name = operator_of(constant.op).name
    if name in _COMPARISONS:
        counts = any(inner.op == "arange" for inner in constants_of(constant))
        return counts and len(references(constant)) == 2
    return constant.triangular or name in _TRIANGLES
