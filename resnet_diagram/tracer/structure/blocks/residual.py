"""Decide whether an addition is residual, and classify the shortcut of a residual block by its layers."""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from math import prod
from typing import TypeGuard

from resnet_diagram.spec.measure import all_blocks, out_shape, walk
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Merge, ShortcutKind
from resnet_diagram.spec.settings import FACTOR
from resnet_diagram.spec.traits import APPENDED, MIXING, WEIGHTED, is_depthwise, mixes

_ACTIVATION = LayerKind.ACTIVATION
_WORKING_OPS = frozenset({"lstm", "gru", "rnn_tanh", "rnn_relu"})
WORKING = MIXING | {LayerKind.OPAQUE}
_CURVED = frozenset({LayerKind.ACTIVATION, LayerKind.ATTENTION, LayerKind.OPAQUE})


def cost(elements: Sequence[Element]) -> tuple[int, int, int]:
    """Return the number of working layers outside gates, the MACs and the number of layers of a branch.

    A working layer multiplies the activation by weights, or weights it by attention.
    """
    layers = list(walk(elements))
    return (
        sum(
            mixes(layer) or layer.kind is LayerKind.OPAQUE or layer.op in _WORKING_OPS
            for layer in walk(elements, gates=False)
        ),
        sum(layer.macs for layer in layers),
        len(layers),
    )


def is_residual(elements: Sequence[Element], rest: Sequence[Sequence[Element]], *, fed: bool = False) -> bool:
    """Return whether a sum adds residual branches and a path that bypasses them; `fed`: and other values.

    The branch must do more than the way round it: two weighted layers, or one that an activation follows.
    Where each side is one convolution, or one convolution and a norm (re-parametrised blocks, selective
    kernels), nothing goes round anything; nor where each side takes another part of the channels, is reduced
    to one number, or both are linear maps with weights (low-rank adapters).
    """
    if elements and prod(out_shape(elements)) == 1:
        return False
    if _is_part(elements) and any(_is_part(branch) for branch in rest):
        return False
    weighted_short, main = _weighted_in_row(elements), rest[-1]
    weighted_main = cost(main)[0]
    if weighted_main == 0:  # mixing positions counts with a norm or factors
        layers = list(walk(main))
        works = len(layers) > 1 and any(layer.kind is LayerKind.NORM or layer.params for layer in layers)
        return not elements and len(rest) == 1 and works
    if weighted_short > 1 or (weighted_short and enlarges(main) and not enlarges(elements)):
        return False
    if weighted_short and _is_linear(main) and (not fed or cost(main)[1] < cost(elements)[1]):
        return False
    if weighted_main > 1:
        return True
    if weighted_short == 0:
        return len(rest) == 1 and not (
            elements and all(layer.kind is LayerKind.NORM for layer in walk(elements))
        )
    return has_activation(main) and not has_activation(elements)


def _weighted_in_row(elements: Sequence[Element]) -> int:
    """Return the most working layers behind each other; a concatenation counts with its longest branch.

    A depthwise convolution and the pointwise one behind it, without an activation between, count as one.
    """
    total = sum(
        max(map(_weighted_in_row, element.branches)) if _is_concatenation(element) else cost([element])[0]
        for element in elements
    )
    steps = [e for e in elements if isinstance(e, Layer) and (e.kind in WORKING or e.kind is _ACTIVATION)]
    return total - sum(
        is_depthwise(left) and right.kind is LayerKind.CONV and prod(right.kernel) == 1
        for left, right in pairwise(steps)
    )


def _is_concatenation(element: Element) -> TypeGuard[Block]:
    """Return whether an element is a block that concatenates branches of layers."""
    if not isinstance(element, Block) or element.merge is not Merge.CONCAT or element.shortcut:
        return False
    return all(isinstance(item, Layer) for branch in element.branches for item in branch)


def enlarges(elements: Sequence[Element]) -> bool:
    """Return whether a branch increases the resolution, as from one level of a pyramid to the next."""
    return any(
        layer.kind is LayerKind.UPSAMPLE or layer.op == "conv_transpose"
        for layer in walk(elements, gates=False)
    )


def _is_part(elements: Sequence[Element]) -> bool:
    """Return whether a branch starts with a part of its input."""
    return bool(elements) and isinstance(elements[0], Layer) and elements[0].op == "slice"


def is_subtracted(elements: Sequence[Element]) -> bool:
    """Return whether a branch of a sum ends in the factor -1."""
    last = elements[-1] if elements else None
    return isinstance(last, Layer) and last.settings == ((FACTOR, -1.0),)


def has_activation(elements: Sequence[Element]) -> bool:
    """Return whether a branch has an activation function."""
    return any(layer.kind is _ACTIVATION for layer in walk(elements))


def _is_linear(elements: Sequence[Element]) -> bool:
    """Return whether a branch is a linear map: convolutions and norms, without activations or products."""
    curved = any(layer.kind in _CURVED or layer.op in _WORKING_OPS for layer in walk(elements))
    return not curved and all(block.merge is not Merge.MULTIPLY for block in all_blocks(elements))


def shortcut_kind(elements: Sequence[Element]) -> ShortcutKind:
    """Return the kind of a shortcut that runs through these elements."""
    if not all(isinstance(e, Layer) or _is_concatenation(e) for e in elements):
        return ShortcutKind.OTHER
    layers = [e for e in walk(elements) if e.op != APPENDED]
    if not layers:
        return ShortcutKind.IDENTITY
    kinds = [layer.kind for layer in layers]
    if not WEIGHTED.isdisjoint(kinds):
        pooled = LayerKind.POOL in takewhile(lambda kind: kind not in WEIGHTED, kinds)
        return ShortcutKind.POOLED_PROJECTION if pooled else ShortcutKind.PROJECTION
    if any(e.op == "zero_pad" and e.in_shape[0] != e.out_shape[0] for e in layers):
        return ShortcutKind.ZERO_PAD
    layers = [e for e in layers if e.op != "zero_pad"]
    if layers and all(e.kind is LayerKind.POOL or e.op == "subsample" for e in layers):
        return ShortcutKind.POOLED
    return ShortcutKind.OTHER
