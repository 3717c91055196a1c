"""A small residual network whose function can be changed in one place."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Norm = Callable[[int], nn.Module]
Sum = Callable[[Tensor, Tensor], Tensor]

SUMS: dict[str, Sum] = {
    "y + x": lambda y, x: y + x,
    "x + y": lambda y, x: x + y,
    "add(x, y)": lambda y, x: torch.add(x, y),
    "y - x": lambda y, x: y - x,
    "sub": lambda y, x: y.sub(x),
    "y + -x": lambda y, x: y + -x,
    "add alpha=-1": lambda y, x: torch.add(y, x, alpha=-1),
    "x - y": lambda y, x: x - y,
    "rsub": lambda y, x: torch.rsub(y, x),
    "x + 0.2 * y": lambda y, x: x + 0.2 * y,
    "y * 0.2 + x": lambda y, x: y * 0.2 + x,
    "y / 5 + x": lambda y, x: y / 5 + x,
    "add alpha=0.2": lambda y, x: torch.add(x, y, alpha=0.2),
    "0.5 * x + y": lambda y, x: 0.5 * x + y,
    "(y + x) / 2": lambda y, x: (y + x) / 2,
    "0.5 * (x + y)": lambda y, x: 0.5 * (x + y),
    "gated": lambda y, x: x + y * torch.sigmoid(y.mean((2, 3), keepdim=True)),
    "hard gate": lambda y, x: x + y * F.hardsigmoid(y.mean((2, 3), keepdim=True)),
    "inner sum": lambda y, x: x + F.relu(y + torch.sin(F.avg_pool2d(y, 3, 1, 1))),
    "inner difference": lambda y, x: x + F.relu(y - torch.sin(F.avg_pool2d(y, 3, 1, 1))),
}
"""Ways to join the branch `y` and the shortcut `x`."""


class Block(nn.Module):
    """A basic block."""

    def __init__(self, channels: int, norm: Norm, act: nn.Module, join: Sum, dropout: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm1 = norm(channels)
        self.act = act
        self.dropout = nn.Dropout(dropout)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = norm(channels)
        self.join = join

    def forward(self, x: Tensor) -> Tensor:
        y = self.dropout(self.act(self.norm1(self.conv1(x))))
        return self.act(self.join(self.norm2(self.conv2(y)), x))  # type: ignore[no-any-return]


class Small(nn.Module):
    """Two blocks between a convolution and a classifier."""

    def __init__(
        self,
        norm: Norm = nn.BatchNorm2d,
        act: nn.Module | None = None,
        join: str = "y + x",
        dropout: float = 0.0,
        last: nn.Module | None = None,
        classes: int = 10,
    ) -> None:
        super().__init__()
        make = partial(Block, 8, norm, act or nn.ReLU(), SUMS[join], dropout)
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.body = nn.Sequential(make(), make())
        self.last = last or nn.Identity()
        self.fc = nn.Linear(8, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.head(self.last(self.body(self.conv(x)))))  # type: ignore[no-any-return]

    def head(self, x: Tensor) -> Tensor:
        """Pool over all positions."""
        return torch.flatten(F.adaptive_avg_pool2d(x, 1), 1)


class MeanHead(Small):
    """The same network; its head is written as a mean."""

    def head(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


class KeptMeanHead(Small):
    """The same network; its head is written as two means."""

    def head(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, x.shape[-2:]).view(-1, 8)
