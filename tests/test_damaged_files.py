"""Damaged files of every kind, and options of any value, end with a result or with one line."""

import io
import json
import os
import random
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import resnet_diagram as rd
from resnet_diagram.cli.main import main

torch = pytest.importorskip("torch")

SECONDS = float(os.environ.get("RESNET_DIAGRAM_FUZZ", "0"))
ROUNDS = 6
"""Damaged copies of each file that are tried without the variable."""

NET = """from torch import nn
class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3))
"""
CODE = ["describe", "net.py:Net", "--input", "3x8x8"]
OVERVIEW = ["draw", "resnet18", "--view", "overview"]
TEMPLATES = Path(__file__).parents[1] / "templates"
MARKER = "<!-- resnet-diagram: describe resnet18 -->\n<!-- /resnet-diagram -->\n"
TOKENS = [
    b"-1",
    b"0",
    b"1e999",
    b"9" * 30,
    b'"x"',
    b"true",
    b"[]",
    b"{}",
    b"null",
    b'"\\u0000"',
    b'"\\ud800"',
]
NOISE = [b"\0", b"\xff\xfe", b"{" * 3000, b"[" * 3000, b"9" * 5000, b"\xed\xa0\x80", b"\n", b"\x1b[2J"]


def saved(value: object) -> bytes:
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


def files() -> dict[str, tuple[bytes, list[str]]]:
    """Return the content of a good file of each kind, and the command that reads it."""
    weights = {"0.weight": torch.zeros(8, 3, 3, 3), "0.bias": torch.zeros(8)}
    header = json.dumps({"0.bias": {"dtype": "F32", "shape": [8], "data_offsets": [0, 32]}}).encode()
    cells = [{"cell_type": "code", "source": NET}, {"cell_type": "markdown", "source": MARKER}]
    notebook = json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}).encode()
    figure = b'title = "a"\nnotes = ["b"]\n[parts."layer3.0"]\nlabel = "c"\nhighlight = true\n'
    return {
        "w.pth": (saved(weights), [*CODE, "--weights", "w.pth"]),
        "w.pt": (saved(torch.nn.Linear(3, 4)), ["describe", "w.pt"]),
        "w.safetensors": (
            len(header).to_bytes(8, "little") + header + bytes(32),
            [*CODE, "--weights", "w.safetensors"],
        ),
        "net.toml": (rd.to_text("resnet18", "toml").encode(), ["describe", "net.toml"]),
        "net.json": (rd.to_text("resnet18", "json").encode(), ["describe", "net.json"]),
        "theme.toml": (
            (TEMPLATES / "themes" / "paper.toml").read_bytes(),
            [*OVERVIEW, "-t", "svg", "--theme", "theme.toml"],
        ),
        "words.toml": (
            (TEMPLATES / "languages" / "zh.toml").read_bytes(),
            [*OVERVIEW, "-t", "outline", "--lang", "words.toml"],
        ),
        "a.figure.toml": (figure, [*OVERVIEW, "-t", "outline", "--annotate", "a.figure.toml"]),
        "code.ipynb": (notebook, ["describe", "code.ipynb:Net", "--input", "3x8x8"]),
        "text.ipynb": (notebook, ["embed", "--check", "text.ipynb"]),
        "text.md": (MARKER.encode(), ["embed", "--check", "text.md"]),
        "code.py": (NET.encode(), ["describe", "code.py:Net", "--input", "3x8x8"]),
    }


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a content cut off, with changed bytes, or with another value in place of one."""
    data = bytearray(content)
    place = chance.randrange(len(data))
    match chance.randrange(6):
        case 0:
            del data[place:]
        case 1:
            del data[place : place + chance.choice([1, 5, 50, 500])]
        case 2:
            for _ in range(chance.choice([1, 2, 8, 64])):
                data[chance.randrange(len(data))] = chance.randrange(256)
        case 3:
            data[place:place] = chance.choice(NOISE)
        case 4:
            data = bytearray(chance.randbytes(chance.choice([0, 1, 8, 100])))
        case _:
            values = list(re.finditer(rb"\d+|true|false|null|\"[^\"\n]{0,30}\"", content))
            if values:
                value = chance.choice(values)
                data[value.start() : value.end()] = chance.choice(TOKENS)
    return bytes(data)


def checked(words: list[str]) -> Result:
    """Return the result of a command; fail where it ends with an error that is a bug."""
    result = CliRunner().invoke(main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), words
    assert "Internal error" not in result.output, (words, result.output)
    assert not re.search("[\0\x1b]", result.output), words
    return result


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", list(files()))
def test_a_damaged_file_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NET)
    content, words = files()[name]
    chance, end, rounds = random.Random(time.time() if SECONDS else name), time.monotonic() + SECONDS, 0
    while rounds < ROUNDS or time.monotonic() < end:
        Path(name).write_bytes(damaged(content, chance))
        checked(words)
        rounds += 1


def test_an_archive_with_damaged_names_or_versions_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NET)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("é/data.pkl", b"x")
    good = file.getvalue()
    directory = good.index(b"PK\x01\x02")
    newer = bytearray(good)
    newer[directory + 6] = 200  # the version of the format that it needs
    end = good.index(b"PK\x05\x06")
    disks = b"PK\x06\x07" + bytes(12) + b"\2\0\0\0"  # a locator that counts two disks
    for content in (bytes(newer), good.replace("é".encode(), b"\xff\xff"), good[:end] + disks + good[end:]):
        Path("w.pth").write_bytes(content)
        result = checked([*CODE, "--weights", "w.pth"])
        assert result.exit_code == 1
        assert "is damaged" in result.output


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("class Net(nn.Sequential):\n    def __init__(s): super()\n", r"super().__init__()"),
        ("class Net(nn.Module):\n    def __init__(s): pass\n", r"super().__init__()"),
        ("Net = lambda: nn.Sequential(nn.Conv2d(3, 0, 3), nn.ReLU())\n", ""),
        ("Net = lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 0, 1), nn.Conv2d(0, 4, 1))\n", ""),
    ],
)
def test_a_model_without_modules_or_channels_is_no_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("odd.py").write_text(f"from torch import nn\n{code}")
    result = checked(["describe", "odd.py:Net", "--input", "3x8x8"])
    assert words in result.output


@pytest.mark.parametrize("name", ["\0.svg", "\ud800.svg", "a" * 5000])
@pytest.mark.parametrize(
    "words",
    [
        ["draw", "resnet18", "-o"],
        ["spec", "resnet18", "-o"],
        ["draw", "resnet18", "-t", "svg", "--annotate"],
        ["diff", "resnet18", "resnet34", "--weights"],
        ["embed"],
    ],
)
def test_a_name_that_no_system_takes_is_wrong_usage(words: list[str], name: str) -> None:
    assert checked([*words, name]).exit_code in (1, 2)


@pytest.mark.skipif(os.name == "nt", reason="needs a shell of POSIX")
@pytest.mark.parametrize(("shell", "words"), [("<&-", "is closed"), ("</dev/zero", "more than")])
def test_standard_input_that_is_closed_or_endless_is_told(shell: str, words: str) -> None:
    command = f"{sys.executable} -m resnet_diagram describe - {shell}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
