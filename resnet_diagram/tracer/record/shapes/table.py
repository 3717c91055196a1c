"""Which shape rule answers for which operator."""

from typing import Any

from torch import Tensor

from resnet_diagram.tracer.record.shapes import joins as joins
from resnet_diagram.tracer.record.shapes import rules as rules

POINTWISE = [
    "relu",
    "gelu",
    "silu",
    "sigmoid",
    "tanh",
    "hardswish",
    "hardsigmoid",
    "hardtanh",
    "relu6",
    "leaky_relu",
    "elu",
    "mish",
    "softplus",
    "selu",
    "celu",
    "hardshrink",
    "sqrt",
    "rsqrt",
    "exp",
    "abs",
    "neg",
    "sin",
    "cos",
    "square",
    "clamp",
    "clamp_min",
    "log",
]
BINARY = ["add", "sub", "mul", "div"]
UPSAMPLE = [
    "upsample_nearest1d",
    "upsample_nearest2d",
    "upsample_nearest3d",
    "upsample_bilinear2d",
    "upsample_linear1d",
    "upsample_trilinear3d",
    "upsample_bicubic2d",
]
OVERLOADS = {
    "",
    "Tensor",
    "Scalar",
    "input",
    "dim",
    "default",
    "int",
    "vec",
    "padding",
    "dim_IntList",
    "Tensor_Scalar",
}
IN_PLACE = {
    f"{name}_"
    for name in [
        "relu",
        "silu",
        "sigmoid",
        "tanh",
        "hardswish",
        "hardsigmoid",
        "hardtanh",
        "relu6",
        "leaky_relu",
        "elu",
        "gelu",
        "mish",
        "selu",
        "celu",
    ]
}
IN_PLACE_BINARY = {f"{name}_" for name in BINARY}


def rule_table() -> dict[str, rules.Rule]:
    """Returns operator name -> rule."""
    table: dict[str, rules.Rule] = dict.fromkeys(POINTWISE, rules.pointwise)
    table.update(dict.fromkeys(BINARY, joins.binary))
    table.update(dict.fromkeys(UPSAMPLE, rules.upsample))
    table.update({"softmax": rules.softmax, "log_softmax": rules.softmax, "pad": rules.pad})
    table.update({"batch_norm": rules.batch_norm, "layer_norm": rules.layer_norm})
    table.update({"group_norm": rules.group_norm, "linalg_vector_norm": rules.vector_norm})
    table.update(dict.fromkeys(["mean", "sum", "amax"], rules.mean))
    table.update({"cat": joins.cat, "stack": joins.stack, "index": joins.index, "matmul": joins.matmul})
    table.update({"linear": joins.linear, "scaled_dot_product_attention": joins.attention})
    table.update({"pow": joins.binary})
    for dims in (1, 2, 3):
        table[f"conv{dims}d"] = rules.convolution(dims)
        table[f"conv_transpose{dims}d"] = rules.transposed_convolution(dims)
        table[f"adaptive_avg_pool{dims}d"] = rules.adaptive_pool(dims)
        table[f"max_pool{dims}d"] = rules.max_pool(dims)
        table[f"avg_pool{dims}d"] = rules.avg_pool(dims)
    return table


RULES = rule_table()


def rule_for(name: str, overload: str) -> rules.Rule | None:
    """The rule of an `aten` operator, None where there is none."""
    return RULES.get(name) if overload in OVERLOADS else None


def keeps_first(name: str, args: tuple[Any, ...]) -> bool:
    """Whether an in-place operator surely leaves shape and dtype of its first argument alone."""
    if name in IN_PLACE:
        return True
    if name not in IN_PLACE_BINARY or len(args) < 2:
        return False
    target, other = args[0], args[1]
    if not isinstance(other, Tensor):
        return type(other) in (int, float) and target.dtype.is_floating_point
    if target.dtype != other.dtype or other.dim() > target.dim():
        return False
    pairs = zip(reversed(target.shape), reversed(other.shape), strict=False)
    return all(b in (a, 1) for a, b in pairs)
