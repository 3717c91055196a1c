"""Markers cannot run code from outside the project, and cannot write outside it."""

import sys
from pathlib import Path

import pytest

from tests.embed.test_embed import MARKED, embed, written


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("draw \"os:system('touch ran')\"", "may not load"),
        ("draw \"subprocess:run(['touch', 'ran'])\"", "may not load"),
        ("describe \"torchvision.datasets.utils:download_url('x')\"", "may not load"),
        ("code \"timm.models:layers.os.system('touch ran')\"", "may not load"),
        ("draw ../outside.py:Net", "may not load"),
        ("draw resnet18 --baseline ../outside.py:Net", "may not load"),
        ("draw resnet18 --baseline - -t mermaid", "standard input"),
        ("draw {tmp}/outside.py:Net", "may not load"),
        ("draw link.py:Net", "may not load"),
        ("draw resnet18 --templates .", "--templates"),
        ("draw net.pt --unsafe", "--unsafe"),
        ("draw resnet18 -o ../x.svg", "may not write"),
        ("draw resnet18 -o {tmp}/x.svg", "may not write"),
        ("draw resnet18 -o .git/x.svg", "may not write"),
        ("draw resnet18 -o out/x.svg", "may not write"),
        ("code resnet18 -o ../x.py", "may not write"),
        ("spec resnet18 -o ../x.toml", "may not write"),
        ("draw resnet18 -o .github/{{name}}.svg", "may not write"),
        ("draw - -t mermaid", "standard input"),
        ("draw resnet18 --watch", "--watch draws until it is stopped"),
        ("draw resnet18 -t outline -o Makefile", "suffix of a format"),
        ("draw resnet18 -t dot -o run.SH", "suffix of a format"),
        ("table resnet18 -t csv -o x.yml", "suffix of a format"),
        ("draw ~/outside.py:Net", "may not load"),
        ("draw ~/outside.pt", "may not load"),
        ("draw C:/../../outside.py", "may not load"),
        ("draw installed/site-packages/inside.py:Net", "may not load"),
        ("draw resnet18 --baseline ~/outside.py:Net", "may not load"),
    ],
)
@pytest.mark.parametrize("check", [(), ("--check",)])
def test_a_marker_is_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, message: str, check: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (tmp_path / "outside.py").write_text("from pathlib import Path\nPath('ran').touch()\n", encoding="utf-8")
    (project / "link.py").symlink_to(tmp_path / "outside.py")
    (project / "out").symlink_to(tmp_path)
    (project / "net.pt").write_bytes(b"")
    (project / "C:").mkdir()
    (project / "C.py").touch()
    (project / "installed" / "site-packages").mkdir(parents=True)
    (project / "installed" / "site-packages" / "inside.py").write_text("Path('ran').touch()\n")
    text = MARKED.format(command.replace("{tmp}", str(tmp_path)))
    document = written(project / "a.md", text)
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    result = embed(document, *check)
    assert result.exit_code not in (0, None)
    assert message in " ".join(result.output.split())
    assert "a.md:2" in result.output
    assert document.read_text(encoding="utf-8") == text
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    "command",
    [
        "draw {}.toml",
        "draw {}.json",
        "draw resnet18 --baseline {}.toml",
        "draw resnet18 --theme {}.toml",
        "draw resnet18 --theme inside.toml",
        "draw resnet18 --theme font.toml",
        "draw resnet18 --lang {}.toml",
        "draw resnet18 --annotate {}.toml",
        "draw net.toml",
        "draw resnet18 --template {}.pptx -o x.pptx",
        "draw net.py:Net --input 3x32x32 --weights {}.pth",
        "draw net.py:Net --input 3x32x32 --weights {}.safetensors",
        "table {}.toml",
        "describe {}.json",
        "spec {}.toml",
        "code {}.toml",
    ],
)
@pytest.mark.parametrize("place", ["{tmp}/outside", "../outside", "link"])
def test_a_marker_reads_nothing_outside_its_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, place: str
) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    monkeypatch.chdir(project)
    for suffix in ("toml", "json", "pptx", "pth", "safetensors", "ttf"):
        written(tmp_path / f"outside.{suffix}", "secret =")
        (project / f"link.{suffix}").symlink_to(tmp_path / f"outside.{suffix}")
    (project / "net.figure.toml").symlink_to(tmp_path / "outside.toml")
    written(project / "net.toml", 'block = "basic"\ndepths = [1]')
    written(project / "net.py", OWN.replace("import installed_by_pip", ""))
    outside = place.replace("{tmp}", str(tmp_path))
    written(project / "inside.toml", f'extends = "{outside}.toml"')
    written(project / "font.toml", f'font = "{outside}.ttf"')
    document = written(project / "a.md", MARKED.format(command.format(outside)))
    result = embed(document, "--check")
    assert result.exit_code == 1
    assert "A marker may not read" in " ".join(result.output.split()), result.output
    assert "secret" not in result.output


def test_a_marker_reads_files_of_its_project_and_ours(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs").mkdir()
    written(tmp_path / "mine.toml", 'extends = "gray"')
    written(tmp_path / "net.toml", 'block = "basic"\ndepths = [1]')
    marked = MARKED.format("draw ../net.toml --theme ../mine.toml --lang zh -o net.svg")
    result = embed(written(tmp_path / "docs" / "a.md", marked))
    assert result.exit_code == 0, result.output


def test_a_project_is_the_repository_of_the_document(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs").mkdir()
    document = written(tmp_path / "docs" / "a.md", MARKED.format("draw resnet18 -o ../figure.svg"))
    result = embed(document)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "figure.svg").exists()


def test_a_document_in_a_hidden_folder_writes_itself_and_beside_itself(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github").mkdir()
    document = written(tmp_path / ".github" / "README.md", MARKED.format("draw resnet18 -o figure.svg"))
    written(tmp_path / ".github" / "other.md", MARKED.format("draw resnet18"))
    result = embed(document, str(tmp_path / ".github" / "other.md"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / ".github" / "figure.svg").exists()


NET = "from pathlib import Path\nPath('ran').touch()\n"


@pytest.mark.parametrize("source", ["net.py:Net", "net:Net", "torchvision.models:resnet18", "net.pt"])
def test_without_code_a_marker_loads_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NET, encoding="utf-8")
    document = written(tmp_path / "a.md", MARKED.format(f"describe {source}"))
    result = embed(document, "--no-code", "--check")
    assert result.exit_code == 1
    assert "code is switched off" in " ".join(result.output.split())
    assert not Path("ran").exists()
    allowed = written(tmp_path / "b.md", MARKED.format("describe resnet18"))
    assert embed(allowed, "--no-code").exit_code == 0


def test_targets_are_checked_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NET, encoding="utf-8")
    result = embed(written(tmp_path / "a.md", MARKED.format("draw net.py:Net -o ../x.svg")))
    assert "may not write" in " ".join(result.output.split())
    assert not Path("ran").exists()


INSTALLED = "from pathlib import Path\n\ndef load(name, **options):\n    Path(name).touch()\n"

OWN = """
import installed_by_pip
from torch import nn
import torch

def net(width=8):
    return nn.Sequential(nn.Conv2d(3, width, 3))

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3))
"""


@pytest.mark.parametrize(
    "source",
    [
        "installed_by_pip:load('ran')",
        "net.py:installed_by_pip.load('ran')",
        "net:installed_by_pip.load('ran')",
        "net.py:torch.hub.load('.', 'net', source='local')",
        "timm.models:load_state_dict('net.py')",
        "timm:create_model('resnet18', checkpoint_path='net.py')",
        "timm:resnet18(checkpoint_path='net.py')",
        "timm:create_model('resnet18', False, None, None, 'net.py')",
    ],
)
@pytest.mark.parametrize("beside", ["", "installed_by_pip", "installed_by_pip/README"])
def test_a_marker_calls_functions_of_the_project_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, beside: str
) -> None:
    pytest.importorskip("tests.torchvision_shim")
    pytest.importorskip("timm")
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "venv" / "lib" / "site-packages"
    site.mkdir(parents=True)
    (site / "installed_by_pip.py").write_text(INSTALLED)
    monkeypatch.syspath_prepend(str(site))
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "net.py").write_text(OWN)
    if beside:
        (project / beside).parent.mkdir(exist_ok=True)
        (project / beside).touch()
    result = embed(written(project / "a.md", MARKED.format(f'describe "{source}"')), "--check")
    assert result.exit_code == 1
    assert "may not load" in result.output or "may call no other" in result.output, result.output
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    "source", ["net.py:net(width=4)", "net:Net", "net.py:nn.Conv2d(3, 8, 3)", "timm:resnet18"]
)
def test_models_of_the_project_and_of_libraries_are_drawn(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tests.torchvision_shim")
    pytest.importorskip("timm")
    monkeypatch.delitem(sys.modules, "net", raising=False)
    (tmp_path / "net.py").write_text(OWN.replace("import installed_by_pip", ""))
    result = embed(written(tmp_path / "a.md", MARKED.format(f'describe "{source}" --input 3x32x32')))
    assert result.exit_code == 0, result.output
