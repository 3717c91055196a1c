"""Modules within a model, checkpoints with prefixes, attributes that fail, blur pools."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from click.testing import CliRunner
from torch import Tensor, nn

import resnet_diagram as rd
from resnet_diagram.cli.main import main
from resnet_diagram.errors import SourceError
from resnet_diagram.tracer import check_weights, load_model, parse_input, trace
from resnet_diagram.tracer.load.target import parse_target

FILE = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self, width=8):
        super().__init__(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3))

class Lit(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.net, self.parts = Net(width), nn.ModuleList([Net(4), Net(16)])
"""


@pytest.mark.parametrize(
    ("target", "inner"),
    [
        ("net.py:Lit().net", "net"),
        ("net.py:Lit(width=(3)).net.layers", "net.layers"),
        ("net.py:Lit('a).b').parts[1]", "parts.1"),
        ("net.py:Lit()", ""),
    ],
)
def test_a_path_behind_the_brackets_is_a_module_within(target: str, inner: str) -> None:
    assert parse_target(target).inner == inner


def test_a_module_within_a_model_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(FILE)
    for path, width in (("Lit().net", 8), ("Lit(width=12).net", 12), ("Lit().parts[1]", 16)):
        model: Any = load_model(f"{tmp_path / 'net.py'}:{path}").model
        assert model[0].out_channels == width
    done = CliRunner().invoke(main, ["describe", f"{tmp_path / 'net.py'}:Lit().net", "--input", "3x8x8"])
    assert done.stdout.startswith("Lit.net, input 3×8×8")
    with pytest.raises(SourceError, match=r"Did you mean 'net'\?"):
        load_model(f"{tmp_path / 'net.py'}:Lit().nett")


class Small(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Conv2d(8, 8, 3))


@pytest.mark.parametrize("prefix", ["model.", "net.backbone.", "module.model."])
def test_a_prefix_of_a_checkpoint_is_one_remark(tmp_path: Path, prefix: str) -> None:
    state = {f"{prefix}{name}": value for name, value in Small().state_dict().items()}
    state["criterion.weight"] = torch.ones(3)
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "a.ckpt")
    remark = check_weights(Small(), tmp_path / "a.ckpt")
    assert prefix in remark
    assert "1 tensor is without it, of other modules" in remark


def test_with_a_prefix_only_what_misfits_is_listed(tmp_path: Path) -> None:
    state = {f"model.{name}": value for name, value in Small().state_dict().items()}
    del state["model.2.bias"]
    torch.save(state, tmp_path / "a.pth")
    with pytest.raises(SourceError) as caught:
        check_weights(Small(), tmp_path / "a.pth")
    assert str(caught.value).splitlines()[1:] == ["  2.bias is missing; the model has 8"]


class Raising(Small):
    def __getattr__(self, name: str) -> Any:
        if name in ("_modules", "_parameters", "_buffers") or name.startswith("__") or name.isdigit():
            return super().__getattr__(name)
        raise KeyError(name)


def test_an_attribute_that_fails_is_no_traceback() -> None:
    assert trace(Raising()).input_shape[0] == 3


class BlurPool(nn.Module):
    def __init__(self, channels: int, taps: int) -> None:
        super().__init__()
        self.channels = channels
        self.pad = nn.ReflectionPad2d(((taps - 1) // 2, taps // 2) * 2)
        self.register_buffer("weight", torch.ones(channels, 1, taps, taps) / taps**2)

    def forward(self, x: Tensor) -> Tensor:
        weight: Any = self.weight
        return nn.functional.conv2d(self.pad(x), weight, stride=2, groups=self.channels)


class Blurred(nn.Module):
    def __init__(self, taps: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.MaxPool2d(2, 1), BlurPool(8, taps))
        self.conv, self.alpha, self.fc = (
            nn.Conv2d(8, 8, 3, padding=1),
            nn.Parameter(torch.zeros(1)),
            nn.Linear(8, 5),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = torch.relu(x + self.alpha * self.conv(x))
        result: Tensor = self.fc(x.mean((2, 3)))
        return result


@pytest.mark.parametrize("taps", [3, 5, 7])
def test_a_blur_pool_is_one_layer_of_the_stem(taps: int) -> None:
    network = trace(Blurred(taps), [parse_input("3x65x65")])
    assert not network.notes
    assert [layer.op for layer in network.stem if isinstance(layer, rd.Layer)][-1] == "blur_pool"
    rows = rd.table(network, caption="").splitlines()
    start, end = (next(at for at, row in enumerate(rows) if word in row) for word in ("conv1", "conv2_x"))
    assert "blur pool" in "".join(rows[start:end])
    assert "blur pool" not in "".join(rows[end:])


def test_a_learned_factor_of_a_branch_is_named() -> None:
    assert "learned α" in rd.to_text(trace(Blurred(3), [parse_input("3x65x65")]), "outline")
