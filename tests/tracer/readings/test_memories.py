"""A decoder that reads an encoder's memory: layers of both are units, and the memory is one line."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.graph import graphs
from resnet_diagram.spec.json.files import dumps, loads
from resnet_diagram.spec.model import Graph, LayerKind, Network, Stage
from resnet_diagram.spec.settings import INPUT, setting
from resnet_diagram.spec.signature import same
from resnet_diagram.spec.toml.reader import loads as loads_toml
from resnet_diagram.spec.toml.writer import dumps as dumps_toml
from resnet_diagram.wording.blocks import unit_type
from tests.tracer.facts import blocks, elements, layers
from tests.tracer.structure.test_awkward import traced

SIZE, HIDDEN = 16, 32


def perceptron() -> nn.Module:
    return nn.Sequential(nn.Linear(SIZE, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, SIZE))


class Attention(nn.Module):
    """Attention of one head, written out; `fused` calls PyTorch's operation."""

    def __init__(self, *, fused: bool = False) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(SIZE, SIZE) for _ in range(4))
        self.fused = fused

    def forward(self, x: Tensor, memory: Tensor) -> Any:
        q, k, v = self.query(x), self.key(memory), self.value(memory)
        if self.fused:
            return self.out(nn.functional.scaled_dot_product_attention(q, k, v))
        return self.out((q @ k.mT / 4).softmax(-1) @ v)


class Packed(nn.Module):
    """Attention whose keys and values are one layer, with several heads, by einsum."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.pair, self.out = (
            nn.Linear(SIZE, SIZE),
            nn.Linear(SIZE, 2 * SIZE),
            nn.Linear(SIZE, SIZE),
        )

    def forward(self, x: Tensor, memory: Tensor) -> Any:
        q = self.query(x).unflatten(-1, (2, 8))
        k, v = self.pair(memory).unflatten(-1, (2, 2, 8)).unbind(2)
        weights = torch.einsum("bihd,bjhd->bhij", q, k).mul(8**-0.5).softmax(-1)
        return self.out(torch.einsum("bhij,bjhd->bihd", weights, v).flatten(2))


class EncoderLayer(nn.Module):
    def __init__(self, attention: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.attention, self.mlp = attention(), perceptron()
        self.first, self.second = nn.LayerNorm(SIZE), nn.LayerNorm(SIZE)

    def forward(self, x: Tensor) -> Any:
        y = self.first(x)
        x = x + self.attention(y, y)
        return x + self.mlp(self.second(x))


class DecoderLayer(nn.Module):
    def __init__(self, attention: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.attention, self.cross, self.mlp = attention(), attention(), perceptron()
        self.first, self.second, self.third = (nn.LayerNorm(SIZE) for _ in range(3))

    def forward(self, x: Tensor, memory: Tensor) -> Any:
        y = self.first(x)
        x = x + self.attention(y, y)
        x = x + self.cross(self.second(x), memory)
        return x + self.mlp(self.third(x))


class Translator(nn.Module):
    """An encoder and a decoder of some depths (Vaswani et al. 2017, figure 1)."""

    def __init__(self, attention: Callable[[], nn.Module], encoder: int, decoder: int, *, last: bool) -> None:
        super().__init__()
        self.source, self.target = nn.Linear(8, SIZE), nn.Linear(8, SIZE)
        self.encoder = nn.ModuleList(EncoderLayer(attention) for _ in range(encoder))
        self.decoder = nn.ModuleList(DecoderLayer(attention) for _ in range(decoder))
        self.norm = nn.LayerNorm(SIZE) if last else nn.Identity()
        self.out = nn.Linear(SIZE, 5)

    def forward(self, source: Tensor, target: Tensor) -> Any:
        memory, x = self.source(source), self.target(target)
        for layer in self.encoder:
            memory = layer(memory)
        memory = self.norm(memory)
        for layer in self.decoder:
            x = layer(x, memory)
        return self.out(x)


class Library(nn.Module):
    """PyTorch's own transformer."""

    def __init__(self, encoder: int, decoder: int, **options: Any) -> None:
        super().__init__()
        self.source, self.target, self.out = nn.Linear(8, SIZE), nn.Linear(8, SIZE), nn.Linear(SIZE, 5)
        self.core = nn.Transformer(SIZE, 2, encoder, decoder, HIDDEN, batch_first=True, **options)

    def forward(self, source: Tensor, target: Tensor) -> Any:
        return self.out(self.core(self.source(source), self.target(target)))


class Sublayers(nn.Module):
    """Blocks that are lists of parts, with the cache of keys as an output, as in T5."""

    def __init__(self) -> None:
        super().__init__()
        self.source, self.target, self.out = nn.Linear(8, SIZE), nn.Linear(8, SIZE), nn.Linear(SIZE, 5)
        self.encoder = nn.ModuleList(Parts(cross=False) for _ in range(2))
        self.decoder = nn.ModuleList(Parts(cross=True) for _ in range(2))

    def forward(self, source: Tensor, target: Tensor) -> Any:
        memory, x, cache = self.source(source), self.target(target), []
        for part in self.encoder:
            memory, _ = part(memory, memory)
        for part in self.decoder:
            x, keys = part(x, memory)
            cache.append(keys)
        return self.out(x), cache


class Parts(nn.Module):
    def __init__(self, *, cross: bool) -> None:
        super().__init__()
        parts = [Wrapped(Attention(fused=True)), *([Wrapped(Attention(fused=True))] if cross else [])]
        self.layer = nn.ModuleList([*parts, Wrapped(perceptron())])

    def forward(self, x: Tensor, memory: Tensor) -> Any:
        keys = None
        for at, part in enumerate(self.layer):
            inner = part.inner
            if not isinstance(inner, Attention):
                x = part(x)
            else:
                x = part(x, *([memory] if at else []))
                keys = inner.key(memory)
        return x, torch.cat([torch.zeros(1, 0, SIZE), keys], 1) if keys is not None else x


class Wrapped(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.norm, self.inner = nn.LayerNorm(SIZE), inner

    def forward(self, x: Tensor, *memory: Tensor) -> Any:
        y = self.norm(x)
        if isinstance(self.inner, Attention):
            return x + self.inner(y, *(memory or [y]))
        return x + self.inner(y)


MODELS: list[tuple[Callable[[], nn.Module], int, int]] = [
    (lambda: Translator(Attention, 2, 2, last=True), 2, 2),
    (lambda: Translator(lambda: Attention(fused=True), 2, 5, last=False), 2, 5),
    (lambda: Translator(Packed, 3, 1, last=True), 3, 1),
    (lambda: Library(2, 3), 2, 3),
    (lambda: Library(2, 2, norm_first=True), 2, 2),
]


def stages_in(network: Network) -> list[Stage]:
    (graph,) = (element for element in network.body if isinstance(element, Graph))
    return [item for node in graph.nodes for item in node.body if isinstance(item, Stage)]


@pytest.mark.parametrize(("make", "encoder", "decoder"), MODELS)
def test_layers_of_encoder_and_decoder_are_units(
    make: Callable[[], nn.Module], encoder: int, decoder: int
) -> None:
    model = make()
    network = traced(model, "1x6x8", "1x5x8")
    inner, outer = stages_in(network)[0], stages_in(network)[-1]
    assert (len(units((inner,))), len(units((outer,)))) == (encoder, decoder)
    assert len(blocks(network)) == 2 * encoder + 3 * decoder
    assert str(unit_type(units((inner,))[0])) == "encoder layer" or encoder == 1
    assert network.params == sum(weight.numel() for weight in model.parameters())
    assert not network.notes
    assert [port.name for port in network.inputs] in (["source", "target"],)
    assert check(network)


@pytest.mark.parametrize(("make", "encoder", "decoder"), MODELS)
def test_the_memory_enters_the_decoder_once(
    make: Callable[[], nn.Module], encoder: int, decoder: int
) -> None:
    network = traced(make(), "1x6x8", "1x5x8")
    (graph,) = graphs(network)
    readers = [node for node in graph.nodes if len(node.reads) > 1]
    assert [node.merge for node in readers] == [None]
    first, memory = readers[0].reads
    assert graph.nodes[memory].shape == (SIZE, 6)
    assert graph.nodes[first].shape == (SIZE, 5)
    named = [layer for layer in layers(network) if setting(layer, INPUT) == "memory"]
    assert len(named) == decoder
    assert {layer.kind for layer in named} == {LayerKind.ATTENTION}
    # queries of 5 tokens; keys, values of 6; twice 5 × 6 × 16 for the products
    assert {layer.macs for layer in named} == {(5 + 2 * 6) * SIZE * SIZE + 2 * 5 * 6 * SIZE}
    assert {layer.params for layer in named} == {3 * (SIZE * SIZE + SIZE)}


@pytest.mark.parametrize("make", [MODELS[0][0], MODELS[3][0]])
def test_files_keep_the_memory(make: Callable[[], nn.Module]) -> None:
    network = traced(make(), "1x6x8", "1x5x8")
    assert loads(dumps(network)) == network
    assert same(loads_toml(dumps_toml(network)), network)


def test_a_block_that_is_a_list_of_parts_is_a_layer() -> None:
    network = traced(Sublayers(), "1x6x8", "1x5x8")
    assert [len(units((stage,))) for stage in stages_in(network)] == [2, 2]
    assert [str(unit_type(units((stage,))[0])) for stage in stages_in(network)] == [
        "encoder layer",
        "decoder layer",
    ]


class Queries(nn.Module):
    """A decoder whose queries are learned (Carion et al. 2020): the memory comes in on the main path."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.core = (
            nn.Conv2d(3, SIZE, 8, 8),
            nn.Transformer(SIZE, 2, 2, 2, HIDDEN, batch_first=True),
        )
        self.queries, self.out = nn.Parameter(torch.zeros(1, 5, SIZE)), nn.Linear(SIZE, 4)

    def forward(self, x: Tensor) -> Any:
        return self.out(self.core(self.patches(x).flatten(2).mT, self.queries.expand(len(x), -1, -1)))


def test_learned_queries_make_a_chain() -> None:
    model = Queries()
    network = traced(model, "3x32x32")
    assert not list(graphs(network))
    assert [layer.name for layer in layers(network) if setting(layer, INPUT)] == [
        "core.decoder.layers.1.multihead_attn.attention"
    ]
    assert network.params == sum(weight.numel() for weight in model.parameters())


class Mutual(nn.Module):
    """Two streams that attend to each other and both go on: neither is the memory of the other."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(8, SIZE), nn.Linear(8, SIZE)
        self.left, self.right = Attention(), Attention()

    def forward(self, a: Tensor, b: Tensor) -> Any:
        x, y = self.first(a), self.second(b)
        return x + self.left(x, y), y + self.right(y, x)


class Towers(nn.Module):
    """Two towers whose ends are compared: no decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = perceptron(), perceptron()

    def forward(self, a: Tensor, b: Tensor) -> Any:
        return (self.first(a) @ self.second(b).mT).softmax(-1)


class Reduced(nn.Module):
    """Attention to a smaller map of the same value (Wang et al. 2021, PVT)."""

    def __init__(self) -> None:
        super().__init__()
        self.reduce, self.core = nn.Linear(2 * SIZE, SIZE), Attention()

    def forward(self, x: Tensor) -> Any:
        return x + self.core(x, self.reduce(x.reshape(1, -1, 2 * SIZE)))


@pytest.mark.parametrize(
    ("make", "inputs"),
    [(Mutual, ("1x6x8", "1x6x8")), (Towers, ("1x6x16", "1x5x16")), (Reduced, ("6x16",))],
)
def test_other_attention_has_no_memory(make: Callable[[], nn.Module], inputs: tuple[str, ...]) -> None:
    network = traced(make(), *inputs)
    assert "memory" not in {setting(layer, INPUT) for layer in layers(network)}
    assert not [e for e in elements(network) if isinstance(e, Graph) and len(e.outputs) > 2]
