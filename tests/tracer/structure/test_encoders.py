"""An encoder is read alike alone, with its levels as outputs, and in a U-Net."""

import warnings
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

from torch import nn

from resnet_diagram.spec.model import Stage
from resnet_diagram.wording.facts import facts
from tests.tracer.facts import elements, shortcuts
from tests.tracer.models.encoders import Added, Alone, Decoded, Dense, Encoder, Residual, TwoStreams
from tests.tracer.models.libraries import timm_module
from tests.tracer.structure.test_awkward import traced

KINDS = {Residual: ["projection", "identity", "identity"] * 2, Dense: []}
KINDS[TwoStreams] = KINDS[Residual]


def stages_of(model: nn.Module, shape: str) -> list[tuple[str, int]]:
    found = [(stage["name"], stage["blocks"]) for stage in facts(traced(model, shape))["stages"]]
    return [(name.removeprefix("encoder."), count) for name, count in found]


@pytest.mark.parametrize(
    ("around", "kind"),
    [
        (around, kind)
        for around in (Alone, Encoder, Decoded, Added)
        for kind in KINDS
        if (around, kind) != (Added, Dense)
    ],
)
def test_blocks_and_stages_of_an_encoder(around: Callable[[Any], nn.Module], kind: Any) -> None:
    found = shortcuts(traced(around(kind), "3x32x32"))
    assert stages_of(around(kind), "3x32x32") == [("levels.0", 3), ("levels.1", 3)]
    assert sorted(found) == sorted(KINDS[kind] + ["identity"] * (2 * (around is Added)))


@pytest.mark.parametrize("name", ["dpn48b", "cspresnet50", "res2net50_26w_4s"])
def test_features_have_the_blocks_of_the_classifier(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = [timm_module().create_model(name, features_only=only) for only in (False, True)]
    whole, features = (traced(model, "3x64x64") for model in models)
    assert shortcuts(whole) == shortcuts(features)
    counts = [[stage["blocks"] for stage in facts(network)["stages"]] for network in (whole, features)]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("around", [Decoded, Added])
def test_skip_connections_are_outside_stages(around: Callable[[Any], nn.Module]) -> None:
    network = traced(around(Residual), "3x32x32")
    found = [element for element in elements(network) if isinstance(element, Stage)]
    assert not [stage for stage in found if any(isinstance(inner, Stage) for inner in stage.body)]
    assert [place["stage"] for place in facts(network)["residuals"] if place["stage"]] == (
        ["encoder.levels.0"] * 3 + ["encoder.levels.1"] * 3
    )


def test_nested_stages_are_listed_once() -> None:
    network = traced(timm_module().create_model("cspresnet50"), "3x64x64")
    found = facts(network)
    assert [stage["blocks"] for stage in found["stages"]] == [3, 3, 5, 2]
    assert {place["stage"] for place in found["residuals"]} == {stage["name"] for stage in found["stages"]}
