"""Numbers without bounds end with a message that names the limit."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from resnet_diagram import limits
from resnet_diagram.cli.main import main
from resnet_diagram.errors import RenderError, SpecError, UsageError
from resnet_diagram.layout.units import length
from resnet_diagram.render.templates import render
from resnet_diagram.spec.catalog import network
from resnet_diagram.spec.json.files import dumps
from resnet_diagram.spec.json.files import loads as loads_json
from resnet_diagram.spec.toml.reader import loads
from resnet_diagram.style.theme import load_theme

NET = 'input = [3, 64, 64]\nstem = "imagenet"\nblock = "basic"\n'
HUGE = "99999999999999999999"


@pytest.mark.parametrize(
    "lines",
    [
        f"depths = [{HUGE}]\nwidths = [64]",
        f"depths = [2]\nwidths = [{HUGE}]",
        f"depths = [2]\nwidths = [64]\nstrides = [{HUGE}]",
        f"depths = [2]\nwidths = [64]\ngroups = {HUGE}",
        f"depths = [2]\nwidths = [64]\nhead = {{ classes = {HUGE} }}",
        f'depths = [2]\nbody = [{{ op = "conv", out = 8, kernel = {HUGE} }}]',
        f'body = [{{ op = "conv", out = 8, padding = [1, {HUGE}] }}]',
        f'body = [{{ op = "conv", out = 8, dilation = {HUGE} }}]',
        "depths = [" + "9" * 5000 + "]",
        "depths = [0x" + "f" * 5000 + "]",
        "x = " + "[" * 20_000 + "]" * 20_000,
        "x" + ".x" * 20_000 + " = 1",
    ],
    ids=[str(number) for number in range(12)],
)
def test_numbers_of_a_spec_file_are_bounded(lines: str) -> None:
    with pytest.raises(SpecError):
        loads(NET + lines, "net.toml")


@pytest.mark.parametrize(
    "lines",
    [
        "depths = [100000000]",
        'body = [{ op = "relu", repeat = 100000000 }]',
        'body = [{ block = [["relu"]], repeat = 100000000 }]',
        "[[stage]]\nwidth = 64\nblock = [{ repeat = 100000000 }]",
    ],
)
def test_elements_are_counted(lines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ELEMENTS", 500)
    with pytest.raises(SpecError, match=r"500 layers and blocks.*--limit|expected|no key"):
        loads(NET.replace('block = "basic"\n', "") + lines, "net.toml")


def test_limit_raises_the_number_of_elements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"{limits.ELEMENTS:,}" in " ".join(CliRunner().invoke(main, ["describe", "--help"]).stdout.split())
    monkeypatch.setattr(limits, "ELEMENTS", 20)
    (tmp_path / "net.toml").write_text(NET + "depths = [20]\n", encoding="utf-8")
    words = ["describe", str(tmp_path / "net.toml")]
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 1
    assert "more than 20 layers and blocks" in refused.stderr
    assert CliRunner().invoke(main, [*words, "--limit", "1000"]).exit_code == 0


@pytest.mark.parametrize("key", ["params", "macs", "in_shape", "out_shape", "kernel", "groups"])
def test_numbers_of_a_json_file_are_bounded(key: str) -> None:
    data = json.loads(dumps(network("resnet18")))
    layer = data["stem"][0]
    layer[key] = [int(HUGE)] * 3 if isinstance(layer.get(key), list) else int(HUGE)
    with pytest.raises(SpecError):
        loads_json(json.dumps(data))


@pytest.mark.parametrize("number", ["inf", "-inf", "nan", "1e300", "9" * 400])
@pytest.mark.parametrize(
    "text", ["[sizes]\ntitle = {}", "[defaults]\nline_width = {}", "[styles.conv]\ndash = [1, {}]"]
)
def test_numbers_of_a_theme_are_bounded(tmp_path: Path, number: str, text: str) -> None:
    (tmp_path / "own.toml").write_text(text.format(number), encoding="utf-8")
    with pytest.raises(UsageError):
        load_theme(tmp_path / "own.toml")


def test_a_theme_nested_without_end_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("x = " + "[" * 10_000 + "]" * 10_000, encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        load_theme(tmp_path / "own.toml")


@pytest.mark.parametrize("text", ["9" * 400 + "pt", "9" * 12 + "in"])
def test_lengths_are_bounded(text: str) -> None:
    with pytest.raises(UsageError, match="too long"):
        length(text)


def test_a_spec_file_is_a_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "net.toml")
    result = CliRunner().invoke(main, ["describe", str(tmp_path / "net.toml")])
    assert result.exit_code == 1
    assert "not a regular file" in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "not a text in UTF-8"),
        (b"{% for i in range(9**5) %}xxxxxxxxxx{% endfor %}", "more than 1,000 characters"),
        (b"{% for i in range(10**10) %}xxxxxxxxxx{% endfor %}", r"Range too big.*\(100000\)\.$"),
        (b"{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "RecursionError"),
    ],
)
def test_a_template_is_text_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    monkeypatch.setattr("resnet_diagram.render.templates.TEXT", 1000)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "figure.jinja").write_bytes(content)
    with pytest.raises(RenderError, match=message):
        render("own", "figure.jinja", tmp_path)
