"""Blocks that an overview draws as bars of their own, and long blocks whose branch it draws open."""

from math import prod

from resnet_diagram.spec.measure import gate_ratio, is_gate, is_residual, residual_blocks, walk
from resnet_diagram.spec.model import Block, Element, LayerKind, Merge, Stage
from resnet_diagram.spec.traits import MIXING, is_renaming, is_shown


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
    """Return whether the only branch beside a shortcut contains blocks, stages or an upsampling.

    That of a gate beside its factor contains several residual blocks, as a network that computes a mask does.
    """
    if not isinstance(element, Block):
        return False
    branch = long_branch(element)
    if is_gate(element):
        return len(residual_blocks(branch)) > 1
    if not branch or not (element.shortcut or () in element.branches):
        return False
    for item in branch:
        only_residual = is_residual(element) or (isinstance(item, Block) and is_gate(item))
        has_blocks = residual_blocks(item) if only_residual else is_unit_or_long(item)
        if isinstance(item, Stage) or has_blocks:
            return True
    return any(
        prod(layer.out_shape[1:]) > prod(layer.in_shape[1:])
        for layer in walk(branch, gates=False)
        if layer.kind is LayerKind.UPSAMPLE or layer.op == "conv_transpose"
    )


def long_branch(block: Block) -> tuple[Element, ...]:
    """Return the only branch of a block that is drawn; reshaping alone is not. Of several, none."""
    gate = is_gate(block)
    branches = [
        branch for branch in block.branches if any(not (gate and is_renaming(item)) for item in branch)
    ]
    return branches[0] if len(branches) == 1 and len(block.branches) > gate else ()
