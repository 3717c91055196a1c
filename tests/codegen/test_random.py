"""Random networks survive code → trace."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("hypothesis", reason="hypothesis is not installed")

from hypothesis import HealthCheck, assume, given, settings

from resnet_diagram.spec.measure import params, residual_blocks, walk
from resnet_diagram.spec.model import Layer, Network
from resnet_diagram.spec.signature import anonymous, differences
from tests.codegen.made import model_of, traced
from tests.spec.strategies import networks


def covers_all(layer: Layer) -> bool:
    """A pooling whose window is the whole picture: it is read as a global one."""
    return layer.op in ("avg_pool", "max_pool") and layer.kernel == layer.in_shape[1:]


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(networks())
def test_code_of_a_random_network_is_read_as_that_network(network: Network) -> None:
    assume(not any(covers_all(layer) for layer in walk(network)))
    model = model_of(network)
    again = traced(model, network)
    assert sum(weight.numel() for weight in model.parameters()) == params(network)
    if residual_blocks(network):
        assert differences(network, again) == ()
    else:  # a few layers alone tell no stages
        assert [anonymous(one) for one in walk(network)] == [anonymous(one) for one in walk(again)]
