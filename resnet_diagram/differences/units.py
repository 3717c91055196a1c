"""How two units differ, in words."""

from collections.abc import Iterator, Sequence
from itertools import chain

from resnet_diagram.diagram.labels import block_word, shortcut_text
from resnet_diagram.differences.align import Unit
from resnet_diagram.differences.layers import Pair, layer_differences, words
from resnet_diagram.spec.measure import gate_ratio, is_gate, is_residual, walk, weighted_layers
from resnet_diagram.spec.model import Block, Layer, LayerKind, ShortcutKind
from resnet_diagram.spec.signature import canonical
from resnet_diagram.spec.traits import WEIGHTED

_ADDITION = "before the addition"
WIDTH = "width "
"""What is said of the width of a block begins with it."""


def unit_differences(left: Unit, right: Unit) -> list[Pair]:
    """The differences of two units that stand in each other's place."""
    if left.block and right.block:
        return list(_blocks(left.block, right.block))
    if left.block or right.block:
        return [(_kind(left), _kind(right))]
    return list(layer_differences(canonical(walk(left.elements)), canonical(walk(right.elements))))


def without_shortcuts(units: Sequence[Unit]) -> tuple[Layer, ...]:
    """The layers of blocks one behind another, as a plain network has them."""
    found: list[Layer] = []
    for unit in units:
        for element in unit.elements:
            block = element if isinstance(element, Block) and element is unit.block else None
            parts = (*block.before, *block.branches[0], *block.after) if block else (element,)
            found += canonical(walk(parts))
    return tuple(found)


def shortcut_words(unit: Unit) -> str:
    """The shortcut of a block in words."""
    return _shortcut(unit.block) if unit.block else "no shortcut"


def _kind(unit: Unit) -> str:
    """What a unit is: a block with its shortcut, or layers without one."""
    if unit.block is None:
        named = WEIGHTED | {LayerKind.POOL}
        layers = [words(layer) for layer in canonical(walk(unit.elements)) if layer.kind in named]
        return f"no shortcut: {', then '.join(layers[:3])}{', …' if len(layers) > 3 else ''}"
    return f"a {block_word(unit.block)} with {_shortcut(unit.block)}"


def _shortcut(block: Block) -> str:
    if block.shortcut is None:
        return f"no shortcut ({block.merge} of branches)"
    kind = block.shortcut.kind
    text = shortcut_text(block.shortcut)
    return "an identity shortcut" if kind is ShortcutKind.IDENTITY else f"a {kind} shortcut ({text})"


def _blocks(left: Block, right: Block) -> Iterator[Pair]:
    if (is_residual(left), left.merge) != (is_residual(right), right.merge):
        yield f"a block with {_shortcut(left)}", f"one with {_shortcut(right)}"
    elif _type(left) != _type(right) and "block" not in (_type(left), _type(right)):
        yield f"a {_type(left)}", f"a {_type(right)}"
        yield from _on_shortcut(left, right, alike=False)
    else:
        yield from _same_type(left, right)


def _type(block: Block) -> str:
    """What kind of block it is, gates aside."""
    return block_word(block).replace("SE ", "")


def _same_type(left: Block, right: Block) -> Iterator[Pair]:
    """The differences of two residual blocks of one type; what follows from another is not repeated."""
    larger = [*_moved_stride(left, right), *_sizes(left, right)]
    branches = list(_branches(left, right))
    strided = any(pair[0].startswith("stride") for pair in branches)
    aside = (
        pair for pair in _on_shortcut(left, right, alike=True) if not (strided and ": stride" in pair[0])
    )
    inner = dict.fromkeys(chain(branches, aside))
    yield from larger
    yield from (pair for pair in inner if not _follows(pair, larger))
    for own, other in layer_differences(canonical(left.before), canonical(right.before)):
        yield f"before the shortcut leaves: {own}", other
    yield from _following(left, right)


def _follows(pair: Pair, larger: Sequence[Pair]) -> bool:
    """Whether a difference follows from a stride that was moved, or from another width or expansion."""
    causes = [cause for cause, _ in larger]
    moved = any(cause.startswith("the stride") for cause in causes)
    sized = any(cause.startswith((WIDTH, "expansion")) for cause in causes)
    return (moved and pair[0].startswith("stride")) or (sized and "channels of" in pair[0])


def _moved_stride(left: Block, right: Block) -> list[Pair]:
    """The one convolution with the stride, where both have one stride and another convolution has it."""
    own, other = _strided(left), _strided(right)
    if len(own) != 1 or len(other) != 1 or own[0][0] == other[0][0]:
        return []
    return [(_at_stride(*own[0]), _at_stride(*other[0]))] if own[0][1].stride == other[0][1].stride else []


def _at_stride(number: int, layer: Layer) -> str:
    window = "×".join(map(str, layer.kernel))
    ordinal = ("first", "second", "third")[number - 1] if number <= 3 else f"{number}th"
    return f"the stride in the {ordinal} convolution, {window}"


def _strided(block: Block) -> list[tuple[int, Layer]]:
    layers = enumerate(weighted_layers(block), 1)
    return [(at, layer) for at, layer in layers if any(step > 1 for step in layer.stride)]


def _sizes(left: Block, right: Block) -> list[Pair]:
    """The width, and by how much the last convolution widens, where one rule tells all channels."""
    own, other = _scaled(left), _scaled(right)
    found: list[Pair] = []
    if own and other and own[0] != other[0]:
        found.append((f"{WIDTH}{own[0]}", f"{WIDTH}{other[0]}"))
    if own and other and own[1] != other[1] and len(weighted_layers(left)) > 2:
        found.append((f"expansion {own[1]:g}", f"expansion {other[1]:g}"))
    return found


def _scaled(block: Block) -> tuple[int, float] | None:
    """The channels of all convolutions but the last, if they are the same, and how much wider that one is."""
    sizes = [layer.out_shape[0] for layer in weighted_layers(block)]
    return (sizes[0], sizes[-1] / sizes[0]) if len(sizes) > 1 and len(set(sizes[:-1])) == 1 else None


def _branches(left: Block, right: Block) -> Iterator[Pair]:
    if len(left.branches) != len(right.branches):
        yield f"{len(left.branches)} branches", f"{len(right.branches)} branches"
        return
    for own, other in zip(left.branches, right.branches, strict=True):
        gates = _gates(own), _gates(other)
        if gates[0] != gates[1]:
            yield gates
        layers = canonical(walk(own, gates=False)), canonical(walk(other, gates=False))
        yield from layer_differences(*layers, end=_ADDITION)


def _gates(branch: Sequence[object]) -> str:
    """The gates of a branch in words."""
    return ", ".join(_gate(one) for one in branch if isinstance(one, Block)) or "no SE gate"


def _gate(block: Block) -> str:
    if ratio := gate_ratio(block):
        return f"an SE gate, r={ratio}"
    return "another gate" if is_gate(block) else "an inner block"


def _on_shortcut(left: Block, right: Block, *, alike: bool) -> Iterator[Pair]:
    """How the shortcuts differ: by their kind, or where the blocks are `alike` by what lies on them."""
    if left.shortcut is None or right.shortcut is None:
        return
    if left.shortcut.kind is not right.shortcut.kind:
        yield _shortcut(left), _shortcut(right)
    elif alike:
        layers = canonical(walk(left.shortcut.layers)), canonical(walk(right.shortcut.layers))
        for own, other in layer_differences(*layers):
            yield f"{left.shortcut.kind} shortcut: {own}", other


def _following(left: Block, right: Block) -> Iterator[Pair]:
    """What follows the addition."""
    own, other = canonical(left.after), canonical(right.after)
    if [layer.op for layer in own] != [layer.op for layer in other]:
        yield _after_words(own), _after_words(other)


def _after_words(layers: Sequence[Layer]) -> str:
    return f"{', '.join(words(layer) for layer in layers) or 'nothing'} after the addition"
