"""Layers from their settings: output shape, parameters and MACs are computed.

`in_shape` is `(C, *spatial)` everywhere; a whole number for kernel, stride, padding or dilation stands for
every spatial dimension. Parameters follow PyTorch's layers: no running statistics, no bias unless asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from math import prod

from resnet_diagram.spec.model import Layer, LayerKind, Shape

Sizes = int | Shape


def shape_text(shape: Shape) -> str:
    """Return the shape as papers write it, channels last.

    >>> shape_text((256, 56, 56))
    '56×56×256'
    >>> shape_text((1000,))
    '1000'
    """
    return "×".join(str(size) for size in (*shape[1:], *shape[:1]))


def extent_text(extent: Shape) -> str:
    """Return a window size or a stride as short text: a single number if all are equal.

    >>> extent_text((2, 2)), extent_text((1, 2, 2))
    ('2', '1×2×2')
    """
    return str(extent[0]) if len(set(extent)) == 1 else "×".join(map(str, extent))


def sizes(value: Sizes, dims: int) -> Shape:
    """Return one entry per spatial dimension.

    >>> sizes(3, 2), sizes((1, 3), 2)
    ((3, 3), (1, 3))
    """
    return (value,) * dims if isinstance(value, int) else value


def window_out(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """Return the number of window positions along one dimension, padded by `padding` on both sides.

    >>> window_out(224, kernel=7, stride=2, padding=3)
    112
    """
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def window_out_ceil(size: int, kernel: int, stride: int, padding: int) -> int:
    """Return `window_out` rounded up, as PyTorch's `ceil_mode`: no window starts in the padding at the end.

    >>> window_out_ceil(7, kernel=2, stride=2, padding=0), window_out(7, kernel=2, stride=2, padding=0)
    (4, 3)
    """
    count = -(-(size + 2 * padding - kernel) // stride) + 1
    return count - 1 if (count - 1) * stride >= size + padding else count


def conv(
    in_shape: Shape,
    channels: int,
    kernel: Sizes,
    *,
    stride: Sizes = 1,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    bias: bool = False,
    name: str = "",
) -> Layer:
    """Return a convolution with `channels` output channels."""
    dims = len(in_shape) - 1
    window = [sizes(value, dims) for value in (kernel, stride, padding, dilation)]
    spatial = (window_out(*along) for along in zip(in_shape[1:], *window, strict=True))
    out_shape = (channels, *spatial)
    weights = in_shape[0] // groups * channels * prod(window[0])
    return Layer(
        kind=LayerKind.CONV,
        op="conv",
        name=name,
        in_shape=in_shape,
        out_shape=out_shape,
        kernel=window[0],
        stride=window[1],
        padding=window[2],
        dilation=window[3],
        groups=groups,
        bias=bias,
        params=weights + (channels if bias else 0),
        macs=weights * prod(out_shape[1:]),
    )


def linear(in_shape: Shape, features: int, *, bias: bool = True, name: str = "") -> Layer:
    """Return a linear layer over the last dimension."""
    weights = in_shape[-1] * features
    return Layer(
        kind=LayerKind.LINEAR,
        op="linear",
        name=name,
        in_shape=in_shape,
        out_shape=(*in_shape[:-1], features),
        bias=bias,
        params=weights + (features if bias else 0),
        macs=weights * prod(in_shape[:-1]),
    )


def norm(in_shape: Shape, op: str = "batch_norm", *, groups: int = 1, name: str = "") -> Layer:
    """Return a normalisation with one scale and one offset per channel; `groups` applies to group norm."""
    layer = _plain(LayerKind.NORM, op, in_shape, in_shape, name, params=2 * in_shape[0])
    return replace(layer, groups=groups) if groups > 1 else layer


def act(in_shape: Shape, op: str = "relu", *, name: str = "") -> Layer:
    """Return an activation without parameters."""
    return _plain(LayerKind.ACTIVATION, op, in_shape, in_shape, name)


def _pool(
    op: str,
    in_shape: Shape,
    kernel: Sizes,
    *,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    name: str = "",
) -> Layer:
    """Return a pooling; `stride=None` means the kernel's size."""
    dims = len(in_shape) - 1
    window = [sizes(value, dims) for value in (kernel, kernel if stride is None else stride, padding)]
    count = window_out_ceil if ceil_mode else window_out
    spatial = (count(*along) for along in zip(in_shape[1:], *window, strict=True))
    return Layer(
        kind=LayerKind.POOL,
        op=op,
        name=name,
        in_shape=in_shape,
        out_shape=(in_shape[0], *spatial),
        kernel=window[0],
        stride=window[1],
        padding=window[2],
    )


max_pool = partial(_pool, "max_pool")
avg_pool = partial(_pool, "avg_pool")


def global_avg_pool(in_shape: Shape, *, keep_dims: bool = True, name: str = "") -> Layer:
    """Return the average over all positions: `(C, 1, 1)`, or `(C,)` without `keep_dims`."""
    items = (1,) * (len(in_shape) - 1) if keep_dims else ()
    return _plain(LayerKind.POOL, "global_avg_pool", in_shape, (in_shape[0], *items), name)


def global_max_pool(in_shape: Shape, *, name: str = "") -> Layer:
    """Return the maximum over all positions: `(C, 1, 1)`."""
    items = (1,) * (len(in_shape) - 1)
    return _plain(LayerKind.POOL, "global_max_pool", in_shape, (in_shape[0], *items), name)


def flatten(in_shape: Shape, *, name: str = "") -> Layer:
    """Return a layer that flattens all values into one dimension."""
    return _plain(LayerKind.RESHAPE, "flatten", in_shape, (prod(in_shape),), name)


def zero_pad(in_shape: Shape, channels: int, *, name: str = "") -> Layer:
    """Return a layer that adds channels of zeros, up to `channels`; their position is not recorded."""
    return _plain(LayerKind.PAD, "zero_pad", in_shape, (channels, *in_shape[1:]), name)


def subsample(in_shape: Shape, stride: Sizes, *, name: str = "") -> Layer:
    """Return a layer that takes every `stride`-th position, from the first on."""
    dims = len(in_shape) - 1
    steps = sizes(stride, dims)
    spatial = (-(-size // step) for size, step in zip(in_shape[1:], steps, strict=True))
    return Layer(
        kind=LayerKind.RESHAPE,
        op="subsample",
        name=name,
        in_shape=in_shape,
        out_shape=(in_shape[0], *spatial),
        kernel=(1,) * dims,
        stride=steps,
    )


def _plain(
    kind: LayerKind, op: str, in_shape: Shape, out_shape: Shape, name: str, *, params: int = 0
) -> Layer:
    return Layer(kind=kind, op=op, name=name, in_shape=in_shape, out_shape=out_shape, params=params)


def concat_axis(shapes: Sequence[Shape], equal: int = 0) -> int:
    """Return the axis of a concatenation: the first in which the shapes differ, `equal` if none does."""
    columns = zip(*shapes, strict=False)
    return next((axis for axis, sizes in enumerate(columns) if len(set(sizes)) > 1), equal)


def concatenated(shapes: Sequence[Shape], axis: int) -> Shape:
    """Return the shape of a concatenation along `axis`.

    >>> concatenated([(64, 8, 8), (32, 8, 8)], 0)
    (96, 8, 8)
    """
    first = shapes[0]
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])


def broadcast(shapes: Iterable[Shape]) -> Shape:
    """Return the shape of an elementwise operation: sizes aligned at the end, 1 stretched.

    >>> broadcast([(64, 8, 8), (64, 1, 1)])
    (64, 8, 8)
    """
    columns = zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1)
    return tuple(max(sizes) for sizes in columns)[::-1]
