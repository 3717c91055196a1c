"""Operations that run but are not drawn: operations of other inputs and other outputs."""

from collections.abc import Collection
from dataclasses import dataclass, field

from resnet_diagram.errors import number_of
from resnet_diagram.spec.paths import abbreviated
from resnet_diagram.tracer.flow.classify import macs_of
from resnet_diagram.tracer.flow.graph import Node, NodeKind, OpGraph


@dataclass(slots=True, eq=False)
class Undrawn:
    """The operations that other inputs feed, by index, with their parameters and MACs."""

    nodes: set[int] = field(default_factory=set)
    params: int = 0
    macs: int = 0


def input_note(graph: OpGraph, shown_nodes: Collection[Node], undrawn: Undrawn) -> list[str]:
    """Return a note on the omitted inputs, and on the layers in which their operations are counted."""
    names = (name or f"input {number}" for number, name in enumerate(graph.input_names, 1))
    left = [name for node, name in zip(graph.inputs, names, strict=False) if node not in shown_nodes]
    if not left:
        return []
    text = f"the drawing follows one input; left out, with what only it feeds: {', '.join(left)}"
    if not (undrawn.params or undrawn.macs):
        return [text]
    counted = f"{number_of('parameter', undrawn.params)} and {number_of('multiply-accumulate', undrawn.macs)}"
    paths = _paths(graph, undrawn.nodes)
    modules = f" of {abbreviated(paths)}" if paths else ""
    return [f"{text}; its {counted}{modules} are counted where it joins"]


def output_note(graph: OpGraph, used: Collection[int], batch: int) -> list[str]:
    """Return a note on the work that leads to other outputs only."""
    rest = [node for node in graph.nodes if node.active and node.index not in used]
    macs = sum(macs_of(node) for node in rest) // batch
    if not macs:
        return []
    modules = abbreviated(_paths(graph, {node.index for node in rest if macs_of(node)}))
    return [f"{macs:,} multiply-accumulates lead to no drawn output: {modules or 'the model'}"]


def _paths(graph: OpGraph, nodes: Collection[int]) -> list[str]:
    """Return the outermost modules that run some operations, in order."""
    nodes_run = (graph.nodes[index] for index in sorted(nodes))
    outer = (graph.calls[n.call].path.split(".")[0] for n in nodes_run if n.kind is NodeKind.OPERATION)
    return [path for path in dict.fromkeys(outer) if path]
