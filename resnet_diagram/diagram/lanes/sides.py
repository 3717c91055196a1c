"""Find the sides of a U in a graph: the encoder that leads down, and the decoder that leads up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.diagram.model import Dag, EdgeRole, Read, Vertex
from resnet_diagram.diagram.walk import is_merge
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.terms import Kind, phrase
from resnet_diagram.wording.vocabulary import Word

_LEAST_SKIPS = 2


class Sides(NamedTuple):
    """The parts of a U by their numbers, in the order of the flow.

    `down` leads from the input to the lowest level, `up` from there to the main output. `skips`: for each
    merge of `up` the parts of its skip connection, from one of `down` on. `heads`: all others.
    """

    down: tuple[int, ...]
    up: tuple[int, ...]
    skips: dict[int, tuple[int, ...]]
    heads: tuple[int, ...]


def with_skips(dag: Dag, counts: Mapping[str, int]) -> Dag | None:
    """Return a U with its skip connections marked, or None for other graphs.

    `counts`: the number of skip connections that end at a merge, by its id.
    """
    sides = sides_of(dag)
    if sides is None:
        return None
    over = {pair for merge, way in sides.skips.items() for pair in pairwise((*way, merge))}

    def marked(read: Read, number: int) -> Read:
        if (read.vertex, number) not in over:
            return read
        count = counts.get(dag.vertices[number].id, 1)
        label = counted(count, phrase(Kind.SHORTCUT, Word.SKIP_CONNECTION)) if count > 1 else read.label
        role = EdgeRole.SKIP if read.role is EdgeRole.FLOW else read.role
        return replace(read, role=role, label=label)

    vertices = tuple(
        replace(vertex, reads=tuple(marked(read, number) for read in vertex.reads))
        for number, vertex in enumerate(dag.vertices)
    )
    several = any(count > 1 for count in counts.values())
    notes = (phrase(Kind.LEGEND, Word.SKIPS_OF_A_LEVEL),) if several else ()
    return replace(dag, vertices=vertices, u_shaped=True, notes=(*dag.notes, *notes))


def sides_of(dag: Dag) -> Sides | None:
    """Return the sides of a U with skip connections at two levels above the lowest; None for other graphs."""
    vertices = dag.vertices
    down = _down(vertices)
    behind, merges = set(down[-1:]), list[int]()
    for number, vertex in enumerate(vertices):
        reads = [read.vertex for read in vertex.reads]
        behind.update([number] if behind.intersection(reads) else [])
        merges.append(is_merge(vertex) + max((merges[read] for read in reads), default=0))
    up: list[int] = []
    skips: dict[int, tuple[int, ...]] = {}
    number = max(behind, key=lambda at: (merges[at], at))  # the end of the way through most merges
    while number not in down:
        up.insert(0, number)
        reads = [read.vertex for read in vertices[number].reads]
        rests = [{*reads} - {read} for read in reads]
        inside = [{read.vertex for read in vertices[number].reads} for number in reads]
        gates = [at for at, rest, inner in zip(reads, rests, inside, strict=True) if rest and rest < inner]
        lower = [read for read in reads if read in behind and read not in gates]
        over = [read for read in reads if read not in lower]
        if len(lower) != 1 or len(over) > 1:
            return None
        if over:
            skips[number] = _way(vertices, over[0], down, behind)
        number = lower[0]
    known = {*down, *up, *(part for way in skips.values() for part in way)}
    heads = tuple(at for at, vertex in enumerate(vertices) if at not in known)
    sides = Sides(tuple(down), tuple(up), skips, heads)
    return sides if _is_u(vertices, sides) else None


def _down(vertices: Sequence[Vertex]) -> list[int]:
    """Return the parts that lead to the lowest row and along it, each of which reads the one before."""
    lowest = max(vertex.row for vertex in vertices)
    number = next(at for at, vertex in enumerate(vertices) if vertex.row == lowest)
    parts = [number]
    while vertices[parts[0]].reads:
        parts.insert(0, vertices[parts[0]].reads[0].vertex)
    for at in range(number + 1, len(vertices)):
        vertex = vertices[at]
        if vertex.row == lowest and not vertex.last and [read.vertex for read in vertex.reads] == parts[-1:]:
            parts.append(at)
    return parts


def _way(
    vertices: Sequence[Vertex], end: int, down: Sequence[int], behind: Collection[int]
) -> tuple[int, ...]:
    """Return the parts that lead to one from a part of the encoder; nothing if they are no series.

    A gate, at the end, reads the value `behind` the lowest level too.
    """
    way = [end]
    while way[0] not in down:
        reads = [read.vertex for read in vertices[way[0]].reads]
        reads = [read for read in reads if len(way) > 1 or len(reads) == 1 or read not in behind]
        if len(reads) != 1:
            return ()
        way.insert(0, reads[0])
    return tuple(way)


def _is_u(vertices: Sequence[Vertex], sides: Sides) -> bool:
    """Return whether skip connections nest, at several levels, and all else is a series."""
    ways = list(sides.skips.items())
    sources = [sides.down.index(way[0]) for _, way in ways if way]
    lowest = max(vertex.row for vertex in vertices)
    levels = {vertices[way[0]].row for _, way in ways if way} - {lowest}
    nested = len(sources) == len(ways) and all(first < second for first, second in pairwise(sources))
    level = all(vertices[part].row == vertices[merge].row for merge, way in ways for part in way)
    series = all(len(vertices[part].reads) == 1 for part in (*sides.down[1:], *sides.heads))
    falls = all(vertices[a].row <= vertices[b].row for a, b in pairwise(sides.down))
    rises = all(vertices[a].row >= vertices[b].row for a, b in pairwise(sides.up))
    return nested and level and series and falls and rises and len(levels) >= _LEAST_SKIPS
