"""Channel splits and channel shuffles are read and drawn, however they are written."""

import pytest
import torch
from torch import Tensor, nn

from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import nodes
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Block, Network
from resnet_diagram.tracer import parse_input, trace


def shuffled_by_views(x: Tensor) -> Tensor:
    batch, channels, height, width = x.shape
    return x.view(batch, 2, channels // 2, height, width).transpose(1, 2).contiguous().view_as(x)


def shuffled_by_permute(x: Tensor) -> Tensor:
    groups = torch.unflatten(x, 1, (4, 4))
    return groups.permute(0, 2, 1, 3, 4).flatten(1, 2)


def channels_last_and_back(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)


def transposed(x: Tensor) -> Tensor:
    return x.transpose(2, 3).contiguous().transpose(2, 3)


class Split(nn.Module):
    """A block of ShuffleNet V2: one half is convolved, both are concatenated and shuffled."""

    def __init__(self, spelling: str, channels: int = 16) -> None:
        super().__init__()
        self.spelling, self.width = spelling, channels // 2
        self.conv = nn.Sequential(nn.Conv2d(self.width, self.width, 3, padding=1), nn.ReLU())
        self.shuffle = nn.ChannelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        match self.spelling:
            case "chunk":
                left, right = x.chunk(2, 1)
            case "split":
                left, right = torch.split(x, self.width, dim=1)
            case _:
                left, right = x[:, : self.width], x[:, self.width :]
        result: Tensor = self.shuffle(torch.cat((left, self.conv(right)), 1))
        return result


class Around(nn.Module):
    """A convolution, a function, and another convolution."""

    def __init__(self, function: nn.Module) -> None:
        super().__init__()
        self.first, self.function = nn.Conv2d(16, 16, 3, padding=1), function
        self.last = nn.Conv2d(16, 16, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.last(self.function(self.first(x)))
        return result


class Lambda(nn.Module):
    """A function as a module."""

    def __init__(self, function: object) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        assert callable(self.function)
        result: Tensor = self.function(x)
        return result


def traced(model: nn.Module) -> Network:
    return trace(model, [parse_input("16x8x8")], name="net")


def labels(network: Network) -> list[str]:
    diagram = build([network], Options(view=View.FULL))
    return [line for node in nodes(diagram.chain.items) for line in node.lines]


@pytest.mark.parametrize("spelling", ["chunk", "split", "slices"])
def test_a_split_is_drawn_on_each_of_its_ways(spelling: str) -> None:
    network = traced(nn.Sequential(Split(spelling), Split(spelling)))
    shown = labels(network)
    assert shown.count("1/2 of channels") == 4
    assert shown.count("channel shuffle") == 2
    blocks = [element for element in all_elements(network) if isinstance(element, Block)]
    assert [[layer.op for layer in block.after] for block in blocks] == [["channel_shuffle"]] * 2


@pytest.mark.parametrize("first", [6, 1])
def test_an_uneven_split_names_both_counts(first: int) -> None:
    class Uneven(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(first, first, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            return torch.cat((self.conv(x[:, :first]), x[:, first:]), 1)

    expected = {f"{first} of 16 channels", f"{16 - first} of 16 channels"}
    assert expected <= set(labels(traced(Uneven())))


def test_positions_that_move_round_are_shifted_cyclically() -> None:
    assert "cyclic shift" in labels(traced(Around(Lambda(lambda x: x.roll((-2, 1), (2, 3))))))


@pytest.mark.parametrize("function", [shuffled_by_views, shuffled_by_permute])
def test_a_shuffle_that_is_written_out_is_one(function: object) -> None:
    assert "channel shuffle" in labels(traced(Around(Lambda(function))))


@pytest.mark.parametrize("function", [channels_last_and_back, transposed])
def test_positions_in_another_order_are_no_shuffle(function: object) -> None:
    network = traced(Around(Lambda(function)))
    assert "channel shuffle" not in labels(network)
    assert all(layer.op != "channel_shuffle" for layer in walk(network.body))
