"""Blocks that an overview draws as bars of their own, and long blocks whose branch it draws open."""

from math import prod

from resnet_diagram.spec.measure import gate_ratio, is_gate, is_residual, residual_blocks, walk
from resnet_diagram.spec.model import Block, Element, LayerKind, Merge, Stage
from resnet_diagram.spec.traits import MIXING, is_shown


def is_unit_or_long(element: Element) -> bool:
    """Return whether it is a block but no squeeze-and-excitation gate or regrouping of positions."""
    if not isinstance(element, Block) or gate_ratio(element):
        return False
    kinds = MIXING | {LayerKind.OPAQUE, LayerKind.POOL}
    adds = element.merge is Merge.ADD
    return bool(element.shortcut) or any(
        layer.kind in kinds or (adds and is_shown(layer)) for layer in walk(element)
    )


def is_long(element: Element) -> bool:
    """Return whether the only branch beside a shortcut contains blocks, stages or an upsampling."""
    if not isinstance(element, Block) or is_gate(element):
        return False
    branches = [branch for branch in element.branches if branch]
    if len(branches) != 1 or not (element.shortcut or () in element.branches):
        return False
    for item in branches[0]:
        only_residual = is_residual(element) or (isinstance(item, Block) and is_gate(item))
        has_blocks = residual_blocks(item) if only_residual else is_unit_or_long(item)
        if isinstance(item, Stage) or has_blocks:
            return True
    return any(
        prod(layer.out_shape[1:]) > prod(layer.in_shape[1:])
        for layer in walk(branches[0], gates=False)
        if layer.kind is LayerKind.UPSAMPLE or layer.op == "conv_transpose"
    )
