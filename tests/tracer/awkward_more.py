"""More models that are written in unusual ways, each small, with one idea."""

import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.tracer.awkward import InPlaceBlock, conv_norm
from tests.tracer.awkward_blocks import branch


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
    (interpolated, "identity"),
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


class Attentive(nn.Module):
    """Channel and spatial gates inside a block; two pooled values share the gate's layers (CBAM)."""

    def __init__(self) -> None:
        super().__init__()
        self.main = branch(8, 8)
        self.mlp = nn.Sequential(nn.Conv2d(8, 2, 1), nn.ReLU(), nn.Conv2d(2, 8, 1))
        self.spot = nn.Conv2d(2, 1, 7, 1, 3)

    def forward(self, x: Tensor) -> Tensor:
        y = self.main(x)
        y = y * torch.sigmoid(self.mlp(F.adaptive_avg_pool2d(y, 1)) + self.mlp(F.adaptive_max_pool2d(y, 1)))
        spots = torch.cat([y.mean(1, keepdim=True), y.amax(1, keepdim=True)], 1)
        return F.relu(x + y * torch.sigmoid(self.spot(spots)))


class NonLocal(nn.Module):
    """Attention between all positions, written with products of matrices, and the input."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Conv2d(8, 4, 1) for _ in range(3))
        self.last = conv_norm(4, 8, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (layer(x).flatten(2) for layer in (self.q, self.k, self.v))
        weights = (q.transpose(1, 2) @ k).softmax(-1)
        y = (v @ weights.transpose(1, 2)).view(x.shape[0], 4, *x.shape[2:])
        result: Tensor = self.last(y) + x
        return result


class Parallel(nn.Module):
    """Attention and perceptron side by side behind one norm (GPT-J), added one after the other."""

    def __init__(self, depth: int = 2) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(16) for _ in range(depth)])
        self.qkv = nn.ModuleList([nn.Linear(16, 48) for _ in range(depth)])
        self.out = nn.ModuleList([nn.Linear(16, 16) for _ in range(depth)])
        parts = [nn.Sequential(nn.Linear(16, 64), nn.GELU(), nn.Linear(64, 16)) for _ in range(depth)]
        self.mlp = nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Tensor:
        for norm, qkv, out, mlp in zip(self.norms, self.qkv, self.out, self.mlp, strict=True):
            y = norm(x)
            q, k, v = (t.unflatten(-1, (2, 8)).transpose(1, 2) for t in qkv(y).chunk(3, -1))
            mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
            x = x + out(mixed) + mlp(y)
        return x


class HalfSteps(nn.Module):
    """Perceptrons count half, before and behind a convolution over time (Conformer)."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleList(
            [nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 16), nn.SiLU(), nn.Linear(16, 8)) for _ in range(2)]
        )
        self.norm = nn.LayerNorm(8)
        self.wide = nn.Conv1d(8, 16, 1)
        self.deep = nn.Conv1d(8, 8, 3, 1, 1, groups=8)

    def forward(self, x: Tensor) -> Tensor:
        x = x + 0.5 * self.parts[0](x)
        x = x + self.deep(F.glu(self.wide(self.norm(x).transpose(1, 2)), 1)).transpose(1, 2)
        result: Tensor = x + 0.5 * self.parts[1](x)
        return result


class Sequenced(nn.Module):
    """Convolutions, then attention over positions with the batch behind them (`batch_first=False`)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 4, 4)
        self.norm = nn.LayerNorm(16)
        self.attention = nn.MultiheadAttention(16, 2)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.conv(x).flatten(2).permute(2, 0, 1)
        y = self.norm(tokens)
        result: Tensor = tokens + self.attention(y, y, y, need_weights=False)[0]
        return result


class ByHand(nn.Module):
    """Linear layers as products with raw parameters, one of them an `addmm` onto the input."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form
        self.up = nn.Parameter(torch.zeros(8, 16))
        self.down = nn.Parameter(torch.zeros(16, 8))

    def forward(self, x: Tensor) -> Tensor:
        match self.form:
            case "matmul":
                return x + F.gelu(x @ self.up) @ self.down
            case "transposed":
                return x + F.gelu(x @ self.down.t()) @ self.up.t()
            case "einsum":
                y = F.gelu(torch.einsum("nc,cd->nd", x, self.up))
                return x + torch.einsum("nd,dc->nc", y, self.down)
            case "addmm":
                return torch.addmm(x, F.gelu(x @ self.up), self.down)
        raise ValueError(self.form)


BY_HAND = ("matmul", "transposed", "einsum", "addmm")


class Spectral(nn.Module):
    """Weights in the Fourier domain beside a 1×1 convolution: two ways of equal standing."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(4, 4, 9, dtype=torch.cfloat))
        self.conv = nn.Conv1d(4, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.einsum("ncf,cdf->ndf", torch.fft.rfft(x), self.weight)
        return F.gelu(torch.fft.irfft(spectrum, n=x.shape[-1]) + self.conv(x))


class Additive(nn.Module):
    """A U-Net whose long skips are added as they are (LinkNet)."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Conv2d(3, 8, 3, 1, 1)
        self.down = nn.Sequential(conv_norm(8, 16, 2), nn.ReLU(), conv_norm(16, 16))
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.inner(x)
        result: Tensor = self.up(self.down(x)) + x
        return result


class Pyramids(nn.Module):
    """A feature pyramid: each resolution is projected, and the coarser one enlarged and added."""

    def __init__(self) -> None:
        super().__init__()
        self.first = conv_norm(3, 8, 2)
        self.second = nn.Sequential(conv_norm(8, 16, 2), nn.ReLU())
        self.lateral = nn.ModuleList([nn.Conv2d(8, 8, 1), nn.Conv2d(16, 8, 1)])

    def forward(self, x: Tensor) -> Tensor:
        fine = F.relu(self.first(x))
        coarse = self.second(fine)
        result: Tensor = self.lateral[0](fine) + F.interpolate(self.lateral[1](coarse), scale_factor=2.0)
        return result


class Enlarging(nn.Module):
    """A generator's block: both ways are enlarged, the way round is projected."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(8, 4, 3, 1, 1), nn.Conv2d(4, 4, 3, 1, 1)
        self.norms = nn.ModuleList([nn.BatchNorm2d(8), nn.BatchNorm2d(4)])
        self.short = nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.a(F.interpolate(F.relu(self.norms[0](x)), scale_factor=2.0))
        y = self.b(F.relu(self.norms[1](y)))
        result: Tensor = y + self.short(F.interpolate(x, scale_factor=2.0))
        return result


class Mixed(nn.Module):
    """Pooling mixes the positions; nothing in the branch has weights but its norm (PoolFormer)."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(1, 8)
        self.pool = nn.AvgPool2d(3, 1, 1)
        self.mlp = nn.Sequential(nn.GroupNorm(1, 8), nn.Conv2d(8, 32, 1), nn.GELU(), nn.Conv2d(32, 8, 1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        x = x + (self.pool(y) - y)
        result: Tensor = x + self.mlp(x)
        return result


class Rectified(nn.Module):
    """In-place activations at the head of each branch: the long way round carries what they wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, 1, 1)
        self.convs = nn.ModuleList([nn.Conv2d(8, 8, 3, 1, 1) for _ in range(4)])
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for a, b in ((0, 1), (2, 3)):
            x = x + self.convs[b](F.relu(self.convs[a](self.relu(x))))
        return x


class Experts(nn.Module):
    """Experts weighed by a gate and summed, then added to the input."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(8, 2)
        parts = [nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8)) for _ in range(2)]
        self.experts = nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.gate(x).softmax(-1)
        first, second = (w * expert(x) for w, expert in zip(weights.split(1, -1), self.experts, strict=True))
        result: Tensor = x + (first + second)
        return result


class Highway(nn.Module):
    """A learned mixture of the branch and the input: no plain way round."""

    def __init__(self) -> None:
        super().__init__()
        self.main, self.gate = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        t = torch.sigmoid(self.gate(x))
        return t * F.relu(self.main(x)) + (1 - t) * x


class Gathered(nn.Module):
    """Every block also gives to a sum at the end (WaveNet with skip connections)."""

    def __init__(self, depth: int = 4) -> None:
        super().__init__()
        self.first = nn.Conv1d(4, 8, 1)
        self.convs = nn.ModuleList([nn.Conv1d(8, 16, 3, padding=2**n, dilation=2**n) for n in range(depth)])
        self.outs = nn.ModuleList([nn.Conv1d(8, 8, 1) for _ in range(depth)])
        self.skips = nn.ModuleList([nn.Conv1d(8, 12, 1) for _ in range(depth)])
        self.last = nn.Conv1d(12, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        total: Any = 0
        for conv, out, skip in zip(self.convs, self.outs, self.skips, strict=True):
            a, b = conv(x).chunk(2, 1)
            z = torch.tanh(a) * torch.sigmoid(b)
            total = total + skip(z)
            x = x + out(z)
        result: Tensor = self.last(F.relu(total))
        return result
