"""A run that fails says where, with which shapes, why, and what to do."""

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.errors import TraceError
from resnet_diagram.tracer import parse_input, trace


class Inner(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError("the inner one gave up")


class Outer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.parts = nn.ModuleList([nn.ReLU(), Inner()])

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        for part in self.parts:
            x = part(x)
        return x


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(4, 4)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        result: Tensor = self.one(x) + y
        return result


def failing(model: nn.Module, *inputs: str) -> str:
    with pytest.raises(TraceError) as caught:
        trace(model, [parse_input(text) for text in inputs] or None)
    return str(caught.value)


def test_the_failing_module_and_its_shapes_are_named() -> None:
    message = failing(Outer(), "3x16x16")
    assert "parts.1" in message
    assert "1×8×16×16" in message
    assert "the inner one gave up" in message
    assert "test_errors.py:" in message


def test_an_error_about_the_input_names_the_expected_channels() -> None:
    message = failing(nn.Sequential(nn.Conv2d(3, 8, 3)), "1x5x16x16")
    assert "N×3×H×W" in message
    assert "1×5×16×16" in message
    assert "--input" in message


def test_a_wrong_input_of_a_linear_layer() -> None:
    assert "N×4" in failing(nn.Sequential(nn.Linear(4, 2)), "5")


def test_an_error_names_a_missing_input() -> None:
    message = failing(Two())
    assert "'y'" in message
    assert "--input" in message


def test_a_named_input_the_model_does_not_take() -> None:
    assert "mask" in failing(Two(), "1x4", "mask=1x4")


def test_a_second_input_is_enough() -> None:
    assert trace(Two(), [parse_input("1x4"), parse_input("y=1x4")]).input_shape == (4,)


def test_a_model_that_does_nothing() -> None:
    assert "nothing" in failing(nn.Sequential(nn.Identity()), "3x16x16")


def test_a_model_whose_output_does_not_depend_on_its_input() -> None:
    class Constant(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.zeros(3)

    assert "nothing" in failing(Constant(), "3x16x16")
