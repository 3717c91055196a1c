"""Make architecture and shortcut tables of networks."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from resnet_diagram.app.log import Log
from resnet_diagram.app.options.declaration import check_keywords, one_of
from resnet_diagram.app.options.options import DECIMALS, TableChoices
from resnet_diagram.app.requests import Artifact, TableRequest, Target, check_folders, read, targets_of
from resnet_diagram.errors import UsageError, number_of
from resnet_diagram.render.latex.floats import check_label
from resnet_diagram.sources.resolve import Reading, is_code, networks_of, numbered
from resnet_diagram.spec.model import Network
from resnet_diagram.tables.architecture import architecture_table
from resnet_diagram.tables.model import Table, Wanted
from resnet_diagram.tables.render.formats import table_format_for, table_format_named
from resnet_diagram.tables.render.look import Float, Look
from resnet_diagram.tables.shortcuts import shortcut_table
from resnet_diagram.wording.modules import StageNames

if TYPE_CHECKING:
    from resnet_diagram.sources.module import Input
    from resnet_diagram.sources.resolve import Drawings


def table(
    what: "Drawings",
    formats: Sequence[str],
    *,
    input_shape: "Input | None" = None,
    **choices: Unpack[TableChoices],
) -> tuple[str, ...]:
    """Return the table of networks side by side in each format. The choices are defined in `TableChoices`."""
    forms, (target, look) = [table_format_named(name) for name in formats], table_options(choices)
    networks = networks_of(what, input_shape)
    result = _table(networks, target, shortcuts=choices.get("shortcuts", False))
    return tuple(form.render(result, look) for form in forms)


def table_options(choices: TableChoices) -> tuple[Wanted, Look]:
    """Return the content options and the look of a table; a caption or a label implies a float.

    Raises UsageError for a wrong keyword or value.
    """
    check_keywords(choices, TableChoices, "table")
    decimals, label = choices.get("decimals", 2), choices.get("label")
    if decimals not in DECIMALS:
        raise UsageError(f"Got {decimals} decimals; choose between 0 and {DECIMALS[-1]}.")
    check_label(label)
    environment = choices.get("float") or (Float.TABLE if choices.get("caption") or label else None)
    target = Wanted(
        names=one_of(StageNames, choices.get("names", StageNames.PAPER), "naming of stages"),
        heads=tuple(choices.get("heads", ())),
        caption=choices.get("caption"),
        label=label,
        notes=choices.get("notes", True),
        decimals=decimals,
    )
    look = Look(
        standalone=choices.get("standalone", False),
        float=one_of(Float, environment, "float") if environment else None,
        templates=choices.get("templates"),
    )
    return target, look


def table_targets(paths: Sequence[Path], format_name: str | None) -> tuple[Target, ...]:
    """Return each file with its format, given or by suffix; without files, text for the terminal.

    Raises UsageError for an unknown format or suffix.
    """
    name = table_format_named(format_name).name if format_name else ""
    return targets_of(paths, name, lambda path: table_format_for(path).name, default="text")


def table_artifacts(request: TableRequest, log: Log) -> tuple[Artifact, ...]:
    """Return the table in each format. With code among the sources, options for code are for code alone."""
    reading = request.reading
    check_folders([target.path for target in request.targets], reading.folder)
    by_name = (
        Reading(folder=reading.folder, limit=reading.limit) if any(map(is_code, request.sources)) else reading
    )
    networks = [
        read(source, reading if is_code(source) else by_name, log) for source in log.progress(request.sources)
    ]
    table = _table(numbered(networks), request.wanted, shortcuts=request.shortcuts)
    return tuple(
        Artifact(
            name=target.path,
            content=table_format_named(target.format).render(table, request.look),
            format=target.format,
            alt=f"Architecture of {' and '.join(request.sources)}",
        )
        for target in request.targets
    )


def _table(networks: Sequence[Network], target: Wanted, *, shortcuts: bool) -> Table:
    """Return the table. Raise UsageError without networks, or if the headings are not one for each."""
    if not networks:
        raise UsageError("Expected at least one network to make a table of, got none.")
    if target.heads and len(target.heads) != len(networks):
        raise UsageError(
            f"Got {number_of('name', len(target.heads))} for columns and "
            f"{number_of('network', len(networks))}; name each or none."
        )
    return (shortcut_table if shortcuts else architecture_table)(networks, target)
