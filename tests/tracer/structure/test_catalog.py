"""A traced network equals the catalog's, shortcut by shortcut, layer by layer."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

from resnet_diagram.spec import catalog
from resnet_diagram.spec.signature import differences
from resnet_diagram.tracer import load_model, trace
from tests.tracer.models.libraries import timm_module, torchvision_models

EXAMPLE = Path(__file__).parents[3] / "examples" / "resnet.py"

TORCHVISION = [
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
]
TIMM = {
    "resnet50-v2": "timm.models.resnetv2:resnetv2_50",
    "resnet101-v2": "timm.models.resnetv2:resnetv2_101",
    "resnet152-v2": "timm.models.resnetv2:resnetv2_152",
    "resnet50d": "timm.models.resnet:resnet50d",
    "seresnet50": "timm.models.resnet:seresnet50",
}
DEPTHS = (20, 32, 44, 56, 110, 1202)
EXAMPLES = {
    **{f"resnet{d}": f"resnet{d}" for d in (18, 34, 50, 101, 152, *DEPTHS)},
    **{f"resnet{d}-v1": f"resnet{d}_v1" for d in (50, 101, 152)},
    **{f"resnet{d}-{o}": f"resnet{d}(option={o.upper()!r})" for d in DEPTHS for o in "bc"},
    "plain18": "plain18",
    "plain34": "plain34",
    "preact-resnet110": "preact_resnet110",
    "preact-resnet164": "preact_resnet164",
    "preact-resnet1001": "preact_resnet1001",
    "wrn-28-10": "wrn_28_10",
}


def assert_equal(name: str, target: str) -> None:
    loaded = load_model(target)
    traced = trace(loaded.model, name=loaded.name, source=target)
    assert differences(catalog.network(name), traced) == ()


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision_equals_the_catalog(name: str) -> None:
    torchvision_models()
    assert_equal(name, f"torchvision.models:{name}")


@pytest.mark.parametrize("name", TIMM)
def test_timm_equals_the_catalog(name: str) -> None:
    timm_module()
    assert_equal(name, TIMM[name])


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_equals_the_catalog(name: str) -> None:
    assert_equal(name, f"{EXAMPLE}:{EXAMPLES[name]}")


def test_every_catalog_network_is_compared() -> None:
    assert set(catalog.names()) == {*TORCHVISION, *TIMM, *EXAMPLES}


def test_stride_placement_is_seen() -> None:
    v1 = trace(load_model(f"{EXAMPLE}:resnet50_v1").model)
    assert differences(catalog.network("resnet50"), v1)
