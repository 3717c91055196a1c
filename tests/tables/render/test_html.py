"""Tables in HTML, as a browser shows them."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from resnet_diagram.tables.render.html import render_html
from resnet_diagram.tables.render.look import Look
from tests.browser import open_in_chromium
from tests.programs import require
from tests.tables.render.samples import FIVE, NASTY, TABLES, architecture, nasty, shortcuts

_SEEN = """(() => {
    const table = document.querySelector("table");
    const box = one => one.getBoundingClientRect();
    const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1
        && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
    const faults = [...table.querySelectorAll(".stack")]
        .filter(one => !inside(box(one), box(one.closest("td")))).map(one => one.innerText);
    return {
        faults,
        wide: document.documentElement.scrollWidth > window.innerWidth,
        cells: [...table.rows].map(row => [...row.cells].map(cell => cell.innerText)),
        spans: [...table.rows].map(row => [...row.cells].map(cell => [cell.colSpan, cell.rowSpan])),
        scopes: [...table.querySelectorAll("th")].map(cell => cell.scope),
        caption: table.caption ? table.caption.innerText : "",
        notes: [...document.querySelectorAll(".notes li")].map(one => one.innerText),
        line: getComputedStyle(table.tHead).borderTopColor,
    };
})()"""


def shown(markup: str, folder: Path) -> dict[str, Any]:
    require("chromium")
    window = open_in_chromium(markup, folder)
    found: dict[str, Any] = window.evaluate(_SEEN)
    assert window.errors() == []
    return found


def test_the_table_of_the_resnet_paper(tmp_path: Path) -> None:
    seen = shown(render_html(architecture(*FIVE), Look(standalone=True)), tmp_path)
    assert seen["cells"][0] == ["stage", "output size", *FIVE]
    assert seen["cells"][1] == ["conv1", "112×112", "7×7, 64, stride 2"]
    assert seen["spans"][1] == [[1, 1], [1, 1], [5, 1]]
    assert seen["spans"][2] == [[1, 2], [1, 2], [5, 1]]
    assert [cell.split() for cell in seen["cells"][3][:1]] == [["3×3,", "64", "3×3,", "64", "×", "2"]]
    assert seen["cells"][-1][:2] == ["MACs", "1.81×109"]  # 9 is raised
    assert seen["faults"] == []
    assert seen["scopes"][:11] == [*["col"] * 7, "rowgroup", "row", "rowgroup", "row"]
    assert seen["caption"].startswith("Architectures of")
    assert seen["notes"][0].endswith("calls them FLOPs.")


def test_rows_of_a_stage_share_its_name(tmp_path: Path) -> None:
    seen = shown(render_html(shortcuts("resnet50"), Look()), tmp_path)
    assert seen["cells"][1][0] == "conv2_x"
    assert seen["spans"][1][0] == [1, 2]
    assert seen["cells"][2][0] == "2"


def test_any_name_is_shown_letter_by_letter(tmp_path: Path) -> None:
    seen = shown(render_html(nasty(), Look(standalone=True)), tmp_path)
    assert seen["cells"][0][2] == NASTY
    assert NASTY in seen["caption"]
    assert seen["notes"][-1] == NASTY


def test_the_table_takes_the_colours_of_its_page(tmp_path: Path) -> None:
    table = render_html(architecture("resnet18"), Look())
    dark = f'<body style="background: #000; color: rgb(200, 210, 220)">{table}</body>'
    assert shown(dark, tmp_path)["line"] == "rgb(200, 210, 220)"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_markup_is_well_formed_and_each_row_as_wide_as_the_table(name: str) -> None:
    table = TABLES[name]()
    root = ElementTree.fromstring(render_html(table, Look()).replace("<br>", "<br/>"))
    for body in (*root.iter("thead"), *root.iter("tbody")):
        hanging: list[int] = []  # how many more rows each tall cell goes down
        for row in body:
            widths = [int(cell.get("colspan", "1")) for cell in row]
            assert sum(widths) + len(hanging) == len(table.heads)
            tall = [int(cell.get("rowspan", "1")) for cell in row]
            hanging = [rows - 1 for rows in (*hanging, *tall) if rows > 1]
        assert not hanging
    assert root.find(".//caption") is not None


def test_a_table_without_caption_and_notes_has_none() -> None:
    bare = render_html(replace(architecture("resnet18"), caption="", notes=()), Look())
    assert "<caption" not in bare
    assert "<ul" not in bare
