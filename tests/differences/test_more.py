"""More of what people change in torchvision's ResNet-50, knowingly or not, and what is said of it."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

import resnet_diagram as rd
from tests.tracer.models.libraries import timm_module, torchvision_models
from tests.tracer.structure.test_chains import Pooled

Said = list[tuple[str, str, str]]
Change = Callable[[Any], None]


def said(left: Any, right: Any) -> Said:
    return [(one.where, one.left, one.right) for one in rd.diff(left, right)]


def set_to(path: str, make: Callable[[], nn.Module]) -> Change:
    """A change that puts another module in a place."""
    owner, _, name = path.rpartition(".")
    return lambda model: setattr(model.get_submodule(owner), name, make())


def gelu(model: Any) -> None:
    for module in list(model.modules()):
        if hasattr(module, "relu"):
            module.relu = nn.GELU()


def first_stride(model: Any) -> None:
    model.conv1.stride = (1, 1)


def first_padding(model: Any) -> None:
    model.conv1.padding = (0, 0)


def no_pooling(model: Any) -> None:
    model.avgpool = nn.Identity()
    model.fc = nn.Linear(2048 * 49, 1000)


def small_images(model: Any) -> None:
    model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    model.maxpool = nn.Identity()


def another_stage(model: Any) -> None:
    bottleneck = torchvision_models().resnet.Bottleneck
    model.layer4 = nn.Sequential(model.layer4, model._make_layer(bottleneck, 1024, 2, stride=2))
    model.fc = nn.Linear(4096, 1000)


def another_conv(model: Any) -> None:
    extra = [nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    model.maxpool = nn.Sequential(*extra, model.maxpool)


def norm_behind(model: Any) -> None:
    block = model.layer1[1]
    block.relu = nn.ReLU()
    forward = block.forward
    block.post = nn.BatchNorm2d(256)
    block.forward = lambda x: block.post(forward(x))


CHANGES: dict[str, tuple[Change, Said]] = {
    "padding": (first_padding, [("stem", "padding 0 in the 7×7 conv", "padding 3")]),
    "stride": (first_stride, [("stem", "stride 1 in the 7×7 conv", "stride 2 in it")]),
    "norm": (
        set_to("layer2.1.bn2", nn.Identity),
        [("stage 2: 2 (layer2.1)", "no BN after the 3×3 conv", "BN there")],
    ),
    "activation": (
        gelu,
        [
            ("stem", "GELU", "ReLU"),
            ("all blocks", "GELU", "ReLU"),
            ("all blocks", "GELU after the addition", "ReLU after the addition"),
        ],
    ),
    "bias": (
        set_to("fc", lambda: nn.Linear(2048, 1000, bias=False)),
        [("head", "no bias in the fc", "a bias in the fc")],
    ),
    "classes": (
        set_to("fc", lambda: nn.Linear(2048, 10)),
        [("head", "10 outputs of the fc", "1000 outputs")],
    ),
    "average": (no_pooling, [("head", "no global avg pool at the beginning", "global avg pool there")]),
    "max": (
        set_to("maxpool", lambda: nn.AvgPool2d(3, 2, 1)),
        [("stem", "3×3 avg pool, s=2", "3×3 max pool, s=2")],
    ),
    "small": (
        small_images,
        [
            ("stem", "3×3 conv, 64", "7×7 conv, 64, s=2"),
            ("stem", "no 3×3 max pool, s=2 after the 7×7 conv", "3×3 max pool, s=2 there"),
        ],
    ),
    "stage": (
        another_stage,
        [("stages", "5 stages of 3, 4, 6, 3, 2 blocks", "4 stages of 3, 4, 6, 3 blocks")],
    ),
    "convolution": (
        another_conv,
        [("stem", "3×3 conv, 64 after the 7×7 conv", "no 3×3 conv, 64 there")],
    ),
    "norm behind": (
        norm_behind,
        [("stage 1: 2 (layer1.1)", "ReLU, BN after the addition", "ReLU after the addition")],
    ),
    "dropout": (
        set_to("avgpool", lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Dropout())),
        [("head", "dropout 0.5 after the global avg pool", "no dropout there")],
    ),
    "window": (set_to("avgpool", lambda: nn.AvgPool2d(7)), []),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_and_nothing_else(name: str) -> None:
    change, expected = CHANGES[name]
    with torch.device("meta"):
        model = torchvision_models().resnet50()
        change(model)
    assert said(model, "resnet50") == expected


SETTINGS: list[tuple[str, dict[str, Any], Said]] = [
    (
        "resnet50",
        {"replace_stride_with_dilation": [False, False, True]},
        [
            ("first block of stage 4 (layer4.0)", "stride 1 in the 3×3 conv", "stride 2 in it"),
            ("stage 4: 2–3", "dilation 2 in the 3×3 conv", "dilation 1"),
        ],
    ),
    (
        "resnext50_32x4d",
        {"groups": 32, "width_per_group": 8},
        [
            ("all blocks", "width 256, 512, 1024, 2048 by stage", "width 128, 256, 512, 1024"),
            ("all blocks", "expansion 1", "expansion 2"),
        ],
    ),
    (
        "resnet50",
        {"norm_layer": lambda channels: nn.GroupNorm(32, channels)},
        [
            ("stem", "GN", "BN"),
            ("all blocks", "GN", "BN"),
            ("first block of each stage", "projection shortcut: GN", "BN"),
        ],
    ),
]


@pytest.mark.parametrize(("reference", "settings", "expected"), SETTINGS)
def test_settings_of_torchvision(reference: str, settings: dict[str, Any], expected: Said) -> None:
    resnet = torchvision_models().resnet
    with torch.device("meta"):
        model = resnet.ResNet(resnet.Bottleneck, [3, 4, 6, 3], **settings)
    assert said(model, reference) == expected


def test_one_network_from_two_libraries() -> None:
    timm, torchvision = timm_module(), torchvision_models()
    with torch.device("meta"):
        assert said(timm.create_model("resnet50"), torchvision.resnet50()) == []
        assert said(timm.create_model("resnet50", drop_path_rate=0.1), "resnet50") == []


def test_networks_without_blocks() -> None:
    models = torchvision_models()
    with torch.device("meta"):
        assert said(models.vgg11(), models.vgg13()) == [
            ("stage 1", "no 3×3 conv, 64 after the 3×3 conv", "3×3 conv, 64 there"),
            ("stage 2", "no 3×3 conv, 128 after the 3×3 conv", "3×3 conv, 128 there"),
        ]
        assert said(models.vgg13(), models.vgg13_bn()) == [
            ("all stages", "no BN after the 3×3 conv", "BN there")
        ]


def test_where_a_chain_is_cut_is_no_difference() -> None:
    one, other = Pooled(), Pooled()
    network = rd.trace(one, (3, 32, 32))
    modules = [*other.conv1, *other.conv2, nn.Flatten(), other.classifier]
    assert said(network, nn.Sequential(*modules)) == []


class Downsampled(nn.Module):
    """Stages of residual blocks, each behind a convolution that goes down, which is no block."""

    def __init__(self, *depths: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 1, 1)
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(8, 8, 2, 2), *(Added() for _ in range(depth))) for depth in depths
        )
        self.fc = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        y: Tensor = self.fc(x.mean((2, 3)))
        return y


class Added(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(8, 8, 3, 1, 1), nn.Conv2d(8, 8, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.b(torch.relu(self.a(x)))
        return y


def test_a_difference_counts_blocks_as_pictures_do() -> None:
    left, right = (rd.trace(Downsampled(2, depth, 2), (3, 16, 16)) for depth in (2, 4))
    assert [(one.where, one.left, one.right) for one in rd.diff(left, right)] == [
        ("stage 2", "2 blocks", "4 blocks")
    ]


class Encoder(nn.Module):
    """Encoder layers, one of which has an MLP of another width."""

    def __init__(self, special: int, width: int = 32) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(16, 2, width if at == special else 32, batch_first=True)
                for at in range(4)
            )
        )

    def forward(self, x: Tensor) -> Any:
        return self.layers(x)


class Spaced(nn.Module):
    """Residual convolutions with other layers between them."""

    def __init__(self, kernels: tuple[int, ...] = (3, 3, 3), between: int = 1) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(nn.Conv2d(8, 8, kernel, padding=kernel // 2) for kernel in kernels)
        self.between = nn.ModuleList(nn.Conv2d(8, 8, between, padding=between // 2) for _ in kernels[1:])

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.blocks[0](x)
        for layer, block in zip(self.between, list(self.blocks)[1:], strict=True):
            x = layer(x)
            x = x + block(x)
        return x


def test_parts_of_an_encoder_layer_have_its_number() -> None:
    left, right = (rd.trace(Encoder(2, width), (9, 16)) for width in (32, 64))
    assert said(left, right) == [("stage 1: 3 (layers.2.mlp)", "width 32", "width 64")]
    blocks = rd.facts(left)["residuals"]
    assert {one["block"] for one in blocks if one["path"].startswith("layers.2.")} == {3}
    assert rd.facts(left)["stages"][0]["runs"] == [["encoder layer", 4]]


def test_layers_between_blocks_are_not_numbered() -> None:
    whole = rd.trace(Spaced(), (8, 6, 6))
    kernel = rd.trace(Spaced((3, 3, 5)), (8, 6, 6))
    assert said(whole, kernel) == [("stage 1: 3 (blocks.2)", "3×3 conv, 8", "5×5 conv, 8")]
    between = rd.trace(Spaced(between=3), (8, 6, 6))
    assert said(whole, between) == [("in the stage", "1×1 conv, 8", "3×3 conv, 8")]
