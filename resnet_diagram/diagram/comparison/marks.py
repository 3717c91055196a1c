"""Mark the differences between parts of two networks in a comparison."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest

from resnet_diagram.diagram.model import Dag, Fork, Group, Item, Node
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.wording.symbols import DIFFERS
from resnet_diagram.wording.terms import Kind, literal


def marked(left: Sequence[Item], theirs: Sequence[Item]) -> tuple[Item, ...]:
    """Return items with marks on the labels that differ from their counterparts."""
    return tuple(_marked(item, right) for item, right in zip_longest(left, theirs[: len(left)]))


def _marked(left: Item, theirs: Item | None) -> Item:
    match left:
        case Node():
            counterpart = next(nodes([theirs]), None) if theirs else None
            lines = counterpart.lines if counterpart else ()
            unlike = (at for at, line in enumerate(left.lines) if at >= len(lines) or line != lines[at])
            return replace(left, marked=tuple(unlike))
        case Group():
            return replace(left, items=marked(left.items, theirs.items if isinstance(theirs, Group) else ()))
        case Fork():
            return _marked_fork(left, theirs if isinstance(theirs, Fork) else None)
        case Dag():
            return left


def _marked_fork(fork: Fork, theirs: Fork | None) -> Fork:
    branches = theirs.branches if theirs else ()
    pairs = zip_longest(fork.branches, branches[: len(fork.branches)], fillvalue=())
    link = fork.shortcut
    if link:
        shortcut = theirs.shortcut if theirs else None
        equal = shortcut is not None and (shortcut.role, shortcut.label) == (link.role, link.label)
        link = replace(link, marked=not equal)
    return replace(fork, branches=tuple(marked(mine, its) for mine, its in pairs), shortcut=link)


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
        if result := _flagged(items[at]):
            return (*items[:at], result, *items[at + 1 :])
    return tuple(items)


def _flagged(item: Item) -> Item | None:
    match item:
        case Node():
            sign = literal(DIFFERS, Kind.SIGN)
            return replace(item, lines=(*item.lines, sign), marked=(*item.marked, len(item.lines)))
        case Group():
            inner = flagged(item.items)
            return replace(item, items=inner) if inner != item.items else None
        case Fork():
            branches = [flagged(branch) for branch in item.branches]
            return replace(item, branches=tuple(branches)) if tuple(branches) != item.branches else None
        case Dag():
            return None
