"""Describe a run that stopped early: the operations that ran, and the cause."""

from dataclasses import replace
from pathlib import Path

from resnet_diagram.spec.measure import out_shape
from resnet_diagram.spec.model import Layer, LayerKind, Network
from resnet_diagram.tracer.errors import location, message_of
from resnet_diagram.tracer.flow.graph import Node, NodeKind, OpGraph
from resnet_diagram.tracer.record.operators import WEIGHTED, operator_of

_LEAST = 3
"""With fewer operations a run that stopped has nothing to show."""


def operations(graph: OpGraph) -> list[Node]:
    """Return the operations that depend on an input of the model."""
    return [node for node in graph.nodes if node.active and node.kind is NodeKind.OPERATION]


def is_useful(graph: OpGraph) -> bool:
    """Return whether a run came far enough to be drawn: some operations, one with weights among them."""
    weighted = any(operator_of(node.op).role in WEIGHTED for node in operations(graph))
    return weighted and progress(graph) >= _LEAST


def progress(graph: OpGraph) -> int:
    """Return how far a run came: its number of operations."""
    return len(operations(graph))


def stop_note(graph: OpGraph, name: str) -> str:
    """Return the note on a run that stopped: the module, the shapes it was given, the cause and its line."""
    error = graph.error
    assert error is not None
    path, _, line = location(error).rpartition(":")
    place = f" ({Path(path).name}:{line})" if path else ""
    value = f" with inputs {graph.failed_with}" if graph.failed_with else ""
    return (
        f"only a part of {name} is drawn: its forward stopped in {graph.failed_in or name}{value}: "
        f"{message_of(error)}{place}"
    )


def with_stop(network: Network, graph: OpGraph) -> Network:
    """Return the network with a last box in place of the layers that did not run, if its forward failed."""
    if graph.error is None:
        return network
    shape = out_shape(network)
    rest = Layer(kind=LayerKind.OPAQUE, op="not run", name=graph.failed_in, in_shape=shape, out_shape=shape)
    return replace(network, head=(*network.head, rest), stopped_at=graph.failed_in or network.name)
