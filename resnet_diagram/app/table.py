"""Networks to table to text or file: what joins the layers for tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from resnet_diagram.diagram.options import StageNames
from resnet_diagram.errors import UsageError, closest, did_you_mean
from resnet_diagram.render.latex_float import check_label
from resnet_diagram.saving import write_files
from resnet_diagram.sources.resolve import Shapes, networks_of
from resnet_diagram.spec.model import Network
from resnet_diagram.tables.architecture import architecture_table
from resnet_diagram.tables.model import Table, Wanted
from resnet_diagram.tables.render.formats import TableFormat, table_format_for, table_format_named
from resnet_diagram.tables.render.look import Float, Look
from resnet_diagram.tables.shortcuts import shortcut_table

if TYPE_CHECKING:
    from resnet_diagram.sources.resolve import Drawings

_MOST_DECIMALS = 9


class TableChoices(TypedDict, total=False):
    """What may be chosen about a table; the names are those of `resnet-diagram table`.

    `heads`: names of the columns, one for each network. `caption`, `label`: None proposes one, "" leaves it
    out. `float`: "table" or "table*", for LaTeX.
    """

    shortcuts: bool
    names: str
    heads: Sequence[str]
    caption: str | None
    label: str | None
    notes: bool
    decimals: int
    standalone: bool
    float: str | None
    templates: Path | None


def table(
    what: "Drawings",
    to: str = "text",
    *,
    input_shape: Shapes | None = None,
    **choices: Unpack[TableChoices],
) -> str:
    """The architecture table of networks side by side, or with `shortcuts=True` the table of their shortcuts.

    `what`: a `Network`, a PyTorch module, a source as on the command line, or several of them. `to`: "text",
    "latex", "typst", "markdown", "html" or "csv". `input_shape` is for modules, as in `trace`. `choices`:
    the options of `resnet-diagram table`. Raises ResnetDiagramError.
    """
    chosen = table_format_named(to)
    return chosen.render(table_of(networks_of(what, input_shape), choices), look_of(choices))


def table_of(networks: Sequence[Network], choices: TableChoices) -> Table:
    """The table that is asked for. Raises UsageError."""
    if not networks:
        raise UsageError("Expected at least one network to make a table of, got none.")
    build = shortcut_table if choices.get("shortcuts") else architecture_table
    return build(networks, _wanted(choices, len(networks)))


def _wanted(choices: TableChoices, count: int) -> Wanted:
    heads = tuple(choices.get("heads", ()))
    if heads and len(heads) != count:
        raise UsageError(f"Got {len(heads)} names for columns and {count} networks; name each or none.")
    decimals = choices.get("decimals", 2)
    if not 0 <= decimals <= _MOST_DECIMALS:
        raise UsageError(f"Got {decimals} decimals; choose between 0 and {_MOST_DECIMALS}.")
    label = choices.get("label")
    check_label(label)
    return Wanted(
        names=_names(choices.get("names", StageNames.PAPER)),
        heads=heads,
        caption=choices.get("caption"),
        label=label,
        notes=choices.get("notes", True),
        decimals=decimals,
    )


def _names(word: str) -> StageNames:
    known = [str(one) for one in StageNames]
    if word not in known:
        hint = did_you_mean(closest(word, known))
        raise UsageError(f"No way to name stages is called {word!r}.{hint} Choose one of {', '.join(known)}.")
    return StageNames(word)


def look_of(choices: TableChoices) -> Look:
    """How the table is written; who names a caption or a label wants a float. Raises UsageError."""
    named = choices.get("caption") or choices.get("label")
    around = choices.get("float") or (Float.TABLE if named else None)
    known = [str(one) for one in Float]
    if around and around not in known:
        raise UsageError(f"No float is named {around!r}; choose {' or '.join(known)}.")
    return Look(
        standalone=choices.get("standalone", False),
        float=Float(around) if around else None,
        templates=choices.get("templates"),
    )


def table_targets(paths: Sequence[Path], format_name: str | None) -> list[tuple[Path, TableFormat]]:
    """Each file with its format: the one named, else that of its suffix. Raises UsageError."""
    named = table_format_named(format_name) if format_name else None
    return [(path, named or table_format_for(path)) for path in paths]


def write_table(table: Table, targets: Sequence[tuple[Path, TableFormat]], look: Look) -> None:
    """Write a table to each file, all or none. Raises RenderError."""
    write_files([(path, one.render(table, look)) for path, one in targets])
