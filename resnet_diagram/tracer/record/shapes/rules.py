"""Shapes of the results of common operators on meta tensors.

torch has its own meta kernels, but many of them are long ways through Python, and their first use imports
`torch._dynamo` and sympy where `torch_private.without_compiler` cannot prevent it. A rule returns a fresh
meta tensor only when it is sure (contiguous layout, one dtype, legal shapes); None means "ask torch", which
then also raises what is wrong.
"""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from resnet_diagram.spec.shapes import window_out, window_out_ceil
from resnet_diagram.tracer.record.shapes.layouts import channels_last, fresh, has_channels_last, same_layout

Rule = Callable[..., Tensor | tuple[Tensor, ...] | None]


def _spread(value: Any, dims: int) -> tuple[int, ...]:
    """Return an int or one-element list as one entry per spatial dimension."""
    if isinstance(value, int):
        return (value,) * dims
    return tuple(value) * dims if len(value) == 1 else tuple(value)


def convolution(dims: int) -> Rule:
    """Return the rule of the `dims`-dimensional convolution.

    The channels of a result lie closest together where they do so in the input.
    """

    def rule(
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Tensor | None:
        if x.dim() != dims + 2 or weight.dim() != dims + 2 or x.dtype != weight.dtype:
            return None
        if x.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups:
            return None
        step, gaps = _spread(stride, dims), _spread(dilation, dims)
        if padding == "same":
            sizes: Sequence[int] | None = x.shape[2:] if set(step) == {1} else None
        else:
            border = _spread(0 if padding == "valid" else padding, dims)
            sizes = _windows(x.shape[2:], weight.shape[2:], step, border, gaps)
        is_last = has_channels_last(x)
        if sizes is None or has_channels_last(weight) or (is_last and dims == 3):
            return None
        return (channels_last if is_last else fresh)((x.shape[0], weight.shape[0], *sizes), x)

    return rule


def _windows(
    size: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    ceil: bool = False,
) -> list[int] | None:
    """Return how many windows fit along each dimension; None where the kernel is larger than the input."""
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(span > n + 2 * p for n, span, p in zip(size, spans, padding, strict=True)):
        return None
    count, windows = window_out_ceil if ceil else window_out, zip(size, spans, stride, padding, strict=True)
    return [count(n, span, s, p) for n, span, s, p in windows]


def transposed_convolution(dims: int) -> Rule:
    """Return the rule of the `dims`-dimensional transposed convolution."""

    def rule(
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Tensor | None:
        if x.dim() != dims + 2 or x.shape[1] != weight.shape[0] or x.dtype != weight.dtype:
            return None
        if not (x.is_contiguous() and weight.is_contiguous()):
            return None
        settings = (_spread(setting, dims) for setting in (stride, padding, output_padding, dilation))
        parts = zip(x.shape[2:], weight.shape[2:], *settings, strict=True)
        sizes = [(n - 1) * s - 2 * p + d * (k - 1) + o + 1 for n, k, s, p, o, d in parts]
        return fresh((x.shape[0], weight.shape[1] * groups, *sizes), x) if min(sizes) > 0 else None

    return rule


def pointwise(x: Tensor, *rest: Any, **options: Any) -> Tensor | None:
    """Return the result of an operation on each element alone."""
    return same_layout(x) if x.dtype.is_floating_point else None


def batch_norm(
    x: Tensor, weight: Any, bias: Any, mean: Any, var: Any, training: bool, *rest: Any
) -> Tensor | None:
    """Return the result of batch normalisation; None if a vector does not fit the channels."""
    vectors = [t for t in (weight, bias, mean, var) if t is not None]
    if x.dim() < 2 or any(t.shape[0] != x.shape[1] for t in vectors):
        return None
    return same_layout(x)


def layer_norm(x: Tensor, shape: Sequence[int], weight: Any = None, *rest: Any) -> Tensor | None:
    """Return the result of layer normalisation over the last dimensions."""
    fits = tuple(x.shape[x.dim() - len(shape) :]) == tuple(shape)
    return fresh(x.shape, x) if fits else None


def group_norm(x: Tensor, groups: int, weight: Tensor | None = None, *rest: Any) -> Tensor | None:
    """Return the result of group normalisation."""
    if x.shape[1] % groups or (weight is not None and weight.shape[0] != x.shape[1]):
        return None
    return fresh(x.shape, x) if x.is_contiguous() else None


def instance_norm(x: Tensor, *rest: Any) -> Tensor | None:
    """Return the result of instance normalisation."""
    return fresh(x.shape, x) if x.is_contiguous() and x.dim() > 2 else None


def adaptive_pool(dims: int) -> Rule:
    """Return the rule of adaptive average pooling."""

    def rule(x: Tensor, size: Any) -> Tensor | None:
        sizes = _spread(size, dims)
        if x.dim() != dims + 2 or len(sizes) != dims or None in sizes:
            return None
        if not x.is_contiguous() and set(sizes) != {1}:
            return None
        return fresh((*x.shape[:2], *sizes), x)

    return rule


def mean(x: Tensor, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor | None:
    """Return the mean, the sum or the largest over some dimensions."""
    if dtype is not None or dim is None or not x.is_contiguous() or not x.dtype.is_floating_point:
        return None
    dropped = {d % x.dim() for d in ((dim,) if isinstance(dim, int) else dim)}
    if not dropped:
        return None
    return fresh([1 if i in dropped else n for i, n in enumerate(x.shape) if keepdim or i not in dropped], x)


def variance(
    x: Tensor, dim: Any = None, unbiased: Any = True, keepdim: bool = False, *, correction: Any = None
) -> Tensor | None:
    """Return the variance or the standard deviation over some dimensions."""
    return None if isinstance(dim, bool) else mean(x, dim, keepdim)


def variance_and_mean(x: Tensor, *args: Any, **options: Any) -> tuple[Tensor, Tensor] | None:
    """Return the variance, or the standard deviation, and the mean over some dimensions."""
    spread_out, middle = variance(x, *args, **options), variance(x, *args, **options)
    return None if spread_out is None or middle is None else (spread_out, middle)


def vector_norm(
    x: Tensor, order: Any = 2, dim: Any = None, keepdim: bool = False, *rest: Any, **options: Any
) -> Tensor | None:
    """Return the length of the vectors along some dimensions."""
    return mean(x, dim, keepdim)


def max_pool(dims: int) -> Rule:
    """Return the rule of maximum pooling."""

    def rule(
        x: Tensor, kernel: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
    ) -> Tensor | None:
        return _pooled(x, kernel, stride, padding, _spread(dilation, dims), ceil_mode)

    return rule


def avg_pool(dims: int) -> Rule:
    """Return the rule of average pooling."""

    def rule(
        x: Tensor, kernel: Any, stride: Any = (), padding: Any = 0, ceil_mode: bool = False, *rest: Any
    ) -> Tensor | None:
        return _pooled(x, kernel, stride, padding, (1,) * dims, ceil_mode)

    return rule


def _pooled(
    x: Tensor, kernel: Any, stride: Any, padding: Any, dilation: tuple[int, ...], ceil: bool
) -> Tensor | None:
    """Return the result of a pooling window moved over the spatial dimensions."""
    dims = len(dilation)
    if x.dim() != dims + 2 or not x.is_contiguous():
        return None
    size = _spread(kernel, dims)
    pad = _spread(padding, dims)
    if any(2 * p > k for p, k in zip(pad, size, strict=True)):
        return None
    step = _spread(stride, dims) if stride not in (None, [], ()) else size
    counts = _windows(x.shape[2:], size, step, pad, dilation, ceil)
    return None if counts is None else fresh((*x.shape[:2], *counts), x)


def pad(x: Tensor, amounts: Sequence[int], mode: str = "constant", value: Any = None) -> Tensor | None:
    """Return the padded tensor; `amounts` run from the last dimension backwards."""
    if len(amounts) % 2 or len(amounts) > 2 * x.dim() or not x.is_contiguous() or not any(amounts):
        return None
    shape = list(x.shape)
    for i in range(len(amounts) // 2):
        shape[-1 - i] += amounts[2 * i] + amounts[2 * i + 1]
    return fresh(shape, x) if min(shape) > 0 else None


def softmax(x: Tensor, dim: int, dtype: Any = None) -> Tensor | None:
    """Return the result of a softmax."""
    return fresh(x.shape, x) if dtype in (None, x.dtype) and x.is_contiguous() else None


def upsample(x: Tensor, size: Any = None, *rest: Any, **options: Any) -> Tensor | None:
    """Return the enlarged tensor, from the wanted size or from factors."""
    if not x.is_contiguous():
        return None
    if size is None:
        factors = rest[-1] if rest else options.get("scale_factors")
        if not isinstance(factors, (list, tuple)):
            return None
        size = [int(n * f) for n, f in zip(x.shape[2:], factors, strict=True)]
    return fresh((*x.shape[:2], *size), x) if len(size) == x.dim() - 2 else None
