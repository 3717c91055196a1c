"""Break a graph that is wider than the page into bands, one below the other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from string import ascii_lowercase

from resnet_diagram.diagram.model import Dag, Node, NodeRole, Read, Vertex
from resnet_diagram.diagram.walk import nodes, port_rows, row_read, vertex_items, with_ranked_rows
from resnet_diagram.layout.lanes.grid import Net
from resnet_diagram.layout.lanes.plan import Plan
from resnet_diagram.wording.terms import Label, literal

_SIGNS = "rsxy"
"""Letters with a meaning of their own: reduction, stride, and the ends of a block."""
_LETTER = 17.0
"""Room for the letters at an end of a band, in points."""


def bands(dag: Dag, plan: Plan, room: float) -> list[Dag]:
    """Return the bands of a graph: each up to `room` wide, with letters where lines go on in another."""
    cuts = _cuts(dag, plan, room)
    band_of = [sum(column >= cut for cut in cuts[1:]) for column in plan.grid.columns]
    continued = {
        (read.vertex, read.port)
        for number, vertex in enumerate(dag.vertices)
        for read in vertex.reads
        if band_of[read.vertex] != band_of[number]
    }

    def place(net: Net) -> tuple[int, ...]:
        return band_of[net[0]], port_rows(dag.vertices[net[0]])[net[1]], plan.grid.columns[net[0]], *net

    letters = dict(zip(sorted(continued, key=place), _letters(dag), strict=False))
    return [_band(dag, band, band_of, letters) for band in range(len(cuts))]


def _cuts(dag: Dag, plan: Plan, room: float) -> tuple[int, ...]:
    """Return the columns at which bands begin, in no frame: as few as can be, where fewest lines go on."""
    places, last = plan.grid.columns, len(plan.columns) - 1
    spans = {
        ((read.vertex, read.port), column)
        for number, vertex in enumerate(dag.vertices)
        for read in vertex.reads
        for column in range(places[read.vertex] + 1, places[number] + 1)
    }
    lines = Counter(column for _, column in spans)
    inside: dict[str, list[int]] = {"": []}
    for vertex, column in zip(dag.vertices, places, strict=True):
        inside.setdefault(vertex.frame.id if vertex.frame else "", []).append(column)
    del inside[""]
    framed = {at for members in inside.values() for at in range(min(members) + 1, max(members) + 1)}
    best: list[tuple[int, int, int, tuple[int, ...]]] = []
    for column, (_, end) in enumerate(plan.columns):
        free = room - _LETTER * (column < last)
        starts = [at for at in range(column + 1) if end - plan.columns[at][0] + _LETTER * (at > 0) <= free]
        choices = []
        for at in starts or [column]:
            cut, count, crossing, cuts = best[at - 1] if at else (0, 0, 0, ())
            choices.append((cut + (at in framed), count + 1, crossing + lines[at] * (at > 0), (*cuts, at)))
        best.append(min(choices))
    return best[-1][3]


def _band(dag: Dag, band: int, band_of: Sequence[int], letters: dict[Net, str]) -> Dag:
    """Return one band of a graph. `letters`: letters of the values that are read in later bands."""
    vertices: list[Vertex] = []
    place: dict[Net, Read] = {}
    members = [number for number, at in enumerate(band_of) if at == band]
    for number in members:
        for read in dag.vertices[number].reads:
            net = read.vertex, read.port
            if band_of[read.vertex] != band and net not in place:
                place[net] = Read(vertex=len(vertices))
                row = row_read(dag.vertices, read)
                vertices.append(_continued(f"band{band + 1}-from-{letters[net]}", letters[net], (), row))
    for number in members:
        vertex = dag.vertices[number]
        reads = tuple(
            replace(
                read, vertex=place[read.vertex, read.port].vertex, port=place[read.vertex, read.port].port
            )
            for read in vertex.reads
        )
        place.update({(number, port): Read(vertex=len(vertices), port=port) for port in range(vertex.ports)})
        vertices.append(replace(vertex, reads=reads))
    for net, letter in letters.items():
        if band_of[net[0]] == band:
            row = port_rows(dag.vertices[net[0]])[net[1]]
            vertices.append(_continued(f"band{band + 1}-to-{letter}", letter, (place[net],), row))
    ranked, used = with_ranked_rows(vertices)
    return Dag(vertices=ranked, rows=tuple(words for row, words in enumerate(dag.rows) if row in used))


def _continued(name: str, letter: str, reads: tuple[Read, ...], row: int) -> Vertex:
    """Return the letter at the end of a line continued in another band."""
    words: Label = literal(letter)
    node = Node(id=name, role=NodeRole.TERMINAL, lines=(words,))
    return Vertex(id=name, content=(node,), reads=reads, row=row, last=bool(reads))


def _letters(dag: Dag) -> Iterator[str]:
    """Yield letters that are no names of inputs or outputs of the graph, nor signs of the legend."""
    items = (item for vertex in dag.vertices for item in vertex_items(vertex))
    names = {str(line) for node in nodes(items) for line in node.lines}
    for number in count():
        for letter in ascii_lowercase:
            if letter not in names and letter not in _SIGNS:
                yield letter + "′" * number
