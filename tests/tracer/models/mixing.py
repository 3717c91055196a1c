"""Models that mix positions, resolutions or several ways, written in unusual ways."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.tracer.models.awkward import conv_norm
from tests.tracer.models.blocks import branch


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


class Factored(nn.Module):
    """Pooling mixes the positions, and learned factors scale the result, without a norm (EfficientFormer)."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8, 1, 1))
        self.pool = nn.AvgPool2d(3, 1, 1)
        self.mlp = nn.Sequential(nn.Conv2d(8, 32, 1), nn.GELU(), nn.Conv2d(32, 8, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.scale * (self.pool(x) - x)
        result: Tensor = x + self.mlp(x)
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


class PartlyConvolved(nn.Module):
    """One part of the channels is convolved, the other handed on, in a residual block (FasterNet)."""

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.part = nn.Conv2d(channels // 4, channels // 4, 3, 1, 1)
        self.mlp = branch(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        first, rest = torch.split(x, [x.shape[1] // 4, x.shape[1] - x.shape[1] // 4], 1)
        y: Tensor = self.mlp(torch.cat([self.part(first), rest], 1))
        return y + x


class GhostSum(nn.Module):
    """A convolution and a norm side by side, to become one convolution (RepGhost)."""

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.conv = conv_norm(channels, channels)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv(x) + self.norm(x))
