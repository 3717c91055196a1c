"""Properties of each kind of layer and shortcut, one row a kind.

`LAYERS` and `SHORTCUTS` are total: a kind without a row fails a test. The sets below are read from them, so
that a module asks `layer.kind in WEIGHTED` and names no kinds itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import field

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Merge, Setting, ShortcutKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerTraits:
    """Properties of a kind of layer.

    `role`: its role in a drawing and in a theme. `attribute`: the base of its name in generated code.
    `weighted`: counts for the depth of a network. `mixes`: combines channels or positions by learned
    weights, so that it makes a branch a branch. `follows`: is written with the weighted layer before it, as
    norms and activations are. `bar`: has a bar of its own in the overview and a cell in a table. `brief`: is
    named in a one-line summary. `windowed`: may change the resolution by kernel and stride.
    `keeps_shape`: the output has the shape of the input. `counted`: must appear in a drawing though it has no
    parameters. `settings`: those that all operations of the kind have, with PyTorch's defaults.
    """

    role: str
    attribute: str = "layer"
    weighted: bool = False
    mixes: bool = False
    follows: bool = False
    bar: bool = True
    brief: bool = True
    windowed: bool = False
    keeps_shape: bool = False
    counted: bool = True
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortcutTraits:
    """Properties of a kind of shortcut.

    `role`: its role in a drawing and in a theme. `noun`: as in "a projection shortcut"; empty where no word
    fits. `projects`: it has learned weights of its own, as in options B and C. `holds`: one of these kinds
    of layer lies on it, named in `holds_text`; empty where any will do. `sentence`: completes "The shortcut
    …" in the documentation of generated code.
    """

    role: str
    noun: str
    sentence: str
    projects: bool = False
    holds: frozenset[LayerKind] = frozenset()
    holds_text: str = ""


LAYERS: Mapping[LayerKind, LayerTraits] = {
    LayerKind.CONV: LayerTraits(role="conv", attribute="conv", weighted=True, mixes=True, windowed=True),
    LayerKind.LINEAR: LayerTraits(role="linear", attribute="fc", weighted=True, mixes=True),
    LayerKind.NORM: LayerTraits(
        role="norm", attribute="norm", follows=True, bar=False, brief=False, keeps_shape=True
    ),
    LayerKind.ACTIVATION: LayerTraits(
        role="activation", follows=True, bar=False, brief=False, keeps_shape=True
    ),
    LayerKind.POOL: LayerTraits(role="pool", attribute="pool", windowed=True),
    LayerKind.UPSAMPLE: LayerTraits(
        role="other", attribute="up", windowed=True, settings={"align_corners": False}
    ),
    LayerKind.DROPOUT: LayerTraits(
        role="other", attribute="dropout", bar=False, keeps_shape=True, counted=False
    ),
    LayerKind.PAD: LayerTraits(role="other", attribute="pad", bar=False, counted=False),
    LayerKind.ATTENTION: LayerTraits(role="attention", mixes=True, settings={"is_causal": False}),
    LayerKind.RESHAPE: LayerTraits(role="other", bar=False, brief=False, counted=False),
    LayerKind.OPAQUE: LayerTraits(role="opaque"),
    LayerKind.OTHER: LayerTraits(role="other", counted=False),
}


def _kinds(has: Callable[[LayerTraits], bool]) -> frozenset[LayerKind]:
    return frozenset(kind for kind, traits in LAYERS.items() if has(traits))


WEIGHTED = _kinds(lambda traits: traits.weighted)
"""Convolutions and linear layers."""
MIXING = _kinds(lambda traits: traits.mixes)
"""Weighted layers and attention."""
FOLLOWING = _kinds(lambda traits: traits.follows)
"""Norms and activations."""
BARS = _kinds(lambda traits: traits.bar)
"""Layers with a bar in the overview and a cell in a table."""
SILENT = _kinds(lambda traits: not traits.brief)
"""Layers that a one-line summary leaves out."""
WINDOWED = _kinds(lambda traits: traits.windowed)
"""Layers that may change the resolution by kernel and stride."""
KEEPING_SHAPE = _kinds(lambda traits: traits.keeps_shape)
"""Layers whose output has the shape of their input."""
COUNTED = _kinds(lambda traits: traits.counted)
"""Layers that must appear in a drawing though they have no parameters."""

_WEIGHTS = "a convolution or linear layer"

SHORTCUTS: Mapping[ShortcutKind, ShortcutTraits] = {
    ShortcutKind.IDENTITY: ShortcutTraits(role="identity", noun="identity", sentence="is the identity"),
    ShortcutKind.PROJECTION: ShortcutTraits(
        role="projection",
        noun="projection",
        sentence="is a projection",
        projects=True,
        holds=WEIGHTED,
        holds_text=_WEIGHTS,
    ),
    ShortcutKind.POOLED_PROJECTION: ShortcutTraits(
        role="pooled-projection",
        noun="pooled-projection",
        sentence="is a projection",
        projects=True,
        holds=WEIGHTED,
        holds_text=_WEIGHTS,
    ),
    ShortcutKind.ZERO_PAD: ShortcutTraits(
        role="zero-pad",
        noun="zero-padding",
        sentence="keeps every `stride`-th position and adds channels of zeros",
        holds=frozenset({LayerKind.PAD}),
        holds_text="a layer of kind 'pad'",
    ),
    ShortcutKind.POOLED: ShortcutTraits(
        role="pooled",
        noun="pooled",
        sentence="is a pooling",
        holds=frozenset({LayerKind.POOL, LayerKind.RESHAPE}),
        holds_text="a layer of kind 'pool', or a subsample",
    ),
    ShortcutKind.OTHER: ShortcutTraits(role="other-shortcut", noun="", sentence="has layers of its own"),
}


PROJECTIONS = frozenset(kind for kind, traits in SHORTCUTS.items() if traits.projects)
"""Shortcuts with learned weights."""


APPENDED = "append_channels"
"""The operation that pads a dual path for the channels of the other operand."""


def is_renaming(element: Element) -> bool:
    """Return whether a layer only arranges values anew: a flatten or permute, but no strided slice."""
    if not isinstance(element, Layer) or element.kind is not LayerKind.RESHAPE:
        return False
    return element.op != "subsample" and not is_space_to_depth(element)


def is_shown(layer: Layer) -> bool:
    """Return whether a layer has a box, or a part of one: those that only arrange values anew do not."""
    return layer.kind in BARS | FOLLOWING or layer.op == "subsample" or is_space_to_depth(layer)


def is_space_to_depth(layer: Layer) -> bool:
    """Return whether a permutation makes channels of the positions in each square of an image."""
    before, after = layer.in_shape, layer.out_shape
    is_image = layer.op == "permute" and len(before) == len(after) > 2 and before[0] < after[0]
    return is_image and all(old % new == 0 for old, new in zip(before[1:], after[1:], strict=True))


def rearranges_channels(element: Element) -> bool:
    """Return whether a layer passes on some channels only, or others in their places: a split, a shuffle."""
    return takes_channels(element) or (isinstance(element, Layer) and element.op == "channel_shuffle")


def moves_positions_to_channels(element: Element) -> bool:
    """Return whether every n-th position becomes a channel of its own, as where Swin merges patches."""
    is_concatenation = isinstance(element, Block) and element.merge is Merge.CONCAT and not element.axis
    if not isinstance(element, Block) or not is_concatenation or element.shortcut:
        return False
    inside = [layer for branch in element.branches for layer in branch]
    return all(isinstance(layer, Layer) and layer.kind is LayerKind.RESHAPE for layer in inside) and any(
        isinstance(layer, Layer) and layer.op == "subsample" for layer in inside
    )


def mixes(layer: Layer) -> bool:
    """Return whether a layer multiplies values by weights, or by each other as attention does."""
    return layer.kind in MIXING or (layer.op == "matmul" and layer.params > 0)


def is_depthwise(layer: Layer) -> bool:
    """Return whether each input channel of a layer is convolved for itself."""
    return layer.groups > 1 and layer.groups == layer.in_shape[0]


def dilation_of(layer: Layer) -> tuple[int, ...]:
    """Return the dilation of a layer; 1 where the kernel has one position, for there it does nothing."""
    return tuple(step if size > 1 else 1 for step, size in zip(layer.dilation, layer.kernel, strict=False))


def takes_channels(element: Element) -> bool:
    """Return whether a layer passes on some of its channels only, as each part of a channel split does."""
    return (
        isinstance(element, Layer)
        and element.op == "slice"
        and element.out_shape[1:] == element.in_shape[1:]
        and len(element.out_shape) == len(element.in_shape)
        and element.out_shape[0] < element.in_shape[0]
    )
