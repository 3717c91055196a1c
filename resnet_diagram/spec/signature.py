"""Equality of parts of networks, at documented levels.

Two parts are the same at a level if their signatures are equal. `anonymous` returns a part instead of a
signature, for callers that go on working with it.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import fields as fields_of
from dataclasses import is_dataclass, replace
from enum import StrEnum
from math import prod
from typing import Any, TypeVar

from resnet_diagram.errors import number_is
from resnet_diagram.spec.graph import with_runs
from resnet_diagram.spec.measure import gate_ratio
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Network, Shape, Shortcut, Stage
from resnet_diagram.spec.settings import DROPOUT, FACTOR, setting, with_settings
from resnet_diagram.spec.traits import dilation_of, is_renaming, takes_channels

Described = TypeVar("Described", Network, Layer, Block, Stage, Graph, Element, Shortcut)
Signature = Hashable
Nested = Callable[[Block], Signature]


class Level(StrEnum):
    """Level of equality, strictest first.

    ANONYMOUS compares everything but names, sources and notes. STRUCTURE ignores the resolution and layers
    that only rearrange values; it compares operations, windows, channels, bias and settings. CLASS also
    ignores channels, strides, padding and groups, which are parameters of one class. PATTERN compares only
    what a drawing with symbols shows: operations, factors, kernels, grouped and dilated convolutions.
    """

    ANONYMOUS = "anonymous"
    STRUCTURE = "structure"
    CLASS = "class"
    PATTERN = "pattern"


def signature(
    part: Element | Shortcut | Iterable[Element] | None, level: Level, nested: Nested | None = None
) -> Signature:
    """Return the signature of a part; `nested` returns the signature of inner blocks."""
    match part:
        case None:
            return None
        case Layer():
            return _LAYERS[level](part)
        case Block() if nested:
            return nested(part)
        case Block() if level is Level.PATTERN and gate_ratio(part):
            return "gate"
        case Block():
            ends = signature(part.before, level), signature(part.after, level)
            branches = tuple(signature(branch, level) for branch in part.branches)
            return part.merge, part.signs, part.axis, ends, branches, signature(part.shortcut, level)
        case Stage() if level is Level.CLASS:
            return "stage", anonymous(part)
        case Stage():
            return signature(part.body, level)
        case Graph():
            nodes = tuple(
                (node.reads, node.merge, node.shortcut, node.signs, node.shares, signature(node.body, level))
                for node in part.nodes
            )
            return nodes, part.outputs
        case Shortcut():
            return part.kind, signature(part.layers, level)
    renamings_count = level in (Level.ANONYMOUS, Level.CLASS)
    return tuple(signature(item, level, nested) for item in part if renamings_count or not is_renaming(item))


def _structure(layer: Layer) -> Signature:
    window = (layer.kernel, layer.stride, layer.padding, dilation_of(layer), layer.groups, layer.bias)
    return layer.kind, layer.op, window, layer.out_shape[0], layer.settings


def _class(layer: Layer) -> Signature:
    pooled_by_stride = layer.op in ("max_pool", "avg_pool") and layer.kernel == layer.stride
    window = "stride" if pooled_by_stride else layer.kernel
    dims = len(layer.in_shape), len(layer.out_shape)
    return layer.op, window, dims, layer.bias, layer.params > 0, layer.settings


def _pattern(layer: Layer) -> Signature:
    grouped = "depthwise" if 1 < layer.groups == layer.in_shape[0] else layer.groups > 1
    dilated = max(dilation_of(layer), default=1) > 1
    share: Shape = ()
    if takes_channels(layer):  # the share of the channels, or both numbers if it is none such as 1/2
        part, total = layer.out_shape[0], layer.in_shape[0]
        share = (part, total) if total % part else (total // part,)
    numbers = setting(layer, FACTOR), setting(layer, "value"), share
    return layer.kind, layer.op, layer.kernel, grouped, dilated, numbers


_LAYERS: dict[Level, Callable[[Layer], Signature]] = {
    Level.ANONYMOUS: lambda layer: anonymous(layer),
    Level.STRUCTURE: _structure,
    Level.CLASS: _class,
    Level.PATTERN: _pattern,
}


def canonical(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return layers in the canonical spelling for comparisons.

    Layers that only arrange values and poolings of single positions are left out; a pooling over all
    positions is the global one, with or without its dimensions of size 1; a dropout layer is a setting of
    the layer before it, or of the next.
    """
    compared: list[Layer] = []
    waiting = 0.0
    for layer in layers:
        left = setting(layer, "p" if layer.op == "dropout" else DROPOUT)
        rate = left if isinstance(left, float) else 0.0
        is_single = set(layer.kernel) == {1} and layer.in_shape == layer.out_shape
        is_idle = layer.kind is LayerKind.POOL and is_single  # as an adaptive pooling may be
        if is_renaming(layer) or layer.op == "dropout" or is_idle:
            if not compared:
                waiting, rate = rate or waiting, 0.0
        else:
            compared.append(_global_pool(layer))
            waiting, rate = 0.0, waiting
        if rate:
            compared[-1] = with_settings(compared[-1], {DROPOUT: rate})
    return tuple(compared)


def _global_pool(layer: Layer) -> Layer:
    covers_all = prod(layer.out_shape[1:]) == 1 and layer.kernel == layer.in_shape[1:] != ()
    if layer.kind is not LayerKind.POOL or not (covers_all or layer.op.startswith("global_")):
        return layer
    op = layer.op if layer.op.startswith("global_") else f"global_{layer.op}"
    rate = tuple((name, value) for name, value in layer.settings if name == DROPOUT)
    items = (1,) * len(layer.in_shape[1:])
    return replace(
        layer,
        op=op,
        out_shape=(layer.out_shape[0], *items),
        kernel=(),
        stride=(),
        padding=(),
        dilation=(),
        settings=rate,
    )


def anonymous(part: Described) -> Described:
    """Return the part without any name, source and note, so that equal structures compare equal."""
    bare = with_runs(part, anonymous_run)
    fields: dict[str, Any] = {} if isinstance(part, Shortcut) else {"name": ""}
    if isinstance(bare, Graph):
        fields["nodes"] = tuple(replace(node, name="") for node in bare.nodes)
    if isinstance(bare, Network):
        fields |= {"source": "", "notes": (), "classes": (), "stopped_at": None}
        for key in ("inputs", "outputs", "idle"):
            fields[key] = tuple(replace(item, name="") for item in getattr(bare, key))
    return replace(bare, **fields)


def rebuilt(part: Described, change: Callable[[Layer], Layer]) -> Described:
    """Return the part with each layer changed."""
    if isinstance(part, Layer):
        return change(part)
    return with_runs(part, lambda run: tuple(rebuilt(element, change) for element in run))


def anonymous_run(elements: Iterable[Element]) -> tuple[Element, ...]:
    """Return the elements without any name."""
    return tuple(anonymous(element) for element in elements)


def same(left: Network, right: Network) -> bool:
    """Return whether two networks are equal, names, sources and notes aside."""
    return anonymous(left) == anonymous(right)


def differences(left: Network, right: Network) -> tuple[str, ...]:
    """Return one line for each field in which two networks differ, names aside: its path and both values.

    Paths read as in Python: `body[0].body[2].branches[0][3].kernel: (3, 3) is not (1, 1)`.
    """
    return tuple(_differences("", anonymous(left), anonymous(right)))


def _differences(path: str, left: object, right: object) -> Iterator[str]:
    if left == right:
        return
    if (
        isinstance(left, tuple)
        and isinstance(right, tuple)
        and any(isinstance(value, tuple) or is_dataclass(value) for value in left + right)
    ):
        for at, (item, second) in enumerate(zip(left, right, strict=False)):
            yield from _differences(f"{path}[{at}]", item, second)
        if len(left) != len(right):
            yield f"{path}: {number_is('element', len(left))} not {len(right)}"
    elif is_dataclass(left) and type(left) is type(right):
        for field in fields_of(left):
            inner = f"{path}.{field.name}".lstrip(".")
            yield from _differences(inner, getattr(left, field.name), getattr(right, field.name))
    else:
        yield f"{path}: {_short(left)} is not {_short(right)}"


def _short(value: object) -> str:
    match value:
        case Layer():
            return f"{value.op} {value.in_shape} → {value.out_shape}"
        case Block() | Stage() | Shortcut() | Graph() | Network():
            return f"a {type(value).__name__.lower()}"
    return repr(str(value)) if isinstance(value, str) else repr(value)
