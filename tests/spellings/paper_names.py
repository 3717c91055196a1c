"""ResNet with the paper's names, `conv1` to `conv5_x`; branch and shortcut of a block are sequences."""

from torch import Tensor, nn


def conv_norm(in_channels: int, out_channels: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(in_channels, out_channels, kernel, stride, padding=kernel // 2, bias=False)
    return [conv, nn.BatchNorm2d(out_channels)]


class Residual(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, stride: int, function: list[nn.Module]) -> None:
        super().__init__()
        self.residual_function = nn.Sequential(*function)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(*conv_norm(in_channels, out_channels, 1, stride))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.residual_function(x) + self.shortcut(x))
        return y


def basic(in_channels: int, channels: int, stride: int) -> Residual:
    first = conv_norm(in_channels, channels, 3, stride)
    function = [*first, nn.ReLU(inplace=True), *conv_norm(channels, channels, 3)]
    return Residual(in_channels, channels, stride, function)


def bottleneck(in_channels: int, channels: int, stride: int) -> Residual:
    function = [
        *conv_norm(in_channels, channels, 1),
        nn.ReLU(inplace=True),
        *conv_norm(channels, channels, 3, stride),
        nn.ReLU(inplace=True),
        *conv_norm(channels, channels * 4, 1),
    ]
    return Residual(in_channels, channels * 4, stride, function)


class ResNet(nn.Module):
    """`conv2_x` begins with the max pooling, as in the paper's table."""

    def __init__(self, bottlenecks: bool, depths: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.make = bottleneck if bottlenecks else basic
        self.expansion = 4 if bottlenecks else 1
        self.conv1 = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True)
        )
        self.pool = nn.MaxPool2d(3, 2, padding=1)
        out = self.expansion
        self.conv2_x = self._stage(64, 64, depths[0], 1)
        self.conv3_x = self._stage(64 * out, 128, depths[1], 2)
        self.conv4_x = self._stage(128 * out, 256, depths[2], 2)
        self.conv5_x = self._stage(256 * out, 512, depths[3], 2)
        self.avg_pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * out, 1000)

    def _stage(self, in_channels: int, channels: int, depth: int, stride: int) -> nn.Sequential:
        blocks = [self.make(in_channels, channels, stride)]
        blocks += [self.make(channels * self.expansion, channels, 1) for _ in range(depth - 1)]
        return nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> Tensor:
        output = self.pool(self.conv1(x))
        output = self.conv2_x(output)
        output = self.conv3_x(output)
        output = self.conv4_x(output)
        output = self.conv5_x(output)
        output = self.avg_pool(output)
        output = output.reshape(output.shape[0], -1)
        logits: Tensor = self.fc(output)
        return logits


def resnet18() -> ResNet:
    return ResNet(False, (2, 2, 2, 2))


def resnet34() -> ResNet:
    return ResNet(False, (3, 4, 6, 3))


def resnet50() -> ResNet:
    return ResNet(True, (3, 4, 6, 3))
