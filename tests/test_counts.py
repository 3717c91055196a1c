"""Caption, table, facts and picture count the same blocks; each format names a part once."""

import re
from collections import Counter
from typing import Any

import pytest

import resnet_diagram as rd
from resnet_diagram.diagram.model import GroupRole, Item
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.panels.draft import draft_of
from resnet_diagram.diagram.panels.network import has_graph
from resnet_diagram.diagram.panels.overview import overview as drawn
from resnet_diagram.diagram.panels.overview import part_overview
from resnet_diagram.diagram.prose.caption import caption
from resnet_diagram.diagram.prose.describe import describe
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import groups
from resnet_diagram.spec.counting.blocks import residual_units, units
from resnet_diagram.spec.counting.stages import outer_stages
from resnet_diagram.spec.model import Layer, Network, Stage
from resnet_diagram.tables.architecture import architecture_table
from resnet_diagram.tables.model import Stack, Wanted
from resnet_diagram.wording.facts import stage_rows
from resnet_diagram.wording.modules import StageNames
from tests.published import published, published_names


def long_skips() -> list[Network]:
    """Return networks with a shortcut round the blocks of a stage."""
    torch = pytest.importorskip("torch")
    nn = torch.nn

    class Block(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self, channels: int, stride: int = 1) -> None:
            super().__init__()
            self.a = nn.Conv2d(channels // stride, channels, 3, stride, 1)
            self.b = nn.Conv2d(channels, channels, 3, 1, 1)
            self.side = nn.Conv2d(channels // stride, channels, 1, stride) if stride > 1 else nn.Identity()

        def forward(self, x: Any) -> Any:
            return self.side(x) + self.b(torch.relu(self.a(x)))

    class Whole(nn.Module):  # type: ignore[misc,name-defined]
        """A shortcut round all blocks."""

        def __init__(self, way: Any) -> None:
            super().__init__()
            self.head, self.tail = nn.Conv2d(3, 16, 3, 1, 1), nn.Conv2d(16, 3, 3, 1, 1)
            self.body = nn.Sequential(Block(16), Block(16), Block(16))
            self.way = way

        def forward(self, x: Any) -> Any:
            x = self.head(x)
            return self.tail(self.way(x) + self.body(x))

    class Last(nn.Module):  # type: ignore[misc,name-defined]
        """A shortcut from the third stage round the fourth."""

        def __init__(self, *before: Any) -> None:
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 3, 1, 1)
            self.stage1 = nn.Sequential(Block(8), Block(8))
            self.stage2 = nn.Sequential(Block(16, 2), Block(16), Block(16))
            self.stage3 = nn.Sequential(Block(32, 2), Block(32))
            self.lateral = nn.Sequential(*before, nn.Conv2d(16, 32, 1, 2))
            self.fc = nn.Linear(32, 5)

        def forward(self, x: Any) -> Any:
            x = self.stage2(self.stage1(self.stem(x)))
            return self.fc((self.stage3(x) + self.lateral(x)).mean((2, 3)))

    models: dict[str, Any] = {
        "identity": Whole(nn.Identity()),
        "pooled": Whole(nn.AvgPool2d(3, 1, 1)),
        "last": Last(),
        "pooled last": Last(nn.AvgPool2d(5, 1, 2)),
    }
    return [rd.trace(model, (3, 32, 32), name=name) for name, model in models.items()]


@pytest.fixture(scope="module")
def skipping() -> dict[str, Network]:
    return {network.name: network for network in long_skips()}


def counts_in_rows(network: Network) -> list[int]:
    """Return the number of blocks of each stage in the table of `describe`."""
    return [row.blocks for row in stage_rows(network) if row.blocks]


def counts_in_caption(network: Network) -> list[int]:
    sentence = str(caption([network], Options()))
    counted = re.search(r": ([\d, and]+) [\w -]+ in (?:one stage|\d+ stages)", sentence)
    return [int(number) for number in re.findall(r"\d+", counted[1])] if counted else []


def counts_in_table(network: Network) -> list[int]:
    bands = architecture_table([network], Wanted()).bands
    cells = [[part for row in band.rows for cell in row for part in cell.parts] for band in bands]
    totals = [sum(part.times for part in parts if isinstance(part, Stack)) for parts in cells]
    return [total for total in totals if total]


def counts_in_picture(network: Network) -> list[int]:
    """Return the numbers in the titles of stages; a stage of one block has none."""
    text = rd.to_text(network, "svg", view="overview", legend=False)
    return [int(number) for number in re.findall(r">\[×(\d+)\]<", text)]


def assert_one_count(network: Network) -> None:
    rows = counts_in_rows(network)
    assert counts_in_table(network) == rows
    assert counts_in_picture(network) == [count for count in rows if count > 1]
    stages = [stage["blocks"] for stage in rd.facts(network)["stages"]]
    assert sum(stages) == sum(rows)
    if rd.facts(network)["residuals"]:
        assert counts_in_caption(network) == rows


@pytest.mark.parametrize("name", rd.names())
def test_a_known_network_is_counted_once(name: str) -> None:
    network = rd.network(name)
    if name.startswith("plain") or "-plain" in name:
        assert not counts_in_rows(network)
        assert not counts_in_caption(network)
    else:
        assert_one_count(network)


@pytest.mark.parametrize("name", ["identity", "pooled", "last"])
def test_blocks_inside_a_long_skip_are_counted(name: str, skipping: dict[str, Network]) -> None:
    network = skipping[name]
    expected = {"last": [2, 3, 2]}.get(name, [3])
    assert counts_in_rows(network) == counts_in_caption(network) == expected
    assert counts_in_table(network) == expected
    assert counts_in_picture(network) == expected
    assert any(not isinstance(element, Layer) for element in network.body)


def test_a_comparison_draws_the_blocks_inside_a_long_skip(skipping: dict[str, Network]) -> None:
    text = rd.to_text([skipping["last"], skipping["last"]], "svg", view="compare")
    assert text.count(">identity<") == 2 * 3


def bar_numbers(network: Network) -> list[list[int]]:
    """Return the numbers under the bars of each stage of an overview, those of hidden bars too."""
    draft = draft_of(network)
    part_overview(draft, network.body, StageNames.STAGE)
    return [
        [
            number
            for unit in dict.fromkeys(frame.units.values())
            for number in range(unit.number, unit.last + 1)
            if unit.number
        ]
        for frame in draft.frames
        if frame.stage
    ]


@pytest.mark.parametrize("name", published_names())
def test_a_published_network_is_counted_once(name: str) -> None:
    network = published(name)
    stages = [element for element in network.body if isinstance(element, Stage)]
    counts = [len(units((stage,))) for stage in stages]
    found = rd.facts(network)["stages"]
    assert [stage["blocks"] for stage in found if stage["name"] in {stage.name for stage in stages}] == counts
    rows = [row for row in stage_rows(network) if row.name in {stage.name for stage in stages}]
    assert [row.blocks for row in rows][len(rows) - len(counts) :] == counts
    if has_graph(network, Options()):
        return
    frames = [group for group in groups(chain(network)) if group.role is GroupRole.STAGE]
    assert [frame.repeat for frame in frames if frame.shade] == [max(1, count) for count in counts]
    told = re.findall(r"Stage \d+: (\d+) blocks?,", describe(network))
    counts = [len(units((stage,))) for stage in outer_stages(network)]
    assert [int(number) for number in told] == counts[: len(told)]
    assert bar_numbers(network) == [list(range(1, count + 1)) for count in counts]
    overview, _ = drawn(network, StageNames.STAGE)
    titles = [frame.repeat for frame in overview.frames if frame.role is GroupRole.STAGE]
    assert titles == [max(1, count) for count in counts]
    if residual_units(units(stages)):
        assert counts_in_caption(network)[: len(counts)] == [count for count in counts if count]


def chain(network: Network) -> tuple[Item, ...]:
    return build([network], Options(view=View.OVERVIEW), flat=True).chain.items


NAMES = {
    "svg": r'\bid="([^"]+)"',
    "tikz": r"\\node\[[^\n]*?\] \(([^)]+)\) at",
    "dot": r'^\s*"?([\w.-]+)"? \[label',
    "mermaid": r'\b(\w+)(?:\[|\(\[|\(\()"',
}


@pytest.mark.parametrize("view", ["paper", "full"])
@pytest.mark.parametrize("form", NAMES)
@pytest.mark.parametrize("name", ["identity", "pooled", "last", "resnet50", "seresnet50", "resnet20"])
def test_each_part_is_named_once(name: str, form: str, view: str, skipping: dict[str, Network]) -> None:
    text = rd.to_text(skipping.get(name, name), form, view=view)
    names = re.findall(NAMES[form], text, flags=re.MULTILINE)
    assert len(names) > 4
    assert [item for item, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("view", ["paper", "overview", "full"])
@pytest.mark.parametrize("name", ["identity", "pooled", "last", "pooled last", "resnet50d"])
def test_no_line_of_a_label_is_a_sign_alone(name: str, view: str, skipping: dict[str, Network]) -> None:
    text = rd.to_text(skipping.get(name, name), "svg", view=view)
    lines = re.findall(r"<text[^>]*>([^<]*)</text>", text)
    assert lines
    assert [line for line in lines if line.strip() in {"", "+", ",", "→"}] == []
