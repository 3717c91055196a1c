"""Models with several inputs: what is drawn, and what is said of the rest."""

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.measure import macs, params
from resnet_diagram.tracer import parse_input, trace
from resnet_diagram.wording.facts import facts
from tests.tracer.facts import layers, shortcuts
from tests.tracer.models.awkward import InPlaceBlock


class Late(nn.Module):
    """Adds a second input to the path of the first, through a convolution if asked."""

    def __init__(self, project: bool) -> None:
        super().__init__()
        self.path = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 3, padding=1))
        self.other = nn.Conv2d(3, 3, 1) if project else nn.Identity()

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        result: Tensor = self.path(x) + self.other(y)
        return result


class Fusion(nn.Module):
    """A residual image branch, joined with a table's."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.inner = nn.Conv2d(8, 8, 3, padding=1)
        self.table = nn.Linear(12, 4)
        self.head = nn.Linear(12, 2)

    def forward(self, image: Tensor, table: Tensor) -> Tensor:
        image = self.stem(image)
        image = torch.relu(image + self.inner(torch.relu(self.inner(image))))
        result: Tensor = self.head(torch.cat([image.mean((2, 3)), self.table(table)], 1))
        return result


@pytest.mark.parametrize("project", [False, True])
def test_an_input_added_to_anothers_path_is_no_shortcut(project: bool) -> None:
    inputs = [parse_input("1x3x32x32"), parse_input("1x3x32x32")]
    found = facts(trace(Late(project), inputs))
    assert found["residuals"] == []
    assert found["option"] is None
    assert [one["reason"] for one in found["other_merges"]] == ["sum of branches"]


class Conditional(nn.Module):
    """An image network whose blocks are told the time, embedded once."""

    def __init__(self, depth: int = 3) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.embed = nn.Sequential(nn.Linear(1, 16), nn.SiLU(), nn.Linear(16, 16))
        self.a = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)])
        self.b = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)])
        self.time = nn.ModuleList([nn.Linear(16, 8) for _ in range(depth)])

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        e, x = self.embed(t), self.first(x)
        for a, b, time in zip(self.a, self.b, self.time, strict=True):
            x = x + b(torch.relu(a(x) + time(e)[:, :, None, None]))
        return x


class Siamese(nn.Module):
    """One encoder for two images, and a head on the difference."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), InPlaceBlock(8), InPlaceBlock(8))
        self.head = nn.Linear(8, 1)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        a, b = (self.encoder(image).mean((2, 3)) for image in (left, right))
        result: Tensor = self.head((a - b).abs())
        return result


class TwoHeads(nn.Module):
    """Two outputs, each from a head of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), InPlaceBlock(8))
        self.near = nn.Conv2d(8, 2, 1)
        self.far = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 2, 1))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.body(x)
        return {"near": self.near(x), "far": self.far(x)}


def total(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def test_inputs_of_other_shapes_are_followed() -> None:
    network = trace(Fusion(), [parse_input("3x32x32"), parse_input("12")])
    assert [one["shortcut"] for one in facts(network)["residuals"]] == ["identity"]
    assert [port.shape for port in network.inputs] == [(3, 32, 32), (12,)]
    assert network.notes == ()


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (Fusion(), ("3x32x32", "12")),
        (Conditional(), ("3x16x16", "1")),
        (Siamese(), ("3x16x16", "3x16x16")),
        (Late(True), ("3x32x32", "3x32x32")),
    ],
)
def test_totals_are_those_of_the_network(model: nn.Module, inputs: tuple[str, ...]) -> None:
    assert params(trace(model, [parse_input(text) for text in inputs])) == total(model)


def test_a_time_embedding_is_counted_in_its_block() -> None:
    network = trace(Conditional(), [parse_input("3x16x16"), parse_input("1")])
    embedding, each = 32 + 272, 16 * 8 + 8
    shifts = [layer.params for layer in layers(network) if layer.op == "shift"]
    assert shifts == [embedding + each, each, each]
    assert macs(network) == 3 * 8 * 9 * 256 + 6 * 64 * 9 * 256 + 16 + 256 + 3 * 128
    assert "what only it feeds: t; " in network.notes[0]


def test_a_shared_encoder_works_twice() -> None:
    model = Siamese()
    network = trace(model, [parse_input("3x16x16"), parse_input("3x16x16")])
    once = (3 * 8 + 4 * 64) * 9 * 256
    assert macs(network) == 2 * once + 8
    assert shortcuts(network) == ["identity"] * 2
    assert [one["runs"] for one in facts(network)["residuals"]] == [2, 2]
    assert [port.name for port in network.inputs] == ["left", "right"]
    assert network.notes == ()


def test_inputs_of_several_shapes_without_blocks_follow_one() -> None:
    network = trace(Plain(), [parse_input("3x32x32"), parse_input("12")])
    assert network.input_shape == (3, 32, 32)
    assert not [note for note in network.notes if "join up" in note]
    assert params(network) == total(Plain())


class Plain(nn.Module):
    """An image and a table, joined, without residual blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.image = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
        self.table = nn.Linear(12, 4)
        self.head = nn.Linear(12, 2)

    def forward(self, image: Tensor, table: Tensor) -> Tensor:
        result: Tensor = self.head(torch.cat([self.image(image).mean((2, 3)), self.table(table)], 1))
        return result


def test_every_output_is_followed() -> None:
    network = trace(TwoHeads(), [parse_input("3x16x16")])
    assert [(port.name, port.shape) for port in network.outputs] == [
        ("near", (2, 16, 16)),
        ("far", (2, 16, 16)),
    ]
    assert [one["from"] for one in facts(network)["outputs"]] == ["near", "far.1"]
    assert params(network) == total(TwoHeads())
    assert network.notes == ()


class Normalised(nn.Module):
    """A norm whose factors and summands a linear layer makes of a condition."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.factor, self.summand = nn.Linear(6, channels), nn.Linear(6, channels)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        factor, summand = (part(condition)[:, :, None, None] for part in (self.factor, self.summand))
        return self.norm(x) * (1 + factor) + summand  # type: ignore[no-any-return]


class Enlarging(nn.Module):
    """A block of a generator that enlarges on both ways and is conditioned before each convolution."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList([Normalised(channels), Normalised(out)])
        self.convs = nn.ModuleList([nn.Conv2d(channels, out, 3, 1, 1), nn.Conv2d(out, out, 3, 1, 1)])
        self.around = nn.Conv2d(channels, out, 1)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        large = torch.nn.functional.interpolate(x, scale_factor=2)
        y = torch.nn.functional.interpolate(self.norms[0](x, condition).relu(), scale_factor=2)
        y = self.convs[1](self.norms[1](self.convs[0](y), condition).relu())
        return y + self.around(large)  # type: ignore[no-any-return]


class ConditionalGenerator(nn.Module):
    """A generator from noise, whose blocks are conditioned on an embedded class and, if asked, on noise."""

    def __init__(self, *, noisy: bool) -> None:
        super().__init__()
        self.noisy = noisy
        self.first, self.classes = nn.Linear(2, 16 * 16), nn.Embedding(10, 4 if noisy else 6)
        self.blocks = nn.ModuleList([Enlarging(16, 8), Enlarging(8, 4)])

    def forward(self, noise: Tensor, label: Tensor) -> Tensor:
        first, *parts = noise.chunk(3, 1)
        x: Tensor = self.first(first).view(-1, 16, 4, 4)
        for block, part in zip(self.blocks, parts, strict=True):
            condition = self.classes(label)
            x = block(x, torch.cat([condition, part], 1) if self.noisy else condition)
        return x


@pytest.mark.parametrize("noisy", [True, False])
def test_a_condition_makes_no_shortcut_of_a_conditioned_generator(noisy: bool) -> None:
    model = ConditionalGenerator(noisy=noisy)
    found = facts(trace(model, [parse_input("6"), parse_input("1:int64")]))
    ways = [[layer["kind"] for layer in one["shortcut_layers"]] for one in found["residuals"]]
    assert ways == [["upsample", "conv"]] * 2
    assert found["params"] == total(model)
