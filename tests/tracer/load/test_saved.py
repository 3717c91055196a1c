"""Saved files: what is refused and with what advice, what is read, and whether weights fit."""

import json
import os
import pickle
import struct
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from click.testing import CliRunner
from torch import Tensor, nn

from resnet_diagram.cli.main import main
from resnet_diagram.errors import SourceError
from resnet_diagram.spec.measure import params
from resnet_diagram.tracer import check_weights, load_model, parse_input, trace
from tests.tracer.facts import layers, shortcuts, stages


class Net(nn.Module):
    """Conv, one residual block, head."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.head = nn.Linear(8, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = torch.relu(x + self.norm(self.conv(x)))
        result: Tensor = self.head(x.mean((2, 3)))
        return result


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def parameter_count(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def refused(target: Path, *, unsafe: bool = False) -> str:
    with pytest.raises(SourceError) as caught:
        load_model(str(target), unsafe=unsafe)
    return str(caught.value)


def misfit(model: nn.Module, path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        check_weights(model, path)
    return str(caught.value)


def with_header(text: bytes) -> bytes:
    """Return a safetensors file with a header and no values."""
    return struct.pack("<Q", len(text)) + text


def archive(*names: str) -> bytes:
    """Return a zip archive of files that hold nothing of use."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, "?")
    return content.getvalue()


def write_safetensors(path: Path, state: dict[str, Tensor]) -> Path:
    """Return a file with a true header; the values are left out, nobody reads them."""
    header = {
        name: {"dtype": "F32", "shape": list(t.shape), "data_offsets": [0, 0]} for name, t in state.items()
    }
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(with_header(text))
    return path


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "net.pth"
    torch.save(Net().state_dict(), path)
    return path


@pytest.mark.parametrize("name", ["net.pth", "net.pt", "old.pth", "net.safetensors"])
def test_a_checkpoint_as_source_is_refused_with_advice(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if path.suffix == ".safetensors":
        write_safetensors(path, Net().state_dict())
    else:
        torch.save(Net().state_dict(), path, _use_new_zipfile_serialization=name != "old.pth")
    message = refused(path)
    assert f"{len(Net().state_dict())} tensors" in message
    assert "stem.weight 8×3×3×3" in message
    assert f"--weights {name}" in message
    assert "code that builds the model" in message


@pytest.mark.parametrize("name", ["none.pth", "none.safetensors"])
def test_a_missing_file(name: str, tmp_path: Path) -> None:
    assert f"no file {str(tmp_path / name)!r}" in refused(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pt", b""),
        ("b.pt", b"nothing of this sort"),
        ("c.safetensors", b"\xff" * 16),
        ("d.safetensors", b"\x02" + b"\0" * 7 + b"[]"),
        ("e.safetensors", b""),
        ("f.safetensors", with_header(b'{"a": {"shape": [Infinity]}}')),
        ("g.safetensors", with_header(b'{"a": {"shape": [-1, 3.5]}}')),
        ("h.safetensors", with_header(b'{"a": {"shape": "12"}}')),
        ("i.safetensors", with_header(b'{"a": [1]}')),
        ("j.safetensors", with_header(b'{"a": ' + b"[" * 50_000)),
        ("k.safetensors", with_header(b"9" * 5_000)),
        ("l.safetensors", struct.pack("<Q", 20 * 10**9) + b"{}"),
        ("m.pt2", b"nothing of this sort"),
        ("n.pt2", archive("n/archive_format", "n/version")),
        ("o.pt2", archive("serialized_exported_program.json", "version")),
        ("p.pt2", archive("p/archive_format", "p/archive_version", "p/models/model.json")),
        ("q.pt", archive("q/code/a.py", "q/data.pkl", "q/constants.pkl", "q/version")),
        ("r.pth", archive("r/data.pkl", "r/version", "r/byteorder")),
    ],
)
def test_a_broken_file(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    message = refused(tmp_path / name, unsafe=True)
    assert message.startswith(f"{name!r} is damaged, or no ")
    assert "\n" not in message


def test_a_header_larger_than_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.write(struct.pack("<Q", 20 * 10**9))
        file.truncate(21 * 10**9)
    assert "20,000,000,000 bytes" in refused(path)


def test_a_pickled_model_needs_unsafe(tmp_path: Path) -> None:
    path = tmp_path / "whole.pt"
    torch.save(Net(), path)
    message = refused(path)
    assert "--unsafe" in message
    assert "code" in message
    assert isinstance(load_model(str(path), unsafe=True).model, Net)


def test_a_model_among_other_objects_is_loaded(tmp_path: Path) -> None:
    torch.save({"epoch": 3, "model": Net()}, tmp_path / "run.pt")
    assert isinstance(load_model(str(tmp_path / "run.pt"), unsafe=True).model, Net)


@pytest.mark.parametrize("way", ["torch", "pickle"])
def test_nothing_in_a_pickle_runs_without_unsafe(way: str, tmp_path: Path) -> None:
    path, sprung = tmp_path / "trap.pt", tmp_path / "sprung"
    if way == "torch":
        torch.save(Trap(sprung), path)
    else:
        path.write_bytes(pickle.dumps(Trap(sprung)))
    refused(path)
    with pytest.raises(SourceError):
        check_weights(Net(), path)
    assert not sprung.exists()


class Spying(nn.Module):
    """Convolution whose forward writes a file in TorchScript's own language."""

    def __init__(self, path: str, way: str) -> None:
        super().__init__()
        self.conv, self.path, self.way = nn.Conv2d(3, 8, 3), path, way

    def forward(self, x: Tensor) -> Tensor:
        if self.way == "save":
            torch.save(torch.zeros(1), self.path)
        else:
            torch.from_file(self.path, True, 8).fill_(1.0)
        result: Tensor = self.conv(x)
        return result


@pytest.mark.parametrize("way", ["save", "map"])
def test_torchscript_that_uses_files_needs_unsafe(way: str, tmp_path: Path) -> None:
    path, written = tmp_path / "spy.pt", tmp_path / "written"
    torch.jit.script(Spying(str(written), way)).save(str(path))  # type: ignore[no-untyped-call]
    assert "--unsafe" in refused(path)
    assert "--unsafe" in misfit(Net(), path)
    assert not written.exists()
    load_model(str(path), unsafe=True)


def test_an_exported_program_needs_unsafe(tmp_path: Path) -> None:
    path, sprung = tmp_path / "net.pt2", tmp_path / "sprung"
    exported = torch.export.export(Net().eval(), (torch.zeros(2, 3, 16, 16),))
    torch.export.save(exported, tmp_path / "whole.pt2")
    trap = BytesIO()
    torch.save(Trap(sprung), trap)
    with zipfile.ZipFile(tmp_path / "whole.pt2") as whole, zipfile.ZipFile(path, "w") as file:
        for name in whole.namelist():
            file.writestr(name, trap.getvalue() if "sample_inputs" in name else whole.read(name))
    for name in ("net.pt2", "whole.pt2"):
        assert "--unsafe" in refused(tmp_path / name)
        assert "exported program" in refused(tmp_path / name)
        with pytest.raises(SourceError):
            check_weights(Net(), tmp_path / name)
    assert not sprung.exists()
    assert load_model(str(tmp_path / "whole.pt2"), unsafe=True).inputs


def test_a_checkpoint_that_holds_itself_is_read(tmp_path: Path) -> None:
    state: dict[str, object] = {**Net().state_dict()}
    outer: dict[str, object] = {"state_dict": state}
    outer["again"] = outer
    torch.save(outer, tmp_path / "loop.pth")
    assert check_weights(Net(), tmp_path / "loop.pth") == ""
    deep: dict[str, object] = {"w": torch.zeros(1)}
    for _ in range(300):
        deep = {"in": deep}
    torch.save(deep, tmp_path / "deep.pth")
    assert "w is not in the model" in misfit(Net(), tmp_path / "deep.pth")


def test_torchscript_is_traced(tmp_path: Path) -> None:
    path = tmp_path / "scripted.pt"
    model = Net()
    torch.jit.script(model).save(str(path))  # type: ignore[no-untyped-call]
    loaded = load_model(str(path))
    network = trace(loaded.model, [parse_input("3x16x16")], name=loaded.name)
    assert network.name == "scripted"
    assert shortcuts(network) == ["identity"]
    assert params(network) == parameter_count(model)
    assert network.notes == ()


def test_an_exported_program_is_traced_with_its_example_input(tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    model = Net().eval()
    torch.export.save(torch.export.export(model, (torch.zeros(2, 3, 16, 16),)), path)
    loaded = load_model(str(path), unsafe=True)
    assert [spec.shape for spec in loaded.inputs] == [(2, 3, 16, 16)]
    network = trace(loaded.model, loaded.inputs)
    assert shortcuts(network) == ["identity"]
    assert params(network) == parameter_count(model)
    assert [note for note in network.notes if "batch" not in note] == []
    assert next(layer.op for layer in layers(network)) == "conv"


class Half(nn.Module):
    """A block of modules, some without weights, one of them called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.act(x + self.conv2(self.act(self.conv1(x))))
        return result


class Whole(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.layer1 = nn.Sequential(Half(), Half())
        self.layer2 = nn.Sequential(nn.MaxPool2d(2), Half(), Half())

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layer2(self.layer1(self.stem(x)))
        return result


def test_an_exported_program_keeps_its_modules(tmp_path: Path) -> None:
    path = tmp_path / "whole.pt2"
    model = Whole().eval()
    torch.export.save(torch.export.export(model, (torch.zeros(1, 3, 16, 16),)), path)
    loaded = load_model(str(path), unsafe=True)
    exported = trace(loaded.model, loaded.inputs)
    written = trace(model, [parse_input("1x3x16x16")])
    assert (exported.stem, exported.body, exported.head) == (written.stem, written.body, written.head)
    assert stages(exported) == {"layer1": 2, "layer2": 2}


def test_weights_that_fit(checkpoint: Path) -> None:
    assert check_weights(Net(), checkpoint) == ""


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod."])
def test_weights_of_a_wrapped_model_fit(prefix: str, tmp_path: Path) -> None:
    state = {prefix + name: value for name, value in Net().state_dict().items()}
    torch.save({"epoch": 3, "state_dict": state, "best": 0.5}, tmp_path / "run.ckpt")
    check_weights(Net(), tmp_path / "run.ckpt")


def test_weights_of_a_safetensors_file(tmp_path: Path) -> None:
    path = write_safetensors(tmp_path / "net.safetensors", Net().state_dict())
    check_weights(Net(), path)
    assert "head.weight is 10×8; the model has 7×8" in misfit(Net(classes=7), path)


def test_an_old_norm_counts_no_batches(tmp_path: Path) -> None:
    state = {name: value for name, value in Net().state_dict().items() if "num_batches" not in name}
    torch.save(state, tmp_path / "old.pth")
    check_weights(Net(), tmp_path / "old.pth")


def test_everything_that_does_not_fit_is_listed(tmp_path: Path) -> None:
    state = dict(Net(classes=12).state_dict())
    state["fc.bias"] = state.pop("norm.bias")
    torch.save(state, tmp_path / "other.pth")
    message = misfit(Net(), tmp_path / "other.pth")
    for line in (
        "head.weight is 12×8; the model has 10×8",
        "head.bias is 12; the model has 10",
        "norm.bias is missing; the model has 8",
        "fc.bias is not in the model; it is 8",
    ):
        assert line in message


def test_no_weights_at_all(tmp_path: Path) -> None:
    torch.save([1, 2], tmp_path / "list.pth")
    assert "list" in misfit(Net(), tmp_path / "list.pth")


def test_the_command_line(checkpoint: Path, tmp_path: Path) -> None:
    code = tmp_path / "net.py"
    code.write_text(
        "from tests.tracer.load.test_saved import Net\n\ndef wide() -> Net:\n    return Net(12)\n"
        "\n\ndef net() -> Net:\n    return Net()\n"
    )
    options = ["--input", "3x16x16", "--weights", str(checkpoint)]
    fits = CliRunner().invoke(main, ["describe", f"{code}:net", *options])
    assert fits.exit_code == 0, fits.output
    assert "net.pth fits" in fits.stderr
    fails = CliRunner().invoke(main, ["draw", f"{code}:wide", "-t", "svg", *options])
    assert fails.exit_code == 1
    assert "head.weight is 10×8; the model has 12×8" in fails.stderr
    assert fails.stdout == ""


def test_weights_are_for_code(checkpoint: Path) -> None:
    result = CliRunner().invoke(main, ["spec", "resnet18", "--weights", str(checkpoint)])
    assert result.exit_code == 1
    assert "--weights" in result.stderr


@pytest.mark.parametrize(
    "content", [b"<svg/>", b"import torch\n", b"\x89PNG\r\n", b"cos\nsystem\n(S'x'\ntR.", b"root:x:0:0", b""]
)
def test_a_file_of_another_kind_is_no_pickle(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "net.pth").write_bytes(content)
    with pytest.raises(SourceError, match="no file of torch: it is neither an archive nor a pickle"):
        check_weights(nn.Linear(2, 2), tmp_path / "net.pth")


def test_weights_that_are_no_file_are_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match=r"not a regular file; name a file that torch or safetensors wrote"):
        check_weights(nn.Linear(2, 2), tmp_path / "pipe")


def test_a_pickled_model_of_a_script_with_arguments_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "import argparse\nfrom torch import nn\nargparse.ArgumentParser().parse_args()\nNet = nn.Linear\n"
    )
    (tmp_path / "script_with_arguments.py").write_text(
        script + "class Net(nn.Linear): pass\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.argv", ["train"])
    from script_with_arguments import Net  # type: ignore[import-not-found]

    torch.save(Net(3, 5), tmp_path / "net.pt")
    monkeypatch.delitem(sys.modules, "script_with_arguments")
    monkeypatch.setattr("sys.argv", ["resnet-diagram", "draw", "net.pt", "--unsafe"])
    assert type(load_model("net.pt", unsafe=True).model).__name__ == "Net"
