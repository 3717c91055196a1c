"""Requests are parsed once, and make artifacts without writing anything."""

import os
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import resnet_diagram as rd
from resnet_diagram.app.make import make
from resnet_diagram.app.options.declaration import options_in
from resnet_diagram.app.options.options import DrawChoices, TableChoices
from resnet_diagram.app.requests import CodeRequest, DrawRequest, SpecRequest, TableRequest
from resnet_diagram.cli.commands.draw import command as draw
from resnet_diagram.cli.commands.table import command as table
from resnet_diagram.cli.main import main
from resnet_diagram.cli.parse import parse
from resnet_diagram.diagram.options import Options
from resnet_diagram.errors import EmbedError
from resnet_diagram.render.figure import Output


@pytest.mark.parametrize(("command", "keywords"), [(draw, DrawChoices), (table, TableChoices)])
def test_each_keyword_is_an_option_of_the_command(command: click.Command, keywords: type) -> None:
    parameters = {parameter.name for parameter in command.params}
    assert set(options_in(keywords)) <= parameters
    assert parameters - set(options_in(keywords)) <= {
        "sources", "inputs", "weights", "unsafe", "quiet", "verbose", "outputs", "format_name", "preamble",
            "watch", "baseline", "limit",
    }  # fmt: skip


def test_each_keyword_of_a_drawing_changes_its_options_or_its_output() -> None:
    """No keyword is declared and then forgotten."""
    parsed = {field.name for kind in (Options, Output) for field in fields(kind)}
    merged = dict.fromkeys(("width", "max_height", "venue"), "fit")
    merged |= {
        **dict.fromkeys(("figure", "caption", "label"), "placing"),
        "annotate": "annotations",
        "unit": "annotations",
    }
    by_the_page = {"opened", "graph_room", "levels", "opens_encoders"}
    assert {merged.get(name, name) for name in options_in(DrawChoices)} == parsed - by_the_page


def test_a_marker_and_the_command_line_make_the_same_drawing(tmp_path: Path) -> None:
    words = ["draw", "resnet18", "--view", "overview", "--show", "norm", "--width", "5in", "-t", "svg"]
    (artifact,) = make(parse(words, tmp_path).request)
    assert artifact.content == CliRunner().invoke(main, words).stdout
    assert artifact.content == rd.to_text("resnet18", "svg", view="overview", show=["norm"], width="5in")


def test_artifacts_are_made_in_a_folder_without_going_there_or_writing(tmp_path: Path) -> None:
    (tmp_path / "net.toml").write_bytes(
        CliRunner().invoke(main, ["spec", "resnet18", "-t", "toml"]).stdout_bytes
    )
    (tmp_path / "mine.toml").write_text('extends = "gray"', encoding="utf-8")
    before = os.getcwd()
    request = parse(["draw", "net.toml", "--theme", "mine.toml", "-o", "a.svg"], tmp_path).request
    (artifact,) = make(request)
    assert artifact.name == Path("a.svg")
    assert artifact.alt == "Architecture of net.toml"
    assert os.getcwd() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.toml", "net.toml"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("draw resnet18 -t dot", DrawRequest),
        ("table resnet18", TableRequest),
        ("spec resnet18", SpecRequest),
        ("code resnet18 --block basic", CodeRequest),
    ],
)
def test_each_command_has_a_request(words: str, kind: type) -> None:
    assert isinstance(parse(words.split(), Path()).request, kind)


def test_a_wrong_option_is_refused_before_a_source_is_read() -> None:
    for words in ("draw nowhere --view papers -t svg", "draw nowhere", "table nowhere --decimals 10"):
        with pytest.raises(EmbedError) as caught:
            parse(words.split(), Path())
        assert "nowhere" not in str(caught.value)


def test_drawings_and_tables_take_latex_and_tikz_as_one_format() -> None:
    def output(*words: str) -> str:
        return CliRunner().invoke(main, words).stdout

    assert output("draw", "resnet18", "-t", "latex") == output("draw", "resnet18", "-t", "tikz") != ""
    assert output("table", "resnet18", "-t", "tikz") == output("table", "resnet18", "-t", "latex") != ""
    assert rd.to_text("resnet18", "latex") == rd.to_text("resnet18", "tikz")


def test_the_help_of_draw_lists_groups_the_common_one_first_and_examples_that_run(tmp_path: Path) -> None:
    text = CliRunner().invoke(main, ["draw", "--help"]).stdout
    groups = ("Common options:", "Content:", "Page:", "LaTeX and Typst:", "Model:", "Other:", "Examples:")
    assert list(groups) == sorted(groups, key=text.index)
    examples = [line.split() for line in text.split("Examples:")[1].splitlines() if "resnet-diagram" in line]
    assert len(examples) == 3
    for words in examples:
        parse(words[1:], tmp_path)


def test_figure_needs_no_value() -> None:
    for words in ("--figure resnet18", "resnet18 --figure", "resnet18 --figure auto"):
        assert "\\begin{figure" in CliRunner().invoke(main, ["draw", "-t", "tikz", *words.split()]).stdout


@pytest.mark.parametrize("path", ["{name}/net.svg", "{name}/{name}.svg"])
def test_a_folder_is_not_named_after_a_network(path: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["draw", "resnet18", "-o", str(tmp_path / path)])
    assert result.exit_code == 1
    assert "{name} is replaced in the name of a file alone" in result.stderr
    assert "mkdir" not in result.stderr
