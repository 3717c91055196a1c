"""The nodes of a graph network are positions of one input, and no batch."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import LayerKind
from resnet_diagram.tracer.load.inputs import has_nodes, parse_input
from tests.tracer.facts import blocks, layers
from tests.tracer.structure.test_awkward import traced

NODES, EDGES, SIZE = 10, 30, 8
LISTED, MATRIX = f"edge_index=2x{EDGES}:int64", f"edge_index={NODES}x{NODES}"
Spread = Callable[[Tensor, Any], Tensor]


def added(h: Tensor, edges: Any) -> Tensor:
    source, target = edges
    return torch.zeros_like(h).index_add_(0, target, h[source])


def scattered(h: Tensor, edges: Any) -> Tensor:
    at = edges[1].unsqueeze(-1).expand(-1, SIZE)
    return torch.zeros_like(h).scatter_add(0, at, h.index_select(0, edges[0]))


def multiplied(h: Tensor, matrix: Tensor) -> Tensor:
    return matrix @ h


class GraphNetwork(nn.Module):
    """Layers that pass what each node has to its neighbours (Kipf and Welling 2017), with shortcuts."""

    def __init__(self, spread: Spread) -> None:
        super().__init__()
        self.embed, self.out = nn.Linear(5, SIZE), nn.Linear(SIZE, 2)
        self.layers = nn.ModuleList(nn.Linear(SIZE, SIZE) for _ in range(3))
        self.spread = spread

    def forward(self, x: Tensor, edge_index: Tensor) -> Any:
        x = self.embed(x)
        for layer in self.layers:
            x = x + torch.relu(self.spread(layer(x), edge_index))
        return self.out(x)


@pytest.mark.parametrize(("spread", "edges"), [(added, LISTED), (scattered, LISTED), (multiplied, MATRIX)])
def test_nodes_are_positions(spread: Spread, edges: str) -> None:
    network = traced(GraphNetwork(spread), f"x={NODES}x5", edges)
    assert network.input_shape == (5, NODES)
    assert len(blocks(network)) == 3
    assert {layer.in_shape[-1] for block in blocks(network) for layer in walk(block)} <= {NODES, EDGES}
    weighted = [layer for layer in layers(network) if layer.kind is LayerKind.LINEAR]
    assert [layer.macs for layer in weighted] == [NODES * 5 * SIZE, *[NODES * SIZE**2] * 3, NODES * SIZE * 2]
    assert weighted[-1].out_shape == (2, NODES)
    assert not [layer for layer in layers(network) if layer.kind is LayerKind.RESHAPE]
    assert not [note for note in network.notes if "batch" in note]


@pytest.mark.parametrize(
    ("inputs", "nodes"),
    [
        (("10x5", "2x30:int64"), True),
        (("10:int64", "2x30:int64"), True),
        (("10x5", "10x10"), True),
        (("10x5", "10x7"), False),
        (("4x3x32x32", "4x4"), False),
        (("2x5", "2x30:int64"), False),
        (("1x5", "1x1"), False),
        (("10x5",), False),
    ],
)
def test_inputs_that_are_nodes(inputs: tuple[str, ...], nodes: bool) -> None:
    assert has_nodes([parse_input(text) for text in inputs]) is nodes
