"""Layers from what a file says of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

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
from resnet_diagram.spec.toml.schema.faults import DesignError
from resnet_diagram.spec.toml.schema.words import ACTIVATIONS, table_of

Said = Mapping[str, Any]


def layer_of(said: Said, shape: Shape) -> Layer:
    """The layer a table describes, which `shape` enters. Raises DesignError where it does not fit."""
    said = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    _check_dims(said, len(shape) - 1)
    layer = _BUILDERS[table_of(said)](said, shape)
    counts = {key: said[key] for key in ("params", "macs") if key in said}
    layer = replace(layer, **counts) if counts else layer
    layer = with_settings(layer, said.get("settings", {}))
    if problem := setting_problem(layer):
        raise DesignError(f"{problem}.", "settings")
    return layer


def _check_dims(said: Said, dims: int) -> None:
    for key in ("kernel", "stride", "padding", "dilation"):
        value = said.get(key)
        if isinstance(value, tuple) and len(value) != dims:
            raise DesignError(
                f"expected {dims} numbers, one for each spatial dimension, found {len(value)}.", key
            )
    if "kernel" in said and dims < 1:
        raise DesignError("there are no positions left to slide a window over.", "kernel")


def _convolution(said: Said, shape: Shape) -> Layer:
    dims = len(shape) - 1
    kernel, dilation = (sizes(said.get(key, 1), dims) for key in ("kernel", "dilation"))
    same = tuple(pace * (size - 1) // 2 for size, pace in zip(kernel, dilation, strict=True))
    return conv(
        shape,
        said.get("width", shape[0]),
        kernel,
        stride=said.get("stride", 1),
        padding=said.get("padding", same),
        dilation=dilation,
        groups=said.get("groups", 1),
        bias=said.get("bias", False),
    )


def _linear(said: Said, shape: Shape) -> Layer:
    return linear(shape, said["width"], bias=said.get("bias", True))


def _pooling(said: Said, shape: Shape) -> Layer:
    pool = max_pool if said["op"] == "max_pool" else avg_pool
    return pool(
        shape,
        said["kernel"],
        stride=said.get("stride"),
        padding=said.get("padding", 0),
        ceil_mode=said.get("ceil_mode", False),
    )


def _zero_padding(said: Said, shape: Shape) -> Layer:
    return zero_pad(shape, said["width"])


def _subsampling(said: Said, shape: Shape) -> Layer:
    return subsample(shape, said["stride"])


def _group_norm(said: Said, shape: Shape) -> Layer:
    return norm(shape, "group_norm", groups=said.get("groups", 32))


def _plain(said: Said, shape: Shape) -> Layer:
    match str(said["op"]):
        case "flatten":
            return flatten(shape)
        case "global_avg_pool":
            return global_avg_pool(shape)
        case "global_max_pool":
            return global_max_pool(shape)
        case "dropout":
            return Layer(kind=LayerKind.DROPOUT, op="dropout", in_shape=shape, out_shape=shape)
        case op:
            return act(shape, op) if op in (*ACTIVATIONS, "softmax") else norm(shape, op)


def _any(said: Said, shape: Shape) -> Layer:
    dims = len(shape) - 1
    return Layer(
        kind=LayerKind(said["kind"]),
        op=said["op"],
        in_shape=shape,
        out_shape=said["out"],
        kernel=sizes(said.get("kernel", ()), dims),
        stride=sizes(said.get("stride", ()), dims),
        padding=sizes(said.get("padding", ()), dims),
        dilation=sizes(said.get("dilation", ()), dims),
        groups=said.get("groups", 1),
        bias=said.get("bias", False),
    )


_BUILDERS: dict[str, Callable[[Said, Shape], Layer]] = {
    "convolution": _convolution,
    "linear": _linear,
    "pooling": _pooling,
    "zero padding": _zero_padding,
    "subsampling": _subsampling,
    "group norm": _group_norm,
    "plain layer": _plain,
    "any layer": _any,
}
