"""Build layers from tables."""

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
    layer = _built(table_of(settings), settings, shape)
    counts = {key: settings[key] for key in ("params", "macs") if key in settings}
    layer = replace(layer, **counts) if counts else layer
    layer = with_settings(layer, settings.get("settings", {}))
    if problem := setting_problem(layer):
        raise FaultError(f"{problem}.", "settings")
    return layer


def _built(table: str, settings: TomlTable, shape: Shape) -> Layer:
    """Return the layer of one of the tables of a layer, with its usual counts."""
    match table:
        case "convolution":
            return _convolution(settings, shape)
        case "linear":
            return linear(shape, settings["width"], bias=settings.get("bias", True))
        case "pooling":
            pool = max_pool if settings["op"] == "max_pool" else avg_pool
            padding, ceil_mode = settings.get("padding", 0), settings.get("ceil_mode", False)
            step = settings.get("stride")
            return pool(shape, settings["kernel"], stride=step, padding=padding, ceil_mode=ceil_mode)
        case "zero padding":
            return zero_pad(shape, settings["width"])
        case "subsampling":
            return subsample(shape, settings["stride"])
        case "group norm":
            return norm(shape, "group_norm", groups=settings.get("groups", 32))
        case "any layer":
            return _any(settings, shape)
    return _plain(settings, shape)


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
