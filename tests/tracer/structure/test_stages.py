"""Stages and names, for containers of any style."""

from collections import OrderedDict
from collections.abc import Callable
from itertools import zip_longest

import pytest

pytest.importorskip("torch")

import torch
import torch.fx
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_diagram.spec.counting.blocks import residual_units, units
from resnet_diagram.spec.fold import fold
from resnet_diagram.spec.measure import all_blocks, out_shape, residual_blocks, walk
from resnet_diagram.spec.model import Block, Stage
from resnet_diagram.spec.signature import anonymous
from resnet_diagram.wording.facts import facts
from tests.tracer.facts import layers, ops, stages
from tests.tracer.models.awkward import GPT, InPlaceBlock, conv_norm
from tests.tracer.models.libraries import timm_module, torchvision_models
from tests.tracer.structure.test_awkward import traced


class Linear(nn.Module):
    """A residual block that ends with its addition."""

    def __init__(self, channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.a = conv_norm(channels, out, stride)
        self.b = conv_norm(out, out)
        self.short = None if channels == out and stride == 1 else conv_norm(channels, out, stride, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.b(F.relu(self.a(x)))
        return y + (x if self.short is None else self.short(x))


def flat(*between: nn.Module) -> nn.Sequential:
    """Four blocks in two resolutions, all in one row, an activation behind each."""
    parts: list[nn.Module] = [nn.Conv2d(3, 8, 3, 1, 1)]
    for block in (Linear(8, 8), Linear(8, 8)):
        parts += [block, nn.ReLU()]
    parts += [*between, Linear(8, 8 if between else 16, 1 if between else 2), nn.ReLU()]
    last = 8 if between else 16
    return nn.Sequential(*parts, Linear(last, last), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Listed(nn.Module):
    """All blocks in a module list, with an activation written behind each."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, 1, 1)
        widths = ((8, 8, 1), (8, 8, 1), (8, 16, 2), (16, 16, 1), (16, 16, 1))
        self.blocks = nn.ModuleList([Linear(*width) for width in widths])

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for block in self.blocks:
            x = F.relu(block(x))
        return x.mean((2, 3))


class Giant(nn.Module):
    """Everything in one forward."""

    def __init__(self) -> None:
        super().__init__()
        widths = ((3, 8, 1), (8, 8, 1), (8, 8, 1), (8, 8, 1), (8, 8, 1), (8, 16, 2), (16, 16, 1), (8, 16, 2))
        self.c = nn.ModuleList([nn.Conv2d(a, b, 3, stride, 1) for a, b, stride in widths])

    def forward(self, x: Tensor) -> Tensor:
        c = self.c
        x = F.max_pool2d(F.relu(c[0](x)), 2)
        x = F.relu(x + c[2](F.relu(c[1](x))))
        x = F.relu(x + c[4](F.relu(c[3](x))))
        return F.relu(c[7](x) + c[6](F.relu(c[5](x))))


class Paper(nn.Module):
    """Stages named as in the paper, the pooling inside the first, the last a block without a container."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 2, 1)
        self.conv2_x = nn.Sequential(nn.MaxPool2d(2), Linear(8, 8), Linear(8, 8))
        self.conv3_x = nn.Sequential(Linear(8, 16, 2), Linear(16, 16), Linear(16, 16))
        self.conv4_x = Linear(16, 32, 2)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.conv4_x(self.conv3_x(self.conv2_x(self.conv1(x))))
        return result


class Features(nn.Module):
    """Stem and blocks in one sequence, as MobileNet has it."""

    def __init__(self) -> None:
        super().__init__()
        blocks = (Linear(8, 8), Linear(8, 16, 2), Linear(16, 16), Linear(16, 32, 2))
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), *blocks)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.features(x).mean((2, 3))
        return result


class Staged(nn.Module):
    """A list of stages, each with its own way to a smaller resolution."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList()
        for channels, out in ((3, 8), (8, 16)):
            down = nn.Sequential(nn.BatchNorm2d(channels), nn.Conv2d(channels, out, 2, 2))
            self.stages.append(nn.Sequential(down, Linear(out, out), Linear(out, out)))

    def forward(self, x: Tensor) -> Tensor:
        for stage in self.stages:
            x = stage(x)
        return x


class Interrupted(nn.Module):
    """Two stages of blocks, with blocks of another list behind their first ones or behind each of them."""

    def __init__(self, each: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, 1, 1)
        widths = ((8, 8, 1), (8, 8, 1), (8, 16, 2), (16, 16, 1))
        groups = ([Linear(*width) for width in widths[at : at + 2]] for at in (0, 2))
        others = ([Linear(width, width) for _ in range(1 + each)] for width in (8, 16))
        self.blocks = nn.ModuleList(map(nn.ModuleList, groups))
        self.between = nn.ModuleList(map(nn.ModuleList, others))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for blocks, between in zip(self.blocks.children(), self.between.children(), strict=True):
            for block, other in zip_longest(blocks.children(), between.children()):
                x = other(block(x)) if other else block(x)
        return x


CONTAINERS: list[tuple[Callable[[], nn.Module], dict[str, int]]] = [
    (flat, {"stage1": 2, "stage2": 2}),
    (lambda: flat(nn.MaxPool2d(2)), {"stage1": 2, "stage2": 2}),
    (lambda: flat(nn.Dropout(0.1)), {"stage1": 4}),
    (Listed, {"blocks.stage1": 2, "blocks.stage2": 3}),
    (Giant, {"stage1": 2, "stage2": 1}),
    (Paper, {"conv2_x": 2, "conv3_x": 3, "stage3": 1}),
    (Features, {"features.stage1": 1, "features.stage2": 2, "features.stage3": 1}),
    (Staged, {"stages.0": 2, "stages.1": 2}),
    (lambda: Interrupted(each=False), {"blocks.0": 3, "blocks.1": 3}),
    (lambda: Interrupted(each=True), {"blocks.0": 4, "blocks.1": 4}),
]


@pytest.mark.parametrize(("make", "expected"), CONTAINERS)
def test_stages_of_a_container(make: Callable[[], nn.Module], expected: dict[str, int]) -> None:
    network = traced(make())
    assert stages(network) == expected
    assert not {block.name for block in all_blocks(network)} & set(expected)


def test_an_activation_behind_each_block_is_the_blocks() -> None:
    network = traced(flat())
    found = [[ops(block.after) for block in residual_units(units([stage]))] for stage in network.body]
    assert found == [[["relu"]] * 2] * 2
    assert ops(network.head) == ["global_avg_pool", "flatten"]


def test_a_pool_between_blocks_opens_the_next_stage() -> None:
    network = traced(flat(nn.MaxPool2d(2)))
    first, second = (stage for stage in network.body if isinstance(stage, Stage))
    assert (ops(first.body), ops(second.body)) == (["Block"] * 2, ["max_pool", "Block", "Block"])
    assert (out_shape(first), out_shape(second)) == ((8, 32, 32), (8, 16, 16))


def test_an_activation_behind_the_last_block_only_is_not_its_part() -> None:
    network = traced(nn.Sequential(nn.Conv2d(3, 8, 1), Linear(8, 8), Linear(8, 8), nn.ReLU(), nn.Flatten()))
    assert [block.after for block in all_blocks(network)] == [(), ()]
    assert ops(network.head) == ["relu", "flatten"]


def test_the_stem_ends_before_the_first_block() -> None:
    network = traced(Paper())
    assert ops(network.stem) == ["conv", "max_pool"]


@pytest.mark.parametrize("make", [lambda: InPlaceBlock(3), lambda: nn.Sequential(InPlaceBlock(3))])
def test_a_lone_block_is_no_stage(make: Callable[[], nn.Module]) -> None:
    network = traced(make())
    assert ops(network.body) == ["Block"]
    assert network.stem == network.head == ()


def test_a_single_block_is_a_stage_where_a_module_of_a_name_holds_it() -> None:
    network = traced(nn.Sequential(OrderedDict(stem=nn.Conv2d(3, 8, 3), layer1=nn.Sequential(Linear(8, 8)))))
    assert stages(network) == {"layer1": 1}


def test_a_bottleneck_of_torchvision_alone() -> None:
    block = torchvision_models().resnet.Bottleneck(256, 64)
    (found,) = traced(block, "256x56x56").body
    assert isinstance(found, Block)
    assert ops(found.after) == ["relu"]


def test_the_blocks_of_a_transformer_layer_have_names() -> None:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    network = traced(nn.TransformerEncoder(layer, 2), "10x16")
    names = [block.name for block in all_blocks(network)]
    assert names == ["layers.0.self_attn", "layers.0.mlp", "layers.1.self_attn", "layers.1.mlp"]


def test_blocks_of_one_forward_are_named_after_their_layers() -> None:
    names = [block.name for block in all_blocks(traced(GPT(), "32:int64")) if block.shortcut]
    assert names == ["layers.0.attention", "layers.0.mlp", "layers.1.attention", "layers.1.mlp"]


def test_swin_repeats_pairs() -> None:
    network = traced(torchvision_models().swin_t(weights=None), "3x224x224")
    third = network.body[2]
    assert isinstance(third, Stage)
    runs = fold([anonymous(layer) for layer in third.body if isinstance(layer, Stage)])
    assert [(run.period, run.count) for run in runs] == [(2, 3)]
    assert sum(layer.op == "roll" for layer in layers(network)) == 2 * (1 + 1 + 3)


NAMED = {
    "densenet121": {f"features.denseblock{n}": count for n, count in enumerate((6, 12, 24, 16), 1)},
    "googlenet": {"stage1": 2, "stage2": 5, "stage3": 2},
    "shufflenet_v2_x0_5": {"stage2": 4, "stage3": 8, "stage4": 4},
    "mobilenet_v2": {f"features.stage{n}": count for n, count in enumerate((1, 2, 3, 4, 3, 3, 1), 1)},
    "regnet_y_400mf": {f"trunk_output.block{n}": count for n, count in enumerate((1, 3, 6, 6), 1)},
}


@pytest.mark.parametrize("name", NAMED)
def test_stages_of_torchvision(name: str) -> None:
    network = traced(torchvision_models().get_model(name, weights=None), "3x224x224")
    found = [stage for stage in network.body if isinstance(stage, Stage)]
    assert [stage.name for stage in found] == list(NAMED[name])
    if name != "mobilenet_v2":
        assert {s.name: sum(isinstance(e, Block) for e in s.body) for s in found} == NAMED[name]


def test_cross_stage_partial_networks_have_stages() -> None:
    network = traced(timm_module().create_model("cspresnet50"), "3x128x128")
    assert len([part for part in network.body if isinstance(part, Stage)]) == 4


@pytest.mark.parametrize(
    ("name", "depths"),
    [("repvit_m0_9", [2, 4, 16, 4]), ("rexnet_100", [0, 1, 1, 5, 4]), ("poolformer_s12", [4, 4, 12, 4])],
)
def test_stages_of_timm(name: str, depths: list[int]) -> None:
    network = traced(timm_module().create_model(name), "3x224x224")
    found = [stage for stage in network.body if isinstance(stage, Stage)]
    assert [len(residual_blocks(stage)) for stage in found] == depths


class Sided(nn.Module):
    """Two stages, the second with half the positions."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.first = nn.Sequential(InPlaceBlock(8), InPlaceBlock(8))
        self.second = nn.Sequential(nn.MaxPool2d(2), InPlaceBlock(8), InPlaceBlock(8))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.second(self.first(self.stem(x)))
        return result


def test_stages_of_a_model_of_torch_fx_have_the_paths_of_its_modules() -> None:
    model = Sided()
    assert (
        stages(traced(torch.fx.symbolic_trace(model))) == stages(traced(model)) == {"first": 2, "second": 2}
    )


class Bypassed(nn.Module):
    """Three stages of two blocks, one with a shortcut round it; the blocks have the name of torch's layer."""

    def __init__(self, stage: int, widths: tuple[int, int, int]) -> None:
        super().__init__()
        self.stem, self.number = nn.Conv2d(3, 8, 3, 1, 1), stage
        ends = zip((8, *widths), widths, strict=False)
        self.parts = nn.ModuleList(
            nn.Sequential(Linear(before, after), Linear(after, after)) for before, after in ends
        )
        self.last = nn.Linear(widths[-1], 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for number, part in enumerate(self.parts):
            x = x + part(x) if number == self.number else part(x)
        result: Tensor = self.last(x.mean((2, 3)))
        return result


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(("stage", "widths"), [(0, (8, 16, 32)), (1, (16, 16, 32)), (2, (16, 32, 32))])
def test_a_stage_with_a_shortcut_round_it_keeps_its_name(
    stage: int, widths: tuple[int, int, int], wrapped: bool
) -> None:
    model = Bypassed(stage, widths)
    network = traced(nn.Sequential(model) if wrapped else model, "3x16x16")
    outer = "0." * wrapped
    names = [f"{outer}parts.{number}" for number in range(3)]
    assert [(one["name"], one["blocks"]) for one in facts(network)["stages"]] == [(name, 2) for name in names]
    assert [network.stem[0].name, network.head[-1].name] == [f"{outer}stem", f"{outer}last"]
    inner = [one for one in facts(network)["residuals"] if one["nested_in"]]
    assert [(one["stage"], one["block"]) for one in inner] == [(names[stage], 1), (names[stage], 2)]


class Aggregation(nn.Module):
    """Layers that are concatenated, and behind them a fusion and a gate of the same module (VoVNet)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = Concatenated(width)
        self.fusion = nn.Conv2d(2 * width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fusion(self.body(x)).relu()  # type: ignore[no-any-return]


class Concatenated(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.conv(x)], 1)


def test_what_the_module_of_a_block_runs_behind_it_stays_in_its_stage() -> None:
    inside = [nn.Sequential(nn.MaxPool2d(2), nn.Sequential(Aggregation(8))) for _ in range(3)]
    network = traced(nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), nn.Sequential(*inside)), "3x32x32")
    names = [[layer.name for layer in walk(stage) if layer.params] for stage in network.stages]
    assert [[name.rpartition(".")[2] for name in stage] for stage in names] == [["conv", "fusion"]] * 3
    assert not any(layer.params for layer in walk(network.head))


def separable(width: int, out: int, stride: int, norm: Callable[[int], nn.Module]) -> list[nn.Module]:
    """A depthwise and a pointwise convolution, each a module of the list around both (MobileNet)."""
    depthwise = nn.Conv2d(width, width, 3, stride, 0 if stride > 1 else 1, groups=width)
    pad = [nn.ZeroPad2d((0, 1, 0, 1))] if stride > 1 else []
    return [
        nn.Sequential(*pad, depthwise, norm(width), nn.ReLU()),
        nn.Sequential(nn.Conv2d(width, out, 1), norm(out), nn.ReLU()),
    ]


@pytest.mark.parametrize(
    "norm", [nn.BatchNorm2d, lambda width: nn.GroupNorm(4, width)], ids=["batch", "group"]
)
def test_separable_convolutions_of_a_flat_list_are_blocks(norm: Callable[[int], nn.Module]) -> None:
    settings = [(8, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), *[(64, 64, 1)] * 4]
    layers = [layer for setting in settings for layer in separable(*setting, norm)]
    network = traced(nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), nn.Sequential(*layers)), "3x32x32")
    assert [len(units((stage,))) for stage in network.stages] == [0, 1, 2, 5]
