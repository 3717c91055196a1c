"""Quantised modules: the float modules that they were, which can be run on tensors without values."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from torch import nn

_HOMES = ("torch.ao.nn.quantized", "torch.ao.nn.intrinsic.quantized")
_CONVOLUTION = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups")
_TRANSPOSED = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups")
_RECURRENT = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")
_ARGUMENTS = {
    **{f"Conv{dims}d": _CONVOLUTION for dims in (1, 2, 3)},
    **{f"ConvTranspose{dims}d": _TRANSPOSED for dims in (1, 2, 3)},
    "Linear": ("in_features", "out_features"),
    "LSTM": _RECURRENT,
    "GRU": _RECURRENT,
}
"""Float modules with weights, and their arguments: attributes of the quantised ones."""


@contextlib.contextmanager
def as_float(model: nn.Module) -> Iterator[list[str]]:
    """Replace quantised modules by float ones, yield the notes on them, and put them back afterwards."""
    replaced: list[tuple[nn.Module, str, nn.Module]] = []
    for holder in list(nn.Module.modules(model)):
        for name, module in nn.Module.named_children(holder):
            plain = _float_module(module)
            if plain is not None:
                replaced.append((holder, name, module))
                setattr(holder, name, plain)
    try:
        yield ["quantised modules are drawn as the float modules that they were"] if replaced else []
    finally:
        for holder, name, module in replaced:
            setattr(holder, name, module)


def _float_module(module: Any) -> nn.Module | None:
    """Return the float module that a quantised one was; None for other modules."""
    kinds = type(module).__mro__
    home, name = type(module).__module__, type(module).__name__
    if not home.startswith(_HOMES) or "FloatFunctional" in name:
        return None
    if name in ("Quantize", "DeQuantize"):
        return nn.Identity()
    if name == "QFunctional":
        plain: nn.Module = vars(sys.modules[home])["FloatFunctional"]()
        return plain
    weighted = next((kind.__name__ for kind in kinds if kind.__name__ in _ARGUMENTS), None)
    if weighted:
        arguments = {argument: getattr(module, argument) for argument in _ARGUMENTS[weighted]}
        if "bias" not in arguments:
            arguments["bias"] = module.bias() is not None
        if "padding" in arguments and getattr(module, "padding_mode", "zeros") != "zeros":
            arguments["padding_mode"] = module.padding_mode
        plain = getattr(nn, weighted)(**arguments, device="meta")
        return nn.Sequential(plain, nn.ReLU()) if "ReLU" in name else plain
    original = next(
        (k for k in kinds if k.__module__.startswith("torch.nn.modules.") and k is not nn.Module), None
    )
    if original is None:
        return None
    result: Any = object.__new__(original)
    vars(result).update(vars(module), training=False)
    return result if isinstance(result, nn.Module) else None
