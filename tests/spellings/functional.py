"""ResNet without layer modules: functions of tensors, and the weights in one flat collection."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Weights(nn.Module):
    """Convolution kernels, norms and a classifier, taken in the order they are used."""

    def __init__(self) -> None:
        super().__init__()
        self.kernels = nn.ParameterList()
        self.scales = nn.ParameterList()
        self.offsets = nn.ParameterList()
        self.classifier = nn.Parameter(torch.empty(0))

    def add(self, in_channels: int, out_channels: int, kernel: int) -> int:
        """The number of a new convolution with its norm."""
        self.kernels.append(nn.Parameter(torch.empty(out_channels, in_channels, kernel, kernel)))
        self.scales.append(nn.Parameter(torch.ones(out_channels)))
        self.offsets.append(nn.Parameter(torch.zeros(out_channels)))
        self.register_buffer(f"mean{len(self.kernels) - 1}", torch.zeros(out_channels))
        self.register_buffer(f"var{len(self.kernels) - 1}", torch.ones(out_channels))
        return len(self.kernels) - 1

    def conv_norm(self, x: Tensor, number: int, stride: int = 1) -> Tensor:
        kernel = self.kernels[number]
        x = F.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2)
        mean, var = getattr(self, f"mean{number}"), getattr(self, f"var{number}")
        return F.batch_norm(x, mean, var, self.scales[number], self.offsets[number], self.training)


class ResNet(Weights):
    def __init__(self, depths: tuple[int, ...], expansion: int) -> None:
        super().__init__()
        self.stem = self.add(3, 64, 7)
        self.plan: list[tuple[list[int], int | None, int]] = []
        channels = 64
        for stage, depth in enumerate(depths):
            for position in range(depth):
                stride = 2 if stage and not position else 1
                self.plan.append(self.add_block(channels, 64 << stage, (64 << stage) * expansion, stride))
                channels = (64 << stage) * expansion
        self.classifier = nn.Parameter(torch.empty(1000, channels))
        self.bias = nn.Parameter(torch.zeros(1000))

    def add_block(
        self, in_channels: int, width: int, out_channels: int, stride: int
    ) -> tuple[list[int], int | None, int]:
        """The numbers of the convolutions on the branch and on the shortcut, and the stride."""
        if width == out_channels:
            branch = [self.add(in_channels, width, 3), self.add(width, width, 3)]
        else:
            branch = [self.add(in_channels, width, 1), self.add(width, width, 3)]
            branch.append(self.add(width, out_channels, 1))
        changes = stride != 1 or in_channels != out_channels
        return branch, self.add(in_channels, out_channels, 1) if changes else None, stride

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv_norm(x, self.stem, 2))
        x = F.max_pool2d(x, 3, 2, 1)
        for branch, shortcut, stride in self.plan:
            x = self.block(x, branch, shortcut, stride)
        x = x.mean(dim=(2, 3), keepdim=True).flatten(1)
        return F.linear(x, self.classifier, self.bias)

    def block(self, x: Tensor, branch: list[int], shortcut: int | None, stride: int) -> Tensor:
        y = x
        strided = len(branch) - 2
        for place, number in enumerate(branch):
            y = self.conv_norm(y, number, stride if place == strided else 1)
            if place < len(branch) - 1:
                y = F.relu(y)
        return F.relu(y + (x if shortcut is None else self.conv_norm(x, shortcut, stride)))


def resnet18() -> ResNet:
    return ResNet((2, 2, 2, 2), 1)


def resnet34() -> ResNet:
    return ResNet((3, 4, 6, 3), 1)


def resnet50() -> ResNet:
    return ResNet((3, 4, 6, 3), 4)
