"""Tables of networks that are no chain: a row for each stage and branch, and for the layers beside them."""

import pytest

from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Network
from resnet_diagram.tables.architecture import architecture_table
from resnet_diagram.tables.model import Stack, Wanted, Words
from resnet_diagram.tables.render.formats import table_format_named
from resnet_diagram.tables.render.look import Look
from tests.layout.test_exchanges import parallel
from tests.layout.test_lanes import pyramid

Row = tuple[str, str, list[tuple[list[str], str] | str]]


def rows(network: Network) -> list[Row]:
    """Return title, size and parts of each row; of a stack its lines and its factor."""
    found: list[Row] = []
    for band in architecture_table([network], Wanted()).bands:
        (row,) = band.rows
        parts: list[tuple[list[str], str] | str] = []
        for part in row[0].parts:
            if isinstance(part, Stack):
                parts.append(([str(line) for line in part.lines], part.factor))
            elif isinstance(part, Words):
                parts.append(str(part.text))
        found.append((band.heads[0], band.heads[1], parts))
    return found


@pytest.mark.parametrize(("branches", "modules"), [(2, 3), (3, 1), (4, 2)])
def test_each_branch_of_modules_in_series_has_a_row(branches: int, modules: int) -> None:
    found = [row for row in rows(parallel(branches, modules)) if row[0].endswith("_x")]
    assert [size for _, size, _ in found] == [f"{64 >> level}×{64 >> level}" for level in range(branches)]
    assert len({title for title, _, _ in found}) == 1
    factor = f"3 × {modules}" if modules > 1 else "3"
    assert [parts[0] for _, _, parts in found] == [(["3×3, 16", "3×3, 16"], factor)] * branches


@pytest.mark.parametrize("modules", [2, 5])
def test_layers_between_branches_are_beside_the_branch_that_they_lead_to(modules: int) -> None:
    """Once each, with their number: a convolution for each level down, one and an enlargement up."""
    *_, (_, _, finest), (_, _, coarsest) = rows(parallel(2, modules))
    assert finest[1:] == [(["nearest upsampling"], str(modules))]
    assert coarsest[1:] == [(["1×1, 16"], str(modules)), (["3×3, 16, stride 2"], str(modules))]


def test_layers_beside_stages_have_rows_of_their_module() -> None:
    found = rows(pyramid(3))
    assert found[0] == ("conv1", "64×64", ["3×3, 16"])
    titles = [title for title, _, _ in found]
    assert {"down1", "down2", "side0", "side1"} <= set(titles)
    assert max(len(parts) for _, _, parts in found) < 4


def test_notes_explain_the_second_factor_and_layers_beside_stages() -> None:
    second, beside = "A second factor is", "Layers beside the stages"
    for modules, several in ((1, False), (3, True)):
        notes = architecture_table([parallel(3, modules)], Wanted()).notes
        assert any(note.startswith(second) for note in notes) == several
        assert any(note.startswith(beside) for note in notes)
    chain = architecture_table([catalog.network("resnet18")], Wanted())
    assert not [note for note in chain.notes if note.startswith((second, beside))]


@pytest.mark.parametrize(
    ("form", "factor"),
    [
        ("text", "× 3 × 4"),
        ("markdown", "× 3 × 4"),
        ("html", "× 3 × 4"),
        ("csv", "× 3 × 4"),
        ("latex", r"\times 3 \times 4"),
        ("typst", 'layers("3 × 4", '),
    ],
)
def test_every_format_writes_both_factors(form: str, factor: str) -> None:
    table = architecture_table([parallel(3, 4)], Wanted())
    assert factor in table_format_named(form).render(table, Look())
