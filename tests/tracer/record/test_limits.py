"""Runs that do not end by themselves, and what they cost to read."""

import subprocess
import sys
from collections.abc import Callable

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram import limits
from resnet_diagram.errors import TraceError
from resnet_diagram.spec.measure import residual_blocks
from resnet_diagram.tracer import parse_input, trace

INPUT = [parse_input("3x8x8")]


class Looping(nn.Module):
    """A residual step repeated while `goes_on`."""

    def __init__(self, goes_on: Callable[[Tensor], object]) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.first, self.second = (nn.Conv2d(8, 8, 3, padding=1) for _ in range(2))
        self.head = nn.Linear(8, 2)
        self.goes_on = goes_on

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        while self.goes_on(x):
            x = torch.relu(x + self.second(torch.relu(self.first(x))))
        result: Tensor = self.head(x.mean((2, 3)))
        return result


@pytest.mark.parametrize(
    "goes_on",
    [
        lambda x: x.mean() > 0,
        lambda x: x.mean().item() > 0.5,
        lambda x: bool((x > 0).all()) and x.std() > 0,
        lambda x: not torch.equal(x, x + 1) or x.abs().max() > 0,
    ],
    ids=["comparison", "item", "two questions", "equal"],
)
def test_a_loop_that_depends_on_data_ends(goes_on: Callable[[Tensor], object]) -> None:
    network = trace(Looping(goes_on), INPUT)
    assert 1 <= sum(len(residual_blocks(element)) for element in (*network.stem, *network.body)) <= 2
    assert any("asks for a value" in note for note in network.notes)


def test_an_endless_run_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPERATIONS", 500)
    with pytest.raises(TraceError, match="ran more than 500 operations and may not end"):
        trace(Looping(lambda x: True), INPUT)


def test_the_model_cannot_hide_that_it_is_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hiding(Looping):
        def forward(self, x: Tensor) -> Tensor:
            try:
                return super().forward(x)
            except Exception:
                return self.forward(x)

    monkeypatch.setattr(limits, "OPERATIONS", 500)
    with pytest.raises(TraceError, match="may not end"):
        trace(Hiding(lambda x: True), INPUT)


OPERATIONS = [
    "F.prelu(x, w)",
    "F.instance_norm(x)",
    "torch.einsum('bchw,bdhw->bcd', x, x)",
    "1 - x",
    "2 / x",
    "torch.var_mean(x, 1)[0]",
    "x.std((2, 3))",
    "x.var()",
    "torch.stack([x.permute(0, 2, 3, 1)] * 2, 1)",
    "torch.sign(x)",
    "x.roll(1, 2)",
    "x.tril()",
    "x.flip(1)",
    "x.clamp_max(1)",
    "x.floor().round().ceil().trunc()",
    "torch.where(x > 0, x, w.view(1, 4, 1, 1))",
    "x.masked_fill(x < 0, 0)",
    "x.cumsum(1)",
    "x.sort(1)[0]",
    "x.topk(2, 1)[0]",
    "torch.lerp(x, x, 0.5)",
    "torch.addcmul(x, x, x)",
    "F.threshold(x, 0, 1)",
    "F.softshrink(x)",
    "F.logsigmoid(x)",
    "F.glu(x, 1)",
    "F.pixel_shuffle(x, 2)",
    "F.unfold(x, 3)",
    "F.grid_sample(x, x.permute(0, 2, 3, 1)[..., :2])",
    "F.interpolate(x, scale_factor=0.5, mode='area')",
    "F.avg_pool2d(x.permute(0, 1, 3, 2), 2)",
    "F.adaptive_max_pool2d(x, 2)",
    "F.lp_pool2d(x.abs(), 2, 2)",
    "F.normalize(x)",
    "F.rms_norm(x, x.shape[-1:])",
    "F.local_response_norm(x, 2)",
    "F.cosine_similarity(x, x)",
    "torch.cdist(x, x)",
    "torch.logsumexp(x, 1)",
    "torch.maximum(x, x)",
    "torch.atan2(x, x)",
    "x.erf().expm1().log1p().reciprocal()",
    "x.softmax(1).argmax(1)",
    "x.gather(1, x.argmax(1, keepdim=True))",
    "x.new_zeros(3).add(1)",
    "F.one_hot(x.argmax(1), 4)",
    "x.norm()",
    "x.prod(1)",
    "x.repeat_interleave(2, 1)",
    "torch.fft.rfft2(x).abs()",
]

IMPORTS = """
import sys, torch
import torch.nn.functional as F
from torch import nn
from resnet_diagram.tracer import parse_input, trace

class Net(nn.Module):
    def __init__(self, code):
        super().__init__()
        self.conv, self.weight, self.code = nn.Conv2d(3, 4, 3), nn.Parameter(torch.ones(4)), code

    def forward(self, x):
        x = self.conv(x)
        y = eval(self.code, globals(), {"x": x, "w": self.weight})
        return torch.relu(x), y

for code in sys.argv[1:]:
    trace(Net(code), [parse_input("3x8x8")])
    if "torch._dynamo" in sys.modules:
        print(code)
        break
"""


def test_no_operation_imports_the_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, *OPERATIONS], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""


USES = """
import sys, torch
from torch.overrides import TorchFunctionMode
from resnet_diagram.tracer.record import torch_private
with torch_private.without_compiler():
    torch.sign(torch.empty(3, device="meta"))
    print("torch._dynamo.config" in sys.modules)
    import torch._dynamo.config as config
    print(config is sys.modules["torch._dynamo.config"], config is torch._dynamo.config)
print(torch.compile(lambda x: torch.sign(x) + 1, backend="eager")(torch.ones(2)).tolist())
print([f for f in sys.meta_path if type(f).__module__ == torch_private.__name__])
"""


def test_a_model_that_uses_the_compiler_gets_the_real_one() -> None:
    done = subprocess.run([sys.executable, "-c", USES], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["False", "True True", "[2.0, 2.0]", "[]", ""]
