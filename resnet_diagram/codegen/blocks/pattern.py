"""Group blocks that one class can implement: those that differ only in numbers.

Blocks of one class have equal keys. The key omits the shortcut: a class has a shortcut with layers, or the
identity, depending on its parameters.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from resnet_diagram.spec.measure import is_residual
from resnet_diagram.spec.model import Block, Element, Network, Shortcut, ShortcutKind, Stage
from resnet_diagram.spec.signature import Level, signature

Key = Hashable
KeyOf = Callable[[Block], Key]


def run_key(elements: Iterable[Element], nested: KeyOf) -> Key:
    """Return the key of a run of elements; `nested` returns the key of an inner block."""
    return signature(elements, Level.CLASS, nested)


def block_key(block: Block, nested: KeyOf) -> Key:
    """Return the key that two blocks of one class share."""
    key = (block.merge, block.signs, len(block.branches), run_key(block.after, nested))
    if residual(block):
        return ("residual", *key, run_key(main(block), nested))
    arms = [run_key(branch, nested) for branch in block.branches]
    return (*key, run_key(block.before, nested), *arms, arm_key(block, nested))


def residual(block: Block) -> bool:
    """Return whether a block adds a shortcut to a single branch."""
    return is_residual(block) and len(block.branches) == 1


def main(block: Block) -> tuple[Element, ...]:
    """Return the elements of the residual branch, before the merge."""
    return (*block.before, *block.branches[0])


def arm_key(block: Block, nested: KeyOf) -> Key:
    """Return the position of the fork and the keys of the elements on the shortcut."""
    return (len(block.before), run_key(arm(block), nested))


def arm(block: Block) -> tuple[Element, ...]:
    """Return the layers on a block's shortcut."""
    return (block.shortcut or Shortcut(kind=ShortcutKind.IDENTITY)).layers


def children(block: Block) -> Iterator[Block]:
    """Yield the blocks directly inside a block, including those in its stages."""
    runs: Sequence[tuple[Element, ...]] = (*block.branches, arm(block))
    for run in runs:
        yield from blocks_in(run)


def blocks_in(elements: Iterable[Element]) -> Iterator[Block]:
    """Yield the outermost blocks of a run, including those in stages."""
    for element in elements:
        if isinstance(element, Block):
            yield element
        elif isinstance(element, Stage):
            yield from blocks_in(element.body)


def levels(network: Network) -> list[list[Block]]:
    """Return all blocks by nesting level, innermost first; blocks contain blocks of earlier levels only."""
    items: list[list[Block]] = []
    _place(blocks_in(network.elements), items)
    return items


def _place(blocks: Iterable[Block], items: list[list[Block]]) -> int:
    """Add blocks and their inner blocks to their levels; return the number of levels."""
    height = 0
    for block in blocks:
        level = _place(children(block), items)
        while len(items) <= level:
            items.append([])
        items[level].append(block)
        height = max(height, level + 1)
    return height
