"""A run that stops late is drawn as far as it came, with its cause; one that stops early is an error."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from click.testing import CliRunner, Result
from torch import Tensor, nn

from resnet_diagram.cli.main import main
from resnet_diagram.errors import TraceError
from resnet_diagram.spec.measure import out_shape
from resnet_diagram.spec.model import LayerKind, Network
from resnet_diagram.tracer import parse_input, trace
from tests.tracer.facts import layers, shortcuts

LATE = """
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x):
        return torch.relu(x + self.conv(x))

class Broken(nn.Module):
    def forward(self, x):
        raise RuntimeError("no such kernel")

class Net(nn.Module):
    def __init__(self, parts=2):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.blocks = nn.Sequential(*[Block() for _ in range(parts)])
        self.last = Broken()

    def forward(self, x):
        return self.last(self.blocks(self.stem(x)))
"""


class Block(nn.Module):
    def __init__(self, broken: bool = False) -> None:
        super().__init__()
        self.first = nn.Conv2d(8, 8, 3, padding=1)
        self.second = nn.Conv2d(4 if broken else 8, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Late(nn.Module):
    """Its third block does not fit the second."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.blocks = nn.Sequential(Block(), Block(), Block(broken=True))
        self.head = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.head(self.blocks(self.stem(x)).mean((2, 3)))
        return result


def traced(model: nn.Module) -> Network:
    return trace(model, [parse_input("3x16x16")])


def test_layers_that_ran_are_present() -> None:
    network = traced(Late())
    assert shortcuts(network) == ["identity", "identity"]
    assert [layer.name for layer in layers(network) if layer.op == "conv"] == [
        "stem",
        "blocks.0.first",
        "blocks.0.second",
        "blocks.1.first",
        "blocks.1.second",
        "blocks.2.first",
    ]


def test_the_end_is_marked() -> None:
    network = traced(Late())
    last = layers(network)[-1]
    assert (last.kind, last.op, last.name) == (LayerKind.OPAQUE, "not run", "blocks.2.second")
    assert (last.params, last.macs) == (0, 0)
    assert out_shape(network) == (8, 16, 16)
    assert network.stopped_at == "blocks.2.second"


def test_the_note_names_module_shapes_and_cause() -> None:
    (note,) = [note for note in traced(Late()).notes if "only a part" in note]
    for part in ("Late", "blocks.2.second", "1×8×16×16", "RuntimeError", "test_partial.py:"):
        assert part in note
    assert str(Path(__file__).parent) not in note


def test_a_guessed_input_is_noted_as_well() -> None:
    notes = trace(Late()).notes
    assert any("only a part" in note for note in notes)
    assert any("was guessed" in note for note in notes)


def test_a_complete_run_has_no_mark() -> None:
    network = traced(nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), Block(), Block()))
    assert "not run" not in [layer.op for layer in layers(network)]
    assert (network.notes, network.stopped_at) == ((), None)


def test_the_longest_run_is_used() -> None:
    class Asks(Late):
        def forward(self, x: Tensor) -> Tensor:
            x.numpy()
            return super().forward(x)

    assert shortcuts(traced(Asks())) == ["identity", "identity"]


@pytest.mark.parametrize(
    "model",
    [
        nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(4, 8, 3)),
        nn.Sequential(nn.ReLU(), nn.Sigmoid(), nn.Tanh(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3)),
    ],
    ids=["two operations", "no weights"],
)
def test_too_little_is_an_error(model: nn.Module) -> None:
    with pytest.raises(TraceError):
        traced(model)


@pytest.mark.parametrize("command", [("describe",), ("draw", "-t", "svg"), ("spec",)])
def test_the_command_line_prints_the_note_and_succeeds(command: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "late.py"
    path.write_text(LATE)
    result: Result = CliRunner().invoke(main, [*command, f"{path}:Net", "--input", "3x16x16"])
    assert result.exit_code == 0, result.output
    assert "Note: only a part of Net is drawn: its forward stopped in last" in result.stderr
    assert "no such kernel" in result.stderr
    assert "no such kernel" not in result.stdout or command == ("spec",)
    assert "not run" in result.stdout or command == ("describe",)


class OutOfStockError(Exception):
    """An exception of the user's own, whose text fails too."""

    def __str__(self) -> str:
        raise ValueError("no words")


@torch.library.custom_op("tests_partial::kernel_without_shapes", mutates_args=())
def kernel_without_shapes(x: Tensor) -> Tensor:
    raise NotImplementedError("it runs on one device only")


class Ends(nn.Module):
    """Three layers, then what the test wants."""

    def __init__(self, end: str) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU())
        self.end = end

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x)
        if self.end == "own error":
            raise OutOfStockError
        if self.end == "no text":
            raise RuntimeError
        if self.end == "custom operator":
            x = kernel_without_shapes(x)
        if self.end == "exit":
            raise SystemExit(3)
        raise RecursionError("too deep")


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("own error", "OutOfStockError"),
        ("no text", "RuntimeError"),
        ("custom operator", "NotImplementedError: it runs on one device only"),
        ("exit", "SystemExit: 3"),
        ("recursion", "RecursionError: too deep"),
    ],
)
def test_the_cause_of_a_stop_is_named(end: str, words: str) -> None:
    network = traced(Ends(end))
    assert [layer.op for layer in layers(network)][-1] == "not run"
    (note,) = [note for note in network.notes if "only a part of Ends" in note]
    assert words in note
    assert "test_partial.py:" in note


class AtOnce(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x: Tensor) -> Tensor:
        raise OutOfStockError


def test_a_run_that_fails_at_once_without_a_text_names_its_error() -> None:
    with pytest.raises(TraceError, match="OutOfStockError"):
        trace(AtOnce(), [parse_input("3x8x8")])
