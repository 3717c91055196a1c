"""Say once, in the legend, what every block of a drawing has: norms, activations and identity shortcuts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from resnet_diagram.diagram.model import (
    Diagram,
    EdgeRole,
    Fork,
    Group,
    Item,
    LegendEntry,
    Link,
    Node,
    NodeRole,
)

_PILLS = (NodeRole.ACTIVATION, NodeRole.NORM)


class Beside(NamedTuple):
    """The norm and activation that a box names before and behind its own layer."""

    before: str
    behind: str


class Condensed(Enum):
    """What the legend says instead of every block.

    BOXES: the norm and activation beside a convolution; ALL: also what follows an addition, and the word at
    an identity shortcut.
    """

    NOTHING = "nothing"
    BOXES = "boxes"
    ALL = "all"


class Usual(NamedTuple):
    """What all blocks have in common; None where they differ.

    `before`: what stands before every convolution of a block, if nothing follows its last; else `behind`:
    what follows every convolution but the last of a branch, and `last`: what follows that. `after`: what
    follows every addition. `identity`: the word stands at identity shortcuts.
    """

    before: str | None
    behind: str | None
    last: str | None
    after: str | None
    identity: bool = False

    @property
    def bare(self) -> bool:
        """Whether the boxes of convolutions need not say it."""
        return self.before is not None or self.last is not None


def condense(diagram: Diagram, condensed: Condensed) -> Diagram:
    """The same drawing without what its legend can say for all blocks; the same if it has no legend."""
    if condensed is Condensed.NOTHING or not diagram.legend:
        return diagram
    usual = _usual(diagram)
    if condensed is Condensed.BOXES:
        usual = usual._replace(after=None, identity=True)
    legend = (
        *diagram.legend,
        *(LegendEntry(role=None, text=words) for words in _said(usual, _merge(diagram))),
    )
    return replace(diagram, items=_items(diagram.items, usual), legend=legend)


def _usual(diagram: Diagram) -> Usual:
    """What the blocks have in common."""
    forks = [place for place in _forks(diagram.items, "", "") if _is_block(place.fork)]
    convs = [_convs(branch, place.before) for place in forks for branch in place.fork.branches]
    every = [beside for found in convs for beside in found]
    after = _only({place.after for place in forks if place.fork.merge.role is NodeRole.ADD})
    before = _only({beside.before for beside in every})
    last = _only({found[-1].behind for found in convs if found})
    if before and last == "":
        return Usual(before=before, behind=None, last=None, after=after)
    behind = _only({beside.behind for found in convs for beside in found[:-1]})
    if behind is None or last is None:
        behind = last = None
    return Usual(before=None, behind=behind, last=last, after=after)


def _is_block(fork: Fork) -> bool:
    """Whether a fork is the body of a block; what is multiplied is a gate in one."""
    return fork.merge.role is not NodeRole.MULTIPLY


def _only(found: set[str]) -> str | None:
    """The one text in `found`, if there is just one."""
    return next(iter(found)) if len(found) == 1 else None


class Place(NamedTuple):
    """A fork, and the norm and activation right before and behind it."""

    fork: Fork
    before: str
    after: str


def _forks(items: Iterable[Item], before: str, after: str) -> Iterator[Place]:
    """Every fork; `before` and `after`: the norm and activation at the ends of `items`."""
    held = list(items)
    beside = [before, *(_pill(item) for item in held), after]
    for number, item in enumerate(held):
        match item:
            case Group():
                yield from _forks(item.items, "", "")
            case Fork():
                yield Place(item, beside[number], beside[number + 2])
                for branch in item.branches:
                    yield from _forks(branch, "", "")


def _pill(item: Item) -> str:
    """The text of a norm or an activation that stands alone."""
    return ", ".join(item.lines) if isinstance(item, Node) and item.role in _PILLS else ""


def _convs(branch: tuple[Item, ...], before: str) -> list[Beside]:
    """What stands beside each convolution of a branch, `before` before all: its own, or its neighbour's."""
    texts = [_beside(item) if isinstance(item, Node) else Beside("", "") for item in branch]
    ends = [Beside("", before), *texts, Beside("", "")]
    return [
        Beside(
            before=texts[number].before or ends[number].behind,
            behind=texts[number].behind or ends[number + 2].before,
        )
        for number, item in enumerate(branch)
        if isinstance(item, Node) and item.role is NodeRole.CONV
    ]


def _beside(node: Node) -> Beside:
    """What a box says beside its own layer."""
    if node.role in _PILLS:
        return Beside(_pill(node), _pill(node))
    main = next((number for number in range(len(node.lines)) if number not in node.aside), 0)
    before = [node.lines[number] for number in node.aside if number < main]
    behind = [node.lines[number] for number in node.aside if number > main]
    return Beside(before=", ".join(before), behind=", ".join(behind))


def _said(usual: Usual, merge: str) -> Iterator[str]:
    """The lines of the legend, as chains of what follows what, which need no words of a language."""
    after = (usual.after,) if usual.after else ()
    if usual.before:
        yield _chain(usual.before, "conv")
    if usual.behind:
        yield _chain("conv", usual.behind, "conv")
    if usual.last is not None and not usual.before:
        yield _chain("conv", usual.last, merge, *after)
    elif after:
        yield _chain(merge, *after)


def _chain(*parts: str) -> str:
    return " → ".join(part for part in parts if part)


def _merge(diagram: Diagram) -> str:
    """The legend's words for what ends a block."""
    ends = (NodeRole.ADD, NodeRole.CONCAT)
    return " / ".join(entry.text for entry in diagram.legend if entry.role in ends)


def _items(items: Iterable[Item], usual: Usual) -> tuple[Item, ...]:
    """The items of a chain without what is usual."""
    found: list[Item] = []
    for item in items:
        match item:
            case Group():
                found.append(replace(item, items=_items(item.items, usual)))
            case Fork():
                found.append(_fork(item, usual))
            case Node():
                before = found[-1] if found else None
                said = usual.after and isinstance(before, Fork) and before.merge.role is NodeRole.ADD
                if not said or item.role not in _PILLS:
                    found.append(item)
    return tuple(found)


def _fork(fork: Fork, usual: Usual) -> Fork:
    bare: Callable[[Item], Item] = _bare if usual.bare and _is_block(fork) else _same
    branches = tuple(tuple(bare(item) for item in _items(branch, usual)) for branch in fork.branches)
    shortcut = fork.shortcut
    if not usual.identity and shortcut and shortcut.role is EdgeRole.IDENTITY and not shortcut.nodes:
        shortcut = Link(role=shortcut.role, label="")
    return replace(fork, branches=branches, shortcut=shortcut)


def _same(item: Item) -> Item:
    return item


def _bare(item: Item) -> Item:
    """A convolution without the names of its norm and activation."""
    if not isinstance(item, Node) or item.role is not NodeRole.CONV:
        return item
    lines = tuple(line for number, line in enumerate(item.lines) if number not in item.aside)
    return replace(item, lines=lines, aside=())
