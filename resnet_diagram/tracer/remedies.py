"""Remedies for failed runs, derived from their errors."""

import re
from collections.abc import Sequence

from torch import nn

from resnet_diagram.errors import error_text
from resnet_diagram.tracer.load.inputs import CONVOLUTIONS, InputSpec, first_weighted

_OF_SHAPE = re.compile(
    r"shape|size|dimension|channel|input\[|mat1|mat2|broadcast|expected .*(input|tensor)|too (small|large)"
    r"|num_features|out of range|divisible|stride",
    re.IGNORECASE,
)
_AS_CONTAINER = re.compile(
    r"only supports Tensor or scalar, but you passed in a <class 'str'>"
    r"|indices.*got '?str|too many indices.*|only integers, slices"
    r"|'Tensor' object has no attribute '(keys|values|items|get|\w*)'"
    r"|not enough values to unpack|too many values to unpack|Iterating over a tensor",
    re.DOTALL,
)
_REMEDIES = (
    (
        re.compile(r"storage_device\.is_cpu|nested ?tensor|sparse\w* ?tensor|SparseMeta", re.IGNORECASE),
        "Nested and sparse tensors cannot be traced; draw the model with dense, padded ones.",
    ),
    (
        re.compile(r"'(list|dict)' object has no attribute|(must be|got) (Tensor, not |\()(list|dict)\b"),
        "The model has one argument, and the inputs were given to it as parts of a list or dictionary. "
        "Give one --input if it takes a tensor.",
    ),
    (
        re.compile(r"quantized::|'Quantized\w*' backend|quantize_per_(tensor|channel)"),
        "Quantised operations cannot be traced; draw the float model, before it is converted.",
    ),
    (
        re.compile(
            r"not compiled with CUDA|NVIDIA driver|CUDA error|dummy base class|no CUDA GPUs|CUDA.*not avail"
        ),
        "This line needs a GPU, and drawing runs without one: skip it there when the input is not on one "
        "(x.is_cuda).",
    ),
    (
        re.compile(
            r"boolean value of Tensor|data-dependent|meta tensors|item\(\) cannot be called", re.IGNORECASE
        ),
        "The line needs the values of a tensor, and drawing runs without values.",
    ),
)


def remedy(model: nn.Module, error: BaseException, inputs: Sequence[InputSpec], *, given: bool) -> str:
    """Return the remedy for an error of a forward; it suggests another shape only for shape errors."""
    text = error_text(error)
    if 'missing the required "forward"' in text:
        return _named_parts(model)
    for pattern, advice in _REMEDIES:
        if pattern.search(text):
            return advice
    if _AS_CONTAINER.search(text):
        return (
            "If the model reads a dictionary or a list there, give its parts: --input image=3x32x32, "
            f"or by the argument's name, as in --input batch[0].image=3x32x32.{_expectation(model)}"
        )
    if _OF_SHAPE.search(text):
        channels = getattr(first_weighted(model), "in_channels", None)
        shapes = (spec.shape for spec in inputs if len(spec.shape) > 2)
        last = next((shape for shape in shapes if shape[-1] == channels != shape[1]), None)
        action = "Give another shape with --input." if given else _GUESSED
        if given and last:
            action = f"The channels come first: --input {'x'.join(map(str, (channels, *last[1:-1])))}."
        return f"{_expectation(model)} {action}".lstrip()
    return "" if given else _GUESSED


_GUESSED = "The input was guessed; give its shape with --input."


def _named_parts(model: nn.Module) -> str:
    """Return the advice to draw a part of a model without a forward."""
    kind, lists = type(model).__name__, (nn.ModuleList, nn.ModuleDict)
    parts = {
        name: type(part).__name__
        for name, part in nn.Module.named_children(model)
        if type(part).forward is not nn.Module.forward and not isinstance(part, lists)
    }
    if not parts:
        return f"{kind} has no forward and holds no module with one; name the network itself."
    listing = ", ".join(f"{name} ({part})" for name, part in parts.items())
    return (
        f"{kind} has no forward of its own. Draw a module that it holds: {listing}; "
        f"as in path/file.py:{kind}().{next(iter(parts))}."
    )


def _expectation(model: nn.Module) -> str:
    """Return a sentence on the input of the first layer with weights, empty if it names none."""
    layer = first_weighted(model)
    for kind, dims in CONVOLUTIONS.items():
        if isinstance(layer, kind):
            shape = "×".join(["N", str(getattr(layer, "in_channels", "?")), *"DHW"[3 - dims :]])
            return f" Its first convolution expects {shape}."
    if isinstance(layer, nn.Linear):
        return f" Its first linear layer expects N×{layer.in_features}."
    if isinstance(layer, nn.Embedding):
        return f" Its first layer looks up {layer.num_embeddings} words: whole numbers, as in 1x128:int64."
    return ""
