"""Random valid networks survive every road through the tool."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_diagram.app.drawing.draw import to_bytes, to_text
from resnet_diagram.differences.networks import differences as told
from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.json.files import dumps as dumps_json
from resnet_diagram.spec.json.files import loads as loads_json
from resnet_diagram.spec.measure import depth, macs, out_shape, params
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.signature import differences
from resnet_diagram.spec.toml.reader import loads, network_of
from resnet_diagram.spec.toml.text import toml_text
from resnet_diagram.spec.toml.writer import dumps
from resnet_diagram.wording.facts import facts, stage_rows
from tests.spec.strategies import Said, designs, networks, written_designs, written_networks

ANY = networks() | written_networks()


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_json_is_exact(network: Network) -> None:
    assert loads_json(dumps_json(network)) == network


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_toml_is_equal_but_for_names(network: Network) -> None:
    text = dumps(network)
    assert not differences(loads(text), network)
    assert dumps(loads(text)) == text


@settings(max_examples=60, deadline=None)
@given(designs() | written_designs())
def test_what_is_said_is_what_is_read(said: Said) -> None:
    assert loads(toml_text(said)) == network_of(said)


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_checked_and_measured(network: Network) -> None:
    assert check(network) is network
    assert min(out_shape(network)) > 0
    assert min(depth(network), params(network), macs(network)) >= 0
    assert facts(network)["params"] == sum(row.params for row in stage_rows(network)) == params(network)


@pytest.mark.filterwarnings("ignore::resnet_diagram.errors.UnrenderedWarning")
@pytest.mark.parametrize(
    "form", ["svg", "tikz", "typst", "dot", "mermaid", "markdown", "outline", "toml", "json"]
)
@settings(max_examples=12, deadline=None)
@given(network=ANY, view=st.sampled_from(["paper", "overview", "full"]))
def test_drawn_in_every_format(form: str, network: Network, view: str) -> None:
    assert to_text(network, form, view=view)


@pytest.mark.filterwarnings("ignore::resnet_diagram.errors.UnrenderedWarning")  # letters no font has
@pytest.mark.parametrize("form", ["pdf", "png"])
@settings(max_examples=3, deadline=None)
@given(network=networks())
def test_drawn_in_formats_of_bytes(form: str, network: Network) -> None:
    pytest.importorskip("typst", reason="typst is not installed")
    assert to_bytes(network, form)


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_a_network_does_not_differ_from_itself(network: Network) -> None:
    assert told(network, network) == ()


@settings(max_examples=60, deadline=None)
@given(networks(), networks())
def test_what_differs_is_told(left: Network, right: Network) -> None:
    assert bool(told(left, right)) == bool(differences(left, right))
