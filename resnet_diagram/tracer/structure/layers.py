"""Convert a step of the flow to a layer of the network description."""

from collections.abc import Callable, Iterable
from math import prod
from typing import Any

from resnet_diagram.spec.model import Layer, LayerKind, Setting
from resnet_diagram.spec.settings import AXES, DROPOUT, FACTOR, INPUT, changed, defaults
from resnet_diagram.tracer.flow.axis_moves import listed
from resnet_diagram.tracer.flow.graph import Node, NodeKind, Ref, Sizes, argument, constants_of, first_read
from resnet_diagram.tracer.flow.rewrites.formulas import GENERALISED_MEAN, SUMMARIES
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import LAYER_KINDS, Effect, Role, operator_of
from resnet_diagram.tracer.structure.attention import is_causal

_LIMITED: dict[tuple[object, ...], str] = {
    ("hardtanh", 0, 6): "relu6",
    ("clamp", 0, 6): "relu6",
    ("clamp", 0, None): "relu",
    ("clamp_min", 0, None): "relu",
}
"""Names of activations that are others for some limits."""
_ZERO_PADDINGS = frozenset({"cat", "concat", "concatenate", "copy", "add", "hstack"})
"""Operations that pad a value by putting it beside zeros, or among them."""
_FIXED = {Role.ATTENTION: "attention", Role.MATMUL: "matmul", Role.GATHER: "gathered"}


def layer_of(step: Step, name: str) -> Layer:
    """Return the layer a step of one source is."""
    node = step.nodes[-1]
    details = _FIELDS.get(step.role, _operation)(step)
    kind, op = details.pop("kind", LAYER_KINDS.get(step.role, LayerKind.OTHER)), details["op"]
    values = (
        _factor_and_offset(node) if step.role is Role.SCALE else _arguments(step, node, defaults(kind, op))
    )
    if not any(details.get("padding", ())):
        values.pop("count_include_pad", None)
    values[DROPOUT] = max(node.dropout for node in step.nodes)
    values[INPUT] = ", ".join(step.joining)
    if step.role is Role.ATTENTION:
        values["is_causal"] = is_causal([step])
    return Layer(
        kind=kind,
        settings=changed(kind, op, values),
        name=name,
        in_shape=step.in_shape,
        out_shape=step.out_shape,
        params=step.params,
        macs=step.macs,
        **details,
    )


def _operation(step: Step) -> dict[str, Any]:
    """Return the name of a layer that has no other fields, but for the groups of a norm."""
    node, operator = step.nodes[-1], operator_of(step.nodes[-1].op)
    if "group_norm" in node.op:
        groups = argument(node, "num_groups") or argument(node, "group")
        return {"op": "group_norm", "groups": groups if isinstance(groups, int) else 1}
    limits = [argument(node, side if side in node.names else f"{side}_val") for side in ("min", "max")]
    limited = _LIMITED.get((operator.name, *limits))
    name = _FIXED.get(step.role) or limited or operator.label or operator.name
    smaller = step.role is Role.UPSAMPLE and prod(step.out_shape[1:]) < prod(step.in_shape[1:])
    return {"op": f"{name.rstrip('123d')}_downsampling" if smaller else name}


def _scaling(step: Step) -> dict[str, Any]:
    """Return the name of a product or sum with constants; learned and given factors have different names."""
    node = step.nodes[-1]
    if operator_of(node.op).name not in ("mul", "div", "neg", "einsum"):
        return {"op": "shift"}
    sources = [constant for constant in constants_of(node) if constant.kind is not NodeKind.CONSTANT]
    learned = [constant for constant in sources if constant.kind is NodeKind.PARAMETER]
    if not learned or any(
        operator_of(constant.op).role is not Role.VIEW for constant in sources if constant not in learned
    ):
        return {"op": "scale"}
    return {
        "op": "learned_scale" if max(prod(constant.shape) for constant in learned) == 1 else "layer_scale"
    }


def _arguments(step: Step, node: Node, names: Iterable[str]) -> dict[str, Setting | None]:
    """Return the numbers and texts that an operation was given for some settings."""
    values = {name: _plain(argument(node, name)) for name in names}
    if "dim" in values:
        values["dim"] = _dimension(step, node, values["dim"])
    over = argument(node, "normalized_shape")
    if isinstance(over, (list, tuple)):
        values[AXES] = len(over)
    if "track_running_stats" in values and "running_mean" in (*node.names, *node.kwargs):
        from_input = argument(node, "use_input_stats") is True
        values["track_running_stats"] = isinstance(argument(node, "running_mean"), Ref) and not from_input
    return values


def _plain(value: object) -> Setting | None:
    """Return a number or text unchanged, several numbers as text, None for other values."""
    if isinstance(value, (list, tuple)) and all(isinstance(item, int) for item in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, (bool, int, float, str)) else None


def _dimension(step: Step, node: Node, dim: Setting | None) -> int:
    """Return the axis of the layer's shape that an argument `dim` names, counted from 1; -1 if unknown."""
    source = first_read(node)
    if not isinstance(dim, int) or source is None or len(source.shape) != len(step.in_shape) + 1:
        return -1
    axis = dim % len(source.shape)
    axes = [0, step.axis, *_spatial_axes(step)]
    return axes.index(axis) if axis in axes else -1


def joined_axis(step: Step) -> int:
    """Return the axis of `(C, *spatial)` that a concatenation joins, 0 for the channels and the batch."""
    node = step.nodes[-1]
    return max(_dimension(step, node, _plain(argument(node, "dim"))) - 1, 0)


def _factor_and_offset(node: Node) -> dict[str, Setting | None]:
    """Return the factor and the offset of a product or sum of an activation and a number."""
    name, number = operator_of(node.op).name, argument(node, "other")
    if name == "neg":
        return {FACTOR: -1.0}
    if not isinstance(number, (int, float)):
        return {}
    alpha = argument(node, "alpha")
    step = alpha if isinstance(alpha, (int, float)) else 1.0
    match name:
        case "mul":
            return {FACTOR: float(number)}
        case "div" | "true_divide":
            return {FACTOR: 1 / number if number else float("inf")}
        case "add":
            return {"value": float(number * step)}
        case "sub":
            return {"value": float(-number * step)}
        case "rsub":
            return {"value": float(number), FACTOR: float(-step)}
    return {}


def _spread(value: Any, dims: int) -> Sizes:
    """Return a number or short list as one entry per spatial dimension."""
    if isinstance(value, (int, float)):
        return (int(value),) * dims
    entries = tuple(int(v) for v in value or ())
    return entries * dims if len(entries) == 1 else entries


def _convolution(step: Step) -> dict[str, Any]:
    """Return the fields of a convolution."""
    node = step.nodes[-1]
    weight = argument(node, "weight")
    kernel = weight.shape[2:] if isinstance(weight, Ref) else ()
    dims = len(kernel)
    if operator_of(node.op).name == "deform_conv2d":
        names = (("stride", "stride"), ("padding", "pad"), ("dilation", "dilation"))
        sides = {field: tuple(argument(node, f"{name}_{side}") for side in "hw") for field, name in names}
        bias = argument(node, "bias")
        learned = isinstance(bias, Ref) and bias.node.kind is NodeKind.PARAMETER
        return {"op": "conv", "kernel": kernel, "groups": argument(node, "groups"), "bias": learned, **sides}
    dilation = _spread(argument(node, "dilation") or 1, dims)
    padding = argument(node, "padding")
    if isinstance(padding, str):
        padding_same = tuple(d * (k - 1) // 2 for d, k in zip(dilation, kernel, strict=True))
        padding = padding_same if padding == "same" else 0
    transposed = "transpose" in node.op or argument(node, "transposed") is True
    return {
        "op": "conv_transpose" if transposed else "conv",
        "kernel": kernel,
        "stride": _spread(argument(node, "stride") or 1, dims),
        "padding": _spread(0 if padding is None else padding, dims),
        "dilation": dilation,
        "groups": int(argument(node, "groups") or 1),  # type: ignore[call-overload]
        "bias": isinstance(argument(node, "bias"), Ref),
    }


def _weighted(step: Step) -> dict[str, Any]:
    """Return the fields of a linear layer, an embedding or a recurrent layer."""
    node = step.nodes[-1]
    name = operator_of(node.op).name
    if name == "addmm":
        return {"op": "linear", "bias": True}
    if name in ("matmul", "mm", "_grouped_mm"):
        return {"op": "linear"}
    if name in ("linear", "bilinear"):
        return {"op": name, "bias": isinstance(argument(node, "bias"), Ref)}
    return {"op": name, "kind": LayerKind.OTHER}


def _pooling(step: Step) -> dict[str, Any]:
    """Return the fields of a pooling: global ones, whatever their spelling, have no kernel."""
    node, spatial = step.nodes[-1], step.in_shape[1:]
    name, kind = operator_of(node.op).name, "avg" if step.role is Role.AVG_POOL else "max"
    if name == "blur_pool":
        given = _convolution(step)
        kernel, stride = given["kernel"], given["stride"]
        sizes = zip(spatial, step.out_shape[1:], kernel, stride, given["padding"], strict=False)
        padding = tuple(  # with that of a layer before it, by the shapes of both ends
            next((p for p in range(least, k + 1) if (size + 2 * p - k) // s + 1 == out), least)
            for size, out, k, s, least in sizes
        )
        return {"op": name, "kernel": kernel, "stride": stride, "padding": padding}
    if name in SUMMARIES.values() or (name == GENERALISED_MEAN and set(step.out_shape[1:]) <= {1}):
        return {"op": name}
    if name in ("mean", "amax", "max"):
        axes = {axis % (len(step.in_shape) + 1) for axis in listed(argument(node, "dim"))}
        return {"op": f"global_{kind}_pool" if spatial and axes == set(_spatial_axes(step)) else name}
    if "adaptive" in name:
        return _adaptive(step, kind)
    kernel = _spread(argument(node, "kernel_size"), len(spatial))
    padding = _spread(argument(node, "padding") or 0, len(spatial))
    if kernel == spatial and not any(padding):
        return {"op": f"global_{kind}_pool"}
    stride = _spread(argument(node, "stride") or kernel, len(spatial))
    dilation = _spread(argument(node, "dilation") or 1, len(spatial))
    dilated = {"dilation": dilation} if set(dilation) != {1} else {}
    op = "lp_pool" if name == GENERALISED_MEAN else f"{kind}_pool"
    return {"op": op, "kernel": kernel, "stride": stride, "padding": padding, **dilated}


def _spatial_axes(step: Step) -> list[int]:
    """Return the spatial axes of a step's input, counting the batch."""
    return [axis for axis in range(1, len(step.in_shape) + 1) if axis != step.axis]


def _adaptive(step: Step, kind: str) -> dict[str, Any]:
    """Return the fields of an adaptive pooling; an even one is an ordinary pooling."""
    value, target = step.in_shape[1:], step.out_shape[1:]
    if all(n == 1 for n in target):
        return {"op": f"global_{kind}_pool"}
    if len(value) != len(target) or any(n % m for n, m in zip(value, target, strict=True)):
        return {"op": f"adaptive_{kind}_pool"}
    kernel = tuple(n // m for n, m in zip(value, target, strict=True))
    return {"op": f"{kind}_pool", "kernel": kernel, "stride": kernel, "padding": (0,) * len(kernel)}


def _padding(step: Step) -> dict[str, Any]:
    """Return the fields of a padding: its size for each spatial dimension, () where the two sides differ."""
    node, name = step.nodes[-1], operator_of(step.nodes[-1].op).name
    fills = argument(node, "mode") in (None, "constant") and argument(node, "value") in (None, 0)
    zero = fills if name in ("pad", "constant_pad_nd") else name in _ZERO_PADDINGS
    edges = listed(argument(node, "pad") or argument(node, "padding"))
    pairs = dict(
        zip(range(len(step.in_shape), 0, -1), zip(edges[::2], edges[1::2], strict=False), strict=False)
    )
    added = [pairs.get(axis, (0, 0)) for axis in _spatial_axes(step)]
    even = all(a == b for a, b in added) and any(a for a, _ in added) and not any(pairs.get(step.axis, ()))
    return {"op": "zero_pad" if zero else name, "padding": tuple(a for a, _ in added) if even else ()}


def _view(step: Step) -> dict[str, Any]:
    """Return the type of a chain of views: `split`, `channel_shuffle`, `permute`, `flatten` or `reshape`."""
    effects = {operator_of(node.op).effect for node in step.nodes}
    if _shuffles_channels(step):
        return {"op": "channel_shuffle"}
    for effect, name in ((Effect.SPLIT, "split"), (Effect.PERMUTE, "permute")):
        if effect in effects:
            return {"op": name}
    return {"op": "flatten" if step.out_shape == (prod(step.in_shape),) else "reshape"}


def _shuffles_channels(step: Step) -> bool:
    """Return whether views split channels into groups, transpose these, and join them, as in ShuffleNet."""
    if any(operator_of(node.op).name == "channel_shuffle" for node in step.nodes):
        return True
    shapes = [step.nodes[0].inputs[0].shape, *(node.shape for node in step.nodes)]
    batch, *sizes = shapes[0]
    swaps = [
        (before, node.shape)
        for before, node in zip(shapes, step.nodes, strict=False)
        if operator_of(node.op).effect is Effect.PERMUTE
    ]
    if len(swaps) != 1 or shapes[-1] != shapes[0] or step.axis != 1:
        return False
    before, after = (tuple(shape) for shape in swaps[0])
    groups, width = before[1:3] if len(before) == len(shapes[0]) + 1 else (0, 0)
    return (
        groups * width == sizes[0]
        and before == (batch, groups, width, *sizes[1:])
        and after == (batch, width, groups, *sizes[1:])
    )


def _slicing(step: Step) -> dict[str, Any]:
    """Return the fields of a chain of slices; every n-th position of the whole is a `subsample`."""
    spatial = _spatial_axes(step)
    stride = [1] * len(spatial)
    for node in step.nodes:
        dim, pace = argument(node, "dim"), argument(node, "step")
        regular = operator_of(node.op).name == "slice" and argument(node, "start") in (None, 0)
        if not regular or not isinstance(dim, int) or dim not in spatial or not isinstance(pace, int):
            return {"op": "slice"}
        stride[spatial.index(dim)] *= pace
    expected = tuple(-(-n // s) for n, s in zip(step.in_shape[1:], stride, strict=True))
    if step.out_shape[1:] != expected:
        return {"op": "slice"}
    return {"op": "subsample", "kernel": (1,) * len(spatial), "stride": tuple(stride)}


_FIELDS: dict[Role, Callable[[Step], dict[str, Any]]] = {
    Role.CONV: _convolution,
    Role.LINEAR: _weighted,
    Role.AVG_POOL: _pooling,
    Role.MAX_POOL: _pooling,
    Role.PAD: _padding,
    Role.SCALE: _scaling,
    Role.VIEW: _view,
    Role.SLICE: _slicing,
}
"""Functions that return the fields of a layer which depend on the sort of operation, `op` among them."""
