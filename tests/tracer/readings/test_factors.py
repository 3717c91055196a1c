"""The factors in a residual sum are said, in whichever operation the model hides them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.model import Element, Layer, Merge
from resnet_diagram.spec.settings import FACTOR, setting
from tests.tracer.facts import blocks, elements, merges, opened, shortcuts
from tests.tracer.models.more import Joined
from tests.tracer.structure.test_awkward import traced

Join = Callable[[Tensor, Tensor], Any]
INTERPOLATIONS: list[tuple[Join, float, float]] = [
    (lambda x, y: torch.lerp(x, y, 0.25), 0.25, 0.75),
    (lambda x, y: y.lerp(x, 0.25), 0.75, 0.25),
    (lambda x, y: torch.lerp(x, y, torch.full((1,), 0.25)), 1.0, 1.0),
    (lambda x, y: y.clone().lerp_(x, 0.5), 0.5, 0.5),
]
"""Sums of both ways, with the factors of branch and shortcut; 1 for a factor in a tensor."""

BRANCH: list[tuple[Join, float]] = [
    (lambda x, y: torch.add(x, y, alpha=0.25), 0.25),
    (lambda x, y: torch.addcmul(x, y, torch.ones(1), value=0.25), 0.25),
    (lambda x, y: x.clone().addcmul_(torch.ones(1), y, value=0.25), 0.25),
    (lambda x, y: torch.addcdiv(x, y, torch.ones(1), value=0.25), 0.25),
]
MEANS: list[Join] = [
    lambda x, y: torch.stack([x, y]).mean(0),
    lambda x, y: torch.stack([x, y], -1).mean(4),
    lambda x, y: torch.stack([x, y], dim=2).mean(dim=[2]),
    lambda x, y: torch.cat([x.unsqueeze(0), y.unsqueeze(0)]).mean(0),
    lambda x, y: torch.cat([x[None], y[None]], 0).sum(0) / 2,
]


def product(run: Sequence[Element]) -> float:
    """Return the product of all factors on a way."""
    result = 1.0
    for element in opened(run):
        result *= float(setting(element, FACTOR) or 1) if isinstance(element, Layer) else 1
    return result


@pytest.mark.parametrize(("join", "branch", "shortcut"), INTERPOLATIONS)
def test_an_interpolation_weighs_both_ways(join: Join, branch: float, shortcut: float) -> None:
    network = traced(Joined(join), "4x16x16")
    (block,) = blocks(network)
    assert block.shortcut is not None
    assert (product(block.branches[0]), product(block.shortcut.layers)) == (branch, shortcut)
    assert [layer.op for layer in block.shortcut.layers if isinstance(layer, Layer)] == ["scale"]
    assert shortcuts(network) == ["other"]


@pytest.mark.parametrize(("join", "factor"), BRANCH)
def test_a_factor_of_the_branch_is_on_it(join: Join, factor: float) -> None:
    network = traced(Joined(join), "4x16x16")
    (block,) = blocks(network)
    assert product(block.branches[0]) == factor
    assert shortcuts(network) == ["identity"]
    assert network.params == sum(weight.numel() for weight in Joined(join).parameters())


@pytest.mark.parametrize("beta", [1.0, 0.5])
def test_a_sum_of_a_product_of_matrices_keeps_both_factors(beta: float) -> None:
    def join(x: Tensor, y: Tensor) -> Tensor:
        return torch.baddbmm(x, y, torch.eye(8)[None], beta=beta, alpha=0.25)

    main = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))
    (block,) = blocks(traced(Joined(join, main), "16x8"))
    assert block.shortcut is not None
    assert (product(block.branches[0]), product(block.shortcut.layers)) == (0.25, beta)


@pytest.mark.parametrize("join", MEANS)
def test_a_mean_is_a_sum_and_a_division(join: Join) -> None:
    (block,) = blocks(traced(Joined(join), "4x16x16"))
    assert product(block.after) == 0.5
    assert product(block.branches[0]) == 1


def test_a_mean_of_three_divides_by_three() -> None:
    class Ensemble(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = nn.ModuleList(nn.Conv2d(4, 4, 3, padding=1) for _ in range(3))

        def forward(self, x: Tensor) -> Tensor:
            return torch.stack([part(x) for part in self.parts], -1).mean(-1)

    network = traced(Ensemble(), "4x8x8")
    (total,) = merges(network, Merge.ADD)
    assert len(total.branches) == 3
    assert [setting(e, FACTOR) for e in elements(network) if isinstance(e, Layer)][-1] == 1 / 3


class Highway(nn.Module):
    """A layer whose gate chooses between its input and its branch (Srivastava et al. 2015)."""

    def __init__(self, join: Callable[[Tensor, Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.main, self.gate = nn.Linear(8, 8), nn.Linear(8, 8)
        self.join = join

    def forward(self, x: Tensor) -> Tensor:
        return self.join(x, torch.relu(self.main(x)), torch.sigmoid(self.gate(x)))


def test_an_interpolation_by_a_gate_multiplies() -> None:
    network = traced(Highway(torch.lerp), "8")
    (gate,) = merges(network, Merge.MULTIPLY)
    assert product(gate.branches[0]) == 1
    outer = blocks(network)[0]
    assert gate in opened(outer.branches[0])
    assert shortcuts(network)[0] == "identity"
