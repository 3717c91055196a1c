"""Completion, asked for by the shells themselves."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.programs import require

FILE = "import torch\nclass Net:\n    pass\ndef narrow():\n    pass\n_hidden = Other = 3\n"

CASES = [
    ("draw resnet5", ["resnet50", "resnet50-v1"], ["resnet18"]),
    ("describe wrn", ["wrn-28-10"], ["resnet50"]),
    ("draw net.py:", ["Net", "narrow", "Other"], ["_hidden", "torch"]),
    ("table resnet18 net.py:N", ["Net"], ["narrow"]),
    ("describe net.py:N", ["Net"], ["narrow"]),
    ("draw sub/sp", ["sub/spec.toml"], ["sub/notes.md"]),
    ("draw resnet18 --theme co", ["color"], ["paper"]),
    ("draw resnet18 --view pa", ["paper"], ["overview"]),
    ("draw resnet18 --venue iee", ["ieee", "ieee-double"], ["cvpr"]),
    ("draw resnet18 -t mer", ["mermaid"], ["svg"]),
    ("draw resnet18 --show +params,ma", ["+params,macs", "+params,math"], ["+params,norm"]),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.py").write_text(FILE)
    (tmp_path / "sub").mkdir()
    for name in ("spec.toml", "notes.md"):
        (tmp_path / "sub" / name).touch()
    command = tmp_path / "bin" / "resnet-diagram"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m resnet_diagram "$@"\n')
    command.chmod(0o755)
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[1])
    paths = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": root, "HOME": str(folder)}
    return {**os.environ, **paths, "TERM": "dumb", "COLUMNS": "400"}


def printed(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=60, check=False
    )
    assert not done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize(("line", "has", "lacks"), CASES, ids=[line for line, _, _ in CASES])
def test_bash_completes(folder: Path, line: str, has: list[str], lacks: list[str]) -> None:
    require("bash")
    script = (
        'eval "$(_RESNET_DIAGRAM_COMPLETE=bash_source resnet-diagram)"\n'
        f"COMP_WORDS=(resnet-diagram {line.replace(':', ' : ').rstrip()})\n"
        "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_resnet_diagram_completion resnet-diagram\n"
        "printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    check(printed(folder, "bash", "-c", script).splitlines(), has, lacks)


@pytest.mark.parametrize(("line", "has", "lacks"), CASES, ids=[line for line, _, _ in CASES])
def test_fish_completes(folder: Path, line: str, has: list[str], lacks: list[str]) -> None:
    require("fish")
    loaded = "_RESNET_DIAGRAM_COMPLETE=fish_source resnet-diagram | source"
    lines = printed(folder, "fish", "-c", f"{loaded}; complete -C 'resnet-diagram {line}'").splitlines()
    check([item.split("\t")[0].rpartition(":")[2] for item in lines], has, lacks)


def check(found: list[str], has: list[str], lacks: list[str]) -> None:
    assert not [word for word in has if word not in found]
    assert not [word for word in lacks if word in found]


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("draw net.py:Ne", "draw net.py:Net"),
        ("draw resnet18 --theme col", "--theme color"),
        ("describe resnet50d", "describe resnet50d"),
        ("draw sub/sp", "draw sub/spec.toml"),
    ],
)
def test_zsh_completes(folder: Path, line: str, completed: str) -> None:
    require("zsh")
    ours, its = pty.openpty()
    shell = subprocess.Popen(
        ["zsh", "-f", "-i"], cwd=folder, env=environment(folder), stdin=its, stdout=its, stderr=its
    )
    os.close(its)
    told = ""

    def said(words: str) -> bool:
        nonlocal told
        until = time.monotonic() + 60
        while words not in told and time.monotonic() < until:
            told += os.read(ours, 4096).decode(errors="replace")
        return words in told

    setup = "autoload -U compinit; compinit -u -D; unsetopt zle_bracketed_paste"
    os.write(ours, f'{setup}\neval "$(_RESNET_DIAGRAM_COMPLETE=zsh_source resnet-diagram)"\n'.encode())
    os.write(ours, b"echo rea''dy\n")
    assert said("ready")
    os.write(ours, f"resnet-diagram {line}\t".encode())
    assert said(completed), told
    shell.kill()
    shell.wait()
    os.close(ours)
