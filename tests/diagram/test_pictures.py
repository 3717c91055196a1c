"""Pictures that a reader would draw: norms before the head, idle poolings, statistics, groups, lone ends."""

from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.diagram.accounting import left_out
from resnet_diagram.diagram.flat import flattened
from resnet_diagram.diagram.model import Bar, Dag, Diagram, GroupRole, NodeRole, Overview
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.views import build
from resnet_diagram.diagram.walk import content_items, groups, nodes
from resnet_diagram.errors import UnrenderedWarning
from resnet_diagram.layout.layout import layout
from resnet_diagram.layout.scene import texts
from resnet_diagram.spec.model import Network
from resnet_diagram.style.theme import load_theme
from tests.published import published


def drawn(network: Network) -> Diagram:
    diagram = build([network], Options())
    assert left_out(network, diagram.panels) == ()
    return diagram


def words(network: Network) -> list[str]:
    """Return the texts of the page, each line of a panel's title and of a box by itself."""
    scene = layout(drawn(network), load_theme("paper"))
    return [text.text for text in texts(scene)]


def lines(network: Network) -> list[str]:
    """Return the lines in the boxes of the panels of blocks."""
    contents = [panel.content for panel in drawn(network).panels[1:]]
    return [line for content in contents for node in nodes(content_items(content)) for line in node.lines]


def titles(network: Network) -> list[str]:
    return [str(panel.title) for panel in drawn(network).panels[1:]]


class Layer(nn.Module):
    """A residual block, post- or pre-norm, with a given way in front of the addition."""

    def __init__(self, way: nn.Module, norm: nn.Module | None = None) -> None:
        super().__init__()
        self.way, self.norm = way, norm or nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.way(self.norm(x))
        return x + y


class Squeezed(nn.Module):
    """A convolution and a gate that squeezes its channels to a number of units."""

    def __init__(self, width: int, units: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.squeeze = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(width, units, 1),
            nn.ReLU(),
            nn.Conv2d(units, width, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        gate: Tensor = self.squeeze(y)
        return gate * y


@pytest.mark.parametrize(
    ("units", "text"), [((12, 24), "r=2"), ((8, 24), "r=2–3"), ((9, 10), "r≈3–5"), ((7, 14), "r≈3")]
)
def test_one_panel_has_the_reductions_of_all_its_gates(units: tuple[int, int], text: str) -> None:
    stages = [
        nn.Sequential(*(Layer(Squeezed(width, number)) for _ in range(2)))
        for width, number in zip((24, 48), units, strict=True)
    ]
    network = rd.trace(nn.Sequential(stages[0], nn.Conv2d(24, 48, 3, 2, 1), stages[1]), (24, 32, 32))
    assert [line for line in lines(network) if line.startswith("r")] == [text]


class Aggregating(nn.Module):
    """A chain of convolutions whose input and values are all concatenated, then mixed (VoVNet)."""

    def __init__(self, width: int, steps: int) -> None:
        super().__init__()
        self.steps = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(steps))
        self.mix = nn.Conv2d(width * (steps + 1), width, 1)

    def forward(self, x: Tensor) -> Tensor:
        values = [x]
        for step in self.steps:
            values.append(torch.relu(step(values[-1])))
        y: Tensor = torch.relu(self.mix(torch.cat(values, 1)))
        return y


@pytest.mark.parametrize(("steps", "boxes"), [(2, 2), (4, 4), (7, 2)])
def test_all_values_of_an_aggregation_go_to_one_concatenation(steps: int, boxes: int) -> None:
    stages = [nn.Sequential(Aggregating(width, steps), Aggregating(width, steps)) for width in (8, 16)]
    network = rd.trace(nn.Sequential(stages[0], nn.Conv2d(8, 16, 3, 2, 1), stages[1]), (8, 16, 16))
    diagram = drawn(network)
    (panel,) = (panel for panel in diagram.panels if panel.title.startswith("One-shot aggregation"))
    (graph,) = (item for item in content_items(panel.content) if isinstance(item, Dag))
    merges = [vertex for vertex in graph.vertices if len(vertex.reads) > 1]
    assert [len(vertex.reads) for vertex in merges] == [boxes + 1 + (boxes < steps)]
    inside = [node.lines for node in nodes((graph,)) if node.role is NodeRole.CONV]
    assert len(inside) == boxes
    assert (f"{steps - boxes} more such steps" in lines(network)) == (boxes < steps)
    strip = diagram.panels[0].content
    assert isinstance(strip, Overview)
    assert [
        "one-shot aggregation" in frame.notes for frame in strip.frames if frame.title.startswith("Stage")
    ] == [True] * 2


class Embedded(nn.Module):
    """Patches with a class token, an embedding of each position, or one number for all."""

    def __init__(self, token: bool, each: bool) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 4, 4)
        self.token = nn.Parameter(torch.zeros(1, 1, 16)) if token else None
        self.embedding = nn.Parameter(torch.zeros(1, (16 + token) if each else 1, 16))
        self.layers = nn.Sequential(*(Layer(nn.Linear(16, 16), nn.LayerNorm(16)) for _ in range(2)))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.patches(x).flatten(2).transpose(1, 2)
        if self.token is not None:
            y = torch.cat([self.token.expand(y.shape[0], -1, -1), y], 1)
        y = self.layers(y + self.embedding)
        return y.mean(1)


@pytest.mark.parametrize("token", [False, True])
@pytest.mark.parametrize(("each", "text"), [(True, "position embedding"), (False, "+ learned β")])
def test_what_is_learned_for_positions_has_its_name(token: bool, each: bool, text: str) -> None:
    strip = drawn(rd.trace(Embedded(token, each), (3, 16, 16))).panels[0].content
    assert isinstance(strip, Overview)
    found = [bar.text for frame in strip.frames for bar in frame.bars if isinstance(bar, Bar)]
    assert text in found
    assert ("class token" in found) == token
    assert not {"add", "cat"} & {*found}


@pytest.mark.parametrize(("name", "said"), [("swin_t", True), ("vit_b_16", False)])
def test_attention_among_as_many_positions_at_several_resolutions_says_so(name: str, said: bool) -> None:
    assert ("7×7 positions" in lines(published(f"torchvision/{name}"))) == said


def test_layers_named_as_their_block_are_counted_behind_an_ellipsis() -> None:
    with pytest.warns(UnrenderedWarning, match="no block is drawn open"):
        text = rd.to_text(published("torchvision/swin_t"), "svg", width="3.25in")
    assert "inside each attention block: 2 fc, 1 attention, 1 LN" in text


class Tokens(nn.Module):
    """Blocks of fully connected layers on patches, a norm, and a head; `pool`: the norm stands behind it."""

    def __init__(self, norm: nn.Module, pooled: bool) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 24, 8, 8)
        steps = [nn.Sequential(nn.Linear(24, 48), nn.GELU(), nn.Linear(48, 24)) for _ in range(3)]
        self.blocks = nn.Sequential(*(Layer(step, nn.LayerNorm(24)) for step in steps))
        self.last, self.head, self.pooled = norm, nn.Linear(24, 7), pooled

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.patch(x).flatten(2).transpose(1, 2))
        x = self.last(x.mean(1)) if self.pooled else self.last(x).mean(1)
        y: Tensor = self.head(x)
        return y


@pytest.mark.parametrize("pooled", [True, False], ids=["behind the pooling", "before the pooling"])
def test_the_norm_before_the_head_is_drawn(pooled: bool) -> None:
    network = rd.trace(Tokens(nn.LayerNorm(24), pooled), (3, 32, 32))
    overview = drawn(network).panels[0].content
    assert isinstance(overview, Overview)
    (head,) = [frame for frame in overview.frames if frame.id == "head"]
    texts_of_bars = [bar.text for bar in head.bars if isinstance(bar, Bar)]
    assert "LN" in texts_of_bars or "global avg pool → LN" in overview.notes


class Short(nn.Module):
    """A residual block whose shortcut pools and projects."""

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.a = nn.Conv2d(before, width, 5, stride, 2)
        self.b = nn.Conv2d(width, width, 5, 1, 2)
        pool = nn.MaxPool2d(stride, stride) if stride < 3 else nn.AdaptiveAvgPool2d(6)
        self.short = nn.Sequential(pool, nn.Conv2d(before, width, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.b(torch.tanh(self.a(x))) + self.short(x)
        return y


def chain(*parts: nn.Module, width: int) -> nn.Sequential:
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 7))
    return nn.Sequential(nn.Conv2d(3, 12, 3, 1, 1), *parts, head)


def test_a_pooling_of_single_positions_is_left_out() -> None:
    network = rd.trace(chain(Short(12, 20, 1), Short(20, 28, 2), width=28), (3, 24, 24))
    first, second = (title.split(" (")[0] for title in titles(network)[:2])
    assert first == "Projection basic block"
    assert second == "Pooled-projection basic block"
    assert not any("1×1 max pool" in text for text in words(network))


class Statistics(nn.Module):
    """Mean and deviation over the last dimension, concatenated."""

    def forward(self, x: Tensor) -> Tensor:
        x = x.mean(2)
        return torch.cat([x.mean(2), torch.sqrt(x.var(2) + 1e-6)], 1)


def test_statistics_of_a_value_are_one_pooling_in_the_head() -> None:
    class Speech(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(1, 12, 3, 1, 1)
            self.body = nn.Sequential(*(Layer(nn.Conv2d(12, 12, 3, 1, 1)) for _ in range(3)))
            self.pool, self.out = Statistics(), nn.Linear(24, 5)

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.out(self.pool(self.body(F.relu(self.first(x)))))
            return y

    network = rd.trace(Speech(), (1, 20, 40))
    assert len(network.stages) == 1
    assert not any(title.startswith("Concatenated") for title in titles(network))


class Group(nn.Module):
    """Residual blocks and a convolution, with a shortcut round all."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Layer(self.way()) for _ in range(blocks)))
        self.end = nn.Conv2d(12, 12, 1)

    def way(self) -> nn.Module:
        return nn.Sequential(nn.Conv2d(12, 12, 3, 1, 1), nn.ELU(), nn.Conv2d(12, 12, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.end(self.blocks(x))
        return y


def test_groups_of_blocks_are_numbered_by_their_blocks_and_opened_once() -> None:
    body = nn.Sequential(Group(5), Group(5), Group(5))
    network = rd.trace(nn.Sequential(nn.Conv2d(3, 12, 3, 1, 1), body), (3, 12, 12))
    found = words(network)
    assert {"1–5", "6–10", "11–15", "[×15]", "[×5]"} <= set(found)
    assert len(titles(network)) == 1


class Weighted(nn.Module):
    """A block gated from two poolings, of a width that does not follow that of the block."""

    def __init__(self, before: int, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, width, 3, 1 if before == width else 2, 1)
        self.fc = nn.Sequential(nn.Conv2d(2 * width, 12, 1), nn.ReLU(), nn.Conv2d(12, width, 1), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        both = torch.cat([F.adaptive_avg_pool2d(y, 1), F.adaptive_max_pool2d(y, 1)], 1)
        z: Tensor = y * self.fc(both)
        return F.relu(z + x) if x.shape == z.shape else F.relu(z)


def sized(network: Network) -> Iterator[str]:
    for text in words(network):
        if text.startswith("1×1 conv, "):
            yield text.removeprefix("1×1 conv, ")


def test_a_gate_is_not_said_to_have_the_width_of_another_block() -> None:
    ends = ((12, 24), (24, 24), (24, 24)), ((24, 48), (48, 48), (48, 48))
    body = [nn.Sequential(*(Weighted(*pair) for pair in pairs)) for pairs in ends]
    network = rd.trace(chain(*body, width=48), (3, 16, 16))
    assert set(sized(network)) <= {"12", "C", "C′"}


class End(nn.Module):
    """A block of two convolutions; the last has no activation behind the addition."""

    def __init__(self, last: bool) -> None:
        super().__init__()
        self.p, self.q, self.last = nn.Conv2d(12, 12, 1), nn.Conv2d(12, 12, 3, 1, 1), last

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + 0.5 * self.q(F.silu(self.p(x)))
        return y if self.last else F.silu(y)


def test_a_last_block_without_activation_is_a_block_with_a_panel() -> None:
    network = rd.trace(chain(End(False), End(False), End(False), End(True), width=12), (3, 12, 12))
    assert len(titles(network)) == 2
    assert all(title.startswith("Identity ") for title in titles(network))


class Dilated(nn.Module):
    """A residual block of a temporal convolutional network; `scale`: what its shift adds."""

    def __init__(self, step: int, shift: float = 0.0) -> None:
        super().__init__()
        self.conv, self.shift = nn.Conv1d(12, 12, 3, padding=step, dilation=step), shift

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + torch.tanh(self.conv(x) + self.shift if self.shift else self.conv(x))
        return y


def series(*blocks: nn.Module) -> Network:
    return rd.trace(nn.Sequential(nn.Conv1d(4, 12, 1), *blocks, nn.Conv1d(12, 5, 1)), (4, 60))


def test_dilations_that_differ_are_a_range() -> None:
    assert "dilation 2–16" in lines(series(*map(Dilated, (2, 4, 8, 16))))
    assert "dilation 4" in lines(series(*map(Dilated, (4, 4, 4))))


def test_numbers_that_are_added_are_those_of_every_block() -> None:
    found = lines(series(Dilated(1, 0.5), Dilated(1, 0.5), Dilated(1, 0.25), Dilated(1, 0.25)))
    assert {"+ 0.5", "+ 0.25"} <= set(found)


class Inner(nn.Module):
    """Blocks in branches that are multiplied, one of which holds a block round others."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Sequential(End(False), End(False))
        self.right = nn.Sequential(End(False), Layer(nn.Sequential(End(False), End(False))))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.left(x) * self.right(x).sigmoid()
        return y


def test_a_bar_counts_blocks_as_the_numbers_under_it_do() -> None:
    network = rd.trace(chain(End(False), Inner(), End(False), width=12), (3, 12, 12))
    overview = drawn(network).panels[0].content
    assert isinstance(overview, Overview)
    bars = [bar for frame in overview.frames for bar in frame.bars if isinstance(bar, Bar)]
    (several,) = [bar for bar in bars if "residual blocks" in bar.text]
    first, last = map(int, several.index.split("–"))
    assert several.text == f"{last - first + 1} residual blocks"


def test_all_other_blocks_are_the_last_panel() -> None:
    first, second = (End(False), End(False), End(False)), (Short(12, 12, 2), End(False), End(False))
    network = rd.trace(chain(*first, *second, width=12), (3, 24, 24))
    assert [title.endswith("(all other blocks)") for title in titles(network)] == [False, True]


def test_a_gate_that_has_no_name_is_called_a_gate() -> None:
    weigh = Weighted(12, 12)
    weigh.forward = lambda x: x * weigh.conv(x).sigmoid()  # type: ignore[method-assign]
    overview = drawn(rd.trace(chain(End(False), weigh, End(False), width=12), (3, 12, 12))).panels[0].content
    assert isinstance(overview, Overview)
    assert "gate" in [bar.text for frame in overview.frames for bar in frame.bars if isinstance(bar, Bar)]


def test_a_module_that_never_runs_is_named_once() -> None:
    model = Tokens(nn.LayerNorm(24), pooled=True)
    model.aux = nn.Sequential(nn.Linear(12, 7), nn.Sequential(nn.Linear(7, 7), nn.BatchNorm1d(7)))
    notes = [str(entry.text) for entry in drawn(rd.trace(model, (3, 32, 32))).legend]
    assert "not on the way to the output: aux" in notes


class Narrow(nn.Module):
    """A residual block of 1×1, k×k and 1×1 convolutions."""

    def __init__(self, before: int, inner: int, width: int, kernel: int) -> None:
        super().__init__()
        step = 1 if before == width else 2
        self.a, self.c = nn.Conv2d(before, inner, 1), nn.Conv2d(inner, width, 1)
        self.b = nn.Conv2d(inner, inner, kernel, step, kernel // 2)
        self.short = nn.Identity() if before == width else nn.Conv2d(before, width, 1, step)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.c(F.elu(self.b(F.elu(self.a(x))))) + self.short(x)
        return y


def test_a_symbol_has_one_meaning_in_a_figure() -> None:
    sizes = [(12, 5, 20, 3), (20, 5, 20, 3), (20, 9, 36, 3), (36, 9, 36, 3)]
    wide = [(36, 144, 52, 5), (52, 208, 52, 5), (52, 208, 68, 5), (68, 272, 68, 5)]
    several = rd.trace(chain(*(Narrow(*size) for size in (*sizes, *wide)), width=68), (3, 32, 32))
    alike = rd.trace(chain(*(Narrow(*size) for size in sizes), width=36), (3, 32, 32))
    inverted = rd.trace(chain(nn.Conv2d(12, 36, 1), *(Narrow(*size) for size in wide), width=68), (3, 32, 32))
    for network, words_of_c in (
        (several, {"C, C′: channels in and out"}),
        (alike, {"C: block width"}),
        (inverted, {"C, C′: channels in and out"}),
    ):
        entries = {str(entry.text) for entry in drawn(network).legend if str(entry.text).startswith("C")}
        assert entries == words_of_c


class Selected(nn.Module):
    """Two convolutions beside each other, chosen between by a softmax, as selective kernels are."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(12, 12, size, padding=size // 2) for size in (3, 5))
        self.down, self.up = nn.Conv2d(12, 6, 1), nn.Conv2d(6, 24, 1)

    def forward(self, x: Tensor) -> Tensor:
        both = torch.stack([conv(x) for conv in self.convs], 1)
        weights = self.up(F.relu(self.down(both.sum(1).mean((2, 3), keepdim=True))))
        y: Tensor = x + (both * weights.view(-1, 2, 12, 1, 1).softmax(1)).sum(1)
        return y


def test_a_softmax_over_parts_is_no_squeeze_and_excitation() -> None:
    network = rd.trace(chain(Selected(), Selected(), width=12), (3, 12, 12))
    assert not any("SE " in text for text in (*lines(network), *titles(network)))
    assert any(line.endswith("softmax") for line in lines(network))


class Plain(nn.Module):
    """Layers with a gate and no shortcut, that halve the resolution (the first block of a stage)."""

    def __init__(self, cin: int, cout: int) -> None:
        super().__init__()
        self.way = nn.Sequential(nn.Conv2d(cin, 18, 3, 2, 1), nn.BatchNorm2d(18), nn.ReLU(), Squeezed(18, 6))
        self.out = nn.Sequential(nn.Conv2d(18, cout, 1), nn.BatchNorm2d(cout))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.out(self.way(x))
        return y


class Gathered(nn.Module):
    """Squares of positions as channels, by slices that are concatenated (Swin's patch merging)."""

    def __init__(self, cin: int, cout: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(4 * cin, cout, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.mix(torch.cat([x[:, :, i::2, j::2] for j in (0, 1) for i in (0, 1)], 1))
        return y


def staged(*firsts: nn.Module) -> Network:
    """Return a network of stages of two residual blocks, each behind a given module."""
    blocks = [nn.Sequential(first, *(Layer(Squeezed(24, 8)) for _ in range(2))) for first in firsts]
    return rd.trace(chain(*blocks, width=24), (3, 32, 32))


def in_chain(network: Network, view: View) -> list[tuple[str, ...]]:
    drawn = flattened(build([network], Options(view=view)))
    return [tuple(map(str, node.lines)) for node in nodes(drawn.chain.items)]


@pytest.mark.parametrize("view", [View.PAPER, View.FULL])
def test_a_gate_between_layers_is_one_box_of_a_chain(view: View) -> None:
    boxes = in_chain(staged(Plain(12, 24), Plain(24, 24)), view)
    assert ("SE gate", "r=3") in boxes
    assert [box for box in boxes if "pool" in box[0]] == [("global avg pool",)]
    assert ("BN",) not in boxes
    assert ("1×1 conv, 24", "BN") in boxes


@pytest.mark.parametrize("view", [View.PAPER, View.FULL])
def test_squares_of_positions_that_become_channels_are_one_box_of_a_chain(view: View) -> None:
    boxes = in_chain(staged(Gathered(12, 24), Gathered(24, 24)), view)
    assert boxes.count(("space to depth",)) == 2
    assert not any("subsample" in line for box in boxes for line in box)


class Dense(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, 6, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, F.relu(self.conv(x))], 1)


def test_a_summary_of_stages_draws_the_layers_between_their_blocks() -> None:
    between = nn.Sequential(nn.Conv2d(24, 12, 1), nn.ReLU(), nn.AvgPool2d(2))
    blocks = [nn.Sequential(*map(Dense, (12, 18))) for _ in range(2)]
    network = rd.trace(chain(blocks[0], between, blocks[1], width=24), (3, 32, 32))
    boxes = in_chain(network, View.OVERVIEW)
    at = [place for place, box in enumerate(boxes) if box == ("2 dense layers",)]
    assert boxes[at[0] + 1 : at[1]] == [("1×1 conv, 12", "ReLU"), ("2×2 avg pool, s=2",)]


class Inverted(nn.Module):
    """An inverted bottleneck, without a shortcut where its channels change."""

    def __init__(self, cin: int, cout: int) -> None:
        super().__init__()
        self.widen, self.narrow = nn.Conv2d(cin, 4 * cin, 1), nn.Conv2d(4 * cin, cout, 1)
        self.each = nn.Conv2d(4 * cin, 4 * cin, 3, 1, 1, groups=4 * cin)
        self.adds = cin == cout

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.narrow(F.relu(self.each(F.relu(self.widen(x)))))
        return x + y if self.adds else y


def test_a_summary_of_a_stage_has_as_many_blocks_as_its_title() -> None:
    stages = [nn.Sequential(Inverted(cin, cout), Inverted(cout, cout)) for cin, cout in ((12, 18), (18, 24))]
    network = rd.trace(chain(*stages, width=24), (3, 32, 32))
    drawn = flattened(build([network], Options(view=View.OVERVIEW)))
    found = [group for group in groups(drawn.chain.items) if group.role is GroupRole.STAGE]
    assert [group.repeat for group in found] == [2, 2]
    boxes = [node.lines for group in found for node in nodes(group.items)]
    assert boxes == [("2 inverted bottlenecks", "1 identity shortcut")] * 2


class Fused(nn.Module):
    """Blocks whose input is concatenated with their output, then mixed (MobileViT)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Inverted(width, width) for _ in range(2)))
        self.mix = nn.Conv2d(2 * width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.mix(torch.cat([x, self.blocks(x)], 1))
        return y


def test_a_summary_of_a_stage_opens_no_block_round_others() -> None:
    stages = [nn.Sequential(Inverted(cin, cout), Fused(cout)) for cin, cout in ((12, 18), (18, 24))]
    network = rd.trace(chain(*stages, width=24), (3, 32, 32))
    drawn = flattened(build([network], Options(view=View.OVERVIEW)))
    found = [group for group in groups(drawn.chain.items) if group.role is GroupRole.STAGE]
    roles = {node.role for group in found for node in nodes(group.items)}
    assert found
    assert roles <= {NodeRole.STAGE, NodeRole.CONV}
