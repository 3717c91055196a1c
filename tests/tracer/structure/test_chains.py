"""Stages of networks without blocks."""

from collections.abc import Callable

import pytest

pytest.importorskip("torch")

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_diagram.spec.model import Stage
from tests.tracer.facts import ops
from tests.tracer.models.awkward import conv_norm
from tests.tracer.models.libraries import torchvision_models
from tests.tracer.structure.test_awkward import traced


class Plain(nn.Module):
    """Units of two convolutions, all in one list."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 7, 2, 3)
        widths = ((8, 8, 1), (8, 8, 1), (8, 16, 2), (16, 16, 1))
        self.blocks = nn.ModuleList(
            [nn.Sequential(conv_norm(a, b, s), nn.ReLU(), conv_norm(b, b), nn.ReLU()) for a, b, s in widths]
        )

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        for block in self.blocks:
            x = block(x)
        return x.mean((2, 3))


class Written(nn.Module):
    """Everything in one forward."""

    def __init__(self) -> None:
        super().__init__()
        widths = ((3, 8, 2), (8, 8, 1), (8, 8, 1), (8, 16, 2), (16, 16, 1))
        self.c = nn.ModuleList([nn.Conv2d(a, b, 3, stride, 1) for a, b, stride in widths])
        self.last = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        c = self.c
        x = F.max_pool2d(F.relu(c[0](x)), 2)
        for conv in (c[1], c[2], c[3], c[4]):
            x = F.relu(conv(x))
        y: Tensor = self.last(F.adaptive_avg_pool2d(x, 1).flatten(1))
        return y


def two(channels: int, out: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, out, 3, padding=1), nn.ReLU(), nn.Conv2d(out, out, 3, padding=1), nn.ReLU()]


class Pooled(nn.Module):
    """A module for each stage with its pooling inside, as VGG is often written."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(*two(3, 8), nn.MaxPool2d(2))
        self.conv2 = nn.Sequential(*two(8, 16), nn.MaxPool2d(2))
        self.classifier = nn.Linear(16 * 8 * 8, 5)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.classifier(self.conv2(self.conv1(x)).flatten(1))
        return y


class Joined(nn.Module):
    """A U-Net of one level, its concatenation written in the forward."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(*two(3, 8))
        self.deep = nn.Sequential(*two(8, 16))
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.join = nn.Sequential(*two(16, 8))

    def forward(self, x: Tensor) -> Tensor:
        x = self.down(x)
        y: Tensor = self.join(torch.cat([x, self.up(self.deep(F.max_pool2d(x, 2)))], dim=1))
        return y


def autoencoder() -> nn.Module:
    up = nn.Upsample(scale_factor=2)
    return nn.Sequential(*two(3, 8), nn.MaxPool2d(2), *two(8, 16), up, *two(16, 8))


def small() -> nn.Module:
    layers = [nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(400, 10))


def stages(network_of: Callable[[], nn.Module], shape: str = "3x32x32") -> dict[str, list[str]]:
    network = traced(network_of(), shape)
    return {one.name: ops(one.body) for one in network.body if isinstance(one, Stage)}


def test_units_of_one_list_are_in_stages_by_resolution() -> None:
    network = traced(Plain())
    assert ops(network.stem) == ["conv", "relu", "max_pool"]
    found = [one for one in network.body if isinstance(one, Stage)]
    assert [one.name for one in found] == ["blocks.stage1", "blocks.stage2"]
    assert [ops(one.body).count("conv") for one in found] == [4, 4]
    assert ops(network.head) == ["global_avg_pool"]


def test_one_forward_has_stages_by_resolution() -> None:
    network = traced(Written())
    assert ops(network.stem) == ["conv", "relu", "max_pool"]
    assert [ops(one.body) for one in network.body if isinstance(one, Stage)] == [["conv", "relu"] * 2] * 2
    assert ops(network.head) == ["global_avg_pool", "flatten", "linear"]


def test_a_module_keeps_its_pooling() -> None:
    assert stages(Pooled) == {name: [*["conv", "relu"] * 2, "max_pool"] for name in ("conv1", "conv2")}


@pytest.mark.parametrize("make", [Joined, autoencoder, small])
def test_other_chains_have_none(make: Callable[[], nn.Module]) -> None:
    assert stages(make) == {}


@pytest.mark.parametrize(
    ("name", "counts"), [("vgg16", [2, 2, 3, 3, 3]), ("vgg11_bn", [1, 1, 2, 2, 2]), ("alexnet", [1, 3])]
)
def test_networks_of_torchvision(name: str, counts: list[int]) -> None:
    found = stages(lambda: torchvision_models().get_model(name, weights=None), "3x224x224")
    assert list(found) == [f"features.stage{number}" for number in range(1, len(counts) + 1)]
    assert [one.count("conv") for one in found.values()] == counts
    assert all(one[0] == "max_pool" for one in list(found.values())[1:])
