"""Units: modules drawn as one box under the name of their class, and opened once."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is not installed")

import torch
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.diagram.annotations.model import Part
from resnet_diagram.diagram.annotations.units import with_units
from resnet_diagram.diagram.elements import elements
from resnet_diagram.diagram.model import Bar, Diagram, Frame, Node, Panel
from resnet_diagram.errors import UsageError
from resnet_diagram.spec.json.files import dumps, loads
from resnet_diagram.spec.measure import all_blocks
from resnet_diagram.spec.model import Merge, Network
from tests.diagram import own_modules as own
from tests.diagram.drawings import both_readings, figure


def traced(model: nn.Module) -> Network:
    return rd.trace(model, input_shape=(3, 32, 32))


def drawn(network: Network, annotate: Any = None, **choices: Any) -> Diagram:
    return figure(network, annotate, **choices).diagram


def unit_titles(diagram: Diagram) -> list[str]:
    titles = [panel.title for panel in diagram.panels if panel.id.startswith("unit")]
    return [title.partition(" (")[0] for title in titles]


def boxes(panel: Panel) -> list[tuple[str, ...]]:
    return [tuple(map(str, node.lines)) for node, _ in elements(panel.content) if isinstance(node, Node)]


def test_a_traced_network_knows_the_classes_of_its_modules() -> None:
    network = traced(own.of_blocks(own.BothGates))
    paths = {cls.name: cls.paths for cls in network.classes}
    assert paths["BothGates"] == ("1.inner", "2.inner")
    assert paths["SpatialGate"] == ("1.inner.positions", "2.inner.positions")
    assert "Conv2d" not in paths
    assert all(cls.own for cls in network.classes)


def test_classes_of_a_package_are_not_the_author_s() -> None:
    pytest.importorskip("tests.torchvision_shim")
    models = pytest.importorskip("torchvision.models")
    network = rd.trace(models.mobilenet_v3_small(), input_shape=(3, 64, 64))
    assert "SqueezeExcitation" in {cls.name for cls in network.classes}
    assert not any(cls.own for cls in network.classes)
    assert unit_titles(drawn(network)) == []
    assert unit_titles(drawn(network, unit=["SqueezeExcitation=SE"])) == ["SE"]


def test_classes_are_kept_in_files_and_no_difference() -> None:
    network = traced(own.of_blocks(own.BothGates))
    assert loads(dumps(network)) == network
    without = dataclasses.replace(network, classes=())
    assert '"classes"' not in dumps(without)
    assert rd.diff(network, without) == ()


@pytest.mark.parametrize(
    ("model", "titles"),
    [
        (own.of_blocks(own.SpatialGate), ["SpatialGate"]),
        (own.of_blocks(own.BothGates), ["BothGates", "SpatialGate"]),
        (own.of_blocks(own.LongSeries), ["LongSeries"]),
        (own.of_blocks(own.ChannelGate), []),
        (own.of_blocks(own.ConvNormAct), []),
        (own.of_blocks(own.TwoConvs), []),
        (own.of_branches(), ["SpatialGate"]),
        (own.between(own.SpatialGate, 2), ["SpatialGate"]),
        (own.between(own.SpatialGate, 1), []),
        (own.Twice(), []),
    ],
)
def test_modules_of_an_author_s_own_are_units(model: nn.Module, titles: list[str]) -> None:
    assert unit_titles(drawn(traced(model))) == titles


def test_a_unit_in_a_unit_refers_to_its_panel() -> None:
    diagram = drawn(traced(own.of_blocks(own.BothGates)))
    block, outer, inner = diagram.panels[-3:]
    letters = "abcdefgh"
    assert ("BothGates", f"({letters[len(diagram.panels) - 2]})") in boxes(block)
    assert ("SpatialGate", f"({letters[len(diagram.panels) - 1]})") in boxes(outer)
    assert not any("SpatialGate" in lines for lines in boxes(inner))


def test_a_unit_by_default_can_be_opened_named_and_highlighted() -> None:
    network = traced(own.of_blocks(own.SpatialGate))
    assert unit_titles(drawn(network, {"parts": {"SpatialGate": {"unit": False}}})) == []
    assert unit_titles(drawn(network, {"parts": {"*Gate": {"label": "Where", "highlight": True}}})) == [
        "Where"
    ]
    assert unit_titles(drawn(network, {"parts": {"*.inner": {"label": "Where"}}})) == ["Where"]


@pytest.mark.parametrize("unit", ["SpatialGate=Where", "inner=Where", "*.inner=Where"])
def test_an_option_names_a_class_or_a_module(unit: str) -> None:
    assert unit_titles(drawn(traced(own.of_blocks(own.SpatialGate)), unit=[unit])) == ["Where"]


@pytest.mark.parametrize(
    ("annotate", "unit", "hint"),
    [
        ({"parts": {"SpacialGate": {"unit": True}}}, [], "Did you mean 'SpatialGate'"),
        (None, ["SpacialGate"], "Did you mean"),
        (None, ["iner"], r"Did you mean '\*\.inner'"),
    ],
)
def test_a_class_that_is_gone_is_an_error(annotate: Any, unit: list[str], hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        drawn(traced(own.of_blocks(own.SpatialGate)), annotate, unit=unit)


@pytest.mark.parametrize("view", ["overview", "full"])
def test_views_without_insets_have_no_units_by_default(view: str) -> None:
    network = traced(own.of_blocks(own.SpatialGate))
    drawings = [drawn(each, view=view) for each in (network, dataclasses.replace(network, classes=()))]
    one, plain = map(both_readings, drawings)
    assert one == plain


def test_a_bar_for_a_unit_names_its_panel() -> None:
    diagram = drawn(traced(own.between(own.SpatialGate, 2)))
    letter = "abcdef"[len(diagram.panels) - 1]
    bars = [str(bar.text) for bar, _ in elements(diagram.panels[0]) if isinstance(bar, Bar)]
    assert bars.count(f"SpatialGate ({letter})") == 2


def test_the_legend_counts_what_is_in_units_that_are_not_drawn_open() -> None:
    network = traced(own.of_blocks(own.SpatialGate))
    opened, left_out = drawn(network), drawn(network, {"insets": ["1"]})
    assert not any("inside " in entry.text for entry in opened.legend)
    assert [str(entry.text) for entry in left_out.legend if "not drawn open" in entry.text]


def test_a_stage_names_the_outer_units_in_its_blocks() -> None:
    diagram = drawn(traced(own.of_blocks(own.BothGates)))
    notes = [
        str(note) for frame, _ in elements(diagram.panels) if isinstance(frame, Frame) for note in frame.notes
    ]
    assert [note for note in notes if "Gate" in note] == [notes[0]]
    assert notes[0].endswith(" + BothGates")


class Growing(nn.Module):
    """Two blocks of different widths with a gate each."""

    def __init__(self, gate: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.first, self.second = own.Block(16, gate), own.Block(32, gate)
        self.between = nn.Conv2d(16, 32, 1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.second(self.between(self.first(self.stem(x))))
        return result


class FixedGate(own.SpatialGate):
    """A gate whose hidden width follows no rule."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.conv = nn.Sequential(nn.Conv2d(width, 7 + width % 5, 1), nn.Conv2d(7 + width % 5, 1, 1))


class NarrowGate(own.SpatialGate):
    """A gate with a quarter of the channels inside."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.conv = nn.Sequential(nn.Conv2d(width, width // 4, 1), nn.Conv2d(width // 4, 1, 1))


@pytest.mark.parametrize(
    ("gate", "title", "width"),
    [
        (own.SpatialGate, "SpatialGate", "7×7 conv, 1"),
        (NarrowGate, "NarrowGate (C: its channels)", "1×1 conv, C/4"),
        (FixedGate, "FixedGate (sizes of first.inner)", "1×1 conv, 8"),
    ],
)
def test_the_sizes_in_a_unit_hold_for_all_of_its_name(gate: type[nn.Module], title: str, width: str) -> None:
    panel = drawn(traced(Growing(gate))).panels[-1]
    assert panel.title == title
    assert any(line.startswith(width) for lines in boxes(panel) for line in lines)


class _Squeezing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.mix(x))


class _Joining(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.inner = nn.Conv2d(3, 8, 3, padding=1), _Squeezing()
        self.last = nn.Conv2d(16, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        joined: Tensor = self.last(torch.cat([x, self.inner(x)], 1))
        return joined


def test_a_concatenation_round_a_unit_is_no_part_of_it() -> None:
    unit = Part(paths=frozenset({"inner"}), unit=True)
    closed, _ = with_units(traced(_Joining()), [unit])
    assert [block.merge for block in all_blocks(closed)] == [Merge.CONCAT]
