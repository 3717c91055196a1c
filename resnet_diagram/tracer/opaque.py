"""A tangle of operations as one layer."""

from collections.abc import Sequence

from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.tracer.graph import Call, Sizes
from resnet_diagram.tracer.roles import Role, base_name
from resnet_diagram.tracer.steps import Step

SOFTMAX = frozenset({"softmax", "_softmax"})


def joined_layer(steps: Sequence[Step], in_shape: Sizes, call: Call) -> Layer:
    """Returns one layer for steps that are not drawn one by one, named after the module around them."""
    attention = is_attention(steps)
    return Layer(
        kind=LayerKind.ATTENTION if attention else LayerKind.OPAQUE,
        op="attention" if attention else call.cls.lower(),
        name=call.path,
        in_shape=in_shape,
        out_shape=steps[-1].out_shape,
        params=sum(step.params for step in steps),
        macs=sum(step.macs for step in steps),
    )


def is_attention(steps: Sequence[Step]) -> bool:
    """Whether the steps weigh values by a softmax of products."""
    if any(step.role is Role.ATTENTION for step in steps):
        return True
    names = {base_name(node.op) for step in steps for node in step.nodes}
    return any(step.role is Role.MATMUL for step in steps) and bool(names & SOFTMAX)
