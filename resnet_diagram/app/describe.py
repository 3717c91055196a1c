"""Tables for the terminal, and facts for programs."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from resnet_diagram.app.log import Log
from resnet_diagram.app.requests import Artifact, DescribeRequest, read
from resnet_diagram.errors import escape_controls, escape_in_quotes
from resnet_diagram.render.formats import FORMATS
from resnet_diagram.spec import catalog
from resnet_diagram.spec.counting.sharing import shared_modules
from resnet_diagram.spec.measure import activations, depth, macs, option, params
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.receptive_field import receptive_field
from resnet_diagram.wording.contents import shared_notes
from resnet_diagram.wording.counts import count_text, scaled_text, si_text
from resnet_diagram.wording.facts import facts, stage_rows
from resnet_diagram.wording.shapes import resolution_text

_DEPTH_NOTE = (
    "depth: convolutions and fully connected layers outside shortcuts and gates. Two names count otherwise:",
    "resnet50d its deep stem as one; wrn-28-10 with the convolutions on shortcuts, without the classifier.",
)


class Summary(NamedTuple):
    """Facts of a network for people: a row for stem, each stage and head, and the totals.

    `right`: the columns that end flush.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: str
    right: tuple[int, ...] = (1, 7, 8)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Return rows as columns of equal width, two spaces apart; columns in `right` are right-aligned.

    >>> print(table(("net", "depth"), [("resnet18", "18")], right=(1,)))
    net       depth
    resnet18     18
    """
    lines = [tuple(heads), *(tuple(row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    flush = set(right)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at in flush else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def summary(network: Network) -> Summary:
    """Return the facts of a network for people."""
    work = macs(network)
    heads = ("stage", "blocks", "block type", "spatial", "shortcut", "stride", "output", "params", "MACs")
    rows = tuple(
        (
            row.name,
            str(row.blocks or ""),
            row.block_type,
            row.spatial_change,
            row.shortcut,
            row.strides,
            row.output,
            count_text(row.params),
            scaled_text(row.macs, work),
        )
        for row in stage_rows(network)
    )
    totals = [
        f"depth {depth(network)}",
        f"{count_text(params(network))} params",
        f"{scaled_text(work, work)}MACs",
    ]
    if count := activations(network):
        totals.append(f"{si_text(count)} activations")
    if field := receptive_field(network):
        totals.append(f"receptive field {resolution_text(field)}")
    if letter := option(network):
        totals.append(f"shortcut option {letter}")
    title = f"{network.name}, input {'×'.join(map(str, network.input_shape))}"
    return Summary(title, heads, rows, ", ".join(totals))


def describe_text(network: Network) -> str:
    """Return the facts of a network as text for the terminal."""
    title, heads, rows, totals, right = summary(network)
    notes = shared_notes(shared_modules(network))
    return "\n".join([title, "", table(heads, rows, right), "", totals, *notes])


def describe_artifacts(request: DescribeRequest, log: Log) -> tuple[Artifact, ...]:
    """Return the facts of a network as text, or as JSON."""
    network = read(request.source, request.reading, log)
    text = (
        escape_in_quotes(json.dumps(facts(network), indent=2, ensure_ascii=False))
        if request.json
        else escape_controls(describe_text(network))
    )
    return (Artifact(name=None, content=f"{text}\n", format="text"),)


def networks_text() -> str:
    """Return the catalog as a table: name, depth, parameters, MACs and paper."""
    rows = []
    for name in catalog.names():
        net, paper = catalog.network(name), catalog.entry(name).paper
        rows.append((name, str(depth(net)), count_text(params(net)), scaled_text(macs(net), 10**9), paper))
    heads = ("network", "depth", "params", "MACs", "paper")
    return "\n".join([table(heads, rows, right=(1, 2, 3)), "", *_DEPTH_NOTE])


def formats_text() -> str:
    """Return the formats as a table: name, suffixes and description."""
    rows = [(item.name, " ".join(item.suffixes), item.summary) for item in FORMATS]
    rows.append(("json", ".json", "the network itself, as a spec file"))
    rows.append(("toml", ".toml", "the network itself, as a spec file to edit by hand"))
    return table(("format", "suffixes", "what"), rows)
