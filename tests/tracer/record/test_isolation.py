"""A trace leaves nothing behind: not in the model, not in torch, not in Python."""

import ast
import contextlib
import gc
import os
import random
import socket
import subprocess
import sys
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from resnet_diagram.errors import SourceError, TraceError
from resnet_diagram.spec.measure import walk
from resnet_diagram.tracer import load_model, parse_input, read_run, run_once, trace
from resnet_diagram.tracer.record import torch_private
from resnet_diagram.tracer.record.versions import Marks
from tests.tracer.models import awkward

EXAMPLE = Path(__file__).parents[3] / "examples" / "resnet.py"


class Failing(nn.Module):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.error = error

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        raise self.error


def process_state() -> tuple[Any, ...]:
    return (
        nn.Module.__call__,
        nn.Module.__setattr__,
        nn.init.kaiming_uniform_,
        nn.Parameter.__new__,
        gc.isenabled(),
        gc.get_threshold(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.backends.mha.get_fastpath_enabled(),
        torch.get_rng_state().tolist(),
        random.getstate(),
        torch.empty(1).device.type,
        torch.get_default_dtype(),
        torch.get_num_threads(),
        torch.compile,
        torch.compiler.disable,
        sys.stdout,
        list(sys.path),
        list(sys.meta_path),
        [name for name in sys.modules if isinstance(sys.modules[name], torch_private.Proxy)],
        dict(os.environ),
        list(warnings.filters),
        warnings.showwarning,
        [socket.create_connection, socket.getaddrinfo],
        len(nn.modules.module._global_forward_hooks),
        len(nn.modules.module._global_forward_pre_hooks),
        getattr(torch._C, "_len_torch_dispatch_stack", int)(),
        getattr(torch._C, "_len_torch_function_stack", int)(),
    )


@pytest.mark.parametrize(
    "make", [awkward.DroppedReturn, awkward.DataDependent, awkward.CudaLover, awkward.Stateful]
)
def test_nothing_is_left_after_a_trace(make: Callable[[], nn.Module]) -> None:
    model = make()
    before = process_state()
    trace(model, [parse_input("3x16x16")])
    assert process_state() == before


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_nothing_is_left_after_an_exception(error: BaseException) -> None:
    model = Failing(error)
    before = process_state()
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else TraceError
    with pytest.raises(expected):
        trace(model, [parse_input("3x16x16")])
    assert process_state() == before
    assert not [name for name in model.conv.weight.__dict__ if "resnet" in name]


BUILT = """
import torch
from torch import nn

def good():
    return nn.Conv2d(3, 8, 3)

def bad():
    nn.Conv2d(3, 8, 3)
    raise ValueError("no")

def stopped():
    raise KeyboardInterrupt
"""


@pytest.mark.parametrize("name", ["good", "bad", "stopped", "missing"])
def test_nothing_is_left_after_loading(name: str, tmp_path: Path) -> None:
    (tmp_path / "to_be_loaded.py").write_text(BUILT)
    before = process_state()
    with contextlib.suppress(SourceError, KeyboardInterrupt):
        load_model(f"{tmp_path}/to_be_loaded.py:{name}")
    assert process_state() == before


def test_lists_filled_by_a_forward_are_restored() -> None:
    class Collecting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3)
            self.seen: list[Tensor] = []
            self.by_name: dict[str, Tensor] = {"old": torch.ones(1)}

        def forward(self, x: Tensor) -> Any:
            self.conv.register_forward_hook(lambda *given: None)
            self.seen.append(x)
            self.by_name["new"] = x
            self.late = x
            return self.conv(x)

    model = Collecting()
    trace(model, [parse_input("3x16x16")])
    assert model.seen == []
    assert list(model.by_name) == ["old"]
    assert not hasattr(model, "late")
    assert not model.conv._forward_hooks


def test_garbage_collection_stays_off_where_it_was_off() -> None:
    gc.disable()
    try:
        trace(awkward.InPlaceBlock(3), [parse_input("3x16x16")])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_model_may_go_before_its_run_is_read() -> None:
    model = load_model(f"{EXAMPLE}:resnet20").model
    whole = trace(model, [parse_input("3x32x32")])
    seen = weakref.ref(model)
    run = run_once(model, [parse_input("3x32x32")])
    del model
    assert seen() is None
    assert read_run(run) == whole


def test_reused_memory_is_not_attributed_to_its_former_tensor() -> None:
    marks, weight = Marks(), torch.ones(3)
    memory = marks.new_memory(weight)
    view = weight[1:]
    assert marks.memory_of(view) is memory
    weight.data = torch.zeros(3)
    assert marks.memory_of(view) is None


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


def test_scripted_modules_keep_their_mode() -> None:
    inner = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Dropout(0.5))
    inner[2].eval()
    script = torch.jit.script(inner.train(True))
    before = [module.training for module in script.modules()]
    trace(nn.Sequential(script, nn.ReLU()), [parse_input("3x16x16")])
    assert [module.training for module in script.modules()] == before == [True] * 4


@pytest.mark.parametrize("device", ["meta", "cuda"])
def test_another_default_device_changes_nothing(device: str) -> None:
    class Swish(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * torch.sigmoid(x) + torch.zeros(1)

    model = nn.Sequential(nn.Conv2d(3, 8, 3), Swish(), nn.Conv2d(8, 8, 3))
    expected = trace(model, [parse_input("3x8x8")])
    torch.set_default_device(device)
    try:
        assert trace(model, [parse_input("3x8x8")]) == expected
        assert device == "cuda" or torch.get_default_device().type == device
    finally:
        torch.set_default_device(None)


def test_random_states_are_restored() -> None:
    numpy = pytest.importorskip("numpy")

    class Rolling(Failing):
        def forward(self, x: Tensor) -> Tensor:
            random.random(), numpy.random.rand(700), torch.rand(3, device="cpu")
            return torch.relu(self.conv(torch.relu(self.conv(x))))

    def states() -> tuple[object, ...]:
        return random.getstate(), numpy.random.get_state()[1].tolist(), torch.get_rng_state().tolist()

    model = Rolling(ValueError())
    before = states()
    trace(model, [parse_input("3x8x8")])
    assert states() == before


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


@pytest.mark.parametrize(
    "make",
    [
        awkward.DroppedReturn,
        awkward.DataDependent,
        awkward.UNet,
        lambda: awkward.OptionA("write into zeros"),
        lambda: awkward.Checkpointed(reentrant=False),
        lambda: torch.jit.script(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(True))),
        lambda: torch.compile(awkward.InPlaceHead()),
    ],
)
def test_public_fallbacks_give_the_same_network(
    make: Callable[[], nn.Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make()
    channels = next(p.shape[1] for p in model.parameters() if p.dim() > 1)
    given = [parse_input(f"{channels}x16x16")]
    usual = trace(model, given)
    monkeypatch.setattr(torch_private, "public_only", True)
    assert trace(model, given) == usual


def test_each_private_name_has_a_public_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_private, "public_only", True)
    seen: list[bool] = []
    with torch_private.below_autograd():
        seen.append(torch.is_inference_mode_enabled())
    tensor = torch.ones(3)
    seen.append(torch_private.storage_key(tensor)[0] == torch_private.storage_key(tensor[1:])[0])
    overloads = (torch.ops.aten.add_.Tensor, torch.ops.aten.split.Tensor)
    seen += [torch_private.schema_of(overload) == overload._schema for overload in overloads]
    disable = torch.compiler.disable
    with torch_private.light_imports():
        seen.append(torch.compiler.disable is disable)
    assert all(seen)


def private(node: ast.AST) -> str:
    """Return the private torch name a piece of code leans on, '' if there is none."""
    if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("torch."):
        return node.module if "._" in node.module else ""
    if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
        owner = node.value
        return "" if isinstance(owner, ast.Name) and owner.id in ("self", "cls") else ast.unparse(node)
    return ""


def test_private_names_have_one_home() -> None:
    home = Path(torch_private.__file__)
    tracer = home.parents[1]
    paths = [path for path in tracer.rglob("*.py") if path != home]
    trees = {str(path.relative_to(tracer)): ast.parse(path.read_text()) for path in paths}
    found = {
        name: [private(node) for node in ast.walk(tree) if private(node)] for name, tree in trees.items()
    }
    assert {name: names for name, names in found.items() if names} == {}


IMPORTING = """
import sys
import torch
from resnet_diagram.spec.measure import walk
from resnet_diagram.tracer import load_model
from resnet_diagram.tracer.record import torch_private
model = load_model({source!r}).model
print("torch._dynamo" in sys.modules, torch_private.COMPILER_TOOLS in sys.modules)
import decorated
print(decorated.plain(torch.ones(1)).item(), decorated.ask("cpu") in (True, False))
print("torch._dynamo" in sys.modules, type(sys.modules[torch_private.COMPILER_TOOLS]).__name__)
compiled = torch.compile(lambda x: decorated.plain(x) + 1, backend="eager")
print(compiled(torch.ones(1)).item())
from torch._dynamo.utils import counters
print(sum(counters["graph_break"].values()) > 0)
"""


def test_an_import_does_without_the_compiler_until_somebody_compiles(tmp_path: Path) -> None:
    (tmp_path / "decorated.py").write_text(
        "import torch\nfrom torch import nn\nfrom torch._dynamo.utils import is_compile_supported as ask\n\n"
        "@torch.compiler.disable\ndef plain(x):\n    return x * 2\n\n"
        "@torch.compiler.disable(recursive=False)\ndef other(x):\n    return x\n\n"
        "def net():\n    return nn.Conv2d(3, 8, 3)\n"
    )
    code = IMPORTING.format(source="decorated:net")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(EXAMPLE.parents[1]), str(tmp_path)])},
    )
    assert done.stdout.splitlines() == ["False False", "2.0 True", "True module", "3.0", "True"], done.stderr


COMPILER_USERS = """
import sys
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint
import resnet_diagram as rd

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.inner, self.prelu = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3, 1, 1), nn.PReLU()
        self.norm, self.memory = nn.InstanceNorm2d(8), nn.LSTM(196, 8, batch_first=True)

    def forward(self, x):
        x = self.prelu(self.norm(self.conv(x)))
        for reentrant in (False, True):
            x = x + checkpoint(self.inner, x, use_reentrant=reentrant)
        variance, mean = torch.var_mean(x, 1, keepdim=True)
        x = torch.stack([1 - x, (x - mean) * variance.rsqrt()]).sum(0) * x.sign()
        y = x.flatten(2)
        gram = torch.einsum("bcn,bdn->bcd", y, y) + torch.bmm(y, y.mT)
        summed = torch.einsum("bcn,bdm->cd", y, y) + torch.einsum("bcn,cn->cn", y, y[0]).sum()
        gram = gram + summed + torch.tensordot(y, y, dims=([0, 2], [0, 2])) + torch.cdist(y, y)
        gram = gram.where(gram > 0, gram.cumsum(1)).roll(1, 2) - torch.logsumexp(gram, 1)
        gram = gram / torch.linalg.norm(gram) + torch.arange(8) + gram.topk(1).values
        x = F.grid_sample(x, torch.zeros(1, 4, 4, 2)).sum() + self.memory(y)[0].mean()
        return F.gelu(gram.softmax(-1) @ y) + F.unfold(y[None], 1).sum() + x

network = rd.trace(Net(), (3, 16, 16))
print([name for name in ("torch._dynamo", "sympy") if name in sys.modules], network.stopped_at, network.notes)
from torch.fx.experimental.symbolic_shapes import ShapeEnv, guard_or_false, sym_eq
from sympy import Basic
size = ShapeEnv().create_unbacked_symint()
print(isinstance(size.node.expr, Basic), guard_or_false(sym_eq(size, 2)), sym_eq((1, 2), [1, 2]))
"""


def test_no_operation_imports_dynamo_or_sympy() -> None:
    done = subprocess.run([sys.executable, "-c", COMPILER_USERS], capture_output=True, text=True, check=True)
    assert done.stdout == "[] None ()\nTrue False True\n"


SYMBOL_USERS = """
import sys
import torch
from torch import nn
import resnet_diagram as rd

class Net(nn.Module):
    def forward(self, x):
        import sympy
        from sympy.core.numbers import Integer
        from torch.fx.experimental.symbolic_shapes import ShapeEnv, guard_or_true
        number, size = Integer(2), ShapeEnv().create_unbacked_symint()
        answers[:] = guard_or_true(size == 2), isinstance(number, sympy.Basic), isinstance(2, sympy.Basic)
        return x * int(number)

answers = []
print(rd.trace(Net(), (3, 16, 16)).stopped_at, answers)
from sympy import core
print(core.numbers.Integer, core.__spec__.has_location)
"""


def test_a_model_that_uses_symbols_gets_the_real_ones() -> None:
    done = subprocess.run([sys.executable, "-c", SYMBOL_USERS], capture_output=True, text=True, check=True)
    assert done.stdout == "None [True, True, False]\n<class 'sympy.core.numbers.Integer'> True\n"


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


class Setting(nn.Module):
    """Changes settings of the process when it runs, and may fail then."""

    def __init__(self, fails: bool) -> None:
        super().__init__()
        self.conv, self.fails = nn.Conv2d(3, 8, 3), fails

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        torch.set_num_threads(3)
        torch.use_deterministic_algorithms(True)
        torch.set_float32_matmul_precision("medium")
        torch.autograd.set_detect_anomaly(True)
        sys.setrecursionlimit(sys.getrecursionlimit() + 1)
        os.chdir("/")
        sys.path.append("/nowhere")
        sys.argv.append("argument")
        if self.fails:
            raise ValueError
        return torch.relu(x)


def settings_now() -> list[object]:
    return [
        torch.get_default_dtype(),
        str(torch.get_default_device()),
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_float32_matmul_precision(),
        torch.is_anomaly_enabled(),
        sys.getrecursionlimit(),
        os.getcwd(),
        list(sys.path),
        list(sys.argv),
    ]


@pytest.mark.parametrize("fails", [False, True])
def test_settings_that_a_forward_changes_are_restored(fails: bool) -> None:
    before = settings_now()
    with contextlib.suppress(TraceError):
        trace(Setting(fails), [parse_input("3x8x8")])
    assert settings_now() == before


def test_a_deleted_working_folder_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert trace(nn.Sequential(nn.Conv2d(3, 8, 3)), [parse_input("3x8x8")]).notes == ()


@pytest.mark.parametrize(
    "context",
    [
        lambda: torch.autocast("cpu", torch.bfloat16),
        torch.inference_mode,
        torch.no_grad,
        torch.enable_grad,
        lambda: torch.device("meta"),
        lambda: torch.autograd.detect_anomaly(check_nan=False),
    ],
)
@pytest.mark.filterwarnings("ignore:Anomaly")
def test_the_caller_s_mode_changes_no_network(
    context: Callable[[], contextlib.AbstractContextManager[Any]],
) -> None:
    expected = trace(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3)))
    with context():
        found = trace(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3)))
    assert found == expected


@pytest.mark.parametrize(
    "outer", [lambda inner: nn.Sequential(inner), lambda inner: nn.Sequential(nn.ReLU(), inner)]
)
def test_modules_lie_as_deep_as_in_torch(outer: Callable[[nn.Module], nn.Module]) -> None:
    model: nn.Module = nn.Conv2d(3, 3, 1)
    for _ in range(300):
        model = outer(model)
    limit = sys.getrecursionlimit()
    assert [layer.op for layer in walk(trace(model, [parse_input("3x8x8")]))].count("conv") == 1
    assert sys.getrecursionlimit() == limit


def test_a_module_that_calls_itself_is_refused() -> None:
    class Endless(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self(x)
            return result

    with pytest.raises(TraceError, match="RecursionError"):
        trace(Endless(), [parse_input("3x8x8")])
