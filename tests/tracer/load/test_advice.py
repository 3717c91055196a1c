"""Runs that need not stop, and advice that fits the error of those that must."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from click.testing import CliRunner
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from resnet_diagram.app.drawing.draw import to_text
from resnet_diagram.cli.main import main
from resnet_diagram.errors import SourceError, TraceError
from resnet_diagram.sources.resolve import Reading, read_source
from resnet_diagram.spec.measure import macs, params
from resnet_diagram.tracer import load_model, parse_input, trace
from resnet_diagram.wording.facts import facts

NET = """
import torch
from torch import nn
{0}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.conv = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        return torch.relu(x + self.conv(x))
"""


class Body(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.conv = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.fc = nn.Linear(8, 5)

    def run(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        return torch.relu(x + self.conv(x))


class FixedBatch(Body):
    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.fc(torch.nn.functional.avg_pool2d(self.run(x), 32).view(4, -1))
        return result


class FixedView(Body):
    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.fc(self.run(x).view(6, 8, -1).mean(2))
        return result


class TrainedNeck(Body):
    def __init__(self) -> None:
        super().__init__()
        self.neck = nn.BatchNorm2d(8)

    def forward(self, x: Tensor) -> Tensor:
        self.neck.train()
        result: Tensor = self.fc(self.neck(self.run(x).mean((2, 3), keepdim=True)).flatten(1))
        return result


@pytest.mark.parametrize(
    ("model", "count"),
    [(FixedBatch(), 4), (FixedView(), 6), (TrainedNeck(), 2)],
    ids=lambda v: type(v).__name__,
)
@pytest.mark.parametrize("given", [True, False])
def test_a_batch_that_the_forward_needs_is_found(model: nn.Module, count: int, given: bool) -> None:
    network = trace(model, [parse_input("3x32x32")] if given else None)
    assert network.input_shape == (3, 32, 32)
    assert network.stopped_at is None
    assert f"asks for a batch of {count}, so" in "".join(network.notes)
    assert macs(network) == 32 * 32 * 9 * 8 * (3 + 8) + 40
    assert params(network) == sum(weight.numel() for weight in model.parameters())


class Timed(Body):
    def forward(self, x: Tensor) -> Tensor:
        cuda: Any = torch.cuda
        start, end = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
        start.record()
        with cuda.stream(cuda.Stream()):
            x = self.run(x)
        end.record()
        cuda.synchronize()
        cuda.empty_cache()
        cuda.reset_peak_memory_stats()
        self.milliseconds = start.elapsed_time(end)
        cuda.current_stream().wait_stream(cuda.default_stream())
        return x


class Hooked(Body):
    def forward(self, x: Tensor) -> Tensor:
        x = self.run(x)
        x.register_hook(self.keep)  # type: ignore[no-untyped-call]
        x.retain_grad()
        return x

    def keep(self, gradient: Tensor) -> None:
        self.gradient = gradient


class Recurrent(nn.Module):
    def __init__(self, layer: nn.Module, *, lengths_first: bool = False) -> None:
        super().__init__()
        self.rnn, self.lengths_first = layer, lengths_first
        self.fc = nn.Linear(64 if layer.bidirectional else 32, 5)

    def forward(self, x: Tensor) -> Tensor:
        if not self.rnn.batch_first:
            x = x.transpose(0, 1)
        lengths = torch.full((1,), 20)
        packed = pack_padded_sequence(x, lengths, batch_first=bool(self.rnn.batch_first))
        out, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        result: Tensor = torch.relu(self.fc(out))
        return result


@pytest.mark.parametrize("model", [Timed(), Hooked()], ids=lambda model: type(model).__name__)
def test_what_needs_a_gpu_or_gradients_does_nothing(model: nn.Module) -> None:
    before = torch.cuda.Event, torch.Tensor.register_hook, torch._VF.lstm
    network = trace(model, [parse_input("3x8x8")])
    assert (network.stopped_at, network.notes[1:]) == (None, ())
    assert [item["shortcut"] for item in facts(network)["residuals"]] == ["identity"]
    assert (torch.cuda.Event, torch.Tensor.register_hook, torch._VF.lstm) == before


@pytest.mark.parametrize(
    ("layer", "gates"),
    [
        (nn.LSTM(64, 32, batch_first=True), 4),
        (nn.LSTM(64, 32), 4),
        (nn.GRU(64, 32, batch_first=True), 3),
        (nn.RNN(64, 32, batch_first=True), 1),
        (nn.LSTM(64, 32, batch_first=True, bidirectional=True), 8),
    ],
)
def test_packed_sequences_run_and_recurrent_layers_are_counted(layer: Any, gates: int) -> None:
    model = Recurrent(layer)
    network = trace(model, [parse_input("20x64")])
    assert network.stopped_at is None
    assert params(network) == sum(weight.numel() for weight in model.parameters())
    width = 64 if layer.bidirectional else 32
    assert macs(network) == 20 * (gates * 32 * (64 + 32) + width * 5)


class Stepwise(nn.Module):
    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell, self.fc = cell, nn.Linear(32, 5)

    def forward(self, x: Tensor) -> Tensor:
        state = None
        for step in range(x.shape[1]):
            state = self.cell(x[:, step], state)
        assert state is not None
        result: Tensor = self.fc(state[0] if isinstance(state, tuple) else state)
        return result


@pytest.mark.parametrize(
    ("cell", "gates"),
    [
        (nn.LSTMCell(64, 32), 4),
        (nn.GRUCell(64, 32), 3),
        (nn.RNNCell(64, 32), 1),
        (nn.RNNCell(64, 32, nonlinearity="relu"), 1),
    ],
)
def test_each_step_of_a_recurrent_cell_is_drawn_and_counted(cell: nn.Module, gates: int) -> None:
    network = trace(Stepwise(cell), [parse_input("4x64")])
    assert macs(network) == 4 * gates * 32 * (64 + 32) + 32 * 5
    word = type(cell).__name__.replace("Cell", " cell")
    assert to_text(network, "outline", view="full").count(word) == 4


def converted() -> nn.Module:
    import torch.ao.quantization as tq

    class Quantised(Body):
        def __init__(self) -> None:
            super().__init__()
            self.quant, self.dequant = tq.QuantStub(), tq.DeQuantStub()
            self.act = nn.Hardswish()
            self.add = torch.ao.nn.quantized.FloatFunctional()

        def forward(self, x: Tensor) -> Tensor:
            x = self.act(self.stem(self.quant(x)))
            result: Tensor = self.dequant(self.fc(self.add.add_relu(x, self.conv(x)).mean((2, 3))))
            return result

    torch.backends.quantized.engine = "fbgemm"
    net = Quantised().eval()
    net.qconfig = tq.get_default_qconfig("fbgemm")  # type: ignore[no-untyped-call]
    tq.prepare(net, inplace=True)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        net(torch.randn(1, 3, 8, 8))
    return tq.convert(net)  # type: ignore[no-any-return, no-untyped-call]


def dynamic() -> nn.Module:
    class Plain(Body):
        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.fc(self.run(x).mean((2, 3)))
            return result

    quantise: Any = torch.ao.quantization.quantize_dynamic
    result: nn.Module = quantise(Plain().eval(), {nn.Linear}, dtype=torch.qint8)
    return result


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("make", [converted, dynamic])
def test_quantised_modules_are_drawn_as_float_ones(make: Any) -> None:
    model = make()
    kinds = [type(module) for module in model.modules()]
    network = trace(model, [parse_input("3x8x8")])
    assert params(network) == (3 * 9 + 8 * 9 + 2) * 8 + 45
    assert macs(network) == 64 * 9 * 8 * (3 + 8) + 40
    assert [item["shortcut"] for item in facts(network)["residuals"]] == ["identity"]
    assert any("float modules that they were" in note for note in network.notes)
    assert [type(module) for module in model.modules()] == kinds


class Trainer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.model, self.loss = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), nn.ModuleList()


class Fails(Body):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def forward(self, x: Tensor) -> Tensor:
        raise self.error


@pytest.mark.parametrize(
    ("model", "has", "lacks"),
    [
        (
            Trainer(),
            ["no forward of its", "model (Sequential)", "Trainer().model"],
            ["loss"],
        ),
        (Fails(KeyError("mode")), [], ["convolution", "another shape"]),
        (Fails(AttributeError("'Net' object has no attribute 'heads'")), [], ["convolution", "shape"]),
        (
            Fails(RuntimeError("Found no NVIDIA driver on your system")),
            ["needs a GPU"],
            ["convolution"],
        ),
        (
            Fails(RuntimeError("Could not run 'quantized::add' with …")),
            ["float model"],
            ["convolution"],
        ),
        (
            Fails(RuntimeError("expected input[1, 4] to have 3 channels")),
            ["convolution", "another shape"],
            [],
        ),
        (
            Fails(IndexError("too many indices for tensor of dimension 4")),
            ["batch[0].image"],
            ["another shape"],
        ),
    ],
)
def test_advice_fits_the_error(model: nn.Module, has: list[str], lacks: list[str]) -> None:
    with pytest.raises(TraceError) as caught:
        trace(model, [parse_input("3x32x32")])
    text = str(caught.value)
    assert ([word for word in has if word not in text], [word for word in lacks if word in text]) == ([], [])


@pytest.mark.parametrize(
    "name",
    [
        "resnet-v1.5.py",
        "odd name.py",
        "2nets.py",
        "net.v2.final.py",
        "class.py",
        "json.py",
        "pkg/net-a.py",
        "net (1).py",
        "(net).py",
        "copy (2) of/net).py",
    ],
)
def test_any_name_of_a_file_is_read(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    if file.parent != tmp_path:
        (file.parent / "__init__.py").touch()
        (file.parent / "sizes.py").write_text("WIDTH = 8")
    file.write_text(NET.format("from .sizes import WIDTH" if file.parent != tmp_path else ""))
    assert type(load_model(f"{file}:Net").model).__name__ == "Net"
    assert type(load_model(f"{file}:Net()").model).__name__ == "Net"
    assert read_source(str(file), Reading(inputs=["3x32x32"])).params > 0


def test_relative_imports_work_without_packages(tmp_path: Path) -> None:
    models = tmp_path / "work" / "models"
    models.mkdir(parents=True)
    (tmp_path / "work" / "config.py").write_text("WIDTH = 8")
    (models / "sizes.py").write_text("from ..config import WIDTH")
    for name, line in (("near", "from .sizes import WIDTH"), ("far", "from ..config import WIDTH")):
        (models / f"{name}.py").write_text(NET.format(line))
        assert type(load_model(f"{models / name}.py:Net").model).__name__ == "Net"


def notebook(path: Path, *cells: str) -> Path:
    listed = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Net"]}, *listed]}))
    return path


def test_a_notebook_is_read(tmp_path: Path) -> None:
    cells = (
        "%%bash\nrm -r /nothing",
        "!pip install x\n%matplotlib inline\n",
        NET.format(""),
        "if True:\n    !ls\n",
    )
    file = notebook(tmp_path / "my net.ipynb", *cells)
    assert read_source(f"{file}:Net", Reading(inputs=["3x8x8"])).name == "Net"
    assert read_source(str(file), Reading(inputs=["3x8x8"])).name == "Net"
    assert list(tmp_path.iterdir()) == [file]


def test_a_download_at_import_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").write_text(
        "import socket\ndef get(): socket.getaddrinfo('x.org', 80)"
    )
    (tmp_path / "net.py").write_text(NET.format("import datasets\ndatasets.get()"))
    with pytest.raises(SourceError, match=r"data set.*__main__"):
        load_model(f"{tmp_path / 'net.py'}:Net")


def test_the_command_line_names_the_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NET.format("").replace("x = torch.relu(self.stem(x))", "x = x['image']"))
    done = CliRunner().invoke(main, ["describe", f"{tmp_path / 'net.py'}:Net", "--input", "3x8x8"])
    assert done.exit_code == 1
    assert "net.py:12" in done.stderr
    assert "--input image=3x32x32" in done.stderr


@pytest.mark.parametrize(("shape", "advice"), [((32, 40, 3), "--input 3x32x40"), ((5, 32, 40), "another")])
def test_channels_that_come_last_are_told(shape: tuple[int, ...], advice: str) -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())
    with pytest.raises(TraceError, match=advice):
        trace(model, [parse_input("x".join(map(str, shape)))])


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        (
            "import no_such_package.inside",
            "Install 'no_such_package' or, if it is your own, run in the folder",
        ),
        ("from no_such_package import log", "or move the model into a file that does not import it"),
        (
            "import argparse; p = argparse.ArgumentParser(); p.add_argument('data'); p.parse_args()",
            "__main__",
        ),
        ("raise SystemExit('trained')", "or move the model into a file of its own"),
    ],
)
def test_a_script_that_cannot_be_imported_gets_advice(line: str, advice: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(NET.format(line), encoding="utf-8")
    with pytest.raises(SourceError, match=r"Importing .*train\.py' failed") as caught:
        load_model(f"{tmp_path / 'train.py'}:Net")
    assert advice in str(caught.value)
