"""Tables as Typst sets them."""

from io import BytesIO
from typing import Any

import pdfplumber
import pytest
from pypdf import PdfReader

from resnet_diagram.tables.model import Table
from resnet_diagram.tables.render.look import Look
from resnet_diagram.tables.render.typst import render_typst_table
from tests.tables.render.samples import FIVE, NASTY, TABLES, TRACED, architecture, nasty, traced_table

typst: Any = pytest.importorskip("typst", reason="typst is not installed")


def compiled(source: str) -> list[str]:
    """The text of each page of a document that Typst has nothing to complain of."""
    made, warnings = typst.compile_with_warnings(source.encode(), format="pdf")
    assert [warning.message for warning in warnings] == []
    return [page.extract_text() for page in PdfReader(BytesIO(made)).pages]


def written(table: Table) -> str:
    return render_typst_table(table, Look(standalone=True))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_is_one_page(name: str) -> None:
    table = TABLES[name]()
    (text,) = compiled(written(table))
    for band in table.bands:
        assert "".join(band.heads[-1].split())[:12] in "".join(text.split())


def test_tables_of_other_networks_compile() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    compiled("".join(render_typst_table(traced_table(name), Look()) for name in TRACED))


def test_five_networks_fit_a_page() -> None:
    source = render_typst_table(architecture(*FIVE), Look())
    made = typst.compile(f"#set page(width: 21cm)\n{source}".encode(), format="pdf")
    with pdfplumber.open(BytesIO(made)) as document:
        (page,) = document.pages
        found = page.extract_words()
    assert "resnet152-v1" in {word["text"] for word in found}
    assert min(word["x0"] for word in found) >= 70  # the margin is 2.5/21 of the width
    assert max(word["x1"] for word in found) <= float(page.width) - 70


def test_any_name_is_shown_letter_by_letter() -> None:
    (text,) = compiled(written(nasty()))
    assert "".join(NASTY.split()) in "".join(text.split())


def test_a_label_can_be_referred_to() -> None:
    source = render_typst_table(architecture("resnet18"), Look())
    (text,) = compiled(f"{source}\nSee @tab:resnet18.")
    assert "See Table 1" in text.replace("\xa0", " ")


def test_cells_are_written_as_a_person_would() -> None:
    source = written(architecture(*FIVE))
    assert 'layers(3, "1×1, 64", "3×3, 64", "1×1, 256")' in source
    assert '"conv1", "112×112", table.cell(colspan: 5, "7×7, 64, stride 2"),' in source
