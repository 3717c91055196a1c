"""Well-known functions of one value, and their recognition in sequences of operations.

A spelling is compared by the values it gives on a small sample, so that the order of its operations, and
the form of its constants, do not matter.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import combinations
from math import pi, prod, sqrt

import torch
import torch.nn.functional as F
from torch import Tensor

from resnet_diagram.dataclass import dataclass
from resnet_diagram.tracer.record.operators import OPERATORS, Role
from resnet_diagram.tracer.record.shapes.joins import binary
from resnet_diagram.tracer.record.shapes.rules import pointwise

Function = Callable[[Tensor], Tensor]

_TANH_GELU = "tanh_gelu"
"""GELU with `approximate="tanh"`."""

ACTIVATIONS: dict[str, Function] = {
    "relu": torch.relu,
    "relu6": F.relu6,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "silu": F.silu,
    "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish,
    "mish": F.mish,
    "gelu": F.gelu,
    _TANH_GELU: lambda x: F.gelu(x, approximate="tanh"),
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "softplus": F.softplus,
    "softsign": F.softsign,
    "elu": F.elu,
    "selu": F.selu,
    "squared_relu": lambda x: torch.relu(x) ** 2,
    "tanhshrink": lambda x: x - torch.tanh(x),
    "log_cosh": lambda x: torch.log(torch.cosh(x)),
    "telu": lambda x: x * torch.tanh(torch.exp(x)),
    "serf": lambda x: x * torch.erf(F.softplus(x)),
    "lisht": lambda x: x * torch.tanh(x),
}
"""Elementwise functions, under their names in torch if they have one."""

Options = tuple[tuple[str, object], ...]
"""Arguments of an operation by the names that torch's own has for them."""

_REDUCTIONS = (
    "mean sum var std var_mean std_mean linalg_vector_norm norm amax logsumexp adaptive_avg_pool1d "
    "adaptive_avg_pool2d adaptive_max_pool1d adaptive_max_pool2d avg_pool1d avg_pool2d"
)
_MORE_ELEMENTWISE = (
    "cosh sinh maximum minimum max min true_divide addcmul addcdiv threshold softsign where gt ge lt le"
)
ELEMENTWISE = frozenset(_MORE_ELEMENTWISE.split()).union(
    operator.name for operator in OPERATORS.values() if operator.rule in (pointwise, binary)
)
"""Operations that take each value alone."""
REDUCTIONS = frozenset(_REDUCTIONS.split())
RESHAPES = frozenset(["unsqueeze", "squeeze", "expand_as", "expand", "flatten"])

SUMMARIES: dict[frozenset[str], str] = {
    frozenset({"mean", "std"}): "statistics_pool",
    frozenset({"mean", "var"}): "statistics_pool",
    frozenset({"std_mean"}): "statistics_pool",
    frozenset({"var_mean"}): "statistics_pool",
    frozenset({"adaptive_avg_pool2d", "adaptive_max_pool2d"}): "global_avg_and_max_pool",
    frozenset({"mean", "amax"}): "global_avg_and_max_pool",
}
"""Poolings by the reductions whose results they concatenate."""
GENERALISED_MEAN = "generalised_mean_pool"
"""The pooling that takes the mean of powers, and its root: GeM."""
CLAMPS = frozenset(["clamp", "clamp_min"])
"""Operations before the powers of a generalised mean, which keep them real."""
_POWERS, _ROOTS = frozenset(["pow", "square"]), frozenset(["pow", "sqrt"])
_BESIDE_POWERS = CLAMPS | {"sign", "abs", "relu", "mul"}


@dataclass(frozen=True, slots=True)
class Slot:
    """An argument of a line: the result of another line, or the input (line -1)."""

    line: int
    output: int = 0


@dataclass(frozen=True, slots=True)
class Constant:
    """An argument that is a weight or a constant tensor.

    `adds`: it is added, not multiplied. `zero`: it is known to be zeros.
    """

    adds: bool
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One operation of a formula; lists among its arguments are tuples."""

    op: str
    args: tuple[object, ...]
    kwargs: tuple[tuple[str, object], ...] = ()


Formula = tuple[Line, ...]


@lru_cache(maxsize=4096)
def activation_named(formula: Formula) -> tuple[str, Options]:
    """Return the name and the settings of the activation that a formula is; no name if it is none."""
    value = _elementwise_values(formula)
    shifted = _evaluated(formula, 4, shift=1.0)
    if value is None or shifted is None or value.shape != shifted.shape or not _close(value, shifted):
        return "", ()
    sample = _sample_of(4)
    results = {name: function(sample) for name, function in ACTIVATIONS.items()}
    fits = [name for name, result in results.items() if _close(value, result)]
    if not fits:
        return _family_of(sample, value)
    name = min(fits, key=lambda fit: float((results[fit] - value).abs().max()))
    return ("gelu", (("approximate", "tanh"),)) if name == _TANH_GELU else (name, ())


def _family_of(x: Tensor, value: Tensor) -> tuple[str, Options]:
    """Return the leaky ReLU or ELU whose values these are, with its slope or alpha."""
    if value.shape != x.shape or not _close(value.clamp(min=0), x.clamp(min=0)):
        return "", ()
    at = int(x.argmin())
    for name, setting, function in (
        ("leaky_relu", "negative_slope", F.leaky_relu),
        ("elu", "alpha", F.elu),
    ):
        unit = float(function(x, 1.0).flatten()[at])
        parameter = float(f"{float(value.flatten()[at]) / unit:.4g}")
        if 0 < parameter < 1.0 + (name == "elu") and _close(value, function(x, parameter)):
            return name, ((setting, parameter),)
    return "", ()


def generalised_mean(formula: Formula, rank: int) -> Options | None:
    """Return the arguments of the pooling that a mean of powers and its root is; None for other formulas."""
    plain = [line for line in formula if line.op not in RESHAPES]
    lines = [line for line in plain if line.op not in _BESIDE_POWERS]
    if len(lines) != 3 or lines[-1] is not plain[-1]:
        return None
    power, mean, root = lines
    if power.op not in _POWERS or root.op not in _ROOTS:
        return None
    if mean.op in ("avg_pool1d", "avg_pool2d"):
        return tuple(zip(("kernel_size", "stride", "padding"), mean.args[1:4], strict=False))
    dims = dict(mean.kwargs).get("dim", mean.args[1] if len(mean.args) > 1 else ())
    over = {int(dim) % rank for dim in dims} if isinstance(dims, tuple) else set()
    is_global = "adaptive" in mean.op or (mean.op == "mean" and over == set(range(2, rank)))
    return () if is_global else None


@lru_cache(maxsize=4096)
def is_global_mean(formula: Formula, rank: int) -> bool:
    """Return whether a formula of several reductions is the mean over all axes but batch and channels."""
    value = _evaluated(formula, rank) if all(line.op in REDUCTIONS | RESHAPES for line in formula) else None
    mean = _sample_of(rank).flatten(2).mean(2) if rank > 3 else None
    if value is None or mean is None or value.numel() != mean.numel():
        return False
    return _close(value.reshape(mean.shape), mean)


@lru_cache(maxsize=4096)
def is_curved(formula: Formula) -> bool:
    """Return whether a formula takes each value alone and is no straight line."""
    value = _elementwise_values(formula)
    sample = _sample_of(4)
    if value is None or value.shape != sample.shape:
        return False
    order = sample.flatten().argsort()
    slopes = value.flatten()[order].diff() / sample.flatten()[order].diff()
    return not bool(torch.allclose(slopes, slopes.mean(), rtol=1e-3, atol=1e-3))


def _elementwise_values(formula: Formula) -> Tensor | None:
    """Return the results of an elementwise formula; None for other formulas.

    None, too, if its weights only scale or shift the result, which is then a function and a scale.
    """
    if any(line.op not in ELEMENTWISE for line in formula):
        return None
    value = _evaluated(formula, 4)
    if value is None or not any(isinstance(given, Constant) for line in formula for given in line.args):
        return value
    scaled, shifted = _evaluated(formula, 4, scale=2.0), _evaluated(formula, 4, shift=1.0)
    if scaled is None or shifted is None or _close(value + 1.0, shifted):
        return None
    return None if _in_proportion(value, scaled) and not _close(value, scaled) else value


@lru_cache(maxsize=4096)
def reduction_named(formula: Formula, rank: int) -> tuple[Role, str] | None:
    """Return the softmax or the norm that a formula is on values of `rank` axes; None if it is neither."""
    value = _evaluated(formula, rank) if any(line.op in REDUCTIONS for line in formula) else None
    sample = _sample_of(rank)
    if value is None or value.shape != sample.shape:
        return None
    for name, function in (("softmax", torch.softmax), ("log_softmax", torch.log_softmax)):
        if any(_close(value, function(sample, axis)) for axis in range(1, rank)):
            return Role.ACTIVATION, name
    for name, reference in _norms(sample):
        if _in_proportion(reference, value):
            is_scaled = name == "l2_norm" and not _close(reference, value)
            return Role.NORM, "rms_norm" if is_scaled else name
    return None


def _norms(x: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Yield the names and results of the norms of a sample, over each choice of axes but the batch."""
    rank = x.dim()
    space = tuple(range(2, rank))
    for count in range(1, rank):
        for axes in combinations(range(1, rank), count):
            mean = x.mean(axes, keepdim=True)
            centred = (x - mean) / (x - mean).square().mean(axes, keepdim=True).sqrt()
            yield ("instance_norm" if axes == space and rank > 3 else "layer_norm"), centred
            yield "l2_norm", x / x.square().sum(axes, keepdim=True).sqrt()
    for axes, channels in ((space, 1), (tuple(range(1, rank - 1)), rank - 1)):
        if axes:
            size = x.square().sum(axes, keepdim=True).sqrt()
            weighed = x * size / size.mean(channels, keepdim=True)
            yield "global_response_norm", weighed
            yield "global_response_norm", x + weighed


@lru_cache(maxsize=8)
def _sample_of(rank: int) -> Tensor:
    """Return values between -8 and 8, denser near 0, in a tensor of `rank` axes, each of another size."""
    shape = (2, 4, 3, 5, 2)[:rank]
    numbers = torch.arange(prod(shape), dtype=torch.float64)
    return (8 * torch.sin(1.7 * numbers + 0.3 * pi) ** 3 + 0.01 * sqrt(2) * numbers / len(numbers)).reshape(
        shape
    )


def _evaluated(formula: Formula, rank: int, *, scale: float = 1.0, shift: float = 0.0) -> Tensor | None:
    """Return the results of a formula on the sample, or None if it cannot be run.

    `scale` and `shift` replace the weights that are multiplied and added.
    """
    results: list[object] = []

    def given(value: object) -> object:
        match value:
            case Slot(line=-1):
                return _sample_of(rank)
            case Slot():
                result = results[value.line]
                return result[value.output] if isinstance(result, tuple) else result
            case Constant():
                number = 0.0 if value.zero else shift if value.adds else scale
                return torch.tensor(number, dtype=torch.float64)
            case tuple():
                return [given(item) for item in value]
            case _:
                return value

    try:
        with torch.no_grad():
            for line in formula:
                run = getattr(torch.ops.aten, line.op)
                arguments = {name: given(value) for name, value in line.kwargs}
                results.append(run(*[given(value) for value in line.args], **arguments))
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError, NotImplementedError):
        return None
    last = results[-1]
    return last if isinstance(last, Tensor) and bool(last.isfinite().all()) else None


def _close(value: Tensor, other: Tensor) -> bool:
    """Return whether two results agree as far as constants of a formula are written out."""
    return value.shape == other.shape and bool(torch.allclose(value, other, rtol=2e-3, atol=2e-3))


def _in_proportion(value: Tensor, other: Tensor) -> bool:
    """Return whether one result is a multiple of the other, by a factor above zero."""
    if value.shape != other.shape:
        return False
    factor = float((value * other).sum() / value.square().sum().clamp_min(1e-12))
    return factor > 1e-6 and _close(value * factor / max(1.0, factor), other / max(1.0, factor))
