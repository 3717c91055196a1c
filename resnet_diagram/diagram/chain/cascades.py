"""Cascades: equal steps of a graph, each reading the value of the previous step, as in Res2Net."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from resnet_diagram.diagram.origin import Copies, copies_of
from resnet_diagram.spec.fold import fold
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Element, Graph
from resnet_diagram.spec.signature import Level, signature
from resnet_diagram.spec.traits import MIXING

_LEAST = 4
"""Steps of a cascade from which those behind the first are one box."""


class Cascade(NamedTuple):
    """A long cascade: the numbers of its nodes, step by step; only its first step is drawn."""

    steps: tuple[range, ...]

    @property
    def hidden(self) -> range:
        """The nodes of the steps behind the first."""
        return range(self.steps[1].start, self.steps[-1].stop)

    def alike(self, number: int) -> tuple[int, ...]:
        """Return the nodes that a node is drawn for."""
        place = number - self.steps[0].start
        return tuple(step[place] for step in self.steps) if number in self.steps[0] else (number,)


def cascades(graph: Graph) -> tuple[Cascade, ...]:
    """Return the long cascades of a graph: steps that read the one before and have weights.

    None but the last yields an output.
    """
    keys: list[Hashable] = []
    for number, node in enumerate(graph.nodes):
        # The computation of a node, and the relative positions of its sources except inputs.
        reads = tuple(number - read if graph.nodes[read].reads else -1 - read for read in node.reads)
        settings = node.merge, node.shortcut, node.signs, node.shares
        keys.append((reads, *settings, signature(node.body, Level.STRUCTURE)))
    result: list[Cascade] = []
    for run in fold(keys):
        if run.count < _LEAST:
            continue
        cascade = Cascade(tuple(range(at, at + run.period) for at in run.starts))
        first, second = cascade.steps[:2]
        works = any(layer.kind in MIXING for at in first for layer in walk(graph.nodes[at].body))
        chained = any(read in first for at in second for read in graph.nodes[at].reads)
        if works and chained and not any(output in cascade.hidden[:-1] for output in graph.outputs):
            result.append(cascade)
    return tuple(result)


def step_copies(graphs: Sequence[Element], parts: Sequence[Cascade]) -> Copies:
    """Map the elements of each drawn node to the elements of the nodes it represents, in all `graphs`."""
    copies: dict[int, tuple[Element, ...]] = {}
    for cascade in parts:
        for number in cascade.steps[0]:
            nodes = [
                copy.nodes[at] for copy in graphs if isinstance(copy, Graph) for at in cascade.alike(number)
            ]
            copies.update(copies_of([node.body for node in nodes]))
    return copies
