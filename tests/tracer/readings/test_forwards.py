"""Forwards that look up neighbours, take gradients, step through time or give distributions."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.model import LayerKind, Merge
from tests.tracer.facts import layers, merges, shortcuts
from tests.tracer.structure.test_awkward import traced

Lookup = Callable[[Tensor, int], Tensor]


def _by_index(x: Tensor, count: int) -> Tensor:
    squares = (x**2).sum(1, keepdim=True)
    near = (2 * x.mT @ x - squares - squares.mT).topk(count, dim=-1)[1]
    flat = x.mT.reshape(-1, x.shape[1])[near.view(-1)]
    return flat.view(len(x), x.shape[2], count, -1).permute(0, 3, 1, 2)


def _by_gather(x: Tensor, count: int) -> Tensor:
    near = torch.cdist(x.mT, x.mT).argsort(-1)[..., :count]
    spread = near.unsqueeze(1).expand(-1, x.shape[1], -1, -1)
    return x.unsqueeze(2).expand(-1, -1, x.shape[2], -1).gather(3, spread)


def _by_einsum(x: Tensor, count: int) -> Tensor:
    near = torch.einsum("bcn,bcm->bnm", x, x).topk(count)[1]
    return torch.stack([points[:, rows] for points, rows in zip(x, near, strict=True)])


class EdgeConvolution(nn.Module):
    """Convolutions on the differences to the nearest neighbours (Wang et al. 2019)."""

    def __init__(self, lookup: Lookup) -> None:
        super().__init__()
        self.lookup, self.count = lookup, 4
        self.convs = nn.ModuleList(nn.Conv2d(2 * width, 8, 1) for width in (3, 8))
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Any:
        x = x.mT
        for conv in self.convs:
            near = self.lookup(x, self.count)
            here = x.unsqueeze(-1).expand_as(near)
            x = F.relu(conv(torch.cat([near - here, here], 1))).amax(-1)
        return self.head(x.mean(-1))


@pytest.mark.parametrize("lookup", [_by_index, _by_gather, _by_einsum])
def test_a_lookup_of_neighbours_has_its_name(lookup: Lookup) -> None:
    network = traced(EdgeConvolution(lookup), "1,16,3")
    found = [layer for layer in layers(network) if layer.op == "nearest_neighbours"]
    assert [layer.out_shape for layer in found] == [(6, 16, 4), (16, 16, 4)]
    assert not [layer for layer in layers(network) if layer.kind is LayerKind.OPAQUE]
    assert not [note for note in network.notes if "join" in note or "not drawn" in note]
    assert check(network)


class Energy(nn.Module):
    """A value for each position, and a function of its gradient."""

    def __init__(self, use: Callable[[Tensor, Tensor], Any], several: bool = False) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 1))
        self.use, self.several = use, several

    def forward(self, x: Tensor) -> Any:
        with torch.enable_grad():
            x.requires_grad_(True)
            energy = self.net(x)
            if self.several:
                (slope,) = torch.autograd.grad([energy.sum()], [x], create_graph=True)
            else:
                slope = torch.autograd.grad(energy, x, torch.ones_like(energy))[0]
        return self.use(x, slope)


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(
    ("use", "kinds"), [(lambda x, slope: x - 0.1 * slope, ["identity"]), (lambda x, slope: -slope, [])]
)
def test_a_gradient_is_an_operation_on_value_and_input(
    use: Callable[[Tensor, Tensor], Any], kinds: list[str], several: bool
) -> None:
    model = Energy(use, several)
    network = traced(model, "6")
    assert network.stopped_at is None
    assert [layer.op for layer in layers(network) if layer.op == "gradient"] == ["gradient"]
    assert shortcuts(network) == kinds
    assert network.params == sum(weight.numel() for weight in model.parameters())


class Steps(nn.Module):
    """A cell that is run for each time step."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell, self.head = cell, nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Any:
        state: Any = None
        for values in x.unbind(1):
            state = self.cell(values, state)
        return self.head(state[0] if isinstance(state, tuple) else state)


@pytest.mark.parametrize(
    ("cell", "rows"),
    [(nn.GRUCell(5, 8), 24), (nn.LSTMCell(5, 8), 32), (nn.RNNCell(5, 8, nonlinearity="relu"), 8)],
)
def test_each_step_of_a_cell_counts(cell: nn.Module, rows: int) -> None:
    network = traced(Steps(cell), "4x5")
    assert network.params == rows * (5 + 8 + 2) + 8 * 3 + 3
    assert network.macs == 4 * rows * (5 + 8) + 8 * 3
    assert not [layer for layer in layers(network) if layer.kind is LayerKind.OPAQUE]


DISTRIBUTIONS: list[Callable[[Tensor], Any]] = [
    lambda x: torch.distributions.Categorical(logits=x),
    lambda x: torch.distributions.Normal(x, F.softplus(x)),
    lambda x: torch.distributions.Independent(torch.distributions.Bernoulli(logits=x), 1),
]


class Policy(nn.Module):
    """A residual layer whose output is a distribution, and a value."""

    def __init__(self, make: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.first, self.actor, self.critic = nn.Linear(6, 6), nn.Linear(6, 4), nn.Linear(6, 1)
        self.make = make

    def forward(self, x: Tensor) -> Any:
        x = x + torch.relu(self.first(x))
        return self.make(self.actor(x)), self.critic(x)


@pytest.mark.parametrize("make", DISTRIBUTIONS)
def test_the_checks_of_a_distribution_ask_for_no_value(make: Callable[[Tensor], Any]) -> None:
    network = traced(Policy(make), "6")
    assert shortcuts(network) == ["identity"]
    assert not network.notes
    assert len(network.outputs) > 1


def test_concatenations_without_weights_are_called_so() -> None:
    class Pooled(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            x = torch.cat([x, torch.sin(x), torch.cos(x)], 1)
            return torch.cat([x.abs(), x.square()], 1)

    names = [block.name for block in merges(traced(Pooled(), "3x8x8"), Merge.CONCAT)]
    assert len(names) == 2
    assert not [name for name in names if "sum" in name]
