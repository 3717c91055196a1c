"""A concatenation is one of channels only where the model concatenates channels."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.errors import SpecError
from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.json.files import dumps, loads
from resnet_diagram.spec.measure import joined_axis, merged_shape
from resnet_diagram.spec.model import Block, Layer, LayerKind, Merge, Network
from resnet_diagram.spec.signature import same
from resnet_diagram.spec.toml.reader import loads as loads_toml
from resnet_diagram.spec.toml.writer import dumps as dumps_toml
from resnet_diagram.wording.blocks import unit_title
from resnet_diagram.wording.facts import reason
from tests.tracer.facts import elements, layers, merges
from tests.tracer.structure.test_awkward import traced


class TwoMaps(nn.Module):
    """Two maps of one size, concatenated along an axis, and a convolution that reads the result."""

    def __init__(self, join: Callable[[Tensor, Tensor], Tensor], channels: int = 8) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(3, 8, 1)
        self.last = nn.Conv2d(channels, 4, 1)
        self.join = join

    def forward(self, x: Tensor) -> Any:
        return self.last(self.join(self.first(x), self.second(x)))


class Tokens(nn.Module):
    """Tokens of two patch sizes, or of one and their summary, in one sequence."""

    def __init__(self, join: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.fine, self.coarse = nn.Conv2d(3, 16, 4, 4), nn.Conv2d(3, 16, 8, 8)
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
        self.join = join

    def forward(self, x: Tensor) -> Any:
        fine, coarse = (embed(x).flatten(2).transpose(1, 2) for embed in (self.fine, self.coarse))
        return self.layer(self.join(fine, coarse))


MAPS: list[tuple[Callable[[], nn.Module], int, tuple[int, ...]]] = [
    (lambda: TwoMaps(lambda a, b: torch.cat([a, b], 1), 16), 0, (16, 8, 6)),
    (lambda: TwoMaps(lambda a, b: torch.cat([a, b], 2)), 1, (8, 16, 6)),
    (lambda: TwoMaps(lambda a, b: torch.cat([a, b], -1)), 2, (8, 8, 12)),
    (lambda: TwoMaps(lambda a, b: torch.concat((a, b), dim=-2)), 1, (8, 16, 6)),
]


@pytest.mark.parametrize(("make", "axis", "shape"), MAPS)
def test_equal_maps_are_joined_along_the_axis_named(
    make: Callable[[], nn.Module], axis: int, shape: tuple[int, ...]
) -> None:
    network = traced(make(), "3x8x6")
    (meeting,) = merges(network, Merge.CONCAT)
    assert (joined_axis(meeting), merged_shape(meeting)) == (axis, shape)
    assert layers(network)[-1].in_shape == shape
    assert not [layer for layer in layers(network) if layer.kind is LayerKind.RESHAPE]
    assert not network.notes
    assert loads(dumps(network)) == network
    assert same(loads_toml(dumps_toml(network)), network)


@pytest.mark.parametrize(
    ("join", "count"),
    [
        (lambda a, b: torch.cat([a, b], 1), 8 * 8 // 16 + 8 * 8 // 64 + 15),
        (lambda a, b: torch.cat([a, a.mean(1, keepdim=True) + b[:, :1]], dim=-2), 17),
        (lambda a, b: torch.cat([b[:, :1], a], 1), 17),
    ],
)
def test_tokens_are_joined_along_the_sequence(join: Callable[..., Tensor], count: int) -> None:
    network = traced(Tokens(join), "3x16x16")
    found = [e for e in elements(network) if isinstance(e, Block) and e.merge is Merge.CONCAT]
    assert found
    assert all(joined_axis(block) == 1 for block in found)
    assert [reason(block) for block in found] == ["concatenation of positions"] * len(found)
    assert (16, count) in {layer.in_shape for layer in layers(network)}


def test_a_token_put_before_the_others_is_no_dense_layer() -> None:
    def summary(fine: Tensor, coarse: Tensor) -> Tensor:
        return torch.cat([fine.mean(1, keepdim=True), fine], 1)

    network = traced(Tokens(summary), "3x16x16")
    (block,) = merges(network, Merge.CONCAT)
    assert () in block.branches
    assert "positions" in str(unit_title((block,)))
    assert "dense" not in str(unit_title((block,)))


def test_the_axis_is_written_in_code() -> None:
    assert "dim=3" in rd.code(traced(MAPS[2][0](), "3x8x6"))


def test_an_axis_that_no_branch_has_is_refused() -> None:
    act = Layer(kind=LayerKind.ACTIVATION, op="relu", in_shape=(3, 4, 4), out_shape=(3, 4, 4))
    for axis, merge in ((3, Merge.CONCAT), (1, Merge.ADD)):
        block = Block(branches=((act,), ()), merge=merge, axis=axis)
        with pytest.raises(SpecError, match="axis is"):
            check(Network(name="x", input_shape=(3, 4, 4), body=(block,)))
