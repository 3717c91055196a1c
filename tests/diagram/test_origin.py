"""The parts of a network that the elements of a diagram show."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

import pytest

from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Bar, Diagram, Group, GroupRole, Node, NodeRole, Origin
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.spec.catalog import network
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Block, Network, Shortcut, ShortcutKind, Stage
from resnet_diagram.spec.shapes import conv
from resnet_diagram.spec.traits import is_shown
from tests.layout.samples import items_of


def elements(value: object) -> Iterator[object]:
    """Yield every data class inside a value."""
    if isinstance(value, tuple):
        for item in value:
            yield from elements(item)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            yield from elements(getattr(value, field.name))


def origins(diagram: Diagram) -> list[Origin]:
    """Return all origins in a diagram."""
    return [item for item in elements(diagram) if isinstance(item, Origin)]


def missing(shown: Iterable[Origin], whole: Network) -> set[str]:
    """Return the named layers of a network that no origin covers, by itself or as a part of its path."""
    paths = {path for origin in shown for path in origin.paths}
    names = {layer.name for layer in walk(whole) if layer.name}
    return {name for name in names if not any(name == path or name.startswith(f"{path}.") for path in paths)}


@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.FULL])
@pytest.mark.parametrize("name", ["resnet18", "resnet50", "seresnet50", "resnet110", "resnet50-v2"])
def test_every_layer_is_shown_by_an_element(name: str, view: View) -> None:
    whole = network(name)
    diagram = build([whole], Options(view=view))
    silent = {layer.name for layer in walk(whole) if not is_shown(layer)}
    assert missing(origins(diagram), whole) <= silent
    assert not missing(origins(flattened(diagram)), whole)


def test_compared_networks_show_every_block() -> None:
    whole = network("resnet50")
    shown = origins(build([whole, network("resnet18")], Options(view=View.COMPARE)))
    blocks = {
        f"layer{stage}.{block}" for stage, count in ((1, 3), (2, 4), (3, 6), (4, 3)) for block in range(count)
    }
    assert blocks <= {path for origin in shown for path in origin.paths}


def test_a_folded_block_shows_all_its_repetitions() -> None:
    diagram = build([network("resnet50")], Options())
    folded = [item for item in elements(items_of(diagram)) if isinstance(item, Group) and item.repeat > 1]
    stage3 = next(item for item in folded if item.role is GroupRole.BLOCK and item.shade == 3)
    assert stage3.origin.paths == tuple(f"layer3.{number}" for number in range(1, 6))
    assert stage3.origin.shape == "14×14×1024"
    node = next(item for item in elements(stage3) if isinstance(item, Node) and item.role is NodeRole.BLOCK)
    assert node.origin == stage3.origin


def test_a_layer_has_its_path_shape_and_counts() -> None:
    diagram = build([network("resnet18")], Options(view=View.FULL))
    node = next(
        item
        for item in elements(items_of(diagram))
        if isinstance(item, Node) and item.id == "stage2-block1-conv1"
    )
    assert node.origin.paths == ("layer2.0.conv1", "layer2.0.bn1", "layer2.0.relu1")
    assert (node.origin.shape, node.origin.params, node.origin.macs) == ("28×28×128", 73_984, 57_802_752)


def test_bars_left_out_of_the_overview_are_accounted_for() -> None:
    diagram = build([network("resnet152")], Options(view=View.OVERVIEW))
    shown = {
        path
        for item in elements(diagram.panels)
        if not isinstance(item, Bar) and isinstance(origin := getattr(item, "origin", None), Origin)
        for path in origin.paths
    }
    assert "layer3.17" in shown


def residual(path: str, kernel: int) -> Block:
    layer = conv((8, 8, 8), 8, kernel, padding=kernel // 2, name=f"{path}.conv")
    return Block(name=path, branches=((layer,),), shortcut=Shortcut(kind=ShortcutKind.IDENTITY))


@pytest.mark.parametrize("view", [View.PAPER, View.OVERVIEW, View.FULL])
def test_boxes_in_a_folded_stage_within_a_stage_name_all_copies(view: View) -> None:
    """Groups of a small block and two larger ones: the second block is folded in a folded group."""
    groups = tuple(
        Stage(name=f"body.{at}", body=tuple(residual(f"body.{at}.{k}", 3 if k == 0 else 5) for k in range(3)))
        for at in range(1, 4)
    )
    stage = Stage(name="body", body=(residual("body.0", 7), *groups))
    whole = Network(name="groups", input_shape=(8, 8, 8), body=(stage,))
    diagram = build([whole], Options(view=view), flat=True)
    boxes = {item for item in elements(items_of(diagram)) if isinstance(item, Node)}
    assert not missing([box.origin for box in boxes], whole)
