"""Tables in Markdown, read back by a parser."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_diagram.render.escape.markdown import markdown_text
from resnet_diagram.tables.model import Table
from resnet_diagram.tables.render.look import Look
from resnet_diagram.tables.render.markdown import render_markdown
from tests.tables.render.samples import FIVE, NASTY, TABLES, architecture, nasty, shortcuts

markdown_it: Any = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")


def html(text: str) -> str:
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return str(parser.render(text))


def cells(text: str) -> list[list[str]]:
    """The cells of the table in a Markdown text as a reader sees them, line breaks as they are."""
    lines = re.findall(r"<tr>(.*?)</tr>", html(text), re.DOTALL)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in lines]
    return [[plain(cell) for cell in line] for line in found]


def plain(markup: str) -> str:
    return unescape(re.sub(r"<!--.*?-->", "", markup.replace("<br>", "\n")))


def written(table: Table) -> list[list[str]]:
    return cells(render_markdown(table, Look()))


def test_the_table_of_the_resnet_paper() -> None:
    found = written(architecture(*FIVE))
    assert found[0] == ["stage", "output size", *FIVE]
    assert found[1] == ["conv1", "112×112", *["7×7, 64, stride 2"] * 5]
    assert found[2][2] == "3×3 max pool, stride 2\n[3×3, 64\n3×3, 64] × 2"
    assert found[4][-1] == "[1×1, 256\n3×3, 256\n1×1, 1024] × 36"
    assert found[-1] == ["MACs", "", "1.81×10⁹", "3.66×10⁹", "3.86×10⁹", "7.57×10⁹", "11.28×10⁹"]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_each_row_has_a_cell_for_each_column(name: str) -> None:
    table = TABLES[name]()
    found = written(table)
    assert len(found) > len(table.bands)
    assert {len(row) for row in found} == {len(table.heads)}
    shown = html(render_markdown(table, Look()))
    assert shown.count("<table>") == 1
    assert not re.search(r"<(em|strong|code|a|li|h\d|s|i)\b", shown)


def test_any_name_is_shown_letter_by_letter() -> None:
    found = written(nasty())
    assert found[0][2] == NASTY
    assert found[1][0] == NASTY
    assert NASTY in plain(html(render_markdown(nasty(), Look())).rpartition("</table>")[2])


PLAIN = r"""1. one
10) ten
- one
+ one
* one
# one
> one
---
===
    code
a | b
http://a.b/c_d_
~~x~~
![x](y)
[x]: y
&copy;
:-:
\
a\*b
__init__ and conv2_x"""


@pytest.mark.parametrize("text", PLAIN.splitlines())
def test_text_means_nothing_to_markdown(text: str) -> None:
    assert plain(html(markdown_text(text))).strip() == f"<p>{' '.join(text.split())}</p>"


def test_rows_of_a_stage_are_named_once() -> None:
    found = written(shortcuts("resnet18", "resnet34"))
    assert [row[:2] for row in found[1:4]] == [["resnet18", "conv2_x"], ["", "conv3_x"], ["", ""]]
    assert sum(row[0] == "resnet34" for row in found) == 1


def test_captions_and_notes_stand_round_the_table() -> None:
    text = render_markdown(architecture("resnet50"), Look())
    assert text.startswith("Architecture of resnet50 ")
    assert text.endswith("in the 1×1 before).\n")
    assert html(text).count("<p>") == 2


@given(
    st.text(
        st.characters(
            codec="utf-8",
            exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"),
            exclude_characters="\u3164\uffa0",
        ),
        max_size=40,
    )
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_text_comes_back_from_a_cell(text: str) -> None:
    wanted = " ".join(text.split())
    found = cells(f"| head |\n| --- |\n| x{markdown_text(text)}x |\n")
    assert found[1] == [f"x{wanted}x"]
