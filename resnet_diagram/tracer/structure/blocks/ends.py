"""Add the pre-activation before a block, and the activation after its addition, to the block."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from resnet_diagram.spec.model import Block, Layer, LayerKind, Merge
from resnet_diagram.tracer.flow.calls import inside
from resnet_diagram.tracer.flow.graph import Call
from resnet_diagram.tracer.record.operators import operator_of
from resnet_diagram.tracer.structure.blocks.naming import disambiguated
from resnet_diagram.tracer.structure.parts import Part

_ACTIVATION = LayerKind.ACTIVATION
_NORM = LayerKind.NORM


def attach_ends(parts: Sequence[Part], calls: Sequence[Call]) -> list[Part]:
    """Return the parts with norms and activations next to a residual block, run by its module, inside it."""
    if not any(part.residual for part in parts):
        return disambiguated(_closed_merges(parts, calls), calls)
    owners = Counter(p.call for p in parts if p.residual)
    closed = _closed_from_around(parts, calls)
    result: list[Part] = []
    position = 0
    while position < len(parts):
        part = parts[position]
        position += 1
        if part.residual:
            shared = part.call == 0 or owners[part.call] > 1
            before = _leading(result, part, calls, shared)
            following = (parts[k] for k in range(position, len(parts)))
            after = _trailing(following, part, calls, shared)
            if not after and part.call and calls[part.call].parent in closed:
                after = [p for p in parts[position : position + 1] if _runs_around(p, part, calls)]
            position += len(after)
            part = _enlarged(part, before, after)
        result.append(part)
    return disambiguated(result, calls)


def _closed_merges(parts: Sequence[Part], calls: Sequence[Call]) -> list[Part]:
    """Return the parts with the layer that a module runs behind its merge of branches inside the merge.

    That is an activation behind a sum, and a channel shuffle behind a concatenation.
    """
    result: list[Part] = []
    for part in parts:
        layer, last = part.element, result[-1] if result else None
        block = last.element if last and last.call and inside(calls, part.call, last.call) else None
        closes = False
        if isinstance(block, Block) and not block.after:
            shuffles = isinstance(layer, Layer) and layer.op == "channel_shuffle"
            activates = block.merge is Merge.ADD and part.is_layer(_ACTIVATION)
            closes = shuffles if block.merge is Merge.CONCAT else activates
        if last and closes:
            result[-1] = _enlarged(last, [], [part])
        else:
            result.append(part)
    return result


def _leading(result: list[Part], part: Part, calls: Sequence[Call], shared: bool) -> list[Part]:
    """Take the norms and activations that end `result` out of it and return them, if they are the block's.

    A run behind a convolution of the same call is that convolution's; in a call with several blocks, behind
    any.
    """
    start = len(result)
    while (
        start
        and result[start - 1].is_layer(_NORM, _ACTIVATION)
        and inside(calls, result[start - 1].call, part.call)
    ):
        start -= 1
    before = result[start - 1] if start else part
    if before.is_layer(LayerKind.CONV, LayerKind.LINEAR) and (
        shared or inside(calls, before.call, part.call)
    ):
        return []
    run = result[start:]
    del result[start:]
    return run


def _trailing(following: Iterable[Part], part: Part, calls: Sequence[Call], shared: bool) -> list[Part]:
    """Return the norms, activations and factors directly behind the merge that belong to the block.

    In a call with several blocks a norm and an activation before the next one are the next one's.
    """

    def closes(right: Part) -> bool:
        layer = right.element
        is_factor = isinstance(layer, Layer) and layer.op in ("scale", "learned_scale", "layer_scale")
        return is_factor or right.is_layer(_ACTIVATION)

    behind = takewhile(lambda right: inside(calls, right.call, part.call), following)
    run = list(takewhile(lambda right: closes(right) or right.is_layer(_NORM), behind))
    if not shared:
        return run
    closing = sum(1 for _ in takewhile(closes, run))
    if part.call and not closing and len(run) == 1:
        return run
    return run[:closing]


def _closed_from_around(parts: Sequence[Part], calls: Sequence[Call]) -> set[int]:
    """Return the calls of modules that run an activation behind most of their blocks."""
    blocks = Counter(calls[part.call].parent for part in parts if part.residual and part.call)
    closed = Counter(
        calls[part.call].parent
        for part, right in pairwise(parts)
        if part.residual and part.call and _runs_around(right, part, calls)
    )
    return {call for call, count in closed.items() if 2 * count > blocks[call] > 1}


def _runs_around(right: Part, part: Part, calls: Sequence[Call]) -> bool:
    """Return whether a part is an activation that the module around a block runs, itself or as a module."""
    layer = right.element
    if not (isinstance(layer, Layer) and layer.kind is _ACTIVATION) or operator_of(layer.op).ends:
        return False
    return calls[part.call].parent in (right.call, calls[right.call].parent)


def _enlarged(part: Part, before: Sequence[Part], after: Sequence[Part]) -> Part:
    """Return the block with the layers before and after it taken in."""
    block = part.element
    if not isinstance(block, Block):
        return part
    first, last = (tuple(p.element for p in ends if isinstance(p.element, Layer)) for ends in (before, after))
    return replace(part, element=replace(block, before=first, after=last))
