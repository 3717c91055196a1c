"""Convert regions to blocks: residual blocks with branch and shortcut, sums, gates, concatenations."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod

from resnet_diagram.spec.measure import merged_shape, merging_shapes, out_shape, walk
from resnet_diagram.spec.model import Block, Element, Graph, GraphNode, Layer, LayerKind, Merge, Shortcut
from resnet_diagram.tracer.flow.calls import common_call, inside, owner_of
from resnet_diagram.tracer.flow.graph import Node, Sizes, constants_of, references
from resnet_diagram.tracer.flow.steps import Flow, Step
from resnet_diagram.tracer.flow.zeros import makes_zeros
from resnet_diagram.tracer.record.operators import MERGES, WEIGHTED, Role, operator_of
from resnet_diagram.tracer.structure.attention import is_attention
from resnet_diagram.tracer.structure.blocks.ends import attach_ends
from resnet_diagram.tracer.structure.blocks.residual import cost, is_residual, is_subtracted, shortcut_kind
from resnet_diagram.tracer.structure.graphs.graphs import GraphBuilder
from resnet_diagram.tracer.structure.graphs.opaque import (
    Joined,
    is_around_weights,
    joined_layer,
)
from resnet_diagram.tracer.structure.graphs.reduction import Reduction
from resnet_diagram.tracer.structure.graphs.regions import Item, Region, continues, steps_in
from resnet_diagram.tracer.structure.layers import joined_axis, layer_of
from resnet_diagram.tracer.structure.parts import Part
from resnet_diagram.tracer.structure.stages import has_stages, staged

_UNDRAWN = (Role.PASS, Role.SINK, Role.SOURCE)


class Translator:
    """Converts the series of a flow to parts; `joined` collects layers that are several steps each."""

    def __init__(self, flow: Flow) -> None:
        self.steps = flow.steps
        self.calls = flow.graph.calls
        self.joined: list[Joined] = []
        self._steps_of_call = Counter(s.call for s in flow.steps if s.nodes)
        self._called = sorted(self._steps_of_call)
        self._weights: dict[str, list[frozenset[object]]] = {}

    def parts(self, items: Sequence[Item], shape: Sizes, ending: int = -1) -> list[Part]:
        """Return the parts of a series that `shape` enters; a region takes its merge with it.

        Where a step reads another shape than arrives (some view of it), a reshape stands between. `ending` is
        the merge of the region that the series is a branch of.
        """
        parts: list[Part] = []
        merge_done = -1
        for item in items:
            if isinstance(item, Region):
                parts += self._adapted(shape, self.steps[item.fork].out_shape, self.steps[item.fork])
                reduction = self._reduction(item)
                series = reduction and reduction.series
                if series:
                    parts += self.parts(series, self.steps[item.fork].out_shape, ending)
                else:
                    part = (
                        GraphBuilder(self, item, reduction).part()
                        if reduction
                        else self._region(item, ending)
                    )
                    part.values = part.values or self.steps[item.merge].values
                    parts.append(part)
                if series and not isinstance(series[-1], Region):
                    shape = _shape_after(parts[-1].element)
                    continue
                merge_done, shape = item.merge, _shape_after(parts[-1].element)
                merge = self.steps[item.merge]
                if merge.role is Role.CONCAT and merge.nodes[-1].op == "stack":
                    parts += self._adapted(shape, merge.out_shape, merge)
                    shape = merge.out_shape
            elif item != merge_done and self.steps[item].role not in _UNDRAWN:
                step = self.steps[item]
                parts += self._adapted(shape, step.in_shape, step)
                layer = layer_of(step, self.name(step))
                parts.append(Part(layer, step.call, step.values))
                shape = step.out_shape
            elif item != merge_done:
                shape = self.steps[item].out_shape
        return parts

    def _adapted(self, shape: Sizes, target: Sizes, step: Step) -> list[Part]:
        """Return a reshape from one shape to another; nothing where they are equal."""
        if shape == target or not shape or not target:
            return []
        name = f"{self.calls[step.call].path}.reshape".lstrip(".")
        layer = Layer(kind=LayerKind.RESHAPE, op="reshape", name=name, in_shape=shape, out_shape=target)
        return [Part(layer, step.call)]

    def name(self, step: Step) -> str:
        """Return the name of a step's layer: its module's path, with the operation if it runs several.

        A number tells apart the operations of one name on different weights.
        """
        call = self.calls[step.call]
        following = bisect_right(self._called, step.call)
        innermost = following == len(self._called) or self._called[following] >= call.end
        alone = self._steps_of_call[step.call] == 1 or step.role in WEIGHTED
        operation = f"{call.path}.{operator_of(step.nodes[-1].op).name}".lstrip(".")
        name = call.path if step.call and innermost and alone else operation
        if step.role not in WEIGHTED:
            return name
        weights = _weights_of(step.nodes[-1])
        of_name = self._weights.setdefault(name, [])
        of_name += [weights] if weights not in of_name else []
        number = of_name.index(weights) + 1
        return f"{operation}{number}" if number > 1 else name

    # -- regions -----------------------------------------------------------------------------------------

    def _region(self, region: Region, ending: int) -> Part:
        merge = self.steps[region.merge]
        if region.inner or merge.role not in MERGES or self._has_ports(region):
            return self._irregular(region)
        branches = self._flattened(region)
        if merge.role is Role.MULTIPLY:
            part = self._gate(region, branches)
        elif merge.role is Role.CONCAT:
            part = self._meeting(region, branches, Merge.CONCAT)
        else:
            part = self._sum(region, branches)
        return part if self._fits(part, region, ending) else self._irregular(region)

    def _reduction(self, region: Region) -> Reduction | None:
        """Return the reduction of an irregular region; None for what is a block or one layer."""
        if not region.inner or self._has_ports(region) or not self._is_graph(region.inner, region.merge):
            return None
        return Reduction(self.steps, region)

    def _irregular(self, region: Region) -> Part:
        """Return a region with no branches to show: a graph, or one layer."""
        numbers = region.inner or steps_in([region])
        if not self._has_ports(region) and not self._is_graph(numbers, region.merge):
            return self._joined(region, numbers)
        inner = Region(region.fork, region.merge, inner=numbers, direct=region.direct)
        return GraphBuilder(self, inner, Reduction(self.steps, inner, whole=False)).part()

    def _has_ports(self, region: Region) -> bool:
        """Return whether several inputs of the network enter a region, or several outputs leave it."""
        several = not region.fork and len(self.steps[0].targets) > 1
        return several or self.steps[region.merge].role is Role.SINK

    def _is_graph(self, numbers: Sequence[int], merge: int) -> bool:
        """Return whether steps have a structure worth showing: weights, and more than one attention."""
        steps = [self.steps[n] for n in (*numbers, merge) if self.steps[n].nodes]
        if is_attention(steps) and not any(is_around_weights(step, self.steps) for step in steps):
            return False
        return any(step.role in WEIGHTED for step in steps)

    def _fits(self, part: Part, region: Region, ending: int) -> bool:
        """Return whether the branches of a block give the shape their merge was seen to have.

        A concatenation that is part of a larger one gives less; the larger one is looked at as a whole.
        """
        if not isinstance(part.element, Block) or next(walk([part.element]), None) is None:
            return False
        if region.merge == ending and part.element.merge is Merge.CONCAT:
            return True
        return prod(merged_shape(part.element)) == prod(self.steps[region.merge].out_shape)

    def _joined(self, region: Region, numbers: Sequence[int]) -> Part:
        """Return a region with no branches to show, as one layer."""
        steps = [self.steps[n] for n in [*numbers, region.merge] if self.steps[n].nodes]
        call = common_call(self.calls, [s.call for s in steps])
        shape = self.steps[region.fork].out_shape
        projections = [s for s in steps if s.role is Role.CONV and s.sources == [region.fork]]
        if is_attention(steps) and len(projections) > 1:
            return self._attention(region, steps, projections, call)
        layer = joined_layer(steps, shape, self.calls[call])
        self.joined.append((layer, [s.index for s in steps]))
        return Part(layer, call)

    def _attention(
        self, region: Region, steps: Sequence[Step], projections: Sequence[Step], call: int
    ) -> Part:
        """Return the graph of attention with convolutions for queries, keys and values."""
        rest = [step for step in steps if step not in projections]
        nodes = [GraphNode(shape=self.steps[region.fork].out_shape)]
        for step in projections:
            layer = layer_of(step, self.name(step))
            nodes.append(GraphNode(shape=layer.out_shape, reads=(0,), body=(layer,)))
        reads_input = any(region.fork in step.sources for step in rest)
        reads = tuple(range(0 if reads_input else 1, len(nodes)))
        core = joined_layer(rest, nodes[1].shape, self.calls[call])
        core = replace(core, name=f"{core.name}.attention".lstrip("."))
        self.joined.append((core, [s.index for s in rest]))
        nodes.append(GraphNode(shape=core.out_shape, reads=reads, body=(core,)))
        graph = Graph(nodes=tuple(nodes), outputs=(len(nodes) - 1,), name=self.calls[call].path or "graph")
        return Part(graph, call)

    def _flattened(self, region: Region) -> list[list[Item]]:
        """Return the branches of a region, with those of a branch that its merge only continues."""
        branches: list[list[Item]] = []
        for branch in region.branches:
            inner = branch[0] if len(branch) == 2 else None
            if isinstance(inner, Region) and self._goes_on(inner, region, branch[1]):
                branches += self._flattened(inner)
            else:
                branches.append(branch)
        return branches

    def _goes_on(self, inner: Region, outer: Region, last: Item) -> bool:
        """Return whether a branch only merges others from the same fork, as the outer region does.

        A sum that a module of its own runs, with all weighted steps of its branches, stays a block.
        """
        alike = continues(self.steps[inner.merge], self.steps[outer.merge])
        if not alike or inner.fork != outer.fork or inner.merge != last or inner.inner:
            return False
        merge = self.steps[inner.merge]
        weighted = [n for n in steps_in([inner]) if self.steps[n].role in WEIGHTED]
        if merge.role is not Role.ADD or merge.call == self.steps[outer.merge].call or not weighted:
            return True
        return not all(inside(self.calls, self.steps[n].call, merge.call) for n in weighted)

    def _meeting(self, region: Region, branches: list[list[Item]], merge: Merge) -> Part:
        """Return a block of equal branches."""
        elements = tuple(self.elements(b, region) for b in branches)
        signs: tuple[int, ...] = ()
        if merge is Merge.ADD:
            elements, signs = _signed(elements)
        step, numbers = self.steps[region.merge], [n for b in branches for n in steps_in(b)]
        call = owner_of(self.calls, step.call, [self.steps[n].call for n in numbers])
        block = Block(name=self.calls[call].path, branches=elements, merge=merge, signs=signs)
        if merge is Merge.CONCAT and any(walk(block)) and len({*merging_shapes(block)}) == 1:
            block = replace(block, axis=joined_axis(step) or None)
        return Part(block, call)

    def _gate(self, region: Region, branches: list[list[Item]]) -> Part:
        """Return a gate: the gated branch first, then the one that weighs it."""
        ordered = sorted(branches, key=lambda b: _gating_weight(self, b))
        gating = steps_in(ordered[-1])
        call = common_call(self.calls, [self.steps[n].call for n in gating])
        elements = tuple(self.elements(b, region) for b in ordered)
        block = Block(name=self.calls[call].path, branches=elements, merge=Merge.MULTIPLY)
        return Part(block, call)

    def _sum(self, region: Region, branches: list[list[Item]]) -> Part:
        """Return a residual block, or a sum of branches of equal standing."""
        runs, signs = _signed([self.elements(b, region) for b in branches])
        paths = zip(runs, branches, signs or [1] * len(runs), strict=True)
        (shortcut, _, sign), *rest = sorted(paths, key=lambda path: cost(path[0]))
        if len(rest) == 1 and shortcut and _same_reshape(shortcut, rest[0][0][-1:]):
            shortcut, rest = (), [(rest[0][0][:-1], *rest[0][1:])]  # both sides are added in another shape
        averaged = self.steps[region.merge].nodes[-1].op == "mean" and cost(shortcut)[0] > 0
        if averaged or not self._same_value(region) or not is_residual(shortcut, [m[0] for m in rest]):
            return self._meeting(region, branches, Merge.ADD)
        working = [n for _, b, _ in rest for n in steps_in(b) if self.steps[n].role in WEIGHTED]
        call = owner_of(self.calls, self.steps[region.merge].call, [self.steps[n].call for n in working])
        block = Block(
            name=self.calls[call].path,
            branches=tuple(m[0] for m in reversed(rest)),
            shortcut=Shortcut(kind=shortcut_kind(shortcut), layers=shortcut),
            merge=Merge.ADD,
            signs=(*(m[2] for m in reversed(rest)), sign) if signs else (),
        )
        return Part(block, call)

    def _same_value(self, region: Region) -> bool:
        """Return whether all branches read one value; splits and several inputs have several."""
        fork = self.steps[region.fork]
        if not fork.nodes:
            return len(fork.targets) < 2
        inner = {region.merge, *steps_in([region])}
        readers = [node for n in fork.targets if n in inner for node in self.steps[n].nodes]
        return len({output for node in readers for output in _outputs_read(node, fork.nodes[-1])}) < 2

    def elements(self, items: Sequence[Item], region: Region) -> tuple[Element, ...]:
        """Return the elements of a branch of a region."""
        return self.run(items, self.steps[region.fork].out_shape, region.merge)

    def run(self, items: Sequence[Item], shape: Sizes, ending: int = -1) -> tuple[Element, ...]:
        """Return the elements of a series that `shape` enters; several blocks in it are stages."""
        parts = attach_ends(self.parts(items, shape, ending), self.calls)
        merge, shape = self.steps[ending], _shape_after(parts[-1].element) if parts else shape
        same_sizes = sorted(shape) == sorted(merge.in_shape) == sorted(merge.out_shape)
        if ending >= 0 and same_sizes and merge.role in MERGES:  # the merge has its axes in another order
            parts += self._adapted(shape, merge.out_shape, merge)
        if not has_stages(parts, self.calls, dense=merge.role in (Role.CONCAT, Role.SINK)):
            return tuple(part.element for part in parts)
        stem, stages, head = staged(parts, self.calls)
        return (*stem, *stages, *head)


def _weights_of(node: Node) -> frozenset[object]:
    """Return the parameters and constants that an operation reads, with what selects parts of them.

    Zeros, such as the first state of a recurrent layer, are left out.
    """
    return frozenset(
        source.tensor
        or (
            source.op,
            *(arg for arg in source.args if isinstance(arg, int)),
            *(ref.output for ref in references(source)),
        )
        for source in constants_of(node)
        if not makes_zeros(source)
    )


def _signed(runs: Sequence[tuple[Element, ...]]) -> tuple[tuple[tuple[Element, ...], ...], tuple[int, ...]]:
    """Return the branches of a sum without the factor -1 at their ends, and the sign of each.

    The signs are empty if nothing is subtracted.
    """
    signs = tuple(-1 if is_subtracted(run) else 1 for run in runs)
    plain = tuple(run[:-1] if sign < 0 else run for run, sign in zip(runs, signs, strict=True))
    return plain, signs if -1 in signs else ()


def _outputs_read(node: Node, source: Node) -> Iterator[int]:
    """Yield the results of `source` that a node reads, also through operations that change nothing."""
    for ref in references(node):
        if ref.node is source:
            yield ref.output
        elif ref.node.active and operator_of(ref.node.op).role is Role.PASS:
            yield from _outputs_read(ref.node, source)


def _shape_after(element: Element) -> Sizes:
    """Return the shape an element gives out, before anything is attached to it."""
    return merged_shape(element) if isinstance(element, Block) else out_shape(element)


def _same_reshape(left: Sequence[Element], right: Sequence[Element]) -> bool:
    """Return whether both are one reshape each, from and to the same shapes."""
    ends = [run[0] if len(run) == 1 else None for run in (left, right)]
    pure = [e for e in ends if isinstance(e, Layer) and e.op in ("reshape", "flatten")]
    return len(pure) == 2 and (pure[0].in_shape, pure[0].out_shape) == (pure[1].in_shape, pure[1].out_shape)


def _gating_weight(translator: Translator, branch: Sequence[Item]) -> tuple[int, bool, int]:
    """Sort the branches of a product: one that ends in a squashing function or activation gates another."""
    numbers = steps_in(branch)
    working = [n for n in numbers if translator.steps[n].role is not Role.VIEW]
    last = operator_of(translator.steps[working[-1]].nodes[-1].op if working else "")
    return last.squashes, last.role is Role.ACTIVATION, len(numbers)
