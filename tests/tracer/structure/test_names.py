"""Names of wrapped blocks, repeated calls and layers that a model does not register."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch.nn.functional as F
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.spec.measure import walk


class Block(nn.Module):
    """A basic block."""

    def __init__(self, cin: int, cout: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1)
        self.side = nn.Conv2d(cin, cout, 1, stride) if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv2(F.relu(self.conv1(x))) + (self.side(x) if self.side else x))


def blocks(depths: tuple[int, ...] = (2, 2, 2)) -> list[nn.Module]:
    made: list[nn.Module] = []
    for stage, depth in enumerate(depths):
        made += [
            Block(8 * 2**stage // (2 if stage and not n else 1), 8 * 2**stage, 2 if stage and not n else 1)
            for n in range(depth)
        ]
    return made


class Wrapped(nn.Module):
    """A module round one block, with a value that passes by."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)  # type: ignore[no-any-return]


class Net(nn.Module):
    """A stem, the parts one after the other, and a classifier."""

    def __init__(self, parts: Any) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 1, 1)
        self.parts = parts
        self.fc = nn.LazyLinear(5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for part in self.parts.values() if isinstance(self.parts, dict) else self.parts:
            x = part(x)
        return self.fc(x.mean((2, 3)))  # type: ignore[no-any-return]


def facts(parts: Any) -> dict[str, Any]:
    return rd.facts(rd.trace(Net(parts), (3, 32, 32)))


def stages(found: dict[str, Any]) -> list[int]:
    return [stage["blocks"] for stage in found["stages"]]


HOLDERS: dict[str, Callable[[list[nn.Module]], Any]] = {
    "wrapped in a list": lambda made: nn.ModuleList(map(Wrapped, made)),
    "wrapped in sequences": lambda made: nn.ModuleList(map(nn.Sequential, made)),
    "wrapped twice": lambda made: nn.ModuleList(Wrapped(Wrapped(block)) for block in made),
    "list": list,
    "tuple": tuple,
    "dictionary": lambda made: {f"part{number}": block for number, block in enumerate(made)},
    "wrapped in a plain list": lambda made: [Wrapped(block) for block in made],
}


@pytest.mark.parametrize("depths", [(2, 2, 2), (1, 3, 2)])
@pytest.mark.parametrize("holder", HOLDERS)
def test_blocks_of_one_list_are_stages_by_resolution(holder: str, depths: tuple[int, ...]) -> None:
    found = facts(HOLDERS[holder](blocks(depths)))
    assert stages(found) == list(depths)
    names = [residual["path"] for residual in found["residuals"]]
    assert len(set(names)) == len(names) == sum(depths)
    assert all(name.startswith("parts.") for name in names)


def test_stages_of_one_block_keep_their_names() -> None:
    found = facts(nn.ModuleList(map(nn.Sequential, blocks((1, 1, 1)))))
    assert [stage["name"] for stage in found["stages"]] == ["parts.0", "parts.1", "parts.2"]


@pytest.mark.parametrize("holder", ["list", "tuple", "dictionary", "wrapped in a plain list"])
def test_a_note_says_that_weights_are_not_registered(holder: str) -> None:
    parts = HOLDERS[holder](blocks())
    members = parts.values() if isinstance(parts, dict) else parts
    count = sum(weight.numel() for part in members for weight in part.parameters())
    (note,) = [note for note in facts(parts)["notes"] if "register" in note]
    assert note.startswith(f"{count:,} parameters ran that the model does not register")
    assert "nn.ModuleList" in note


@pytest.mark.parametrize("holder", ["wrapped in a list", "wrapped twice"])
def test_registered_weights_need_no_note(holder: str) -> None:
    assert not [note for note in facts(HOLDERS[holder](blocks()))["notes"] if "register" in note]


def test_layers_of_an_unregistered_module_are_named_once() -> None:
    network = rd.trace(Net(blocks()), (3, 32, 32))

    names = [layer.name for layer in walk(network) if layer.params]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert "parts.0.conv1" in names


def test_modules_made_in_forward_have_names_of_their_own() -> None:
    class Made(Net):
        def forward(self, x: Tensor) -> Tensor:
            x = self.stem(x)
            for _ in range(2):
                x = Block(8, 8)(x)
            return self.fc(x.mean((2, 3)))  # type: ignore[no-any-return]

    network = rd.trace(Made(nn.ModuleList()), (3, 32, 32))
    names = [residual["path"] for residual in rd.facts(network)["residuals"]]
    assert names == ["Block", "Block_2"]
