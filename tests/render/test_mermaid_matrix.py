"""Mermaid's releases draw every network known by name in every view, and models that are hard to draw."""

import warnings
from collections.abc import Iterator
from importlib import import_module

import pytest

from resnet_diagram.choices import Style
from resnet_diagram.diagram.options import Options, Show, StageNames, View
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.pipeline import render
from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import blocks
from resnet_diagram.spec.model import Network
from tests.browser import MERMAID_PACKAGES, render_mermaid_real
from tests.programs import all_only

GITHUB = "mermaid-11"
SAMPLE = ("resnet18", "resnet50d", "seresnet50", "resnet20", "plain18", "preact-resnet1001")
WORDS = Options(view=View.PAPER, show=frozenset(Show), names=StageNames.BOTH)


def text(options: Options, *networks: Network) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)  # folded further, where it is too large
        source = render(networks, "mermaid", options, Style())
    assert isinstance(source, str)
    return source


def charts(network: Network) -> Iterator[tuple[str, str]]:
    """The network in every view, and with all that can be written into it."""
    drawn = [View.OVERVIEW, View.PAPER, View.FULL, *([View.BLOCK] if blocks(network.body) else [])]
    for view in drawn:
        yield f"{network.name} {view}", text(Options(view=view), network)
    yield f"{network.name} compare", text(Options(view=View.COMPARE), network, catalog.network("resnet34"))
    if blocks(network.body):
        question = Options(view=View.BLOCK, show=frozenset(Show))
        yield f"{network.name} question", text(question, network)


def draw(shown: dict[str, str], package: str = GITHUB) -> None:
    """Draw all on one page; none may fail, and none may be empty."""
    found = zip(shown, render_mermaid_real(list(shown.values()), package), strict=True)
    failed = {name: chart.error for name, chart in found if chart.error or not chart.nodes}
    assert not failed


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_named_networks_in_every_view(package: str) -> None:
    """A sample in the releases that are not GitHub's."""
    names = SAMPLE if package == GITHUB else SAMPLE[1:2]
    draw(dict(chart for name in names for chart in charts(catalog.network(name))), package)


def test_every_named_network_in_every_view() -> None:
    all_only("every network in every view")
    draw(dict(chart for name in catalog.names() for chart in charts(catalog.network(name))))


def traced(names: list[str]) -> dict[str, Network]:
    pytest.importorskip("torch", reason="torch is not installed")
    models = import_module("tests.render.hard_models")
    return {name: models.traced(name) for name in names}


HARD = ("U-Net", "GPT", "odd names", "single block", "dual path", "Res2Net")
MORE = ("EDSR", "nested dense", "WaveNet", "option A", "two ways", "recurrent", "data dependent")
LIBRARY = (
    "densenet121",
    "mobilenet_v2",
    "efficientnet_b0",
    "swin_t",
    "vit_b_16",
    "convnext_tiny",
    "googlenet",
)


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_hard_models(package: str) -> None:
    networks = traced(list(HARD))
    draw({name: text(WORDS, network) for name, network in networks.items()}, package)


@pytest.mark.parametrize("package", MERMAID_PACKAGES)
def test_more_hard_models_and_those_of_torchvision(package: str) -> None:
    all_only("more hard models")
    pytest.importorskip("tests.torchvision_shim", reason="torchvision is not installed")
    networks = traced([*MORE, *LIBRARY])
    shown = {name: text(WORDS, network) for name, network in networks.items()}
    if package == GITHUB:
        shown |= dict(chart for network in networks.values() for chart in charts(network))
    draw(shown, package)
