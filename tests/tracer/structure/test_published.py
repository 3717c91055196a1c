"""Parameters and multiply-accumulates equal torchvision's published table."""

from collections.abc import Iterator

import pytest

pytest.importorskip("torch")

from resnet_diagram.spec.measure import macs, params
from resnet_diagram.tracer import load_model, parse_input, trace
from tests.tracer.models.libraries import torchvision_models

UNUSED = {"inception_v3": 3_326_696}
"""Parameters of auxiliary classifiers that are published but run in training only."""
SIZED = ("vit_",)
"""Families whose constructor must be told the size of the image."""
ROUNDING = 0.00051
"""The table gives thousandths of a giga."""


def names() -> list[str]:
    """Return every classification model with published weights."""
    models = torchvision_models()
    return [name for name in models.list_models(module=models) if len(models.get_model_weights(name))]


def published(name: str) -> Iterator[tuple[int, int, float]]:
    """Yield the input size, the parameters and the GMACs of each set of weights of a model."""
    for weights in torchvision_models().get_model_weights(name):
        size = weights.transforms.keywords["crop_size"]
        yield size, weights.meta["num_params"], weights.meta["_ops"]


def test_every_model_has_published_weights() -> None:
    assert len(names()) == 80


@pytest.mark.parametrize("start", range(8))
def test_counts_equal_the_published_table(start: int) -> None:
    wrong = []
    for name in names()[start::8]:
        found: dict[int, tuple[int, int]] = {}
        for size, parameters, giga in published(name):
            if size not in found:
                found[size] = counted(name, size)
            ours, work = found[size]
            if ours + UNUSED.get(name, 0) != parameters or abs(work / 1e9 - giga) > ROUNDING:
                wrong.append(f"{name} at {size}: {ours} for {parameters}, {work / 1e9} for {giga}")
    assert not wrong


def counted(name: str, size: int) -> tuple[int, int]:
    """Parameters and multiply-accumulates of a model on square images."""
    options = f", image_size={size}" if name.startswith(SIZED) else ""
    model = load_model(f"torchvision.models:get_model({name!r}, weights=None{options})").model
    network = trace(model, [parse_input(f"3x{size}x{size}")])
    unused = UNUSED.get(name) or sum(module.params for module in network.idle)
    return params(network) - unused, macs(network)
