"""Consistency checks of one layer: counts, window, shapes."""

from collections.abc import Iterator
from math import prod

from resnet_diagram.errors import number_of
from resnet_diagram.limits import COUNT, SIZE
from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.model import Layer, LayerKind, Shape
from resnet_diagram.spec.settings import setting_problem
from resnet_diagram.spec.shapes import window_out, window_out_ceil
from resnet_diagram.spec.traits import KEEPING_SHAPE

_GATED_UNITS = ("glu",)


def shape_text(shape: Shape) -> str:
    """Return a shape in the notation of a spec file.

    >>> shape_text((64, 56, 56))
    '[64, 56, 56]'
    """
    return str(list(shape))


def check_layer(layer: Layer, entering: Shape) -> Shape:
    """Return the layer's output shape if its input shape is `entering`; raise FaultError otherwise."""
    if layer.in_shape != entering:
        text = f"in_shape is {shape_text(layer.in_shape)}"
        raise FaultError(f"{text}; expected {shape_text(entering)}, the shape that arrives there")
    if not layer.out_shape or min(layer.out_shape) < 1:
        raise FaultError(f"out_shape is {shape_text(layer.out_shape)}; expected sizes of 1 or more")
    if max(layer.out_shape) > SIZE or prod(layer.out_shape) > COUNT:
        raise FaultError(
            f"out_shape is {shape_text(layer.out_shape)}; expected sizes up to {SIZE:,}, and {COUNT:,} values"
        )
    if problem := setting_problem(layer):
        raise FaultError(problem)
    for key, least in (("params", 0), ("macs", 0), ("groups", 1)):
        count = getattr(layer, key)
        if count < least:
            raise FaultError(f"{key} is {count}; expected {least} or more")
        if count > COUNT:
            raise FaultError(f"{key} is {count:.3g}; expected {COUNT:,} at most")
    before, after = layer.in_shape[0], layer.out_shape[0]
    grouped = layer.kind is LayerKind.CONV or layer.op == "group_norm"
    if grouped and (before % layer.groups or after % layer.groups):
        raise FaultError(
            f"groups is {layer.groups}; expected a divisor of the channels, {before} and {after}"
        )
    _check_window(layer)
    if expected := _out_fault(layer):
        raise FaultError(f"out_shape is {shape_text(layer.out_shape)}; expected {expected}")
    return layer.out_shape


def _check_window(layer: Layer) -> None:
    """Raise FaultError unless kernel, stride, padding and dilation fit the number of spatial dimensions."""
    dims = len(layer.in_shape) - 1
    is_conv = layer.kind is LayerKind.CONV
    needed = {
        "kernel": is_conv,
        "stride": bool(is_conv or layer.kernel),
        "padding": is_conv,
        "dilation": is_conv,
    }
    for key, must in needed.items():
        values: Shape = getattr(layer, key)
        if len(values) != dims and (values or must):
            text = f"{key} has {len(values)} {'entry' if len(values) == 1 else 'entries'}"
            raise FaultError(
                f"{text}; expected {dims}, one for each spatial dimension of {shape_text(layer.in_shape)}"
            )
        least = 0 if key == "padding" else 1
        if values and max(values) > SIZE:
            raise FaultError(f"{key} is {shape_text(values)}; expected numbers up to {SIZE:,}")
        if values and min(values) < least:
            raise FaultError(f"{key} is {shape_text(values)}; expected numbers of {least} or more")


def _out_fault(layer: Layer) -> str:
    """Describe the expected out_shape; empty if it is right or no rule is known."""
    before, after = layer.in_shape, layer.out_shape
    if layer.kind is LayerKind.CONV:
        return _window_fault(layer, after[0])
    if layer.kind is LayerKind.POOL and layer.kernel:
        return _window_fault(layer, before[0])
    fits, expected = True, ""
    if layer.kind in KEEPING_SHAPE and layer.op not in _GATED_UNITS:
        fits, expected = after == before, f"{shape_text(before)}, as at the entry"
    elif layer.kind is LayerKind.LINEAR:
        fits, expected = after[1:] == before[1:], f"the sizes of {shape_text(before)} but for the channels"
    elif layer.op == "flatten":
        fits = prod(after) == prod(before)
        expected = f"{number_of('value', prod(before))}, as at the entry"
    elif layer.op == "zero_pad":
        fits = len(before) == len(after) and all(old <= new for old, new in zip(before, after, strict=True))
        expected = f"{shape_text(before)} or more"
    return "" if fits else expected


def _window_fault(layer: Layer, channels: int) -> str:
    """Return the output shape expected from the sliding window, or "" if it is the layer's own."""
    allowed = [tuple(_window_sizes(layer, dim)) for dim in range(len(layer.in_shape) - 1)]
    sizes = layer.out_shape[1:]
    fits = len(sizes) == len(allowed) and all(size in some for size, some in zip(sizes, allowed, strict=True))
    if fits and layer.out_shape[0] == channels:
        return ""
    padding = layer.padding or (0,) * len(allowed)
    window = (
        f"kernel {shape_text(layer.kernel)}, stride {shape_text(layer.stride)}, padding {shape_text(padding)}"
    )
    return f"{shape_text((channels, *(some[0] for some in allowed)))} from {window}"


def _window_sizes(layer: Layer, dim: int) -> Iterator[int]:
    """Yield the possible output sizes of a window along one spatial dimension, the standard rule first."""
    size, kernel, stride = layer.in_shape[dim + 1], layer.kernel[dim], layer.stride[dim]
    padding = layer.padding[dim] if layer.padding else 0
    dilation = layer.dilation[dim] if layer.dilation else 1
    reach = dilation * (kernel - 1) + 1
    if layer.op == "conv_transpose":
        smallest = (size - 1) * stride - 2 * padding + reach
        yield from range(smallest, smallest + max(stride, dilation))
        return
    yield window_out(size, kernel, stride, padding, dilation)
    if layer.kind is LayerKind.POOL:
        yield window_out_ceil(size, reach, stride, padding)
    elif stride == 1 and reach % 2 == 0:
        yield size + 2 * padding + 1 - reach + 1  # padding="same" puts one more at the end
