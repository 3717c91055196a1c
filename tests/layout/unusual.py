"""Modules whose drawings are awkward: few or many stages, long names, wide numbers, one axis or three."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CONVS: dict[int, type[nn.Module]] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
NORMS: dict[int, type[nn.Module]] = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}


def conv(axes: int, channels: int, out: int, kernel: int = 3, stride: int = 1) -> nn.Module:
    return CONVS[axes](channels, out, kernel, stride=stride, padding=kernel // 2, bias=False)


class BasicBlock(nn.Module):
    """Two convolutions on any number of axes, with a projection where sizes change."""

    def __init__(self, axes: int, channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1, self.norm1 = conv(axes, channels, out, 3, stride), NORMS[axes](out)
        self.conv2, self.norm2 = conv(axes, out, out), NORMS[axes](out)
        changes = stride != 1 or channels != out
        self.shortcut = nn.Sequential(conv(axes, channels, out, 1, stride), NORMS[axes](out))
        self.shortcut = self.shortcut if changes else nn.Sequential()

    def forward(self, x: Tensor) -> Tensor:
        out = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(out + self.shortcut(x))


class Bottleneck(nn.Module):
    """One block of three convolutions with a projection."""

    def __init__(self, channels: int = 256, width: int = 128, out: int = 512, stride: int = 2) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(2, channels, width, 1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(2, width, width, 3, stride), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = conv(2, width, out, 1), nn.BatchNorm2d(out)
        self.shortcut = nn.Sequential(conv(2, channels, out, 1, stride), nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(out)))))
        return F.relu(out + self.shortcut(x))


class ResNet(nn.Module):
    """Stem, stages of so many channels with so many blocks each, and a head, on 1, 2 or 3 axes."""

    def __init__(self, axes: int, widths: Sequence[int], blocks: int = 2, classes: int = 10) -> None:
        super().__init__()
        self.stem = conv(axes, 3, widths[0], 3)
        stages, channels = [], widths[0]
        for number, width in enumerate(widths):
            first = BasicBlock(axes, channels, width, 1 if number == 0 else 2)
            stages.append(nn.Sequential(first, *(BasicBlock(axes, width, width) for _ in range(blocks - 1))))
            channels = width
        self.stages = nn.Sequential(*stages)
        self.fc = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.stages(self.stem(x))
        result: Tensor = self.fc(out.flatten(2).mean(2))
        return result


class UNet(nn.Module):
    """Four long skips that are concatenated, one in the other."""

    def __init__(self, width: int = 64, levels: int = 4) -> None:
        super().__init__()
        sizes = [width * 2**level for level in range(levels + 1)]
        self.downs = nn.ModuleList([self._pair(a, b) for a, b in zip([3, *sizes], sizes, strict=False)])
        pairs = list(zip(sizes[:0:-1], sizes[-2::-1], strict=True))
        self.ups = nn.ModuleList([nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in pairs])
        self.pairs = nn.ModuleList([self._pair(a, b) for a, b in pairs])
        self.out = nn.Conv2d(width, 2, 1)

    @staticmethod
    def _pair(channels: int, out: int) -> nn.Sequential:
        first = (conv(2, channels, out), nn.BatchNorm2d(out), nn.ReLU())
        return nn.Sequential(*first, conv(2, out, out), nn.BatchNorm2d(out), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for down in self.downs[:-1]:
            x = down(x)
            kept.append(x)
            x = F.max_pool2d(x, 2)
        x = self.downs[-1](x)
        for up, pair in zip(self.ups, self.pairs, strict=True):
            x = pair(torch.cat((kept.pop(), up(x)), 1))
        result: Tensor = self.out(x)
        return result


class ScaledBlock(nn.Module):
    """A block without norms whose branch is scaled before the addition."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(2, channels, channels), nn.ReLU(), conv(2, channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + 0.1 * self.body(x)
        return result


class EDSR(nn.Module):
    """Super-resolution: one long residual connection round all blocks, then pixel shuffle."""

    def __init__(self, channels: int = 64, blocks: int = 16) -> None:
        super().__init__()
        self.head = conv(2, 3, channels)
        held = [ScaledBlock(channels) for _ in range(blocks)]
        self.body = nn.Sequential(*held, conv(2, channels, channels))
        up = (conv(2, channels, 4 * channels), nn.PixelShuffle(2))
        self.tail = nn.Sequential(*up, conv(2, channels, 3))

    def forward(self, x: Tensor) -> Tensor:
        x = self.head(x)
        result: Tensor = self.tail(x + self.body(x))
        return result


class LongNames(nn.Module):
    """Modules whose paths are very long."""

    def __init__(self) -> None:
        super().__init__()
        self.stem_convolution_with_a_descriptive_name = conv(2, 3, 64)
        inner = nn.ModuleDict({"encoder_stage_with_residual_blocks_and_attention": self._blocks(64, 64, 1)})
        inner["another_encoder_stage_at_half_the_resolution"] = self._blocks(64, 128, 2)
        self.hierarchical_feature_extraction_backbone = inner
        self.classification_head_projection = nn.Linear(128, 10)

    @staticmethod
    def _blocks(channels: int, out: int, stride: int) -> nn.Sequential:
        first = BasicBlock(2, channels, out, stride)
        return nn.Sequential(first, *(BasicBlock(2, out, out) for _ in range(3)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem_convolution_with_a_descriptive_name(x)
        for stage in self.hierarchical_feature_extraction_backbone.values():
            x = stage(x)
        result: Tensor = self.classification_head_projection(x.mean((2, 3)))
        return result
