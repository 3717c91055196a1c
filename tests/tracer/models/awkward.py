"""Models that are written in unusual ways; each says what a trace of it must find."""

import dataclasses
import math
from collections import namedtuple
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


def conv_norm(channels: int, out: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, out, kernel, stride, kernel // 2), nn.BatchNorm2d(out))


class InPlaceBlock(nn.Module):
    """The same in-place ReLU before and after an in-place addition."""

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.a = conv_norm(channels, channels)
        self.b = conv_norm(channels, channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.b(self.relu(self.a(x)))
        out += x
        result: Tensor = self.relu(out)
        return result


class DroppedReturn(nn.Module):
    """Only the side effect of the in-place ReLU counts: its result is not used."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.act = nn.ReLU(inplace=True)
        self.blocks = nn.Sequential(InPlaceBlock(), InPlaceBlock())

    def forward(self, x: Tensor) -> Tensor:
        y = self.stem(x)
        self.act(y)
        result: Tensor = self.blocks(y)
        return result


class InPlaceHead(nn.Module):
    """The branch starts with an in-place ReLU, so that the shortcut carries the rectified input."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.second = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = x + 1
        out: Tensor = self.second(F.relu(self.conv(F.relu(x, inplace=True))))
        return out + x


class OptionA(nn.Module):
    """A block whose shortcut pads with zeros, in one of several spellings."""

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.spelling = spelling
        self.a = conv_norm(4, 8, 2)
        self.b = conv_norm(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        out = self.b(F.relu(self.a(x)))
        return F.relu(out + self.shortcut(x))

    def shortcut(self, x: Tensor) -> Tensor:
        small = x[:, :, ::2, ::2]
        match self.spelling:
            case "slice, pad":
                return F.pad(small, (0, 0, 0, 0, 2, 2))
            case "pad, slice":
                return F.pad(x, (0, 0, 0, 0, 2, 2))[:, :, ::2, ::2]
            case "pool, cat zeros":
                pooled = F.avg_pool2d(x, 2)
                return torch.cat((pooled, torch.zeros_like(pooled)), 1)
            case "cat mul 0":
                return torch.cat((small, small.mul(0)), 1)
            case "cat new zeros":
                return torch.cat((small, x.new_zeros(x.shape[0], 4, *small.shape[2:])), dim=1)
            case "cat both sides":
                side = torch.zeros(x.shape[0], 2, *small.shape[2:], device=x.device)
                return torch.cat([side, small, side], 1)
            case "write into zeros":
                buffer = torch.zeros(x.shape[0], 8, *small.shape[2:], device=x.device)
                buffer[:, :4] = small
                return buffer
        raise ValueError(self.spelling)


SPELLINGS = (
    "slice, pad",
    "pad, slice",
    "pool, cat zeros",
    "cat mul 0",
    "cat new zeros",
    "cat both sides",
    "write into zeros",
)


class PreActivation(nn.Module):
    """The projection forks after norm and ReLU, the identity before."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1)
        self.bn2 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1)
        self.project = nn.Conv2d(channels, out, 1, stride) if channels != out else None

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(x))
        short = x if self.project is None else self.project(y)
        return torch.add(self.conv2(F.relu(self.bn2(self.conv1(y)))), short)


class DataDependent(nn.Module):
    """A branch and a loop that depend on values."""

    def __init__(self) -> None:
        super().__init__()
        self.a = InPlaceBlock(3)
        self.b = InPlaceBlock(3)

    def forward(self, x: Tensor) -> Tensor:
        if x.sum() > 0:
            x = self.a(x)
        for _ in range(min(int(x.abs().mean().item()) + 1, 3)):
            x = self.b(x)
        return x


class Asserting(nn.Module):
    """The first assumed answer fails, its opposite does not."""

    def __init__(self) -> None:
        super().__init__()
        self.a = InPlaceBlock(3)

    def forward(self, x: Tensor) -> Tensor:
        assert not torch.isnan(x).any(), "not a number"
        result: Tensor = self.a(x)
        return result


class Checkpointed(nn.Module):
    """Blocks that are run through checkpointing."""

    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([InPlaceBlock(3) for _ in range(3)])
        self.reentrant = reentrant

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=self.reentrant)
        return x


class Shared(nn.Module):
    """One block run six times."""

    def __init__(self) -> None:
        super().__init__()
        self.block = InPlaceBlock(3)

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(6):
            x = self.block(x)
        return x


class Gated(nn.Module):
    """A squeeze-and-excitation gate of linear layers, written into the block."""

    def __init__(self, channels: int = 16) -> None:
        super().__init__()
        self.a = conv_norm(channels, channels)
        self.b = conv_norm(channels, channels)
        self.f1 = nn.Linear(channels, channels // 4)
        self.f2 = nn.Linear(channels // 4, channels)

    def forward(self, x: Tensor) -> Tensor:
        y = self.b(F.relu(self.a(x)))
        w = F.adaptive_avg_pool2d(y, 1).flatten(1)
        w = torch.sigmoid(self.f2(F.relu(self.f1(w)))).view(y.size(0), -1, 1, 1)
        return F.relu(y * w.expand_as(y) + x)


class Functional(nn.Module):
    """No modules: raw parameters and functional calls in one forward."""

    def __init__(self, depth: int = 4, channels: int = 8) -> None:
        super().__init__()
        self.depth = depth
        self.first = nn.Parameter(torch.randn(channels, 3, 3, 3))
        self.weights = nn.ParameterList([torch.randn(channels, channels, 3, 3) for _ in range(2 * depth)])

    def forward(self, x: Tensor) -> Tensor:
        x = F.conv2d(x, self.first, padding=1)
        for i in range(self.depth):
            y = torch.relu_(F.instance_norm(F.conv2d(x, self.weights[2 * i], padding=1)))
            y = F.instance_norm(F.conv2d(y, self.weights[2 * i + 1], padding=1))
            x = torch.relu(torch.add(y, x, alpha=1))
        return x


class OutArgument(nn.Module):
    """An addition into `out=`, one by stack and sum, and one in place through a view."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(4, 4, 3, padding=1) for _ in range(6)])

    def forward(self, x: Tensor) -> Tensor:
        y = self.convs[1](F.relu(self.convs[0](x)))
        out = torch.empty_like(y)
        torch.add(y, x, out=out)
        z = self.convs[3](F.relu(self.convs[2](out)))
        v = z.view(-1)
        v.add_(out.reshape(-1))
        w = self.convs[5](F.relu(self.convs[4](z)))
        return torch.stack([w, z]).sum(0)


class Nested(nn.Module):
    """Residual blocks inside scaled residual groups inside a long residual connection."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, 8, 3, padding=1)
        self.groups = nn.ModuleList([nn.Sequential(InPlaceBlock(), InPlaceBlock()) for _ in range(3)])
        self.tail = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.head(x)
        r = h.clone()
        for group in self.groups:
            r = r + 0.2 * group(r)
        total: Tensor = h + self.tail(r)
        return total


class UNet(nn.Module):
    """A long skip that is concatenated."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Conv2d(3, 8, 3, padding=1)
        self.left = InPlaceBlock()
        self.down = nn.Conv2d(8, 16, 3, 2, 1)
        self.bottom = InPlaceBlock(16)
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)
        self.join = nn.Conv2d(16, 8, 3, padding=1)
        self.right = InPlaceBlock()

    def forward(self, x: Tensor) -> Tensor:
        a = self.left(self.inner(x))
        u = self.up(self.bottom(self.down(a)))
        result: Tensor = self.right(self.join(torch.cat([u, a], 1)))
        return result


class WaveNet(nn.Module):
    """One-dimensional convolutions with gated activations."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv1d(4, 4, 3, padding=2**i, dilation=2**i) for i in range(4)])
        self.outs = nn.ModuleList([nn.Conv1d(4, 4, 1) for _ in range(4)])

    def forward(self, x: Tensor) -> Tensor:
        for conv, out in zip(self.convs, self.outs, strict=True):
            y = conv(x)
            x = x + out(torch.tanh(y) * torch.sigmoid(y))
        return x


class GPT(nn.Module):
    """A small transformer with its own attention and a tied head."""

    def __init__(self, depth: int = 2, width: int = 64) -> None:
        super().__init__()
        self.tok = nn.Embedding(1000, width)
        self.pos = nn.Embedding(128, width)
        names = {"n1": nn.LayerNorm, "n2": nn.LayerNorm}
        self.layers = nn.ModuleList()
        for _ in range(depth):
            parts: dict[str, nn.Module] = {name: norm(width) for name, norm in names.items()}
            parts["qkv"] = nn.Linear(width, 3 * width)
            parts["out"] = nn.Linear(width, width)
            parts["up"] = nn.Linear(width, 4 * width)
            parts["down"] = nn.Linear(4 * width, width)
            self.layers.append(nn.ModuleDict(parts))
        self.head = nn.Linear(width, 1000, bias=False)
        self.head.weight = self.tok.weight
        self.register_buffer("mask", torch.tril(torch.ones(128, 128)).bool())

    def forward(self, ids: Tensor) -> Tensor:
        x = self.tok(ids) + self.pos(torch.arange(ids.shape[1], device=ids.device))
        for layer in self.layers:
            x = x + self.attend(layer, layer["n1"](x))  # type: ignore[index]
            x = x + layer["down"](F.gelu(layer["up"](layer["n2"](x))))  # type: ignore[index]
        result: Tensor = self.head(x)
        return result

    def attend(self, layer: Any, x: Tensor) -> Tensor:
        batch, length, _ = x.shape
        q, k, v = (t.view(batch, length, 4, -1).transpose(1, 2) for t in layer["qkv"](x).chunk(3, -1))
        weights = (q @ k.transpose(-2, -1)) / math.sqrt(q.shape[-1])
        mask: Any = self.mask
        weights = weights.masked_fill(~mask[:length, :length], float("-inf")).softmax(-1)
        result: Tensor = layer["out"]((weights @ v).transpose(1, 2).reshape(batch, length, -1))
        return result


class Conditioned(nn.Module):
    """A second input is embedded and added inside every block, as in diffusion models."""

    def __init__(self, depth: int = 4, channels: int = 8) -> None:
        super().__init__()
        self.inner = nn.Conv2d(3, channels, 3, padding=1)
        self.embed = nn.Sequential(nn.Linear(1, 16), nn.SiLU(), nn.Linear(16, 16))
        self.a = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1) for _ in range(depth)])
        self.e = nn.ModuleList([nn.Linear(16, channels) for _ in range(depth)])
        self.b = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1) for _ in range(depth)])

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        e = self.embed(t)
        x = self.inner(x)
        for a, to_channels, b in zip(self.a, self.e, self.b, strict=True):
            h = a(F.silu(x)) + to_channels(e)[:, :, None, None]
            x = x + b(F.silu(h))
        return x


@dataclasses.dataclass
class Output:
    """A result that is no tensor."""

    logits: Tensor
    hidden: tuple[Tensor, ...] = ()


class DataClassOutput(nn.Module):
    """Keyword arguments in, a dictionary with a data class out."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(16, 32)
        parts = [nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 32), nn.GELU()) for _ in range(2)]
        self.layers = nn.ModuleList(parts)
        self.head = nn.Linear(32, 2)

    def forward(self, image: Tensor, **options: Any) -> dict[str, Any]:
        h = self.inner(image)
        hidden = []
        for layer in self.layers:
            h = h + layer(h)
            hidden.append(h)
        return {"out": Output(logits=self.head(h), hidden=tuple(hidden)), "n": options.get("n", 3)}


State = namedtuple("State", "x skip")


class Carried(nn.Module):
    """Named tuples and Python lists carry the values between the blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([nn.Conv2d(3, 3, 3, padding=1) for _ in range(3)])

    def forward(self, x: Tensor) -> Any:
        state = State(x, [])
        for block in self.blocks:
            state.skip.append(state.x)
            state = State(torch.relu(block(state.x)) + state.skip[-1], state.skip)
        return state.x


class ForeignAddition(torch.autograd.Function):
    """An addition inside an autograd function."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        return x + y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return grad, grad


class AutogradFunction(nn.Module):
    """The addition is not written in Python that torch.fx could see."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Any:
        add: Any = ForeignAddition.apply
        return add(F.relu(self.conv(x)), x)


class RepVGG(nn.Module):
    """Three parallel branches of one convolution at most: nothing goes round anything."""

    def __init__(self) -> None:
        super().__init__()
        self.big = conv_norm(8, 8)
        self.small = conv_norm(8, 8, kernel=1)
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.big(x) + self.small(x) + self.norm(x))


class Dense(nn.Module):
    """Everything so far is concatenated before each layer."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(4 + 2 * i, 2, 3, padding=1) for i in range(4)])

    def forward(self, x: Tensor) -> Tensor:
        found = [x]
        for conv in self.convs:
            found.append(F.relu(conv(torch.cat(found, 1))))
        return torch.cat(found, 1)


class CudaLover(nn.Module):
    """Names a device that is not there, and asks for lists of values."""

    def __init__(self) -> None:
        super().__init__()
        self.block = InPlaceBlock(3)

    def forward(self, x: Tensor) -> Tensor:
        scale = torch.ones(1, device="cuda")
        values = x.mean((0, 2, 3)).tolist()
        result: Tensor = self.block(x.cuda() * scale) if values else x
        return result


class Recurrent(nn.Module):
    """A residual connection round a recurrent layer."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(8, 16)
        self.lstm = nn.LSTM(16, 16, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.inner(x)
        y: Tensor = self.lstm(x)[0]
        return y + x


class Normalised(nn.Module):
    """Weights that are computed from other parameters, and a difference instead of a sum."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 3, 3, padding=1))
        self.b = nn.utils.parametrizations.spectral_norm(nn.Conv2d(3, 3, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.b(F.relu(self.a(x)))
        return x - y


class BooleanMask(nn.Module):
    """Shapes that depend on values."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        y = x[x.mean(-1) > -1e9]
        return y + F.relu(self.one(y))


class Stateful(nn.Module):
    """Changes a buffer, an attribute and a flag each time it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.count: Tensor
        self.register_buffer("count", torch.zeros(1))
        self.last: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        self.count = self.count * 2
        self.last = x
        self.train()
        result: Tensor = F.relu(self.conv(x)) + x
        return result
