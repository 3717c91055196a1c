"""Reduce an irregular part of the flow to a small graph whose edges are series.

A step with one incoming and one outgoing edge merges both; edges into a step that all start at one other step
are branches. A part with one entry and one exit that cannot be reduced becomes an irregular region. Each step
is visited a bounded number of times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import chain

from resnet_diagram.spec.graph import reachable
from resnet_diagram.tracer.flow.graph import NodeKind, constants_of
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import MERGES, WEIGHTED
from resnet_diagram.tracer.structure.graphs.regions import Item, Region, steps_in


@dataclass(slots=True, eq=False)
class Edge:
    """A series from one step to another, both excluded."""

    tail: int
    head: int
    items: list[Item] = field(default_factory=list)


class Reduction:
    """The steps that remain between the ends of a region, and the edges into and out of each.

    Unless it is `whole`, the edges into its merge stay as they are.
    """

    def __init__(self, steps: Sequence[Step], region: Region, *, whole: bool = True) -> None:
        fork, merge, inner = region.fork, region.merge, region.inner
        self.fork, self.merge = fork, merge
        self._joins = () if whole else (merge,)
        inputs = (number for number in inner if steps[number].sources == [0] and not fork)
        self._ends = {fork, merge, *inputs}
        numbers = [fork, *inner, merge]
        self.into: dict[int, list[Edge]] = {number: [] for number in numbers}
        self.out: dict[int, list[Edge]] = {number: [] for number in numbers}
        for number in numbers:
            for source in steps[number].sources if number != fork else ():
                outside = (source, number) == (fork, merge) and not region.direct
                if source in self.out and source != number and not outside:
                    self._add(Edge(source, number))
        self._opaque = {number for number in numbers if steps[number].role not in MERGES}
        runs: dict[int, set[int]] = {}  # of each parameter, by the weighted steps that read it
        for step in (steps[number] for number in numbers if steps[number].role in WEIGHTED):
            for constant in chain.from_iterable(map(constants_of, step.nodes)):
                if constant.kind is NodeKind.PARAMETER:
                    runs.setdefault(constant.tensor, set()).add(step.index)
        self._runs = set(map(frozenset, runs.values()))
        self._simplify(numbers)
        while self._close_hammocks():
            pass

    @property
    def series(self) -> list[Item] | None:
        """The series that the region is after all; None for a graph."""
        fork = self.out[self.fork]
        return fork[0].items if len(self.into) == 2 and len(fork) == 1 else None

    @property
    def remaining(self) -> list[int]:
        """The steps that are left, each behind those it reads, else in the order they ran."""
        missing = {number: len(edges) for number, edges in self.into.items()}
        ready = [number for number, count in missing.items() if not count]
        heapify(ready)
        order = []
        while ready:
            order.append(number := heappop(ready))
            for edge in self.out[number]:
                missing[edge.head] -= 1
                if not missing[edge.head]:
                    heappush(ready, edge.head)
        return order

    def _add(self, edge: Edge) -> None:
        self.out[edge.tail].append(edge)
        self.into[edge.head].append(edge)

    def _remove(self, edge: Edge) -> None:
        self.out[edge.tail].remove(edge)
        self.into[edge.head].remove(edge)

    def _simplify(self, numbers: Iterable[int]) -> None:
        """Join series and branches, beginning at some steps, until nothing changes."""
        waiting = list(numbers)[::-1]
        while waiting:
            number = waiting.pop()
            if number not in self.into:
                continue
            edges = self.into[number]
            if len(edges) > 1 and number not in self._joins and self._are_branches(edges):
                tail = edges[0].tail
                branches = sorted(
                    (edge.items for edge in edges), key=lambda items: min(steps_in(items[:1]), default=-1)
                )
                for edge in list(edges):
                    self._remove(edge)
                self._add(Edge(tail, number, [Region(tail, number, branches)]))
                waiting += [tail]
            if number not in self._ends and len(edges) == len(self.out[number]) == 1:
                before, after = edges[0], self.out[number][0]
                self._remove(before)
                self._remove(after)
                del self.into[number], self.out[number]
                self._add(Edge(before.tail, after.head, [*before.items, number, *after.items]))
                waiting += [after.head]

    def _are_branches(self, edges: Sequence[Edge]) -> bool:
        """Return whether edges that all start at one step are branches.

        They end in a merge, or no other steps run their modules.
        """
        if len({edge.tail for edge in edges}) > 1:
            return False
        number = edges[0].head
        steps = {number, *steps_in([item for edge in edges for item in edge.items])}
        return number not in self._opaque or not self._runs_elsewhere(steps)

    def _runs_elsewhere(self, steps: set[int]) -> bool:
        """Return whether other steps run a module that some steps run: these runs stay in one graph."""
        return any(runs & steps and runs - steps for runs in self._runs)

    def _close_hammocks(self) -> bool:
        """Make each irreducible part with one edge in and one out a region; return whether there was any."""
        numbers = self.remaining
        before = _dominators(numbers, {n: [edge.tail for edge in self.into[n]] for n in numbers})
        behind = _dominators(numbers[::-1], {n: [edge.head for edge in self.out[n]] for n in numbers})
        changed = False
        for end in numbers[1:]:
            start = before.get(end, end)
            if end not in self.into or start not in self.into or behind.get(start) != end:
                continue
            inner = self._inside(start, end)
            if inner and len(inner) < len(numbers) - 2 and (start, end) != (self.fork, self.merge):
                changed = self._close(start, end, inner) or changed
        if changed:
            self._simplify(self.remaining)
        return changed

    def _inside(self, start: int, end: int) -> set[int]:
        """Return the remaining steps between two."""

        def sources(number: int) -> list[int]:
            return [edge.tail for edge in self.into[number] if edge.tail != start]

        return set(reachable(sources(end), sources))

    def _close(self, start: int, end: int, inner: set[int]) -> bool:
        """Make a part a region, unless other steps run its modules; return whether it is one."""
        edges = [edge for number in inner for edge in self.into[number]] + list(self.into[end])
        numbers = sorted(inner.union(*(steps_in(edge.items) for edge in edges)))
        if self._runs_elsewhere({*numbers, end}):
            return False
        for edge in edges:
            self._remove(edge)
        for number in inner:
            del self.into[number], self.out[number]
        self._add(Edge(start, end, [Region(start, end, inner=numbers)]))
        return True


def _dominators(order: Sequence[int], sources: dict[int, list[int]]) -> dict[int, int]:
    """Return for each step the last one that all paths to it pass; `order` begins with the root."""
    root = order[0]
    above, depth = {root: root}, {root: 0}
    for number in order[1:]:
        reached_sources = [source for source in sources[number] if source in depth]
        if not reached_sources:
            continue
        common = reached_sources[0]
        for right in reached_sources[1:]:
            while common != right:
                if depth[common] >= depth[right]:
                    common = above[common]
                else:
                    right = above[right]
        above[number], depth[number] = common, depth[common] + 1
    return {number: parent for number, parent in above.items() if number != root}
