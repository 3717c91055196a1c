"""Weights of other libraries' models fit the code, and give the same outputs."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from resnet_diagram.spec import catalog
from resnet_diagram.tracer import load_model, trace
from tests.codegen.made import model_of
from tests.programs import all_only
from tests.tracer.models.libraries import timm_module, torchvision_models

SAMPLE = ("resnet18", "resnext50_32x4d")
REST = (
    *("resnet34", "resnet50", "resnet101", "resnet152"),
    *("resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"),
)
EXAMPLE = Path(__file__).parents[2] / "examples" / "resnet.py"
TIMM = ("resnet50d", "ecaresnet26t")


def filled(model: nn.Module) -> dict[str, Any]:
    """The state of a model of which every value is drawn anew, small enough for deep networks."""
    state = {}
    for name, value in model.state_dict().items():
        if not value.is_floating_point():
            state[name] = torch.zeros(value.shape, dtype=value.dtype)
            continue
        spread = torch.rand(value.shape)
        scale = (2 / value[0].numel()) ** 0.5 if value.dim() > 1 else 1
        state[name] = spread + 0.5 if name.endswith("var") else (spread - 0.5) * 2 * scale
    return state


def assert_fits(theirs: nn.Module, ours: nn.Module) -> None:
    """Both take one state, strictly, and then give one output; they come without values."""
    torch.manual_seed(0)
    state = filled(theirs)
    for model in (theirs, ours):
        model.load_state_dict(state, strict=True, assign=True)
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        wanted = theirs.eval()(image)
        assert wanted.abs().max() > 1e-3
        assert torch.equal(ours.eval()(image), wanted)


@pytest.mark.parametrize("name", [*SAMPLE, *REST])
def test_weights_of_torchvision_fit(name: str) -> None:
    if name in REST:
        all_only("more of torchvision's weights")
    with torch.device("meta"):
        theirs = getattr(torchvision_models(), name)()
    assert_fits(theirs, model_of(catalog.network(name)))


@pytest.mark.parametrize("name", [*SAMPLE, *REST])
def test_names_and_shapes_are_those_of_torchvision(name: str) -> None:
    with torch.device("meta"):
        theirs = getattr(torchvision_models(), name)().state_dict()
    ours = model_of(catalog.network(name)).state_dict()
    assert {key: value.shape for key, value in ours.items()} == {k: v.shape for k, v in theirs.items()}


@pytest.mark.parametrize("name", TIMM)
def test_weights_of_a_traced_model_fit_its_code(name: str) -> None:
    timm = timm_module()
    with torch.device("meta"):
        theirs = timm.create_model(name)
    assert_fits(theirs, model_of(trace(theirs, name=name)))


@pytest.mark.parametrize("target", ["preact_resnet(depth=20)", "resnet20(option='B')", "resnet34"])
def test_weights_of_the_example_fit_its_code(target: str) -> None:
    loaded = load_model(f"{EXAMPLE}:{target}")
    assert_fits(loaded.model, model_of(trace(loaded.model, name="net")))
