"""Our own shape rules give what torch's kernels give."""

import os
from collections.abc import Callable

import pytest

pytest.importorskip("torch")

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_diagram.tracer import load_model, parse_input
from resnet_diagram.tracer.record.operators import OPERATORS
from tests.tracer.models import awkward
from tests.tracer.models.libraries import library_models, torchvision_models
from tests.tracer.record.comparison import Comparison, compared

SAMPLE = [
    "torchvision:resnet50",
    "torchvision:densenet121",
    "torchvision:mobilenet_v3_small",
    "torchvision:googlenet",
    "torchvision:convnext_tiny",
    "torchvision:r3d_18",
    "torchvision:swin_t",
    "torchvision:swin_v2_t",
    "torchvision:vit_b_16",
    "torchvision:maxvit_t",
    "torchvision:regnet_y_400mf",
]
EVERY_MODEL = "RESNET_DIAGRAM_ALL_MODELS"


class Every(nn.Module):
    """Each function that works on one picture, in each layout."""

    def forward(self, x: Tensor) -> Tensor:
        turned = x.permute(0, 2, 3, 1)
        for y in (x, turned, x[:, :, ::2], x.contiguous(memory_format=torch.channels_last)):
            self.pointwise(y)
            self.together(y, x[:, :, :1, :1])
            y.var(1), y.std((1, 2), keepdim=True), torch.var_mean(y, 2), torch.std_mean(y, -1), y.amin(1)
            y.mean((1, 2)), y.sum(1, keepdim=True), y.amax(-1), torch.linalg.vector_norm(y, dim=1)
            torch.cat([y, y], 2), torch.stack([y, y], 1), F.softmax(y, 1), F.log_softmax(y, -1)
            y.pow(2.0), F.pad(y, (1, 2)), F.layer_norm(y, y.shape[-1:])
        return x

    def pointwise(self, x: Tensor) -> None:
        for name in ("relu", "gelu", "silu", "hardswish", "hardsigmoid", "hardtanh", "relu6", "leaky_relu"):
            getattr(F, name)(x)
        for name in ("elu", "mish", "softplus", "selu", "celu", "hardshrink", "softshrink"):
            getattr(F, name)(x)
        for name in ("sigmoid", "tanh", "sqrt", "rsqrt", "exp", "abs", "neg", "sin", "cos", "square", "log"):
            getattr(torch, name)(x)
        for name in ("sign", "erf", "reciprocal", "expm1", "log1p", "floor", "ceil", "round", "trunc"):
            getattr(torch, name)(x)
        torch.clamp(x, 0, 1), torch.clamp_min(x, 0.5), torch.clamp_max(x, 0.5), 1 - x
        F.logsigmoid(x), torch.special.expit(x), F.prelu(x, torch.empty(x.shape[1], device=x.device))

    def together(self, x: Tensor, few: Tensor) -> None:
        same = torch.empty_like(x)
        x + same, x - same.contiguous(), x * 2.0, x / 3, same.contiguous() * x
        if x.shape[1] == few.shape[1]:
            x * few, few + x, x - few.expand_as(x)


class Spatial(nn.Module):
    """Each way to move a window, in one, two and three dimensions."""

    def forward(self, x: Tensor) -> Tensor:
        line, volume = x.flatten(2), x.unsqueeze(2).repeat(1, 1, 6, 1, 1)
        for dims, y in enumerate((line, x, volume), start=1):
            self.windows(dims, y)
        for mode in ("nearest", "bilinear", "bicubic"):
            F.interpolate(x, scale_factor=1.5, mode=mode), F.interpolate(x, size=(20, 24), mode=mode)
        F.interpolate(line, scale_factor=2), F.interpolate(line, size=30, mode="linear")
        F.interpolate(volume, scale_factor=2), F.interpolate(volume, scale_factor=2, mode="trilinear")
        F.instance_norm(x), F.group_norm(x, 3), F.batch_norm(x, None, None, training=True)
        return x

    def windows(self, dims: int, x: Tensor) -> None:
        weight = torch.empty((6, 3, *([3] * dims)), device=x.device)
        conv, transposed = getattr(F, f"conv{dims}d"), getattr(F, f"conv_transpose{dims}d")
        conv(x, weight, stride=2, padding=1), conv(x, weight, dilation=2), conv(x, weight, padding="same")
        conv(x, weight, padding="valid", stride=2)
        transposed(x, weight.transpose(0, 1).contiguous(), stride=2, padding=1, output_padding=1)
        getattr(F, f"adaptive_avg_pool{dims}d")(x, 2)
        getattr(F, f"max_pool{dims}d")(x, 3, 2, 1, ceil_mode=True)
        getattr(F, f"avg_pool{dims}d")(x, 3, 2, 1, ceil_mode=True), getattr(F, f"avg_pool{dims}d")(x, 2)


class Attending(nn.Module):
    """Products of matrices and attention, from heads side by side and one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.into = nn.Linear(16, 48)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.into(x).unflatten(2, (3, 4, 4)).permute(2, 0, 3, 1, 4)
        for q, k, v in ((query, key, value), (query.contiguous(), key.contiguous(), value)):
            q @ k.transpose(-2, -1), q @ self.into.weight[:4, :4], (q * q) @ k.mT
            torch.bmm(q[:, 0], k[:, 0].mT), q[:, 0].bmm(v[:, 0].new_empty(len(x), 4, 7))
            F.scaled_dot_product_attention(q, k, v)
            F.scaled_dot_product_attention(q[:, 0], k[:, 0], v[:, 0])
            F.scaled_dot_product_attention(q, k[:, :, :5], v[:, :, :5], is_causal=False, scale=2.0)
            F.scaled_dot_product_attention(q, k, torch.cat([v, v], -1))
        x[:, torch.zeros(9, 9, dtype=torch.int64)], x[0, torch.zeros(3, dtype=torch.int64)]
        torch.add(x, x, alpha=2)
        rows, matrices = x[0].bfloat16(), x.new_empty(2, 16, 8, dtype=torch.bfloat16)
        torch._grouped_mm(rows, matrices, offs=torch.tensor([4, 9], dtype=torch.int32, device=x.device))
        return x


SMALL: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "every function": (Every, "1x3x12x16"),
    "windows": (Spatial, "1x3x12x16"),
    "attention": (Attending, "1x9x16"),
    "u-net": (awkward.UNet, ""),
    "wavenet": (awkward.WaveNet, ""),
    "zero padding": (lambda: awkward.OptionA("slice, pad"), ""),
    "kernels": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 4, (3, 5), (2, 1), (0, 2), (1, 2)), nn.MaxPool2d(3, 2, 1, 1, False, True)
        ),
        "",
    ),
    "linear": (lambda: nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.GELU(), nn.LogSoftmax(-1)), ""),
}


def small(name: str) -> Comparison:
    make, shape = SMALL[name]
    given = parse_input(shape) if shape else None
    return compared(make(), *([given] if given else []))


@pytest.mark.parametrize("name", SMALL)
def test_rules_agree_on_small_models(name: str) -> None:
    comparison = small(name)
    assert comparison.differences == []
    assert comparison.rules


def test_every_rule_is_compared() -> None:
    elsewhere = {"nms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool"}  # test_detection.py
    elsewhere |= {"deform_conv2d"}  # test_awkward_more.py
    ruled = {name for name, operator in OPERATORS.items() if operator.rule} - elsewhere
    assert ruled - set().union(*(small(name).rules for name in SMALL)) == set()


@pytest.mark.parametrize("name", SAMPLE)
def test_rules_agree_on_library_models(name: str) -> None:
    torchvision_models()
    comparison = compared(load_model(name).model)
    assert comparison.differences == []
    assert len(comparison.rules) >= 4


@pytest.mark.skipif(not os.environ.get(EVERY_MODEL), reason=f"only with {EVERY_MODEL}=1")
def test_rules_agree_on_every_library_model() -> None:
    differences = {name: compared(load_model(name).model).differences for name in library_models()}
    assert len(differences) > 150
    assert {name: found for name, found in differences.items() if found} == {}
