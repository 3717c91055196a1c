"""`resnet-diagram code`, and `code()` of the front door."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import resnet_diagram as rd
from resnet_diagram.cli.main import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["code", *arguments])


def test_standard_output_carries_the_code_only() -> None:
    result = run("resnet50")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == rd.code("resnet50")
    compile(result.stdout, "resnet50.py", "exec")


def test_a_file_is_written(tmp_path: Path) -> None:
    result = run("resnet18", "-o", str(tmp_path / "net.py"))
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "net.py").read_text(encoding="utf-8") == rd.code("resnet18")


def test_a_missing_folder_writes_nothing(tmp_path: Path) -> None:
    result = run("resnet18", "-o", str(tmp_path / "none" / "net.py"))
    assert result.exit_code == 1
    assert "none" in result.stderr


@pytest.mark.parametrize(
    ("words", "suffix"),
    [(["code", "resnet18"], "svg"), (["code", "resnet18"], "TOML"), (["spec", "resnet18"], "yaml")],
)
def test_a_file_of_another_format_is_not_written(words: list[str], suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"net.{suffix}"
    result = CliRunner().invoke(main, [*words, "-o", str(path)])
    assert result.exit_code == 2
    assert f"has the suffix '.{suffix}'; expected ." in result.stderr
    assert not path.exists()


def test_one_block() -> None:
    assert run("resnet50", "--block", "layer2.0").stdout == rd.code("resnet50", block="layer2.0")


def test_an_unknown_block_is_a_wrong_call() -> None:
    result = run("resnet50", "--block", "bottlneck")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Did you mean 'bottleneck'" in result.stderr


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    source = tmp_path / "net.py"
    source.write_text(
        "from torch import nn\nnet = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ChannelShuffle(2))\n",
        encoding="utf-8",
    )
    result = run(f"{source}:net", "-o", str(tmp_path / "out.py"))
    assert result.exit_code == 1
    assert "which value goes where" in result.stderr
    assert not (tmp_path / "out.py").exists()


def test_code_of_a_spec_file(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    rd.save(rd.network("resnet20"), path)
    assert run(str(path)).stdout == rd.code("resnet20")


def test_a_named_network_needs_no_torch() -> None:
    program = "import sys, resnet_diagram as rd; rd.code('resnet50'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_same_bytes_across_processes() -> None:
    def output(seed: str) -> bytes:
        command = [sys.executable, "-m", "resnet_diagram", "code", "seresnet50"]
        return subprocess.run(command, capture_output=True, check=True, env={"PYTHONHASHSEED": seed}).stdout

    assert output("1") == output("2")


def test_the_page_shows_the_block_as_it_is() -> None:
    page = Path(__file__).parents[2] / "docs" / "code.md"
    assert f"```python\n{rd.code('resnet50', block='layer2.0')}```" in page.read_text(encoding="utf-8")


def test_a_module_of_ones_own() -> None:
    pytest.importorskip("torch")
    from tests.spellings.torchvision_style import resnet18

    assert "class BasicBlock(nn.Module)" in rd.code(resnet18(), input_shape=(3, 64, 64))
