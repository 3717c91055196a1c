"""Which sums are residual, in which order of axes their operands come, and in which spelling."""

from collections.abc import Callable

import pytest

pytest.importorskip("torch")

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.measure import weighted_layers
from resnet_diagram.spec.model import Merge
from tests.tracer.facts import blocks, merges, shortcuts
from tests.tracer.structure.test_awkward import traced


class TokenMixer(nn.Module):
    """Tokens mixed by 1×1 convolutions that take them for channels (Tolstikhin et al. 2021)."""

    def __init__(self, post_norm: bool = False) -> None:
        super().__init__()
        self.norms, self.post_norm = nn.ModuleList(nn.LayerNorm(24) for _ in range(2)), post_norm
        self.mix = nn.Sequential(nn.Conv1d(16, 32, 1), nn.GELU(), nn.Conv1d(32, 16, 1))
        self.mlp = nn.Sequential(nn.Linear(24, 48), nn.GELU(), nn.Linear(48, 24))

    def forward(self, x: Tensor) -> Tensor:
        for norm, branch in zip(self.norms, (self.mix, self.mlp), strict=True):
            y: Tensor = norm(x + branch(x)) if self.post_norm else branch(norm(x)) + x
            x = y
        return x


class SpatialGate(nn.Module):
    """An MLP gated by tokens that a 1×1 convolution mixes (Liu et al. 2021)."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last, self.norm = nn.Linear(24, 48), nn.Linear(24, 24), nn.LayerNorm(24)
        self.project = nn.Conv1d(16, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        kept, gate = F.gelu(self.first(x)).chunk(2, dim=-1)
        y: Tensor = self.last(kept * self.project(self.norm(gate)))
        return x + y


class Tokens(nn.Module):
    """Blocks on the patches of an image."""

    def __init__(self, make: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.embed, self.head = nn.Conv2d(3, 24, 8, 8), nn.Linear(24, 5)
        self.blocks = nn.Sequential(make(), make())

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(self.blocks(self.embed(x).flatten(2).transpose(1, 2)).mean(1))
        return y


@pytest.mark.parametrize(
    ("make", "count"), [(TokenMixer, 4), (lambda: TokenMixer(post_norm=True), 4), (SpatialGate, 2)]
)
def test_a_branch_that_takes_tokens_for_channels_is_turned_before_the_sum(
    make: Callable[[], nn.Module], count: int
) -> None:
    network = traced(Tokens(make), "3x32x32")
    assert shortcuts(network) == ["identity"] * count
    assert not list(graphs(network))
    assert not network.notes
    assert check(network)
    assert all(block.branches[0][-1].out_shape == (24, 16) for block in blocks(network))  # type: ignore[union-attr]


class Branches(nn.Module):
    """A branch of some convolutions beside one convolution."""

    def __init__(self, *branch: nn.Module) -> None:
        super().__init__()
        self.branch, self.beside = nn.Sequential(*branch), nn.Conv2d(8, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.branch(x) + self.beside(x))


def _conv(kernel: int = 3) -> nn.Module:
    return nn.Conv2d(8, 8, kernel, padding=kernel // 2)


@pytest.mark.parametrize(
    ("branch", "kinds"),
    [
        ((_conv(1), _conv()), []),
        ((_conv(1), nn.BatchNorm2d(8), _conv(), nn.BatchNorm2d(8)), []),
        ((_conv(1), nn.BatchNorm2d(8), nn.AvgPool2d(3, 1, 1), _conv()), []),
        ((_conv(1), nn.ReLU(), _conv()), ["projection"]),
        ((nn.ReLU(), _conv(), nn.BatchNorm2d(8), _conv()), ["projection"]),
    ],
)
def test_two_linear_maps_are_no_residual_block(branch: tuple[nn.Module, ...], kinds: list[str]) -> None:
    network = traced(Branches(*branch), "8x8x8")
    assert shortcuts(network) == kinds
    assert len(merges(network, Merge.ADD)) == 1 - len(kinds)


class SkipSums(nn.Module):
    """Gated layers, of which each gives a score to a sum beside its residual addition (van den Oord 2016)."""

    def __init__(self, cropped: bool) -> None:
        super().__init__()
        self.cropped = cropped
        self.filters = nn.ModuleList(nn.Conv1d(4, 8, 3, padding=0 if cropped else 1) for _ in range(3))
        self.mixes = nn.ModuleList(nn.Conv1d(4, 4, 1) for _ in range(3))
        self.scores = nn.ModuleList(nn.Conv1d(4, 6, 1) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor | None = None
        for gated, mix, score in zip(self.filters, self.mixes, self.scores, strict=True):
            y = F.glu(gated(x), 1)
            own = score(y)
            size = y.shape[-1]
            total = own if total is None else own + total[..., -size:]
            x = mix(y) + x[..., -size:]
        assert total is not None
        return torch.relu(total + x.mean(1, keepdim=True))


@pytest.mark.parametrize("cropped", [True, False])
def test_a_score_of_an_earlier_layer_is_no_projection_shortcut(cropped: bool) -> None:
    model = SkipSums(cropped)
    network = traced(model, "4x40")
    assert shortcuts(network) == ["other" if cropped else "identity"] * 3
    assert network.params == sum(weight.numel() for weight in model.parameters())


class Sum(nn.Module):
    """A residual block of two convolutions, its sum spelled by a function."""

    def __init__(self, spelling: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.stem, self.first, self.second = (nn.Conv2d(3 if not k else 8, 8, 3, padding=1) for k in range(3))
        self.spelling = spelling

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return F.relu(self.spelling(self.second(F.relu(self.first(x))), x))


def _assigned(z: Tensor, x: Tensor) -> Tensor:
    z[:] = z + x
    return z


def _copied(z: Tensor, x: Tensor) -> Tensor:
    z.copy_(x + z)
    return z


def _assigned_to_zeros(z: Tensor, x: Tensor) -> Tensor:
    total = torch.zeros_like(x)
    total[..., :, :] = z
    total += x
    return total


def _assigned_halves(z: Tensor, x: Tensor) -> Tensor:
    both = torch.empty(len(z), 16, 6, 7)
    both[:, :8], both[:, 8:] = z, x
    return both.view(-1, 2, 8, 6, 7).sum(1)


def _assigned_items(z: Tensor, x: Tensor) -> Tensor:
    both = z.new_empty(len(z), 2, 8, 6, 7)
    both[:, 1] = x
    both[:, 0] = z
    return both.sum(dim=1)


SPELLINGS: list[Callable[[Tensor, Tensor], Tensor]] = [
    _assigned,
    _copied,
    _assigned_to_zeros,
    _assigned_halves,
    _assigned_items,
    lambda z, x: torch.cat([z, x], 1).view(len(z), 2, 8, 6, 7).sum(1),
    lambda z, x: torch.unflatten(torch.cat([z, x], 1), 1, (2, 8)).sum(1),
    lambda z, x: torch.cat([x, z], -3).reshape(-1, 2, 8, 6, 7).mean(-4) * 2,
    lambda z, x: torch.einsum("sbchw->bchw", torch.stack([z, x])),
    lambda z, x: torch.einsum("b c h w s -> b c h w", torch.stack([z, x], -1)),
    lambda z, x: torch.einsum("bschw->bchw", torch.cat([z[:, None], x[:, None]], 1)),
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_sum_is_residual_in_any_spelling(spelling: Callable[[Tensor, Tensor], Tensor]) -> None:
    network = traced(Sum(spelling), "3x6x7")
    assert shortcuts(network) == ["identity"]
    assert not list(graphs(network))
    assert not network.notes


class Spectral(nn.Module):
    """Products of some Fourier modes with complex weights (Li et al. 2021), one or more corners of them."""

    def __init__(self, corners: int, wide: bool) -> None:
        super().__init__()
        shape = (6, 6, 3, 3) if wide else (6, 3, 3)
        self.weights = nn.ParameterList(torch.randn(shape, dtype=torch.cfloat) for _ in range(corners))
        self.equation = "bihw,iohw->bohw" if wide else "bihw,ihw->bihw"
        self.mlp = nn.Sequential(nn.Conv2d(6, 12, 1), nn.GELU(), nn.Conv2d(12, 6, 1))

    def forward(self, x: Tensor) -> Tensor:
        modes = torch.fft.rfft2(x)
        kept = torch.zeros_like(modes)
        places = (slice(0, 3), slice(-3, None), slice(4, 7))
        for place, weight in zip(places, self.weights, strict=False):
            kept[:, :, place, :3] = torch.einsum(self.equation, modes[:, :, place, :3], weight)
        y: Tensor = self.mlp(torch.fft.irfft2(kept, s=x.shape[-2:]))
        return x + y


@pytest.mark.parametrize(("corners", "wide"), [(1, True), (2, True), (3, True), (2, False)])
def test_weighted_modes_are_added_corner_by_corner(corners: int, wide: bool) -> None:
    model = Spectral(corners, wide)
    network = traced(model, "6x16x16")
    assert shortcuts(network) == ["identity"]
    assert network.params == sum(weight.numel() for weight in model.parameters())
    assert not network.idle
    assert not network.notes
    assert len(merges(network, Merge.ADD)) == (corners > 1)
    if wide:
        ops = [layer.op for layer in weighted_layers(blocks(network)[-1])]
        assert ops == ["matmul"] * corners + ["conv"] * 2
