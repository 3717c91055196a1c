"""Blocks whose ways round their branches are unusual; each says what a trace of it must find."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.tracer.models.awkward import InPlaceBlock, conv_norm


def branch(channels: int, out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(conv_norm(channels, out, stride), nn.ReLU(), conv_norm(out, out))


class TwoWays(nn.Module):
    """A branch and another way round it, added."""

    def __init__(self, main: nn.Module, short: nn.Module | None = None) -> None:
        super().__init__()
        self.main = main
        self.short = short

    def forward(self, x: Tensor) -> Tensor:
        around = x if self.short is None else self.short(x)
        return F.relu(self.main(x) + around)


class PadThenPool(nn.Module):
    """Option A: channels are padded first, then pooled."""

    def forward(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(F.pad(x, (0, 0, 0, 0, 2, 2)), 1, 2)


class Twice(nn.Module):
    """A block that adds its input and a projection of it."""

    def __init__(self, channels: int = 4) -> None:
        super().__init__()
        self.main = branch(channels, channels)
        self.short = conv_norm(channels, channels, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.main(x) + self.short(x) + x
        return result


class PartialSum(nn.Module):
    """The input is added to some channels of a wider branch (ReXNet), in one of several spellings."""

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.spelling = spelling
        self.main = branch(4, 6)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.main(x)
        match self.spelling:
            case "cat":
                return torch.cat([y[:, :4] + x, y[:, 4:]], 1)
            case "in place":
                y[:, :4] += x
                return F.relu(y)
            case "through a view":
                part = y[:, 2:]
                part.add_(x)
                return F.relu(y)
        raise ValueError(self.spelling)


PARTIAL = ("cat", "in place", "through a view")


class ReadInPart(nn.Module):
    """The input is added to the first channels of a branch, the rest of which nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.main = branch(4, 6)

    def forward(self, x: Tensor) -> Tensor:
        part = self.main(x)[:, :4]
        part.add_(x)
        return F.relu(part)


class ForeignPartialSum(nn.Module):
    """The parts of the branch change places behind the addition: no padding of the input gives this."""

    def __init__(self) -> None:
        super().__init__()
        self.main = branch(4, 6)

    def forward(self, x: Tensor) -> Tensor:
        y = self.main(x)
        return torch.cat([y[:, 4:], y[:, :4] + x], 1)


class Res2Net(nn.Module):
    """Channel groups, each convolved together with the one before, inside a bottleneck.

    `growing`: each group is concatenated with those before as soon as it is there, as the first code did;
    `last`: the group that is not convolved is the last.
    """

    def __init__(
        self, channels: int = 16, groups: int = 4, *, growing: bool = False, last: bool = False
    ) -> None:
        super().__init__()
        self.size, self.growing, self.last = channels // groups, growing, last
        self.inner = conv_norm(channels, channels, kernel=1)
        self.convs = nn.ModuleList([conv_norm(self.size, self.size) for _ in range(groups - 1)])
        self.outer = conv_norm(channels, channels, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        groups = list(torch.split(F.relu(self.inner(x)), self.size, 1))
        plain = groups.pop(-1 if self.last else 0)
        values: list[Tensor] = []
        for conv, group in zip(self.convs, groups, strict=True):
            values.append(F.relu(conv(group + values[-1] if values else group)))
        values = [*values, plain] if self.last else [plain, *values]
        joined = values[0]
        for value in values[1:] if self.growing else ():
            joined = torch.cat((joined, value), 1)
        return F.relu(self.outer(joined if self.growing else torch.cat(values, 1)) + x)


class SelectiveKernel(nn.Module):
    """Two convolutions, weighed against each other by a softmax, inside a residual block."""

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.paths = nn.ModuleList([conv_norm(channels, channels, kernel=k) for k in (3, 5)])
        self.squeeze = nn.Conv2d(channels, 4, 1)
        self.select = nn.Conv2d(4, 2 * channels, 1)
        self.last = conv_norm(channels, channels, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        found = torch.stack([F.relu(path(x)) for path in self.paths], 1)
        pooled = found.sum(1).mean((2, 3), keepdim=True)
        weights = self.select(F.relu(self.squeeze(pooled))).view(x.shape[0], 2, -1, 1, 1).softmax(1)
        return F.relu(self.last((found * weights).sum(1)) + x)


class DenseResidual(nn.Module):
    """Densely connected convolutions inside a scaled residual connection (ESRGAN)."""

    def __init__(self, channels: int = 8, growth: int = 4) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(channels + i * growth, growth, 3, 1, 1) for i in range(3)])
        self.last = nn.Conv2d(channels + 3 * growth, channels, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        found = [x]
        for conv in self.convs:
            found.append(F.leaky_relu(conv(torch.cat(found, 1)), 0.2))
        result: Tensor = x + 0.2 * self.last(torch.cat(found, 1))
        return result


class NestedDense(nn.Module):
    """Dense residual blocks in a scaled residual connection, in a global one."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, 1, 1)
        self.groups = nn.ModuleList([nn.Sequential(DenseResidual(), DenseResidual()) for _ in range(2)])
        self.last = nn.Conv2d(8, 8, 3, 1, 1)
        self.up = nn.Sequential(nn.Conv2d(8, 12, 3, 1, 1), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        y = x
        for group in self.groups:
            y = y + 0.2 * group(y)
        result: Tensor = self.up(x + self.last(y))
        return result


class StochasticDepth(nn.Module):
    """Each image drops the branch by a coin of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.main = branch(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.main(x)
        coin = y.new_empty(y.shape[0], 1, 1, 1).bernoulli_(0.8)
        return x + y * coin.div(0.8)


class DualPath(nn.Module):
    """One part of the channels is summed, the other concatenated."""

    def __init__(self, depth: int = 2) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 12, 3, 1, 1)
        self.blocks = nn.ModuleList([branch(12 + 4 * i, 12) for i in range(depth)])

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        summed, joined = x[:, :8], x[:, 8:]
        for block in self.blocks:
            y = block(torch.cat([summed, joined], 1))
            summed = summed + y[:, :8]
            joined = torch.cat([joined, y[:, 8:]], 1)
        return torch.cat([summed, joined], 1)


class Exchange(nn.Module):
    """Two resolutions that exchange what they found (HRNet)."""

    def __init__(self) -> None:
        super().__init__()
        self.high = InPlaceBlock(4)
        self.down = nn.Conv2d(4, 4, 3, 2, 1)
        self.low = InPlaceBlock(4)
        self.to_high = nn.Conv2d(4, 4, 1)
        self.to_low = nn.Conv2d(4, 4, 3, 2, 1)
        self.last = nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        high, low = self.high(x), self.low(self.down(x))
        mixed = high + F.interpolate(self.to_high(low), scale_factor=2.0)
        low = low + self.to_low(high)
        result: Tensor = self.last(torch.cat([mixed, F.interpolate(low, scale_factor=2.0)], 1))
        return result


class OneShot(nn.Module):
    """Layers in a row, all of which are concatenated once, inside a residual connection (VoVNet)."""

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.convs = nn.ModuleList([conv_norm(channels, channels) for _ in range(3)])
        self.last = nn.Conv2d(4 * channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        found = [x]
        for conv in self.convs:
            found.append(F.relu(conv(found[-1])))
        result: Tensor = self.last(torch.cat(found, 1)) + x
        return result


class ByName(nn.Module):
    """Blocks in a dictionary, run in an order of their own."""

    def __init__(self) -> None:
        super().__init__()
        parts = {"last": TwoWays(branch(8, 8)), "first": TwoWays(branch(3, 8), conv_norm(3, 8, kernel=1))}
        self.blocks = nn.ModuleDict(parts)

    def forward(self, x: Tensor) -> Tensor:
        for name in ("first", "last"):
            x = self.blocks[name](x)
        return x


class Volume(nn.Module):
    """A residual block in three dimensions, with a strided projection."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv3d(2, 4, 3, 2, 1)
        self.b = nn.Conv3d(4, 4, 3, 1, 1)
        self.short = nn.Sequential(nn.Conv3d(2, 4, 1, 2), nn.BatchNorm3d(4))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.b(F.relu(self.a(x))) + self.short(x))


class Perceptron(nn.Module):
    """A residual multilayer perceptron whose width changes: a linear layer goes round."""

    def __init__(self) -> None:
        super().__init__()
        widths = ((8, 16), (16, 16))
        self.blocks = nn.ModuleList(
            [
                TwoWays(
                    nn.Sequential(nn.Linear(a, b), nn.ReLU(), nn.Linear(b, b)),
                    None if a == b else nn.Linear(a, b),
                )
                for a, b in widths
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x


class Generator(nn.Module):
    """Down, residual blocks padded by reflection, up (image translation)."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, 2, 1)
        inner = [nn.ReflectionPad2d(1), nn.Conv2d(8, 8, 3), nn.InstanceNorm2d(8), nn.ReLU()]
        self.blocks = nn.ModuleList([nn.Sequential(*inner, *inner[:3]) for _ in range(3)])
        self.up = nn.ConvTranspose2d(8, 3, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.down(x)
        for block in self.blocks:
            x = x + block(x)
        return torch.tanh(self.up(x))


class Enlarged(nn.Module):
    """The network adds to an enlarged copy of its input (super-resolution)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, 1, 1)
        self.body = nn.Sequential(InPlaceBlock(), InPlaceBlock())
        self.up = nn.Sequential(nn.Conv2d(8, 12, 3, 1, 1), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        large = F.interpolate(x, scale_factor=2.0, mode="bicubic")
        result: Tensor = self.up(self.body(self.first(x))) + large
        return result


class HeadedBranch(nn.Module):
    """The branch is a sequence that begins with an in-place ReLU, which rectifies the shortcut too."""

    def __init__(self, inplace: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, 1, 1)
        parts = [nn.ReLU(inplace), nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU(inplace), nn.Conv2d(8, 8, 3, 1, 1)]
        self.block = Around(nn.Sequential(*parts))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.block(self.first(x))
        return result


class Around(nn.Module):
    """A module and a way round it."""

    def __init__(self, main: nn.Module) -> None:
        super().__init__()
        self.main = main

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.main(x) + x
        return result


class Positions(nn.Module):
    """Positions computed from the input are added to it: one weighted layer, and nothing that rectifies."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Conv2d(3, 8, 1)
        self.right = nn.Conv2d(3, 8, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.left(x) + self.right(x)
        return result


class Coupling(nn.Module):
    """Each half of the channels is added to what is computed from the other (reversible networks)."""

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.spelling = spelling
        self.left = branch(4, 4)
        self.right = branch(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        a, b = x.chunk(2, 1)
        if self.spelling == "contiguous":
            a, b = a.contiguous(), b.contiguous()
        if self.spelling == "one way":
            half: Tensor = a + self.right(b)
            return half
        a = a + self.right(b)
        b = b + self.left(a)
        return torch.cat([a, b], 1)


COUPLINGS = {"both ways": 2, "one way": 0, "contiguous": 2}
"""Spellings, and the residual additions of each."""


class HalfResidual(nn.Module):
    """One half of the channels has a residual block to itself."""

    def __init__(self) -> None:
        super().__init__()
        self.main = branch(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        a, b = x.chunk(2, 1)
        return torch.cat([a, b + self.main(b)], 1)
