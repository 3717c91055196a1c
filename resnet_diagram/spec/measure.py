"""Facts derived from layers: order, counts, shapes, kinds of block.

A `Part` is anything with layers in it: a network, an element, a shortcut or a sequence of elements.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain, zip_longest
from math import prod
from typing import TypeGuard

from resnet_diagram.errors import SpecError
from resnet_diagram.spec.graph import merge_block, parts, shortcut_nodes
from resnet_diagram.spec.model import (
    Block,
    Element,
    Graph,
    Layer,
    LayerKind,
    Merge,
    Network,
    Shape,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.shapes import broadcast, concat_axis, concatenated
from resnet_diagram.spec.traits import FOLLOWING, MIXING, PROJECTIONS, WEIGHTED, mixes

Part = Network | Element | Shortcut | Iterable[Element]


class BlockKind(StrEnum):
    """Arrangement of the weighted layers of a residual branch."""

    BASIC = "basic"
    BOTTLENECK = "bottleneck"
    INVERTED_BOTTLENECK = "inverted-bottleneck"
    OTHER = "other"


def walk(part: Part, *, shortcuts: bool = True, gates: bool = True, repeats: bool = True) -> Iterator[Layer]:
    """Yield every layer in flow order; a block's shortcut follows its branches.

    Without `shortcuts`, omit the layers on shortcuts; without `gates`, those that compute the factor of a
    gate (the branches of a `MULTIPLY` block after its first); without `repeats`, those of graph nodes
    that run the modules of an earlier node again.
    """
    waiting: list[Part] = [part]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Layer):
            yield item
        else:
            waiting += reversed([*_inside(item, shortcuts, gates, repeats)])


def _inside(part: Part, shortcuts: bool, gates: bool, repeats: bool) -> Iterable[Element]:
    """Return the direct children of a part that is not a layer."""
    match part:
        case Block():
            sides = part.shortcut.layers if shortcuts and part.shortcut else ()
            return (*part.before, *_branches(part, gates), *sides, *part.after)
        case Graph():
            skipped = set() if shortcuts else shortcut_nodes(part)
            nodes = (
                n for k, n in enumerate(part.nodes) if k not in skipped and (repeats or n.shares is None)
            )
            return chain.from_iterable(node.body for node in nodes)
        case Network() | Stage() | Shortcut():
            return chain.from_iterable(parts(part))
        case Layer():
            return (part,)
        case _:
            return part


def _branches(block: Block, gates: bool) -> tuple[Element, ...]:
    """Return the elements of all branches; without `gates`, only the gated branch of a gate."""
    return tuple(chain(*(block.branches if gates or not is_gate(block) else block.branches[:1])))


def params(part: Part) -> int:
    """Return the number of parameters, including those of a network's unused modules.

    A shared parameter counts at its first use.
    """
    idle = sum(module.params for module in part.idle) if isinstance(part, Network) else 0
    return idle + sum(layer.params for layer in walk(part))


def macs(part: Part) -> int:
    """Return the multiply-accumulates for one input."""
    return sum(layer.macs for layer in walk(part))


def activations(part: Part) -> int:
    """Return the number of output elements of all convolutions, for one input.

    Radosavovic et al. 2020, "Designing Network Design Spaces", section 3: it predicts the memory of a
    network and its time on an accelerator better than multiply-accumulates do.
    """
    return sum(prod(layer.out_shape) for layer in walk(part) if layer.kind is LayerKind.CONV)


def depth(part: Part) -> int:
    """Return the number of convolutions and linear layers on the longest path, without shortcuts and gates.

    Of parallel branches the deepest counts: GoogLeNet has 22 layers. It is the number in a residual
    network's name, with two exceptions. Wide ResNets count the convolutions on shortcuts and leave the
    classifier out, so that wrn-28-10 has depth 26 here. A deep stem has three convolutions where the name
    counts one, so that resnet50d has depth 52.
    """
    match part:
        case Layer():
            return int(part.kind in WEIGHTED)
        case Block():
            branches = part.branches[:1] if is_gate(part) else part.branches
            return depth(part.before) + max(map(depth, branches), default=0) + depth(part.after)
        case Graph():
            left_out = shortcut_nodes(part)
            depths: list[int] = []
            for number, node in enumerate(part.nodes):
                is_counted = number not in left_out and node.shares is None
                inside = depth(node.body) if is_counted else 0
                depths.append(max((depths[read] for read in node.reads), default=0) + inside)
            return max(depths[output] for output in part.outputs)
        case Network() | Stage() | Shortcut():
            return sum(map(depth, parts(part)))
        case _:
            return sum(map(depth, part))


def in_shape(part: Part) -> Shape:
    """Return the input shape (C, *spatial) of a part. Raises SpecError if it has no layer."""
    match part:
        case Network():
            return part.input_shape
        case Layer():
            return part.in_shape
        case Graph():
            return part.nodes[0].shape
    first = next(walk(part), None)
    if first is None:
        kind, name = type(part).__name__.lower(), getattr(part, "name", "")
        called = f"{kind} {name!r}" if name else f"an unnamed {kind}"
        raise SpecError(f"Expected at least one layer to take a shape from; {called} has none.")
    return first.in_shape


def out_shape(part: Part) -> Shape:
    """Return the output shape (C, *spatial) of a part."""
    match part:
        case Layer():
            return part.out_shape
        case Block():
            return part.after[-1].out_shape if part.after else merged_shape(part)
        case Graph():
            return part.nodes[part.outputs[0]].shape
        case Network() | Stage() | Shortcut():
            last = [run for run in parts(part) if run]
            return out_shape(last[-1]) if last else in_shape(part)
        case _:
            elements = tuple(part)
            return out_shape(elements[-1]) if elements else in_shape(elements)


def merged_shape(block: Block) -> Shape:
    """Return the output shape of a block's merge, before its `after`."""
    shapes = merging_shapes(block)
    if block.merge is Merge.CONCAT:
        return concatenated(shapes, concat_axis(shapes, block.axis or 0))
    return broadcast(shapes)


def merging_shapes(block: Block) -> list[Shape]:
    """Return the shapes of the values that a block's merge joins, that of the shortcut last."""
    entry = block.before[-1].out_shape if block.before else in_shape(block)
    runs = [*block.branches, *([block.shortcut.layers] if block.shortcut else [])]
    return [out_shape(run) if run else entry for run in runs] or [entry]


def joined_axis(block: Block) -> int:
    """Return the axis along which a block concatenates, 0 for the channels and for other merges."""
    if block.merge is not Merge.CONCAT or block.axis is not None:
        return block.axis or 0
    return concat_axis(merging_shapes(block))


def is_residual(block: Block) -> bool:
    """Return whether the block adds a shortcut to its branch."""
    return block.shortcut is not None and block.merge is Merge.ADD


def is_gate(block: Block) -> bool:
    """Return whether the block multiplies a branch by a factor that the other branches compute."""
    return block.shortcut is None and block.merge is Merge.MULTIPLY


def is_block(element: Element) -> TypeGuard[Block]:
    """Return whether an element is a block other than a gate, which counts as a layer."""
    return isinstance(element, Block) and not is_gate(element)


def leading_block(elements: Sequence[Element]) -> Block | None:
    """Return the block that a run of elements is, but for norms and activations behind it."""
    first, *rest = elements or (None,)
    follows = all(isinstance(element, Layer) and element.kind in FOLLOWING for element in rest)
    return first if isinstance(first, Block) and follows else None


def gate_ratio(element: Element) -> float:
    """Return the reduction of a squeeze-and-excitation gate; 0 for other elements.

    Hu et al. 2018, "Squeeze-and-Excitation Networks", eq. 2-4: pool, narrow, widen, sigmoid, multiply.
    """
    if not isinstance(element, Block) or not is_gate(element):
        return 0
    if len(element.branches) != 2 or element.branches[0]:
        return 0
    layers = [layer for layer in element.branches[1] if isinstance(layer, Layer)]
    weighted = [layer for layer in layers if layer.kind in WEIGHTED]
    pooled = any(layer.kind is LayerKind.POOL for layer in layers)
    shares = any("softmax" in layer.op for layer in layers)
    if not pooled or shares or len(weighted) != 2 or len(layers) != len(element.branches[1]):
        return 0
    return weighted[0].in_shape[0] / weighted[0].out_shape[0]


def residual_blocks(part: Part) -> tuple[Block, ...]:
    """Return all residual blocks in the order of their additions: nested blocks before the outer one."""
    return tuple(block for block in all_blocks(part) if is_residual(block))


def all_blocks(part: Part) -> Iterator[Block]:
    """Yield all blocks in the order of their merges: nested blocks before the outer one.

    A merge of a graph is a block too (`merge_block`); nodes that run earlier modules again are omitted.
    """
    match part:
        case Layer():
            return
        case Graph():
            for number, node in enumerate(part.nodes):
                if node.shares is None:
                    yield from all_blocks(node.body)
                if node.merge is not None and node.shares is None:
                    yield merge_block(part, number)
        case Network() | Block() | Stage() | Shortcut():
            for run in parts(part):
                yield from all_blocks(run)
            if isinstance(part, Block):
                yield part
        case _:
            for element in part:
                yield from all_blocks(element) if not isinstance(element, Layer) else ()


def main_layers(block: Block) -> tuple[Layer, ...]:
    """Return the layers of the branches, without gates and without inner shortcuts."""
    return tuple(walk(_branches(block, gates=False), shortcuts=False, gates=False))


def weighted_layers(block: Block) -> tuple[Layer, ...]:
    """Return the convolutions, linear and attention layers and the products with weights of the branches.

    Those of gates and shortcuts are left out.
    """
    return tuple(layer for layer in main_layers(block) if mixes(layer))


def block_kind(block: Block) -> BlockKind:
    """Return the arrangement of the weighted layers.

    Basic: two convolutions wider than 1×1. Bottleneck: 1×1, k×k, 1×1. Inverted bottleneck: three layers,
    one of them k×k, that widen inside beyond the block's output (MobileNetV2, ConvNeXt).
    """
    layers = weighted_layers(block)
    if any(layer.kind is LayerKind.ATTENTION for layer in layers):
        return BlockKind.OTHER
    is_wide = tuple(_is_wide(layer) for layer in layers)
    if is_wide == (True, True):
        return BlockKind.BASIC
    if len(is_wide) == 3 and is_wide.count(True) == 1 and not is_wide[2]:
        if max(channels(layer)[1] for layer in layers[:2]) > channels(layers[2])[1]:
            return BlockKind.INVERTED_BOTTLENECK
        if is_wide[1]:
            return BlockKind.BOTTLENECK
    return BlockKind.OTHER


def _is_wide(layer: Layer) -> bool:
    return any(size > 1 for size in layer.kernel)


def channels(layer: Layer) -> tuple[int, int]:
    """Return the input and output channels of a layer."""
    return layer.in_shape[0], layer.out_shape[0]


def pre_activation(block: Block) -> bool:
    """Return whether a norm or an activation precedes the first weighted layer."""
    main = walk(_branches(block, gates=False), shortcuts=False, gates=False)
    for layer in chain(block.before, main):
        if layer.kind in FOLLOWING:
            return True
        if layer.kind in MIXING or layer.kind is LayerKind.OPAQUE or layer.macs:
            return False
    return False


def cardinality(block: Block) -> int:
    """Return the largest number of groups of a convolution on the branches, at least 1."""
    return max((layer.groups for layer in weighted_layers(block)), default=1)


def width(block: Block) -> int:
    """Return the channels of the first convolution larger than 1×1.

    The first weighted layer counts if there is none; 0 without weighted layers.
    """
    layers = weighted_layers(block)
    is_wide = [layer for layer in layers if _is_wide(layer)]
    return channels((is_wide or layers)[0])[1] if layers else 0


def stride(block: Block) -> Shape:
    """Return the stride of a block for each spatial dimension; 1 if it enlarges.

    The product of the strides along the first branch, including `before`; empty if no layer has a kernel.
    """
    steps = _steps((*block.before, *_first_branch(block)))
    return tuple(max(1, int(step + 1e-9)) for step in steps)


def _first_branch(block: Block) -> tuple[Element, ...]:
    return block.branches[0] if block.branches else ()


def _steps(elements: Sequence[Element]) -> tuple[float, ...]:
    """Return the total stride along a run of elements; below 1 for enlargement."""
    total: tuple[float, ...] = ()
    for element in elements:
        step = _step(element)
        total = tuple(old * new for old, new in zip_longest(total, step, fillvalue=1.0))
    return total


def _step(element: Element) -> tuple[float, ...]:
    match element:
        case Block():
            return _steps((*element.before, *_first_branch(element), *element.after))
        case Stage():
            return _steps(element.body)
        case Graph():
            before, after = in_shape(element), out_shape(element)
            return tuple(b / a for b, a in zip(before[1:], after[1:], strict=False))
    if element.op == "conv_transpose":
        return tuple(1 / step for step in element.stride)
    if element.kind is LayerKind.UPSAMPLE:
        pairs = zip(element.in_shape[1:], element.out_shape[1:], strict=False)
        return tuple(before / after for before, after in pairs)
    return element.stride


def option(network: Network) -> str | None:
    """Return the shortcut option of a network, by the letter of He et al. 2015, section 4.1.

    "A": zero-padding where sizes differ, identity elsewhere. "B": projections (pooled ones too) where sizes
    differ, identity elsewhere. "C": projections everywhere. None: anything else, and where the blocks do
    not tell.
    """
    changed: set[ShortcutKind] = set()
    kinds: set[ShortcutKind] = set()
    for block in residual_blocks(network):
        if block.shortcut:
            differs = in_shape(block) != merged_shape(block)
            (changed if differs else kinds).add(block.shortcut.kind)
    if kinds == {ShortcutKind.IDENTITY}:
        if changed == {ShortcutKind.ZERO_PAD}:
            return "A"
        return "B" if changed and changed.issubset(PROJECTIONS) else None
    return "C" if kinds and (changed | kinds).issubset(PROJECTIONS) else None
