"""Layers of transformers and their kin count as one block each, with attention and MLP inside."""

from collections.abc import Sequence

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.app.describe import describe_text
from resnet_diagram.diagram.model import Bar, Comparison, Frame, GroupRole
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.panels.overview import overview
from resnet_diagram.diagram.prose.caption import caption
from resnet_diagram.diagram.prose.describe import describe
from resnet_diagram.diagram.views import build as view_of
from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.counting.sharing import shared_modules
from resnet_diagram.spec.json.files import dumps, loads
from resnet_diagram.spec.measure import residual_blocks, walk, weighted_layers
from resnet_diagram.spec.model import LayerKind, Network, Stage
from resnet_diagram.spec.toml.reader import loads as loads_toml
from resnet_diagram.spec.toml.writer import dumps as dumps_toml
from resnet_diagram.tracer.load.build import build
from resnet_diagram.wording.blocks import unit_type
from resnet_diagram.wording.facts import facts, stage_rows
from resnet_diagram.wording.modules import StageNames
from tests.tracer.models.libraries import timm_module, torchvision_models
from tests.tracer.structure.test_awkward import traced


class Encoder(nn.Module):
    """A transformer's encoder, of PyTorch's layers."""

    def __init__(self, depth: int = 6) -> None:
        super().__init__()
        self.embed = nn.Linear(16, 32)
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.encoder(self.embed(x))
        return out


class Repeated(nn.Module):
    """One layer run several times, as in ALBERT."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for _ in range(4):
            x = self.layer(x)
        return x


class Loose(nn.Module):
    """Attention and MLP in pairs of a list, with the sums in the forward around them."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs = nn.ModuleList(nn.ModuleList([Attention(), mlp(32)]) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for pair in self.pairs:
            assert isinstance(pair, nn.ModuleList)
            x = x + pair[0](x)
            x = x + pair[1](x)
        return x


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(32, 96), nn.Linear(32, 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(x).chunk(3, -1)
        out: torch.Tensor = self.out(nn.functional.scaled_dot_product_attention(q, k, v))
        return out


def mlp(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))


class Mixer(nn.Module):
    """Layers that mix tokens, then channels."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(MixerLayer() for _ in range(5)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.layers(x)
        return out


class MixerLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.channels = mlp(8), mlp(32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.tokens(x.transpose(1, 2)).transpose(1, 2)
        out: torch.Tensor = x + self.channels(x)
        return out


class Deep(nn.Module):
    """Layers whose attention adds its input in a module within a module, their MLP beside that (BERT)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(DeepLayer() for _ in range(4))})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        layers = self.encoder["layer"]
        assert isinstance(layers, nn.ModuleList)
        for layer in layers:
            x = layer(x)
        return x


class DeepLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.ModuleDict({"self": Attention(), "output": Output(32)})
        self.cross = nn.ModuleDict({"self": Attention(), "output": Output(32)})
        self.intermediate, self.output = nn.Linear(32, 64), Output(64)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for part in (self.attention, self.cross):
            x = part["output"](part["self"](x), x)
        out: torch.Tensor = self.output(nn.functional.gelu(self.intermediate(x)), x)
        return out


class Output(nn.Module):
    def __init__(self, given: int) -> None:
        super().__init__()
        self.dense, self.norm = nn.Linear(given, 32), nn.LayerNorm(32)

    def forward(self, x: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.norm(self.dense(x) + before)
        return out


class Separable(nn.Module):
    """Layers that mix positions by a depthwise convolution within an MLP (ConvFormer)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(SeparableLayer() for _ in range(3)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.layers(x)
        return out


class SeparableLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        between = nn.Conv2d(16, 16, 7, 1, 3, groups=16)
        self.mixer = nn.Sequential(nn.Conv2d(8, 16, 1), nn.ReLU(), between, nn.Conv2d(16, 8, 1))
        self.mlp = nn.Sequential(nn.Conv2d(8, 32, 1), nn.GELU(), nn.Conv2d(32, 8, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.mixer(x)
        out: torch.Tensor = x + self.mlp(x)
        return out


class Summarised(nn.Module):
    """Layers whose attention is a sum over positions, with weights of one channel (MobileViT v2)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.ModuleList([nn.Linear(32, 65), nn.Linear(32, 32), mlp(32)]) for _ in range(3)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            assert isinstance(layer, nn.ModuleList)
            both, out, wide = layer
            query, key, value = both(x).split([1, 32, 32], -1)
            context = (query.softmax(1) * key).sum(1, keepdim=True)
            x = x + out(value.relu() * context)
            x = x + wide(x)
        return x


class Routed(nn.Module):
    """Layers of attention and a mixture of experts, of which a router chooses two for each position."""

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(RoutedLayer(spelling) for _ in range(3)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.layers(x)
        return out


class RoutedLayer(nn.Module):
    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.attention, self.router = Attention(), nn.Linear(32, 4)
        self.spelling = spelling
        if spelling == "grouped":
            self.wide, self.narrow = (
                nn.Parameter(torch.empty(4, 32, 64)),
                nn.Parameter(torch.empty(4, 64, 32)),
            )
        else:
            self.experts = nn.ModuleList(mlp(32) for _ in range(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attention(x)
        rows = x.reshape(-1, 32)
        shares, chosen = self.router(rows).softmax(-1).topk(2, -1)
        if self.spelling == "grouped":
            order = chosen.reshape(-1).argsort()
            ends = torch.histc(chosen.reshape(-1).float(), 4, 0, 3).cumsum(0).int()
            values = torch._grouped_mm(rows[order // 2], self.wide, offs=ends).relu()
            values = torch._grouped_mm(values, self.narrow, offs=ends) * shares.reshape(-1)[order, None]
            both: torch.Tensor = values[order.argsort()].view(-1, 2, 32).sum(1)
            return x + both.view(x.shape)
        out = torch.zeros_like(rows)
        for number, expert in enumerate(self.experts):
            share = (shares * (chosen == number)).sum(-1, keepdim=True)
            out = out + share * expert(rows)
        return x + out.view(x.shape)


class TwoConvolutions(nn.Module):
    """A module that runs two residual blocks of one kind, which are two blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs = nn.Sequential(*(Pair() for _ in range(3)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.pairs(x)
        return out


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = convolutions(), convolutions()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.one(x)
        out: torch.Tensor = x + self.two(x)
        return out


def convolutions() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1))


def counts(network: Network) -> list[int]:
    return [len(units((stage,))) for stage in network.stages]


@pytest.mark.parametrize(
    ("model", "given", "expected"),
    [
        (Encoder(), "8x16", [6]),
        (Loose(), "8x32", [3]),
        (Mixer(), "8x32", [5]),
        (Repeated(), "8x32", [4]),
        (Deep(), "1x8x32", [4]),
        (Separable(), "8x9x9", [3]),
        (Summarised(), "1x8x32", [3]),
        (Routed("grouped"), "1x8x32", [3]),
        (Routed("all"), "1x8x32", [3]),
        (TwoConvolutions(), "8x9x9", [6]),
    ],
    ids=[
        "encoder",
        "loose",
        "mixer",
        "repeated",
        "deep",
        "separable",
        "summarised",
        "grouped",
        "routed",
        "convolutions",
    ],
)
def test_a_layer_is_one_unit(model: nn.Module, given: str, expected: list[int]) -> None:
    assert counts(traced(model, given)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vit_tiny_patch16_224", [12]),
        ("davit_tiny", [2, 2, 6, 2]),
        ("poolformer_s12", [2, 2, 6, 2]),
        ("focalnet_tiny_srf", [2, 2, 6, 2]),
        ("coatnet_pico_rw_224", [2, 3, 5, 2]),
        ("cait_xxs24_224", [24]),
        ("caformer_s18", [3, 3, 9, 3]),
    ],
)
def test_layers_of_timm(name: str, expected: list[int]) -> None:
    assert counts(traced(timm_module().create_model(name), "3x224x224")) == expected


def test_grouped_products_are_linear_layers_whose_work_is_counted() -> None:
    network = traced(Routed("grouped"), "1x8x32")
    linear = [
        layer for layer in walk(network) if "_grouped_mm" in layer.name or "layers.0.wide" in layer.name
    ]
    assert [(layer.kind, layer.params, layer.macs) for layer in linear[:2]] == [
        (LayerKind.LINEAR, 4 * 32 * 64, 2 * 8 * 32 * 64)
    ] * 2
    assert not [note for note in network.notes if "grouped" in note]


def test_a_path_is_gated_by_the_activation_beside_it() -> None:
    class Gated(nn.Module):
        """A short path with an activation weighs a longer one (Mamba)."""

        def __init__(self) -> None:
            super().__init__()
            self.both, self.out = nn.Linear(32, 128), nn.Linear(64, 32)
            self.conv = nn.Conv1d(64, 64, 5, 1, 2, groups=64)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            value, gate = self.both(x).chunk(2, -1)
            value = nn.functional.relu(self.conv(value.transpose(1, 2))).transpose(1, 2) + 1
            return x + self.out(value * nn.functional.silu(gate))  # type: ignore[no-any-return]

    (block,) = residual_blocks(traced(Gated(), "8x32"))
    assert [layer.kind for layer in weighted_layers(block)] == [
        LayerKind.LINEAR,
        LayerKind.CONV,
        LayerKind.LINEAR,
    ]


def test_all_say_the_same_number() -> None:
    network = traced(torchvision_models().swin_t(weights=None), "3x224x224")
    drawing, _ = overview(network, StageNames.STAGE)
    frames = [frame for frame in drawing.frames if frame.role is GroupRole.STAGE]
    assert counts(network) == [frame.repeat for frame in frames] == [2, 2, 6, 2]
    assert [stage["blocks"] for stage in facts(network)["stages"]] == [2, 2, 6, 2]
    assert [row.blocks for row in stage_rows(network)][1] == 2
    assert "2, 2, 6 and 2" in str(caption([network], Options()))
    assert _indices(frames[0]) == ["1", "", "2", ""]
    assert [(r["stage"], r["block"]) for r in facts(network)["residuals"]][:4] == [
        ("features.1", 1),
        ("features.1", 1),
        ("features.1", 2),
        ("features.1", 2),
    ]


def _indices(frame: Frame) -> Sequence[str]:
    return [bar.index for bar in frame.bars if isinstance(bar, Bar)]


def test_files_keep_layers() -> None:
    network = traced(Encoder(2), "8x16")
    assert loads(dumps(network)) == network
    again = loads_toml(dumps_toml(network))
    assert counts(again) == [2]
    assert all(isinstance(layer, Stage) for layer in again.stages[0].body)


@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.BLOCK, View.FULL])
def test_a_layer_that_runs_again_is_named_in_every_view(view: View) -> None:
    network, note = traced(Repeated(), "8x32"), "shared weights: layer run 4 times"
    assert shared_modules(network) == (("layer", 4),)
    for flat in (False, True):
        diagram = view_of([network], Options(view=view), flat=flat)
        assert [str(entry.text) for entry in diagram.legend].count(note) == 1
    assert shared_modules(traced(Encoder(2), "8x16")) == ()


def test_a_layer_that_runs_again_is_named_beside_other_networks_and_in_texts() -> None:
    network, note = traced(Repeated(), "8x32"), "shared weights: layer run 4 times"
    compared = view_of([network, traced(Encoder(2), "8x16")], Options(view=View.COMPARE))
    (comparison,) = (panel.content for panel in compared.panels if isinstance(panel.content, Comparison))
    assert [note in map(str, column.notes) for column in comparison.columns] == [True, False]
    assert describe_text(network).endswith(note)
    assert facts(network)["shared"] == [{"name": "layer", "runs": 4}]
    assert note.capitalize() in describe(network)
    assert f"{note.capitalize()}." in str(rd.table(network)).replace("\n", " ")


def test_a_head_that_runs_at_several_levels_is_named_where_no_lane_says_so() -> None:
    class Levels(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.ModuleList(nn.Conv2d(8, 8, 3, 2, 1) for _ in range(3))
            self.head = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 4, 1))

        def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
            levels = [x := layer(x) for layer in self.down]
            return [self.head(level) for level in levels]

    network, note = traced(Levels(), "8x32x32"), "shared weights: head run 3 times"
    for view, count in ((View.PAPER, 0), (View.FULL, 1)):
        legend = view_of([network], Options(view=view)).legend
        assert [str(entry.text) for entry in legend].count(note) == count
    assert facts(network)["shared"] == [{"name": "head", "runs": 3}]


class Masked(nn.Module):
    """A layer whose attention hides later positions, in one of several spellings, or weighs them all."""

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self.spelling = spelling
        self.weights = nn.Linear(32, 96)
        self.mlp = mlp(32)
        self.lower: torch.Tensor
        self.near: torch.Tensor
        self.register_buffer("lower", torch.tril(torch.ones(16, 16)).view(1, 16, 16))
        self.register_buffer("near", (torch.arange(16)[:, None] - torch.arange(16)).abs() < 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        query, key, value = self.weights(x).chunk(3, -1)
        scores = self.hidden(query @ key.transpose(1, 2) / 6, x.shape[1])
        x = x + torch.softmax(scores, -1) @ value
        result: torch.Tensor = x + self.mlp(x)
        return result

    def hidden(self, scores: torch.Tensor, size: int) -> torch.Tensor:
        lower = self.lower[:, :size, :size]
        places = torch.arange(size)
        match self.spelling:
            case "buffer":
                return scores.masked_fill(lower == 0, float("-inf"))
            case "sum":
                return scores + (1 - lower) * -1e9
            case "choice":
                return torch.where(lower > 0, scores, torch.tensor(-1e4))
            case "made in the run":
                return scores.masked_fill(torch.ones(size, size).triu(1).bool(), -1e9)
            case "numbers compared":
                return scores.masked_fill(places[None, :] > places[:, None], float("-inf"))
            case "in place":
                return scores.masked_fill_(lower == 0, float("-inf"))
            case "near only":
                return scores.masked_fill(~self.near[:size, :size], float("-inf"))
        return scores


CAUSAL = ("buffer", "sum", "choice", "made in the run", "numbers compared", "in place")


@pytest.mark.parametrize("real", [False, True])
@pytest.mark.parametrize("spelling", [*CAUSAL, "near only", "none"])
def test_attention_with_a_causal_mask_makes_a_decoder(spelling: str, real: bool) -> None:
    def make() -> nn.Module:
        return nn.Sequential(*(Masked(spelling) for _ in range(2)))

    model = make() if real else build(make)
    name = "decoder layer" if spelling in CAUSAL else "encoder layer"
    assert [str(unit_type(layer)) for layer in units(traced(model, "12x32").body)] == [name] * 2
    assert next(model.parameters()).is_meta is not real


@pytest.mark.parametrize("masked", [False, True])
def test_a_mask_that_is_given_to_an_encoder_makes_it_a_decoder(masked: bool) -> None:
    class Given(Encoder):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if masked else None
            out: torch.Tensor = self.encoder(self.embed(x), mask=mask)
            return out

    layers = units(traced(Given(2), "12x16").body)
    assert [str(unit_type(layer)) for layer in layers] == ["decoder layer" if masked else "encoder layer"] * 2


def test_a_layer_that_runs_with_several_norms_is_shared_alone() -> None:
    class Normed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(8, 8, 3, 1, 1)
            self.norms = nn.ModuleList(nn.BatchNorm2d(8) for _ in range(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for norm in self.norms:
                x = x + norm(self.conv(x))
            return x

    assert shared_modules(traced(nn.Sequential(Normed()), "8x8x8")) == (("0.conv", 3),)


class Cell(nn.Module):
    """A module that runs two residual blocks of its own, one after the other."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3, 1, 1), nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = (x + self.first(x)).relu()
        return (x + self.second(x)).relu()  # type: ignore[no-any-return]


def test_a_module_with_several_blocks_is_not_said_to_run_several_times() -> None:
    cell = Cell(8)
    assert shared_modules(traced(nn.Sequential(Cell(8), Cell(8)), "8x16x16")) == ()
    assert {
        count for _, count in shared_modules(traced(nn.Sequential(cell, nn.ReLU(), cell), "8x16x16"))
    } == {2}
