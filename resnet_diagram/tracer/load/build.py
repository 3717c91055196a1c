"""Build a model without memory for its weights and without filling them.

Tensors are created on the meta device, which stores only shapes, and filling them has no effect. Some
constructors read values (`torch.linspace(...).tolist()`); for them small tensors are real, and only
parameters and large tensors are meta tensors.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from resnet_diagram.tracer.record.compat import converted, foreign
from resnet_diagram.tracer.record.isolation import check_interrupt, replaced
from resnet_diagram.tracer.record.shapes.joins import binary
from resnet_diagram.tracer.record.shapes.layouts import twin
from resnet_diagram.tracer.record.stand_ins import IDLE
from resnet_diagram.tracer.record.tensors import tag_triangle

Built = TypeVar("Built")


def _functions(owner: Any, names: str) -> frozenset[Any]:
    """Return the functions of some names that a module or class has."""
    return frozenset(getattr(owner, name) for name in names.split() if hasattr(owner, name))


_META = torch.device("meta")
_LARGE = 1 << 12
_VALUED = frozenset({torch.zeros, torch.ones})
_SIZED = frozenset({torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn})
_FACTORIES = _functions(
    torch,
    "empty zeros ones full rand randn randint randperm arange linspace logspace eye tensor as_tensor "
    "empty_strided scalar_tensor tril_indices triu_indices hann_window",
)
_FILLS = _functions(
    Tensor,
    "uniform_ normal_ zero_ fill_ bernoulli_ exponential_ erfinv_ clamp_ mul_ add_ div_ sub_ copy_ "
    "random_ log_normal_ cauchy_ geometric_ clamp_min_ clamp_max_",
)
_ARITHMETIC = _functions(Tensor, "add sub mul div __add__ __mul__ __rmul__ __radd__ __truediv__ __sub__")


class Weightless(TorchFunctionMode):
    """Makes tensors on the meta device, or `large` ones only; filling such a tensor does nothing."""

    def __init__(self, *, large: bool) -> None:
        super().__init__()
        self._large = large

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Return what `func` gives, on the meta device."""
        options = dict(kwargs or {})
        if func in _FACTORIES and (options.get("device") is None or foreign(options["device"])):
            options["device"] = None
            if not self._large:
                return _on_meta(func, args, options)
            sizes = args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args
            if func in _SIZED and prod(size for size in sizes if isinstance(size, int)) > _LARGE:
                options["device"] = _META
        if func is Tensor.cuda:
            return args[0]
        if func is Tensor.to:
            devices = (*args[1:2], options.get("device"))
            if any(isinstance(d, (str, int, torch.device)) and foreign(d) for d in devices):
                return converted(func, args, options)
        if func in _FILLS and args and args[0].is_meta:
            return args[0]
        is_plain = func in _ARITHMETIC and not options and args[0].is_meta and not self._large
        result = binary(*args) if is_plain else None
        result = func(*args, **options) if result is None else result
        tag_triangle(func, args, result)
        return result


def _on_meta(factory: Any, args: Sequence[Any], options: dict[str, Any]) -> Tensor:
    """Return the result of a factory, without values; `arange` would import sympy otherwise."""
    if factory is torch.arange:
        result = factory(*args, **options)
        return torch.empty(result.shape, dtype=result.dtype, device=_META)
    plain = torch.empty if factory in _VALUED and "out" not in options else factory
    tensor: Tensor = plain(*args, **{**options, "device": _META})
    return tensor


@contextlib.contextmanager
def _weightless(*, large: bool) -> Iterator[None]:
    """Build everything inside, or parameters and `large` tensors only, with shapes but without values."""
    original = nn.Parameter.__new__

    def without_values(cls: Any, data: Any = None, requires_grad: bool = True) -> Any:
        if type(data) is Tensor and not data.is_meta:
            data = twin(data)
        return original(cls, data, requires_grad)

    def untouched(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return tensor

    names = [name for name, function in vars(nn.init).items() if name.endswith("_") and callable(function)]
    initialisers = {name: untouched for name in names if not name.startswith("_")}
    parameter = {"__new__": without_values} if large else {}
    with replaced(nn.Parameter, parameter), replaced(nn.init, initialisers), Weightless(large=large):
        yield


def build(make: Callable[[], Built]) -> Built:
    """Return `make()`, built with as little memory as its constructor allows.

    A constructor that runs its model, as to calibrate it, gets real tensors with the values of their
    initialisers. Raises what the constructor raises then, for that is the user's own error.
    """
    with replaced(torch.cuda, IDLE):
        for large in (False, True):
            try:
                with _weightless(large=large):
                    return make()
            except Exception as error:
                check_interrupt(error)
        return make()
