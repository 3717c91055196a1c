"""Legend summary: move norms, activations and identity labels shared by all blocks into the legend."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from resnet_diagram.diagram.flat import network_panel
from resnet_diagram.diagram.model import Diagram, EdgeRole, Fork, Item, LegendEntry, Node, NodeRole
from resnet_diagram.diagram.walk import inner_series, with_inner
from resnet_diagram.wording.symbols import ARROW
from resnet_diagram.wording.terms import NOTHING, Kind, Label, phrase
from resnet_diagram.wording.vocabulary import Word

_PILLS = (NodeRole.ACTIVATION, NodeRole.NORM)
_SUMS = (NodeRole.ADD, NodeRole.SUBTRACT)


class Beside(NamedTuple):
    """Norm and activation in the same box, before and behind the layer of the box."""

    before: Label
    behind: Label


class Condensed(Enum):
    """Notation moved from all blocks to the legend.

    BOXES: the norm and activation beside a convolution; ALL: also what follows an addition, and the word at
    an identity shortcut.
    """

    NOTHING = "nothing"
    BOXES = "boxes"
    ALL = "all"


class SharedNotation(NamedTuple):
    """Norms and activations that all blocks share; None where they differ.

    `before`: precedes every convolution of a block, if nothing follows its last; else `behind`: follows every
    convolution but the last of a branch, and `last`: follows the last. `after`: follows every addition.
    `identity`: identity shortcuts have a label.
    """

    before: Label | None
    behind: Label | None
    last: Label | None
    after: Label | None
    identity: bool = False

    @property
    def bare(self) -> bool:
        """Return whether boxes of convolutions omit norm and activation."""
        return self.before is not None or self.last is not None


def condense(diagram: Diagram, condensed: Condensed) -> Diagram:
    """Move notes shared by all blocks into the legend; without a legend, return the diagram unchanged."""
    if condensed is Condensed.NOTHING or not diagram.legend:
        return diagram
    shared = _shared(diagram)
    if condensed is Condensed.BOXES:
        shared = shared._replace(after=None, identity=True)
    language, ends = diagram.legend[0].text.language, (*_SUMS, NodeRole.CONCAT)
    merge = Label(*(entry.text for entry in diagram.legend if entry.role in ends), joint=" / ")
    # Chains of operations: "conv → BN, ReLU → conv".
    conv = phrase(Kind.OPERATOR, Word.CONV)
    after = (shared.after,) if shared.after else ()
    chains: list[tuple[Label, ...]] = []
    if shared.before:
        chains.append((shared.before, conv))
    if shared.behind:
        chains.append((conv, shared.behind, conv))
    if shared.last is not None and not shared.before:
        chains.append((conv, shared.last, merge, *after))
    elif after:
        chains.append((merge, *after))
    labels = (Label(*parts, joint=ARROW).in_language(language) for parts in chains)
    legend = (*diagram.legend, *(LegendEntry(role=None, text=label) for label in labels))
    chain = replace(diagram.chain, items=_items(diagram.chain.items, shared))
    return replace(diagram, panels=(network_panel(chain),), legend=legend)


def _shared(diagram: Diagram) -> SharedNotation:
    """Return the notation that all blocks share."""

    def only(labels: Iterable[Label]) -> Label | None:
        return next(iter(different)) if len(different := set(labels)) == 1 else None

    forks = [place for place in _forks(diagram.chain.items) if _is_block(place.fork)]
    convs = [_convs(branch, place.before) for place in forks for branch in place.fork.branches]
    every = [neighbour for conv in convs for neighbour in conv]
    after = only(place.after for place in forks if place.fork.merge.role in _SUMS)
    before = only(adjacent.before for adjacent in every)
    last = only(result[-1].behind for result in convs if result)
    if before and last == NOTHING:
        return SharedNotation(before=before, behind=None, last=None, after=after)
    behind = only(value.behind for results in convs for value in results[:-1])
    if behind is None or last is None:
        behind = last = None
    return SharedNotation(before=None, behind=behind, last=last, after=after)


def _is_block(fork: Fork) -> bool:
    """Return whether a fork is the body of a block; a product is a gate inside one."""
    return fork.merge.role is not NodeRole.MULTIPLY


class Place(NamedTuple):
    """A fork, and the norm and activation right before and behind it."""

    fork: Fork
    before: Label
    after: Label


def _forks(items: Iterable[Item]) -> Iterator[Place]:
    """Yield all forks, with the norm and activation in boxes of their own beside them."""
    stored = list(items)
    pills = (item if isinstance(item, Node) and item.role in _PILLS else None for item in stored)
    words = [NOTHING, *(Label(*pill.lines, joint=", ") if pill else NOTHING for pill in pills), NOTHING]
    for number, item in enumerate(stored):
        if isinstance(item, Fork):
            yield Place(item, words[number], words[number + 2])
        for series in inner_series(item):
            yield from _forks(series)


def _convs(branch: tuple[Item, ...], before: Label) -> list[Beside]:
    """Return norm and activation around each convolution of a branch, `before` before all of them."""
    # What shares a box with a layer, and what has a box of its own, before and behind each item.
    texts: list[Beside] = []
    for item in branch:
        lines = item.lines if isinstance(item, Node) else ()
        is_pill = isinstance(item, Node) and item.role in _PILLS
        main = 0 if is_pill else next((at for at, line in enumerate(lines) if not _is_minor(line)), 0)
        behind = [line for line in lines[main:] if is_pill or _is_minor(line)]
        own = Label(*behind, joint=", ")
        texts.append(Beside(own if is_pill else Label(*lines[:main], joint=", "), own))
    ends = [Beside(NOTHING, before), *texts, Beside(NOTHING, NOTHING)]
    return [
        Beside(
            before=texts[number].before or ends[number].behind,
            behind=texts[number].behind or ends[number + 2].before,
        )
        for number, item in enumerate(branch)
        if isinstance(item, Node) and item.role is NodeRole.CONV
    ]


def _is_minor(line: Label) -> bool:
    """Return whether a line names norms and activations only."""
    return line.kinds <= {Kind.NORM, Kind.ACTIVATION}


def _items(items: Iterable[Item], shared: SharedNotation) -> tuple[Item, ...]:
    """Return the items of a chain without their shared notes."""
    result: list[Item] = []
    for item in items:
        before = result[-1] if result and shared.after else None
        is_sum = isinstance(before, Fork) and before.merge.role in _SUMS
        if isinstance(before, Fork) and is_sum and isinstance(item, Node) and item.role in _PILLS:
            # The merge takes over the origin of the node after it.
            merge = before.merge
            paths = tuple(dict.fromkeys((*merge.origin.paths, *item.origin.paths)))
            merge = replace(merge, origin=replace(merge.origin, paths=paths))
            result[-1] = replace(before, merge=merge)
        elif isinstance(item, Fork):
            result.append(_fork(item, shared))
        else:
            result.append(with_inner(item, lambda series: _items(series, shared)))
    return tuple(result)


def _fork(fork: Fork, shared: SharedNotation) -> Fork:
    """Return a fork without shared notes, and its convolutions without names of norms and activations."""
    branches = tuple(_items(branch, shared) for branch in fork.branches)
    if shared.bare and _is_block(fork):
        branches = tuple(
            tuple(
                replace(item, lines=tuple(line for line in item.lines if not _is_minor(line)))
                if isinstance(item, Node) and item.role is NodeRole.CONV
                else item
                for item in branch
            )
            for branch in branches
        )
    shortcut = fork.shortcut
    if not shared.identity and shortcut and shortcut.role is EdgeRole.IDENTITY and not shortcut.nodes:
        shortcut = replace(shortcut, label=NOTHING)
    return replace(fork, branches=branches, shortcut=shortcut)
