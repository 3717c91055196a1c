"""Decompose the flow into a series-parallel tree.

A step is a cut point of a series if no edge bypasses it. The branches between two neighbouring cut points are
the connected parts that remain without both. A stretch with one part and no inner cut point is irregular and
stays whole. Each level of nesting takes one pass over the edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from resnet_diagram.spec.graph import reachable
from resnet_diagram.tracer.flow.graph import argument
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import Role

_DEEPEST = 64


@dataclass(slots=True, eq=False)
class Region:
    """The branches between a fork and the step that merges them, both excluded.

    An empty branch is a direct connection. `inner` holds all steps of an irregular region, which has no
    branches; `direct` says whether a connection from fork to merge is part of it.
    """

    fork: int
    merge: int
    branches: "list[list[Item]]" = field(default_factory=list)
    inner: list[int] = field(default_factory=list)
    direct: bool = True


Item = int | Region


def series_of(
    steps: Sequence[Step], nodes: list[int], without_direct: bool = False, depth: int = 0
) -> list[Item]:
    """Return the steps between the first and the last of `nodes` as a series.

    A region stands before its merge; `without_direct` skips a direct edge.
    """
    cuts = _cut_points(steps, nodes, without_direct)
    items: list[Item] = []
    for left, right in pairwise(cuts):
        fork, merge, inner = nodes[left], nodes[right], nodes[left + 1 : right]
        if inner:
            spans_all = left == 0 and right == len(nodes) - 1
            direct = merge in steps[fork].targets and not (spans_all and without_direct)
            parts = _connected_parts(steps, inner)
            branches: list[list[Item]] = []
            if (len(parts) > 1 or direct) and depth < _DEEPEST:
                branches = [series_of(steps, [fork, *part, merge], True, depth + 1) for part in parts]
            joined = any(_is_joined(steps, branch, fork, merge) for branch in branches)
            if branches and not (joined and steps[merge].role is Role.CONCAT):
                items.append(Region(fork, merge, [[], *branches] if direct else branches))
            else:
                items.append(Region(fork, merge, inner=inner, direct=direct))
        if right != len(nodes) - 1:
            items.append(nodes[right])
    return items


def _cut_points(steps: Sequence[Step], nodes: list[int], without_direct: bool) -> list[int]:
    """Return the positions in `nodes` that no edge jumps over, the two ends included."""
    position = {node: k for k, node in enumerate(nodes)}
    last = len(nodes) - 1
    reach = 0
    cuts = [0]
    for k, node in enumerate(nodes):
        if k and reach <= k:
            cuts.append(k)
        for target in steps[node].targets:
            place = position.get(target, -1)
            if place > reach and not (without_direct and k == 0 and place == last):
                reach = place
    return cuts if cuts[-1] == last else [*cuts, last]


def _is_joined(steps: Sequence[Step], branch: Sequence[Item], fork: int, merge: int) -> bool:
    """Return whether several values of an irregular branch are concatenated, in it or with other branches."""
    last = next((item for item in reversed(branch) if isinstance(item, Region)), None)
    if last is None or not last.inner:
        return False
    here = len(branch) == 2 and last.fork == fork and continues(steps[last.merge], steps[merge])
    return here or last.merge == merge


def continues(inner: Step, outer: Step) -> bool:
    """Return whether a sum only goes on in another, or a concatenation in one of its dimension."""
    if inner.role is not outer.role or inner.targets != [outer.index]:
        return False
    if inner.role is Role.CONCAT:
        return _dimension(inner) == _dimension(outer)
    return inner.role is Role.ADD


def _dimension(concatenation: Step) -> object:
    """Return the dimension of a concatenation, from the first."""
    node = concatenation.nodes[-1]
    place = argument(node, "dim")
    return place % len(node.shape) if isinstance(place, int) else (node.op, place)


def _connected_parts(steps: Sequence[Step], nodes: list[int]) -> list[list[int]]:
    """Return the connected parts of the flow between `nodes`, each in order."""
    remaining, parts = set(nodes), list[list[int]]()

    def around(node: int) -> set[int]:
        return remaining.intersection((*steps[node].sources, *steps[node].targets))

    for node in nodes:
        if node in remaining:
            parts.append(sorted(reachable([node], around)))
            remaining.difference_update(parts[-1])
    return parts


def steps_in(items: Sequence[Item]) -> list[int]:
    """Return all steps of a series, nested ones included, in order."""
    numbers: list[int] = []
    for item in items:
        if isinstance(item, int):
            numbers.append(item)
        else:
            numbers += item.inner
            for branch in item.branches:
                numbers += steps_in(branch)
    return sorted(numbers)
