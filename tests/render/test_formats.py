"""The table of formats and how it is searched."""

import subprocess
import sys
from pathlib import Path

import pytest

from resnet_diagram.errors import UnrenderedWarning, UsageError
from resnet_diagram.render.figure import Engine
from resnet_diagram.render.formats import FORMATS, Format, format_for, format_named, write_as
from tests.render.figures import named, with_output


def test_names_and_suffixes_are_given_once() -> None:
    names = [one.name for one in FORMATS]
    suffixes = [suffix for one in FORMATS for suffix in one.suffixes]
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes)


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_each_format_is_found_by_name_and_suffix(one: object) -> None:
    row = next(row for row in FORMATS if row is one)
    assert format_named(row.name) is row
    for suffix in row.suffixes:
        assert format_for(Path(f"deep.net/figure{suffix}")) is row
        assert format_for(Path(f"figure{suffix.upper()}")) is row


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_each_format_has_a_row_in_the_docs(one: Format) -> None:
    assert f"| `{one.name}`" in Path("docs/formats.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("mermiad", "mermaid"),
        ("SVG", "svg"),
        ("tex", "tikz"),
        (".gv", "dot"),
        ("txt", "outline"),
        ("pgn", "png"),
        ("jsn", "json"),
    ],
)
def test_unknown_name_suggests(given: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        format_named(given)
    assert f"No format named {given!r}. Did you mean {meant!r}?" in str(caught.value)
    assert f"The formats are {', '.join(one.name for one in FORMATS)}, json, toml." in str(caught.value)


@pytest.mark.filterwarnings("ignore:The smallest type")
def test_bytes_are_told_from_text() -> None:
    for one in FORMATS:
        content = write_as(one, named("resnet18"))
        assert isinstance(content, bytes if one.binary else str), one.name


def test_an_engine_that_does_not_write_the_format_is_refused() -> None:
    with pytest.raises(UsageError, match="--engine graphviz writes svg, pdf, png, not 'tikz'"):
        write_as(format_named("tikz"), with_output(named("resnet18"), engine=Engine.GRAPHVIZ))


@pytest.mark.filterwarnings("ignore:The smallest type")
@pytest.mark.parametrize("one", [row for row in FORMATS if not row.modes], ids=lambda one: one.name)
def test_what_cannot_follow_the_reader_says_so(one: Format) -> None:
    with pytest.warns(UnrenderedWarning, match=f"{one.name} has no dark mode"):
        write_as(one, named("resnet18", theme="auto"))


def test_nothing_near_suggests_nothing() -> None:
    with pytest.raises(UsageError, match=r"No format named 'powerpoint'\. The formats are"):
        format_named("powerpoint")


@pytest.mark.parametrize(("given", "meant"), [("figure.svgg", ".svg"), ("a.b/figure.mrmaid", ".mermaid")])
def test_unknown_suffix_suggests(given: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        format_for(Path(given))
    assert f"Did you mean {meant!r}?" in str(caught.value)
    assert "-t" in str(caught.value)


@pytest.mark.parametrize("given", ["figure", "folder.svg/figure", ".svg"])
def test_no_suffix_is_said(given: str) -> None:
    with pytest.raises(UsageError, match="no suffix"):
        format_for(Path(given))


def test_the_table_loads_no_library() -> None:
    heavy = {"jinja2", "graphviz", "typst", "click"}
    code = f"import sys, resnet_diagram.render.formats; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_a_format_is_scaled_or_says_that_it_is_not(one: Format) -> None:
    shown, scaled = named("resnet18"), with_output(named("resnet18"), scale=0.5)
    if one.scales:
        assert write_as(one, scaled) != write_as(one, shown)
        return
    with pytest.warns(UnrenderedWarning, match=f"{one.name} is not scaled: --scale is for svg, pdf, png"):
        assert write_as(one, scaled) == write_as(one, shown)
