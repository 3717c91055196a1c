"""Every operation of a network is in its drawing."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.diagram import accounting
from resnet_diagram.diagram.accounting import missing, missing_in
from resnet_diagram.diagram.model import Bar, Inset, NodeRole, Overview, Panel
from resnet_diagram.diagram.options import Options, View
from resnet_diagram.diagram.panels.network import panels as panels_of
from resnet_diagram.diagram.walk import content_items, groups, nodes
from resnet_diagram.spec import catalog
from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Block, Layer, Network
from resnet_diagram.wording.terms import literal
from tests.identified import identified
from tests.published import published, published_names
from tests.tracer.models.blocks import Res2Net


def panels(network: Network, view: View = View.PAPER) -> tuple[Panel, ...]:
    """Return the panels of a network as the views draw it."""
    with_insets = view is View.PAPER
    return panels_of(network, literal(network.name), Options(view=view), with_insets=with_insets)


def left_out(network: Network) -> list[str]:
    return list(accounting.left_out(network, panels(network)))


def bars(network: Network) -> list[Bar]:
    (overview,) = (panel.content for panel in panels(network) if isinstance(panel.content, Overview))
    return [bar for frame in overview.frames for bar in frame.bars if isinstance(bar, Bar)]


def texts(network: Network) -> list[str]:
    """Return the words of bars, notes and boxes."""
    found = [bar.text for bar in bars(network)]
    for panel in panels(network):
        if isinstance(panel.content, Overview):
            found += panel.content.notes
        else:
            found += [line for node in nodes(content_items(panel.content)) for line in node.lines]
    return [str(text) for text in found]


@pytest.mark.parametrize("name", catalog.names())
def test_the_drawings_of_the_catalog_leave_nothing_out(name: str) -> None:
    assert left_out(identified(catalog.network(name))) == []


@pytest.mark.parametrize("name", published_names())
def test_the_drawings_of_published_models_leave_nothing_out(name: str) -> None:
    assert left_out(identified(published(name))) == []


class Step(nn.Module):
    """A residual block; `end`: what follows the addition."""

    def __init__(self, width: int, end: nn.Module | None = None) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(width, width, 3, 1, 1), nn.Conv2d(width, width, 3, 1, 1)
        self.end = end or nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.end(self.b(F.relu(self.a(x))) + x)
        return y


class Channels(nn.Module):
    """A squeeze-and-excitation gate."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(width, width // 4, 1), nn.Conv2d(width // 4, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        weight: Tensor = self.up(F.relu(self.down(x.mean((2, 3), keepdim=True))))
        return x * weight.sigmoid()


class Positions(nn.Module):
    """A gate of positions."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh = nn.Conv2d(2, 1, 7, 1, 3)

    def forward(self, x: Tensor) -> Tensor:
        both = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        weight: Tensor = self.weigh(both)
        return x * weight.sigmoid()


class Twin(nn.Module):
    """Two convolutions beside each other, and what follows their merge."""

    def __init__(self, end: nn.Module, merge: Callable[[Tensor, Tensor], Tensor] = torch.add) -> None:
        super().__init__()
        self.wide, self.point = nn.Conv2d(16, 16, 3, 1, 1), nn.Conv2d(16, 16, 1)
        self.end, self.merge = end, merge

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.end(self.merge(self.wide(x), self.point(x)))
        return y


class Masked(nn.Module):
    """A trunk of blocks, weighed by a mask with blocks of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk, self.mask = nn.Sequential(Step(16), Step(16)), nn.Sequential(nn.MaxPool2d(2), Step(16))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.trunk(x) * (1 + F.interpolate(self.mask(x), scale_factor=2).sigmoid())
        return y


class Net(nn.Module):
    """A stem, a body of 16 channels and a head, each given."""

    def __init__(
        self, *body: nn.Module, stem: nn.Module | None = None, head: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 1, 1)
        self.stem, self.body, self.head = stem or nn.Identity(), nn.Sequential(*body), head or nn.Identity()
        self.fc = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.fc(self.head(self.body(self.stem(self.conv(x)))).mean((2, 3)))
        return y


def traced(model: nn.Module) -> Network:
    return identified(rd.trace(model, (3, 16, 16)))


GATES: dict[str, tuple[nn.Module, str]] = {
    "channels behind the blocks": (Net(Step(16), Step(16), Channels(16)), "SE gate, r=4"),
    "channels between blocks": (Net(Step(16), Channels(16), Step(16), Channels(16)), "SE gate, r=4"),
    "channels in the stem": (Net(Step(16), Step(16), stem=Channels(16)), "SE gate, r=4"),
    "channels in the head": (Net(Step(16), Step(16), head=Channels(16)), "SE gate, r=4"),
    "channels behind the sum": (Net(Step(16, Channels(16)), Step(16, Channels(16))), "SE gate, r=4"),
    "positions behind the blocks": (Net(Step(16), Step(16), Positions()), "⊗"),
    "positions behind the sum": (Net(Step(16, Positions()), Step(16, Positions())), "⊗"),
    "both in the stem": (Net(Step(16), stem=nn.Sequential(Channels(16), Positions())), "⊗"),
    "without a block": (Net(nn.Conv2d(16, 16, 1), Channels(16), nn.Conv2d(16, 16, 1)), "SE gate, r=4"),
}


@pytest.mark.parametrize(("model", "text"), GATES.values(), ids=GATES)
def test_a_gate_is_drawn_wherever_it_is(model: nn.Module, text: str) -> None:
    network = traced(model)
    assert left_out(network) == []
    assert any(bar.role is NodeRole.GATE for bar in bars(network))
    assert any(text in found or found == text.split(",")[0] for found in texts(network)) or text == "⊗"


ACTIVATIONS: dict[str, tuple[nn.Module, str]] = {
    "behind a sum": (Net(Twin(nn.ReLU()), Twin(nn.ReLU())), "ReLU"),
    "behind a product": (Net(Twin(nn.ELU(), torch.mul), Twin(nn.ELU(), torch.mul)), "ELU"),
    "behind a residual sum": (Net(Step(16, nn.Mish()), Step(16, nn.Mish())), "Mish"),
    "norm and activation behind a sum": (
        Net(
            Twin(nn.Sequential(nn.BatchNorm2d(16), nn.SiLU())),
            Twin(nn.Sequential(nn.BatchNorm2d(16), nn.SiLU())),
        ),
        "BN, SiLU",
    ),
    "alone in the head": (
        Net(Step(16), Step(16), head=nn.Sequential(nn.BatchNorm2d(16), nn.GELU())),
        "BN, GELU",
    ),
    "behind the stem": (
        Net(Step(16), Step(16), stem=nn.Sequential(nn.BatchNorm2d(16), nn.CELU())),
        "conv → BN, CELU",
    ),
}


@pytest.mark.parametrize(("model", "text"), ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_an_activation_is_drawn_or_named(model: nn.Module, text: str) -> None:
    network = traced(model)
    assert left_out(network) == []
    assert text in texts(network)


def test_a_convolution_without_a_norm_is_not_said_to_have_one() -> None:
    stem = nn.Sequential(nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 16, 5, 1, 2))
    found = texts(traced(Net(Step(16), Step(16), stem=stem)))
    assert "3×3 conv → BN, ReLU" in found
    assert "conv → BN, ReLU" not in found


def test_a_norm_is_said_of_a_layer_where_its_kernel_goes_without() -> None:
    stem = nn.Sequential(nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 24, 3, 1, 1), nn.Conv2d(24, 16, 1))
    found = texts(traced(Net(Step(16), Step(16), stem=stem)))
    assert "3×3 conv, 16 → BN, ReLU" in found
    assert "3×3 conv → BN, ReLU" not in found


def test_the_only_layer_without_a_norm_is_named_as_the_exception() -> None:
    norms = [layer for width in (20, 24, 16) for layer in (nn.LazyConv2d(width, 3), nn.BatchNorm2d(width))]
    stem = nn.Sequential(nn.BatchNorm2d(16), *norms, nn.Conv2d(16, 16, 5, 1, 2))
    found = texts(traced(Net(Step(16), Step(16), stem=stem)))
    assert "conv → BN (not 5×5 conv, 16)" in found
    assert not any("3×3" in text and "→" in text for text in found)


def test_blocks_within_branches_are_counted_and_drawn() -> None:
    network = traced(Net(Masked(), Step(16), Masked()))
    assert left_out(network) == []
    assert [str(bar.text) for bar in bars(network)].count("3 residual blocks") == 2


class Gated(nn.Module):
    """A residual block with a gate of a given width from average and maximum."""

    def __init__(self, before: int, width: int, inner: int) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(before, width, 3, 1, 1), nn.Conv2d(width, width, 3, 1, 1)
        self.down, self.up = nn.Conv2d(width, inner, 1), nn.Conv2d(inner, width, 1)
        self.short = nn.Identity() if before == width else nn.Conv2d(before, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.b(F.relu(self.a(x)))
        pooled = [F.adaptive_avg_pool2d(y, 1), F.adaptive_max_pool2d(y, 1)]
        weights = [self.up(F.relu(self.down(value))) for value in pooled]
        z: Tensor = y * (weights[0] + weights[1]).sigmoid() + self.short(x)
        return z


@pytest.mark.parametrize(
    ("widths", "label"),
    [((4, 8, 16), "1×1 conv, C/4"), ((4, 4, 4), "1×1 conv, 4"), ((4, 6, 10), "1×1 conv, 4–10")],
)
def test_the_widths_of_a_gate_are_true_of_every_block(widths: tuple[int, ...], label: str) -> None:
    first, second, third = widths
    body = [
        *(Gated(16, 16, first), Gated(16, 16, first)),
        *(Gated(16, 32, second), Gated(32, 32, second)),
        *(Gated(32, 64, third), Gated(64, 64, third)),
    ]
    net = Net(*body)
    net.fc = nn.Linear(64, 5)
    assert label in texts(traced(net))


def layers_of(network: Network, path: str) -> Iterator[Layer]:
    return (layer for layer in walk(network) if layer.name == path)


@pytest.mark.parametrize(
    "name", ["resnet50", "seresnet50", "resnet50d", "resnext50_32x4d", "preact-resnet164"]
)
def test_each_number_in_a_panel_is_true_of_every_block_it_serves(name: str) -> None:
    network = catalog.network(name)
    for panel in panels(network):
        if not isinstance(panel.content, Overview):
            for node in nodes(content_items(panel.content)):
                check_numbers(
                    node.lines, [layer for path in node.origin.paths for layer in layers_of(network, path)]
                )


def check_numbers(lines: tuple[str, ...], layers: list[Layer]) -> None:
    """Compare the channels in the first line of a convolution's box with those of all its layers."""
    words = [line.split(", ") for line in lines if " conv" in line]
    channels = [word for line in words for word in line[1:2] if word.isdigit()]
    for count in channels:
        assert {layer.out_shape[0] for layer in layers if layer.kernel} == {int(count)}


def titles(model: nn.Module) -> list[str]:
    return [str(panel.title) for panel in panels(traced(model))[1:]]


class Pyramid(nn.Module):
    """Pooled values of several sizes, concatenated with what they were pooled from."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.convs, self.sizes = nn.ModuleList(nn.Conv2d(16, 4, 1) for _ in sizes), sizes
        self.last = nn.Conv2d(16 + 4 * len(sizes), 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        pooled = [
            conv(F.adaptive_avg_pool2d(x, size)) for conv, size in zip(self.convs, self.sizes, strict=True)
        ]
        y: Tensor = self.last(torch.cat([x, *(F.interpolate(value, x.shape[2:]) for value in pooled)], 1))
        return y


def test_titles_name_stem_and_head() -> None:
    assert titles(Net(Step(16), Step(16), head=Pyramid((1, 2, 4)))) == [
        "Identity basic block (all blocks)",
        "Concatenated branches (in the head)",
    ]
    assert "Concatenated branches (in the stem)" in titles(Net(Step(16), Step(16), stem=Pyramid((2, 4))))
    assert not any("stage 0" in title for title in titles(Net(Masked(), Step(16), Masked())))


def test_titles_number_the_blocks_of_a_stem_that_has_several() -> None:
    several = Net(Step(16), Step(16), stem=nn.Sequential(Pyramid((2, 4)), Pyramid((1, 2, 4))))
    assert set(titles(several)) >= {
        "Concatenated branches (stem: 1)",
        "Concatenated branches (stem: 2)",
    }
    around = Net(Step(16), Step(16), stem=Pyramid((2, 4)), head=Pyramid((2, 4)))
    assert "Concatenated branches (stem: 1; head: 1)" in titles(around)


class Rearranged(nn.Module):
    """Squares of positions as channels, or channels as positions, by views and a permutation."""

    def __init__(self, side: int, *, inwards: bool) -> None:
        super().__init__()
        self.side, self.inwards = side, inwards

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        if self.inwards:
            parts = x.view(b, c, h // self.side, self.side, w // self.side, self.side)
            return parts.permute(0, 3, 5, 1, 2, 4).reshape(b, -1, h // self.side, w // self.side)
        parts = x.view(b, self.side, self.side, c // self.side**2, h, w)
        return parts.permute(0, 3, 4, 1, 5, 2).reshape(b, -1, h * self.side, w * self.side)


@pytest.mark.parametrize("side", [2, 4])
def test_permuted_squares_of_positions_are_drawn(side: int) -> None:
    inwards = nn.Sequential(Rearranged(side, inwards=True), nn.Conv2d(16 * side**2, 16, 1))
    assert "space to depth" in texts(traced(Net(Step(16), Step(16), stem=inwards)))
    outwards = nn.Sequential(Rearranged(side, inwards=False), nn.Conv2d(16 // side**2, 16, 1))
    assert "space to depth" not in texts(traced(Net(Step(16), Step(16), stem=outwards)))


class Widening(nn.Module):
    """Two branches from some channels to others, each through as many as go in."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        ways = ((nn.Conv2d(channels, channels, k, 1, k // 2), nn.Conv2d(channels, out, 1)) for k in (1, 3))
        self.ways = nn.ModuleList(nn.Sequential(first, nn.ReLU(), last) for first, last in ways)

    def forward(self, x: Tensor) -> Tensor:
        first, second = (way(x) for way in self.ways)
        y: Tensor = F.relu(first + second)
        return y


def test_equal_values_of_two_symbols_are_written_once() -> None:
    first = nn.Sequential(Widening(16, 16), Widening(16, 16))
    second = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(16, 32, 1), Widening(32, 32), Widening(32, 16))
    shown = panels(traced(Net(first, second)))[0].content
    assert isinstance(shown, Overview)
    notes = [frame.notes[-1] for frame in shown.frames if frame.notes]
    assert notes == ["C = C′ = 16", "C = 32; C′ = 32, 16"]


@pytest.mark.parametrize("part", ["stem", "head"])
@pytest.mark.parametrize("module", [Pyramid((2, 4)), Step(16), nn.Sequential(Pyramid((2, 4)), Step(16))])
def test_bars_of_stem_and_head_have_a_name_or_a_number(part: str, module: nn.Module) -> None:
    network = traced(Net(Step(16), Step(16), **{part: module}))
    (overview,) = (panel.content for panel in panels(network) if isinstance(panel.content, Overview))
    (frame,) = (frame for frame in overview.frames if frame.id == part)
    assert all(bar.text or bar.index for bar in frame.bars if isinstance(bar, Bar))


def test_a_block_with_an_activation_behind_its_merge_keeps_its_title() -> None:
    assert titles(Net(Twin(nn.ReLU()), Twin(nn.ReLU()))) == ["Sum of branches (all blocks)"]


def test_what_is_left_out_is_found() -> None:
    network = catalog.network("resnet20")
    (overview, *insets) = panels(network)
    assert isinstance(overview.content, Overview)
    short = Overview(frames=overview.content.frames[:-1])
    assert missing(network, [short]) == tuple(
        layer.name for layer in walk(network.head) if layer.name in set(missing(network, [short]))
    )
    assert missing(network, [short])
    content = insets[0].content
    assert isinstance(content, Inset)
    cut = Inset(items=content.items[:1])
    assert missing_in(network, Panel(id="cut", title=insets[0].title, content=cut, origin=insets[0].origin))
    assert all(isinstance(block, Block) for stage in network.body for block in getattr(stage, "body", ()))


class Group(nn.Module):
    """Residual blocks and a convolution, with a shortcut round all."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.blocks, self.end = nn.Sequential(*(Step(16) for _ in range(count))), nn.Conv2d(16, 16, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.end(self.blocks(x)) + x
        return y


class Half(nn.Module):
    """Residual blocks on a half of the channels, concatenated with the other half."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Step(8) for _ in range(count)))

    def forward(self, x: Tensor) -> Tensor:
        first, second = x.chunk(2, 1)
        return torch.cat([self.blocks(first), second], 1)


@pytest.mark.parametrize("make", [Group, Half])
def test_equal_blocks_within_a_panel_are_drawn_once(make: type[Group] | type[Half]) -> None:
    network = traced(Net(make(9), make(9)))
    assert left_out(network) == []
    (inset,) = panels(network)[1:]
    assert isinstance(inset.content, Inset)
    assert [group.repeat for group in groups(inset.content.items)] == [9]


def test_blocks_that_differ_are_not_folded() -> None:
    blocks = nn.Sequential(Step(16), Step(16, nn.SiLU()), Step(16, nn.ELU()))
    group = Group(1)
    group.blocks = blocks
    network = traced(Net(group, Group(1)))
    assert left_out(network) == []
    content = panels(network)[1].content
    assert isinstance(content, Inset)
    assert not any(group.repeat > 1 for group in groups(content.items))


class Joined(nn.Module):
    """A residual block whose branch has two convolutions beside each other, merged as given."""

    def __init__(self, merge: Callable[[list[Tensor]], Tensor], width: int) -> None:
        super().__init__()
        self.p, self.q = nn.Conv2d(16, 8, 1), nn.Conv2d(16, 8, 3, 1, 1)
        self.last, self.merge = nn.Conv2d(width, 16, 1), merge

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.last(self.merge([F.relu(self.p(x)), F.relu(self.q(x))]))
        return 0.2 * y + x


MERGES: dict[str, tuple[Callable[[list[Tensor]], Tensor], int]] = {
    "concatenated": (lambda values: torch.cat(values, 1), 16),
    "added": (lambda values: values[0] + values[1], 8),
}


@pytest.mark.parametrize(("merge", "width"), MERGES.values(), ids=MERGES)
def test_a_lone_block_with_branches_inside_is_one_bar(
    merge: Callable[[list[Tensor]], Tensor], width: int
) -> None:
    network = traced(Net(Step(16), Step(16), nn.Conv2d(16, 16, 1), Joined(merge, width)))
    assert left_out(network) == []
    assert not any(bar.text in ("1×1 conv, 16", "scale") for bar in bars(network)[-3:])
    assert all(panel.title.startswith("Identity") for panel in panels(network)[1:])


class Deep(nn.Module):
    """A residual block with blocks of its own kind within it, `depth` levels deep."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.first, self.last = nn.Sequential(Step(16), Step(16, nn.SiLU())), Step(16, nn.ELU())
        self.inner = Deep(depth - 1) if depth else Step(16)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.last(self.inner(self.first(F.max_pool2d(x, 2))))
        return F.interpolate(y, scale_factor=2) + x


class TwoDeep(Deep):
    """The same with an activation behind the addition."""

    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(super().forward(x))


@pytest.mark.parametrize("make", [Deep, TwoDeep])
def test_a_crowded_panel_names_the_blocks_within_it_and_draws_each_type_once(make: type[Deep]) -> None:
    network = traced(Net(make(2), Step(16), make(2), Step(16)))
    assert left_out(network) == []
    drawn = panels(network)[1:]
    sizes = [sum(1 for _ in nodes(content_items(panel.content))) for panel in drawn]
    assert max(sizes) <= 24
    assert any("within other blocks" in panel.title for panel in drawn)
    pictures = [
        [(node.role, node.lines) for node in nodes(content_items(panel.content))]
        for panel in drawn
        if isinstance(panel.content, Inset) and "within" in panel.title
    ]
    assert all(pictures.count(picture) == 1 for picture in pictures)


class Crossing(nn.Module):
    """A residual block whose shortcut has two poolings beside each other, each with a convolution."""

    def __init__(self, before: int, width: int) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(before, width, 3, 2, 1), nn.Conv2d(width, width, 3, 1, 1)
        self.left, self.right = nn.Conv2d(before, width // 2, 1), nn.Conv2d(before, width // 2, 1)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        left, right = F.avg_pool2d(x, 1, 2), F.avg_pool2d(F.pad(x[:, :, 1:, 1:], (0, 1, 0, 1)), 1, 2)
        side = self.norm(torch.cat([self.left(left), self.right(right)], 1))
        y: Tensor = self.b(F.relu(self.a(x))) + side
        return y


def test_a_block_on_a_shortcut_is_a_box_with_its_layers() -> None:
    network = traced(Net(Crossing(16, 24), Step(24), Crossing(24, 16), Step(16)))
    assert left_out(network) == []
    assert any(text.startswith("1×1 conv") for text in texts(network))


class Named(nn.Module):
    """A module that runs a residual block, whose path the tracer gives to the stage in it too."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.side, self.first, self.last = Step(16), Step(16), Step(16)
        self.inner = Named(depth - 1) if depth else Step(16)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.last(self.inner(self.first(F.max_pool2d(x, 2))))
        z: Tensor = self.side(x) + F.interpolate(y, scale_factor=2)
        return z


def test_a_merge_does_not_account_for_the_stage_of_its_module() -> None:
    network = traced(Net(Named(1), Step(16), Named(1)))
    (panel,) = panels(network, View.OVERVIEW)
    inside = accounting.closed(network, [panel.content])
    assert {"body.0.first.a", "body.0.inner.last.b", "body.1.a"} <= set(inside)


@pytest.mark.parametrize("groups", [8, 16])
@pytest.mark.parametrize("last", [False, True])
def test_a_long_cascade_is_one_step_and_the_number_of_the_others(groups: int, last: bool) -> None:
    cascades = [Res2Net(16, groups, last=last) for _ in range(3)]
    network = rd.trace(nn.Sequential(nn.Conv2d(3, 16, 1), *cascades), (3, 16, 16))
    assert left_out(network) == []
    assert f"{groups - 3} more such steps" in texts(network)
    assert not [text for text in texts(network) if "graph of layers" in text]


def test_a_crowded_graph_has_a_panel_of_its_own() -> None:
    network = rd.trace(nn.Sequential(nn.Conv2d(3, 16, 1), Split(), Split()), (3, 16, 16))
    titles = [str(panel.title) for panel in panels(network)]
    assert titles[1:] == ["Identity block (all blocks)", "Graph of layers (within other blocks)"]
    assert left_out(network) == []
    assert accounting.closed(network, [panel.content for panel in panels(network)]) == ()


class Split(nn.Module):
    """Groups of channels of which each is convolved with half of the one before; the other half goes on."""

    def __init__(self) -> None:
        super().__init__()
        widths = (4, 6, 7, 7, 7)
        self.inner = nn.Conv2d(16, 24, 1)
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, 1, 1) for width in widths)
        self.outer = nn.Conv2d(4 + 2 + 3 + 4 + 4 + 7, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        first, *groups = self.inner(x).chunk(6, 1)
        kept, rest = [first], groups[0][:, :0]
        for conv, group in zip(self.convs, groups, strict=True):
            value = F.relu(conv(torch.cat([group, rest], 1) if rest.shape[1] else group))
            half = value.shape[1] // 2
            last = conv is self.convs[-1]
            kept.append(value if last else value[:, half:])
            rest = value[:, :half]
        return F.relu(x + self.outer(torch.cat(kept, 1)))


def test_a_drawing_without_closed_boxes_needs_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("the operations of the network are listed")

    for function in ("walk", "all_blocks"):
        monkeypatch.setattr(accounting, function, refused)
    # Other names: what is kept of drawings of these networks is not read.
    names = "plain18", "resnet18"
    plain, residual = (dataclasses.replace(catalog.network(name), name="other") for name in names)
    rd.to_text(plain, "dot", view="full")
    with pytest.raises(AssertionError):
        rd.to_text(residual, "dot")


class Merged(nn.Module):
    """Every second position as channels of their own, and a convolution of these."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)


def test_positions_that_become_channels_are_drawn() -> None:
    step = nn.Sequential(Merged(), nn.BatchNorm2d(64), nn.Conv2d(64, 16, 1, bias=False))
    network = traced(Net(Step(16), Step(16), step, Step(16), Step(16)))
    assert left_out(network) == []
    assert "space to depth" in [str(bar.text) for bar in bars(network)]


class Repeated(nn.Module):
    """A block that runs one module several times, and operations of the network itself beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks, self.act = nn.ModuleList(Step(16) for _ in range(3)), nn.ReLU6()
        self.first = nn.Conv2d(3, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for block in self.blocks:
            x = self.act(F.celu(block(self.act(x))))
        return F.max_pool2d(F.interpolate(x, scale_factor=2), 2) * x.sigmoid()


def test_operations_of_one_name_and_of_none_are_each_accounted_for() -> None:
    network = traced(Repeated())
    layers = list(walk(network))
    assert len({layer.name for layer in layers}) == len(layers)
    assert left_out(network) == []
    (overview,) = (panel.content for panel in panels(network) if isinstance(panel.content, Overview))
    for left in bars(network)[1:]:
        frames = tuple(
            dataclasses.replace(frame, bars=tuple(bar for bar in frame.bars if bar != left))
            for frame in overview.frames
        )
        arcs = tuple(arc for arc in overview.arcs if left.id not in (arc.tail, arc.head))
        assert missing(network, [dataclasses.replace(overview, frames=frames, arcs=arcs)]), left.id


class Turned(nn.Module):
    """Three equal branches, of which the first two see the channels and the columns in each other's place."""

    def __init__(self) -> None:
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU()) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        first, second, third = self.branches
        turned = first(x.transpose(1, 3)).transpose(1, 3) + second(x.transpose(1, 2)).transpose(1, 2)
        value: Tensor = x + (turned + third(x)) / 3
        return value


def test_equal_branches_stand_for_each_other_whatever_moves_their_axes() -> None:
    network = rd.trace(nn.Sequential(nn.Conv2d(3, 8, 1), Turned(), Turned()), (3, 8, 8))
    assert left_out(network) == []
    assert "3 in parallel" in {
        str(group.title) for panel in panels(network) for group in groups(content_items(panel.content))
    }


class Pathways(nn.Module):
    """Two pathways, one of which sees every fourth frame, joined by a lateral connection."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = nn.ModuleList(nn.Conv3d(width, 8, 3, 1, 1) for width in (3, 16))
        self.fast = nn.ModuleList(nn.Conv3d(width, 8, 3, 1, 1) for width in (3, 8))
        self.lateral = nn.Conv3d(8, 8, (5, 1, 1), (4, 1, 1), (2, 0, 0))
        self.last = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        fast, slow = self.fast[0](x), self.slow[0](x[:, :, ::4])
        slow = self.slow[1](torch.cat([slow, self.lateral(fast)], 1))
        ends = [slow.mean((2, 3, 4)), self.fast[1](fast).mean((2, 3, 4))]
        value: Tensor = self.last(torch.cat(ends, 1))
        return value


def test_frames_that_are_left_out_are_drawn() -> None:
    network = rd.trace(Pathways(), (3, 16, 8, 8))
    assert left_out(network) == []
    assert any("subsample" in text for text in boxes_of(network))
    early = rd.trace(Frames(), (3, 16, 8, 8))
    assert left_out(early) == []
    assert any("subsample" in text for text in texts(early))


class Frames(nn.Module):
    """Residual convolutions of every second frame."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv3d(3, 3, 3, 1, 1) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, ::2]
        for conv in self.convs:
            x = x + conv(x)
        return x


def boxes_of(network: Network) -> list[str]:
    """Return the words in all boxes."""
    items = (content_items(panel.content) for panel in panels(network))
    return [str(line) for run in items for node in nodes(run) for line in node.lines]
