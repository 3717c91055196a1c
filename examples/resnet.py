"""Residual networks in plain PyTorch, as the papers describe them.

A residual block computes `y = F(x) + shortcut(x)`. Where the branch F changes the resolution or the number of
channels, the shortcut has to follow. The first paper names three ways:

    option A  take every second position and pad the new channels with zeros (no weights)
    option B  a 1×1 convolution where the sizes differ, the input itself elsewhere
    option C  a 1×1 convolution everywhere

The plain networks it is compared with have the same convolutions and no shortcuts.

K. He, X. Zhang, S. Ren, J. Sun: Deep Residual Learning for Image Recognition, 2015 (ResNet).
K. He, X. Zhang, S. Ren, J. Sun: Identity Mappings in Deep Residual Networks, 2016 (pre-activation).
S. Zagoruyko, N. Komodakis: Wide Residual Networks, 2016.
"""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import torch.nn.functional as F
from torch import Tensor, nn


class BlockFactory(Protocol):
    """Makes a block of the given input channels, channels, stride and shortcut option."""

    def __call__(self, in_channels: int, channels: int, stride: int, option: str) -> nn.Module: ...


def conv3x3(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """A 3×3 convolution that keeps the resolution, or divides it by the stride."""
    return nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False)


def conv1x1(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """A 1×1 convolution: a linear map of the channels at each position."""
    return nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False)


class ZeroPadding(nn.Module):
    """The shortcut of option A: every `stride`-th position, and zeros for the channels that are missing."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.missing = out_channels - in_channels

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, :: self.stride, :: self.stride]
        front = self.missing // 2
        return F.pad(x, (0, 0, 0, 0, front, self.missing - front))


def make_shortcut(in_channels: int, out_channels: int, stride: int, option: str) -> nn.Module | None:
    """The way round the branch of a block; None is the identity."""
    same_size = stride == 1 and in_channels == out_channels
    if same_size and option != "C":
        return None
    if option == "A":
        return ZeroPadding(in_channels, out_channels, stride)
    return nn.Sequential(conv1x1(in_channels, out_channels, stride), nn.BatchNorm2d(out_channels))


class BasicBlock(nn.Module):
    """Two 3×3 convolutions."""

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1, option: str = "B") -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = make_shortcut(in_channels, channels, stride, option)

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.shortcut is None else self.shortcut(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        total: Tensor = self.relu(out + identity)
        return total


class PlainBlock(nn.Module):
    """The convolutions of the basic block without a shortcut; `option` has nothing to choose."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1, option: str = "B") -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(x)))  # type: ignore[no-any-return]


class Bottleneck(nn.Module):
    """A 1×1 convolution narrows the channels, a 3×3 works on few of them, a 1×1 widens them again.

    The paper has the stride in the first convolution (v1). Most later code has it in the 3×3 convolution,
    which drops no positions unseen and is a little more accurate (v1.5).
    """

    expansion = 4

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, option: str = "B", stride_first: bool = False
    ) -> None:
        super().__init__()
        out_channels = channels * self.expansion
        first, middle = (stride, 1) if stride_first else (1, stride)
        self.conv1 = conv1x1(in_channels, channels, first)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, middle)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = conv1x1(channels, out_channels)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = make_shortcut(in_channels, out_channels, stride, option)

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.shortcut is None else self.shortcut(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        total: Tensor = self.relu(out + identity)
        return total


class PreActBlock(nn.Module):
    """Norm and ReLU stand before each convolution, and nothing stands behind the addition.

    From one block to the next the input then travels unchanged. A projection takes its input after the
    first norm and ReLU; the identity takes it before.
    """

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1, option: str = "B") -> None:
        super().__init__()
        out_channels = channels * self.expansion
        layers: list[nn.Module] = []
        width = in_channels
        for conv in self.convolutions(in_channels, channels, stride):
            layers += [nn.BatchNorm2d(width), nn.ReLU(inplace=bool(layers)), conv]
            width = conv.out_channels
        self.before = nn.Sequential(*layers[:2])
        self.branch = nn.Sequential(*layers[2:])
        self.shortcut: nn.Module | None = None
        if stride != 1 or in_channels != out_channels or option == "C":
            self.shortcut = (
                ZeroPadding(in_channels, out_channels, stride)
                if option == "A"
                else conv1x1(in_channels, out_channels, stride)
            )

    def convolutions(self, in_channels: int, channels: int, stride: int) -> list[nn.Conv2d]:
        """The convolutions of the branch."""
        return [conv3x3(in_channels, channels, stride), conv3x3(channels, channels)]

    def forward(self, x: Tensor) -> Tensor:
        active = self.before(x)
        identity = x if self.shortcut is None else self.shortcut(active)
        out: Tensor = self.branch(active) + identity
        return out


class PreActBottleneck(PreActBlock):
    """The bottleneck with norm and ReLU before each convolution."""

    expansion = 4

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, option: str = "B", stride_first: bool = False
    ) -> None:
        self.stride_first = stride_first
        super().__init__(in_channels, channels, stride, option)

    def convolutions(self, in_channels: int, channels: int, stride: int) -> list[nn.Conv2d]:
        first, middle = (stride, 1) if self.stride_first else (1, stride)
        return [
            conv1x1(in_channels, channels, first),
            conv3x3(channels, channels, middle),
            conv1x1(channels, channels * self.expansion),
        ]


class ResNet(nn.Module):
    """A stem, stages of blocks, and a classifier.

    From stage to stage the channels double and the resolution halves.
    `small_images` takes the stem for 32×32 pictures; `width` are the channels of the first stage.
    """

    def __init__(
        self,
        block: BlockFactory,
        depths: Sequence[int],
        num_classes: int = 1000,
        *,
        expansion: int = 1,
        option: str = "B",
        width: int = 64,
        small_images: bool = False,
        pre_activation: bool = False,
    ) -> None:
        super().__init__()
        self.in_channels = 16 if small_images else 64
        self.expansion = expansion
        self.stem = self._make_stem(small_images, pre_activation)
        self.stages = len(depths)
        for number, depth in enumerate(depths):
            stride = 1 if number == 0 else 2
            stage = self._make_layer(block, width * 2**number, depth, stride, option)
            setattr(self, f"layer{number + 1}", stage)
        # With pre-activation, the sum that leaves the last block has met no norm and no ReLU yet.
        self.last = nn.Sequential()
        if pre_activation:
            self.last = nn.Sequential(nn.BatchNorm2d(self.in_channels), nn.ReLU(inplace=True))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(self.in_channels, num_classes)
        self._initialise()

    def _make_stem(self, small_images: bool, pre_activation: bool) -> nn.Sequential:
        channels = self.in_channels
        if small_images:
            stem: list[nn.Module] = [conv3x3(3, channels)]
        else:
            stem = [nn.Conv2d(3, channels, kernel_size=7, stride=2, padding=3, bias=False)]
        if not pre_activation:
            stem += [nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
        if not small_images:
            stem.append(nn.MaxPool2d(kernel_size=3, stride=2, padding=1))
        return nn.Sequential(*stem)

    def _make_layer(
        self, block: BlockFactory, channels: int, depth: int, stride: int, option: str
    ) -> nn.Sequential:
        """One stage: its first block changes resolution and channels, the others keep them."""
        blocks = []
        for position in range(depth):
            blocks.append(block(self.in_channels, channels, stride if position == 0 else 1, option))
            self.in_channels = channels * self.expansion
        return nn.Sequential(*blocks)

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for number in range(self.stages):
            x = getattr(self, f"layer{number + 1}")(x)
        x = self.avgpool(self.last(x))
        return self.fc(x.flatten(1))  # type: ignore[no-any-return]


# -- networks for ImageNet -------------------------------------------------------------------------------

DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def resnet(
    depth: int = 152, num_classes: int = 1000, *, option: str = "B", stride_first: bool = False
) -> ResNet:
    """ResNet-18 or -34 of basic blocks, or ResNet-50, -101 or -152 of bottlenecks."""
    if depth not in DEPTHS:
        raise ValueError(f"depth is {depth}; there are {', '.join(map(str, DEPTHS))}")
    if depth < 50:
        return ResNet(BasicBlock, DEPTHS[depth], num_classes, option=option)
    block = partial(Bottleneck, stride_first=stride_first)
    return ResNet(block, DEPTHS[depth], num_classes, option=option, expansion=Bottleneck.expansion)


resnet18 = partial(resnet, 18)
resnet34 = partial(resnet, 34)
resnet50 = partial(resnet, 50)
resnet101 = partial(resnet, 101)
resnet152 = partial(resnet, 152)


def plain(depth: int = 34, num_classes: int = 1000) -> ResNet:
    """ResNet-18 or -34 without its shortcuts."""
    return ResNet(PlainBlock, DEPTHS[depth], num_classes)


plain18 = partial(plain, 18)
plain34 = partial(plain, 34)

# The stride where the first paper has it, in the first 1×1 convolution.
resnet50_v1 = partial(resnet, 50, stride_first=True)
resnet101_v1 = partial(resnet, 101, stride_first=True)
resnet152_v1 = partial(resnet, 152, stride_first=True)


# -- networks for CIFAR-10, 32×32 pictures ---------------------------------------------------------------


def cifar_resnet(depth: int = 20, num_classes: int = 10, *, option: str = "A") -> ResNet:
    """Three stages of (depth - 2) / 6 basic blocks with 16, 32 and 64 channels."""
    return ResNet(
        BasicBlock, ((depth - 2) // 6,) * 3, num_classes, option=option, width=16, small_images=True
    )


def preact_resnet(depth: int = 110, num_classes: int = 10, *, widen: int = 1) -> ResNet:
    """Three stages of pre-activation basic blocks, `widen` times as wide as usual."""
    depths = ((depth - 2) // 6,) * 3
    return ResNet(PreActBlock, depths, num_classes, width=16 * widen, small_images=True, pre_activation=True)


def preact_bottleneck_resnet(depth: int = 164, num_classes: int = 10) -> ResNet:
    """Three stages of (depth - 2) / 9 pre-activation bottlenecks, stride in the first convolution."""
    return ResNet(
        partial(PreActBottleneck, stride_first=True),
        ((depth - 2) // 9,) * 3,
        num_classes,
        expansion=PreActBottleneck.expansion,
        width=16,
        small_images=True,
        pre_activation=True,
    )


resnet20 = partial(cifar_resnet, 20)
resnet32 = partial(cifar_resnet, 32)
resnet44 = partial(cifar_resnet, 44)
resnet56 = partial(cifar_resnet, 56)
resnet110 = partial(cifar_resnet, 110)
resnet1202 = partial(cifar_resnet, 1202)

preact_resnet110 = partial(preact_resnet, 110)
preact_resnet164 = partial(preact_bottleneck_resnet, 164)
preact_resnet1001 = partial(preact_bottleneck_resnet, 1001)

# 28 counts the three projections too, hence 26 here: 4 blocks in each stage.
wrn_28_10 = partial(preact_resnet, 26, widen=10)
