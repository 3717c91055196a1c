"""Convert the recorded operations of a model to its description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resnet_diagram.spec.measure import residual_blocks
from resnet_diagram.spec.model import LayerKind, Network
from resnet_diagram.tracer.flow.build import Change, batch_of, build_flow
from resnet_diagram.tracer.flow.graph import Node, OpGraph
from resnet_diagram.tracer.flow.rewrites.gathered_sums import with_long_sums, without_gathering
from resnet_diagram.tracer.flow.steps import Flow
from resnet_diagram.tracer.flow.undrawn import input_note, listed, output_note
from resnet_diagram.tracer.structure.block_ends import attach_ends
from resnet_diagram.tracer.structure.blocks import Translator
from resnet_diagram.tracer.structure.chains import chain_staged
from resnet_diagram.tracer.structure.opaque import Joined, hidden_note
from resnet_diagram.tracer.structure.parts import Part
from resnet_diagram.tracer.structure.regions import series_of
from resnet_diagram.tracer.structure.residual import layers_in
from resnet_diagram.tracer.structure.stages import staged

_SHOWN = 4

Sizes = Mapping[int, tuple[str, int]]
"""Name and number of values of each parameter of a model, by its id."""


@dataclass(slots=True, eq=False)
class Reading:
    """A flow, its parts, and the layers among them that are several steps each."""

    flow: Flow
    parts: list[Part]
    joined: list[Joined]
    inputs: tuple[Node, ...]


def network_of(graph: OpGraph, sizes: Sizes, name: str, source: str) -> Network | None:
    """Return the network description of a recorded run, None where no layer leads to an output.

    `sizes` are those of the model that ran.
    """
    if not graph.outputs:
        return None
    reading = _best_reading(graph)
    if not reading.parts:
        return None
    flow = reading.flow
    stem, body, head = chain_staged(reading.parts, graph.calls) or staged(reading.parts, graph.calls)
    layers = layers_in(part.element for part in reading.parts)
    first = flow.steps[1].out_shape if len(flow.steps) > 1 else ()
    return Network(
        name=name,
        input_shape=first,
        stem=tuple(stem),
        body=tuple(body),
        head=tuple(head),
        source=source,
        notes=(
            *graph.notes,
            *input_note(graph, reading.inputs, flow.undrawn),
            *_unused_note(sizes, flow),
            *output_note(graph, flow.ran | flow.undrawn.nodes, batch_of(graph)),
            *_gathering_note(flow),
            *hidden_note(layers, reading.joined, flow.steps),
        ),
    )


def _unused_note(sizes: Sizes, flow: Flow) -> list[str]:
    """Return a note on the parameters that nothing drawn reads."""
    unused = dict(weight for number, weight in sizes.items() if number not in flow.parameters)
    if not unused:
        return []
    return [f"{sum(unused.values()):,} parameters are not on the drawn way to the output: {listed(unused)}"]


def _best_reading(graph: OpGraph) -> Reading:
    """Return the reading from all inputs at once, or from the one that explains most blocks.

    Inputs of several shapes have no common beginning: then it is one of them, of equals the longest.
    """
    output = _main_output(graph)
    shapes = {node.shape for node in graph.inputs}
    readings = [_read(graph, output, graph.inputs)] if len(shapes) == 1 else []
    if len(graph.inputs) > 1:
        alone = [_read(graph, output, [node]) for node in graph.inputs]
        readings += sorted((r for r in alone if r.parts), key=lambda r: -len(r.flow.steps))
    readings = readings or [_read(graph, output, graph.inputs)]
    best = max(readings, key=lambda r: sum(part.residual for part in r.parts))
    if not any(layer.kind is LayerKind.OPAQUE for layer, _ in best.joined):
        return best
    variants = [_read(graph, output, best.inputs, change) for change in (with_long_sums, without_gathering)]
    return max((best, *variants), key=lambda r: len(residual_blocks(part.element for part in r.parts)))


def _read(graph: OpGraph, output: Node, inputs: Sequence[Node], change: Change | None = None) -> Reading:
    """Return flow and parts from some inputs to the output, the flow changed as asked."""
    flow = build_flow(graph, output, inputs, change)
    translator = Translator(flow)
    parts = attach_ends(translator.parts(series_of(flow.steps), ()), graph.calls)
    return Reading(flow, parts, translator.joined, tuple(inputs))


def _gathering_note(flow: Flow) -> list[str]:
    """Return a note on the sums that gather values by ways that are not drawn."""
    count = sum(step.gathered for step in flow.steps)
    return (
        [f"{count} ways from blocks to a sum behind them are not drawn, but counted there"] if count else []
    )


def _main_output(graph: OpGraph) -> Node:
    """Return the output that most operations lead to, the first of equals."""
    late = sorted(graph.outputs, key=lambda node: node.index)[-_SHOWN:]
    return max(late, key=lambda node: (_ancestor_count(node), -node.index))


def _ancestor_count(node: Node) -> int:
    """Return the number of nodes that lead to a node."""
    visited = {node.index}
    waiting = [node]
    while waiting:
        for source in waiting.pop().inputs:
            if source.index not in visited:
                visited.add(source.index)
                waiting.append(source)
    return len(visited)
