"""Positions that a model folds into the batch around its linear layers are read as positions."""

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.measure import in_shape, walk
from resnet_diagram.spec.model import LayerKind, Network
from resnet_diagram.wording.blocks import unit_type
from tests.tracer.structure.test_awkward import traced

SPELLINGS = ("linear", "view", "product", "added", "gated", "row by row")


class Matrix(nn.Module):
    """A linear layer in one of several spellings; most of them take a matrix."""

    def __init__(self, given: int, out: int, spelling: str) -> None:
        super().__init__()
        self.spelling = spelling
        self.weight = nn.Parameter(torch.empty(given, out))
        self.bias = nn.Parameter(torch.empty(out))

    def forward(self, x: Tensor) -> Tensor:
        if self.spelling == "linear":
            return nn.functional.linear(x, self.weight.T, self.bias)
        rows = x.reshape(-1, x.shape[-1])
        match self.spelling:
            case "product":
                rows = rows @ self.weight + self.bias
            case "added" | "gated":
                rows = torch.addmm(self.bias, rows, self.weight)
            case _:
                rows = nn.functional.linear(rows, self.weight.T, self.bias)
        return rows.view(*x.shape[:-1], -1)


class Layer(nn.Module):
    """A layer of a transformer with such linear layers; some fold the whole MLP."""

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.weights, self.out = Matrix(32, 96, spelling), Matrix(32, 32, spelling)
        self.wide, self.narrow = Matrix(32, 64, spelling), Matrix(64, 32, spelling)
        self.whole = spelling == "gated"

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.weights(x).chunk(3, -1)
        x = x + self.out(nn.functional.scaled_dot_product_attention(query, key, value))
        y = x.flatten(0, 1) if self.whole else x
        return x + self.narrow(self.wide(y).relu()).view(x.shape)  # type: ignore[no-any-return]


def linear_shapes(network: Network) -> list[tuple[int, ...]]:
    return [in_shape(layer) for layer in walk(network) if layer.kind is LayerKind.LINEAR]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_folded_positions_change_nothing(spelling: str) -> None:
    network = traced(nn.Sequential(*(Layer(spelling) for _ in range(3))), "1x12x32")
    plain = traced(nn.Sequential(*(Layer("linear") for _ in range(3))), "1x12x32")
    assert [str(unit_type(unit)) for unit in units(network.body)] == ["encoder layer"] * 3
    assert linear_shapes(network) == linear_shapes(plain)
    assert (network.macs, network.params) == (plain.macs, plain.params)


def test_a_function_that_is_spelled_out_behind_folded_positions_is_found() -> None:
    class Spelled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide = Matrix(32, 64, "added")

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.wide(x)
            return 0.5 * y * (1.0 + torch.tanh(0.7978845608 * (y + 0.044715 * torch.pow(y, 3.0))))

    assert [layer.op for layer in walk(traced(Spelled(), "1x12x32"))] == ["linear", "gelu"]


def test_rows_that_are_an_output_stay_a_batch() -> None:
    class Rows(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Linear(32, 16), nn.Linear(16, 4)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.last(self.first(x).relu().view(-1, 16))
            return out

    assert linear_shapes(traced(Rows(), "1x12x32"))[-1] == (16,)


def test_rows_that_are_mixed_stay_a_batch() -> None:
    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Linear(32, 16), nn.Linear(16, 32)

        def forward(self, x: Tensor) -> Tensor:
            rows = self.first(x.view(-1, 32))
            out: Tensor = self.last(rows - rows.mean(0)).view(x.shape)
            return out

    assert linear_shapes(traced(Mixed(), "1x12x32"))[0] == (32,)
