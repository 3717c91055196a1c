"""Functions that a model spells out in several operations."""

import math
from collections.abc import Callable, Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.spec.measure import residual_blocks, walk
from resnet_diagram.spec.model import Layer, LayerKind

Function = Callable[[Tensor], Tensor]


class Between(nn.Module):
    """A module between two convolutions, run twice."""

    def __init__(self, module: nn.Module | Function) -> None:
        super().__init__()
        self.first, self.second, self.last = (nn.Conv2d(8, 8, 3, 1, 1) for _ in range(3))
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.last(self.module(self.second(self.module(self.first(x)))))
        return y


def layers_between(module: nn.Module | Function) -> list[Layer]:
    network = rd.trace(Between(module), (8, 12, 12))
    return [layer for layer in walk(network) if layer.op != "conv"]


ACTIVATIONS: dict[str, tuple[str, Function]] = {
    "swish": ("silu", lambda x: x * torch.sigmoid(x)),
    "swish with the factors exchanged": ("silu", lambda x: torch.sigmoid(x) * x),
    "swish as a quotient": ("silu", lambda x: x / (1 + torch.exp(-x))),
    "hard swish": ("hardswish", lambda x: x * F.relu6(x + 3) / 6),
    "hard swish by clamp": ("hardswish", lambda x: x * torch.clamp(x + 3, 0, 6) * (1 / 6)),
    "hard sigmoid": ("hardsigmoid", lambda x: F.relu6(x + 3.0) / 6.0),
    "hard sigmoid by clamp": ("hardsigmoid", lambda x: (x / 6 + 0.5).clamp(0, 1)),
    "mish": ("mish", lambda x: x * torch.tanh(F.softplus(x))),
    "mish by logarithm": ("mish", lambda x: x * torch.tanh(torch.log(1 + torch.exp(x)))),
    "exact GELU": ("gelu", lambda x: x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))),
    "GELU halved last": ("gelu", lambda x: x * (1 + torch.erf(x * 0.70710678)) / 2),
    "GELU by tanh": (
        "gelu",
        lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3)))),
    ),
    "GELU by sigmoid": ("quick_gelu", lambda x: x * torch.sigmoid(1.702 * x)),
    "ReLU by clamp": ("relu", lambda x: x.clamp(min=0)),
    "ReLU6 by clamp": ("relu6", lambda x: torch.clamp(x, 0, 6)),
    "squared ReLU": ("squared_relu", lambda x: F.relu(x).square()),
    "squared ReLU by power": ("squared_relu", lambda x: torch.pow(F.relu(x), 2)),
    "softsign": ("softsign", lambda x: x / (1 + x.abs())),
    "ReLU by maximum": ("relu", lambda x: torch.maximum(x, torch.zeros_like(x))),
    "ReLU by where": ("relu", lambda x: torch.where(x > 0, x, torch.zeros_like(x))),
    "ReLU by where and a number": ("relu", lambda x: torch.where(x <= 0, 0.0, x)),
    "ReLU by a mask": ("relu", lambda x: x * (x > 0).to(x.dtype)),
    "ELU by where": ("elu", lambda x: torch.where(x > 0, x, torch.exp(x) - 1)),
    "SELU by where": ("selu", lambda x: 1.0507 * torch.where(x > 0, x, 1.67326 * (x.exp() - 1))),
    "leaky ReLU by max": ("leaky_relu", lambda x: torch.max(x, 0.1 * x)),
    "leaky ReLU by where": ("leaky_relu", lambda x: torch.where(x >= 0, x, 0.2 * x)),
    "leaky ReLU as a difference": ("leaky_relu", lambda x: F.relu(x) - 0.25 * F.relu(-x)),
}


@pytest.mark.parametrize(("name", "function"), ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_a_written_out_activation_is_one_layer(name: str, function: Function) -> None:
    layers = layers_between(function)
    assert [(layer.kind, layer.op) for layer in layers] == [(LayerKind.ACTIVATION, name)] * 2


@pytest.mark.parametrize(
    ("function", "module"),
    [
        (lambda x: torch.max(x, 0.3 * x), nn.LeakyReLU(0.3)),
        (lambda x: torch.where(x > 0, x, 0.5 * (x.exp() - 1)), nn.ELU(0.5)),
        (
            lambda x: 0.5 * x * (1 + torch.tanh(0.7978845608 * (x + 0.044715 * x**3))),
            nn.GELU(approximate="tanh"),
        ),
    ],
)
def test_a_written_out_activation_has_the_settings_of_the_module(
    function: Function, module: nn.Module
) -> None:
    written, named = (rd.trace(Between(item), (8, 12, 12)) for item in (function, module))
    assert rd.diff(written, named) == ()
    assert rd.diff(written, rd.trace(Between(type(module)()), (8, 12, 12)))


class Reduced(nn.Module):
    """A pooling before a convolution."""

    def __init__(self, pool: nn.Module | Callable[..., Tensor]) -> None:
        super().__init__()
        self.first, self.last, self.pool = nn.Conv2d(3, 8, 3, 1, 1), nn.Conv2d(8, 4, 1), pool
        self.power = nn.Parameter(torch.tensor(3.0))

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(x)
        y = self.pool(y) if isinstance(self.pool, nn.Module) else self.pool(y, self.power)
        z: Tensor = self.last(y.reshape(1, 8, -1, 1))
        return z


def by_area(x: Tensor, _: Tensor) -> Tensor:
    return x.sum((2, 3)) / (x.shape[2] * x.shape[3])


REDUCTIONS: dict[str, tuple[str, nn.Module | Callable[..., Tensor]]] = {
    "GeM": ("generalised_mean_pool", lambda x, p: x.clamp(min=1e-6).pow(p).mean((2, 3)).pow(1 / p)),
    "GeM by adaptive pooling": (
        "generalised_mean_pool",
        lambda x, p: F.adaptive_avg_pool2d(x.clamp(1e-6) ** p, 1) ** (1.0 / p),
    ),
    "GeM by pooling the whole": (
        "generalised_mean_pool",
        lambda x, p: F.avg_pool2d(x.clamp(min=1e-6).pow(p), (x.size(-2), x.size(-1))).pow(1.0 / p),
    ),
    "root mean square": ("generalised_mean_pool", lambda x, _: x.square().mean((-2, -1)).sqrt()),
    "LP pool": ("lp_pool", nn.LPPool2d(2, 2)),
    "LP pool of another power": ("lp_pool", nn.LPPool2d(1.5, 4, stride=2)),
    "L2 pool": ("lp_pool", lambda x, _: F.avg_pool2d(x**2, 2).sqrt()),
    "sum by area": ("global_avg_pool", by_area),
    "sum by a factor": ("global_avg_pool", lambda x, _: x.sum((2, 3)) * (1 / 144)),
    "axis by axis": ("global_avg_pool", lambda x, _: x.mean(3).mean(2)),
    "maximum of positions": ("global_max_pool", lambda x, _: x.flatten(2).max(2)[0]),
    "maximum with indices": ("global_max_pool", lambda x, _: x.view(1, 8, -1).max(dim=-1).values),
}


@pytest.mark.parametrize(("name", "pool"), REDUCTIONS.values(), ids=REDUCTIONS)
def test_a_written_out_pooling_is_one_layer(name: str, pool: nn.Module | Callable[..., Tensor]) -> None:
    network = rd.trace(Reduced(pool), (3, 12, 12))
    layers = [layer for layer in walk(network) if layer.op not in ("conv", "reshape", "flatten")]
    assert [(layer.kind, layer.op) for layer in layers] == [(LayerKind.POOL, name)]


@pytest.mark.parametrize(
    "function",
    [
        lambda x, _: x * x.square().mean((2, 3), keepdim=True).sqrt(),
        lambda x, _: x.sum((2, 3), keepdim=True) / 100,
        lambda x, _: x.max(1, keepdim=True)[0] * x,
        lambda x, p: (x.clamp(min=0) ** p).mean(1, keepdim=True) ** (1 / p) * x,
    ],
)
def test_what_is_no_pooling_of_positions_is_not_called_one(function: Callable[..., Tensor]) -> None:
    network = rd.trace(Reduced(function), (3, 12, 12))
    assert not {"generalised_mean_pool", "lp_pool", "global_avg_pool", "global_max_pool"} & {
        layer.op for layer in walk(network)
    }


class Normalised(nn.Module):
    """A norm by a function, with learned factors."""

    def __init__(self, function: Function, factor: float = 1.0, *, shift: bool = False) -> None:
        super().__init__()
        self.function, self.factor = function, factor
        self.weight = nn.Parameter(torch.ones(1, 8, 1, 1))
        self.bias = nn.Parameter(torch.zeros(1, 8, 1, 1)) if shift else None

    def forward(self, x: Tensor) -> Tensor:
        scaled: Tensor = self.function(x) * self.weight * self.factor
        return scaled if self.bias is None else scaled + self.bias


def centred(x: Tensor) -> Tensor:
    mean = x.mean(1, keepdim=True)
    return (x - mean) / torch.sqrt((x - mean).pow(2).mean(1, keepdim=True) + 1e-6)


def by_variance(x: Tensor) -> Tensor:
    return (x - x.mean((2, 3), keepdim=True)) / (x.std((2, 3), keepdim=True) + 1e-5)


def by_root(x: Tensor) -> Tensor:
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-6)


def by_norm(x: Tensor) -> Tensor:
    size: Tensor = x.norm(dim=1, keepdim=True)
    return x / (size + 1e-6)


NORMS: dict[str, tuple[str, nn.Module, int]] = {
    "layer norm over channels": ("layer_norm", Normalised(centred, shift=True), 16),
    "instance norm": ("instance_norm", Normalised(by_variance), 8),
    "root mean square": ("rms_norm", Normalised(by_root), 8),
    "F.normalize": ("l2_norm", Normalised(lambda x: F.normalize(x, dim=1)), 8),
    "F.normalize with a factor": ("rms_norm", Normalised(lambda x: F.normalize(x, dim=1), 8**0.5), 8),
    "division by the norm": ("l2_norm", Normalised(by_norm), 8),
}


@pytest.mark.parametrize(("name", "module", "params"), NORMS.values(), ids=NORMS)
def test_a_written_out_norm_is_one_layer_with_its_parameters(
    name: str, module: nn.Module, params: int
) -> None:
    layers = layers_between(module)
    assert [(layer.kind, layer.op) for layer in layers] == [(LayerKind.NORM, name)] * 2
    assert layers[0].params == params


class FrozenBatchNorm(nn.Module):
    """Batch norm with constant statistics, as detectors have it."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("weight", "bias", "mean", "var"):
            self.register_buffer(name, torch.ones(8))

    def each(self) -> Iterator[Tensor]:
        return (buffer.reshape(1, -1, 1, 1) for buffer in self.buffers())

    def forward(self, x: Tensor) -> Tensor:
        weight, bias, mean, var = self.each()
        scale = weight * (var + 1e-5).rsqrt()
        return x * scale + (bias - mean * scale)


class FixedBN(FrozenBatchNorm):
    """The same under another name, with the scale and the shift given."""

    def forward(self, x: Tensor) -> Tensor:
        weight, bias, *_ = self.each()
        return x * weight + bias


@pytest.mark.parametrize("module", [FrozenBatchNorm(), FixedBN()], ids=["statistics", "scale and shift"])
def test_a_norm_with_constant_statistics_is_a_norm(module: nn.Module) -> None:
    assert [(layer.kind, layer.op) for layer in layers_between(module)] == [(LayerKind.NORM, "frozen_bn")] * 2


def test_a_frozen_norm_and_the_activation_behind_it_are_two_layers() -> None:
    layers = layers_between(nn.Sequential(FixedBN(), nn.ReLU()))
    assert [layer.op for layer in layers] == ["frozen_bn", "relu"] * 2


class Given(nn.Module):
    """An input whose channels are shifted and scaled by constants, as images of a detector are."""

    def __init__(self, *, learned: bool = False) -> None:
        super().__init__()
        mean, std = torch.full((8, 1, 1), 0.4), torch.full((8, 1, 1), 0.2)
        self.mean = nn.Parameter(mean) if learned else mean
        self.std = std
        self.conv = nn.Conv2d(8, 8, 3)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.conv((x - self.mean) / self.std)
        return result


def operations(module: nn.Module) -> list[str]:
    return [layer.op for layer in walk(rd.trace(module, (8, 16, 16)))]


def test_a_shift_and_a_scale_of_the_channels_of_the_input_are_its_normalisation() -> None:
    assert operations(Given()) == ["normalize", "conv"]
    assert operations(Given(learned=True)) == ["shift", "scale", "conv"]


def test_a_shift_and_a_scale_behind_layers_or_by_one_number_normalise_nothing() -> None:
    assert operations(nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), Given())) == [
        "conv",
        "shift",
        "scale",
        "conv",
    ]
    given = Given()
    given.mean = given.std = torch.tensor(0.5)
    assert "normalize" not in operations(given)


class Shifted(nn.Module):
    """A ReLU of a shifted value."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(8, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.shift)


@pytest.mark.parametrize(
    "function", [Shifted(), lambda x: torch.threshold(x, 0.1, 0.0)], ids=["shift", "threshold"]
)
def test_what_differs_from_relu_is_not_called_relu(function: Function) -> None:
    assert all(layer.op != "relu" for layer in layers_between(function))


class SineUnit(nn.Module):
    """An activation of the model's own."""

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.sin(2 * x).square() / 2


def test_an_activation_of_its_own_has_the_name_of_its_module() -> None:
    layers = layers_between(SineUnit())
    assert [(layer.kind, layer.op) for layer in layers] == [(LayerKind.ACTIVATION, "SineUnit")] * 2


class Swish(nn.Module):
    """Swish with a learned slope."""

    def __init__(self) -> None:
        super().__init__()
        self.beta = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.beta * x)


class ScaledReLU(nn.Module):
    """ReLU and a learned factor."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(size, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.alpha * F.relu(x)


def test_a_slope_is_part_of_the_activation_and_a_factor_behind_it_is_not() -> None:
    assert [(layer.op, layer.params) for layer in layers_between(Swish())] == [("silu", 1), ("silu", 0)]
    assert [layer.op for layer in layers_between(ScaledReLU(1))] == ["relu", "learned_scale"] * 2
    assert [layer.op for layer in layers_between(ScaledReLU(8))] == ["relu", "layer_scale"] * 2


def test_a_gate_by_another_value_is_no_activation() -> None:
    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weigh = nn.Conv2d(8, 8, 1)

        def forward(self, x: Tensor) -> Tensor:
            return x * torch.sigmoid(self.weigh(x))

    assert [layer.op for layer in layers_between(Gated())] == ["sigmoid"] * 2


class BlurPool(nn.Module):
    """A fixed kernel of ones and twos, channel by channel."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        line = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer("kernel", (line[:, None] * line)[None, None].repeat(8, 1, 1, 1) / 16)
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        kernel = self.get_buffer("kernel")
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode=self.mode), kernel, stride=2, groups=8)


@pytest.mark.parametrize("mode", ["reflect", "constant", "replicate"])
def test_a_convolution_by_constants_is_a_blur_pool(mode: str) -> None:
    layers = layers_between(BlurPool(mode))
    assert [(layer.kind, layer.op, layer.kernel, layer.stride) for layer in layers] == [
        (LayerKind.POOL, "blur_pool", (3, 3), (2, 2))
    ] * 2


class Pooled(nn.Module):
    """A convolution, a pooling of positions and a classifier."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.conv, self.function, self.fc = nn.Conv2d(3, 8, 3), function, nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.fc(self.function(self.conv(x).flatten(2)))
        return y


POOLINGS: dict[str, tuple[str, Function]] = {
    "mean and deviation": ("statistics_pool", lambda x: torch.cat([x.mean(-1), x.std(-1)], 1)),
    "mean and root of the variance": (
        "statistics_pool",
        lambda x: torch.cat([x.mean(2), (x.var(2) + 1e-7).sqrt()], dim=1),
    ),
    "mean and maximum": ("global_avg_and_max_pool", lambda x: torch.cat([x.mean(-1), x.amax(-1)], 1)),
}


@pytest.mark.parametrize(("name", "function"), POOLINGS.values(), ids=POOLINGS)
def test_reductions_that_are_concatenated_are_one_pooling(name: str, function: Function) -> None:
    layers = list(walk(rd.trace(Pooled(function), (3, 12, 12))))
    assert [layer.op for layer in layers if layer.kind is LayerKind.POOL] == [name]
    assert {layer.kind for layer in layers} <= {
        LayerKind.CONV,
        LayerKind.POOL,
        LayerKind.LINEAR,
        LayerKind.RESHAPE,
    }


@pytest.mark.parametrize("pool", [nn.AvgPool2d(1), nn.MaxPool2d(1), nn.AvgPool2d((1, 1), 1)])
def test_a_pooling_of_one_position_is_left_out(pool: nn.Module) -> None:
    assert layers_between(pool) == []


@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_an_interpolation_to_fewer_positions_is_named_downsampling(mode: str) -> None:
    down, up = (
        layers_between(lambda x, scale=scale: F.interpolate(x, scale_factor=scale, mode=mode))  # type: ignore[misc]
        for scale in (0.5, 2)
    )
    assert [layer.op for layer in down] == [f"{mode}_downsampling"] * 2
    assert [layer.op for layer in up] == [f"{mode}2d"] * 2


def test_fake_quantisation_is_left_out() -> None:
    class Quantised(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.fake_quantize_per_tensor_affine(x, 0.1, 0, 0, 255)

    assert layers_between(Quantised()) == []


class Step(nn.Module):
    """A residual block that ends with an activation written out."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.a, self.b, self.function = nn.Conv2d(8, 8, 3, 1, 1), nn.Conv2d(8, 8, 3, 1, 1), function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.b(self.function(self.a(x))) + x)


@pytest.mark.parametrize("name", ["swish", "hard swish", "mish", "GELU by tanh"])
def test_a_written_out_activation_behind_the_sum_belongs_to_its_block(name: str) -> None:
    op, function = ACTIVATIONS[name]
    network = rd.trace(nn.Sequential(Step(function), Step(function)), (8, 12, 12))
    ops = [layer.op for layer in walk(network)]
    assert ops == ["conv", op, "conv", op] * 2
    assert [layer.op for block in residual_blocks(network) for layer in walk(block.after)] == [op] * 2
