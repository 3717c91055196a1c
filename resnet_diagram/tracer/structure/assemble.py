"""Convert the recorded operations of a model to its description."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

from resnet_diagram.errors import number_is, number_of
from resnet_diagram.spec.graph import graphs, reachable
from resnet_diagram.spec.measure import residual_blocks, walk
from resnet_diagram.spec.model import Graph, Idle, LayerKind, ModuleClass, Network, Port
from resnet_diagram.spec.paths import abbreviated
from resnet_diagram.tracer.flow.build import Change, batch_of, build_flow
from resnet_diagram.tracer.flow.graph import Call, Node, NodeKind, OpGraph
from resnet_diagram.tracer.flow.rewrites.assignments import write_out_assignments
from resnet_diagram.tracer.flow.rewrites.compound import spell_out
from resnet_diagram.tracer.flow.rewrites.gathered_sums import with_long_sums, without_gathering
from resnet_diagram.tracer.flow.rewrites.memories import has_memories, with_memories
from resnet_diagram.tracer.flow.rewrites.positions import with_positions
from resnet_diagram.tracer.flow.rewrites.single_images import with_batch_axes
from resnet_diagram.tracer.flow.steps import Flow
from resnet_diagram.tracer.flow.undrawn import input_note, output_note
from resnet_diagram.tracer.structure.blocks.blocks import Translator
from resnet_diagram.tracer.structure.blocks.ends import attach_ends
from resnet_diagram.tracer.structure.blocks.naming import with_distinct_stages
from resnet_diagram.tracer.structure.chains import chain_staged
from resnet_diagram.tracer.structure.graphs.opaque import Joined, hidden_note
from resnet_diagram.tracer.structure.graphs.regions import series_of
from resnet_diagram.tracer.structure.parts import Part
from resnet_diagram.tracer.structure.stages import Split, repeated_graphs, staged

_SHOWN = 4
_MOST_LEFT_OUT = 10
_INSTALLED = frozenset({"site-packages", "dist-packages"})

Sizes = Mapping[int, tuple[str, int]]
"""Name and number of values of each parameter of a model, by its id."""


@dataclass(slots=True, eq=False)
class Reading:
    """A flow, its parts, and the layers among them that are several steps each."""

    flow: Flow
    parts: list[Part]
    joined: list[Joined]
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]


def network_of(graph: OpGraph, sizes: Sizes, name: str, source: str) -> Network | None:
    """Return the network description of a recorded run, None where no layer leads to an output.

    `sizes` are those of the model that ran.
    """
    if not graph.outputs:
        return None
    with_batch_axes(graph)
    with_positions(graph)
    write_out_assignments(graph)
    spell_out(graph)
    reading = _best_reading(graph)
    if not reading.parts:
        return None
    flow = reading.flow
    stem, body, head = with_distinct_stages(_split(reading.parts, graph.calls))
    layers = walk(part.element for part in reading.parts)
    network = Network(
        name=name,
        input_shape=flow.steps[1].out_shape if len(flow.steps) > 1 else (),
        stem=tuple(stem),
        body=tuple(body),
        head=tuple(head),
        source=source,
        idle=_idle(sizes, flow),
        classes=_classes_of(graph.calls),
        notes=(
            *graph.notes,
            *input_note(graph, reading.inputs, flow.undrawn),
            *_unused_notes(sizes, flow),
            *_unregistered_note(sizes, flow),
            *output_note(graph, flow.ran | flow.undrawn.nodes, batch_of(graph)),
            *_gathering_note(flow),
            *hidden_note(layers, reading.joined, flow.steps),
        ),
    )
    return _with_ports(network, reading)


def _with_ports(network: Network, reading: Reading) -> Network:
    """Return the network with the names of its inputs and outputs, where there are several."""
    graph, first, last = reading.flow.graph, network.elements[0], network.elements[-1]
    if isinstance(first, Graph) and len(reading.inputs) > 1:
        shapes = [node.shape for node in first.nodes if not node.reads]
        inputs = tuple(
            Port(name=graph.input_names[graph.inputs.index(node)], shape=shape)
            for node, shape in zip(reading.inputs, shapes, strict=False)
        )
        network = replace(network, inputs=inputs)
    if isinstance(last, Graph) and len(reading.outputs) > 1:
        outputs = tuple(
            Port(name=graph.output_names[graph.outputs.index(node)], shape=last.nodes[number].shape)
            for node, number in zip(reading.outputs, last.outputs, strict=True)
        )
        network = replace(network, outputs=outputs)
    return network


def _split(parts: Sequence[Part], calls: Sequence[Call]) -> Split:
    """Return stem, body and head of a series; graphs that hold blocks or end the network are in the body."""
    units = repeated_graphs(parts, calls)
    large: list[int] = []
    for at, part in enumerate(parts):
        graph = part.element
        if isinstance(graph, Graph) and id(part) not in units:
            inputs = sum(not node.reads for node in graph.nodes)  # a part of a block has one end each
            large += [at] if inputs > 1 or len(graph.outputs) > 1 or residual_blocks(graph) else []
    if not large:
        return chain_staged(parts, calls) or staged(parts, calls)
    first, last = large[0], large[-1]
    stem, body, rest = staged(parts[:first], calls)
    if not body:
        stem, rest = [*stem, *rest], []
    between = [part.element for part in parts[first : last + 1]]
    before, stages, head = staged(parts[last + 1 :], calls)
    return stem, [*body, *rest, *between, *(before if stages else ()), *stages], head


def _idle(sizes: Sizes, flow: Flow) -> tuple[Idle, ...]:
    """Return the modules with parameters that nothing drawn reads, of a run that came to its end."""
    counts: Counter[str] = Counter()
    for number, (name, count) in sizes.items():
        if number not in flow.parameters:
            counts[name.rpartition(".")[0] or name] += count
    return () if flow.graph.error else tuple(Idle(name=name, params=n) for name, n in counts.items())


def _unused_notes(sizes: Sizes, flow: Flow) -> Iterator[str]:
    """Yield a note on the parameters that nothing reads, and on those that nothing drawn reads."""
    read = {node.tensor for node in flow.graph.nodes if node.kind is NodeKind.PARAMETER}
    never: dict[str, int] = {}
    elsewhere: dict[str, int] = {}
    for number, (name, count) in sizes.items():
        if number not in flow.parameters:
            (elsewhere if number in read or flow.graph.error else never)[name] = count
    if never:
        modules = dict.fromkeys(name.rpartition(".")[0] or name for name in never)
        yield f"{number_is('parameter', sum(never.values()))} never run in evaluation: {abbreviated(modules)}"
    if elsewhere:
        count = sum(elsewhere.values())
        yield f"{number_is('parameter', count)} not on the drawn way to the output: {abbreviated(elsewhere)}"


def _unregistered_note(sizes: Sizes, flow: Flow) -> list[str]:
    """Return a note on the parameters that ran but are not the model's own, as of layers in a plain list."""
    foreign = {
        node.tensor: node
        for node in flow.graph.nodes
        if node.kind is NodeKind.PARAMETER
        and node.tensor in flow.parameters
        and node.tensor not in sizes
        and node.tensor not in flow.graph.script_weights
    }
    if not foreign:
        return []
    count = sum(prod(node.shape) for node in foreign.values())
    owners = dict.fromkeys(filter(None, (flow.graph.calls[node.call].path for node in foreign.values())))
    return [
        f"{number_of('parameter', count)} ran that the model does not register, neither trained nor "
        f"saved{': ' * bool(owners)}{abbreviated(owners)}. Keep layers in nn.ModuleList, weights in "
        "nn.ParameterList"
    ]


def _best_reading(graph: OpGraph) -> Reading:
    """Return the reading from all inputs to all outputs, unless one with fewer keeps more blocks whole.

    Masks, time steps and the like enter every block, and maps of attention leave them: then the reading is
    that of the main output, to which most operations lead, from the input of most blocks, of equals the
    longest, unless it leaves out far more work than that from another input. An output that has parameters
    of its own, as of an auxiliary head, is not left out for it.
    """
    late = sorted(graph.outputs, key=lambda node: node.index)[-_SHOWN:]
    behind = {node.index: len([*reachable([node], lambda node: node.inputs)]) for node in late}
    main = [max(late, key=lambda node: (behind[node.index], -node.index))]
    outputs = main if graph.error else graph.outputs
    readings = [_read(graph, outputs, graph.inputs)]
    if len(outputs) > 1:
        alone = _read(graph, main, graph.inputs)
        readings += [alone] if alone.flow.parameters >= readings[0].flow.parameters else []
    readings += [
        _read(graph, reading.outputs, graph.inputs, with_memories)
        for reading in readings
        if has_memories(reading.flow.steps)
    ]
    if len(graph.inputs) > 1:
        single = [reading for node in graph.inputs if (reading := _read(graph, main, [node])).parts]
        least = min((reading.flow.undrawn.macs for reading in single), default=0)
        single = [reading for reading in single if reading.flow.undrawn.macs <= _MOST_LEFT_OUT * least]
        readings += sorted(single, key=lambda reading: -len(reading.flow.steps))
    best = max(readings, key=_whole_blocks)
    if not _is_irregular(best):
        return best
    changed = (_read(graph, best.outputs, best.inputs, one) for one in (with_long_sums, without_gathering))
    return max((best, *(reading for reading in changed if not _is_irregular(reading))), key=_whole_blocks)


def _whole_blocks(reading: Reading) -> int:
    """Return the number of residual blocks in one piece: those with all between their ends inside."""
    elements = [part.element for part in reading.parts]
    in_pieces = sum(node.shortcut is not None for graph in graphs(elements) for node in graph.nodes)
    return len(residual_blocks(elements)) - in_pieces


def _is_irregular(reading: Reading) -> bool:
    irregular = any(layer.kind is LayerKind.OPAQUE for layer, _ in reading.joined)
    return irregular or any(graphs(part.element for part in reading.parts))


def _read(
    graph: OpGraph, outputs: Sequence[Node], inputs: Sequence[Node], change: Change | None = None
) -> Reading:
    """Return flow and parts from some inputs to some outputs, the flow changed as asked."""
    flow = build_flow(graph, outputs, inputs, change)
    translator = Translator(flow)
    parts = attach_ends(translator.parts(series_of(flow.steps, [*range(len(flow.steps))]), ()), graph.calls)
    return Reading(flow, parts, translator.joined, tuple(inputs), tuple(outputs))


def _gathering_note(flow: Flow) -> list[str]:
    """Return a note on the sums that gather values by ways that are not drawn."""
    count = sum(step.gathered for step in flow.steps)
    return [f"{number_is('way', count)} counted, but not drawn, from blocks to a sum"] if count else []


def _classes_of(calls: Iterable[Call]) -> tuple[ModuleClass, ...]:
    """Return the classes of the modules called, in the order they ran first.

    Classes of torch are omitted, since their operations are recorded, and so is the model's own class. The
    author's `own` are in no file of an installed package.
    """
    paths: dict[tuple[str, str], dict[str, None]] = {}
    for call in calls:
        if call.path and call.home.partition(".")[0] != "torch":
            paths.setdefault((call.cls, call.home), {})[call.path] = None
    files = {home: getattr(sys.modules.get(home), "__file__", None) or "" for _, home in paths}
    is_own = {home: _INSTALLED.isdisjoint(Path(file).parts) for home, file in files.items()}
    return tuple(
        ModuleClass(name=name, paths=tuple(modules), own=is_own[home])
        for (name, home), modules in paths.items()
    )
