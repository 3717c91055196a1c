"""Commands of IPython in a notebook, configurations as literals, packages, and what a source prints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

from resnet_diagram.errors import SourceError
from resnet_diagram.tracer import load_model

NET = """from torch import nn
class Net(nn.Sequential):
    def __init__(self, width=8):
        super().__init__(nn.Conv2d(3, width, 3))
"""


def notebook(path: Path, *cells: str) -> str:
    content = [{"cell_type": "code", "source": cell} for cell in cells]
    path.write_text(json.dumps({"cells": content, "nbformat": 4}), "utf-8")
    return str(path)


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\n!pip install x",
        "files = !ls\nprint(files)",
        "took = %timeit -o 1 + 1",
        "if True:\n    !ls \\\n      -l\n",
        "Net?\n?Net\nnn.Conv2d??",
        "%%bash\nfor x in *; do echo $x; done",
        "%%time\nother = Net()",
        "%%capture out\n!ls\nother = Net()",
        "x = (7\n  % 4)\nassert x == 3",
    ],
)
def test_commands_of_ipython_are_left_out(tmp_path: Path, cell: str) -> None:
    file = notebook(tmp_path / "net.ipynb", NET, cell, "net = Net(16)")
    assert load_model(f"{file}:net").model[0].out_channels == 16  # type: ignore[index]


@pytest.mark.parametrize(
    "cell",
    ["1 / 0", "import a_module_nobody_has", "open('no such data')", "net.forward()", "raise SystemExit"],
)
def test_cells_that_fail_behind_the_model_do_not_hide_it(tmp_path: Path, cell: str) -> None:
    file = notebook(tmp_path / "net.ipynb", NET, "net = Net(16)", cell, "net = Net(4)")
    with pytest.warns(UserWarning, match=r"The notebook stopped at .*net\.ipynb:7"):
        assert load_model(f"{file}:net").model[0].out_channels == 16  # type: ignore[index]
    with pytest.raises(SourceError, match="Importing"):
        load_model(f"{file}:later")


@pytest.mark.parametrize(
    "cell",
    ["display(net)", "get_ipython().run_line_magic('matplotlib', 'inline')", "get_ipython().system('ls')"],
)
def test_what_ipython_defines_does_nothing(tmp_path: Path, cell: str) -> None:
    file = notebook(tmp_path / "net.ipynb", NET, f"net = Net()\n{cell}", "net = Net(16)")
    assert load_model(f"{file}:net").model[0].out_channels == 16  # type: ignore[index]


def test_code_in_a_timed_cell_runs(tmp_path: Path) -> None:
    file = notebook(tmp_path / "net.ipynb", NET, "%%time\nnet = Net(4)")
    assert load_model(f"{file}:net").model[0].out_channels == 4  # type: ignore[index]


@pytest.mark.parametrize(
    "cell",
    [
        "import asyncio\nawait asyncio.sleep(0)\nnet = Net(4)",
        "async def made():\n    return Net(4)\nnet = await made()",
        "import asyncio\n!pip install x\n%load_ext autoreload\nawait asyncio.sleep(0)\nnet = Net(4)",
        "async def made():\n    yield Net(4)\nasync for net in made():\n    pass",
        "async def made():\n    yield Net(4)\nnet = [item async for item in made()][0]",
        "%time net = Net(4)",
        "if True:\n    %time net = Net(4)",
        "%%wandb\nnet = Net(4)",
        "%%capture --no-stderr out\n%%time\n!pip install x\nnet = Net(4)",
    ],
)
def test_code_that_only_a_notebook_can_run(tmp_path: Path, cell: str) -> None:
    file = notebook(tmp_path / "net.ipynb", NET, cell)
    assert load_model(f"{file}:net").model[0].out_channels == 4  # type: ignore[index]


@pytest.mark.parametrize(
    "cell", ["%%html\n<b>", "%%writefile a.py\nx = (", "%%script bash -x\nls", "%time -q"]
)
def test_cells_in_other_languages_are_left_out(tmp_path: Path, cell: str) -> None:
    file = notebook(tmp_path / "net.ipynb", NET, cell, "net = Net(4)")
    assert load_model(f"{file}:net").model[0].out_channels == 4  # type: ignore[index]


def test_an_error_behind_await_is_told_with_its_line(tmp_path: Path) -> None:
    file = notebook(tmp_path / "net.ipynb", NET, "import asyncio\nawait asyncio.sleep(0)\n1 / 0")
    with pytest.raises(SourceError, match=r"net\.ipynb"):
        load_model(f"{file}:net")


def test_a_notebook_of_an_old_format_is_told(tmp_path: Path) -> None:
    (tmp_path / "old.ipynb").write_text(json.dumps({"worksheets": [], "nbformat": 3}))
    with pytest.raises(SourceError, match="no notebook of format 4"):
        load_model(f"{tmp_path / 'old.ipynb'}:net")


CONFIGURED = """
from torch import nn
class Net(nn.Sequential):
    def __init__(self, cfg, **more):
        width = cfg.model.width if hasattr(cfg, "model") else cfg["width"]
        cfg.seen = True
        assert cfg["seen"] and [item.rate for item in cfg.get("items", [])] == [0.5] * ("items" in cfg.keys())
        super().__init__(nn.Conv2d(3, width, 3))
"""


@pytest.mark.parametrize(
    "arguments",
    ['{"model": {"width": 8}}', 'cfg={"width": 8}', '{"model": {"width": 8}, "items": [{"rate": 0.5}]}'],
)
def test_a_dictionary_in_a_source_is_a_configuration_too(tmp_path: Path, arguments: str) -> None:
    (tmp_path / "configured.py").write_text(CONFIGURED)
    loaded = load_model(f"configured.py:Net({arguments})", folder=tmp_path)
    assert loaded.model[0].out_channels == 8  # type: ignore[index]
    assert "Fields" not in loaded.name


def test_a_dotted_module_needs_no_init_of_its_package(tmp_path: Path) -> None:
    package = tmp_path / "broken_init"
    package.mkdir()
    (package / "__init__.py").write_text("import not_there_at_all\n")
    (package / "width.py").write_text("WIDTH = 8\n")
    (package / "net.py").write_text(f"from .width import WIDTH\n{NET}")
    assert load_model("broken_init.net:Net", folder=tmp_path).model[0].out_channels == 8  # type: ignore[index]
    (package / "bad.py").write_text("import not_there_either\n")
    with pytest.raises(SourceError, match="not_there"):
        load_model("broken_init.bad:Net", folder=tmp_path)


def test_a_file_with_zero_bytes_is_named(tmp_path: Path) -> None:
    (tmp_path / "nul.py").write_bytes(b"x = 1\n\0")
    with pytest.raises(SourceError, match=r"\(.*nul\.py\)"):
        load_model("nul.py:net", folder=tmp_path)


PRINTING = """
import os, subprocess, sys
print("python")
os.write(1, b"file\\n")
subprocess.run(["echo", "program"])
from torch import nn
class Net(nn.Sequential):
    def __init__(self):
        os.write(1, b"built\\n")
        super().__init__(nn.Conv2d(3, 8, 3))
    def forward(self, x):
        os.system("echo run")
        return super().forward(x)
"""


def test_standard_output_holds_the_drawing_alone(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(PRINTING)
    command = [
        sys.executable,
        "-m",
        "resnet_diagram",
        "draw",
        "loud.py:Net",
        "--input",
        "3x8x8",
        "-t",
        "json",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["name"] == "Net"
    words = ("python", "file", "program", "built", "run")
    assert [word for word in words if word not in done.stderr] == []
