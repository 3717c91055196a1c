"""More models written in unusual ways are read as what they are."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.measure import (
    all_blocks,
    gate_ratio,
    is_gate,
    macs,
    params,
    stride,
    walk,
    weighted_layers,
)
from resnet_diagram.spec.model import LayerKind, Merge, Network
from tests.tracer.facts import blocks, layers, merges, ops, shortcuts
from tests.tracer.models import mixing as mixing
from tests.tracer.models import more as given
from tests.tracer.models.awkward import InPlaceBlock
from tests.tracer.models.blocks import branch
from tests.tracer.models.libraries import torchvision_models
from tests.tracer.structure.test_awkward import traced


def joins_up(network: Network) -> bool:
    return not [note for note in network.notes if "join up" in note]


def opaque(network: Network) -> list[str]:
    return [layer.op for layer in layers(network) if layer.kind == "opaque"]


@pytest.mark.parametrize(("join", "kind"), given.JOINS)
def test_spellings_of_a_sum(join: Callable[[Tensor, Tensor], Any], kind: str) -> None:
    network = traced(given.Joined(join), "4x16x16")
    assert shortcuts(network) == [kind]
    assert joins_up(network)


@pytest.mark.parametrize("spelling", given.PADS)
def test_more_spellings_of_option_a(spelling: str) -> None:
    network = traced(given.Pads(spelling), "4x16x16")
    assert shortcuts(network) == ["zero-pad"]
    assert joins_up(network)
    assert not opaque(network)


IDENTITY = ["identity"]
MODELS: list[tuple[Callable[[], Any], str, list[str]]] = [
    (given.Compiled, "4x16x16", IDENTITY),
    (lambda: torch.compile(InPlaceBlock(4)), "4x16x16", IDENTITY),
    (given.Hooked, "4x16x16", IDENTITY),
    (given.Unwrapped, "4x16x16", IDENTITY * 2),
    (given.Stateless, "4x16x16", IDENTITY),
    (given.Generated, "4x16x16", IDENTITY * 3),
    (lambda: given.Rezero(False), "4x16x16", IDENTITY),
    (lambda: given.Rezero(True), "4x16x16", ["other"]),
    (given.Fixup, "4x16x16", IDENTITY),
    (given.ShakeShake, "4x16x16", IDENTITY),
    (given.Cardinal, "8x16x16", IDENTITY),
    (given.InceptionResidual, "8x16x16", IDENTITY),
    (given.Pyramid, "3x16x16", ["zero-pad"] * 3),
    (given.Antialiased, "8x16x16", ["pooled-projection"]),
    (given.OwnActivation, "4x16x16", ["projection"]),
    (given.Cropped, "4x16x16", ["other"]),
    (given.Causal, "3x20", ["projection", "identity"]),
    (given.Shuffle, "8x16x16", []),
    (mixing.Attentive, "8x16x16", IDENTITY),
    (mixing.NonLocal, "8x16x16", IDENTITY),
    (mixing.Parallel, "10x16", IDENTITY * 2),
    (mixing.HalfSteps, "10x8", IDENTITY * 3),
    (mixing.Sequenced, "3x16x16", IDENTITY),
    (mixing.Spectral, "4x16", []),
    (mixing.Additive, "3x16x16", IDENTITY),
    (mixing.Pyramids, "3x16x16", []),
    (mixing.Enlarging, "8x8x8", ["projection"]),
    (mixing.Mixed, "8x16x16", IDENTITY * 2),
    (mixing.Factored, "8x16x16", IDENTITY * 2),
    (mixing.Rectified, "3x16x16", IDENTITY * 2),
    (mixing.Experts, "8", IDENTITY),
    (mixing.Highway, "8", []),
    (mixing.Gathered, "4x64", IDENTITY * 3),
]


@pytest.mark.parametrize(("make", "shape", "kinds"), MODELS)
def test_shortcuts(make: Callable[[], nn.Module], shape: str, kinds: list[str]) -> None:
    network = traced(make(), shape)
    assert shortcuts(network) == kinds
    assert joins_up(network)


@pytest.mark.parametrize("form", mixing.BY_HAND)
def test_linear_layers_by_hand(form: str) -> None:
    network = traced(mixing.ByHand(form), "8")
    assert shortcuts(network) == IDENTITY
    assert (params(network), macs(network)) == (256, 256)


def test_the_only_tangles_are_those_of_mixtures() -> None:
    tangled = {make: opaque(traced(make(), shape)) for make, shape, _ in MODELS}
    assert {make: found for make, found in tangled.items() if found} == {
        mixing.Gathered: ["gathered"],
    }


def test_branches_beside_each_other() -> None:
    (shaken,) = blocks(traced(given.ShakeShake(), "4x16x16"))
    assert len(shaken.branches) == 2
    (cardinal,) = blocks(traced(given.Cardinal(4), "8x16x16"))
    assert len(cardinal.branches) == 4
    (parallel, *_) = merges(traced(mixing.Parallel(1), "10x16"), Merge.ADD)
    assert [ops(branch)[-1] for branch in parallel.branches] == ["linear", "linear"]


def test_a_stride_behind_the_convolution_is_a_pool() -> None:
    (block,) = blocks(traced(given.Antialiased(), "8x16x16"))
    assert stride(block) == (2, 2)
    assert ops(block.branches[0])[6] == "avg_pool"
    assert block.shortcut is not None
    assert ops(block.shortcut.layers) == ["avg_pool", "conv", "batch_norm"]


def test_in_place_activations_belong_to_branch_and_shortcut() -> None:
    network = traced(mixing.Rectified(), "3x16x16")
    first, second = blocks(network)
    assert ops(network.stem) == ["conv", "relu"]
    assert (ops(first.after), ops(second.after)) == (["relu"], [])
    assert [ops(b.branches[0]) for b in (first, second)] == [["conv", "relu", "conv"]] * 2


def test_each_block_has_a_pre_activation() -> None:
    (block,) = blocks(traced(given.OwnActivation(), "4x16x16"))
    assert block.before == ()
    assert ops(block.branches[0])[:3] == ["batch_norm", "relu", "conv"]


def test_the_batch_may_be_the_second_axis() -> None:
    network = traced(mixing.Sequenced(), "3x16x16")
    assert {layer.in_shape[0] for layer in layers(network) if layer.op == "layer_norm"} == {16}


def test_gathered_branches_are_counted_and_noted() -> None:
    model = mixing.Gathered()
    network = traced(model, "4x64")
    (joint,) = [layer for layer in layers(network) if layer.op == "gathered"]
    assert joint.params == 3 * (8 * 12 + 12)
    assert "3 ways are counted, but not drawn, from blocks to a sum" in network.notes
    unused = sum(p.numel() for p in model.outs[-1].parameters())
    assert [(module.name, module.params) for module in network.idle] == [("outs.3", unused)]
    assert params(network) == sum(p.numel() for p in model.parameters())
    gates = merges(network, Merge.MULTIPLY)
    assert [[ops(branch) for branch in gate.branches] for gate in gates] == [
        [["slice", "tanh"], ["slice", "sigmoid"]]
    ] * 4


class StackedHeads(nn.Module):
    """A residual trunk whose `join` makes one output of two heads."""

    def __init__(self, join: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.stem, self.conv = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.left, self.right, self.join = nn.Linear(8, 5), nn.Linear(8, 5), join

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = torch.relu(x + self.conv(torch.relu(x)))
        x = x.mean((2, 3))
        return self.join(self.left(x), self.right(x))


@pytest.mark.parametrize(
    "join",
    [
        lambda a, b: torch.stack([a, b], 1),
        lambda a, b: torch.stack([a, b], 1).permute(1, 0, 2),
        lambda a, b: torch.stack([a.t(), b.t()]).permute(2, 0, 1).sum(1),
        lambda a, b: torch.stack([a, b], 1).mean(1),
        lambda a, b: torch.stack([a, b]),
    ],
    ids=["stacked", "permuted", "permuted and summed", "averaged", "first"],
)
def test_outputs_that_are_stacked(join: Callable[[Tensor, Tensor], Tensor]) -> None:
    assert shortcuts(traced(StackedHeads(join), "3x16x16")) == ["identity"]


class SumsInOneForward(nn.Module):
    """Sums of branches without a module of their own, one of them around layers that feed each other."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.first, self.skip = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 1)
        self.second, self.third = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 1)
        self.rounds = rounds

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(torch.relu(self.first(x))) + self.skip(x)
        for _ in range(self.rounds):
            a = torch.relu(self.first(x))
            b = torch.relu(self.second(x + a))
            x = x + self.third(a * b) + b
        result: Tensor = self.third(x)
        return result


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_sums_without_modules(rounds: int) -> None:
    network = traced(SumsInOneForward(rounds), "8x16x16")
    assert shortcuts(network)[0] == "projection"
    assert shortcuts(network)[1:].count("identity") == rounds


@pytest.mark.parametrize("attribute", ["modules", "children", "parameters", "type", "eval", "train"])
def test_an_attribute_may_hide_a_method_of_a_module(attribute: str) -> None:
    class Hiding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
            object.__setattr__(self, attribute, [self.conv1])

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv1(x)
            return x + self.conv2(x)  # type: ignore[no-any-return]

    network = traced(Hiding())
    assert shortcuts(network) == ["identity"]
    assert network.params == 3 * 4 * 9 + 4 + 4 * 4 * 9 + 4


class Pixels(nn.Module):
    """Attention among pixels, with a convolution each for queries, keys and values."""

    def __init__(self, channels: int = 8, *, spelling: str = "matmul") -> None:
        super().__init__()
        self.spelling = spelling
        self.q, self.k, self.v = (nn.Conv2d(channels, channels, 1) for _ in range(3))
        self.out = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        q, k, v = (layer(x).flatten(2) for layer in (self.q, self.k, self.v))
        if self.spelling == "einsum":
            weights = torch.einsum("ncq,nck->nqk", q, k).softmax(-1)
            y = torch.einsum("nqk,nck->ncq", weights, v)
        elif self.spelling == "bmm":
            y = torch.bmm(v, torch.bmm(q.transpose(1, 2), k).softmax(-1).transpose(1, 2))
        else:
            weights = (q.transpose(1, 2) @ k / c**0.5).softmax(-1)
            y = v @ weights.transpose(1, 2)
        return x + self.gamma * self.out(y.reshape(n, c, h, w))  # type: ignore[no-any-return]


@pytest.mark.parametrize("spelling", ["matmul", "bmm", "einsum"])
def test_an_attention_lists_its_convolutions(spelling: str) -> None:
    network = traced(nn.Sequential(nn.Conv2d(3, 8, 3), Pixels(spelling=spelling), Pixels(spelling=spelling)))
    assert shortcuts(network) == ["identity", "identity"]
    for block in blocks(network):
        main = [layer.kind for layer in weighted_layers(block)]
        assert main.count(LayerKind.CONV) == 4
        assert LayerKind.ATTENTION in main
    total = 3 * 8 * 9 + 8 + 2 * (4 * (8 * 8 + 8) + 1)
    assert network.params == sum(layer.params for layer in layers(network)) == total


def test_linear_queries_keys_and_values_stay_one_attention() -> None:
    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.q, self.k, self.v, self.out = (nn.Linear(8, 8) for _ in range(4))

        def forward(self, x: Tensor) -> Tensor:
            weights = (self.q(x) @ self.k(x).transpose(-1, -2)).softmax(-1)
            return x + self.out(weights @ self.v(x))  # type: ignore[no-any-return]

    model = nn.Sequential(nn.Conv2d(3, 8, 4, 4), nn.Flatten(2), Transposed(), Tokens(), Tokens())
    kinds = [layer.kind for layer in layers(traced(model))]
    assert kinds.count(LayerKind.ATTENTION) == 2


class Transposed(nn.Module):
    """From channels first to channels last."""

    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2)


ZEROS: dict[str, Callable[[Tensor], Tensor]] = {
    "Variable": lambda x: torch.autograd.Variable(torch.zeros(x.shape)),
    "a value less itself": lambda x: x - x,
    "torch.sub": lambda x: torch.sub(x, x),
    "detached": lambda x: torch.zeros(x.shape).detach(),
    "half and back": lambda x: torch.zeros(x.shape).half().float(),
    "filled in place": lambda x: torch.empty(x.shape).fill_(0),
    "expanded": lambda x: torch.zeros(1, 1, 1, 1).expand(x.shape),
    "times zero": lambda x: x * 0.0,
}


class Padded(nn.Module):
    """A shortcut with every second position and as many channels of zeros as it has of its own."""

    def __init__(self, channels: int, zeros: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 2 * channels, 3, 2, 1)
        self.conv2 = nn.Conv2d(2 * channels, 2 * channels, 3, 1, 1)
        self.zeros = zeros

    def forward(self, x: Tensor) -> Tensor:
        half = x[:, :, ::2, ::2]
        way = torch.cat([half, self.zeros(half)], 1)
        return torch.relu(self.conv2(torch.relu(self.conv1(x))) + way)


@pytest.mark.parametrize("zeros", ZEROS.values(), ids=ZEROS)
def test_zeros_of_any_spelling_are_zeros(zeros: Callable[[Tensor], Tensor]) -> None:
    network = traced(nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), Padded(8, zeros), Padded(16, zeros)))
    assert shortcuts(network) == ["zero-pad", "zero-pad"]


def test_a_value_less_another_is_no_zero() -> None:
    network = traced(nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), Padded(8, lambda x: x - x.relu())))
    assert shortcuts(network) != ["zero-pad"]


EXCITED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "einsum": lambda x, w: torch.einsum("nchw,nc->nchw", x, w),
    "einsum, weights first": lambda x, w: torch.einsum("nc, nchw -> nchw", w, x),
    "indexed": lambda x, w: x * w[:, :, None, None],
    "viewed": lambda x, w: torch.mul(x, w.view(*w.shape, 1, 1)),
}


class Excited(nn.Module):
    """A residual block with a gate for each channel."""

    def __init__(self, weigh: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, 1, 1)
        self.reduce, self.expand = nn.Linear(8, 2), nn.Linear(2, 8)
        self.weigh = weigh

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        weights = torch.sigmoid(self.expand(torch.relu(self.reduce(y.mean((2, 3))))))
        return torch.relu(x + self.weigh(y, weights))


@pytest.mark.parametrize("weigh", EXCITED.values(), ids=EXCITED)
def test_a_gate_of_any_spelling_is_a_gate(weigh: Callable[[Tensor, Tensor], Tensor]) -> None:
    network = traced(nn.Sequential(nn.Conv2d(3, 8, 3), Excited(weigh), Excited(weigh)))
    gates = [block for block in all_blocks(network) if is_gate(block)]
    assert [gate_ratio(gate) for gate in gates] == [4, 4]
    assert (
        network.macs == traced(nn.Sequential(nn.Conv2d(3, 8, 3), *map(Excited, [EXCITED["viewed"]] * 2))).macs
    )


def test_an_einsum_with_a_parameter_scales_channels() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.scale = nn.Conv2d(3, 8, 3), nn.Parameter(torch.ones(8))

        def forward(self, x: Tensor) -> Tensor:
            return torch.einsum("nchw,c->nchw", self.conv(x), self.scale)

    network = traced(Scaled())
    assert network.params == 3 * 8 * 9 + 8 + 8
    assert [layer.op for layer in layers(network)][-1] == "layer_scale"


class Skipped(nn.Module):
    """A residual block whose branch starts at zero: `addcmul` weighs it by a number that is learned."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.main = branch(4, 4)
        self.factor = nn.Parameter(torch.zeros(size, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(x, self.main(x), self.factor)


@pytest.mark.parametrize(("size", "op"), [(1, "learned_scale"), (4, "layer_scale")])
def test_a_product_that_is_added_is_on_the_branch(size: int, op: str) -> None:
    model = Skipped(size)
    network = traced(model, "4x8x8")
    (block,) = blocks(network)
    assert [layer.op for layer in walk(block.branches[0])][-1] == op
    assert params(network) == sum(p.numel() for p in model.parameters())


def test_a_deformable_convolution_has_its_window() -> None:
    torchvision_models()
    from torchvision.ops import deform_conv2d

    class Deformed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.offset = nn.Conv2d(4, 18, 3, 2, 1)
            self.weight = nn.Parameter(torch.zeros(8, 4, 3, 3))

        def forward(self, x: Tensor) -> Any:
            return deform_conv2d(x, self.offset(x), self.weight, stride=2, padding=1)

    network = traced(Deformed(), "4x9x9")
    (layer,) = (one for one in layers(network) if one.in_shape[0] == 4 and one.out_shape[0] == 8)
    assert (layer.kernel, layer.stride, layer.padding, layer.bias) == ((3, 3), (2, 2), (1, 1), False)
    assert (layer.out_shape, layer.params, layer.macs) == ((8, 5, 5), 8 * 4 * 9, 8 * 25 * 4 * 9)
