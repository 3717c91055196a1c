"""ResNet as a single `nn.Sequential`: stem, all blocks and classifier side by side."""

from collections.abc import Iterator

from torch import Tensor, nn


class Add(nn.Module):
    """The sum of a branch and a shortcut, then ReLU."""

    def __init__(self, branch: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.branch = branch
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.branch(x) + self.shortcut(x)
        return y.relu_()


def unit(in_channels: int, out_channels: int, kernel: int, stride: int = 1, relu: bool = True) -> nn.Module:
    layers: list[nn.Module] = [
        nn.Conv2d(in_channels, out_channels, kernel, stride, (kernel - 1) // 2, bias=False),
        nn.BatchNorm2d(out_channels),
    ]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


def block(in_channels: int, width: int, out_channels: int, stride: int) -> Add:
    if width == out_channels:
        branch = nn.Sequential(unit(in_channels, width, 3, stride), unit(width, width, 3, relu=False))
    else:
        branch = nn.Sequential(
            unit(in_channels, width, 1),
            unit(width, width, 3, stride),
            unit(width, out_channels, 1, relu=False),
        )
    changes = stride != 1 or in_channels != out_channels
    return Add(branch, unit(in_channels, out_channels, 1, stride, relu=False) if changes else nn.Identity())


def modules(depths: tuple[int, ...], expansion: int) -> Iterator[nn.Module]:
    yield unit(3, 64, 7, 2)
    yield nn.MaxPool2d(3, 2, padding=1)
    channels = 64
    for stage, depth in enumerate(depths):
        width = 64 << stage
        for position in range(depth):
            yield block(channels, width, width * expansion, 2 if stage and not position else 1)
            channels = width * expansion
    yield nn.AdaptiveAvgPool2d(1)
    yield nn.Flatten()
    yield nn.Linear(channels, 1000)


def resnet18() -> nn.Sequential:
    return nn.Sequential(*modules((2, 2, 2, 2), 1))


def resnet34() -> nn.Sequential:
    return nn.Sequential(*modules((3, 4, 6, 3), 1))


def resnet50() -> nn.Sequential:
    return nn.Sequential(*modules((3, 4, 6, 3), 4))
