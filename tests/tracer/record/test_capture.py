"""What user code may do in a constructor or a forward, and the run still sees the residual block."""

import copy
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.spec.json.files import dumps
from resnet_diagram.tracer import load_model, parse_input, trace
from tests.tracer.facts import layers, shortcuts

CUDA = """
import torch
from torch import nn

device = torch.device("cuda")

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1, device="cuda")
        self.register_buffer("scale", torch.ones(3, 1, 1, device=device))
        self.cuda()
        self.to("cuda:0", torch.float16)

    def forward(self, x):
        x = x.half().to(device)
        return self.conv(x) * self.scale + x.cuda()

ready = Net().cuda()
"""

COMPILED = """
import torch
from torch import nn

@torch.compile
def activated(x):
    return torch.relu(x)

class Method(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    @torch.compile(dynamic=True)
    def forward(self, x):
        return activated(self.conv(x)) + x

class Parts(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = torch.compile(Method())
        self.other = Method()
        self.other.compile()

    def forward(self, x):
        return self.other(self.body(x))

ready = torch.compile(Parts())
"""


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)


class SliceAssigned(Block):
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        y[:, :, 1:-1] += x[:, :, 1:-1]
        y[..., 0] = 0
        return y


class Viewed(Block):
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        y.view(-1).add_(x.reshape(-1))
        return y


class Questions(Block):
    def forward(self, x: Tensor) -> Tensor:
        low, few = float(x.min()), x.flatten()[:3].tolist()
        if bool((x > low).all()) and x.detach().cpu().numpy().size > len(few):
            x = torch.relu(x)
        out: Tensor = self.conv(x) + x
        return out


class Mapped(Block):
    def forward(self, x: Tensor) -> Tensor:
        doubled: Tensor = torch.vmap(lambda one: one * 2)(self.conv(x))
        return doubled + x


class Functional(Block):
    def forward(self, x: Tensor) -> Tensor:
        called: Tensor = torch.func.functional_call(self.conv, dict(self.conv.named_parameters()), (x,))
        return called + x


class WithGradients(Block):
    def forward(self, x: Tensor) -> Tensor:
        with torch.enable_grad():
            y: Tensor = self.conv(x)
        return y + x


class Hooked(Block):
    def __init__(self) -> None:
        super().__init__()
        self.conv.register_forward_hook(lambda module, given, result: result * 2)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.conv(x) + x
        return result


class InDictionaries(Block):
    def forward(self, x: Tensor) -> dict[str, Any]:
        y = self.conv(x) + x
        return {"out": (y, {"mean": [y.mean()]}), "size": x.shape}


class LazyNorm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.LazyConv2d(3, 3, padding=1)
        self.norm = nn.LazyBatchNorm2d()

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.norm(self.conv(x)) + x
        return result


class ScriptedPart(Block):
    def __init__(self) -> None:
        super().__init__()
        self.part = torch.jit.script(nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU(True)))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.part(x) + x
        return result


MODELS: list[type[nn.Module]] = [
    SliceAssigned,
    Viewed,
    Questions,
    Mapped,
    Functional,
    WithGradients,
    Hooked,
    InDictionaries,
    LazyNorm,
    ScriptedPart,
]


@pytest.mark.parametrize("sort", MODELS)
def test_the_block_is_seen(sort: type[nn.Module]) -> None:
    assert shortcuts(trace(sort(), [parse_input("3x16x16")])) == ["identity"]


def test_an_assumed_answer_is_noted() -> None:
    notes = trace(Questions(), [parse_input("3x16x16")]).notes
    assert any("asks for a value" in note and "assumed" in note for note in notes)


@pytest.mark.parametrize("name", ["Net", "ready"])
def test_code_that_names_a_device_that_is_not_there(name: str, tmp_path: Path) -> None:
    (tmp_path / "cuda_net.py").write_text(CUDA)
    network = trace(load_model(f"{tmp_path}/cuda_net.py:{name}").model, [parse_input("3x16x16")])
    assert shortcuts(network) == ["identity"]
    assert [layer.params for layer in layers(network) if layer.op == "conv"] == [84]


@pytest.mark.parametrize(("name", "count"), [("Method", 1), ("Parts", 2), ("ready", 2)])
def test_compiled_functions_methods_and_modules_run_as_written(name: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "compiled_net.py").write_text(COMPILED)
    network = trace(load_model(f"{tmp_path}/compiled_net.py:{name}").model, [parse_input("3x16x16")])
    assert shortcuts(network) == ["identity"] * count
    assert "_orig_mod" not in dumps(network)


def test_an_instance_s_weights_device_and_mode_are_left_alone() -> None:
    model = ScriptedPart().double().train()
    model.conv.weight.requires_grad_(False)
    state = copy.deepcopy(model.state_dict())
    trace(model, [parse_input("3x16x16:float64")])
    assert model.training
    assert not model.conv.weight.requires_grad
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert {p.device.type for p in model.parameters()} == {"cpu"}
    assert all(p.grad is None for p in model.parameters())
