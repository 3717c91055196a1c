"""The words in a drawing: layers, shortcuts, shapes and blocks."""

from collections.abc import Iterable
from typing import NamedTuple

from resnet_diagram.diagram.options import Show, StageNames
from resnet_diagram.spec.measure import (
    BlockKind,
    Part,
    block_kind,
    gate_ratio,
    macs,
    params,
    pre_activation,
    weighted_layers,
)
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Shape, Shortcut, ShortcutKind, Stage
from resnet_diagram.spec.shapes import extent_text, shape_text
from resnet_diagram.spec.traits import SILENT


class Said(NamedTuple):
    """What is written for the sizes of a layer: numbers, or symbols that stand for those of many layers."""

    channels: str
    stride: str
    groups: str


_LONGEST_NAME = 28

_SHORT = {
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
    "global_avg_pool": "global avg pool",
    "global_max_pool": "global max pool",
    "zero_pad": "zero-pad",
    "l2_norm": "L2 norm",
    "global_response_norm": "GRN",
    "frozen_bn": "BN (frozen)",
    "affine_norm": "affine",
    "quick_gelu": "quick GELU",
    "squared_relu": "ReLU²",
    "statistics_pool": "statistics pooling",
    "global_avg_and_max_pool": "global avg + max pool",
    "learned_scale": "× learned α",
    "layer_scale": "layer scale",
    "shift": "add",
    "bilinear2d": "bilinear upsampling",
    "nearest2d": "nearest upsampling",
    "bicubic2d": "bicubic upsampling",
}

_BLOCK_WORDS = {
    BlockKind.BASIC: "basic block",
    BlockKind.BOTTLENECK: "bottleneck",
    BlockKind.INVERTED_BOTTLENECK: "inverted bottleneck",
    BlockKind.OTHER: "block",
}


def change_text(before: Shape, after: Shape) -> str:
    """Both shapes, as at a stage's entry.

    >>> change_text((256, 56, 56), (512, 28, 28))
    '56×56×256 → 28×28×512'
    """
    return f"{shape_text(before)} → {shape_text(after)}"


def op_word(layer: Layer) -> str:
    """The usual short name of a layer's operation.

    >>> op_word(Layer(kind=LayerKind.NORM, op="batch_norm", in_shape=(1,), out_shape=(1,)))
    'BN'
    """
    return _SHORT.get(layer.op, layer.op.replace("_", " "))


def stride_words(layer: Layer) -> list[str]:
    """`["s=2"]`, or nothing for a stride of one."""
    return [f"s={extent_text(layer.stride)}"] if any(step != 1 for step in layer.stride) else []


def _window(layer: Layer, word: str) -> str:
    """The kernel and the operation: "3×3 conv"; a kernel of one number says that it is one."""
    kernel = "×".join(map(str, layer.kernel))
    return f"{'k=' * (len(layer.kernel) == 1)}{kernel} {word}".strip()


def _conv_word(layer: Layer) -> str:
    depthwise = layer.groups > 1 and layer.groups == layer.in_shape[0]
    word = "transposed conv" if layer.op == "conv_transpose" else "conv"
    return f"depthwise {word}" if depthwise else word


def numbers(layer: Layer) -> Said:
    """The layer's own sizes; nothing for a stride of one, and for groups of one or of all channels."""
    grouped = 1 < layer.groups < layer.in_shape[0]
    return Said(
        channels=str(layer.out_shape[0]),
        stride=", ".join(stride_words(layer)),
        groups=f"{layer.groups} groups" if grouped else "",
    )


def _conv_extras(layer: Layer, said: Said) -> str:
    words = [said.groups] if said.groups else []
    if any(gap != 1 for gap in layer.dilation):
        words.append(f"dilation {extent_text(layer.dilation)}")
    return ", ".join(words)


def layer_lines(layer: Layer, said: Said | None = None) -> tuple[str, ...]:
    """What stands in a layer's box, without norm and activation; `said` replaces its numbers."""
    said = said or numbers(layer)
    steps = [said.stride] if said.stride else []
    match layer.kind:
        case LayerKind.CONV:
            head = [_window(layer, _conv_word(layer)), said.channels, *steps]
            extras = _conv_extras(layer, said)
            return (", ".join(head), *([extras] if extras else []))
        case LayerKind.LINEAR:
            return (f"fc, {said.channels}",)
        case LayerKind.OPAQUE:
            return (layer.op, layer.name) if layer.name else (layer.op,)
        case _ if layer.kernel:
            return (", ".join([_window(layer, op_word(layer)), *steps]),)
        case _:
            return (op_word(layer),)


def shortcut_text(shortcut: Shortcut) -> str:
    """What is written beside a shortcut.

    Such as "identity", "1×1 conv, s=2", "2×2 avg pool, s=2 + 1×1 conv", "zero-pad, s=2".
    """
    if shortcut.kind is ShortcutKind.IDENTITY:
        return "identity"
    layers = [layer for layer in shortcut.layers if isinstance(layer, Layer)]
    if shortcut.kind is ShortcutKind.ZERO_PAD:
        return ", ".join(["zero-pad", *(word for layer in layers for word in stride_words(layer))])
    return " + ".join(_shortcut_words(layers)) or shortcut.kind.value


def _shortcut_words(layers: Iterable[Layer]) -> list[str]:
    words = []
    for layer in layers:
        if layer.kind is LayerKind.CONV:
            words.append(", ".join([_window(layer, _conv_word(layer)), *stride_words(layer)]))
        elif layer.kind is LayerKind.LINEAR:
            words.append("linear")
        elif layer.kind not in SILENT:
            words.append(layer_lines(layer)[0])
    return words


def block_words(element: Element) -> tuple[str, ...]:
    """The usual name of a block's type in one or two lines, such as ("pre-activation", "bottleneck")."""
    if not isinstance(element, Block):
        return ("block",)
    if name := _transformer_name(element):
        return (name,)
    gated = any(gate_ratio(one) for branch in element.branches for one in branch)
    name = f"SE {_BLOCK_WORDS[block_kind(element)]}" if gated else _BLOCK_WORDS[block_kind(element)]
    return ("pre-activation", name) if pre_activation(element) else (name,)


def _transformer_name(block: Block) -> str:
    """Attention and multilayer perceptrons have names of their own."""
    kinds = {layer.kind for layer in weighted_layers(block)}
    if LayerKind.ATTENTION in kinds:
        return "attention block"
    return "MLP block" if kinds == {LayerKind.LINEAR} else ""


def block_word(element: Element) -> str:
    """The usual name of a block's type, such as "bottleneck"."""
    return " ".join(block_words(element))


def plural(count: int, word: str) -> str:
    """The word with its count.

    >>> plural(3, "basic block"), plural(1, "bottleneck"), plural(2, "bottleneck")
    ('3 basic blocks', '1 bottleneck', '2 bottlenecks')
    """
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def si_text(number: int) -> str:
    """A count in three digits and the SI prefix.

    >>> si_text(25557032), si_text(4089184256), si_text(64)
    ('25.6 M', '4.09 G', '64')
    """
    for size, prefix in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= 0.9995 * size:
            value = number / size
            digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
            return f"{value:.{digits}f} {prefix}"
    return str(number)


def count_words(part: Part, show: frozenset[Show]) -> tuple[str, ...]:
    """Parameters and MACs of a part, those that shall be shown and are not zero."""
    weights = params(part) if Show.PARAMS in show else 0
    work = macs(part) if Show.MACS in show else 0
    found = [f"{si_text(weights)} params"] if weights else []
    return (*found, *([_macs_text(work)] if work else []))


def _macs_text(number: int) -> str:
    """The prefix is that of the unit: "4.09 GMACs"."""
    text = si_text(number)
    return f"{text} MACs" if text.isdigit() else f"{text}MACs"


def stage_title(stage: Stage, number: int, names: StageNames) -> str:
    """What a stage is called. The 2015 paper calls the stages of its Table 1 conv2_x to conv5_x."""
    paper, module = f"conv{number + 1}_x", shortened(stage.name) or f"stage {number}"
    match names:
        case StageNames.PAPER:
            return paper
        case StageNames.MODULE:
            return module
        case StageNames.BOTH:
            return f"{paper} / {module}"
        case _:
            return f"Stage {number}"


def shortened(path: str) -> str:
    """A module's path, its middle left out where it is very long.

    >>> shortened("backbone.encoder_stage_with_residual_blocks")
    'backbone.encod…sidual_blocks'
    """
    half = (_LONGEST_NAME - 1) // 2
    return path if len(path) <= _LONGEST_NAME else f"{path[: half + 1]}…{path[-half:]}"
