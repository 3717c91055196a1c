"""The steps of a flow of activations."""

from dataclasses import dataclass, field
from math import prod

from resnet_diagram.tracer.flow.graph import Node, OpGraph, Sizes
from resnet_diagram.tracer.flow.undrawn import Undrawn
from resnet_diagram.tracer.record.operators import Role


@dataclass(slots=True, eq=False)
class Step:
    """One operation of the flow, or a chain of views or slices that act as one.

    `sources` and `targets` are the indices of the steps it reads and of its readers. Shapes have no batch; in
    a finished flow they are `(C, *spatial)`, and `axis` is the channel axis of the input, counting the batch.
    `gathered` is the number of further values that it reads, by paths that are not in the flow;
    `joining` names the other inputs of the network that these come from.
    """

    index: int
    role: Role
    nodes: list[Node]
    sources: list[int]
    in_shape: Sizes
    out_shape: Sizes
    call: int
    params: int = 0
    macs: int = 0
    axis: int = 1
    gathered: int = 0
    joining: tuple[str, ...] = ()
    targets: list[int] = field(default_factory=list)

    @property
    def values(self) -> int:
        """The number of values in its result, for the whole batch."""
        return prod(self.nodes[-1].shape) if self.nodes else 0


@dataclass(slots=True, eq=False)
class Flow:
    """Steps in the order they ran; the first is the virtual source, the last the virtual sink.

    `parameters` are the ids of all parameters the steps read, `ran` the operations in them. What is left
    out because other inputs feed it is counted in the step where it joins, and kept in `undrawn`.
    """

    steps: list[Step]
    graph: OpGraph
    parameters: frozenset[int]
    ran: frozenset[int]
    undrawn: Undrawn
