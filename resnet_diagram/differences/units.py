"""Differences of two units in words."""

from collections.abc import Iterator, Sequence

from resnet_diagram.differences.align import Unit
from resnet_diagram.differences.layers import Pair, Subject, layer_differences
from resnet_diagram.spec.measure import gate_ratio, is_gate, is_residual, walk, weighted_layers
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Merge, ShortcutKind, Stage
from resnet_diagram.spec.signature import canonical
from resnet_diagram.spec.traits import WEIGHTED
from resnet_diagram.wording.blocks import block_type, gate_lines
from resnet_diagram.wording.layers import kernel_text, layer_label, shortcut_label

_ADDITION = "before the addition"


def unit_differences(left: Unit, right: Unit) -> list[Pair]:
    """Return the differences of two units at the same place."""
    if left.block and right.block:
        differences = list(_blocks(left.block, right.block))
    elif left.block or right.block:
        return [Pair(_kind(left), _kind(right))]
    else:
        differences = list(layer_differences(canonical(walk(left.elements)), canonical(walk(right.elements))))
    joins = [" then ".join(_joins(unit.elements)) or "one chain" for unit in (left, right)]
    return differences if differences or joins[0] == joins[1] else [Pair(joins[0], joins[1])]


def _joins(elements: Sequence[Element]) -> Iterator[str]:
    """Yield how the branches of each block among some elements, and inside them, are joined."""
    for element in elements:
        if isinstance(element, Stage):
            yield from _joins(element.body)
        elif isinstance(element, Block):
            inner = [", ".join(_joins(branch)) for branch in element.branches]
            inner += [", ".join(_joins(element.shortcut.layers))] if element.shortcut else []
            within = f" of ({'; '.join(inner)})" if any(inner) else ""
            signs = (
                f" with signs {', '.join(f'{sign:+d}' for sign in element.signs)}" if element.signs else ""
            )
            yield f"{_MERGED[element.merge]} of {len(inner)} paths{signs}{within}"


_MERGED = {Merge.ADD: "sum", Merge.MULTIPLY: "product", Merge.CONCAT: "concatenation"}


def without_shortcuts(units: Sequence[Unit]) -> tuple[Layer, ...]:
    """Return the layers of blocks in a row, as a plain network has them."""
    layers: list[Layer] = []
    for unit in units:
        for element in unit.elements:
            block = element if isinstance(element, Block) and element is unit.block else None
            parts = (*block.before, *block.branches[0], *block.after) if block else (element,)
            layers += canonical(walk(parts))
    return tuple(layers)


def _kind(unit: Unit) -> str:
    """Return a unit in words: a block with its shortcut, or layers without one."""
    if unit.block is None:
        by_name = WEIGHTED | {LayerKind.POOL}
        layers = [layer_label(layer) for layer in canonical(walk(unit.elements)) if layer.kind in by_name]
        return f"no shortcut: {', then '.join(layers[:3])}{', …' if len(layers) > 3 else ''}"
    return f"a {block_type(unit.block)} with {shortcut_words(unit.block)}"


def shortcut_words(block: Block | None) -> str:
    """Return the shortcut of a block in words; None stands for layers without a block."""
    if block is None:
        return "no shortcut"
    if block.shortcut is None:
        return f"no shortcut ({block.merge} of branches)"
    text = shortcut_label(block.shortcut)
    match block.shortcut.kind:
        case ShortcutKind.IDENTITY:
            return "an identity shortcut"
        case ShortcutKind.OTHER:
            return f"a shortcut with layers ({text})"
        case kind:
            return f"a {kind} shortcut ({text})"


def _blocks(left: Block, right: Block) -> Iterator[Pair]:
    if (is_residual(left), left.merge) != (is_residual(right), right.merge):
        yield Pair(f"a block with {shortcut_words(left)}", f"one with {shortcut_words(right)}")
        return
    mine, second = block_type(left, gates=False), block_type(right, gates=False)
    if mine != second and "block" not in (mine, second):
        yield Pair(f"a {mine}", f"a {second}")
        yield from _on_shortcut(left, right, alike=False)
    else:
        yield from _same_type(left, right)


def _same_type(left: Block, right: Block) -> Iterator[Pair]:
    """Yield the differences of two residual blocks of one type; consequences of another are left out."""
    larger = [*_moved_stride(left, right), *_sizes(left, right)]
    causes = {pair.subject for pair in larger}
    branches = list(_branches(left, right))
    on_shortcut = list(_on_shortcut(left, right, alike=True))
    if any(pair.subject is Subject.STRIDE for pair in branches):
        on_shortcut = [pair for pair in on_shortcut if pair.subject is not Subject.STRIDE]
    if Subject.MOVED_STRIDE in causes:
        branches = [pair for pair in branches if pair.subject is not Subject.STRIDE]
    inner = dict.fromkeys((*branches, *on_shortcut))
    if causes & {Subject.WIDTH, Subject.EXPANSION}:
        inner = {pair: None for pair in inner if pair.subject is not Subject.CHANNELS}
    if left.signs != right.signs:
        yield Pair(_joined(left), _joined(right))
    yield from larger
    yield from inner
    for pair in layer_differences(canonical(left.before), canonical(right.before)):
        yield Pair(f"before the shortcut leaves: {pair.left}", pair.right)
    mine, second = canonical(left.after), canonical(right.after)
    if [layer.op for layer in mine] != [layer.op for layer in second]:
        before, after = (", ".join(map(layer_label, layers)) or "nothing" for layers in (mine, second))
        yield Pair(f"{before} after the addition", f"{after} after the addition")
    else:
        for pair in layer_differences(mine, second):
            yield pair._replace(left=f"after the addition: {pair.left}")


def _joined(block: Block) -> str:
    """Return the inputs that a sum subtracts, in words."""
    several = len(block.branches) > 1
    inputs = [f"branch {number}" if several else "the branch" for number in range(1, len(block.branches) + 1)]
    inputs += ["the shortcut"] if block.shortcut else []
    subtracted = [word for word, sign in zip(inputs, block.signs, strict=False) if sign < 0]
    return f"{' and '.join(subtracted)} subtracted" if subtracted else "all inputs added"


def _moved_stride(left: Block, right: Block) -> list[Pair]:
    """Return the convolutions with the stride, if each block has one stride, in different convolutions."""
    strided: list[tuple[int, Layer]] = []
    for block in (left, right):
        layers = enumerate(weighted_layers(block), 1)
        single = [(at, layer) for at, layer in layers if any(step > 1 for step in layer.stride)]
        if len(single) != 1:
            return []
        strided += single
    (from_number, from_layer), (to_number, to_layer) = strided
    if from_number == to_number or from_layer.stride != to_layer.stride:
        return []
    ordinals = {1: "first", 2: "second", 3: "third"}
    before, after = (
        f"the stride in the {ordinals.get(number, f'{number}th')} convolution, {kernel_text(layer)}"
        for number, layer in strided
    )
    return [Pair(before, after, Subject.MOVED_STRIDE)]


def _sizes(left: Block, right: Block) -> list[Pair]:
    """Return the differences in width and expansion, if these determine all channels of both blocks.

    The width is that of all convolutions but the last, the expansion the ratio of the last to them.
    """
    columns = [[layer.out_shape[0] for layer in weighted_layers(block)] for block in (left, right)]
    if any(len(sizes) < 2 or len(set(sizes[:-1])) > 1 for sizes in columns):
        return []
    widths, expansions = zip(*((sizes[0], sizes[-1] / sizes[0]) for sizes in columns), strict=True)
    pairs = [Pair(str(widths[0]), str(widths[1]), Subject.WIDTH)] if widths[0] != widths[1] else []
    if expansions[0] != expansions[1] and len(columns[0]) > 2:
        before, after = (f"expansion {expansion:g}" for expansion in expansions)
        pairs.append(Pair(before, after, Subject.EXPANSION))
    return pairs


def _branches(left: Block, right: Block) -> Iterator[Pair]:
    if len(left.branches) != len(right.branches):
        yield Pair(f"branches: {len(left.branches)}", f"{len(right.branches)}")
        return
    for mine, branch in zip(left.branches, right.branches, strict=True):
        inner = [[item for item in run if isinstance(item, Block)] for run in (mine, branch)]
        gates = [", ".join(map(_gate, blocks)) or "no SE gate" for blocks in inner]
        if gates[0] != gates[1]:
            yield Pair(gates[0], gates[1])
        else:
            # Branches with equal names of gates and inner blocks have as many of them.
            for block, second in zip(*inner, strict=True):
                for pair in layer_differences(canonical(walk(block)), canonical(walk(second))):
                    yield pair._replace(left=f"inside {_gate(block)}: {pair.left}")
        layers = canonical(walk(mine, gates=False)), canonical(walk(branch, gates=False))
        yield from layer_differences(*layers, end=_ADDITION)


def _gate(block: Block) -> str:
    if ratio := gate_ratio(block):
        return f"an {', '.join(gate_lines(ratio))}"
    return "another gate" if is_gate(block) else "an inner block"


def _on_shortcut(left: Block, right: Block, *, alike: bool) -> Iterator[Pair]:
    """Yield the difference in kind of shortcut, or for blocks of one type (`alike`) in the layers on it."""
    if left.shortcut is None or right.shortcut is None:
        return
    if left.shortcut.kind is not right.shortcut.kind:
        yield Pair(shortcut_words(left), shortcut_words(right))
    elif alike:
        layers = canonical(walk(left.shortcut.layers)), canonical(walk(right.shortcut.layers))
        for pair in layer_differences(*layers):
            yield pair._replace(left=f"{left.shortcut.kind} shortcut: {pair.left}")
