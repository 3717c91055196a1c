"""What plainly makes no model is not called."""

import functools
import sys
from pathlib import Path
from types import ModuleType

import pytest
from torch import nn

from resnet_diagram.errors import SourceError
from resnet_diagram.sources.resolve import Reading, read_source
from resnet_diagram.tracer.load.factories import reason_not_to_call

HEAD = """
import os, shutil, subprocess, functools
from os import system
from pathlib import Path
from torch import nn
import torch
"""
NET = """
class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1)
        self.after = nn.Conv2d(width, width, 3, padding=1)
    def forward(self, x):
        x = self.conv(x)
        return x + self.after(x)

class Config:
    def __init__(self, name):
        Path(name).touch()

class Chosen:
    def __new__(cls, width):
        return Net(width)

def report(name) -> None:
    Path(name).touch()

def count(name) -> "int":
    Path(name).touch()

def make(width):
    return Net(width)

half = functools.partial(make, 4)
touch = functools.partial(os.system, "touch ran")
"""


@pytest.mark.parametrize(
    "source",
    [
        "os:system('touch ran')",
        "posix:system('touch ran')",
        "builtins:exec('open(\\'ran\\', \\'w\\')')",
        "builtins:open('ran', 'w')",
        "subprocess:run(['touch', 'ran'])",
        "subprocess:Popen(['touch', 'ran'])",
        "pathlib:Path.touch('ran')",
        "shutil:copy('net.py', 'ran')",
        "net.py:os.mkdir('ran')",
        "net.py:system('touch ran')",
        "net.py:touch()",
        "net.py:touch",
        "net.py:Config('ran')",
        "net.py:report('ran')",
        "net.py:count('ran')",
        "net.py:torch.save(1, 'ran')",
        "torch:load('ran.pt', weights_only=False)",
        "numpy:save('ran', 1)",
    ],
)
def test_what_plainly_makes_no_model_is_not_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(HEAD + NET, encoding="utf-8")
    if source.startswith("numpy"):
        pytest.importorskip("numpy")
        with pytest.raises(SourceError):
            read_source(source)
        return
    with pytest.raises(SourceError, match=r"is not called, because .* expected a torch\.nn\.Module"):
        read_source(source)
    assert not list(tmp_path.glob("ran*"))


@pytest.mark.parametrize("source", ["Net(4)", "Net", "Chosen(4)", "make(4)", "half", "half()"])
def test_what_may_make_a_model_is_called(tmp_path: Path, source: str) -> None:
    (tmp_path / "net.py").write_text(HEAD + NET, encoding="utf-8")
    assert read_source(f"net.py:{source}", Reading(folder=tmp_path)).name


def test_modules_of_torch_and_wrapped_functions_are_called() -> None:
    @functools.wraps(print)
    def printing() -> None: ...

    @functools.lru_cache
    def cached() -> nn.Module:
        return nn.Identity()

    assert reason_not_to_call(nn.Conv2d) == reason_not_to_call(cached) == ""
    assert reason_not_to_call(printing)


@pytest.mark.parametrize("file", [None, ""])
def test_a_function_of_a_module_without_a_file_is_of_no_project(
    file: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("without_file")
    module.__file__ = file
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec("def make(): raise AssertionError", vars(module))
    assert "no function of the project" in reason_not_to_call(vars(module)["make"], Path.cwd())
