"""Networks that are no chain: pyramids, exchanges, several inputs and outputs, overlapping shortcuts."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Unit(nn.Module):
    """A basic residual block, with a projection where the size changes."""

    def __init__(self, channels: int, out: int = 0, stride: int = 1) -> None:
        super().__init__()
        out = out or channels
        self.first = nn.Conv2d(channels, out, 3, stride, 1)
        self.second = nn.Conv2d(out, out, 3, 1, 1)
        self.around = nn.Identity() if out == channels else nn.Conv2d(channels, out, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.second(F.relu(self.first(x))) + self.around(x))


class Levels(nn.Module):
    """Three stages of two blocks; their values are returned."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, 8, 3, 1, 1)
        self.fine = nn.Sequential(Unit(8), Unit(8))
        self.middle = nn.Sequential(Unit(8, 16, 2), Unit(16))
        self.coarse = nn.Sequential(Unit(16, 32, 2), Unit(32))

    def forward(self, x: Tensor) -> list[Tensor]:
        fine = self.fine(self.entry(x))
        middle = self.middle(fine)
        return [fine, middle, self.coarse(middle)]


class Found(NamedTuple):
    """Features of two levels."""

    fine: Tensor
    coarse: Tensor


@dataclass
class Answer:
    """Logits and the features that they come from."""

    logits: Tensor
    features: Tensor


class Features(nn.Module):
    """The levels, in a container of each kind."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form
        self.levels = Levels()

    def forward(self, x: Tensor) -> object:
        fine, middle, coarse = self.levels(x)
        match self.form:
            case "dict":
                return {"fine": fine, "deep": {"middle": middle, "coarse": coarse}}
            case "tuple":
                return fine, [middle, coarse]
            case "named tuple":
                return Found(fine, coarse)
        return Answer(coarse.mean((2, 3)), middle)


class Pyramid(nn.Module):
    """Lateral convolutions, upsampling and sums; one pair of heads for all levels."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = Levels()
        self.lateral = nn.ModuleList([nn.Conv2d(c, 12, 1) for c in (8, 16, 32)])
        self.kind = nn.Sequential(nn.Conv2d(12, 12, 3, 1, 1), nn.ReLU(), nn.Conv2d(12, 5, 1))
        self.place = nn.Conv2d(12, 4, 1)

    def forward(self, x: Tensor) -> dict[str, list[Tensor]]:
        values = [side(level) for side, level in zip(self.lateral, self.levels(x), strict=True)]
        for k in (1, 0):
            values[k] = values[k] + F.interpolate(values[k + 1], scale_factor=2.0)
        return {"kind": [self.kind(v) for v in values], "place": [self.place(v) for v in values]}


class SummedPyramid(nn.Module):
    """A pyramid whose levels have heads that are enlarged and summed, as for a segmentation."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = Levels()
        self.lateral = nn.ModuleList([nn.Conv2d(c, 12, 1) for c in (8, 16, 32)])
        self.heads = nn.ModuleList([nn.Sequential(nn.Conv2d(12, 8, 3, 1, 1), nn.ReLU()) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        values = [side(level) for side, level in zip(self.lateral, self.levels(x), strict=True)]
        for k in (1, 0):
            values[k] = values[k] + F.interpolate(values[k + 1], scale_factor=2.0)
        size = values[0].shape[-2:]
        masks = [F.interpolate(head(v), size) for head, v in zip(self.heads, values, strict=True)]
        return masks[0] + masks[1] + masks[2]


class BottomUp(Pyramid):
    """A pyramid with a second way, from fine to coarse."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([nn.Conv2d(12, 12, 3, 2, 1) for _ in range(2)])

    def forward(self, x: Tensor) -> list[Tensor]:  # type: ignore[override]
        low, mid, top = (side(level) for side, level in zip(self.lateral, self.levels(x), strict=True))
        mid = mid + F.interpolate(top, scale_factor=2.0)
        low = low + F.interpolate(mid, scale_factor=2.0)
        mid = mid + self.down[0](low)
        top = top + self.down[1](mid)
        return [self.place(v) for v in (low, mid, top)]


class Lanes(nn.Module):
    """Two resolutions side by side that exchange features twice."""

    def __init__(self, swaps: int = 2) -> None:
        super().__init__()
        self.entry, self.split = nn.Conv2d(3, 8, 3, 1, 1), nn.Conv2d(8, 16, 3, 2, 1)
        self.high = nn.ModuleList([Unit(8) for _ in range(swaps + 1)])
        self.low = nn.ModuleList([Unit(16) for _ in range(swaps + 1)])
        self.rise = nn.ModuleList([nn.Conv2d(16, 8, 1) for _ in range(swaps)])
        self.sink = nn.ModuleList([nn.Conv2d(8, 16, 3, 2, 1) for _ in range(swaps)])
        self.out = nn.Linear(24, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.entry(x)
        high, low = self.high[0](x), self.low[0](self.split(x))
        for k, (rise, sink) in enumerate(zip(self.rise, self.sink, strict=True), 1):
            mixed = high + F.interpolate(rise(low), scale_factor=2.0), low + sink(high)
            high, low = self.high[k](F.relu(mixed[0])), self.low[k](F.relu(mixed[1]))
        result: Tensor = self.out(torch.cat([high.mean((2, 3)), low.mean((2, 3))], 1))
        return result


class Twins(nn.Module):
    """One encoder for two pictures, compared."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.out = Levels(), nn.Linear(32, 1)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        first, second = (self.encoder(x)[-1].mean((2, 3)) for x in (left, right))
        result: Tensor = self.out((first - second).abs())
        return result


class Streams(nn.Module):
    """A picture and its depth in encoders of their own, summed at each level."""

    def __init__(self) -> None:
        super().__init__()
        self.colour = nn.ModuleList([nn.Conv2d(3, 8, 3, 1, 1), Unit(8), Unit(8)])
        self.depth = nn.ModuleList([nn.Conv2d(1, 8, 3, 1, 1), Unit(8)])
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, colour: Tensor, depth: Tensor) -> Tensor:
        depth = self.depth[0](depth)
        colour = self.colour[0](colour) + depth
        depth = self.depth[1](depth)
        result: Tensor = self.out(self.colour[2](self.colour[1](colour) + depth))
        return result


class Overlapping(nn.Module):
    """Each shortcut begins at the branch before the sum before."""

    def __init__(self, count: int = 5) -> None:
        super().__init__()
        self.entry, self.out = nn.Conv2d(3, 8, 3, 1, 1), nn.Conv2d(8, 2, 1)
        self.branches = nn.ModuleList(
            [
                nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1))
                for _ in range(count)
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        x = old = self.entry(x)
        for branch in self.branches:
            new = branch(x)
            x, old = new + old, new
        result: Tensor = self.out(x)
        return result


class Reversible(nn.Module):
    """Halves of the channels that are each added to what the other gives, three times."""

    def __init__(self, count: int = 3) -> None:
        super().__init__()
        self.entry, self.out = nn.Conv2d(3, 16, 3, 1, 1), nn.Conv2d(16, 2, 1)
        self.left, self.right = (
            nn.ModuleList([nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU()) for _ in range(count)])
            for _ in range(2)
        )

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.entry(x).chunk(2, 1)
        for left, right in zip(self.left, self.right, strict=True):
            a = a + right(b)
            b = b + left(a)
        result: Tensor = self.out(torch.cat([a, b], 1))
        return result


class Gated(nn.Module):
    """A skip connection of a U-Net weighed by an additive gate."""

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse, self.last = Unit(3, 8), Unit(8, 16, 2), Unit(16, 8)
        self.rise = nn.ConvTranspose2d(16, 8, 2, 2)
        self.of_skip, self.of_signal, self.weigh = nn.Conv2d(8, 4, 1), nn.Conv2d(8, 4, 1), nn.Conv2d(4, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        skip = self.fine(x)
        signal = self.rise(self.coarse(skip))
        gate = torch.sigmoid(self.weigh(F.relu(self.of_skip(skip) + self.of_signal(signal))))
        result: Tensor = self.last(torch.cat([signal, skip * gate], 1))
        return result


class Cascade(nn.Module):
    """Residual blocks whose branch convolves groups of channels one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, 12, 1)
        self.inner = nn.ModuleList([nn.Conv2d(4, 4, 3, 1, 1) for _ in range(2)])
        self.leave = nn.Conv2d(12, 12, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.entry(x)
        first, second, third = F.relu(self.leave(x)).chunk(3, 1)
        second = self.inner[0](second)
        third = self.inner[1](third + second)
        return F.relu(torch.cat([first, second, third], 1) + x)


class Unused(nn.Module):
    """A block with a layer that its forward never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.unit, self.spare = Unit(3), nn.Conv2d(3, 5, 1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.unit(x)
        return result


class Exits(nn.Module):
    """A classifier behind each stage, which ends the run where it is sure."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList([Unit(3), Unit(3), Unit(3)])
        self.heads = nn.ModuleList([nn.Linear(3, 2) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        for stage, head in zip(self.stages, self.heads, strict=True):
            x = stage(x)
            answer: Tensor = head(x.mean((2, 3)))
            if answer.max() > 0.5:
                break
        return answer


class Skipping(nn.Module):
    """Blocks that are run only where the input asks for them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = Unit(3), Unit(3)

    def forward(self, x: Tensor) -> Tensor:
        for block in (self.first, self.second):
            if not bool(x.mean() > 0):
                x = block(x)
        return x * 2


class Adapted(nn.Module):
    """A convolution with a low-rank correction."""

    def __init__(self) -> None:
        super().__init__()
        self.wide, self.down, self.up = nn.Conv2d(3, 3, 3, 1, 1), nn.Conv2d(3, 1, 3, 1, 1), nn.Conv2d(1, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.wide(x) + 2 * self.up(self.down(x))
        return result


class Averaged(nn.Module):
    """Columns of different depth, averaged."""

    def __init__(self) -> None:
        super().__init__()
        self.short = nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), nn.ReLU())
        self.long = nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([self.short(x), self.long(x)]).mean(0)


class GatedShortcut(nn.Module):
    """A shortcut that is weighed by a squeeze-and-excitation gate."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, 8, 1)
        self.body = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1))
        self.squeeze, self.excite = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.entry(x)
        weights = torch.sigmoid(self.excite(F.relu(self.squeeze(x.mean((2, 3), keepdim=True)))))
        result: Tensor = self.body(x) + x * weights
        return result


class PaddedPool(nn.Module):
    """A shortcut that pads positions, and no channels, before it pools."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv1d(3, 8, 3, 1, 1)
        self.body = nn.Sequential(nn.Conv1d(8, 8, 3, 2, 1), nn.ReLU(), nn.Conv1d(8, 8, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = self.entry(x)
        result: Tensor = self.body(x) + F.avg_pool1d(F.pad(x, (0, 2)), 4, 2)
        return result


class TwoPaths(nn.Module):
    """A shortcut of two pooled 1×1 convolutions, concatenated."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1))
        self.even, self.odd = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        even, odd = F.avg_pool2d(x, 2), F.max_pool2d(x, 2)
        result: Tensor = self.body(x) + torch.cat([self.even(even), self.odd(odd)], 1)
        return result


class Supervised(nn.Module):
    """An encoder–decoder with lateral additions, and heads on what its decoder yields.

    `heads`: the number of decoder steps that have a head.
    """

    def __init__(self, heads: int = 3) -> None:
        super().__init__()
        widths = (8, 16, 32)
        self.entry = nn.Conv2d(3, 8, 3, 1, 1)
        self.down = nn.ModuleList(Unit(width, 2 * width, 2) for width in widths)
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * width, width, 2, 2) for width in widths)
        self.refine = nn.ModuleList(Unit(width) for width in widths)
        self.heads = nn.ModuleList(nn.Conv2d(width, 2, 1) for width in widths[:heads])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x, levels, answers = self.entry(x), [], {}
        for step in self.down:
            levels.append(x)
            x = step(x)
        for at, level in reversed(list(enumerate(levels))):
            x = self.refine[at](self.up[at](x) + level)
            if at < len(self.heads):
                answers[f"answer{at}"] = self.heads[at](x)
        return answers


class Narrowed(nn.Module):
    """Three levels, each narrowed by a layer of its own before the head they share.

    `kept`: the levels whose narrowed values are outputs too.
    """

    def __init__(self, *kept: int) -> None:
        super().__init__()
        self.kept, self.levels = kept, Levels()
        self.narrow = nn.ModuleList(nn.Conv2d(width, 8, 1) for width in (8, 16, 32))
        self.head = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 4, 1))

    def forward(self, x: Tensor) -> list[Tensor]:
        narrowed = [layer(level) for layer, level in zip(self.narrow, self.levels(x), strict=True)]
        return [*map(self.head, narrowed), *(narrowed[level] for level in self.kept)]


class Meetings(nn.Module):
    """Three branches, two of which are concatenated in one dimension, and with the third in another."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__()
        self.first, self.second = first, second
        high = first == 2
        self.full = nn.Conv2d(4, 4, 3, padding=1)
        self.low = nn.Conv2d(4, 4, 3, stride=(1 + high, 1), padding=1)
        self.last = nn.Conv2d(4, 4, 3, padding=(3 if high else 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        pair = torch.cat([self.full(x), self.low(x)], self.first)
        return torch.cat([pair, self.last(x)], self.second)


class TimeBlock(nn.Module):
    """A residual block that adds an embedding of the time step, or scales by it, after its first layer."""

    def __init__(self, c_in: int, c_out: int, *, scales: bool) -> None:
        super().__init__()
        self.scales = scales
        self.conv1, self.conv2 = nn.Conv2d(c_in, c_out, 3, 1, 1), nn.Conv2d(c_out, c_out, 3, 1, 1)
        self.time = nn.Linear(8, c_out)
        self.shortcut = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else nn.Identity()

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        weight = self.time(time)[:, :, None, None]
        y = self.conv1(x)
        y = y * (1 + weight) if self.scales else y + weight
        return self.conv2(y.relu()) + self.shortcut(x)  # type: ignore[no-any-return]


class Diffusion(nn.Module):
    """A U-Net with a skip behind each block, whose blocks all read an embedding of the time step."""

    def __init__(self, *, scales: bool = False) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(1, 8), nn.SiLU(), nn.Linear(8, 8))
        self.stem = nn.Conv2d(3, 8, 3, 1, 1)
        self.downs = nn.ModuleList([TimeBlock(8, 8, scales=scales), TimeBlock(8, 16, scales=scales)])
        self.down, self.up = nn.Conv2d(8, 8, 3, 2, 1), nn.ConvTranspose2d(16, 8, 2, 2)
        self.ups = nn.ModuleList([TimeBlock(16, 8, scales=scales), TimeBlock(16, 8, scales=scales)])
        self.head = nn.Conv2d(8, 3, 3, 1, 1)

    def forward(self, x: Tensor, step: Tensor) -> Tensor:
        time = self.embed(step)
        first = self.stem(x)
        second = self.downs[0](first, time)
        y = self.up(self.downs[1](self.down(second), time))
        y = self.ups[0](torch.cat([y, second], 1), time)
        return self.head(self.ups[1](torch.cat([y, first], 1), time))  # type: ignore[no-any-return]


class Frames(nn.Module):
    """A residual encoder runs on each frame, and a recurrent layer or a cell reads the frames in turn."""

    def __init__(self, recurrent: nn.Module) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), Unit(8, 8), Unit(8, 16, 2))
        self.recurrent = recurrent
        self.head = nn.Linear(8, 2)

    def forward(self, frames: Tensor) -> Tensor:
        state = None
        for frame in frames.unbind(1):
            features = self.encoder(frame).mean((2, 3))
            if isinstance(self.recurrent, nn.RNNBase):
                outputs, state = self.recurrent(features[None], state)
            else:
                outputs = state = self.recurrent(features, state)
        return self.head(outputs.view(-1, 8))  # type: ignore[no-any-return]
