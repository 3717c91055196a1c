"""Which sums are residual, in which order of axes their operands come, and in which spelling."""

from collections.abc import Callable

import pytest

pytest.importorskip("torch")

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.graph import graphs
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
