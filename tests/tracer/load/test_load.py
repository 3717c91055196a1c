"""From the text that names a model to the model, or to an error that says what to do."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from resnet_diagram.errors import SourceError
from resnet_diagram.tracer import load_model
from tests.tracer.models.libraries import timm_module, torchvision_models

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width=8, depth=1):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Conv2d(3, width, 3) for _ in range(depth)])

    def forward(self, x):
        return self.layers(x)

class Space:
    inner = Net

def helper(x):
    return x

def broken():
    raise RuntimeError("the moon is full")

def wrong():
    return 3

number = 7
"""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_text(NET)
    return path


def failing(target: str) -> str:
    before = list(sys.path)
    with pytest.raises(SourceError) as caught:
        load_model(target)
    assert sys.path == before
    return str(caught.value)


def test_a_class_in_a_file(net: Path) -> None:
    before = list(sys.path)
    loaded = load_model(f"{net}:Net")
    assert (loaded.name, loaded.source, type(loaded.model).__name__) == ("Net", f"{net}:Net", "Net")
    assert all(p.is_meta for p in loaded.model.parameters())
    assert sys.path == before


def test_literal_arguments(net: Path) -> None:
    loaded = load_model(f"{net}:Net(16, depth=2)")
    assert len(next(iter(loaded.model.children()))) == 2  # type: ignore[arg-type]
    assert loaded.name == "Net(16, depth=2)"


def test_a_dotted_attribute(net: Path) -> None:
    assert type(load_model(f"{net}:Space.inner").model).__name__ == "Net"


def test_an_attribute_is_not_needed_where_there_is_one_candidate(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text("from torch import nn\ndef make():\n    return nn.Linear(2, 3)\n")
    assert isinstance(load_model(str(path)).model, nn.Linear)


def test_a_single_instance_comes_before_classes(tmp_path: Path) -> None:
    path = tmp_path / "instance.py"
    path.write_text(NET + "model = Net()\n")
    assert load_model(str(path)).name == "model"


@pytest.mark.parametrize("call", ["set_device(0)", "synchronize()", "ipc_collect()"])
def test_a_file_that_sets_up_a_gpu_needs_none(tmp_path: Path, call: str) -> None:
    path = tmp_path / f"{call.partition('(')[0]}_net.py"
    path.write_text(f"{NET}torch.cuda.{call}\ndef make():\n    torch.cuda.{call}\n    return Net().cuda()\n")
    before = vars(torch.cuda)[call.partition("(")[0]]
    assert type(load_model(f"{path}:make").model).__name__ == "Net"
    assert vars(torch.cuda)[call.partition("(")[0]] is before


def test_several_candidates_are_listed(net: Path) -> None:
    message = failing(str(net))
    assert "Net" in message
    assert "broken" in message


def test_a_dotted_module() -> None:
    assert isinstance(load_model("torch.nn:Conv2d(3, 8, 3)").model, nn.Conv2d)


def test_relative_imports_inside_a_package(tmp_path: Path) -> None:
    package = tmp_path / "boxes_of_nets"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "parts.py").write_text("from torch import nn\nPart = nn.Linear\n")
    (package / "whole.py").write_text("from .parts import Part\ndef whole():\n    return Part(2, 3)\n")
    assert isinstance(load_model(f"{package}/whole.py:whole").model, nn.Linear)


def test_a_file_in_a_package_that_cannot_be_imported(tmp_path: Path) -> None:
    package = tmp_path / "broken_parent" / "models"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("from .plotting import show\n")
    (package.parent / "plotting.py").write_text("import a_package_nobody_has\n")
    (package / "__init__.py").write_text("raise SystemExit(3)\n")
    (package / "width.py").write_text("WIDTH = 6\n")
    (package / "net.py").write_text("from .width import WIDTH\n" + NET.replace("width=8", "width=WIDTH"))
    model = load_model(f"{package / 'net.py'}:Net").model
    assert next(model.parameters()).shape[0] == 6
    (package / "other.py").write_text("import a_package_nobody_has\n" + NET)
    assert "a_package_nobody_has" in failing(f"{package / 'other.py'}:Net")


def test_a_file_that_needs_its_package_names_the_first_error(tmp_path: Path) -> None:
    package = tmp_path / "needed_parent"
    package.mkdir()
    (package / "__init__.py").write_text("import a_package_nobody_has\nWIDTH = 6\n")
    (package / "net.py").write_text("from . import WIDTH\n" + NET)
    assert "a_package_nobody_has" in failing(f"{package / 'net.py'}:Net")
    assert not [name for name in sys.modules if name.startswith("needed_parent")]


def test_a_module_that_reads_the_command_line_gets_its_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["resnet-diagram", "draw", "--input", "3x8x8"]
    monkeypatch.setattr(sys, "argv", given)
    parsing = (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--width', type=int, default=5)\n"
    )
    path = tmp_path / "parsing_net.py"
    path.write_text(f"{parsing}width = p.parse_args().width\n{NET.replace('width=8', 'width=width')}")
    model = load_model(f"{path}:Net").model
    assert next(model.parameters()).shape[0] == 5
    assert sys.argv is given
    assert given == ["resnet-diagram", "draw", "--input", "3x8x8"]


def test_a_neighbouring_file_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "some_neighbour.py").write_text("WIDTH = 5\n")
    (tmp_path / "main_net.py").write_text(
        "from torch import nn\nimport some_neighbour\n"
        "def net():\n    return nn.Linear(some_neighbour.WIDTH, 2)\n"
    )
    model = load_model(f"{tmp_path}/main_net.py:net").model
    assert isinstance(model, nn.Linear)
    assert model.in_features == 5


def test_a_name_that_a_module_already_has(tmp_path: Path) -> None:
    path = tmp_path / "json.py"
    path.write_text("from torch import nn\ndef net():\n    return nn.Linear(5, 2)\n")
    assert isinstance(load_model(f"{path}:net").model, nn.Linear)
    assert hasattr(sys.modules["json"], "dumps")


def test_two_files_of_one_name(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        text = f"from torch import nn\ndef net():\n    return nn.Linear({number}, 2)\n"
        (tmp_path / str(number) / "same_name.py").write_text(text)
    models = [load_model(f"{tmp_path}/{number}/same_name.py:net").model for number in (1, 2)]
    assert [getattr(m, "in_features", 0) for m in models] == [1, 2]


def test_an_instance_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ready_made.py").write_text("from torch import nn\nmodel = nn.Linear(2, 3).train()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import importlib

    module = importlib.import_module("ready_made")
    loaded = load_model("ready_made:model")
    assert loaded.model is module.model
    assert not loaded.model.weight.is_meta


def test_a_constructor_that_asks_for_values(tmp_path: Path) -> None:
    path = tmp_path / "asking.py"
    path.write_text(
        "import torch\nfrom torch import nn\ndef net():\n"
        "    rates = [x.item() for x in torch.linspace(0, 1, 3)]\n"
        "    return nn.Sequential(*[nn.Linear(100, 100) for _ in rates])\n"
    )
    model = load_model(f"{path}:net").model
    assert all(p.is_meta for p in model.parameters())


def test_a_constructor_that_runs_its_model_has_the_values_of_its_initialisers(tmp_path: Path) -> None:
    """As when observers are calibrated for int8: memory that nothing has filled may hold NaN."""
    path = tmp_path / "calibrated.py"
    path.write_text(
        "import torch\nfrom torch import nn\ndef net():\n"
        "    model = nn.Conv2d(3, 16, 3)\n"
        "    assert 0.05 < float(model.weight.std()) < 0.2\n"
        "    assert float(model(torch.ones(1, 3, 8, 8)).abs().max()) < 10\n"
        "    return model\n"
    )
    assert load_model(f"{path}:net").model.weight.shape == (16, 3, 3, 3)


def test_nothing_stays_patched(net: Path) -> None:
    before = (nn.init.kaiming_uniform_, nn.Parameter.__new__)
    load_model(f"{net}:Net")
    failing(f"{net}:broken")
    assert (nn.init.kaiming_uniform_, nn.Parameter.__new__) == before
    assert torch.empty(2).device.type == "cpu"


@pytest.mark.parametrize(
    ("attribute", "words"),
    [
        ("Nett", ["no 'Nett'", "Did you mean 'Net'?"]),
        ("number", ["'number'", "int", "torch.nn.Module"]),
        ("helper", ["helper(x)", "missing a required argument"]),
        ("wrong", ["returns an object of type int"]),
        ("broken", ["broken", "RuntimeError: the moon is full", "net.py:"]),
        ("Net(colour=3)", ["unexpected keyword argument 'colour'"]),
        ("Net(print(3))", ["must be literals"]),
        ("Net(**{})", ["must be literals"]),
        ("Net(3", ["Cannot read the arguments"]),
        ("3Net", ["is not a name"]),
    ],
)
def test_errors_name_the_fault(net: Path, attribute: str, words: list[str]) -> None:
    message = failing(f"{net}:{attribute}")
    assert [w for w in words if w not in message] == []


def test_a_missing_file(tmp_path: Path, net: Path) -> None:
    message = failing(f"{tmp_path}/nett.py:Net")
    assert "nett.py" in message
    assert net.name in message


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (":Net", "no module or file precedes the colon"),
        (":", "no module or file precedes the colon"),
        ("timm:", "no name follows the colon"),
        ("net.py:", "no name follows the colon"),
        ("net.py:a b", "'a b' is not a name"),
    ],
)
def test_a_target_with_a_missing_part(source: str, fault: str) -> None:
    assert fault in failing(source)


def test_a_missing_module() -> None:
    assert "no module 'not_a_module_at_all'" in failing("not_a_module_at_all.models:net")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import a_module_nobody_has\n", "a_module_nobody_has"),
        ("def net(:\n", "SyntaxError"),
        ("raise ValueError('no')\n", "ValueError: no"),
        ("import sys\nsys.exit(3)\n", "SystemExit"),
        ("", "defines no model"),
    ],
)
def test_a_file_that_cannot_be_imported(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text)
    message = failing(str(path))
    assert words in message
    assert "bad.py" in message


def test_short_forms_of_library_models() -> None:
    timm_module()
    assert type(load_model("timm:resnet18").model).__name__ == "ResNet"
    loaded = load_model("torchvision:resnet18(num_classes=7)")
    assert loaded.model.get_submodule("fc").out_features == 7
    assert "Did you mean 'resnet18'?" in failing("torchvision:resnet18x")


ASKING = """
import urllib.request
from torch import nn

def fetch():
    try:
        urllib.request.urlopen("https://example.invalid/weights.pth")
    except Exception:
        return fetch()

def net(pretrained=True, weights="path/to/some.pth"):
    if pretrained:
        fetch()
    return nn.Linear(2, 3) if weights else nn.Identity()

def inside():
    fetch()
    return nn.Linear(2, 3)
"""


def test_weights_are_turned_off(tmp_path: Path) -> None:
    (tmp_path / "pretrained.py").write_text(ASKING)
    assert isinstance(load_model(f"{tmp_path}/pretrained.py:net").model, nn.Linear)
    assert isinstance(load_model(f"{tmp_path}/pretrained.py:net(pretrained=True)").model, nn.Linear)


@pytest.mark.parametrize("more", ["", "\nready = inside()\n"], ids=["in a function", "at the import"])
def test_a_constructor_that_asks_the_network(more: str, tmp_path: Path) -> None:
    (tmp_path / "asking_net.py").write_text(ASKING + more)
    message = failing(f"{tmp_path}/asking_net.py:inside")
    for words in ("asks the network", "pretrained=False", "weights=None", "asking_net.py:"):
        assert words in message


@pytest.mark.parametrize(
    "source",
    [
        "torchvision:resnet18(weights='DEFAULT')",
        "torchvision.models:resnet18(weights='IMAGENET1K_V1')",
        "torchvision:deeplabv3_resnet50",
        "timm:resnet18(pretrained=True)",
    ],
)
def test_weights_of_library_models_are_turned_off(source: str) -> None:
    timm_module()
    assert all(p.is_meta for p in load_model(source).model.parameters())


def test_a_name_that_a_module_imports_is_suggested() -> None:
    torchvision_models()
    with pytest.raises(SourceError, match="Did you mean 'resnet50'"):
        load_model("torchvision.models:resnet5O")


def test_torchvision_of_another_build_can_be_imported() -> None:
    if importlib.util.find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    code = (
        "from resnet_diagram.tracer import load_model; print(load_model('torchvision.models:resnet18').name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("resnet18\n", 0), done.stderr
