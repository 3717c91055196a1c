"""Names and docstrings of generated classes."""

from resnet_diagram.codegen.blocks.pattern import residual
from resnet_diagram.errors import number_of
from resnet_diagram.spec.measure import (
    BlockKind,
    block_kind,
    depth,
    is_gate,
    macs,
    option,
    params,
    pre_activation,
    walk,
    weighted_layers,
)
from resnet_diagram.spec.model import Block, Layer, Merge, Network, ShortcutKind
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.traits import SHORTCUTS, WEIGHTED

_NAMES = {
    BlockKind.BASIC: "BasicBlock",
    BlockKind.BOTTLENECK: "Bottleneck",
    BlockKind.INVERTED_BOTTLENECK: "InvertedBottleneck",
    BlockKind.OTHER: "ResidualBlock",
}
_MEETINGS = {Merge.ADD: "SumOfBranches", Merge.CONCAT: "Concatenation", Merge.MULTIPLY: "Product"}


def class_name(block: Block) -> str:
    """Return the name of a block's class."""
    if plain(block):
        return "ConvBlock"
    if is_gate(block):
        return "SqueezeExcitation" if squeezes(block) else "Gate"
    if not residual(block):
        return _MEETINGS[block.merge]
    kind = _NAMES[block_kind(block)]
    gates = [element for element in block.branches[0] if isinstance(element, Block) and is_gate(element)]
    gated = "" if not gates else "SE" if squeezes(gates[0]) else "Gated"
    return f"{'PreAct' * pre_activation(block)}{gated}{kind}"


def plain(block: Block) -> bool:
    """Return whether a block is a run of layers under one name, without a merge."""
    return len(block.branches) == 1 and block.shortcut is None


def squeezes(block: Block) -> bool:
    """Return whether a gate is a squeeze-and-excitation: two weighted layers behind a global pooling."""
    layers = list(walk(block.branches[-1]))
    pools = bool(layers) and layers[0].op == "global_avg_pool"
    return pools and sum(layer.kind in WEIGHTED for layer in layers) == 2


def class_doc(block: Block, condition: str | None) -> str:
    """Return the docstring of a block's class; `block` is its most complete example.

    `condition` belongs to its shortcut: "" for always, None for a shortcut without layers.
    """
    if plain(block):
        return "A convolution with its norm and activation."
    if is_gate(block):
        if squeezes(block):
            return "A factor for each channel, computed from the means of all channels."
        return "One branch times a factor that another computes."
    if not residual(block):
        return {
            Merge.ADD: "The sum of several branches.",
            Merge.CONCAT: "Branches, concatenated.",
            Merge.MULTIPLY: "The product of several branches.",
        }[block.merge]
    layers = weighted_layers(block)
    kernels = [_kernel(layer) for layer in layers]
    strided = [name for name, layer in zip(kernels, layers, strict=True) if max(layer.stride, default=1) > 1]
    stride = ""
    if len(strided) == 1 and len(set(kernels)) > 1:
        first = "first " if kernels.count(strided[0]) > 1 else ""
        stride = f"The stride is in the {first}{strided[0]}. "
    return f"{_convolutions(block)}\n{stride}{_shortcut_doc(block, condition)}"


def _convolutions(block: Block) -> str:
    """Describe the convolutions of a block."""
    layers = weighted_layers(block)
    words = [_kernel(layer) for layer in layers]
    kind = "Pre-activation residual block" if pre_activation(block) else "Residual block"
    if not words or len(words) > 4:
        return f"{kind}."
    if len(words) == 2 and words[0] == words[1]:
        return f"{kind} of two {words[0]}{'s' if words[0].endswith('layer') else ' convolutions'}."
    listed = ", ".join(f"a {word}" for word in words[:-1])
    joined = f"{listed} and a {words[-1]}" if listed else f"one {words[-1]}"
    tail = "" if words[-1].endswith("layer") else " convolution"
    return f"{kind} of {joined}{tail}."


def _kernel(layer: Layer) -> str:
    if not layer.kernel:
        return "linear layer"
    return "×".join(map(str, layer.kernel)) if len(layer.kernel) > 1 else f"size-{layer.kernel[0]}"


def _shortcut_doc(block: Block, condition: str | None) -> str:
    """Describe the shortcut and its condition."""
    kind = block.shortcut.kind if block.shortcut else ShortcutKind.IDENTITY
    if condition is None or kind is ShortcutKind.IDENTITY:
        return "The shortcut is the identity."
    words = f"The shortcut {SHORTCUTS[kind].sentence}"
    pooled = (
        " It pools first where it changes the resolution." if kind is ShortcutKind.POOLED_PROJECTION else ""
    )
    if not condition:
        return f"{words} in every block.{pooled}"
    place = "where `project` is set" if condition == "project" else "where the sizes differ"
    return f"{words} {place}, the identity elsewhere.{pooled}"


def called(network: Network) -> str:
    """Return the network's name, cleaned for use in a docstring."""
    plain = " ".join(network.name.replace("\\", "/").replace('"', "'").split())
    return plain if plain.isprintable() and plain else "A network"


def module_doc(network: Network) -> str:
    """Return the docstring of the generated file."""
    used = shape_text(network.input_shape)
    letter = option(network)
    shortcuts = f" Shortcuts are of option {letter}." if letter else ""
    work = number_of("multiply-accumulate", macs(network))
    counts = f"{number_of('parameter', params(network))}, {work} for one {used} input"
    return f"{called(network)} in PyTorch.\nDepth {depth(network)}, {counts}.{shortcuts}"
