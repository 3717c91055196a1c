"""Join the parts of a U-Net level by level: skip connections of one resolution, and gates on them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import NamedTuple

from resnet_diagram.diagram.chain.graph import row_of, row_sizes
from resnet_diagram.diagram.lanes.modules import Module, Unit, module_of, modules_of, ordered, path_of
from resnet_diagram.diagram.origin import paths_of
from resnet_diagram.spec.graph import reachable, readers, renumbered
from resnet_diagram.spec.measure import residual_blocks
from resnet_diagram.spec.model import Element, Graph, GraphNode, Merge, Shape, Stage
from resnet_diagram.spec.paths import common_path


class LevelGraph(NamedTuple):
    """A graph of the levels of a U-Net, its units, and the names of the merges that each one stands for."""

    graph: Graph
    units: tuple[Unit, ...]
    merges: Mapping[int, tuple[str, ...]]


class _Run(NamedTuple):
    """Skip connections of one level: their merges, in the order of the flow, and the parts at their ends.

    `after`: the parts of the decoder behind the last merge.
    """

    encoder: tuple[int, ...]
    merges: tuple[int, ...]
    decoder: tuple[int, ...]
    after: tuple[int, ...]


def level_graph(graph: Graph, size: Shape) -> LevelGraph:
    """Return the levels of a U-Net; `size`: that of its input, whose proportions have maps kept as tokens."""
    nodes = list(graph.nodes)
    for at, node in enumerate(nodes):
        if len(node.shape) == 2 and len(size) > 1 and node.shape[1] > 1:
            scale = (prod(size) / node.shape[1]) ** (1 / len(size))
            sides = tuple(round(side / scale) for side in size)
            if prod(sides) == node.shape[1]:
                nodes[at] = replace(node, shape=(node.shape[0], *sides))
    graph, merges = _joined(replace(graph, nodes=tuple(nodes)))
    return LevelGraph(graph, ordered(graph, _gates(graph)), merges)


def _rows(graph: Graph) -> list[int]:
    """Return the row of each node; a single position has that of its source."""
    sizes = row_sizes(node.shape for node in graph.nodes)
    rows: list[int] = []
    for node in graph.nodes:
        row = row_of(node.shape, sizes)
        rows.append((rows[node.reads[0]] if node.reads else 0) if row is None else row)
    return rows


def _sides(graph: Graph) -> tuple[set[int], set[int]]:
    """Return the nodes that lead to the first of the lowest level, and this one with all behind it."""
    rows, readings = _rows(graph), readers(graph)
    lowest = rows.index(max(rows))
    above = set(reachable(graph.nodes[lowest].reads, lambda number: graph.nodes[number].reads))
    return above, set(reachable([lowest], lambda number: readings[number]))


def _joined(graph: Graph) -> tuple[Graph, Mapping[int, tuple[str, ...]]]:
    """Return a graph with the skip connections of each level as one, and the names of the merges of each."""
    runs = list(_runs(graph))
    removed = {
        number
        for run in runs
        for number in (*run.encoder[:-1], *run.merges[1:], *run.decoder, *run.after[:-1])
    }
    nodes: list[GraphNode] = []
    place: dict[int, int] = {}
    merges: dict[int, tuple[str, ...]] = {}
    for number, node in enumerate(graph.nodes):
        run = next((run for run in runs if number in (run.encoder[-1], run.merges[0], run.after[-1])), None)
        if number in removed:
            continue
        reads = node.reads
        if run and number == run.encoder[-1]:
            reads = graph.nodes[run.encoder[0]].reads
            node = replace(node, body=_body(graph, run.encoder))
        elif run and number == run.after[-1]:
            reads = run.merges[:1]
            node = replace(node, body=_body(graph, (*run.decoder, *run.after)))
        elif run:
            merges[len(nodes)] = tuple(graph.nodes[merge].name for merge in run.merges)
        place[number] = len(nodes)
        nodes.append(renumbered(replace(node, reads=reads), place))
    return replace(graph, nodes=tuple(nodes), outputs=tuple(place[at] for at in graph.outputs)), merges


def _body(graph: Graph, numbers: Sequence[int]) -> tuple[Element, ...]:
    """Return the elements of nodes in series: as one stage, if they hold blocks."""
    parts = [element for number in numbers for element in graph.nodes[number].body]
    if not residual_blocks(parts):
        return tuple(parts)
    flat = (item for part in parts for item in (part.body if isinstance(part, Stage) else (part,)))
    return (Stage(body=tuple(flat), name=common_path(path for part in parts for path in paths_of(part))),)


def _runs(graph: Graph) -> Iterator[_Run]:
    """Yield the skip connections of each level that has several of one sort."""
    above, behind = _sides(graph)
    rows, readings = _rows(graph), readers(graph)
    run: _Run | None = None
    for number, node in enumerate(graph.nodes):
        over = [read for read in node.reads if read in above]
        joins = node.merge in (Merge.ADD, Merge.CONCAT) and len(node.reads) == 2
        if not joins or len(over) != 1 or behind.isdisjoint(node.reads):
            continue
        after = _following(graph, rows, readings, number)
        outer = _Run((over[0],), (number,), (), after) if after else None
        joined = _continued(graph, rows, run, outer) if run and outer else None
        if not joined and run and len(run.merges) > 1:
            yield run
        run = joined or outer
    if run and len(run.merges) > 1:
        yield run


def _following(
    graph: Graph, rows: Sequence[int], readings: Sequence[Sequence[int]], number: int
) -> tuple[int, ...]:
    """Return the parts in series behind a merge, at its level: of several, those with blocks."""
    parts: list[int] = []
    while len(readings[number]) == 1:
        (number,) = readings[number]
        node = graph.nodes[number]
        works = not parts or residual_blocks(node.body)
        if len(node.reads) != 1 or rows[number] != rows[node.reads[0]] or not works:
            break
        parts.append(number)
    return tuple(parts)


def _continued(graph: Graph, rows: Sequence[int], run: _Run, outer: _Run) -> _Run | None:
    """Return skip connections together with the next one outside them; None where this is of another sort."""
    nodes, (last,), (source,) = graph.nodes, outer.merges, outer.encoder
    (lower,) = (read for read in nodes[last].reads if read != source)
    encoder, between = _series(graph, source, run.encoder[0]), _series(graph, run.after[0], lower)
    alike = nodes[last].merge is nodes[run.merges[0]].merge and nodes[source].body
    level = len({rows[number] for number in (*run.encoder, *run.merges, source, last)}) == 1
    if not (encoder and between and alike and level):
        return None
    merges, decoder = (*run.merges, last), (*run.decoder, *between)
    return _Run((*encoder, *run.encoder[1:]), merges, decoder, outer.after)


def _series(graph: Graph, first: int, last: int) -> tuple[int, ...]:
    """Return the nodes in series from one to another, these included; nothing if they are no series."""
    numbers = [last]
    while numbers[0] != first:
        reads = graph.nodes[numbers[0]].reads
        if len(reads) != 1 or reads[0] < first:
            return ()
        numbers.insert(0, reads[0])
    return tuple(numbers)


def _gates(graph: Graph) -> list[Module]:
    """Return the parts on skip connections that read the value from below too, such as attention gates.

    What reads the same value of the encoder in several places is one part.
    """
    above, behind = _sides(graph)
    readings = readers(graph)
    gates: list[Module] = []
    used: set[int] = set()
    for number in range(len(graph.nodes) - 1, -1, -1):
        inside = sorted({read for read in graph.nodes[number].reads if read in behind})
        if number not in behind or number in used or len(inside) < 2:
            continue
        region, start = _region(graph, inside, behind)
        plain = [read for read in inside if read == start or _series(graph, start, read)]
        series = {at for read in plain[:1] for at in _series(graph, start, read)}
        members = region - series if len(plain) == 1 else {*region, number}
        members |= _side_nodes(graph, readings, members, {*above, *behind})
        entering = {read for at in members for read in graph.nodes[at].reads if read not in members}
        if len(entering) > 2 or start not in entering or (members & set(graph.outputs)):
            continue
        while len(readings[number]) == 1:
            (reader,) = readings[number]
            reads = set(graph.nodes[reader].reads)
            if len(reads) != 2 or not reads - {number} <= entering & above:
                break  # it joins no value of the encoder that has been read
            members |= {number, reader}
            number = reader
        used |= members
        numbers = sorted(members, key=lambda at: (at in behind, at))
        nodes = [graph.nodes[at] for at in numbers]
        gates.append(module_of(graph, path_of(nodes, modules_of(nodes)), numbers))
    return gates


def _region(graph: Graph, ends: Sequence[int], behind: Collection[int]) -> tuple[set[int], int]:
    """Return the nodes through which a value leads to several ends, and the number of this value."""
    waiting = set(ends)
    region: set[int] = set()
    while len(waiting) > 1:
        number = max(waiting)
        waiting.remove(number)
        region.add(number)
        waiting |= {read for read in graph.nodes[number].reads if read in behind}
    return region, waiting.pop()


def _side_nodes(
    graph: Graph, readings: Sequence[Sequence[int]], members: set[int], excluded: Collection[int]
) -> set[int]:
    """Return the nodes that lead only to some members, and are not excluded."""
    side_nodes: set[int] = set()
    for number in range(len(graph.nodes) - 1, -1, -1):
        inside = members | side_nodes
        if number not in excluded and readings[number] and inside.issuperset(readings[number]):
            side_nodes.add(number)
    return side_nodes
