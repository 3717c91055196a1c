"""Blocks as research code writes them, each small, with one idea."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Chained(nn.Module):
    """Modules behind each other, the results of those named in `around` added to their inputs."""

    def __init__(self, *parts: nn.Module, around: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self.around = around

    def forward(self, x: Tensor) -> Tensor:
        for number, part in enumerate(self.parts):
            x = x + part(x) if number in self.around else part(x)
        return x


class StackedExperts(nn.Module):
    """Experts stacked along a last axis and weighed by a softmax."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.gate = nn.Linear(size, 3)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, size)) for _ in range(3)
        )

    def forward(self, x: Tensor) -> Tensor:
        weights = self.gate(x).softmax(-1).unsqueeze(-2)
        total: Tensor = (torch.stack([expert(x) for expert in self.experts], -1) * weights).sum(-1)
        return total


class SplineLayer(nn.Module):
    """A linear layer and a product with basis functions, each behind a nonlinearity, summed."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.base = nn.Linear(size, size)
        self.weights = nn.Parameter(torch.zeros(size, size, 4))
        self.grid = nn.Parameter(torch.linspace(-1, 1, 4))

    def forward(self, x: Tensor) -> Tensor:
        basis = torch.exp(-((x.unsqueeze(-1) - self.grid) ** 2))
        total: Tensor = self.base(F.silu(x)) + torch.einsum("big,oig->bo", basis, self.weights)
        return total


class SeparableProjection(nn.Module):
    """A block whose shortcut is a depthwise convolution with stride and a pointwise one."""

    def __init__(self) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(8, 24, 1), nn.ReLU(), nn.Conv2d(24, 24, 3, 2, 1, groups=24), nn.Conv2d(24, 12, 1)
        )
        self.shortcut = nn.Sequential(
            nn.Conv2d(8, 8, 3, 2, 1, groups=8), nn.BatchNorm2d(8), nn.Conv2d(8, 12, 1), nn.BatchNorm2d(12)
        )

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.main(x) + self.shortcut(x)
        return total


class GlobalFeature(nn.Module):
    """The maximum over all points, copied to each point and appended."""

    def forward(self, x: Tensor) -> Tensor:
        largest = x.max(-1, keepdim=True)[0].expand(-1, -1, x.size(-1))
        return torch.cat([x, largest], 1)


class PromptTokens(nn.Module):
    """Learned tokens inserted behind the first token."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Parameter(torch.zeros(1, 2, 8))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x[:, :1], self.tokens.expand(x.shape[0], -1, -1), x[:, 1:]], 1)


class MixedKernels(nn.Module):
    """A convolution with a mixture of kernels, weighed by a softmax of the input's mean."""

    def __init__(self) -> None:
        super().__init__()
        self.route = nn.Linear(8, 2)
        self.kernels = nn.Parameter(torch.zeros(2, 8, 8, 3, 3))

    def forward(self, x: Tensor) -> Tensor:
        weights = self.route(x.mean((2, 3))).softmax(1)
        kernel = torch.mm(weights, self.kernels.view(2, -1)).view(-1, 8, 3, 3)
        return F.conv2d(x.view(1, -1, *x.shape[2:]), kernel, padding=1, groups=len(x)).view(x.shape)


class WithoutModules(nn.Module):
    """A block of functions on weights in a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.ParameterDict({name: nn.Parameter(torch.zeros(8, 8, 3, 3)) for name in "abc"})

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(F.conv2d(x, self.weights["a"], padding=1))
        return x + F.conv2d(F.relu(F.conv2d(x, self.weights["b"], padding=1)), self.weights["c"], padding=1)


class Generated(nn.Module):
    """Two residual convolutions whose kernels one layer makes of two learned codes."""

    def __init__(self) -> None:
        super().__init__()
        self.codes = nn.Parameter(torch.zeros(2, 4))
        self.make = nn.Linear(4, 8 * 8)

    def forward(self, x: Tensor) -> Tensor:
        for code in self.codes:
            x = x + F.relu(F.conv2d(x, self.make(code).view(8, 8, 1, 1)))
        return x


class ComplexConv(nn.Module):
    """A convolution of complex numbers: two of real ones, each run on both parts."""

    def __init__(self) -> None:
        super().__init__()
        self.real, self.imaginary = (nn.Conv2d(4, 4, 3, 1, 1) for _ in range(2))

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        return self.real(a) - self.imaginary(b), self.real(b) + self.imaginary(a)


class ComplexBlock(nn.Module):
    """A residual block of two complex convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = ComplexConv(), ComplexConv()

    def forward(self, x: Tensor) -> Tensor:
        a, b = x[:, :4], x[:, 4:]
        c, d = self.first(a, b)
        c, d = self.last(F.relu(c), F.relu(d))
        return torch.cat([a + c, b + d], 1)


class NarrowedFirst(nn.Module):
    """A convolution and its activation, and a residual branch round the next convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow, self.wide, self.norm = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 3, 1, 1), nn.BatchNorm2d(8)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.narrow(x))
        return x + F.relu(self.norm(self.wide(x)))


class Levels(nn.Module):
    """Two rounds of sums between two resolutions, weighed by learned numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.level, self.down = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 3, 2, 1)
        self.fine = nn.ModuleList(nn.Conv2d(8, 8, 3, 1, 1) for _ in range(2))
        self.coarse = nn.ModuleList(nn.Conv2d(8, 8, 3, 1, 1) for _ in range(2))
        self.shares = nn.Parameter(torch.ones(2))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        a, b = self.level(x), self.down(x)
        for fine, coarse in zip(self.fine, self.coarse, strict=True):
            a = fine(self.shares[0] * a + self.shares[1] * F.interpolate(b, scale_factor=2))
            b = coarse(F.relu(b + F.max_pool2d(a, 2)))
        return a, b


class Dueling(nn.Module):
    """A value added to advantages without their mean."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))
        self.advantage = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))

    def forward(self, x: Tensor) -> Tensor:
        advantage = self.advantage(x)
        total: Tensor = self.value(x) + advantage - advantage.mean(1, keepdim=True)
        return total


class Scores(nn.Module):
    """The sum of two scores, each the sum of one convolution's results."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 3, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = torch.tanh(self.first(x))
        z = torch.tanh(self.second(y))
        return z, y.sum((1, 2, 3)) + z.sum((1, 2, 3))


class Tied(nn.Module):
    """Two layers of different modules, run twice on a state that the input joins each time."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(8, 8, 3, 1, 1), nn.Conv2d(8, 8, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.tanh(x)
        for _ in range(2):
            y = y + torch.tanh(x + self.last(F.relu(self.first(y))))
        return y


class Synthesis(nn.Module):
    """A convolution of a constant, with a kernel made of the input."""

    def __init__(self) -> None:
        super().__init__()
        self.start, self.kernel = nn.Parameter(torch.zeros(1, 4, 4, 4)), nn.Linear(8, 4 * 4)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(self.start, self.kernel(x).view(4, 4, 1, 1))


class WrittenSoftmax(nn.Module):
    """Scores of a convolution less the logarithm of their sum of exponentials."""

    def __init__(self) -> None:
        super().__init__()
        self.scores = nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.scores(x)
        return y - y.logsumexp(1, keepdim=True)


class LessRunningSum(nn.Module):
    """Scores less their running sum: a sum of branches without weights."""

    def __init__(self) -> None:
        super().__init__()
        self.scores = nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.scores(x)
        return y - y.cumsum(1)


class Latents(nn.Module):
    """Learned queries that read the input by attention."""

    def __init__(self) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.zeros(1, 4, 8))
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.attention(self.queries.expand(len(x), -1, -1), x, x, need_weights=False)[0]
        return result


class TimeStep(nn.Module):
    """A convolution shifted by a layer of the time, which is one number for each image."""

    def __init__(self) -> None:
        super().__init__()
        self.time, self.conv, self.norm = nn.Linear(4, 8), nn.Conv2d(3, 8, 1), nn.BatchNorm2d(8)
        self.last = nn.Conv2d(8, 8, 1)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        angles = t[:, None].float() * torch.arange(4)
        y: Tensor = self.last(self.norm(self.conv(x)) + self.time(angles.sin())[:, :, None, None])
        return y


class Embedded(nn.Module):
    """An encoder and a layer of another module behind it, run on both views."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 4, 3, 1, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, 1, 1))
        self.project = nn.Linear(8, 4)

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.project(self.encoder(x).mean((2, 3))) for x in (a, b))


class FedStream(nn.Module):
    """A stream with a projection, fed by a second stream that it feeds too."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(4, 8, 3, 1, 1) for _ in range(2))
        self.own, self.fed, self.back, self.beside = (nn.Conv2d(8, 8, 3, 2, 1) for _ in range(4))
        self.project = nn.Conv2d(8, 8, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.first(x), self.second(x)
        kept = F.relu(self.own(a) + self.fed(b) + self.project(a))
        return torch.cat([kept, F.relu(self.beside(b) + self.back(a))], 1)


class MixedBlock(nn.Module):
    """A residual block of two mixtures of kernels, each with a norm."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = MixedKernels(), MixedKernels()
        self.norms = nn.ModuleList(nn.BatchNorm2d(8) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norms[0](self.first(x)))
        return F.relu(x + self.norms[1](self.last(y)))


class ThroughNumpy(nn.Module):
    """A convolution of values that NumPy computes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.conv(torch.from_numpy(2 * x.numpy()))
        return result
