"""Our own shape rules give what torch's kernels give."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from resnet_diagram.tracer.build import build
from resnet_diagram.tracer.inputs import guess_inputs
from resnet_diagram.tracer.run import record
from resnet_diagram.tracer.tracing import arguments_of
from tests.tracer import awkward
from tests.tracer.libraries import torchvision_models

NAMES = ["resnet50", "densenet121", "mobilenet_v3_small", "googlenet", "convnext_tiny", "r3d_18", "swin_t"]


class Comparison:
    """Compares each result of a rule with torch's."""

    def __init__(self) -> None:
        self.calls = 0
        self.differences: list[str] = []

    def __call__(self, func: Any, args: Any, kwargs: Any, result: torch.Tensor) -> None:
        if result is args[0]:
            return
        self.calls += 1
        expected = func(*args, **kwargs)
        ours = (result.shape, result.stride(), result.dtype, result.device)
        theirs = (expected.shape, expected.stride(), expected.dtype, expected.device)
        if ours != theirs:
            self.differences.append(f"{func}: {ours} is not {theirs}")


def compare(model: nn.Module) -> Comparison:
    comparison = Comparison()
    graph = record(model, arguments_of([next(iter(guess_inputs(model)))]), comparison)
    assert graph.error is None
    return comparison


@pytest.mark.parametrize("name", NAMES)
def test_rules_agree_on_torchvision_models(name: str) -> None:
    models = torchvision_models()
    options = {"init_weights": False} if name == "googlenet" else {}
    comparison = compare(build(lambda: models.get_model(name, weights=None, **options)))
    assert comparison.differences == []
    assert comparison.calls > 5


@pytest.mark.parametrize(
    "make",
    [
        awkward.UNet,
        awkward.WaveNet,
        lambda: awkward.OptionA("slice, pad"),
        lambda: nn.Sequential(nn.ConvTranspose1d(2, 4, 3, 2, 1, 1), nn.Conv1d(4, 2, 3)),
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.AvgPool2d(3, 2, 1, ceil_mode=True), nn.MaxPool2d(2)),
        lambda: nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.Upsample(scale_factor=1.5), nn.Softmax(1), nn.GroupNorm(2, 4)
        ),
        lambda: nn.Sequential(
            nn.Conv2d(3, 4, (3, 5), (2, 1), (0, 2), (1, 2)), nn.MaxPool2d(3, 2, 1, 1, False, True)
        ),
        lambda: nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.GELU(), nn.LogSoftmax(-1)),
    ],
)
def test_rules_agree_on_small_models(make: Callable[[], nn.Module]) -> None:
    assert compare(make()).differences == []
