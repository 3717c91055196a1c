"""Read the inputs of a model from text, or guess them from its first weighted layer."""

import ast
import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod

import torch
from torch import nn

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import UsageError
from resnet_diagram.limits import COUNT, SIZE
from resnet_diagram.tracer.record.isolation import attribute_of

DTYPES = frozenset(
    (
        "float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128 float "
        "int long"
    ).split()
)
"""Types of tensors that an input may have."""
_HALF_AND_DOUBLE = frozenset({"float16", "bfloat16", "float64"})
"""Types of weights whose models take inputs of that type."""

CONVOLUTIONS: dict[type[nn.Module], int] = {nn.Conv1d: 1, nn.Conv2d: 2, nn.Conv3d: 3}
_MANY_CLASSES = 1000  # as many as ImageNet has; its pictures are large
_EXAMPLES = "--input 3x224x224, 1x3x224x224, 3,224,224, 1x128:int64, mask=1x16:bool or batch.image=3x32x32"
_ITEM = r"\[\d+\]|\[\"[^\"=]+\"\]"
_PATH = re.compile(rf"(?:[^\W\d]\w*|{_ITEM})(?:\.\w+|{_ITEM})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """One tensor, or another value, that a model is called with; without a name a positional argument.

    `shape` is as the user wrote it, with or without the batch; () for a `constant`. `name` may be the place
    in a dictionary or list: `batch.image`, `pair[0]`; with `[0].image` the argument is the model's first.
    """

    shape: tuple[int, ...]
    name: str = ""
    dtype: str = "float32"
    constant: object = None

    def value(self) -> object:
        """Return a tensor of this shape and type that has no values, or the constant."""
        if not self.shape:
            return self.constant
        return torch.empty(self.shape, dtype=getattr(torch, self.dtype), device="meta")


def parse_input(text: str) -> InputSpec:
    """Return the input a text such as `3x224x224`, `1x128:int64` or `mask=1x16:bool` describes.

    The name may be the place in a dictionary or list (`batch.image`, `pair[0]`, `batch["a.b"]`), and True,
    False, None, a decimal number, a whole number below one or a quoted string after it is taken as it is.
    Raises UsageError for any other text.

    >>> parse_input("mask=1x16:bool")
    InputSpec(shape=(1, 16), name='mask', dtype='bool', constant=None)
    >>> parse_input("3,224,224").shape, parse_input("3X224X224").shape
    ((3, 224, 224), (3, 224, 224))
    >>> parse_input("options.deep=True").constant
    True
    """
    name, equals, rest = text.strip().partition("=") if "=" in text else ("", "", text.strip())
    if equals and _PATH.fullmatch(name.strip()):
        with contextlib.suppress(ValueError, SyntaxError):
            value = ast.literal_eval(rest.strip())
            no_size = isinstance(value, int) and value <= 0
            if no_size or isinstance(value, (bool, float, str, type(None))):
                return InputSpec(shape=(), name=name.strip(), constant=value)
    shape, colon, dtype = rest.partition(":")
    sizes = [part.strip() for part in re.split(r"[xX×,]", shape.strip("()[] "))]
    if (equals and not _PATH.fullmatch(name.strip())) or not all(s.isdecimal() and int(s) > 0 for s in sizes):
        raise UsageError(f"Cannot read the input {text!r}; sizes are whole numbers above zero: {_EXAMPLES}.")
    if any(len(s) > len(str(SIZE)) for s in sizes) or prod(map(int, sizes)) > COUNT // 16:
        raise UsageError(
            f"The input {text[:40]!r} is too large: expected sizes up to {SIZE:,}, and "
            f"{COUNT // 16:,} values."
        )
    if colon and dtype.strip() not in DTYPES:
        names = ", ".join(sorted(DTYPES))
        raise UsageError(f"Unknown type {dtype!r} in the input {text!r}; known are {names}.")
    return InputSpec(shape=tuple(int(s) for s in sizes), name=name.strip(), dtype=dtype.strip() or "float32")


def first_weighted(model: nn.Module) -> nn.Module | None:
    """Return the first layer with weights, in the order the model defines them."""
    sorts = (*CONVOLUTIONS, nn.Linear, nn.Embedding, nn.LSTM, nn.GRU, nn.RNN, nn.MultiheadAttention)
    return next((m for m in nn.Module.modules(model) if isinstance(m, sorts)), None)


def _rank_of_input(layer: nn.Module | None) -> int | None:
    """Return the least number of dimensions, batch included, that a layer's input has; None if unknown."""
    for kind, dims in CONVOLUTIONS.items():
        if isinstance(layer, kind):
            return dims + 2
    if isinstance(layer, (nn.Linear, nn.Embedding)):
        return 2
    in_batches = isinstance(layer, nn.MultiheadAttention) and layer.batch_first
    return 3 if in_batches or isinstance(layer, (nn.LSTM, nn.GRU, nn.RNN)) else None


def _rank_for(shape: Sequence[int], model: nn.Module) -> int | None:
    """Return the number of dimensions, batch included, that a model wants of an input of that shape.

    That is what the first convolution wants that takes such an input, with or without a batch; else what
    the first layer with weights does. Layers for a time step or a class may be defined before both.
    """
    ranks = (_rank_of_input(m) for m in nn.Module.modules(model) if isinstance(m, tuple(CONVOLUTIONS)))
    sizes = (rank for rank in ranks if rank is not None and rank - 1 <= len(shape) <= rank)
    return next(sizes, None) or _rank_of_input(first_weighted(model))


def has_no_batch(spec: InputSpec, model: nn.Module) -> bool:
    """Return whether an input has one dimension less than the layers that take it want."""
    rank = _rank_for(spec.shape, model)
    return rank is not None and rank > 2 and len(spec.shape) == rank - 1


def has_nodes(specs: Sequence[InputSpec]) -> bool:
    """Return whether the first of several inputs holds the nodes of one graph, and another connects them.

    That is a list of edges, `(2, E)` in whole numbers, or a square matrix of as many rows as nodes.
    """
    nodes, *others = [spec for spec in specs if spec.shape] or specs
    count = nodes.shape[0] if nodes.shape else 1
    edges = (spec for spec in others if spec.dtype.startswith("int") and len(spec.shape) == 2)
    square = any(spec.shape == (count, count) for spec in others)
    return count > 1 and len(nodes.shape) < 3 and (square or any(2 == e.shape[0] != count for e in edges))


def variants(specs: Sequence[InputSpec], model: nn.Module) -> list[list[InputSpec]]:
    """Return the possible interpretations of the user's input, the most likely first.

    The layers determine the number of dimensions of the first input. Otherwise a first size of one is the
    batch. The other interpretation is tried if the first one does not run.
    """
    tensors = [spec for spec in specs if spec.shape]
    if not tensors:
        return [list(specs)]
    lead = tensors[0]
    rank = _rank_for(lead.shape, model)
    lacks_batch = lead.shape[0] != 1 if rank is None else len(lead.shape) == rank - 1
    batched = [replace(spec, shape=(1, *spec.shape)) if spec.shape else spec for spec in specs]
    at = list(specs).index(lead)
    alone = batched[at] if lacks_batch else lead
    rest = batched if lacks_batch else list(specs)  # the others are written with a batch if the lead is
    leads = [[*specs[:at], spec, *specs[at + 1 :]] for spec in (alone, batched[at])]
    readings = [[*rest[:at], alone, *rest[at + 1 :]], batched, *leads, list(specs)]
    return [reading for k, reading in enumerate(readings) if reading not in readings[:k]]


def in_type_of(model: nn.Module, specs: Sequence[InputSpec]) -> list[InputSpec]:
    """Return the inputs with float32 replaced by the type of the model's weights, such as bfloat16."""
    layer = first_weighted(model)
    if layer is None or isinstance(layer, nn.Embedding):
        layer = model
    weight = next((p for p in nn.Module.parameters(layer) if p.is_floating_point()), None)
    dtype = "float32" if weight is None else str(weight.dtype).removeprefix("torch.")
    if dtype not in _HALF_AND_DOUBLE:
        return list(specs)
    return [replace(spec, dtype=dtype) if spec.dtype == "float32" else spec for spec in specs]


Guess = tuple[tuple[int, ...], str]
_COMMON: tuple[Guess, ...] = (
    ((3, 224, 224), "float32"),
    ((1, 28, 28), "float32"),
    ((128,), "float32"),
    ((128,), "int64"),
)


def guess_inputs(model: nn.Module) -> Iterator[InputSpec]:
    """Yield each input worth trying, batch included, the likely ones first: those the model was made for."""
    configs = [attribute_of(model, attribute) for attribute in ("pretrained_cfg", "default_cfg")]
    sizes = [config.get("input_size") for config in configs if isinstance(config, dict)]
    configured = [
        (tuple(map(int, size)), "float32") for size in sizes if isinstance(size, (tuple, list)) and size
    ]
    for shape, dtype in dict.fromkeys((*configured, *_suitable(model), *_COMMON)):
        yield InputSpec(shape=(1, *shape), dtype=dtype)


def _suitable(model: nn.Module) -> Iterator[Guess]:
    """Yield inputs that fit the first layer with weights."""
    layer = first_weighted(model)
    if isinstance(layer, nn.Conv2d):
        yield from (((layer.in_channels, *size), "float32") for size in _sizes_2d(model, layer))
    elif isinstance(layer, nn.Conv1d):
        yield from (((layer.in_channels, n), "float32") for n in (1024, 16000, 128))
    elif isinstance(layer, nn.Conv3d):
        sizes = ((16, 112, 112), (16, 224, 224), (32, 32, 32), (64, 64, 64))
        yield from (((layer.in_channels, *size), "float32") for size in sizes)
    elif isinstance(layer, nn.Embedding):
        yield from (((n,), "int64") for n in (128, 64, 16))
    elif isinstance(layer, nn.Linear):
        yield (layer.in_features,), "float32"
        yield (16, layer.in_features), "float32"
    elif isinstance(layer, (nn.LSTM, nn.GRU, nn.RNN)):
        yield (16, layer.input_size), "float32"
    elif isinstance(layer, nn.MultiheadAttention):
        yield (16, layer.embed_dim), "float32"


def _sizes_2d(model: nn.Module, layer: nn.Conv2d) -> list[tuple[int, int]]:
    """Return picture sizes, those first that the model or its first convolution suggests."""
    sides = [224, 32, 299, 256, 384, 64, 28, 512, 128, 96]
    linear = [module for module in nn.Module.modules(model) if isinstance(module, nn.Linear)]
    classes = linear[-1].out_features if linear else 0
    if max(layer.kernel_size) <= 3 and max(layer.stride) == 1 and classes < _MANY_CLASSES:
        sides = [32, 224, 28, *sides[2:]]
    sizes = [(side, side) for side in sides]
    for attribute in ("input_size", "img_size", "image_size"):
        value = attribute_of(model, attribute)
        size = (value, value) if isinstance(value, int) and value > 0 else value
        if isinstance(size, (tuple, list)) and len(size) >= 2 and all(isinstance(n, int) for n in size):
            sizes.insert(0, (int(size[-2]), int(size[-1])))
    return sizes
