"""Networks with modules of an author's own, for the tests of units."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class ChannelGate(nn.Module):
    """Squeeze and excitation, drawn as one box anyway."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.down = nn.Conv2d(width, width // 4, 1)
        self.up = nn.Conv2d(width // 4, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.up(torch.relu(self.down(self.pool(x)))))


class SpatialGate(nn.Module):
    """A map of weights from a wide convolution."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv: nn.Module = nn.Conv2d(width, 1, 7, padding=3)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.conv(x))


class BothGates(nn.Module):
    """A unit that holds another."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.channels = ChannelGate(width)
        self.positions = SpatialGate(width)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.positions(self.channels(x))
        return result


class ConvNormAct(nn.Sequential):
    """A convolution, a norm and an activation."""

    def __init__(self, width: int) -> None:
        super().__init__(nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU())


class TwoConvs(nn.Sequential):
    """Two boxes in series."""

    def __init__(self, width: int) -> None:
        super().__init__(ConvNormAct(width), ConvNormAct(width))


class LongSeries(nn.Sequential):
    """Three boxes in series."""

    def __init__(self, width: int) -> None:
        super().__init__(*(ConvNormAct(width) for _ in range(3)))


class Branch(nn.Sequential):
    """All of a block but its shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__(ConvNormAct(width), SpatialGate(width))


class Block(nn.Module):
    """A convolution and a module, with a shortcut round both."""

    def __init__(self, width: int, inner: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.conv = ConvNormAct(width)
        self.inner = inner(width)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.inner(self.conv(x))
        return result


class Around(nn.Module):
    """A shortcut round any module."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.inner(x)
        return result


def of_blocks(inner: Callable[[int], nn.Module], width: int = 16) -> nn.Module:
    """Return a network with a module in each of its blocks."""
    return nn.Sequential(
        nn.Conv2d(3, width, 3, padding=1), Block(width, inner), Block(width, inner), nn.Conv2d(width, 4, 1)
    )


def of_branches(width: int = 16) -> nn.Module:
    """Return a network whose blocks are a shortcut round a module."""
    return nn.Sequential(nn.Conv2d(3, width, 3, padding=1), Around(Branch(width)), Around(Branch(width)))


def between(inner: Callable[[int], nn.Module], count: int, width: int = 16) -> nn.Module:
    """Return a network with a number of equal modules outside its blocks."""
    layers = [layer for _ in range(count) for layer in (inner(width), nn.Conv2d(width, width, 3, padding=1))]
    return nn.Sequential(nn.Conv2d(3, width, 3, padding=1), *layers)


class Twice(nn.Module):
    """A network that runs one module twice."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.gate = SpatialGate(width)
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.gate(self.conv(self.gate(self.stem(x))))
        return result
