"""Networks outside the families are written in general form where every part can be."""

from collections.abc import Iterable

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.codegen.code import code
from resnet_diagram.errors import CodeError, UsageError
from resnet_diagram.spec.measure import all_blocks, walk
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.signature import anonymous, canonical
from resnet_diagram.tracer import load_model, parse_input, trace
from tests.codegen.made import model_of, traced
from tests.programs import all_only
from tests.tracer.models.libraries import torchvision_models

OTHERS = ("densenet121", "vgg11_bn", "squeezenet1_1", "mobilenet_v2", "regnet_y_400mf", "googlenet")


class UNet(nn.Module):
    """Two levels: long skips that concatenate, enlarging by transposed convolution and by interpolation."""

    def __init__(self) -> None:
        super().__init__()
        self.down1 = self.unit(3, 8)
        self.down2 = self.unit(8, 16)
        self.bottom = self.unit(16, 32)
        self.pool = nn.MaxPool2d(2)
        self.up1 = nn.ConvTranspose2d(32, 16, 2, stride=2)
        self.join1 = self.unit(32, 16)
        self.up2 = nn.Upsample(scale_factor=2, mode="bilinear")
        self.join2 = self.unit(24, 8)
        self.last = nn.Conv2d(8, 2, 1)

    def unit(self, taken: int, given: int) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(taken, given, 3, padding=1), nn.GroupNorm(4, given), nn.SiLU())

    def forward(self, x: Tensor) -> Tensor:
        one = self.down1(x)
        two = self.down2(self.pool(one))
        deep = self.bottom(self.pool(two))
        two = self.join1(torch.cat([two, self.up1(deep)], dim=1))
        y: Tensor = self.last(self.join2(torch.cat([one, self.up2(two)], dim=1)))
        return y


class Inner(nn.Module):
    """A residual block whose branch is a run of residual blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Unit() for _ in range(3)))
        self.conv = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.conv(self.blocks(x))
        return y


class Unit(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(8, 8, 3, padding=1)
        self.act = nn.PReLU(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.conv2(self.act(self.conv1(x)))
        return y


def nested() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), Inner(), Inner(), Inner(), nn.Conv2d(8, 3, 3))


class Pyramid(nn.Module):
    """A shortcut that pools, and pads with channels of zeros."""

    def __init__(self, taken: int, given: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(taken)
        self.conv1 = nn.Conv2d(taken, given, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(given)
        self.conv2 = nn.Conv2d(given, given, 3, padding=1, bias=False)
        self.stride, self.missing = stride, given - taken

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv2(torch.relu(self.bn2(self.conv1(self.bn1(x)))))
        if self.stride > 1:
            x = nn.functional.avg_pool2d(x, self.stride)
        return y + nn.functional.pad(x, (0, 0, 0, 0, 0, self.missing))


def pyramid() -> nn.Module:
    sizes = ((8, 12, 1), (12, 16, 1), (16, 20, 2), (20, 24, 1), (24, 28, 2), (28, 32, 1))
    return nn.Sequential(nn.Conv2d(3, 8, 3), *(Pyramid(*size) for size in sizes), nn.Conv2d(32, 5, 1))


def video() -> nn.Module:
    return nn.Sequential(
        nn.Conv3d(3, 8, (3, 7, 7), stride=(1, 2, 2), padding=(1, 3, 3), bias=False),
        nn.BatchNorm3d(8),
        nn.ReLU(),
        nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)),
        nn.AdaptiveAvgPool3d(1),
        nn.Flatten(),
        nn.Linear(8, 5),
    )


def weighted(model: nn.Module) -> Iterable[nn.Module]:
    return (module for module in model.modules() if list(module.parameters(recurse=False)))


def assert_same_layers(network: Network, again: Network) -> None:
    """Which of them are stages is told by the modules they are in, and may differ."""
    assert canonical(walk(anonymous(again))) == canonical(walk(anonymous(network)))
    assert [one.merge for one in all_blocks(again)] == [one.merge for one in all_blocks(network)]


def assert_same_outputs(theirs: nn.Module, ours: nn.Module, shape: tuple[int, ...]) -> None:
    """Both give one output once `ours` has the weights of `theirs`, in the order they are used."""
    image = torch.rand(1, *shape)
    orders: list[list[nn.Module]] = []
    for model in (theirs.eval(), ours.eval()):
        used: list[nn.Module] = []
        hooks = [
            one.register_forward_pre_hook(lambda module, _, used=used: used.append(module))
            for one in weighted(model)
        ]
        with torch.no_grad():
            model(image)
        for hook in hooks:
            hook.remove()
        orders.append(used)
    for source, target in zip(*orders, strict=True):
        target.load_state_dict(source.state_dict())
    with torch.no_grad():
        assert torch.allclose(ours(image), theirs(image), atol=1e-4)


@pytest.mark.parametrize(
    ("make", "shape"),
    [(UNet, (3, 32, 32)), (nested, (3, 16, 16)), (pyramid, (3, 18, 18)), (video, (3, 4, 32, 32))],
)
def test_a_network_of_ones_own_is_written_in_general_form(make: type, shape: tuple[int, ...]) -> None:
    theirs = make()
    network = trace(theirs, [parse_input("x".join(map(str, shape)))], name="net")
    assert_same_outputs(theirs, model_of(network, device="cpu"), shape)
    assert_same_layers(network, traced(model_of(network), network))


@pytest.mark.parametrize("name", OTHERS)
def test_other_networks_of_torchvision_are_written(name: str) -> None:
    torchvision_models()
    network = trace(load_model(f"torchvision.models:{name}").model, name=name)
    assert_same_layers(network, traced(model_of(network), network))


@pytest.mark.parametrize("name", ["squeezenet1_1", "densenet121"])
def test_other_networks_give_the_same_outputs(name: str) -> None:
    if name == "densenet121":
        all_only("a large network")
    theirs = getattr(torchvision_models(), name)()
    network = trace(theirs, name=name)
    assert_same_outputs(theirs, model_of(network, device="cpu"), (3, 64, 64))


class Mixed(nn.Module):
    """A layer of a MetaFormer: a pooling, then an MLP of convolutions, each with a way round it.

    `flipped`: the pooled positions are in another order, which cannot be written as code.
    """

    def __init__(self, flipped: bool) -> None:
        super().__init__()
        self.flipped = flipped
        self.mixing = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.BatchNorm2d(8))
        self.mlp = nn.Sequential(nn.Conv2d(8, 16, 1), nn.GELU(), nn.Conv2d(16, 8, 1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.mixing(x)
        x = x + (y.transpose(2, 3) if self.flipped else y)
        mixed: Tensor = x + self.mlp(x)
        return mixed


def test_a_block_is_written_though_another_cannot_be() -> None:
    network = trace(nn.Sequential(Mixed(False), Mixed(False), Mixed(True)), [parse_input("8x6x6")])
    with pytest.raises(CodeError, match="transpose"):
        code(network)
    assert "nn.GELU()" in code(network, "1.mlp")
    for name in ("1", "stage1.block2"):
        with pytest.raises(UsageError, match=f"'{name}' is 2 blocks, .* name '1.mixing.0' or '1.mlp'"):
            code(network, name)
