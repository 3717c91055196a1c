"""`--numerically` compares outputs for equal weights; `--ignore` leaves out the head or the classes."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from click.testing import CliRunner
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.cli.main import main
from resnet_diagram.differences.model import Difference
from tests.differences.small import Block, KeptMeanHead, MeanHead, Small
from tests.tracer.models.libraries import torchvision_models

SHAPE = (3, 8, 8)


class Reordered(Small):
    """The same network: its layers are registered in another order, under other names."""

    def __init__(self) -> None:
        super().__init__()
        self.classifier = self.fc
        self.entry = self.conv
        self.blocks = self.body
        del self.fc, self.conv, self.body

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.head(self.blocks(self.entry(x))))  # type: ignore[no-any-return]


class Transposed(Small):
    """Another function, by an arrangement of values that is not compared layer by layer."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(self.conv(x).transpose(2, 3))
        return self.fc(self.head(x))  # type: ignore[no-any-return]


class Wider(Small):
    """A network whose classifier has other inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        pooled = self.head(self.body(self.conv(x)))
        return self.fc(torch.cat([pooled, pooled], 1))  # type: ignore[no-any-return]


def outputs(left: nn.Module, right: nn.Module) -> list[Difference]:
    found = rd.diff(left, right, input_shape=SHAPE, numerically=True)
    return [difference for difference in found if difference.where == "output"]


@pytest.mark.parametrize("model", [MeanHead, KeptMeanHead, Reordered])
def test_equal_functions_have_equal_outputs(model: type[Small]) -> None:
    rd.assert_same(model(), Small(), input_shape=SHAPE, numerically=True)


@pytest.mark.parametrize("join", ["y - x", "x + 0.2 * y", "hard gate"])
def test_another_function_has_other_outputs(join: str) -> None:
    assert outputs(Small(join=join), Small(join="gated" if "gate" in join else "y + x"))


def test_what_is_not_compared_layer_by_layer_is_found_in_the_outputs() -> None:
    assert rd.diff(Transposed(), Small(), input_shape=SHAPE) == ()
    assert outputs(Transposed(), Small())


def test_a_small_eps_is_more_than_rounding() -> None:
    def norm(channels: int) -> nn.Module:
        return nn.BatchNorm2d(channels, eps=2e-5)

    assert outputs(Small(norm=norm), Small())
    assert not outputs(Small(), Small())


def test_zero_weights_hide_nothing() -> None:
    models = Small(join="y - x"), Small()
    for model in models:
        for block in model.body:
            assert isinstance(block, Block)
            nn.init.zeros_(next(block.norm2.parameters()))
    before = [value.clone() for value in models[0].state_dict().values()]
    assert outputs(*models)
    assert all(map(torch.equal, before, models[0].state_dict().values()))


def test_the_outputs_of_a_known_network_are_those_of_torchvision() -> None:
    models = torchvision_models()
    rd.assert_same(models.resnet18(), "resnet18", numerically=True)


def test_weights_that_do_not_match_leave_the_differences() -> None:
    assert rd.diff(Wider(), Small(), input_shape=SHAPE, numerically=True)
    assert not outputs(Wider(), Small())


def run(tmp_path: Path, *arguments: str) -> tuple[int, str]:
    (tmp_path / "nets.py").write_text(
        "from tests.differences.small import Small\n"
        "def small(classes=10, join='y + x'):\n    return Small(classes=classes, join=join)\n",
        encoding="utf-8",
    )
    command = [word.replace("NETS", str(tmp_path / "nets.py")) for word in arguments]
    result = CliRunner().invoke(main, [*command, "--input", "3x8x8"])
    return result.exit_code, result.stdout


def test_the_command_reports_the_deviation(tmp_path: Path) -> None:
    status, text = run(tmp_path, "check", "NETS:small", "--against", "NETS:small()", "--numerically")
    assert (status, "Largest relative deviation of the outputs: 0," in text) == (0, True)
    status, text = run(tmp_path, "diff", "NETS:small", "NETS:small(join='y - x')", "--numerically", "--json")
    report = json.loads(text)
    assert (status, report["same"], report["deviation"]["relative"] > 0.01) == (1, False, True)


def test_the_number_of_classes_can_be_ignored(tmp_path: Path) -> None:
    pair = ("check", "NETS:small(classes=5)", "--against", "NETS:small")
    assert [run(tmp_path, *pair)[0], run(tmp_path, *pair, "--ignore", "classes")[0]] == [1, 0]
    other = ("check", "NETS:small(classes=5, join='y - x')", "--against", "NETS:small")
    assert run(tmp_path, *other, "--ignore", "classes")[0] == 1


class Headless(Small):
    """The network without pooling and classifier."""

    def forward(self, x: Tensor) -> Tensor:
        return self.body(self.conv(x))  # type: ignore[no-any-return]


def test_the_head_can_be_ignored() -> None:
    assert rd.diff(Headless(), Small(), input_shape=SHAPE, ignore=["classes"])
    rd.assert_same(Headless(), Small(), input_shape=SHAPE, ignore=["head"])
    with pytest.raises(AssertionError):
        rd.assert_same(Small(dropout=0.5), Small(), input_shape=SHAPE, ignore=["head"])


def test_wrong_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(rd.UsageError, match="head, classes"):
        rd.diff(Small(), Small(), input_shape=SHAPE, ignore=["stem"])
    both = ("diff", "NETS:small", "NETS:small", "--numerically", "--ignore", "head")
    assert run(tmp_path, *both)[0] == 2
