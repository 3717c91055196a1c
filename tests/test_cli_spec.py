"""`resnet-diagram spec`, and spec files as sources."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import resnet_diagram as rd
from resnet_diagram.cli.main import main
from resnet_diagram.spec import catalog
from resnet_diagram.spec.json.files import dumps, load, loads
from resnet_diagram.spec.signature import same
from tests.spec.toml.test_writer import RESNET50, unwritable

WRITTEN = """
body = [
  { op = "conv", width = 8, kernel = 3 }, "batch_norm", "relu",
  { repeat = 2, layers = [{ op = "conv", width = 8, kernel = 3 }], after = ["relu"] },
]
stem = []
head = ["global_avg_pool"]
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_the_short_form_is_printed_where_it_fits() -> None:
    result = run("spec", "resnet50")
    assert (result.exit_code, result.stdout, result.stderr) == (0, RESNET50, "")


def test_another_network_is_printed_as_json_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "written.toml"
    path.write_text(WRITTEN, encoding="utf-8")
    result = run("spec", path)
    assert result.exit_code == 0
    assert loads(result.stdout) == load(path)
    assert result.stderr == (
        "Note: 'written' has blocks that the short form of TOML cannot describe. This is JSON; "
        "'-t toml' writes TOML layer by layer.\n"
    )
    again = run("spec", path, "-t", "toml")
    assert again.stderr == ""
    assert again.stdout.splitlines()[-5:] == [
        "body = [",
        '  { op = "conv", width = 8, kernel = 3 }, "batch_norm", "relu",',
        '  { repeat = 2, layers = [{ op = "conv", width = 8, kernel = 3 }], after = ["relu"] },',
        "]",
        'head = ["global_avg_pool"]',
    ]


def test_the_suffix_says_the_form(tmp_path: Path) -> None:
    for name in ("net.toml", "net.json"):
        assert run("spec", "resnet20", "-o", tmp_path / name).exit_code == 0
    assert (tmp_path / "net.toml").read_text(encoding="utf-8").startswith('name = "resnet20"\n')
    assert (tmp_path / "net.json").read_text(encoding="utf-8") == run("spec", "resnet20", "-t", "json").stdout
    assert same(load(tmp_path / "net.toml"), catalog.network("resnet20"))


def test_a_written_design_draws_as_the_network_itself(tmp_path: Path) -> None:
    path = tmp_path / "resnet50d.toml"
    assert run("spec", "resnet50d", "-o", path).exit_code == 0
    assert run("draw", path, "-t", "svg").stdout == run("draw", "resnet50d", "-t", "svg").stdout


def test_what_toml_has_no_words_for_is_an_error(tmp_path: Path) -> None:
    source, target = tmp_path / "strange.json", tmp_path / "strange.toml"
    source.write_text(dumps(unwritable()), encoding="utf-8")
    result = run("spec", source, "-o", target)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: 'strange' cannot be written as TOML: ")
    assert result.stderr.endswith("Write it as JSON (net.json).\n")
    assert not target.exists()


@pytest.mark.parametrize("command", ["draw", "describe", "spec"])
def test_a_wrong_file_is_an_error_with_its_line(command: str, tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_text("# mine\ndepths = [2, 2]\nwidht = 3\n", encoding="utf-8")
    result = run(command, path, *(["-t", "svg"] if command == "draw" else []))
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: {path}, line 3, widht: a network has no key 'widht'. Did you mean 'widths'?\n"
    )


def test_a_design_has_its_input_written_down(tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_text("depths = [1]", encoding="utf-8")
    result = run("spec", path, "--input", "3x8x8")
    assert (result.exit_code, "has its input shape written down" in result.stderr) == (2, True)


@pytest.mark.parametrize("name", ["net.toml", "net.TOML"])
def test_drawing_into_a_toml_file_writes_the_network(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert run("draw", "resnet50", "-o", path).exit_code == 0
    assert rd.diff(str(path), "resnet50") == ()
    shown = run("draw", "resnet50", "-t", "toml")
    assert (shown.exit_code, shown.stdout) == (0, path.read_text(encoding="utf-8"))
