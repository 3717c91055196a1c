"""Stages of one holder that lie beside each other have the names of their modules."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.model import Block, Stage
from tests.tracer.facts import stages
from tests.tracer.models.awkward import InPlaceBlock
from tests.tracer.structure.test_awkward import traced


def stream() -> nn.Module:
    return nn.Sequential(InPlaceBlock(8), InPlaceBlock(8))


class Listed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.streams = nn.ModuleList(stream() for _ in range(3))

    def forward(self, x: Tensor) -> list[Tensor]:
        return [part(x) for part in self.streams]


class Indexed(Listed):
    def forward(self, x: Tensor) -> list[Tensor]:
        parts: Any = self.streams
        return [parts[at][1](parts[at][0](x)) for at in (0, 1, 2)]


class Layered(nn.Module):
    """Streams whose blocks lie in a list of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.streams = nn.ModuleList(nn.ModuleDict({"layers": stream()}) for _ in range(3))

    def forward(self, x: Tensor) -> list[Tensor]:
        return [part["layers"](x) for part in self.streams]  # type: ignore[index]


class Joined(nn.Module):
    def __init__(self, lanes: nn.Module) -> None:
        super().__init__()
        self.stem, self.lanes, self.fc = nn.Conv2d(3, 8, 3, padding=1), lanes, nn.Conv2d(24, 4, 1)

    def forward(self, x: Tensor) -> Any:
        return self.fc(torch.cat(self.lanes(self.stem(x)), 1))


def names_in(model: nn.Module) -> list[str]:
    return [part.name for part in all_elements(traced(model, "3x8x8")) if isinstance(part, Stage)]


@pytest.mark.parametrize(("make", "inner"), [(Listed, ""), (Indexed, ""), (Layered, ".layers")])
def test_streams_have_the_names_of_their_modules(make: Callable[[], nn.Module], inner: str) -> None:
    assert names_in(Joined(make())) == [f"lanes.streams.{at}{inner}" for at in range(3)]


def test_parts_of_one_list_are_numbered_and_named_like_no_block() -> None:
    class Halves(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = nn.ModuleList(InPlaceBlock(8) for _ in range(6))

        def forward(self, x: Tensor) -> list[Tensor]:
            halves = [x, x]
            for at, block in enumerate(self.blocks):
                halves[at // 3] = block(halves[at // 3])
            return [*halves, x]

    network = traced(Joined(Halves()), "3x8x8")
    stages = [part.name for part in all_elements(network) if isinstance(part, Stage)]
    assert len(set(stages)) == 2
    assert stages[1].endswith(".stage2")
    assert not {*stages} & {part.name for part in all_elements(network) if isinstance(part, Block)}


class _LoneBlock(nn.Module):
    """A block of its own before lists of blocks, all named alike."""

    def __init__(self, first: int) -> None:
        super().__init__()
        setattr(self, f"stage{first}", _Sum(3, 8))
        setattr(self, f"stage{first + 1}", nn.Sequential(_Sum(8, 8, 2), _Sum(8, 8)))
        setattr(self, f"stage{first + 2}", nn.Sequential(_Sum(8, 16, 2), _Sum(16, 16)))

    def forward(self, x: Tensor) -> Tensor:
        for _, module in self.named_children():
            x = module(x)
        return x


class _Sum(nn.Module):
    """A sum of two convolutions."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.wide = nn.Conv2d(before, after, 3, stride, 1)
        self.narrow = nn.Conv2d(before, after, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.wide(x) + self.narrow(x))


@pytest.mark.parametrize("first", [0, 1, 4])
def test_a_block_of_its_own_takes_no_name_from_the_modules_behind_it(first: int) -> None:
    names = list(stages(traced(_LoneBlock(first), "3x16x16")))
    assert names[1:] == [f"stage{first + 1}", f"stage{first + 2}"]
    assert names[0] not in names[1:]
