"""Every command and every Python block in the README and the docs runs; generated pages are fresh."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from docs.generate import PAGES
from resnet_diagram.cli.main import main

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [ROOT / "README.md", ROOT / "templates" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CODE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[Path, str]]:
    return [
        (path, code)
        for path in TEXTS
        for found, code in FENCE.findall(path.read_text(encoding="utf-8"))
        if found == language
    ]


def commands(path: Path) -> list[str]:
    """The tool's own commands of a page, in order: a later one may read what an earlier one wrote."""
    text = path.read_text(encoding="utf-8")
    lines = [
        line for language, code in FENCE.findall(text) if language == "console" for line in code.splitlines()
    ]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ resnet-diagram ")]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples, the docs and one overriding template, to run commands in."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "README.md", tmp_path)
    shutil.copytree(ROOT / "templates" / "mermaid", tmp_path / "mine" / "mermaid")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", [path for path in TEXTS if commands(path)], ids=lambda path: str(path.name))
def test_each_command_runs(path: Path, checkout: Path) -> None:
    for command in commands(path):
        if any(word in command for word in ("examples/", "torchvision", "timm")):
            pytest.importorskip("torch", reason="torch is not installed")
        plain = command.split(" | ")[0].split(" > ")[0]
        result = CliRunner().invoke(main, shlex.split(plain)[1:])
        assert result.exit_code == 0, f"{command}\n{result.output}"
        for word in re.findall(r"-o '?([^\s']+)", plain):
            assert "{name}" in word or (checkout / word).is_file()


@pytest.mark.parametrize(
    ("path", "code"), blocks("python"), ids=lambda value: str(getattr(value, "name", ""))[:20]
)
def test_each_python_block_runs(
    path: Path, code: str, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "torch" in code or "examples" in code:
        pytest.importorskip("torch", reason="torch is not installed")
    monkeypatch.syspath_prepend(str(checkout))
    exec(compile(code, str(path), "exec"), {})


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_fresh(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m docs.generate"


def test_links_lead_somewhere() -> None:
    for path in TEXTS:
        text = CODE.sub("", path.read_text(encoding="utf-8"))
        for link in re.findall(r"\]\(([^)#\s]+)", text):
            assert link.startswith("https://") or (path.parent / link).exists(), f"{path.name}: {link}"


def test_the_hooks_for_pre_commit_run_commands_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in hooks:
        program, command, *options = hook["entry"].split()
        assert program == "resnet-diagram"
        files = [str(path) for path in TEXTS if re.search(hook["files"], path.name)]
        assert files
        assert CliRunner().invoke(main, [command, *options, "--help", *files]).exit_code == 0


def test_the_diagrams_in_the_docs_are_fresh() -> None:
    result = CliRunner().invoke(main, ["embed", "--check", *map(str, TEXTS)])
    assert result.exit_code == 0, result.output


def test_commands_in_the_readme_run_in_powershell_too() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in text.splitlines() if line.startswith("$ ")]
    assert len(commands) > 15
    assert [line for line in commands if re.search(r"&&|\|\||\\$|\$\(|`|~|<|>", line)] == []
