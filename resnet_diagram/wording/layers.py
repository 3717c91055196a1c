"""Layers and shortcuts in words."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache
from math import prod
from typing import NamedTuple

from resnet_diagram.spec.model import Layer, LayerKind, Shortcut, ShortcutKind
from resnet_diagram.spec.settings import FACTOR, INPUT, setting
from resnet_diagram.spec.shapes import extent_text
from resnet_diagram.spec.traits import (
    APPENDED,
    FOLLOWING,
    SILENT,
    dilation_of,
    is_depthwise,
    is_space_to_depth,
    takes_channels,
)
from resnet_diagram.wording.symbols import PLUS
from resnet_diagram.wording.terms import NOTHING, Kind, Label, Term, literal, number, phrase
from resnet_diagram.wording.vocabulary import Word

_OPERATORS: dict[str, Word | str] = {
    "conv": Word.CONV,
    "linear": Word.LINEAR,
    "lstm": "LSTM",
    "gru": "GRU",
    "rnn_tanh": "RNN",
    "rnn_relu": "RNN",
    "lstm_cell": "LSTM cell",
    "gru_cell": "GRU cell",
    "rnn_tanh_cell": "RNN cell",
    "rnn_relu_cell": "RNN cell",
    "attention": Word.ATTENTION,
    "max_pool": Word.MAX_POOL,
    "avg_pool": Word.AVG_POOL,
    "global_avg_pool": Word.GLOBAL_AVG_POOL,
    "global_max_pool": Word.GLOBAL_MAX_POOL,
    "upsample": "upsampling",
    "subsample": Word.SUBSAMPLE,
    "channel_shuffle": Word.CHANNEL_SHUFFLE,
    "roll": Word.CYCLIC_SHIFT,
    "pixel_shuffle": Word.PIXEL_SHUFFLE,
    "zero_pad": Word.ZERO_PAD,
    APPENDED: Word.ZERO_PAD,
    "statistics_pool": Word.STATISTICS_POOL,
    "lp_pool": Word.LP_POOL,
    "generalised_mean_pool": Word.GENERALISED_MEAN_POOL,
    "global_avg_and_max_pool": Word.GLOBAL_AVG_AND_MAX_POOL,
    "frozen_bn": Word.FROZEN_BN,
    "affine_norm": Word.AFFINE,
    "normalize": Word.NORMALISE,
    "learned_scale": Word.LEARNED_SCALE,
    "layer_scale": Word.LAYER_SCALE,
    "shift": Word.SHIFT,
    "scale": Word.SCALE,
    "amax": Word.MAXIMUM,
    "l2_norm": "L2 norm",
    "global_response_norm": "GRN",
    "quick_gelu": "quick GELU",
    "squared_relu": "ReLU²",
    "batch_norm": "BN",
    "group_norm": "GN",
    "instance_norm": "IN",
    "layer_norm": "LN",
    "rms_norm": "RMSNorm",
    "local_response_norm": "LRN",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "leaky ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "celu": "CELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "glu": "GLU",
    "hardswish": "hard-swish",
    "hardsigmoid": "hard-sigmoid",
}
"""Usual name of an operation: a word of the vocabulary, or a name that is the same in every language."""

_UPSAMPLINGS = {
    "bilinear": Word.BILINEAR_UPSAMPLING,
    "trilinear": Word.TRILINEAR_UPSAMPLING,
    "nearest": Word.NEAREST_UPSAMPLING,
    "bicubic": Word.BICUBIC_UPSAMPLING,
}
"""Usual name of an upsampling, by its operation without the number of dimensions."""

_CONVOLUTIONS = {
    (False, False): Word.CONV,
    (False, True): Word.TRANSPOSED_CONV,
    (True, False): Word.DEPTHWISE_CONV,
    (True, True): Word.DEPTHWISE_TRANSPOSED_CONV,
}
"""Name of a convolution: depthwise or not, transposed or not."""


class Sizes(NamedTuple):
    """Sizes of a layer as labels: numbers, or symbols that hold for many layers; empty where not written."""

    channels: Label
    stride: Label = NOTHING
    groups: Label = NOTHING
    dilation: Label = NOTHING


def operator_name(layer: Layer) -> Label:
    """Return the usual short name of a layer's operation.

    >>> operator_name(Layer(kind=LayerKind.NORM, op="batch_norm", in_shape=(1,), out_shape=(1,)))
    'BN'
    """
    if takes_channels(layer):
        part, total = layer.out_shape[0], layer.in_shape[0]
        if total % part or part == 1:
            return phrase(Kind.OPERATOR, Word.SOME_CHANNELS, part, total)
        return phrase(Kind.OPERATOR, Word.PART_OF_CHANNELS, total // part)
    if layer.op == "cat" and layer.params and layer.in_shape[0] == layer.out_shape[0]:
        tokens = prod(layer.out_shape[1:]) - prod(layer.in_shape[1:])
        if tokens:  # learned, beside those of the input
            values = (tokens,) if tokens > 1 else ()
            return phrase(Kind.OPERATOR, Word.LEARNED_TOKENS if values else Word.CLASS_TOKEN, *values)
    word = _arithmetic(layer) or _OPERATORS.get(layer.op, layer.op.replace("_", " "))
    if layer.op == "shift" and layer.params:
        each = layer.params == prod(layer.in_shape) > layer.in_shape[0]
        word = Word.POSITION_EMBEDDING if each else Word.LEARNED_SHIFT
    elif is_space_to_depth(layer):
        word = Word.SPACE_TO_DEPTH
    elif layer.kind is LayerKind.UPSAMPLE:
        word = _UPSAMPLINGS.get(layer.op.rstrip("123d"), word)
    kind = Kind(layer.kind.value) if layer.kind in FOLLOWING else Kind.OPERATOR
    joining = setting(layer, INPUT)
    return Label(Term(kind=kind, word=word), *([literal(str(joining), Kind.NAME)] if joining else []))


def _arithmetic(layer: Layer) -> str:
    """Return the factor and the offset of a scale or shift by numbers, such as "×0.2"; else nothing."""
    if layer.op not in ("scale", "shift") or not layer.settings:
        return ""
    factor, offset = setting(layer, FACTOR), setting(layer, "value")
    parts = [f"×{factor:g}"] if isinstance(factor, float) and factor != 1 else []
    parts += [f"{'−' if offset < 0 else '+'} {abs(offset):g}"] if isinstance(offset, float) and offset else []
    return " ".join(parts).replace("-", "−")


_GATHERED = {
    "add": Word.SUM_OF_BRANCHES,
    "iadd": Word.SUM_OF_BRANCHES,
    "cat": Word.CONCATENATION_OF_BRANCHES,
    "concat": Word.CONCATENATION_OF_BRANCHES,
    "stack": Word.CONCATENATION_OF_BRANCHES,
}
"""Names of merges, by operation, to which most ways are not drawn."""


def kernel_text(layer: Layer) -> str:
    """Return the kernel: "3×3", or "k=3" for a kernel of one dimension; empty without a kernel."""
    return "×".join(map(str, layer.kernel)) if len(layer.kernel) != 1 else f"k={layer.kernel[0]}"


def operation(layer: Layer) -> Label:
    """Return a layer without its sizes: "3×3 depthwise conv", "2×2 max pool", "fc", "SiLU"."""
    match layer.kind:
        case LayerKind.CONV:
            word = _CONVOLUTIONS[is_depthwise(layer), layer.op == "conv_transpose"]
            name = phrase(Kind.OPERATOR, word)
        case LayerKind.LINEAR:
            return phrase(Kind.OPERATOR, Word.FC)
        case LayerKind.OPAQUE:
            merge = layer.name.rpartition(".")[2].rstrip("0123456789")
            if layer.op == "gathered" and merge in _GATHERED:
                return phrase(Kind.OPERATOR, _GATHERED[merge])
            is_word = layer.op == "attention"
            return operator_name(layer) if is_word else literal(layer.op, Kind.OPERATOR)
        case _:
            name = operator_name(layer)
    return Label(literal(kernel_text(layer), Kind.KERNEL), name)


def stride_label(layer: Layer) -> Label:
    """Return the stride, such as "s=2"; empty for a stride of one."""
    stepped = any(step != 1 for step in layer.stride)
    return literal(f"s={extent_text(layer.stride)}", Kind.STRIDE) if stepped else NOTHING


def sizes_of(layer: Layer) -> Sizes:
    """Return the layer's own sizes; no stride or dilation of one, no groups of one or of all channels."""
    grouped, dilation = 1 < layer.groups < layer.in_shape[0], dilation_of(layer)
    is_dilated = layer.kind is LayerKind.CONV and any(step != 1 for step in dilation)
    return Sizes(
        channels=Label(number(Kind.CHANNELS, layer.out_shape[0])),
        stride=stride_label(layer),
        groups=phrase(Kind.GROUPS, Word.GROUPS, layer.groups) if grouped else NOTHING,
        dilation=phrase(Kind.DILATION, Word.DILATION, extent_text(dilation)) if is_dilated else NOTHING,
    )


def layer_lines(layer: Layer, sizes: Sizes | None = None) -> tuple[Label, ...]:
    """Return the lines in a layer's box, without norm and activation; `sizes` replaces its numbers."""
    if layer.kind is LayerKind.OPAQUE:
        name = layer.name if layer.op.isidentifier() and layer.op != layer.name else ""
        return tuple(line for line in (operation(layer), literal(name)) if line)
    return _lines_with(layer, sizes) if sizes else _own_lines(replace(layer, name=""))


@lru_cache(maxsize=4096)
def _own_lines(layer: Layer) -> tuple[Label, ...]:
    """Return the lines of a layer without a name; most layers of a deep network differ in theirs alone."""
    return _lines_with(layer, sizes_of(layer))


def _lines_with(layer: Layer, sizes: Sizes) -> tuple[Label, ...]:
    """Return the lines of a layer with some sizes; labels of one text may differ in what C means."""
    match layer.kind:
        case LayerKind.CONV:
            lines = (
                Label(operation(layer), sizes.channels, sizes.stride, joint=", "),
                Label(sizes.groups, sizes.dilation, joint=", "),
            )
        case LayerKind.LINEAR:
            lines = (Label(operation(layer), sizes.channels, joint=", "), NOTHING)
        case LayerKind.ATTENTION:
            lines = (operator_name(layer), sizes.groups)
        case _ if layer.kernel:
            lines = (Label(operation(layer), sizes.stride, joint=", "), NOTHING)
        case _:
            lines = (operator_name(layer), NOTHING)
    return tuple(line for line in lines if line)


def layer_label(layer: Layer) -> Label:
    """Return a layer in one line, such as "3×3 conv, 64, s=2, 32 groups"."""
    return Label(*layer_lines(layer), joint=", ")


def names_only(layers: Iterable[Layer]) -> Label:
    """Return the names of operations, such as "BN, ReLU"."""
    return _names_only(tuple(replace(layer, name="") for layer in layers))


@lru_cache(maxsize=4096)
def _names_only(layers: tuple[Layer, ...]) -> Label:
    return Label(*map(operator_name, layers), joint=", ")


def shortcut_label(shortcut: Shortcut) -> Label:
    """Return a shortcut in words.

    Such as "identity", "1×1 conv, s=2", "2×2 avg pool, s=2 + 1×1 conv", "zero-pad, s=2".
    """
    layers = [layer for layer in shortcut.layers if isinstance(layer, Layer)]
    match shortcut.kind:
        case ShortcutKind.IDENTITY:
            return kind_label(shortcut.kind)
        case ShortcutKind.ZERO_PAD:
            return Label(kind_label(shortcut.kind), *map(stride_label, layers), joint=", ")
    by_name = Label(*(layer_on_shortcut(layer) for layer in layers if layer.kind not in SILENT), joint=PLUS)
    return by_name or kind_label(shortcut.kind)


def plus_lines(label: Label) -> tuple[str, ...]:
    """Return the layers on a shortcut as lines that begin with a plus.

    >>> plus_lines(Label(literal("2×2 avg pool, s=2"), literal("1×1 conv"), joint=PLUS))
    ('2×2 avg pool, s=2', '+ 1×1 conv')
    """
    if label.joint != PLUS:
        return (label,)
    first, *rest = [part for part in label.parts if part]
    inner = plus_lines(first) if isinstance(first, Label) else (str(first),)
    return (*inner, *(f"{PLUS.lstrip()}{part}" for part in rest))


def layer_on_shortcut(layer: Layer) -> Label:
    """Return a layer on a shortcut, without the channels, which equal the block's."""
    if layer.kind is LayerKind.LINEAR:
        return phrase(Kind.OPERATOR, Word.LINEAR)
    return layer_lines(layer, sizes_of(layer)._replace(channels=NOTHING))[0]


@cache
def kind_label(kind: ShortcutKind) -> Label:
    """Return the kind of a shortcut, such as "zero-pad"."""
    return phrase(Kind.SHORTCUT, Word(kind.value))
