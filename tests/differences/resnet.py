"""A ResNet with switches for the mistakes people make when they write one."""

from dataclasses import dataclass
from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Mistakes:
    """What is done wrong; by default nothing."""

    projection_in_stage_1: bool = True
    stride_in_first: bool = False
    relu_after: bool = True
    relu_before: bool = False
    expansion: int = 4
    projection_norm: bool = True
    blocks: tuple[int, ...] = (3, 4, 6, 3)
    max_pool: bool = True
    bias: bool = False
    zero_pad: bool = False


class Block(nn.Module):
    """A bottleneck block."""

    def __init__(
        self, channels: int, width: int, stride: int, mistakes: Mistakes, *, first: bool, stage: int
    ) -> None:
        super().__init__()
        out = width * mistakes.expansion
        strides = (stride, 1) if mistakes.stride_in_first else (1, stride)
        self.conv1 = nn.Conv2d(channels, width, 1, strides[0], bias=mistakes.bias)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, strides[1], padding=1, bias=mistakes.bias)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out, 1, bias=mistakes.bias)
        self.bn3 = nn.BatchNorm2d(out)
        self.mistakes, self.stride, self.missing = mistakes, stride, out - channels
        wanted = first and (stage > 1 or mistakes.projection_in_stage_1)
        self.shortcut: nn.Module | None = None
        if wanted and not mistakes.zero_pad:
            conv = nn.Conv2d(channels, out, 1, stride, bias=mistakes.bias)
            self.shortcut = nn.Sequential(conv, *([nn.BatchNorm2d(out)] if mistakes.projection_norm else []))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        if self.mistakes.relu_before:
            y = F.relu(y)
        way = self.shortcut(x) if self.shortcut is not None else x
        if self.mistakes.zero_pad and (self.stride > 1 or self.missing):
            way = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.missing))
        total = y + way
        return F.relu(total) if self.mistakes.relu_after else total


class ResNet(nn.Module):
    """ResNet-50, or what the mistakes make of it."""

    def __init__(self, mistakes: Mistakes) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=mistakes.bias)
        self.bn1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, 2, padding=1) if mistakes.max_pool else nn.Identity()
        channels = 64
        stages = []
        for number, count in enumerate(mistakes.blocks, 1):
            width = 32 * 2**number
            blocks = []
            for at in range(count):
                stride = 2 if at == 0 and number > 1 else 1
                blocks.append(Block(channels, width, stride, mistakes, first=at == 0, stage=number))
                channels = width * mistakes.expansion
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.Sequential(*stages)
        self.fc = nn.Linear(channels, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stages(self.pool(F.relu(self.bn1(self.conv1(x)))))
        return cast(Tensor, self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1)))
