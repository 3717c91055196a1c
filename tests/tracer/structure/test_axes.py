"""Every shape is `(C, *spatial)`, wherever the model keeps its channels."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.measure import out_shape
from resnet_diagram.spec.model import LayerKind, Network, Stage
from tests.tracer.facts import layers, shortcuts
from tests.tracer.models.awkward import GPT
from tests.tracer.models.libraries import timm_module, torchvision_models
from tests.tracer.structure.test_awkward import traced


class Permuting(nn.Module):
    """A ConvNeXt block: depthwise convolution, then norm and linear layers with the channels last."""

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 7, 1, 3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels)
        )
        self.scale = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.mlp(self.norm(self.conv(x).permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
        result: Tensor = x + self.scale * y
        return result


class Mixer(nn.Module):
    """Linear layers over the tokens, then over the channels, of a sequence of 10 tokens of 6 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(6), nn.LayerNorm(6)
        self.tokens = nn.Sequential(nn.Linear(10, 20), nn.GELU(), nn.Linear(20, 10))
        self.channels = nn.Sequential(nn.Linear(6, 24), nn.GELU(), nn.Linear(24, 6))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.tokens(self.n1(x).transpose(1, 2)).transpose(1, 2)
        result: Tensor = x + self.channels(self.n2(x))
        return result


class Grid(nn.Module):
    """Channels last throughout: pooling by a mean, padding, and every second position."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 8)
        self.last = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.pad(self.first(x), (0, 0, 1, 1, 2, 2))[:, ::2, ::2]
        result: Tensor = self.last(x.mean((1, 2)))
        return result


def shapes(network: Network, op: str) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(layer.in_shape, layer.out_shape) for layer in layers(network) if layer.op == op]


def test_permuted_layers_keep_the_channels_first() -> None:
    network = traced(Permuting(), "8x12x16")
    assert shortcuts(network) == ["identity"]
    assert shapes(network, "linear") == [((8, 12, 16), (32, 12, 16)), ((32, 12, 16), (8, 12, 16))]
    assert shapes(network, "layer_norm") == [((8, 12, 16), (8, 12, 16))]


def test_tokens_are_positions() -> None:
    network = traced(GPT(), "32:int64")
    assert {entry[1:] for entry, _ in shapes(network, "linear")} == {(32,)}
    assert shapes(network, "gelu") == [((256, 32), (256, 32))] * 2
    assert out_shape(network) == (1000, 32)


def test_a_mixer_turns_tokens_into_channels_and_back() -> None:
    network = traced(Mixer(), "10x6")
    assert network.input_shape == (6, 10)
    assert shapes(network, "linear")[:2] == [((10, 6), (20, 6)), ((20, 6), (10, 6))]
    assert shapes(network, "linear")[2:] == [((6, 10), (24, 10)), ((24, 10), (6, 10))]
    assert not [note for note in network.notes if "join" in note]


def test_channels_last_throughout() -> None:
    network = traced(Grid(), "1x6x10x3")
    assert network.input_shape == (3, 6, 10)
    (pad,) = [layer for layer in layers(network) if layer.op == "zero_pad"]
    assert (pad.padding, pad.out_shape) == ((2, 1), (8, 10, 12))
    (cut,) = [layer for layer in layers(network) if layer.op == "subsample"]
    assert (cut.stride, cut.out_shape) == ((2, 2), (8, 5, 6))
    assert shapes(network, "global_avg_pool") == [((8, 5, 6), (8,))]


STAGES: list[tuple[Callable[[], nn.Module], list[tuple[int, ...]]]] = [
    (
        lambda: torchvision_models().swin_t(weights=None),
        [(96, 56, 56), (192, 28, 28), (384, 14, 14), (768, 7, 7)],
    ),
    (lambda: torchvision_models().vit_b_16(weights=None), [(768, 197)]),
    (
        lambda: torchvision_models().convnext_tiny(weights=None),
        [(96, 56, 56), (192, 28, 28), (384, 14, 14), (768, 7, 7)],
    ),
    (lambda: timm_module().create_model("mixer_s32_224"), [(512, 49)]),
    (
        lambda: timm_module().create_model("poolformer_s12"),
        [(64, 56, 56), (128, 28, 28), (320, 14, 14), (512, 7, 7)],
    ),
    (
        lambda: torchvision_models().maxvit_t(weights=None),
        [(64, 56, 56), (128, 28, 28), (256, 14, 14), (512, 7, 7)],
    ),
]


@pytest.mark.parametrize(("make", "expected"), STAGES)
def test_stages_of_published_models(make: Callable[[], nn.Module], expected: list[tuple[int, ...]]) -> None:
    network = traced(make(), "3x224x224")
    assert [out_shape(stage) for stage in network.body if isinstance(stage, Stage)] == expected
    assert not [note for note in network.notes if "join" in note]


class SequenceFirst(nn.Module):
    """A map read as a sequence whose second axis is the batch, as DETR does (Carion et al. 2020)."""

    def __init__(self, layers: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.embed, self.layers, self.head = nn.Conv2d(3, 16, 4, 4), layers(), nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Any:
        return self.head(self.layers(self.embed(x).flatten(2).permute(2, 0, 1)))


class BatchFirst(nn.Module):
    """Attention on a batch of sequences."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, x: Tensor) -> Any:
        return x + self.attention(x, x, x)[0]


class WrittenAttention(nn.Module):
    """Attention on sequences first, with the heads beside the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.all, self.out = nn.Linear(16, 48), nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Any:
        length, count, _ = x.shape
        query, key, value = (
            part.reshape(length, count * 2, 8).transpose(0, 1) for part in self.all(x).chunk(3, -1)
        )
        mixed = (query @ key.mT / 8**0.5).softmax(-1) @ value
        return x + self.out(mixed.transpose(0, 1).reshape(length, count, 16))


def _encoder() -> nn.Module:
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32), 2)


@pytest.mark.parametrize(
    ("make", "shape", "tokens"),
    [
        (lambda: SequenceFirst(_encoder), "3x16x24", 24),
        (lambda: SequenceFirst(WrittenAttention), "3x16x24", 24),
        (BatchFirst, "9x16", 9),
        (lambda: nn.Sequential(BatchFirst(), nn.LayerNorm(16), BatchFirst()), "9x16", 9),
    ],
)
def test_tokens_before_the_batch_are_kept(make: Callable[[], nn.Module], shape: str, tokens: int) -> None:
    network = traced(make(), shape)
    mixing = [layer for layer in layers(network) if layer.kind is LayerKind.LINEAR]
    assert mixing
    assert all(layer.in_shape[1:] == layer.out_shape[1:] == (tokens,) for layer in mixing)
    assert out_shape(network)[1:] == (tokens,)
    assert check(network)
    assert not [note for note in network.notes if "join up" in note]
