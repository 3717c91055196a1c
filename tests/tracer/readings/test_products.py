"""Products of activations are attention or a gate, with a softmax or without."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.model import Layer, LayerKind, Merge
from tests.tracer.facts import blocks, layers, merges, shortcuts
from tests.tracer.structure.test_awkward import traced

Products = Callable[[Tensor, Tensor, Tensor], Any]


class NonLocal(nn.Module):
    """A non-local block of the dot-product kind (Wang et al. 2018): weights divided by the positions."""

    def __init__(self, products: Products) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Conv2d(8, 4, 1) for _ in range(3))
        self.out = nn.Conv2d(4, 8, 1)
        self.products = products

    def forward(self, x: Tensor) -> Any:
        maps = (layer(x).flatten(2) for layer in (self.query, self.key, self.value))
        return x + self.out(self.products(*maps).reshape(len(x), 4, 8, 8))


NON_LOCAL: list[Products] = [
    lambda q, k, v: torch.bmm(torch.bmm(q.mT, k) / 64, v.mT).mT,
    lambda q, k, v: torch.einsum("bij,bcj->bci", torch.einsum("bci,bcj->bij", q, k) / 64, v),
    lambda q, k, v: v @ (k.mT @ q * (1 / 64)),
    lambda q, k, v: torch.baddbmm(torch.zeros(1), v, k.mT @ q, beta=0, alpha=1 / 64),
    lambda q, k, v: (v @ k.mT) @ q,
]


@pytest.mark.parametrize("products", NON_LOCAL)
def test_a_non_local_block_attends_without_a_softmax(products: Products) -> None:
    model = NonLocal(products)
    network = traced(model, "8x8x8")
    (core,) = (layer for layer in layers(network) if layer.kind is LayerKind.ATTENTION)
    (graph,) = graphs(network)
    assert [len(node.body) for node in graph.nodes] == [0, 1, 1, 1, 1]
    assert graph.nodes[-1].body == (core,)
    assert core.params == 0
    assert core.macs in (2 * 64 * 64 * 4, 2 * 4 * 4 * 64)
    assert shortcuts(network) == ["identity"]
    assert network.params == sum(weight.numel() for weight in model.parameters())


class Linear(nn.Module):
    """Attention over tokens whose products are taken keys by values first."""

    def __init__(self, products: Products) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(8, 8) for _ in range(4))
        self.products = products

    def forward(self, x: Tensor) -> Any:
        return x + self.out(self.products(self.query(x), self.key(x), self.value(x)))


def feature_maps(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    q, k = F.elu(q) + 1, F.elu(k) + 1
    return (q @ (k.mT @ v)) / (q @ k.sum(1).unsqueeze(-1))


def three_operands(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    scale = 1 / (torch.einsum("bnd,bd->bn", q, k.sum(1)) + 1e-6)
    return torch.einsum("bnd,bde,bn->bne", q, torch.einsum("bnd,bne->bde", k, v), scale)


@pytest.mark.parametrize("products", [feature_maps, three_operands, lambda q, k, v: q @ (k.mT @ v) / 16])
def test_linear_attention_is_attention(products: Products) -> None:
    network = traced(Linear(products), "16x8")
    assert [layer.kind for layer in layers(network)].count(LayerKind.ATTENTION) == 1
    assert len(blocks(network)) == 1
    assert not list(graphs(network))


def test_a_gram_matrix_of_channels_is_attention() -> None:
    class Channels(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.scale = nn.Conv2d(3, 8, 3, padding=1), nn.Parameter(torch.zeros(1))

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv(x)
            flat = x.flatten(2)
            return x + self.scale * (flat @ flat.mT / 64 @ flat).view_as(x)

    network = traced(Channels(), "3x8x8")
    assert [layer.op for layer in layers(network) if layer.macs] == ["conv", "attention"]


def test_a_power_of_a_matrix_is_no_attention() -> None:
    class Root(nn.Module):
        """Steps of Newton and Schulz from a covariance to its root (Li et al. 2018)."""

        def __init__(self) -> None:
            super().__init__()
            self.conv, self.fc = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(64, 5)

        def forward(self, x: Tensor) -> Any:
            flat = self.conv(x).flatten(2)
            cov = flat @ flat.mT
            cov = cov @ (3 * torch.eye(8) - cov @ cov)
            return self.fc(cov.flatten(1))

    assert not [one for one in layers(traced(Root(), "3x8x8")) if one.kind is LayerKind.ATTENTION]


class Excited(nn.Module):
    """A squeeze-and-excitation gate whose weights are spread over the map in some way."""

    def __init__(self, spread: Callable[[Tensor, Tensor], Any]) -> None:
        super().__init__()
        self.gate = nn.Sequential(nn.Linear(8, 2), nn.ReLU(), nn.Linear(2, 8), nn.Sigmoid())
        self.spread = spread

    def forward(self, x: Tensor) -> Any:
        return self.spread(self.gate(x.mean((2, 3))), x).view_as(x)


@pytest.mark.parametrize(
    "spread",
    [
        lambda w, x: torch.bmm(torch.diag_embed(w), x.flatten(2)),
        lambda w, x: w.diag_embed() @ x.flatten(2),
        lambda w, x: torch.einsum("bij,bjp->bip", torch.diag_embed(w), x.flatten(2)),
        lambda w, x: (x.flatten(2).mT @ torch.diag_embed(w)).mT,
    ],
)
def test_a_product_with_a_diagonal_matrix_is_a_gate(spread: Callable[[Tensor, Tensor], Any]) -> None:
    network = traced(Excited(spread), "8x6x6")
    (gate,) = merges(network, Merge.MULTIPLY)
    assert [layer.op for layer in layers(network)].count("linear") == 2
    assert not list(graphs(network))
    assert next(layer.op for layer in gate.branches[1] if isinstance(layer, Layer)) == "global_avg_pool"
    assert not [layer for layer in layers(network) if layer.op == "matmul"]
