"""Models that are no ResNets, for tables."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def conv_norm(channels: tuple[int, int], kernel: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """A convolution that keeps the size at stride 1, norm and ReLU."""
    taken, given = channels
    convolution = nn.Conv2d(taken, given, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(given), nn.ReLU())


class UNet(nn.Module):
    """Two levels down and up again, with long links."""

    def __init__(self) -> None:
        super().__init__()
        self.down1, self.down2 = conv_norm((3, 8)), conv_norm((8, 16))
        self.bottom = conv_norm((16, 32))
        self.up2, self.up1 = nn.ConvTranspose2d(32, 16, 2, 2), nn.ConvTranspose2d(16, 8, 2, 2)
        self.join2, self.join1 = conv_norm((32, 16)), conv_norm((16, 8))
        self.last = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        c = self.bottom(F.max_pool2d(b, 2))
        c = self.join2(torch.cat([b, self.up2(c)], 1))
        y: Tensor = self.last(self.join1(torch.cat([a, self.up1(c)], 1)))
        return y


class Residual(nn.Module):
    """Two convolutions of any dimension and a shortcut."""

    def __init__(self, taken: int, given: int, stride: int, dims: int) -> None:
        super().__init__()
        conv = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[dims]
        norm = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}[dims]
        self.branch = nn.Sequential(
            conv(taken, given, 3, stride, 1, bias=False), norm(given), nn.ReLU(),
            conv(given, given, 3, 1, 1, bias=False), norm(given),
        )  # fmt: skip
        same = stride == 1 and taken == given
        self.way = nn.Identity() if same else nn.Sequential(conv(taken, given, 1, stride), norm(given))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.branch(x) + self.way(x))


class Signal(nn.Module):
    """A residual network over one dimension."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv1d(2, 8, 7, 2, 3)
        self.layer1 = nn.Sequential(Residual(8, 8, 1, 1), Residual(8, 8, 1, 1))
        self.layer2 = nn.Sequential(Residual(8, 16, 2, 1), Residual(16, 16, 1, 1))
        self.fc = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer2(self.layer1(F.relu(self.stem(x))))
        y: Tensor = self.fc(x.mean(-1))
        return y


class Volume(nn.Module):
    """A residual network over three dimensions."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv3d(1, 8, (3, 7, 7), (1, 2, 2), (1, 3, 3))
        self.layer1 = nn.Sequential(Residual(8, 8, 1, 3), Residual(8, 16, 2, 3))
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer1(F.relu(self.stem(x)))
        y: Tensor = self.head(F.adaptive_avg_pool3d(x, 1).flatten(1))
        return y


class Dense(nn.Module):
    """Two layers whose output is joined to their input, and a transition."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv_norm((3, 8), 7, 2)
        self.first = nn.ModuleList([conv_norm((8, 4)), conv_norm((12, 4))])
        self.transition = nn.Conv2d(16, 8, 1)
        self.second = nn.ModuleList([conv_norm((8, 4)), conv_norm((12, 4)), conv_norm((16, 4))])
        self.fc = nn.Linear(20, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(self.stem(x), 3, 2, 1)
        for layer in self.first:
            x = torch.cat([x, layer(x)], 1)
        x = F.avg_pool2d(self.transition(x), 2)
        for layer in self.second:
            x = torch.cat([x, layer(x)], 1)
        y: Tensor = self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
        return y


class Inverted(nn.Module):
    """Inverted bottlenecks; the first of each stage has no shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv_norm((3, 8), 3, 2)
        self.stage1 = nn.Sequential(Expand(8, 16, 2), Expand(16, 16, 1), Expand(16, 16, 1))
        self.stage2 = nn.Sequential(Expand(16, 24, 2), Expand(24, 24, 1))
        self.fc = nn.Linear(24, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stage2(self.stage1(self.stem(x)))
        y: Tensor = self.fc(x.mean((2, 3)))
        return y


class Expand(nn.Module):
    """Widen, filter each channel, narrow."""

    def __init__(self, taken: int, given: int, stride: int) -> None:
        super().__init__()
        wide = 4 * taken
        self.widen, self.filter = conv_norm((taken, wide), 1), conv_norm((wide, wide), 3, stride, wide)
        self.narrow = nn.Conv2d(wide, given, 1)
        self.adds = stride == 1 and taken == given

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.narrow(self.filter(self.widen(x)))
        return x + y if self.adds else y


class Branches(nn.Module):
    """Branches side by side, one of which parts again."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = conv_norm((3, 8), 1), conv_norm((3, 4), 1)
        self.c, self.d = nn.Conv2d(4, 6, (1, 3), padding=(0, 1)), nn.Conv2d(4, 6, (3, 1), padding=(1, 0))
        self.fc = nn.Linear(20, 3)

    def forward(self, x: Tensor) -> Tensor:
        b = self.b(x)
        joined = torch.cat([self.a(x), torch.cat([self.c(b), self.d(b)], 1)], 1)
        y: Tensor = self.fc(joined.mean((2, 3)))
        return y


class Perceptron(nn.Module):
    """Linear layers only."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3)
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return y


class Tokens(nn.Module):
    """A transformer over embedded tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(100, 32)
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False)
        self.head = nn.Linear(32, 100)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(self.encoder(self.embedding(x)))
        return y


class Enlarge(nn.Module):
    """Super-resolution: residual blocks at one size, then a larger picture."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, padding=1)
        self.body = nn.Sequential(*(Residual(16, 16, 1, 2) for _ in range(4)))
        self.wider = nn.Conv2d(16, 64, 3, padding=1)
        self.last = nn.Conv2d(16, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(self.first(x))
        y: Tensor = self.last(F.pixel_shuffle(self.wider(x), 2))
        return y


class Nothing(nn.Module):
    """Hands its input on."""

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x)


MODELS: dict[str, tuple[type[nn.Module], str]] = {
    "unet": (UNet, "3x32x32"),
    "signal": (Signal, "2x256"),
    "volume": (Volume, "1x8x32x32"),
    "dense": (Dense, "3x64x64"),
    "inverted": (Inverted, "3x32x32"),
    "branches": (Branches, "3x16x16"),
    "perceptron": (Perceptron, "20"),
    "tokens": (Tokens, "16:int64"),
    "enlarge": (Enlarge, "3x24x24"),
    "nothing": (Nothing, "3x8x8"),
}
"""Each with the shape of its input."""
