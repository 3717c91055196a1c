"""Classify the shortcut of a residual block by its layers."""

from collections.abc import Iterable, Iterator, Sequence

from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, ShortcutKind, Stage
from resnet_diagram.spec.traits import WEIGHTED


def layers_in(elements: Iterable[Element]) -> Iterator[Layer]:
    """Yield each layer of some elements, nested ones included, in order."""
    for element in elements:
        if isinstance(element, Layer):
            yield element
        elif isinstance(element, Stage):
            yield from layers_in(element.body)
        elif isinstance(element, Block):
            yield from element.before
            for branch in element.branches:
                yield from layers_in(branch)
            yield from layers_in(element.shortcut.layers if element.shortcut else ())
            yield from element.after


def shortcut_kind(elements: Sequence[Element]) -> ShortcutKind:
    """Return the kind of a shortcut that runs through these elements."""
    if not elements:
        return ShortcutKind.IDENTITY
    if not all(isinstance(e, Layer) for e in elements):
        return ShortcutKind.OTHER
    layers = [e for e in elements if isinstance(e, Layer)]
    if any(e.kind in WEIGHTED for e in layers):
        return projection_kind(layers)
    if any(e.op == "zero_pad" for e in layers):
        return ShortcutKind.ZERO_PAD
    if all(e.kind is LayerKind.POOL or e.op == "subsample" for e in layers):
        return ShortcutKind.POOLED
    return ShortcutKind.OTHER


def projection_kind(layers: Sequence[Layer]) -> ShortcutKind:
    """Return which projection a weighted path is."""
    kinds = [layer.kind for layer in layers]
    weighted = next(k for k, kind in enumerate(kinds) if kind in WEIGHTED)
    return ShortcutKind.POOLED_PROJECTION if LayerKind.POOL in kinds[:weighted] else ShortcutKind.PROJECTION
