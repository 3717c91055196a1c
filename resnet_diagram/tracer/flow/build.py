"""Build the flow of activations from the recorded operations."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod

from resnet_diagram.spec.graph import reachable
from resnet_diagram.tracer.flow.axes import Axes, channels_first
from resnet_diagram.tracer.flow.batches import MERGED, batch_axes
from resnet_diagram.tracer.flow.classify import Operation, macs_of, without_batch
from resnet_diagram.tracer.flow.graph import (
    Node,
    NodeKind,
    OpGraph,
    Ref,
    Sizes,
    constants_of,
    operation_at,
    references,
)
from resnet_diagram.tracer.flow.rewrites.dual_paths import dual_paths
from resnet_diagram.tracer.flow.rewrites.partial_sums import complete_sums
from resnet_diagram.tracer.flow.rewrites.slices import cut_apart, piece
from resnet_diagram.tracer.flow.rewrites.written_out import recognized
from resnet_diagram.tracer.flow.simplify import reuse_concatenations, simplified
from resnet_diagram.tracer.flow.steps import Flow, Step
from resnet_diagram.tracer.flow.undrawn import Undrawn
from resnet_diagram.tracer.flow.zeros import is_zeros, operand_factors
from resnet_diagram.tracer.record.operators import WEIGHTED, Role, operator_of

Change = Callable[[list[Step]], list[Step]]


def build_flow(
    graph: OpGraph, outputs: Sequence[Node], inputs: Iterable[Node], change: Change | None = None
) -> Flow:
    """Return the steps on a path from one of `inputs` to one of `outputs`, changed as asked."""
    live = _live_nodes(graph, outputs, inputs)
    builder = _Builder(graph, cut_apart(live), frozenset(node.index for node in live))
    for node in live:
        builder.add(node)
    builder.close(outputs)
    steps = complete_sums(recognized(simplified(builder.steps), graph.calls))
    reuse_concatenations(steps)
    steps = dual_paths(steps)
    steps = change(steps) if change else steps
    indices = frozenset(node.index for node in live)
    _orient(steps, Axes(live), batch_axes(live, batch_of(graph)), indices)
    return Flow(steps, graph, builder.parameters(), indices, builder.undrawn)


def _orient(steps: Iterable[Step], axes: Axes, batches: Mapping[int, int], live: frozenset[int]) -> None:
    """Write the shapes of all steps with the channels first."""
    for step in steps:
        if not step.nodes:
            continue
        first, last = step.nodes[0], step.nodes[-1]
        in_shape, out_shape = (1, *step.in_shape), (1, *step.out_shape)
        ref = _entering(first, live) or Ref(first, in_shape)
        step.axis = axes.entering(first, Ref(ref.node, in_shape, ref.output))
        step.in_shape = channels_first(in_shape, step.axis)
        step.out_shape = channels_first(out_shape, axes.of(last, out_shape))
        if batch := batches.get(ref.node.index, 0):
            step.in_shape = channels_first(*_batch_first(ref.shape, batch, axes.entering(first, ref)))
        if batch := batches.get(last.index, 0):
            step.out_shape = channels_first(*_batch_first(last.shape, batch, axes.of(last, last.shape)))


def _batch_first(shape: Sizes, batch: int, channels: int) -> tuple[Sizes, int]:
    """Return a shape with the batch in front, and the place of the channels in it."""
    if batch == MERGED:
        return (1, *shape), channels + 1
    return (shape[batch], *shape[:batch], *shape[batch + 1 :]), channels + (channels < batch)


def _entering(node: Node, live: frozenset[int]) -> Ref | None:
    """Return the first value that an operation reads of those followed, else of all that are computed."""
    first = None
    for ref in references(node):
        if ref.node.index in live:
            return ref
        first = first or (ref if ref.node.active else None)
    return first


def batch_of(graph: OpGraph) -> int:
    """Return the batch size of the first input that has one."""
    return next((node.shape[0] for node in graph.inputs if len(node.shape) > 1), 1)


def _live_nodes(graph: OpGraph, outputs: Iterable[Node], inputs: Iterable[Node]) -> list[Node]:
    """Return the active nodes between the inputs and the outputs, in order."""
    following = {node.index for node in inputs}
    for node in graph.nodes:
        if any(source.index in following for source in node.inputs):
            following.add(node.index)
    needed = {output.index for output in outputs}
    live = []
    for node in reversed(graph.nodes):
        if node.index in needed and node.index in following and node.active:
            live.append(node)
            needed.update(source.index for source in node.inputs)
    return live[::-1]


class _Builder:
    """Converts nodes to steps in order."""

    def __init__(self, graph: OpGraph, cuts: frozenset[int], live: frozenset[int]) -> None:
        self.steps = [Step(0, Role.SOURCE, [], [], (), (), 0)]
        self._graph = graph
        self._batch = batch_of(graph)
        self._cuts = cuts
        self._step_of: dict[int, int] = {}
        self._piece_of: dict[tuple[int, int], int] = {}
        self._owned: set[int] = set()
        self._live = live
        self.undrawn = Undrawn()
        self._others = {
            given.index: name
            for given, name in zip(graph.inputs, graph.input_names, strict=False)
            if given.index not in live
        }
        self._read_as: dict[int, set[Sizes]] = {}

    def add(self, node: Node) -> None:
        """Add one node, as a new step or as an alias of its source's step."""
        if node.kind is NodeKind.INPUT:
            self._append(Operation(node, 1), [0])
            return
        if node.index in self._cuts or is_zeros(node):
            return
        sources = self._sources(node)
        if not sources:
            return
        if operator_of(node.op).role is Role.CONCAT:
            sources = self._stretched(node, sources)
        elif len(sources) > 1:
            sources = self._scaled(node, sources)
        params, macs = self._counts(node)
        if self._writes_again(node, sources):
            self._step_of[node.index] = sources[1]
            return
        operation = Operation(node, len(sources))
        if operation.role is Role.PASS and len(sources) == 1:
            self._step_of[node.index] = sources[0]
            self.steps[sources[0]].params += params
            self.steps[sources[0]].macs += macs
            if "dropout" in node.op and self.steps[sources[0]].nodes:
                self.steps[sources[0]].nodes[-1].dropout = float(node.args[1])  # type: ignore[arg-type]
            return
        step = self._append(operation, sources)
        step.params, step.macs = params, macs
        step.joining = self._joining(node)

    def _joining(self, node: Node) -> tuple[str, ...]:
        """Return the names of the inputs that are not followed and lead to a node on other ways."""
        if not self._others:
            return ()

        def beside(nodes: Iterable[Node]) -> list[Node]:
            return [source for source in nodes if source.index not in self._live]

        read = beside(ref.node for ref in references(node) if ref.node.active)
        indices = {source.index for source in reachable(read, lambda source: beside(source.inputs))}
        return tuple(name for index, name in self._others.items() if index in indices)

    def _sources(self, node: Node) -> list[int]:
        """Return the steps whose values a node reads, each once."""
        refs = references(node)[: 1 if operator_of(node.op).first_only else None]
        numbers = [self._source(ref) for ref in refs if ref.node.active]
        return list(dict.fromkeys(number for number in numbers if number >= 0))

    def _source(self, ref: Ref) -> int:
        """Return the step whose value a reference reads, -1 for none; add a piece when it is first read."""
        if ref.node.index not in self._cuts:
            return self._step_of.get(ref.node.index, -1)
        key = (ref.node.index, ref.output)
        if key not in self._piece_of:
            node = piece(ref)
            sources = self._sources(node)
            if not sources:
                return -1
            self._piece_of[key] = self._append(Operation(node, 1), sources).index
        return self._piece_of[key]

    def _scaled(self, node: Node, sources: list[int]) -> list[int]:
        """Replace the factors of a difference, or of a sum with `alpha`, by operations of their own."""
        scaled = list(sources)
        for ref, factor in operand_factors(node):
            if factor != 1 and ref.node.active:
                product = operation_at(node, "mul", (ref, factor), ("self", "other"), ref.shape)
                (source,) = self._sources(product)
                step = self._append(Operation(product, 1), [source])
                scaled[scaled.index(source)] = step.index
        return scaled

    def _stretched(self, node: Node, sources: list[int]) -> list[int]:
        """Add a step for each operand of a concatenation that is copied to more positions before it."""
        stretched = list(sources)
        for ref in references(node):
            number = self._source(ref) if ref.node.active else -1
            if number < 1 or prod(without_batch(ref.shape)) <= prod(self.steps[number].out_shape):
                continue
            copies = replace(ref.node, op="expand", args=(ref,), names=("self",), kwargs={}, refs=None)
            copies.shape, copies.inputs = ref.shape, (ref.node,)
            step = self._append(Operation(copies, 1), [number])
            step.role, step.in_shape = Role.OTHER, self.steps[number].out_shape
            self._step_of[ref.node.index] = step.index
            stretched[stretched.index(number)] = step.index
        return stretched

    def _writes_again(self, node: Node, sources: list[int]) -> bool:
        """Return whether a padding written into a part of a buffer is assigned to that part once more."""
        if node.op != "copy_" or len(sources) != 2:
            return False
        part, value = (self.steps[number] for number in sources)
        return value.role is Role.PAD and part.role is Role.SLICE and part.sources == [value.index]

    def _append(self, operation: Operation, sources: list[int]) -> Step:
        node = operation.node
        entering = _entering(node, self._live)
        shapes = without_batch((entering or Ref(node, node.shape)).shape), operation.out_shape
        step = Step(len(self.steps), operation.role, [node], sources, *shapes, node.call)
        for ref in references(node):
            source = self._piece_of.get((ref.node.index, ref.output), self._step_of.get(ref.node.index))
            if source is not None:
                self._read_as.setdefault(source, set()).add(without_batch(ref.shape))
        self.steps.append(step)
        self._step_of[node.index] = step.index
        for source in sources:
            self.steps[source].targets.append(step.index)
        return step

    def _counts(self, node: Node) -> tuple[int, int]:
        """Return the parameters read for the first time, and the MACs, with those that join here."""
        undrawn = self.undrawn.nodes

        def beside(reader: Node) -> list[Node]:
            read = (ref.node for ref in references(reader) if ref.node.active)
            return [
                source for source in read if source.index not in self._live and source.index not in undrawn
            ]

        params, macs = self._new_counts(node)
        joining = sorted(reachable(beside(node), beside), key=lambda operation: operation.index)
        undrawn.update(operation.index for operation in joining)
        for operation in joining:
            joined = self._new_counts(operation)
            self.undrawn.params += joined[0]
            self.undrawn.macs += joined[1]
            params, macs = params + joined[0], macs + joined[1]
        return params, macs

    def _new_counts(self, node: Node) -> tuple[int, int]:
        """Return both for one node, with the layers that run on constants for it, such as a position bias."""
        params, macs = 0, macs_of(node) // self._batch
        for source in constants_of(node):
            if source.index in self._owned:
                continue
            self._owned.add(source.index)
            if source.kind is NodeKind.PARAMETER:
                params += prod(source.shape)
            elif operator_of(source.op).role in WEIGHTED:
                macs += macs_of(source)
        return params, macs

    def parameters(self) -> frozenset[int]:
        """Return the ids of the parameters read so far."""
        read = (self._graph.nodes[index] for index in self._owned)
        return frozenset(node.tensor for node in read if node.kind is NodeKind.PARAMETER)

    def close(self, outputs: Sequence[Node]) -> None:
        """Add the sink after the outputs; several outputs have one sink each before it.

        A step written through a view gets the shape that all later steps read its memory in.
        """
        ends = [self._step_of.get(output.index, len(self.steps) - 1) for output in outputs]
        self._sink(ends if len(ends) == 1 else [self._sink([end]) for end in ends])
        for index, shapes in self._read_as.items():
            step = self.steps[index]
            (shape, *more) = shapes
            if not more and step.nodes[-1].op.endswith("_") and prod(shape) == prod(step.out_shape):
                step.out_shape = shape

    def _sink(self, sources: list[int]) -> int:
        """Add a sink behind some steps and return its number."""
        shape = self.steps[sources[0]].out_shape
        sink = Step(len(self.steps), Role.SINK, [], sources, shape, (), 0)
        for source in sources:
            self.steps[source].targets.append(sink.index)
        self.steps.append(sink)
        return sink.index
