"""Generate the call that creates the PyTorch module of a layer.

A cell is one layer of a class: a `Layer` for each block of the class, equal except for the numbers that a
`Scope` turns into expressions.
"""

from collections.abc import Callable
from math import prod

from resnet_diagram.codegen.blocks.parameters import Scope, compact
from resnet_diagram.codegen.refusal import refuse
from resnet_diagram.codegen.text import Call
from resnet_diagram.errors import number_of
from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.spec.settings import AXES, DROPOUT, setting
from resnet_diagram.spec.shapes import window_out, window_out_ceil

Cell = tuple[Layer, ...]
Maker = Callable[[Cell, Scope], Call]

ACTIVATIONS = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "silu": "SiLU",
    "sigmoid": "Sigmoid",
    "gelu": "GELU",
    "tanh": "Tanh",
    "hardswish": "Hardswish",
    "hardsigmoid": "Hardsigmoid",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "mish": "Mish",
    "softplus": "Softplus",
    "selu": "SELU",
    "celu": "CELU",
    "log_sigmoid": "LogSigmoid",
    "softsign": "Softsign",
    "hardtanh": "Hardtanh",
    "hardshrink": "Hardshrink",
    "softshrink": "Softshrink",
    "rrelu": "RReLU",
}
"""Activations without parameters, by the name of their module."""

_OVER_DIMENSION = {"glu": "GLU", "softmax": "Softmax", "log_softmax": "LogSoftmax"}
"""Activations over one dimension, by the name of their module."""

_UPSAMPLINGS = ("nearest", "linear", "bilinear", "trilinear", "bicubic")


def module(cell: Cell, scope: Scope) -> Call:
    """Return the call that creates the module of a cell. Raises CodeError if there is none."""
    layer = cell[0]
    if maker := _MAKERS.get(layer.op) or _KINDS.get(layer.kind):
        return maker(cell, scope)
    raise refuse(layer, "no PyTorch module is known for it")


def settings(cell: Cell) -> tuple[str, ...]:
    """Return the keyword arguments for the settings that differ from PyTorch's defaults."""
    return tuple(f"{name}={value!r}" for name, value in cell[0].settings if name not in (DROPOUT, AXES))


def dims(layer: Layer) -> int:
    """Return the number of spatial dimensions of a layer."""
    return len(layer.in_shape) - 1


def dimensional(name: str, layer: Layer) -> str:
    """Return the module's name with the layer's number of dimensions, such as `nn.Conv2d`.

    Raises CodeError for anything but one to three dimensions.
    """
    if not 1 <= dims(layer) <= 3:
        raise refuse(layer, f"{name} works on one to three spatial dimensions, not {dims(layer)}")
    return f"nn.{name}{dims(layer)}d"


def expect_params(cell: Cell, counts: Callable[[Layer], tuple[int, ...]]) -> int:
    """Return the index of the parameter count that all layers have. Raises CodeError."""
    entries = set()
    for layer in cell:
        names = counts(layer)
        if layer.params not in names:
            target = " or ".join(f"{count:,}" for count in names)
            shares = "; it may share its weights with another layer" if not layer.params else ""
            raise refuse(
                layer,
                f"it has {number_of('parameter', layer.params)} where its settings make {target}{shares}",
            )
        entries.add(names.index(layer.params))
    return max(entries)


# -- convolutions and linear layers ------------------------------------------------------------------------


def _weights(layer: Layer) -> tuple[int, ...]:
    """Return the one possible number of parameters of a convolution or a linear layer."""
    weights = layer.in_shape[0] * layer.out_shape[0] // layer.groups * prod(layer.kernel)
    return (weights + layer.bias * layer.out_shape[0],)


def _conv(cell: Cell, scope: Scope) -> Call:
    first = cell[0]
    expect_params(cell, _weights)
    transposed = first.op == "conv_transpose"
    args = [*_channels(cell, scope), f"kernel_size={compact(first.kernel)}"]
    args += _setting(cell, scope, "stride", 1)
    args += _padding(cell, scope)
    if transposed:
        args += _output_padding(cell, scope)
    args += _setting(cell, scope, "dilation", 1)
    groups = [layer.groups for layer in cell]
    if set(groups) != {1}:
        is_depthwise = all(layer.groups == layer.in_shape[0] for layer in cell)
        args.append(f"groups={args[0] if is_depthwise else scope.setting(groups, 'groups', 1)}")
    args += [] if first.bias else ["bias=False"]
    return Call(dimensional("ConvTranspose" if transposed else "Conv", first), tuple(args))


def _channels(cell: Cell, scope: Scope) -> tuple[str, str]:
    channel = scope.channel([layer.in_shape[0] for layer in cell], "in_channels")
    return channel, scope.channel([layer.out_shape[0] for layer in cell], "width")


def _setting(cell: Cell, scope: Scope, name: str, default: int) -> list[str]:
    text = scope.setting((compact(getattr(layer, name)) for layer in cell), name, default)
    return [] if text == str(default) else [f"{name}={text}"]


def _padding(cell: Cell, scope: Scope) -> list[str]:
    """Return the padding of a convolution; "same" where its output has not the size of its window."""
    fits = []
    for layer in cell if cell[0].op == "conv" else ():
        window = (layer.kernel, layer.stride, layer.padding, layer.dilation)
        fits.append(tuple(map(window_out, layer.in_shape[1:], *window)) == layer.out_shape[1:])
    if all(fits):
        return _setting(cell, scope, "padding", 0)
    if all(layer.in_shape[1:] == layer.out_shape[1:] for layer in cell):
        return ['padding="same"']
    raise refuse(cell[0], "its output has another size than its window leaves")


def _output_padding(cell: Cell, scope: Scope) -> list[str]:
    missing = []
    for layer in cell:
        shapes = (layer.in_shape[1:], layer.out_shape[1:])
        window = (layer.kernel, layer.stride, layer.padding, layer.dilation)
        sizes = (
            out - ((size - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1)
            for size, out, kernel, stride, padding, dilation in zip(*shapes, *window, strict=True)
        )
        missing.append(compact(tuple(sizes)))
    text = scope.setting(missing, "output_padding", 0)
    return [] if text == "0" else [f"output_padding={text}"]


def _linear(cell: Cell, scope: Scope) -> Call:
    if cell[0].op != "linear":
        raise refuse(cell[0], "no PyTorch module is known for it")
    if dims(cell[0]):
        raise refuse(
            cell[0], "it works at many positions; which dimension holds the channels is not recorded"
        )
    expect_params(cell, _weights)
    return Call("nn.Linear", (*_channels(cell, scope), *(() if cell[0].bias else ("bias=False",))))


# -- norms and activations ---------------------------------------------------------------------------------


def _norm(cell: Cell, scope: Scope) -> Call:
    """Return the call of a batch, instance or group norm; they differ in name and in learning by default."""
    first = cell[0]
    is_affine = bool(expect_params(cell, lambda layer: (0, 2 * layer.in_shape[0])))
    arguments = [scope.channel([layer.in_shape[0] for layer in cell], "channels"), *settings(cell)]
    if is_affine is not (first.op != "instance_norm"):
        arguments.append(f"affine={is_affine}")
    if first.op == "group_norm":
        groups = scope.setting([layer.groups for layer in cell], "norm_groups")
        return Call("nn.GroupNorm", (groups, *arguments))
    if first.op == "instance_norm":
        return Call(dimensional("InstanceNorm", first), tuple(arguments))
    name = "nn.BatchNorm1d" if dims(first) == 0 else dimensional("BatchNorm", first)
    return Call(name, tuple(arguments))


def _layer_norm(cell: Cell, scope: Scope) -> Call:
    """Return the call of a norm over the channels at each position, or over all values.

    Raises CodeError if it normalises all values and their number differs between the blocks.
    """
    contents = expect_params(cell, lambda layer: (2 * layer.in_shape[0], 2 * prod(layer.in_shape)))
    if contents and len({layer.in_shape for layer in cell}) > 1:
        raise refuse(cell[0], "it norms over all values, whose number differs from block to block")
    if contents:
        return Call("nn.LayerNorm", (str(cell[0].in_shape), *settings(cell)))
    channels = scope.channel([layer.in_shape[0] for layer in cell], "channels")
    return Call("ChannelNorm" if dims(cell[0]) else "nn.LayerNorm", (channels, *settings(cell)))


def _activation(cell: Cell, scope: Scope) -> Call:
    layer = cell[0]
    if layer.op not in ACTIVATIONS:
        raise refuse(layer, "no PyTorch module is known for it")
    expect_params(cell, lambda _: (0,))
    return Call(f"nn.{ACTIVATIONS[layer.op]}", settings(cell))


def _prelu(cell: Cell, scope: Scope) -> Call:
    several = expect_params(cell, lambda layer: (1, layer.in_shape[0]))
    return Call("nn.PReLU", (scope.channel([item.params for item in cell], "channels"),) if several else ())


def _over_dimension(cell: Cell, scope: Scope) -> Call:
    """Return the call of an activation over one dimension. Raises CodeError if that is not recorded."""
    if (dim := setting(cell[0], "dim")) == -1:
        raise refuse(cell[0], "the dimension it runs over is not recorded")
    return Call(f"nn.{_OVER_DIMENSION[cell[0].op]}", (f"dim={dim}",))


# -- pooling and resizing ----------------------------------------------------------------------------------


def _pool(cell: Cell, scope: Scope) -> Call:
    layer = cell[0]
    name = {"max_pool": "MaxPool", "avg_pool": "AvgPool"}.get(layer.op)
    if name is None or not layer.kernel:
        raise refuse(layer, "no PyTorch module is known for it")
    strides = [compact(item.stride) for item in cell]
    if strides == [compact(entry.kernel) for entry in cell]:
        args = [scope.setting(strides, "stride")]
    else:
        args = [f"kernel_size={compact(layer.kernel)}", *_setting(cell, scope, "stride", 0)]
    args += [] if not layer.padding else _setting(cell, scope, "padding", 0)
    args += [] if not layer.dilation else _setting(cell, scope, "dilation", 1)
    return Call(dimensional(name, layer), (*args, *_rounding(cell), *settings(cell)))


def _rounding(cell: Cell) -> list[str]:
    """Return the rounding argument of a pooling. Raises CodeError if no rounding gives the size."""
    counts = []
    for layer in cell:
        padding = layer.padding or (0,) * dims(layer)
        dilation = layer.dilation or (1,) * dims(layer)
        reach = [pace * (size - 1) + 1 for size, pace in zip(layer.kernel, dilation, strict=True)]
        along = list(zip(layer.in_shape[1:], reach, layer.stride, padding, strict=True))
        down = tuple(window_out(*sizes) for sizes in along) == layer.out_shape[1:]
        up = tuple(window_out_ceil(*sizes) for sizes in along) == layer.out_shape[1:]
        counts.append((down, up))
    if all(down for down, _ in counts):
        return []
    if all(up for _, up in counts):
        return ["ceil_mode=True"]
    raise refuse(cell[0], "its output has another size than its window leaves")


def _adaptive_pool(cell: Cell, scope: Scope) -> Call:
    """Return the call of a pooling to a given size; that of a global one is 1."""
    layer = cell[0]
    name = "AdaptiveMaxPool" if "max" in layer.op else "AdaptiveAvgPool"
    sizes = [1 if item.op.startswith("global") else compact(item.out_shape[1:]) for item in cell]
    return Call(dimensional(name, layer), (scope.setting(sizes, "size"),))


def _upsample(cell: Cell, scope: Scope) -> Call:
    layer = cell[0]
    if layer.op == "pixel_shuffle":
        return Call("nn.PixelShuffle", (str(layer.out_shape[1] // layer.in_shape[1]),))
    mode = layer.op.rstrip("123d")
    pairs = [pair for item in cell for pair in zip(item.in_shape[1:], item.out_shape[1:], strict=True)]
    factors = {after // before if after % before == 0 else 0 for before, after in pairs}
    if mode not in _UPSAMPLINGS or len(factors) > 1 or factors == {0}:
        raise refuse(
            layer, "only enlarging all dimensions by one whole factor, by a known mode, can be written"
        )
    return Call("nn.Upsample", (f"scale_factor={factors.pop()}", f'mode="{mode}"', *settings(cell)))


_MAKERS: dict[str, Maker] = {
    "conv": _conv,
    "conv_transpose": _conv,
    **dict.fromkeys(("batch_norm", "instance_norm", "group_norm"), _norm),
    "layer_norm": _layer_norm,
    "prelu": _prelu,
    **dict.fromkeys(_OVER_DIMENSION, _over_dimension),
    **dict.fromkeys(("global_avg_pool", "global_max_pool"), _adaptive_pool),
    **dict.fromkeys(("adaptive_avg_pool", "adaptive_max_pool"), _adaptive_pool),
}
"""Module writers by operation."""

_KINDS: dict[LayerKind, Maker] = {
    LayerKind.LINEAR: _linear,
    LayerKind.ACTIVATION: _activation,
    LayerKind.POOL: _pool,
    LayerKind.UPSAMPLE: _upsample,
    LayerKind.DROPOUT: lambda cell, _: Call("nn.Dropout", settings(cell)),
}
"""Module writers by layer kind, for operations without an entry in `_MAKERS`."""
