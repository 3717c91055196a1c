"""Build layers from tables."""

from collections.abc import Callable
from dataclasses import replace

from resnet_diagram.errors import number_of
from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.model import Layer, LayerKind, Shape
from resnet_diagram.spec.settings import setting_problem, with_settings
from resnet_diagram.spec.shapes import (
    act,
    avg_pool,
    conv,
    flatten,
    global_avg_pool,
    global_max_pool,
    linear,
    max_pool,
    norm,
    sizes,
    subsample,
    zero_pad,
)
from resnet_diagram.spec.toml.schema.words import ACTIVATIONS, SYNONYMS, TomlTable, table_of


def layer_of(settings: TomlTable, shape: Shape) -> Layer:
    """Return the layer described by a table, with input `shape`. Raises FaultError for wrong settings."""
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    dims = len(shape) - 1
    for key in ("kernel", "stride", "padding", "dilation"):
        value = settings.get(key)
        if isinstance(value, tuple) and len(value) != dims:
            raise FaultError(
                f"expected {number_of('number', dims)}, one for each spatial dimension, found {len(value)}.",
                key,
            )
    if "kernel" in settings and dims < 1:
        raise FaultError("there are no positions left to slide a window over.", "kernel")
    layer = _BUILDERS[table_of(settings)](settings, shape)
    counts = {key: settings[key] for key in ("params", "macs") if key in settings}
    layer = replace(layer, **counts) if counts else layer
    layer = with_settings(layer, settings.get("settings", {}))
    if problem := setting_problem(layer):
        raise FaultError(f"{problem}.", "settings")
    return layer


def _convolution(settings: TomlTable, shape: Shape) -> Layer:
    dims = len(shape) - 1
    kernel, dilation = (sizes(settings.get(key, 1), dims) for key in ("kernel", "dilation"))
    equal = tuple(pace * (size - 1) // 2 for size, pace in zip(kernel, dilation, strict=True))
    return conv(
        shape,
        settings.get("width", shape[0]),
        kernel,
        stride=settings.get("stride", 1),
        padding=settings.get("padding", equal),
        dilation=dilation,
        groups=settings.get("groups", 1),
        bias=settings.get("bias", False),
    )


def _linear(settings: TomlTable, shape: Shape) -> Layer:
    return linear(shape, settings["width"], bias=settings.get("bias", True))


def _pooling(settings: TomlTable, shape: Shape) -> Layer:
    pool = max_pool if settings["op"] == "max_pool" else avg_pool
    return pool(
        shape,
        settings["kernel"],
        stride=settings.get("stride"),
        padding=settings.get("padding", 0),
        ceil_mode=settings.get("ceil_mode", False),
    )


def _zero_padding(settings: TomlTable, shape: Shape) -> Layer:
    return zero_pad(shape, settings["width"])


def _subsampling(settings: TomlTable, shape: Shape) -> Layer:
    return subsample(shape, settings["stride"])


def _group_norm(settings: TomlTable, shape: Shape) -> Layer:
    return norm(shape, "group_norm", groups=settings.get("groups", 32))


def _plain(settings: TomlTable, shape: Shape) -> Layer:
    match str(settings["op"]):
        case "flatten":
            return flatten(shape)
        case "global_avg_pool":
            return global_avg_pool(shape)
        case "global_max_pool":
            return global_max_pool(shape)
        case "dropout":
            return Layer(kind=LayerKind.DROPOUT, op="dropout", in_shape=shape, out_shape=shape)
        case written:
            op = SYNONYMS.get(written, written)
            return act(shape, op) if op in (*ACTIVATIONS, "softmax") else norm(shape, op)


def _any(settings: TomlTable, shape: Shape) -> Layer:
    dims = len(shape) - 1
    return Layer(
        kind=LayerKind(settings["kind"]),
        op=settings["op"],
        in_shape=shape,
        out_shape=settings["out"],
        kernel=sizes(settings.get("kernel", ()), dims),
        stride=sizes(settings.get("stride", ()), dims),
        padding=sizes(settings.get("padding", ()), dims),
        dilation=sizes(settings.get("dilation", ()), dims),
        groups=settings.get("groups", 1),
        bias=settings.get("bias", False),
    )


_BUILDERS: dict[str, Callable[[TomlTable, Shape], Layer]] = {
    "convolution": _convolution,
    "linear": _linear,
    "pooling": _pooling,
    "zero padding": _zero_padding,
    "subsampling": _subsampling,
    "group norm": _group_norm,
    "plain layer": _plain,
    "any layer": _any,
}
