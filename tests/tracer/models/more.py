"""More models that are written in unusual ways, each small, with one idea."""

import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.tracer.models.awkward import InPlaceBlock, conv_norm
from tests.tracer.models.blocks import branch


class Joined(nn.Module):
    """A branch and its input, put together by a function."""

    def __init__(self, join: Callable[[Tensor, Tensor], Any], main: nn.Module | None = None) -> None:
        super().__init__()
        self.main = main or branch(4, 4)
        self.join = join

    def forward(self, x: Tensor) -> Any:
        return self.join(x, self.main(x))


def python_sum(x: Tensor, y: Tensor) -> Any:
    return sum([x, y])


def reduced(x: Tensor, y: Tensor) -> Any:
    return functools.reduce(operator.add, (x, y))


def mean_of_stack(x: Tensor, y: Tensor) -> Tensor:
    return torch.stack((x, y)).mean(0)


def interpolated(x: Tensor, y: Tensor) -> Tensor:
    return torch.lerp(x, y, 0.5)


def scaled_product(x: Tensor, y: Tensor) -> Tensor:
    return torch.addcmul(x, y, torch.full((1,), 0.1))


def detached(x: Tensor, y: Tensor) -> Tensor:
    return x.detach() + y


def normed_after(x: Tensor, y: Tensor) -> Tensor:
    return (x + y).mul(0.5**0.5)


def written_back(x: Tensor, y: Tensor) -> Tensor:
    y.data.add_(x)
    return y


def weighed(x: Tensor, y: Tensor) -> Tensor:
    return 0.3 * x + 0.7 * y


def through_a_half(x: Tensor, y: Tensor) -> Tensor:
    return (x.half() + y.half()).float()


def under_autocast(x: Tensor, y: Tensor) -> Tensor:
    with torch.autocast("cpu"):
        return x + y


JOINS: list[tuple[Callable[[Tensor, Tensor], Any], str]] = [
    (python_sum, "identity"),
    (reduced, "identity"),
    (mean_of_stack, "identity"),
    (interpolated, "other"),
    (scaled_product, "identity"),
    (detached, "identity"),
    (normed_after, "identity"),
    (written_back, "identity"),
    (through_a_half, "identity"),
    (under_autocast, "identity"),
    (weighed, "other"),
]


class Pads(nn.Module):
    """Option A, in more spellings: where the positions go, and where the zeros come from."""

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.main = branch(4, 8, 2)
        self.pad = nn.ConstantPad3d((0, 0, 0, 0, 0, 4), 0)
        self.spelling = spelling

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.main(x) + getattr(self, self.spelling)(x)
        return result

    def max_pool_of_one(self, x: Tensor) -> Any:
        return self.pad(F.max_pool2d(x, 1, 2))

    def interpolation(self, x: Tensor) -> Any:
        return F.pad(F.interpolate(x, scale_factor=0.5), (0, 0, 0, 0, 0, 4))

    def times_zero(self, x: Tensor) -> Tensor:
        small = F.avg_pool2d(x, 2)
        return torch.cat([small, small * 0.0], 1)

    def filled(self, x: Tensor) -> Tensor:
        small = x[..., ::2, ::2]
        return torch.hstack([small, torch.empty_like(small).fill_(0)])

    def full_of_zeros(self, x: Tensor) -> Tensor:
        small = x[:, :, ::2, ::2]
        return torch.cat([small, torch.full_like(small, 0.0)], 1)

    def zeroed(self, x: Tensor) -> Tensor:
        small = x[:, :, ::2, ::2]
        return torch.cat([small, small.clone().zero_()], 1)

    def added_to_zeros(self, x: Tensor) -> Tensor:
        whole = x.new_zeros(x.shape[0], 8, x.shape[2] // 2, x.shape[3] // 2)
        whole[:, :4] += x[:, :, ::2, ::2]
        return whole

    def copied_to_zeros(self, x: Tensor) -> Tensor:
        whole = torch.zeros(x.shape[0], 8, x.shape[2] // 2, x.shape[3] // 2)
        whole.narrow(1, 2, 4).copy_(x[:, :, ::2, ::2])
        return whole

    def typed_zeros(self, x: Tensor) -> Tensor:
        small = x[:, :, ::2, ::2]
        return torch.cat((small, torch.zeros(*small.shape).type_as(x)), 1)

    def expanded_zero(self, x: Tensor) -> Tensor:
        small = x[:, :, ::2, ::2]
        return torch.cat((small, torch.zeros(1).expand_as(small)), 1)

    def masked(self, x: Tensor) -> Tensor:
        small = x[:, :, ::2, ::2]
        return torch.cat((small, small.masked_fill(torch.ones_like(small).bool(), 0)), 1)

    def chosen_where_all_is_more(self, x: Tensor) -> Tensor:
        small = x[:, :, ::2, ::2]
        return torch.cat((torch.where(torch.ones_like(small) > 0, 0.0, small), small), 1)

    def zeros_either_way(self, x: Tensor) -> Tensor:
        small = x[:, :, ::2, ::2]
        return torch.cat((small, torch.where(small > 0, small - small, torch.zeros_like(small))), 1)

    def times_false(self, x: Tensor) -> Tensor:
        small = x[:, :, ::2, ::2]
        return torch.cat((small, small * False), 1)

    def chosen_rows(self, x: Tensor) -> Tensor:
        rows = torch.arange(0, x.shape[2], 2)
        return F.pad(x.index_select(2, rows).index_select(3, rows), (0, 0, 0, 0, 2, 2))


PADS = (
    "max_pool_of_one",
    "interpolation",
    "times_zero",
    "filled",
    "full_of_zeros",
    "zeroed",
    "added_to_zeros",
    "copied_to_zeros",
    "typed_zeros",
    "expanded_zero",
    "masked",
    "chosen_where_all_is_more",
    "zeros_either_way",
    "times_false",
    "chosen_rows",
)


class Compiled(nn.Module):
    """A part of the model is wrapped to be compiled."""

    def __init__(self) -> None:
        super().__init__()
        self.block = torch.compile(InPlaceBlock(4))

    def forward(self, x: Tensor) -> Any:
        return self.block(x)


class Hooked(nn.Module):
    """The addition is in a hook of the branch."""

    def __init__(self) -> None:
        super().__init__()
        self.main = branch(4, 4)
        self.main.register_forward_hook(lambda module, given, result: result + given[0])

    def forward(self, x: Tensor) -> Any:
        return self.main(x)


class Unwrapped(nn.Module):
    """Submodules are run by their `forward`, which goes past hooks and calls."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([InPlaceBlock(4), InPlaceBlock(4)])

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block.forward(x)
        return x


class Stateless(nn.Module):
    """A block is run with parameters that are handed in."""

    def __init__(self) -> None:
        super().__init__()
        self.block = InPlaceBlock(4)

    def forward(self, x: Tensor) -> Any:
        return torch.func.functional_call(self.block, dict(self.block.named_parameters()), (x,))


class Generated(nn.Module):
    """Blocks come from a generator and call themselves one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleDict({f"part{n}": branch(4, 4) for n in range(3)})

    def walk(self, x: Tensor) -> Iterator[Tensor]:
        for part in self.parts.values():
            x = x + part(x)
            yield x

    def forward(self, x: Tensor) -> Tensor:
        *_, last = self.walk(x)
        return last


class Rezero(nn.Module):
    """A learned scalar before the branch, another on the way round (the latter makes it no identity)."""

    def __init__(self, both: bool) -> None:
        super().__init__()
        self.main = branch(4, 4)
        self.alpha = nn.Parameter(torch.zeros(1))
        self.beta = nn.Parameter(torch.ones(1)) if both else None

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.alpha * self.main(x)
        return y + (x if self.beta is None else self.beta * x)


class Fixup(nn.Module):
    """No norms, but scalars before and behind each convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.ParameterList([torch.zeros(1) for _ in range(4)])
        self.scale = nn.Parameter(torch.ones(1))
        self.a = nn.Conv2d(4, 4, 3, 1, 1, bias=False)
        self.b = nn.Conv2d(4, 4, 3, 1, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.a(x + self.bias[0]) + self.bias[1])
        return F.relu(self.b(y + self.bias[2]) * self.scale + self.bias[3] + x)


class ShakeShake(nn.Module):
    """Two branches, each weighed, and the input."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = branch(4, 4), branch(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + 0.5 * self.a(x) + 0.5 * self.b(x)
        return result


class Cardinal(nn.Module):
    """Aggregated branches, summed from a list, as ResNeXt's first figure has them."""

    def __init__(self, count: int = 4) -> None:
        super().__init__()
        self.paths = nn.ModuleList(
            [nn.Sequential(conv_norm(8, 2, kernel=1), nn.ReLU(), conv_norm(2, 8)) for _ in range(count)]
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + torch.stack([path(x) for path in self.paths]).sum(0))


class InceptionResidual(nn.Module):
    """Concatenated branches of several lengths, a convolution, a factor, and the input."""

    def __init__(self) -> None:
        super().__init__()
        self.one = conv_norm(8, 4, kernel=1)
        self.two = nn.Sequential(conv_norm(8, 4, kernel=1), nn.ReLU(), conv_norm(4, 4))
        self.last = nn.Conv2d(8, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.last(torch.cat([self.one(x), self.two(x)], 1))
        return F.relu(x + 0.17 * y)


class Pyramid(nn.Module):
    """Every block widens a little: zeros for the new channels, at each resolution."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, 1, 1)
        self.blocks = nn.ModuleList([branch(4 + 2 * n, 6 + 2 * n, 1 + n % 2) for n in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for n, block in enumerate(self.blocks):
            around = F.avg_pool2d(x, 2) if n % 2 else x
            x = block(x) + F.pad(around, (0, 0, 0, 0, 0, 2))
        return x


class Antialiased(nn.Module):
    """The stride is a pooling behind the 3×3 convolution, and before the projection (CLIP)."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = conv_norm(8, 4, kernel=1), conv_norm(4, 4)
        self.pool = nn.AvgPool2d(2)
        self.c = conv_norm(4, 16, kernel=1)
        self.short = nn.Sequential(nn.AvgPool2d(2), conv_norm(8, 16, kernel=1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.c(self.pool(F.relu(self.b(F.relu(self.a(x))))))
        return F.relu(y + self.short(x))


class OwnActivation(nn.Module):
    """Pre-activation, but the projection takes the input before it."""

    def __init__(self) -> None:
        super().__init__()
        self.main = nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 8, 3, 2, 1))
        self.more = nn.Sequential(nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1))
        self.short = nn.Conv2d(4, 8, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.more(self.main(x)) + self.short(x)
        return result


class Cropped(nn.Module):
    """Convolutions without padding; the way round is cropped."""

    def __init__(self) -> None:
        super().__init__()
        self.main = nn.Sequential(nn.Conv2d(4, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.main(x) + x[:, :, 2:-2, 2:-2]
        return result


class Causal(nn.Module):
    """A temporal network: the padding behind the end is cut off after each convolution."""

    def __init__(self) -> None:
        super().__init__()
        widths = ((3, 8, 1), (8, 8, 2))
        self.first = nn.ModuleList([nn.Conv1d(a, b, 3, padding=2 * d, dilation=d) for a, b, d in widths])
        self.second = nn.ModuleList([nn.Conv1d(b, b, 3, padding=2 * d, dilation=d) for _, b, d in widths])
        self.short = nn.Conv1d(3, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        for n, (a, b) in enumerate(zip(self.first, self.second, strict=True)):
            y, cut = x, 2 * (n + 1)
            for conv in (a, b):
                y = F.dropout(F.relu(conv(y)[:, :, :-cut].contiguous()), training=self.training)
            x = F.relu(y + (x if n else self.short(x)))
        return x


class Shuffle(nn.Module):
    """Half of the channels pass by, and the halves are shuffled (ShuffleNet v2)."""

    def __init__(self) -> None:
        super().__init__()
        self.main = branch(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        left, right = x.chunk(2, 1)
        y = torch.cat((left, self.main(right)), 1)
        n, c, h, w = y.shape
        return y.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
