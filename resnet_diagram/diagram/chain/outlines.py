"""Outlines of blocks and of their convolutions: narrow where the channels are few."""

from dataclasses import replace

from resnet_diagram.diagram.model import Item, Node, NodeRole, Taper
from resnet_diagram.spec.measure import BlockKind, block_kind, channels, weighted_layers
from resnet_diagram.spec.model import Block

_ENDS = {
    Taper.HOURGLASS: (Taper.CLOSING, Taper.OPENING),
    Taper.BARREL: (Taper.OPENING, Taper.CLOSING),
}
"""Outlines of the first and the last convolution of a branch by the outline of the whole."""


def taper_of(block: Block) -> Taper:
    """Return the outline of a block drawn as one box; the middle width shows the inner channels.

    A bottleneck with equal channels in all convolutions, as in RegNet, is a rectangle.
    """
    kind = block_kind(block)
    if kind is BlockKind.BOTTLENECK:
        _, middle, last = map(channels, weighted_layers(block))
        return Taper.HOURGLASS if middle[1] < last[1] else Taper.NONE
    return Taper.BARREL if kind is BlockKind.INVERTED_BOTTLENECK else Taper.NONE


def tapered(branch: tuple[Item, ...], block: Block) -> tuple[Item, ...]:
    """Return a branch with tapered ends: its first convolution, or the one that widens, and its last."""
    weighted = [
        item for item in branch if isinstance(item, Node) and item.role in (NodeRole.CONV, NodeRole.LINEAR)
    ]
    taper = taper_of(block) if len(weighted) > 1 else Taper.NONE
    if taper not in _ENDS:
        return branch
    (first, last), layers = _ENDS[taper], weighted_layers(block)
    widening = [number for number, (before, after) in enumerate(map(channels, layers)) if after > before]
    start = widening[0] if taper is Taper.BARREL and widening and len(layers) == len(weighted) else 0
    outlines = {weighted[start].id: first, weighted[-1].id: last}
    return tuple(
        replace(item, taper=outlines[item.id]) if isinstance(item, Node) and item.id in outlines else item
        for item in branch
    )
