"""Catalog → code → model → trace gives the catalog's network again."""

import pytest

pytest.importorskip("torch")

import torch

from resnet_diagram.codegen.code import code
from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import macs, out_shape, params
from resnet_diagram.spec.signature import differences
from tests.codegen.made import model_of, namespace, traced
from tests.programs import all_only

VERY_DEEP = ("resnet1202-b", "resnet1202-c", "preact-resnet1001", "resnet1202")


@pytest.mark.parametrize("name", catalog.names())
def test_code_of_a_network_is_read_as_that_network(name: str) -> None:
    if name in VERY_DEEP:
        all_only("a very deep network")
    network = catalog.network(name)
    model = model_of(network)
    again = traced(model, network)
    assert differences(network, again) == ()
    assert sum(weight.numel() for weight in model.parameters()) == params(network) == params(again)
    assert macs(again) == macs(network)


@pytest.mark.parametrize("name", ["resnet18", "resnet44-b", "wrn-28-10", "resnet50-v2", "resnext50_32x4d"])
def test_the_output_has_the_right_shape_without_values(name: str) -> None:
    network = catalog.network(name)
    with torch.no_grad():
        output = model_of(network)(torch.empty(2, *network.input_shape, device="meta"))
    assert output.shape == (2, *out_shape(network))


@pytest.mark.parametrize("name", ["resnet18", "resnet20", "resnet32-c", "plain18", "resnet50d"])
def test_the_output_has_the_right_shape_when_really_run(name: str) -> None:
    network = catalog.network(name)
    model = model_of(network, device="cpu")
    with torch.no_grad():
        output = model(torch.rand(1, network.input_shape[0], 32, 32))
    assert output.shape == (1, *out_shape(network))
    assert output.isfinite().all()


def test_odd_sizes_meet_again() -> None:
    """Pooled and convolved shortcuts give the size of the branch at sizes that 2 does not divide."""
    for name in ("resnet50d", "resnet20", "resnet18"):
        network = catalog.network(name)
        with torch.no_grad():
            model_of(network)(torch.empty(1, 3, 77, 91, device="meta"))


def test_training_runs_backward() -> None:
    """No activation changes in place what another step still needs."""
    for name in ("resnet20", "preact-resnet110"):
        model = model_of(catalog.network(name), device="cpu").train()
        model(torch.rand(1, 3, 8, 8)).sum().backward()
        assert all(weight.grad is not None for weight in model.parameters())


def test_weights_are_drawn_by_the_fan_out() -> None:
    model = model_of(catalog.network("resnet18"), device="cpu")
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d) and module.weight.numel() > 10_000:
            fan_out = module.out_channels * module.kernel_size[0] * module.kernel_size[1]
            assert module.weight.std().item() == pytest.approx((2 / fan_out) ** 0.5, rel=0.05)
        if isinstance(module, torch.nn.BatchNorm2d):
            assert (module.weight == 1).all()


def test_the_number_of_classes_can_be_chosen() -> None:
    names = namespace(code(catalog.network("resnet20")))
    assert names["resnet20"](num_classes=100)(torch.rand(1, 3, 32, 32)).shape == (1, 100)


@pytest.mark.parametrize("name", ["resnet50", "resnet20", "preact-resnet164", "resnet50d"])
def test_same_network_same_code(name: str) -> None:
    text = code(catalog.network(name))
    assert text == code(catalog.network(name))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
