"""Encoders whose levels a decoder reads, with blocks of several kinds."""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

Value = Tensor | tuple[Tensor, Tensor]


def unit(given: int, width: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(given, width, 3, stride, 1), nn.BatchNorm2d(width), nn.ReLU())


class Residual(nn.Module):
    """A block with a projection where it narrows the resolution."""

    def __init__(self, given: int, width: int, stride: int) -> None:
        super().__init__()
        self.out = width
        self.body = nn.Sequential(unit(given, width, stride), nn.Conv2d(width, width, 3, 1, 1))
        self.side = nn.Conv2d(given, width, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.body(x) + self.side(x)
        return result


class TwoStreams(nn.Module):
    """A dual path whose sum and whose concatenation leave it separately, as in DPN."""

    def __init__(self, given: int, width: int, stride: int) -> None:
        super().__init__()
        self.summed, self.out = width, (width + 4 if stride > 1 else given) + 4
        self.body = unit(given, width + 4, stride)
        self.side = nn.Conv2d(given, width + 4, 1, stride) if stride > 1 else None

    def forward(self, x: Value) -> tuple[Tensor, Tensor]:
        whole = torch.cat(x, 1) if isinstance(x, tuple) else x
        if self.side is None:
            old, new = x
        else:
            side = self.side(whole)
            old, new = side[:, : self.summed], side[:, self.summed :]
        y = self.body(whole)
        return old + y[:, : self.summed], torch.cat([new, y[:, self.summed :]], 1)


class Dense(nn.Module):
    """A layer that appends what it finds; the first of a level lowers the resolution before."""

    def __init__(self, given: int, width: int, stride: int) -> None:
        super().__init__()
        self.out = given + 4
        self.down = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.body = unit(given, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.down(x)
        return torch.cat([x, self.body(x)], 1)


class Encoder(nn.Module):
    """Two levels of three blocks; the values of the stem and of each level are its results."""

    def __init__(self, block: Callable[[int, int, int], nn.Module]) -> None:
        super().__init__()
        self.stem, self.levels, self.widths = unit(3, 8), nn.ModuleList(), [8]
        for width in (8, 16):
            given, level = self.widths[-1], nn.Sequential()
            for stride in (2, 1, 1):
                level.append(block(given, width, stride))
                given = int(level[-1].out)  # type: ignore[arg-type]
            self.levels.append(level)
            self.widths.append(given)

    def forward(self, x: Tensor) -> list[Tensor]:
        values: list[Value] = [self.stem(x)]
        for level in self.levels:
            values.append(level(values[-1]))
        return [torch.cat(value, 1) if isinstance(value, tuple) else value for value in values]


class Alone(nn.Module):
    """The encoder as a chain."""

    def __init__(self, block: Callable[[int, int, int], nn.Module]) -> None:
        super().__init__()
        self.encoder = Encoder(block)

    def forward(self, x: Tensor) -> Tensor:
        return self.encoder(x)[-1]  # type: ignore[no-any-return]


class Decoded(Alone):
    """A U-Net round the encoder, whose skip connections are concatenated."""

    def __init__(self, block: Callable[[int, int, int], nn.Module]) -> None:
        super().__init__(block)
        pairs = list(pairwise(self.encoder.widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(lower, upper, 2, 2) for upper, lower in pairs)
        self.refine = nn.ModuleList(unit(2 * upper, upper) for upper, _ in pairs)

    def forward(self, x: Tensor) -> Tensor:
        *skips, x = self.encoder(x)
        for skip, up, refine in reversed(list(zip(skips, self.up, self.refine, strict=True))):
            x = refine(self.joined(skip, up(x)))
        return x

    def joined(self, skip: Tensor, x: Tensor) -> Tensor:
        return torch.cat([skip, x], 1)


class Added(Decoded):
    """A U-Net whose skip connections are added, with the sums in front of the decoder's layers."""

    def joined(self, skip: Tensor, x: Tensor) -> Tensor:
        both = skip + x
        return torch.cat([both, both], 1)
