"""What a stage's module runs behind its blocks is in the stage, and reversible blocks make stages."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.measure import walk
from resnet_diagram.spec.model import Graph, Stage
from tests.tracer.facts import blocks, shortcuts
from tests.tracer.models.blocks import branch
from tests.tracer.structure.test_awkward import traced


class Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.main = branch(channels, channels)

    def forward(self, x: Tensor) -> Any:
        return torch.relu(x + self.main(x))


class Aggregated(nn.Module):
    """Two blocks and what joins them (Yu et al. 2018, deep layer aggregation)."""

    def __init__(self, channels: int, end: str) -> None:
        super().__init__()
        self.tree1, self.tree2 = Residual(channels), Residual(channels)
        size = 2 * channels if end == "root" else channels
        self.root = nn.Sequential(nn.Conv2d(size, channels, 1), nn.BatchNorm2d(channels), nn.ReLU())
        self.end = end

    def forward(self, x: Tensor) -> Any:
        first = self.tree1(x)
        second = self.tree2(first)
        return self.root(torch.cat([first, second], 1) if self.end == "root" else second)


class Aggregation(nn.Module):
    def __init__(self, end: str) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.level1, self.level2 = Aggregated(4, end), Aggregated(4, end)
        self.pool, self.norm, self.fc = nn.MaxPool2d(2), nn.BatchNorm2d(4), nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Any:
        x = self.level2(self.pool(self.level1(self.stem(x))))
        return self.fc(self.norm(x).mean((2, 3)))


@pytest.mark.parametrize("end", ["root", "transition"])
def test_a_stage_holds_what_its_module_runs_last(end: str) -> None:
    network = traced(Aggregation(end), "3x16x16")
    for number, stage in enumerate(network.stages, 1):
        assert f"level{number}.root.0" in [layer.name for layer in walk(stage)]
    assert [layer.name for layer in walk(network.head)] == ["norm", "mean", "fc"]
    assert len(blocks(network)) == 4


def test_a_network_is_no_stage() -> None:
    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Inner()

        def forward(self, x: Tensor) -> Any:
            return self.inner(x)

    class Inner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem, self.last = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 8, 1)
            self.block1, self.block2 = Residual(4), Residual(4)

        def forward(self, x: Tensor) -> Any:
            return self.last(self.block2(self.block1(self.stem(x))))

    network = traced(Whole(), "3x16x16")
    assert [layer.name for layer in walk(network.head)] == ["inner.last"]


Split = Callable[[Tensor], Any]
SPLITS: list[Split] = [
    lambda x: x.chunk(2, 1),
    lambda x: (x[:, :4], x[:, 4:]),
    lambda x: torch.split(x, [4, 4], dim=1),
]


class Reversible(nn.Module):
    """y1 = x1 + F(x2), y2 = x2 + G(y1) (Gomez et al. 2017)."""

    def __init__(self, split: Split) -> None:
        super().__init__()
        self.f, self.g = branch(4, 4), branch(4, 4)
        self.split = split

    def forward(self, x: Tensor) -> Any:
        first, second = self.split(x)
        first = first + self.f(second)
        return torch.cat([first, second + self.g(first)], 1)


class RevNet(nn.Module):
    def __init__(self, split: Split, counts: tuple[int, ...]) -> None:
        super().__init__()
        self.stem, self.fc = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(8, 5)
        self.layers = nn.ModuleList(
            nn.Sequential(*(Reversible(split) for _ in range(count))) for count in counts
        )

    def forward(self, x: Tensor) -> Any:
        x = self.stem(x)
        for layer in self.layers:
            x = nn.functional.max_pool2d(layer(x), 2)
        return self.fc(x.mean((2, 3)))


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("counts", [(2, 3), (3,)])
def test_reversible_blocks_make_stages(split: Split, counts: tuple[int, ...]) -> None:
    network = traced(RevNet(split, counts), "3x32x32")
    graphs = [sum(isinstance(item, Graph) for item in stage.body) for stage in network.stages]
    assert graphs == list(counts)
    assert shortcuts(network) == ["identity"] * 2 * sum(counts)
    assert [layer.name for layer in walk(network.stem)] == ["stem"]
    assert not network.notes


def test_a_graph_alone_is_no_stage() -> None:
    network = traced(nn.Sequential(nn.Conv2d(3, 8, 1), Reversible(SPLITS[0]), nn.Conv2d(8, 4, 1)), "3x8x8")
    assert not [element for element in network.body if isinstance(element, Stage)]
