"""The flat reading of a diagram: one chain, for formats that lay out by themselves and for narrow pages."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import assert_never

from resnet_diagram.diagram.model import (
    Chain,
    Column,
    Comparison,
    Dag,
    Diagram,
    Group,
    GroupRole,
    Inset,
    Item,
    LegendEntry,
    Overview,
    Panel,
)
from resnet_diagram.diagram.walk import content_items
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, phrase
from resnet_diagram.wording.vocabulary import Word


def flattened(diagram: Diagram) -> Diagram:
    """Return a diagram of a single chain: the whole network, or a frame around each block or network."""
    if diagram.flat:
        return diagram.flat()
    items: list[Item] = []
    legend = list(diagram.legend)
    for panel in diagram.panels:
        match panel.content:
            case Chain():
                return diagram
            case Inset():
                items.append(network_frame(panel))
            case Comparison():
                items += [_in_series(column, panel.content.rows) for column in panel.content.columns]
                # A chart writes in one weight.
                entries = {
                    phrase(Kind.LEGEND, Word.DIFFERS_FROM, column.title): phrase(
                        Kind.LEGEND, Word.SIGN_DIFFERS_FROM, column.title
                    )
                    for column in panel.content.columns
                }
                legend = [replace(entry, text=entries.get(entry.text, entry.text)) for entry in legend]
                # The notes on parts that are not drawn, with the names of the networks.
                legend += [
                    LegendEntry(role=None, text=Label(literal(column.title), note, joint=": "))
                    for column in (panel.content.columns if legend else ())
                    for note in column.notes
                    if Kind.LEGEND in note.kinds
                ]
            case Overview() | Dag():
                pass
            case _:
                assert_never(panel.content)
    chain = network_panel(Chain(items=tuple(items)))
    return replace(diagram, panels=(chain,), legend=tuple(legend))


def later(
    flat: Callable[[], Diagram] | None, change: Callable[[Diagram], Diagram]
) -> Callable[[], Diagram] | None:
    """Return the builder of a flat reading that is changed once it is built, for most drawings need none."""
    return cache(lambda: change(flat())) if flat else None


def network_frame(panel: Panel) -> Group:
    """Return the items of a panel in one frame, for a chain."""
    inner, title = content_items(panel.content), panel.title
    return Group(id=panel.id, role=GroupRole.NETWORK, title=title, items=inner, origin=panel.origin)


def network_panel(chain: Chain) -> Panel:
    """Return the only panel of a flat diagram; the diagram has the title."""
    return Panel(id="network", title=NOTHING, content=chain)


def _in_series(column: Column, rows: tuple[Label, ...]) -> Group:
    """Return a network's cells in series, each framed and titled by its resolution."""
    cells = tuple(
        Group(
            id=f"{column.id}-row{number}",
            role=GroupRole.STAGE if words else GroupRole.BLOCK,
            title=words,
            items=cell,
        )
        for number, (words, cell) in enumerate(zip(rows, column.cells, strict=True), 1)
        if cell
    )
    return Group(id=column.id, role=GroupRole.NETWORK, title=literal(column.title), items=cells)
