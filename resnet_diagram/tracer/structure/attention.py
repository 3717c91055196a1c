"""Recognise attention, and whether a mask hides later positions from earlier ones."""

from collections.abc import Sequence
from itertools import chain

from resnet_diagram.spec.graph import reachable
from resnet_diagram.spec.model import Settings
from resnet_diagram.tracer.flow.graph import argument, constants_of, references
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import WEIGHTED, Role, operator_of

CAUSAL: Settings = (("is_causal", True),)
_TRIANGLES = frozenset({"tril", "triu"})
_COMPARISONS = frozenset({"gt", "ge", "lt", "le"})


def is_attention(steps: Sequence[Step]) -> bool:
    """Return whether the steps weigh values by a softmax of products, or by products alone.

    Without a softmax, one product of two activations enters another, as non-local blocks and linear attention
    have them; not where both operands come from the first, as in a power of a matrix.
    """
    if any(step.role is Role.ATTENTION for step in steps):
        return True
    products = {step.index for step in steps if step.role is Role.MATMUL and len(step.sources) > 1}
    operators = [operator_of(node.op) for step in steps for node in step.nodes] if products else []
    if any("softmax" in (operator.name, operator.label) for operator in operators):
        return True
    inner = {step.index: step for step in steps if step.role not in WEIGHTED}

    def before(number: int) -> Sequence[int]:
        return inner[number].sources if number in inner and number not in products else ()

    for number in products if len(products) > 1 else ():
        first, *others = (set(reachable([source], before)) & products for source in inner[number].sources)
        if any(other != first for other in others):
            return True
    return False


def is_causal(steps: Sequence[Step]) -> bool:
    """Return whether a mask hides later positions: a constant triangle, made before the run or in it."""
    nodes = [node for step in steps for node in step.nodes]
    if any(argument(node, "is_causal") is True for node in nodes):
        return True
    for constant in chain.from_iterable(map(constants_of, nodes)):
        name = operator_of(constant.op).name
        if name in _COMPARISONS:  # of the numbers of positions with each other
            counts = any(inner.op == "arange" for inner in constants_of(constant))
            if counts and len(references(constant)) == 2:
                return True
        elif constant.triangular or name in _TRIANGLES:
            return True
    return False
