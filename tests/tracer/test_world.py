"""A trace leaves nothing behind: not in the model, not in torch, not in Python."""

import gc
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.errors import TraceError
from resnet_diagram.tracer import parse_input, torch_private, trace
from tests.tracer import awkward

EXAMPLE = Path(__file__).parents[2] / "examples" / "resnet.py"


class Failing(nn.Module):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.error = error

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        raise self.error


def world() -> tuple[Any, ...]:
    return (
        nn.Module.__call__,
        nn.Module.__setattr__,
        nn.init.kaiming_uniform_,
        gc.isenabled(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.backends.mha.get_fastpath_enabled(),
        torch.get_rng_state().sum().item(),
        torch.empty(1).device.type,
        sys.stdout,
        len(warnings.filters),
        len(nn.modules.module._global_forward_hooks),
    )


@pytest.mark.parametrize(
    "make", [awkward.DroppedReturn, awkward.DataDependent, awkward.CudaLover, awkward.Stateful]
)
def test_nothing_is_left_after_a_trace(make: Callable[[], nn.Module]) -> None:
    model = make()
    before = world()
    trace(model, [parse_input("3x16x16")])
    assert world() == before


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_nothing_is_left_after_an_exception(error: BaseException) -> None:
    model = Failing(error)
    before = world()
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else TraceError
    with pytest.raises(expected):
        trace(model, [parse_input("3x16x16")])
    assert world() == before
    assert not [name for name in model.conv.weight.__dict__ if "resnet" in name]


def test_garbage_collection_stays_off_where_it_was_off() -> None:
    gc.disable()
    try:
        trace(awkward.InPlaceBlock(3), [parse_input("3x16x16")])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_model_keeps_weights_mode_and_state() -> None:
    model = awkward.Stateful()
    model.train()
    model.conv.eval()
    attributes = dict(model.__dict__)
    weights = {name: (t, t.clone(), t._version) for name, t in model.state_dict(keep_vars=True).items()}
    trace(model, [parse_input("3x16x16")])
    assert (model.training, model.conv.training) == (True, False)
    assert {k: v for k, v in model.__dict__.items() if not k.startswith("_")} == {
        k: v for k, v in attributes.items() if not k.startswith("_")
    }
    now = model.state_dict(keep_vars=True)
    for name, (tensor, values, _) in weights.items():
        assert now[name] is tensor
        assert torch.equal(tensor, values)
        assert tensor.device.type == "cpu"
        assert not [k for k in tensor.__dict__ if "resnet" in k]
    assert model.last is None


def test_a_lazy_model_stays_lazy() -> None:
    model = nn.Sequential(nn.LazyConv2d(8, 3), nn.ReLU())
    trace(model, [parse_input("1x3x16x16")])
    assert all(torch.nn.parameter.is_lazy(p) for p in model.parameters())


def test_printing_models_do_not_reach_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    class Chatty(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3)

        def forward(self, x: Tensor) -> Any:
            print("shape", x.shape)
            return self.conv(x)

    trace(Chatty(), [parse_input("3x16x16")])
    assert capsys.readouterr().out == ""


def test_the_public_way_round_private_names_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    model = awkward.DroppedReturn()
    usual = trace(model, [parse_input("3x16x16")])
    monkeypatch.setattr(torch_private, "public_only", True)
    assert trace(model, [parse_input("3x16x16")]) == usual


def test_a_plain_network_does_not_import_dynamo() -> None:
    code = (
        "import sys\n"
        "from resnet_diagram.tracer import load_model, trace\n"
        f"trace(load_model({f'{EXAMPLE}:resnet20'!r}).model)\n"
        f"trace(load_model({f'{EXAMPLE}:resnet50'!r}).model)\n"
        f"trace(load_model({f'{EXAMPLE}:preact_resnet110'!r}).model)\n"
        "print([m for m in ('torch._dynamo', 'sympy') if m in sys.modules])\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
