"""Tables as plain values, for comparison."""

from collections.abc import Sequence

from resnet_diagram.sources.resolve import Reading, read_source
from resnet_diagram.spec import catalog
from resnet_diagram.spec.model import Network
from resnet_diagram.tables.architecture import architecture_table
from resnet_diagram.tables.model import Cell, Count, Stack, Table, Wanted, Words
from tests.tables.models import MODELS

Seen = str | int | tuple[tuple[str, ...], int]


def architecture(*names: str, wanted: Wanted | None = None) -> Table:
    """The architecture table of networks by name."""
    return architecture_table([catalog.network(name) for name in names], wanted or Wanted())


def traced(name: str) -> Network:
    """One of the models, traced."""
    model, shape = MODELS[name]
    return read_source(f"tests.tables.models:{model.__name__}", Reading(inputs=[shape]))


def seen(cell: Cell) -> list[Seen]:
    """A cell's parts: text, (lines, times), or a number."""
    found: list[Seen] = []
    for part in cell.parts:
        match part:
            case Words():
                found.append(part.text)
            case Stack():
                found.append((part.lines, part.times))
            case Count():
                found.append(part.value)
    return found


def rows(table: Table) -> dict[tuple[str, ...], list[list[list[Seen]]]]:
    """The rows of each band by what names it; a cell over several columns stands once."""
    bands = (*table.bands, *table.totals)
    return {band.heads: [[seen(cell) for cell in row] for row in band.rows] for band in bands}


def spans(table: Table) -> list[list[list[int]]]:
    """How many columns each cell of each row of each band is over."""
    return [[[cell.span for cell in row] for row in band.rows] for band in (*table.bands, *table.totals)]


def one_column(networks: Sequence[Network]) -> dict[str, list[Seen]]:
    """What stands beside each name in a table of one network."""
    table = architecture_table(networks, Wanted())
    return {heads[0]: found[0][0] for heads, found in rows(table).items() if len(heads) == table.keys}
