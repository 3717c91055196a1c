"""Convert an irregular part of the flow to a graph of chains and merges."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import prod
from typing import TYPE_CHECKING

from resnet_diagram.spec.graph import reachable
from resnet_diagram.spec.measure import out_shape, walk
from resnet_diagram.spec.model import (
    Element,
    Graph,
    GraphNode,
    LayerKind,
    Merge,
    ShortcutKind,
)
from resnet_diagram.spec.settings import INPUT, setting
from resnet_diagram.spec.shapes import concat_axis, concatenated
from resnet_diagram.spec.traits import WEIGHTED as WEIGHTED_KINDS
from resnet_diagram.tracer.flow.calls import common_call
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import MERGES, Role, operator_of
from resnet_diagram.tracer.structure.blocks.residual import (
    cost,
    enlarges,
    has_activation,
    is_residual,
    is_subtracted,
    shortcut_kind,
)
from resnet_diagram.tracer.structure.graphs.reduction import Edge, Reduction
from resnet_diagram.tracer.structure.graphs.regions import Item, Region, continues, steps_in
from resnet_diagram.tracer.structure.layers import layer_of
from resnet_diagram.tracer.structure.parts import Part

if TYPE_CHECKING:
    from resnet_diagram.tracer.structure.blocks.blocks import Translator

_KINDS = {Role.ADD: Merge.ADD, Role.MULTIPLY: Merge.MULTIPLY, Role.CONCAT: Merge.CONCAT}
_MOST_VISITED = 2000
_MOST_FOLLOWED = 8
_SQUASHING = 2


@dataclass(slots=True, eq=False)
class GraphBuilder:
    """Builds the graph that an irregular region is."""

    translator: "Translator"
    region: Region
    reduction: Reduction
    nodes: list[GraphNode] = field(default_factory=list)
    number_of: dict[int, int] = field(default_factory=dict)
    steps_of: dict[int, list[int]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    shared: dict[tuple[str, ...], int] = field(default_factory=dict)
    waiting: dict[int, list[Edge]] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    memories: frozenset[str] = frozenset()

    @property
    def steps(self) -> Sequence[Step]:
        """The steps of the flow."""
        return self.translator.steps

    def part(self) -> Part:
        """Return the part that the whole graph is."""
        fork, merge = self.region.fork, self.region.merge
        weighted = (self.steps[number] for number in self.region.inner if self.steps[number].macs)
        counts = Counter(self.translator.name(step) for step in weighted)
        self.repeated = frozenset(name for name, count in counts.items() if count > 1)
        ends = self.steps[merge].sources if self.steps[merge].role is Role.SINK else [merge]
        self.memories = frozenset(name for end in ends for name in self._memory_in(end))
        for number in self.reduction.remaining:
            self._vertex(number)
        memories = {name: self.number_of[end] for end in ends for name in self._memory_in(end)}
        outputs = tuple(self.number_of[end] for end in ends if not self._memory_in(end))
        for number, node in enumerate(self.nodes):
            reads = [memories[name] for name in memories if name in _names_read(node.body)]
            self.nodes[number] = replace(node, reads=(*node.reads, *reads)) if reads else node
        inner = [number for number in (*self.region.inner, merge) if self.steps[number].nodes]
        call = common_call(self.translator.calls, [self.steps[number].call for number in inner])
        name = self.translator.calls[call].path or "graph"
        graph = Graph(nodes=tuple(self.nodes), outputs=outputs, name=name)
        return Part(graph, call if fork else 0, self.steps[ends[0]].values)

    def _memory_in(self, end: int) -> tuple[str, ...]:
        """Return the name of the memory that ends in a step, none for another step."""
        return self.steps[end].joining if self.steps[end].role is Role.SINK else ()

    def _vertex(self, number: int) -> None:
        """Add the nodes of a step that remains: the chains that lead to it, and the step itself."""
        step, edges = self.steps[number], self.reduction.into[number]
        if step.role is Role.SOURCE:
            return
        if number == self.region.fork or step.sources == [0]:
            self._add(GraphNode(shape=step.out_shape), number)
            return
        if step.role is Role.SINK:
            for edge in sorted(edges, key=lambda edge: steps_in(edge.items)[-1:]):
                last = steps_in(edge.items)[-1] if edge.items else edge.tail
                self._record(last, self._chain(edge, edge.items, split=True))
            return
        if len(edges) == 1:
            self._record(number, self._chain(edges[0], [*edges[0].items, number], split=True))
            return
        edges = [joined for edge in edges for joined in self.waiting.pop(edge.tail, [edge])]
        if self._goes_on(number):
            self.waiting[number] = edges
            return
        reads = [self._chain(edge, edge.items, ending=number) for edge in edges]
        if step.role in MERGES and self._fits(step, reads):
            self._merge(number, step, edges, reads)
        else:
            layer = layer_of(step, self.translator.name(step))
            node = GraphNode(shape=layer.out_shape, reads=tuple(reads), body=(layer,))
            self._add(node, number)

    def _goes_on(self, number: int) -> bool:
        """Return whether a step is a merge that only another one reads, directly, and continues."""
        after = self.reduction.out[number]
        if len(after) != 1 or after[0].items or len(self.reduction.into[after[0].head]) < 2:
            return False
        return continues(self.steps[number], self.steps[after[0].head])

    def _fits(self, step: Step, reads: Sequence[int]) -> bool:
        """Return whether the merge of what is read gives the shape the step was seen to have."""
        if step.params or step.macs:
            return False
        total = sum(prod(self.nodes[read].shape) for read in reads)
        partial = step.index == self.region.merge and not self.region.direct
        return step.role is not Role.CONCAT or total == prod(step.out_shape) or partial

    def _add(self, node: GraphNode, step: int) -> None:
        self._record(step, len(self.nodes))
        self.nodes.append(node)

    def _record(self, step: int, number: int) -> None:
        """Record the node that holds the value of a step."""
        self.number_of[step] = number
        self.steps_of.setdefault(number, []).append(step)

    def _chain(self, edge: Edge, items: Sequence[Item], *, split: bool = False, ending: int = -1) -> int:
        """Return the node behind a chain; that before it where nothing lies on it.

        `split`: give a module that runs several times, as a head of several levels, a node of its own.
        `ending` is the merge that the chain leads to.
        """
        start = self.number_of[edge.tail]
        if items and isinstance(items[0], int) and items[0] == edge.tail:
            items = items[1:]
        before = self.nodes[start].shape
        elements = self.translator.run(items, self.steps[edge.tail].out_shape or before, ending)
        for run in self._split(elements) if split else [elements] if elements else []:
            key = tuple(layer.name for layer in walk(run) if layer.kind in WEIGHTED_KINDS)
            shares = self.shared.get(key) if key else None
            if key and shares is None:
                self.shared[key] = len(self.nodes)
            self.nodes.append(GraphNode(shape=out_shape(run[-1]), reads=(start,), body=run, shares=shares))
            start = len(self.nodes) - 1
        return start

    def _split(self, elements: Sequence[Element]) -> list[tuple[Element, ...]]:
        """Return elements in runs that end where a module that runs several times, or reads memory, does."""
        runs: list[list[Element]] = []
        before = (False, False)
        for element in elements:
            names = [layer.name for layer in walk([element]) if layer.kind in WEIGHTED_KINDS]
            again = all(name in self.repeated for name in names) if names else before[0]
            kind = again, bool(_names_read([element]) & self.memories)
            if not runs or kind != before:
                runs.append([])
            runs[-1].append(element)
            before = kind
        return [tuple(run) for run in runs]

    def _merge(self, number: int, step: Step, edges: Sequence[Edge], reads: list[int]) -> None:
        signs = self._signs(reads) if step.role is Role.ADD else ()
        kind: ShortcutKind | None = None
        if step.role is Role.ADD:
            place = self._shortcut(number, step, edges, reads)
            if place is not None:
                kind = shortcut_kind(self._between(edges[place], reads[place]))
                order = [*(k for k in range(len(reads)) if k != place), place]
                reads = [reads[k] for k in order]
                signs = tuple(signs[k] for k in order) if signs else ()
        name = self.translator.name(step)
        self.names[name] = count = self.names.get(name, 0) + 1
        shapes = [self.nodes[read].shape for read in reads]
        is_part = step.role is Role.CONCAT and sum(map(prod, shapes)) != prod(step.out_shape)
        node = GraphNode(
            shape=concatenated(shapes, concat_axis(shapes)) if is_part else step.out_shape,
            reads=tuple(reads),
            merge=_KINDS[step.role],
            shortcut=kind,
            signs=signs,
            name=name if count == 1 else f"{name}{count}",
        )
        self._add(node, number)

    def _signs(self, reads: list[int]) -> tuple[int, ...]:
        """Return the signs of a sum's operands, and remove the factor -1 from the chains that end in it."""
        signs = []
        for place, read in enumerate(reads):
            node = self.nodes[read]
            negative = is_subtracted(node.body)
            signs.append(-1 if negative else 1)
            if negative and len(node.body) == 1:
                reads[place] = node.reads[0]
                if read == len(self.nodes) - 1:
                    self.nodes.pop()
            elif negative:
                self.nodes[read] = replace(node, body=node.body[:-1], shape=out_shape(node.body[-2]))
        return tuple(signs) if -1 in signs else ()

    def _between(self, edge: Edge, read: int) -> tuple[Element, ...]:
        """Return the elements on an edge into a merge."""
        return () if read == self.number_of[edge.tail] else self.nodes[read].body

    # -- residual additions --------------------------------------------------------------------------------

    def _shortcut(self, number: int, step: Step, edges: Sequence[Edge], reads: Sequence[int]) -> int | None:
        """Return the place of the edge that is the shortcut of a residual addition, None for another sum."""
        if self._is_in_gate(number):
            return None
        runs = [self._between(edge, read) for edge, read in zip(edges, reads, strict=True)]
        for place in sorted(range(len(edges)), key=lambda k: cost(runs[k])):
            start, shape = self.number_of[edges[place].tail], self.nodes[reads[place]].shape
            others = [read for k, read in enumerate(reads) if k != place]
            free = [read for read in others if not self._is_used_elsewhere(read)]
            plain = not cost(runs[place])[0]
            numbers = self._behind(start, free, plain) if prod(shape) == prod(step.out_shape) else []
            main = tuple(element for number in numbers for element in self.nodes[number].body)
            works = cost(main)[0] > 0  # other operands count only beside a branch
            beside = tuple(
                e for k, run in enumerate(runs) if works and k != place for e in run if e not in main
            )
            if not main or any(isinstance(element, Graph) for element in runs[place]):
                continue
            if len(runs) > 2 and cost(runs[place])[0] and has_activation(runs[place]):
                continue  # one of several heads that are summed
            if not _goes_finer(main) and is_residual(runs[place], [(*beside, *main)], fed=bool(beside)):
                if not runs[place]:
                    self._complete_pair(start, others)
                return place
        return None

    def _complete_pair(self, start: int, ends: Sequence[int]) -> None:
        """Make the first sum of a reversible pair, `a = x + F(y)` before `b = y + G(a)`, residual too."""
        waiting, seen = [end for end in ends if end > start], set[int]()
        while waiting and len(seen) < _MOST_FOLLOWED:
            number = waiting.pop()
            node = self.nodes[number]
            seen.add(number)
            inner = [read for read in node.reads if self.nodes[read].reads == (start,)]
            plain = [read for read in node.reads if read not in inner and read != start]
            is_sum = node.merge is Merge.ADD and not (node.shortcut or node.signs)
            works = len(inner) == len(plain) == 1 and (
                cost(self.nodes[inner[0]].body)[0] > cost(self.nodes[plain[0]].body)[0]
            )
            if is_sum and works and self.nodes[plain[0]].shape == node.shape:
                kind = ShortcutKind.IDENTITY
                self.nodes[number] = replace(node, reads=(*inner, *plain), shortcut=kind)
            waiting += [read for read in node.reads if read > start and read not in seen]

    def _is_used_elsewhere(self, read: int) -> bool:
        """Return whether a value has another use than to be added: it is no residual then."""
        edges = (edge for step in self.steps_of.get(read, ()) for edge in self.reduction.out.get(step, ()))
        readers = (edge for edge in edges if not edge.items)
        return any(self.steps[edge.head].role is not Role.ADD for edge in readers)

    def _behind(self, start: int, ends: Sequence[int], joining: bool) -> list[int]:
        """Return the nodes that lead from `start` to later ones.

        There are none where other levels join on the way; no other maps may unless `joining`.
        """

        def later(numbers: Iterable[int]) -> list[int]:
            return [number for number in numbers if number > start]

        numbers = reachable(later(ends), lambda number: later(self.nodes[number].reads))
        behind = dict.fromkeys([start])
        is_joined = False
        for number in sorted(islice(numbers, _MOST_VISITED)):
            reads = self.nodes[number].reads
            others = [read for read in reads if read not in behind]
            if len(others) < len(reads):
                is_joined = is_joined or any(prod(self.nodes[read].shape[1:]) > 1 for read in others)
                behind[number] = None
        _, *nodes = behind
        passed = tuple(element for number in nodes for element in self.nodes[number].body)
        return [] if is_joined and (enlarges(passed) or not joining) else nodes

    def _is_in_gate(self, number: int) -> bool:
        """Return whether a value does nothing but weigh another: it is squashed and multiplied."""
        squashed = False
        for _ in range(_MOST_FOLLOWED):
            targets = self.steps[number].targets
            if len(targets) != 1:
                return False
            number = targets[0]
            step = self.steps[number]
            if step.role is Role.MULTIPLY:
                return squashed
            if step.nodes and step.role is Role.ACTIVATION:
                squashed = squashed or operator_of(step.nodes[-1].op).squashes >= _SQUASHING
        return False


def _names_read(elements: Sequence[Element]) -> frozenset[str]:
    """Return the names of the values that layers of some elements read beside their input."""
    return frozenset(name for layer in walk(elements) for name in str(setting(layer, INPUT)).split(", "))


def _goes_finer(main: Sequence[Element]) -> bool:
    """Return whether a path passes a higher resolution than the resolution of its final sum.

    An example is the path from a level of a pyramid to a finer one and back.
    """
    layers = list(walk(main))
    end = prod(layers[-1].out_shape[1:])
    enlarged = (
        prod(layer.out_shape[1:])
        for layer in layers
        if layer.kind is LayerKind.UPSAMPLE or layer.op == "conv_transpose"
    )
    return any(size > end for size in enlarged)
