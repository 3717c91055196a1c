"""`resnet-diagram table` and `rd.table`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import resnet_diagram as rd
from resnet_diagram.cli.main import main

HERE = Path(__file__).resolve().parent


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["table", *arguments])


def refused(*arguments: str, code: int) -> str:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.stderr
    return result.stderr


def test_every_file_asked_for_is_written(tmp_path: Path) -> None:
    names = ("t.txt", "t.tex", "t.md", "t.html", "t.csv")
    result = run("resnet18", "resnet50", *(word for name in names for word in ("-o", str(tmp_path / name))))
    assert (result.exit_code, result.output) == (0, "")
    for name in names:
        assert "resnet50" in (tmp_path / name).read_text(encoding="utf-8")


def test_standard_output_holds_the_table_alone() -> None:
    result = run("resnet18", "-t", "csv")
    assert result.stdout.splitlines()[0] == "stage,output size,resnet18"
    assert result.stderr == ""
    assert run("resnet18").stdout == rd.table("resnet18")


def test_options_reach_the_table() -> None:
    text = run(
        "resnet20", "--head", "Mine", "--names", "module", "--decimals", "3", "--caption", "C.", "--no-notes"
    ).stdout
    assert text.startswith("C.\n")
    assert "0.270×10⁶" in text
    assert "layer1" in text
    assert "Mine" in text
    assert "FLOPs" not in text


def test_floats_and_labels() -> None:
    text = run("resnet18", "-t", "latex", "--float", "table*", "--label", "tab:x", "--caption", "50%").stdout
    for part in (r"\begin{table*}", r"\caption{50\%}", r"\label{tab:x}", r"\end{table*}"):
        assert part in text
    assert "\\label" not in run("resnet18", "-t", "latex", "--float", "table", "--label", "").stdout


@pytest.mark.parametrize("option", ["--caption", "--label"])
def test_a_caption_or_a_label_asks_for_a_float(option: str) -> None:
    text = run("resnet18", "-t", "latex", option, "mine").stdout
    assert text.count("\\begin{table}") == text.count("\\caption{") == text.count("\\label{") == 1
    assert "\\begin{table}" not in run("resnet18", "-t", "latex", option, "").stdout


def test_shortcuts() -> None:
    assert "1×1 conv, s=2 + BN" in run("--shortcuts", "resnet50").stdout


def test_inputs_are_for_the_sources_that_are_code() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    source = f"{HERE / 'models.py'}:UNet"
    text = run(source, "resnet20", "--input", "3x32x32", "-t", "csv").stdout
    assert text.splitlines()[0] == "stage,output size,UNet,resnet20"
    assert text.splitlines()[1].startswith("conv1,32×32,")
    assert "leave --input out" in refused("resnet20", "--input", "3x32x32", code=2)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["resnet18", "-t", "md"], 2, "Did you mean 'markdown'?"),
        (["resnet18", "-o", "t.pdf"], 2, "expected the suffix of a table format"),
        (["resnet18", "resnet34", "--head", "one"], 2, "Got 1 name for columns and 2 networks"),
        (["resnet18", "-t", "latex", "--label", "a}b"], 2, "signs that break LaTeX"),
        (["resnet18", "--names", "other"], 2, "'paper'"),
        (["resnet5O"], 1, "Did you mean 'resnet50'?"),
        (["resnet18", "-o", "/no/such/folder/t.md"], 1, "/no/such/folder"),
        ([], 2, "SOURCE"),
    ],
)
def test_what_is_wrong_is_said(arguments: list[str], code: int, said: str) -> None:
    assert said in refused(*arguments, code=code)


def test_front_door() -> None:
    network = rd.network("resnet20")
    both = rd.table([network, "resnet56"], to="markdown")
    assert "| resnet20 | resnet56 |" in both
    assert r"\begin{table}" in rd.table(network, to="latex", shortcuts=True, float="table")
    with pytest.raises(rd.UsageError, match="at least one network"):
        rd.table([])
    with pytest.raises(rd.UsageError, match="No naming of stages"):
        rd.table(network, names="papr")
    with pytest.raises(rd.UsageError, match="No float"):
        rd.table(network, float="figure")


def test_front_door_traces_modules() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from tests.tables.models import Inverted

    assert "3×3 dw, 32" in rd.table(Inverted(), input_shape=(3, 32, 32))


def test_a_template_of_ones_own(tmp_path: Path) -> None:
    folder = tmp_path / "table" / "markdown"
    folder.mkdir(parents=True)
    (folder / "table.md.jinja").write_text("{{ heads | join(' ') }}\n", encoding="utf-8")
    assert (
        run("resnet18", "-t", "markdown", "--templates", str(tmp_path)).stdout
        == "stage output size resnet18\n"
    )
