"""Infer the settings of a block from its layers.

A block may leave settings undetermined: an identity shortcut fits options A and B. A setting is therefore
the set of values that lead to the same block; a missing setting may have any value.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from resnet_diagram.dataclass import dataclass
from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.measure import is_block, is_gate
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Shape, Shortcut, ShortcutKind
from resnet_diagram.spec.signature import anonymous_run
from resnet_diagram.spec.toml.expand.blocks import block_elements
from resnet_diagram.spec.toml.expand.settings import DEFAULTS, EXPANSIONS, block_design
from resnet_diagram.spec.toml.schema.words import NONE

Values = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """Inferred settings of a block: width, stride, and possible values of each setting."""

    width: int
    stride: int
    allowed: dict[str, Values]

    def allows(self, key: str, value: Any) -> bool:
        """Return whether a setting may have that value."""
        return key not in self.allowed or value in self.allowed[key]


def inferred_from(elements: Sequence[Element], shape: Shape) -> Inferred | None:
    """Infer the settings of a block, or of a run of layers, with input `shape`; None if none fit."""
    block, run = elements[0], tuple(elements)
    options: dict[str, Values] = {"shortcut": (NONE,), "pooled_projection": (False,)}
    if isinstance(block, Block) and len(elements) == 1:
        if block.shortcut is None or len(block.branches) != 1:
            return None
        run = (*block.before, *block.branches[0], *block.after)
        options = _options(block.shortcut, run)
    if result := _of_layers(run, options):
        settings = {key: values[0] for key, values in result.allowed.items()}
        with suppress(FaultError):
            output = block_elements(block_design(settings, result.width, result.stride), shape, "")
            return result if anonymous_run(output) == anonymous_run(elements) else None
    return None


def _of_layers(run: Sequence[Element], allowed: dict[str, Values]) -> Inferred | None:
    layers = [element for element in run if isinstance(element, Layer)]
    convolutions = convolutions_of(run)
    if len(convolutions) not in (2, 3) or not all(layer.kernel for layer in convolutions):
        return None
    widths = _widths(convolutions)
    if widths is None:
        return None
    width, more = widths
    allowed = allowed | more | _orders(layers) | _gates(run) | _windows(convolutions)
    return Inferred(width=width, stride=max(layer.stride[0] for layer in convolutions), allowed=allowed)


def _orders(layers: Sequence[Layer]) -> dict[str, Values]:
    """Return norm and activation, and whether they precede the convolutions."""
    norms = [layer for layer in layers if layer.kind is LayerKind.NORM]
    table: dict[str, Values] = {
        "pre_activation": (layers[0].kind is not LayerKind.CONV,),
        "norm": (norms[0].op if norms else NONE,),
    }
    acts = [layer.op for layer in layers if layer.kind is LayerKind.ACTIVATION]
    if norms and norms[0].op == "group_norm":
        table["norm_groups"] = (norms[0].groups,)
    return table | ({"activation": (acts[0],)} if acts else {})


def _windows(convolutions: Sequence[Layer]) -> dict[str, Values]:
    """Return kernel and dilation, and the convolution with the stride."""
    bottleneck = len(convolutions) == 3
    convolution = convolutions[1 if bottleneck else 0]
    table: dict[str, Values] = {
        "block": ("bottleneck" if bottleneck else "basic",),
        "kernel": (convolution.kernel[0],),
    }
    if convolution.kernel[0] > 1:
        table["dilation"] = (convolution.dilation[0],)
    strides = [layer.stride[0] for layer in convolutions]
    if not bottleneck or max(strides) > 1:
        table["stride_in"] = ("first" if bottleneck and strides[0] > 1 else "middle",)
    return table


def _widths(convolutions: Sequence[Layer]) -> tuple[int, dict[str, Values]] | None:
    """Return the width, with expansion, cardinality and base width; prefer the common expansion."""
    inner, outer, groups = convolutions[0].out_shape[0], convolutions[-1].out_shape[0], convolutions[1].groups
    fits: dict[str, Values] = {"cardinality": (1,), "base_width": (DEFAULTS["base_width"],)}
    if len(convolutions) == 2:
        return (inner, {"expansion": (outer // inner,)} | fits) if outer % inner == 0 else None
    one_group, rest = divmod(inner, groups)
    for expansion in (EXPANSIONS["bottleneck"], max(1, outer // one_group if one_group else 1)):
        width = outer // expansion
        if width and one_group and not rest and outer % expansion == 0:
            # All base widths that lead to this many channels for each group, the default first.
            default = DEFAULTS["base_width"]
            bases = range(-(-default * one_group // width), (default * (one_group + 1) - 1) // width + 1)
            if bases:
                fits = {"expansion": (expansion,), "cardinality": (groups,)}
                return width, fits | {"base_width": sorted(bases, key=lambda base: base != default)}
    return None


def _options(shortcut: Shortcut, run: Sequence[Element]) -> dict[str, Values]:
    """Return the possible shortcut options and pooling of projections."""
    convolutions = convolutions_of(run)
    if not convolutions:
        return {}
    strided = any(max(layer.stride, default=1) > 1 for layer in convolutions)
    differs = strided or convolutions[0].in_shape[0] != convolutions[-1].out_shape[0]
    match shortcut.kind:
        case ShortcutKind.IDENTITY:
            return {"shortcut": ("B", "A")}
        case ShortcutKind.ZERO_PAD | ShortcutKind.POOLED:
            return {"shortcut": ("A",), "pooled_projection": (False,)}
        case ShortcutKind.POOLED_PROJECTION:
            return {"shortcut": ("B", "C"), "pooled_projection": (True,)}
    table: dict[str, Values] = {"shortcut": ("B", "C") if differs else ("C",)}
    return table | ({"pooled_projection": (False,)} if strided else {})


def _gates(run: Sequence[Element]) -> dict[str, Values]:
    """Return the possible gates at the end of the branch and their reductions."""
    gates = [item for item in run if isinstance(item, Block) and is_gate(item)]
    if not gates:
        return {"gate": (NONE,)}
    squeezed = convolutions_of(gates[0].branches[-1])
    if not squeezed or squeezed[0].out_shape[0] < 1:
        return {"gate": ("se",)}
    channels, hidden = squeezed[0].in_shape[0], squeezed[0].out_shape[0]
    # All reductions that lead to these channels; the largest is the usual one.
    reductions = list(range(channels // hidden, channels // (hidden + 1), -1))
    return {"gate": ("se",), "reduction": reductions} if reductions else {"gate": ("se",)}


def plain_blocks(elements: Sequence[Element]) -> list[list[Element]]:
    """Return the layers of a stage without shortcuts, split into blocks.

    A block has three convolutions if the first is 1×1, else two. Empty if their number is not divisible.
    """
    places = [
        at
        for at, element in enumerate(elements)
        if isinstance(element, Layer) and element.kind is LayerKind.CONV
    ]
    if not places or any(is_block(item) for item in elements):
        return []
    first = elements[places[0]]
    each = 3 if isinstance(first, Layer) and max(first.kernel, default=0) == 1 else 2
    if len(places) % each:
        return []
    # A block starts with its convolution, in pre-activation behind the last one of the block before.
    cuts = places[each::each]
    if places[0] > 0:
        lasts = places[each - 1 : -1 : each]
        cuts = [at + (2 if isinstance(elements[at + 1], Block) else 1) for at in lasts]
    return [list(elements[start:end]) for start, end in pairwise([0, *cuts, len(elements)])]


def convolutions_of(run: Sequence[Element]) -> list[Layer]:
    """Return the convolutions among elements, those inside blocks left out."""
    return [item for item in run if isinstance(item, Layer) and item.kind is LayerKind.CONV]
