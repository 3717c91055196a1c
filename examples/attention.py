"""A ResNet-50 with an attention module of its own in stages 3 and 4: a model to annotate.

The file attention.figure.toml beside this one names the module in drawings, and highlights it:

    resnet-diagram draw examples/attention.py:attentive_resnet50 -o attention.svg
"""

import torch
from torch import Tensor, nn


class DualAttention(nn.Module):
    """Weights for channels, then for positions."""

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, channels // reduction, 1)
        self.expand = nn.Conv2d(channels // reduction, channels, 1)
        self.position = nn.Conv2d(channels, 1, 7, padding=3, bias=False)
        self.norm = nn.BatchNorm2d(1)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W), as the input."""
        weights = self.expand(torch.relu(self.reduce(self.squeeze(x))))
        x = x * torch.sigmoid(weights)
        return x * torch.sigmoid(self.norm(self.position(x)))


class Bottleneck(nn.Module):
    """1×1, 3×3 and 1×1 convolutions, attention if wanted, and a shortcut round them."""

    def __init__(self, channels: int, width: int, stride: int, *, attention: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.attention = DualAttention(4 * width) if attention else nn.Identity()
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels != 4 * width:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, 4 × width, H / stride, W / stride)."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.attention(self.bn3(self.conv3(y)))
        return self.relu(y + self.shortcut(x))


class AttentiveResNet(nn.Module):
    """A bottleneck ResNet with attention in its last two stages."""

    def __init__(self, depths: tuple[int, ...] = (3, 4, 6, 3), classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
        )
        self.stages = nn.ModuleList()
        channels = 64
        for number, depth in enumerate(depths):
            width = 64 * 2**number
            blocks = []
            for block in range(depth):
                stride = 2 if number and not block else 1
                blocks.append(Bottleneck(channels, width, stride, attention=number >= 2))
                channels = 4 * width
            self.stages.append(nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, classes) for (N, 3, H, W)."""
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        result: Tensor = self.fc(x.mean((2, 3)))
        return result


def attentive_resnet50() -> AttentiveResNet:
    """Return the network with the depths of ResNet-50."""
    return AttentiveResNet()
