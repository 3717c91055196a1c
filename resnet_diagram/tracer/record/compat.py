"""Substitutes for operations that tensors without values do not support, used after a failed run."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class Compatible(TorchFunctionMode):
    """Answers `.tolist()` and `.numpy()` with ones, and ignores moves to other devices."""

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Return the stand-in, or what the function gives with foreign devices taken out."""
        options = dict(kwargs or {})
        name = getattr(func, "__name__", "")
        if args and isinstance(args[0], Tensor):
            tensor = args[0]
            if name in ("cuda", "cpu", "pin_memory"):
                return tensor
            if name in ("numpy", "__array__", "tolist") and tensor.is_meta:
                real = torch.ones(tensor.shape, dtype=tensor.dtype, device="cpu")
                return real.tolist() if name == "tolist" else real.numpy()
            if name == "to":
                return converted(func, args, options)
        if options.get("device") is not None and foreign(options["device"]):
            options["device"] = torch.device("cpu")
        return func(*args, **options)


def foreign(device: Any) -> bool:
    """Return whether a device may not be there."""
    return isinstance(device, int) or torch.device(device).type not in ("cpu", "meta")


def converted(func: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    """Return `tensor.to(...)` without its device."""
    rest = [a for a in args[1:] if isinstance(a, (torch.dtype, Tensor))]
    options.pop("device", None)
    asks = rest or options.get("dtype") is not None
    return func(args[0], *rest, **options) if asks else args[0]
