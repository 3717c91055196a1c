"""Mermaid's releases draw every network known by name in every view, and models that are hard to draw."""

import os
import re
import warnings
from collections.abc import Iterator
from importlib import import_module

import pytest

from resnet_diagram.app.drawing.draw import render
from resnet_diagram.diagram.options import Options, Show, View
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.render.figure import Output
from resnet_diagram.sources.resolve import Reading, read_source
from resnet_diagram.spec import catalog
from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.model import Network
from resnet_diagram.wording.modules import StageNames
from tests.browser import MERMAID_PACKAGES, mermaid_errors, mermaid_geometry, render_mermaid_real
from tests.programs import all_only

GITHUB = "mermaid-11"
SAMPLE = ("resnet18", "resnet50d", "seresnet50", "resnet20", "plain18", "preact-resnet1001")
LARGE = 12_000
"""Charts of more characters are parsed and not drawn, where there are many."""

WORDS = Options(view=View.PAPER, show=frozenset(Show), names=StageNames.BOTH)


def text(options: Options, *networks: Network) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrenderedWarning)  # folded further, where it is too large
        source = render(networks, "mermaid", options, Output())
    assert isinstance(source, str)
    return source


def charts(network: Network) -> Iterator[tuple[str, str]]:
    """The network in every view, and with all that can be written into it."""
    drawn = [View.OVERVIEW, View.PAPER, View.FULL, *([View.BLOCK] if units(network.body) else [])]
    for view in drawn:
        yield f"{network.name} {view}", text(Options(view=view), network)
    yield f"{network.name} compare", text(Options(view=View.COMPARE), network, catalog.network("resnet34"))
    if units(network.body):
        question = Options(view=View.BLOCK, show=frozenset(Show))
        yield f"{network.name} question", text(question, network)


def assert_parsed(shown: dict[str, str]) -> None:
    """None may be wrong for the parser of GitHub's release."""
    errors = zip(shown, mermaid_errors(list(shown.values()), GITHUB), strict=True)
    assert not {name: error for name, error in errors if error}


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
    """All are parsed; of those that differ only in numbers and counts the smallest is drawn."""
    all_only("every network in every view")
    shown = dict(chart for name in catalog.names() for chart in charts(catalog.network(name)))
    assert_parsed(shown)
    alike = {_structure(source): name for name, source in sorted(shown.items(), key=_size)}
    draw({name: shown[name] for name in alike.values()})


def _size(chart: tuple[str, str]) -> tuple[int, str]:
    """The larger first."""
    return -len(chart[1]), chart[0]


def _structure(source: str) -> str:
    """The kinds of line in a chart, without numbers."""
    return "\n".join(sorted({re.sub(r"\d+", "0", line) for line in source.splitlines()[8:]}))


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


WIDTH, HEIGHT = 1600, 2400
"""Largest default chart of a traced model, in pixels."""
LIBRARIES = "RESNET_DIAGRAM_ALL_CHARTS"


def misfits(networks: Iterator[tuple[str, Network]], package: str) -> dict[str, object]:
    """Size and overlaps of each default chart that is too large, or in which texts overlap."""
    charts = [(name, text(Options(), network)) for name, network in networks]
    sizes = mermaid_geometry([source for _, source in charts], package)
    return {
        name: size
        for (name, _), size in zip(charts, sizes, strict=True)
        if size[0] > WIDTH or size[1] > HEIGHT or size[2]
    }


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
    if package == MERMAID_PACKAGES[0]:
        assert not misfits(iter(networks.items()), package)
    if package == GITHUB:
        views = dict(chart for network in networks.values() for chart in charts(network))
        assert_parsed(views)
        shown |= {name: source for name, source in views.items() if len(source) < LARGE}
    draw(shown, package)


@pytest.mark.skipif(
    not os.environ.get(LIBRARIES), reason=f"{LIBRARIES} is not set: takes a quarter of an hour"
)
@pytest.mark.parametrize("package", MERMAID_PACKAGES[:2])
def test_default_charts_of_all_library_models_fit(package: str) -> None:
    """Every model of torchvision and the first of each family of timm."""
    import_module("tests.torchvision_shim")
    coverage = import_module("docs.coverage")
    sections = ("classification", "segmentation", "video")
    subjects = [subject for section in sections for subject in coverage.torchvision_subjects(section)]
    subjects += coverage.timm_subjects()
    networks = (
        (subject.name, read_source(subject.source, Reading(inputs=subject.inputs))) for subject in subjects
    )
    assert not misfits(networks, package)
