"""Mark the differences between parts of two networks in a comparison."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest

from resnet_diagram.diagram.model import Fork, Group, Item, Node
from resnet_diagram.diagram.walk import nodes, with_inner
from resnet_diagram.wording.symbols import DIFFERS
from resnet_diagram.wording.terms import Kind, literal


def marked(left: Sequence[Item], theirs: Sequence[Item]) -> tuple[Item, ...]:
    """Return items with marks on the labels that differ from their counterparts."""
    result: list[Item] = []
    for item, right in zip_longest(left, theirs[: len(left)]):
        match item:
            case Node():
                counterpart = next(nodes([right]), None) if right else None
                lines = counterpart.lines if counterpart else ()
                unlike = (at for at, line in enumerate(item.lines) if at >= len(lines) or line != lines[at])
                item = replace(item, marked=tuple(unlike))
            case Group():
                item = replace(
                    item, items=marked(item.items, right.items if isinstance(right, Group) else ())
                )
            case Fork():
                other = right if isinstance(right, Fork) else Fork(branches=(), merge=item.merge)
                pairs = zip_longest(item.branches, other.branches[: len(item.branches)], fillvalue=())
                link, beside = item.shortcut, other.shortcut
                if link:
                    equal = beside is not None and (beside.role, beside.label) == (link.role, link.label)
                    link = replace(link, marked=not equal)
                branches = tuple(marked(mine, its) for mine, its in pairs)
                item = replace(item, branches=branches, shortcut=link)
        result.append(item)
    return tuple(result)


def has_marks(items: Iterable[Item]) -> bool:
    """Return whether any item is marked."""
    for item in items:
        match item:
            case Node() if item.marked:
                return True
            case Group() if item.marked or has_marks(item.items):
                return True
            case Fork():
                neighbour = item.shortcut is not None and item.shortcut.marked
                if neighbour or any(has_marks(branch) for branch in item.branches):
                    return True
    return False


def flagged(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return items with a sign in the last box, for a difference that no label shows."""
    for at in range(len(items) - 1, -1, -1):
        item = items[at]
        match item:
            case Node():
                sign = literal(DIFFERS, Kind.SIGN)
                item = replace(item, lines=(*item.lines, sign), marked=(*item.marked, len(item.lines)))
            case Group() | Fork():
                item = with_inner(item, flagged)
        if item != items[at]:
            return (*items[:at], item, *items[at + 1 :])
    return tuple(items)
