"""The words in a drawing: layers, shortcuts, shapes and blocks."""

from collections.abc import Iterable

from resnet_diagram.spec.measure import BlockKind, block_kind, is_gate, pre_activation
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Shape, Shortcut, ShortcutKind
from resnet_diagram.spec.shapes import shape_text

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


def _extent(sizes: Shape) -> str:
    """One number where all are equal, else all of them."""
    return str(sizes[0]) if len(set(sizes)) == 1 else "×".join(map(str, sizes))


def stride_words(layer: Layer) -> list[str]:
    """`["s=2"]`, or nothing for a stride of one."""
    return [f"s={_extent(layer.stride)}"] if any(step != 1 for step in layer.stride) else []


def _window(layer: Layer, word: str) -> str:
    kernel = "×".join(map(str, layer.kernel))
    return f"{kernel} {word}".strip()


def _conv_word(layer: Layer) -> str:
    depthwise = layer.groups > 1 and layer.groups == layer.in_shape[0]
    word = "transposed conv" if layer.op == "conv_transpose" else "conv"
    return f"depthwise {word}" if depthwise else word


def _conv_extras(layer: Layer) -> str:
    grouped = 1 < layer.groups < layer.in_shape[0]
    words = [f"{layer.groups} groups"] if grouped else []
    if any(gap != 1 for gap in layer.dilation):
        words.append(f"dilation {_extent(layer.dilation)}")
    return ", ".join(words)


def layer_lines(layer: Layer) -> tuple[str, ...]:
    """What stands in a layer's box, without the norm and activation beside it."""
    match layer.kind:
        case LayerKind.CONV:
            head = [_window(layer, _conv_word(layer)), str(layer.out_shape[0]), *stride_words(layer)]
            extras = _conv_extras(layer)
            return (", ".join(head), *([extras] if extras else []))
        case LayerKind.LINEAR:
            return (f"fc, {layer.out_shape[-1]}",)
        case LayerKind.OPAQUE:
            return (layer.op, layer.name) if layer.name else (layer.op,)
        case _ if layer.kernel:
            return (", ".join([_window(layer, op_word(layer)), *stride_words(layer)]),)
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
        elif layer.kind not in (LayerKind.NORM, LayerKind.ACTIVATION, LayerKind.RESHAPE):
            words.append(layer_lines(layer)[0])
    return words


def block_words(element: Element) -> tuple[str, ...]:
    """The usual name of a block's type in one or two lines, such as ("pre-activation", "bottleneck")."""
    if not isinstance(element, Block):
        return ("block",)
    gated = any(gate_ratio(one) for branch in element.branches for one in branch)
    name = f"SE {_BLOCK_WORDS[block_kind(element)]}" if gated else _BLOCK_WORDS[block_kind(element)]
    return ("pre-activation", name) if pre_activation(element) else (name,)


def block_word(element: Element) -> str:
    """The usual name of a block's type, such as "bottleneck"."""
    return " ".join(block_words(element))


def gate_ratio(element: Element) -> int:
    """How much a squeeze-and-excitation gate narrows the channels, at least 1; 0 for any other block.

    Hu et al. 2018, "Squeeze-and-Excitation Networks", eq. 2-4: pool, narrow, widen, sigmoid, multiply.
    """
    if not isinstance(element, Block) or not is_gate(element):
        return 0
    if len(element.branches) != 2 or element.branches[0]:
        return 0
    layers = [layer for layer in element.branches[1] if isinstance(layer, Layer)]
    weighted = [layer for layer in layers if layer.kind in (LayerKind.CONV, LayerKind.LINEAR)]
    pooled = any(layer.kind is LayerKind.POOL for layer in layers)
    if not pooled or len(weighted) != 2 or len(layers) != len(element.branches[1]):
        return 0
    return max(1, round(weighted[0].in_shape[0] / weighted[0].out_shape[0]))


def plural(count: int, word: str) -> str:
    """The word with its count.

    >>> plural(3, "basic block"), plural(1, "bottleneck"), plural(2, "bottleneck")
    ('3 basic blocks', '1 bottleneck', '2 bottlenecks')
    """
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
