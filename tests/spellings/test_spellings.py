"""However a ResNet is spelled, it is read as the one the catalog has."""

from importlib import import_module

import pytest

pytest.importorskip("torch")

import torch

from resnet_diagram.spec import catalog
from resnet_diagram.spec.signature import differences
from resnet_diagram.tracer import parse_input, trace
from tests.spellings import SPELLINGS

NAMES = ("resnet18", "resnet34", "resnet50")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_spelling_is_read_as_the_catalog_has_it(spelling: str, name: str) -> None:
    with torch.device("meta"):
        model = getattr(import_module(f"tests.spellings.{spelling}"), name)()
    traced = trace(model, [parse_input("3x224x224")], name=name)
    assert differences(catalog.network(name), traced) == ()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_spelling_runs(spelling: str) -> None:
    model = import_module(f"tests.spellings.{spelling}").resnet18().eval()
    with torch.no_grad():
        assert model(torch.zeros(2, 3, 64, 64)).shape == (2, 1000)
