"""Models with several inputs: what is drawn, and what is said of the rest."""

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.facts import facts
from resnet_diagram.tracer import parse_input, trace


class Late(nn.Module):
    """Adds a second input to the path of the first, through a convolution if asked."""

    def __init__(self, project: bool) -> None:
        super().__init__()
        self.path = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 3, padding=1))
        self.other = nn.Conv2d(3, 3, 1) if project else nn.Identity()

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        result: Tensor = self.path(x) + self.other(y)
        return result


class Fusion(nn.Module):
    """A residual image branch, joined with a table's."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.inner = nn.Conv2d(8, 8, 3, padding=1)
        self.table = nn.Linear(12, 4)
        self.head = nn.Linear(12, 2)

    def forward(self, image: Tensor, table: Tensor) -> Tensor:
        image = self.stem(image)
        image = torch.relu(image + self.inner(torch.relu(self.inner(image))))
        result: Tensor = self.head(torch.cat([image.mean((2, 3)), self.table(table)], 1))
        return result


@pytest.mark.parametrize("project", [False, True])
def test_an_input_added_to_anothers_path_is_no_shortcut(project: bool) -> None:
    inputs = [parse_input("1x3x32x32"), parse_input("1x3x32x32")]
    found = facts(trace(Late(project), inputs))
    assert found["residuals"] == []
    assert found["option"] is None
    assert [one["reason"] for one in found["other_merges"]] == ["sum of branches"]


def test_an_input_that_is_left_out_is_noted() -> None:
    network = trace(Fusion(), [parse_input("3x32x32"), parse_input("12")])
    assert [one["shortcut"] for one in facts(network)["residuals"]] == ["identity"]
    assert any("input 2" in note for note in network.notes)
    assert any("table.weight" in note for note in network.notes)
