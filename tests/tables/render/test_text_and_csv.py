"""Tables as plain text and as comma-separated values."""

import csv
from io import StringIO

import pytest

from resnet_diagram.tables.render.csv import render_csv
from resnet_diagram.tables.render.look import Look
from resnet_diagram.tables.render.text import render_plain_text
from tests.tables.render.samples import FIVE, NASTY, TABLES, architecture, nasty, shortcuts


def test_five_networks_fit_a_terminal_of_120_columns() -> None:
    text = render_plain_text(architecture(*FIVE), Look())
    assert max(map(len, text.splitlines())) <= 120
    assert max(map(len, render_plain_text(architecture("resnet18", "resnet50"), Look()).splitlines())) <= 80


def test_text_is_aligned() -> None:
    lines = render_plain_text(architecture("resnet18", "resnet50"), Look()).splitlines()
    at = lines.index("conv4_x  14×14        ⎡ 3×3, 256 ⎤      ⎡ 1×1, 256  ⎤")
    assert lines[at + 1 : at + 3] == [
        "                      ⎣ 3×3, 256 ⎦ × 2  ⎢ 3×3, 256  ⎥ × 6",
        "                                        ⎣ 1×1, 1024 ⎦",
    ]
    assert "MACs                  1.81×10⁹          4.09×10⁹" in lines


@pytest.mark.parametrize("name", sorted(TABLES))
def test_text_has_no_trailing_space_and_columns_stay_in_place(name: str) -> None:
    table = TABLES[name]()
    lines = render_plain_text(table, Look()).splitlines()
    assert all(line == line.rstrip() for line in lines)
    head = next(line for line in lines if line.startswith(table.heads[0]) and table.heads[1] in line)
    second = head.index(table.heads[1])
    rules = [at for at, line in enumerate(lines) if line.startswith("─")]
    assert all(line[second - 1 : second] in ("", " ") for line in lines[rules[0] + 1 : rules[-1]])


def test_csv_has_a_record_for_each_row_and_numbers_in_full() -> None:
    found = list(csv.reader(StringIO(render_csv(architecture("resnet18", "resnet50-v1"), Look()))))
    assert found[0] == ["stage", "output size", "resnet18", "resnet50-v1"]
    assert found[1] == ["conv1", "112×112", "7×7, 64, stride 2", "7×7, 64, stride 2"]
    assert found[2] == [
        "conv2_x",
        "56×56",
        "3×3 max pool, stride 2; [3×3, 64; 3×3, 64] × 2",
        "3×3 max pool, stride 2; [1×1, 64; 3×3, 64; 1×1, 256] × 3",
    ]
    assert found[-2:] == [["params", "", "11689512", "25557032"], ["MACs", "", "1814073344", "3857973248"]]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_csv_record_is_whole(name: str) -> None:
    table = TABLES[name]()
    found = list(csv.reader(StringIO(render_csv(table, Look()))))
    assert {len(record) for record in found} == {len(table.heads)}
    assert all(record[0] for record in found)


def test_csv_names_each_record_in_full() -> None:
    found = list(csv.reader(StringIO(render_csv(shortcuts("resnet18", "resnet34"), Look()))))
    assert [record[:2] for record in found[2:4]] == [["resnet18", "conv3_x"]] * 2


def test_any_name_comes_back() -> None:
    assert next(csv.reader(StringIO(render_csv(nasty(), Look()))))[2] == NASTY
    assert NASTY in render_plain_text(nasty(), Look())
