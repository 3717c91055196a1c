"""Place the parts of a graph in a grid: columns by depth, rows by resolution, lines within a row."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from resnet_diagram.diagram.model import Dag, Node, Overview, Vertex
from resnet_diagram.diagram.walk import MERGES, is_merge, port_rows, row_read

ENTRY = -1
"""Column of a value that enters a graph: before all parts."""

Net = tuple[int, int]
"""A value: the number of the vertex that yields it, and its port."""


class Grid(NamedTuple):
    """The column of each vertex, its first and last line, and the line of each value that it yields.

    `row_lines`: the main line of each row of the graph; `line_rows`: the row of each line. `given`: whether
    the graph gives the columns, as those of a triangle.
    """

    columns: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    ports: tuple[tuple[int, ...], ...]
    row_lines: tuple[int, ...]
    line_rows: tuple[int, ...]
    given: bool = False

    def leaves(self, net: Net) -> int:
        """Return the line on which a value leaves its vertex."""
        number, port = net
        return self.ports[number][port]

    def enters(self, net: Net, head: int) -> int:
        """Return the line on which a value enters a vertex: its own, where the vertex reaches it."""
        first, last = self.spans[head]
        return min(max(self.leaves(net), first), last)

    def cells(self) -> set[tuple[int, int]]:
        """Return the lines and columns in which vertices are."""
        return {
            (line, column)
            for column, (first, last) in zip(self.columns, self.spans, strict=True)
            for line in range(first, last + 1)
        }

    @property
    def width(self) -> int:
        """Number of columns."""
        return max(self.columns, default=-1) + 1

    @property
    def height(self) -> int:
        """Number of lines."""
        return len(self.line_rows)


def rows_spanned(vertices: Sequence[Vertex], vertex: Vertex) -> range:
    """Return the rows that a vertex reaches: a box with several values those of all it reads and yields."""
    first = vertex.content[0] if isinstance(vertex.content, tuple) and len(vertex.content) == 1 else None
    is_box = isinstance(first, Node) and first.role not in MERGES
    if not is_box or max(len(vertex.reads), vertex.ports) == 1:
        return range(vertex.row, vertex.row + 1)
    rows = {vertex.row, *vertex.rows, *(row_read(vertices, read) for read in vertex.reads)}
    return range(min(rows), max(rows) + 1)


def grid(dag: Dag) -> Grid:
    """Return the places of the vertices of a graph."""
    order = sorted({vertex.column for vertex in dag.vertices})
    given = [order.index(vertex.column) for vertex in dag.vertices] if () not in order else []
    columns = given or _later(dag.vertices, _columns(dag.vertices))
    enters = [not (vertex.content or vertex.reads) for vertex in dag.vertices]
    used = sorted({column for column, entry in zip(columns, enters, strict=True) if not entry})
    columns = [ENTRY if entry else used.index(column) for column, entry in zip(columns, enters, strict=True)]
    places = _lines(dag.vertices, columns)
    order = sorted(set(places) | {(row, 0) for vertex in dag.vertices for row in (vertex.row, *vertex.rows)})
    spans, ports = [], []
    for vertex, place in zip(dag.vertices, places, strict=True):
        rows = rows_spanned(dag.vertices, vertex)
        inside = [at for at, (row, _) in enumerate(order) if row in rows] if len(rows) > 1 else []
        line = order.index(place)
        spans.append((inside[0], inside[-1]) if inside else (line, line))
        yielded = tuple(order.index((row, 0)) for row in port_rows(vertex))
        ports.append(yielded if inside else (line,) * vertex.ports)
    return Grid(
        columns=tuple(columns),
        spans=tuple(spans),
        ports=tuple(ports),
        row_lines=tuple(order.index((row, 0)) for row in sorted({row for row, _ in order})),
        line_rows=tuple(row for row, _ in order),
        given=bool(given),
    )


def _columns(vertices: Sequence[Vertex]) -> list[int]:
    """Return the column of each vertex: behind those it reads in its row, at least below those in others."""
    columns: list[int] = []
    cells: set[tuple[int, int]] = set()
    closed: set[tuple[int, int]] = set()
    start, frame = 0, ""
    for vertex in vertices:
        rows = rows_spanned(vertices, vertex)
        if (vertex.frame.id if vertex.frame else "") != frame:
            frame, start = vertex.frame.id if vertex.frame else "", max(columns, default=-1) + 1
        stacks = is_merge(vertex) or isinstance(vertex.content, Overview)
        under, level = [], []
        for read in vertex.reads:
            column, row = columns[read.vertex], row_read(vertices, read)
            if row == vertex.row or len(rows) > 1 or (row, column) in closed:
                level.append(column + 1)
            else:
                under.append(column + (row > vertex.row and not stacks))
        column = max([start, *level, *under])
        if (vertex.row, column) in cells and column in under:
            column += 1
        taken = cells if len(rows) > 1 else closed
        column = next(at for at in count(column) if not any((row, at) in taken for row in rows))
        places = {(row, column) for row in rows}
        cells |= places
        closed |= places if len(rows) > 1 else set()
        columns.append(column)
    end = max(columns, default=0)
    ends = [vertex.last for vertex in vertices]
    rest = [column for column, last in zip(columns, ends, strict=True) if not last]
    end = max(rest, default=-1) + 1
    return [end if last else column for column, last in zip(columns, ends, strict=True)]


def _later(vertices: Sequence[Vertex], columns: list[int]) -> list[int]:
    """Return the columns with boxes and merges as near to those that read them as can be."""
    readers: list[list[int]] = [[] for _ in vertices]
    closed: set[tuple[int, int]] = set()
    for number, vertex in enumerate(vertices):
        rows = rows_spanned(vertices, vertex)
        closed |= {(row, columns[number]) for row in rows} if len(rows) > 1 or vertex.frame else set()
        for read in vertex.reads:
            readers[read.vertex].append(number)
    result = list(columns)
    for number in range(len(vertices) - 1, -1, -1):
        vertex = vertices[number]
        tall = len(rows_spanned(vertices, vertex)) > 1
        fixed = (
            not vertex.reads or vertex.last or tall or isinstance(vertex.content, Overview) or vertex.frame
        )
        if fixed or not readers[number]:
            continue
        least = min(
            # A reader below may be in the same column.
            result[reader] - (vertices[reader].row == vertex.row or columns[reader] != columns[number])
            for reader in readers[number]
        )
        free = (at for at in range(least, result[number], -1) if (vertex.row, at) not in closed)
        result[number] = next(free, result[number])
    return result


def _lines(vertices: Sequence[Vertex], columns: Sequence[int]) -> list[tuple[int, int]]:
    """Return the row and the line in it of each vertex; line 0 is the main one, negative ones lie above."""
    cells: dict[tuple[int, int, int], int] = {}
    places: list[tuple[int, int]] = []
    readers: dict[Net, list[int]] = {}
    for number, vertex in enumerate(vertices):
        rows = rows_spanned(vertices, vertex)
        for read in vertex.reads[:2] if len(rows) == 1 else vertex.reads:
            if row_read(vertices, read) in rows:
                readers.setdefault((read.vertex, read.port), []).append(columns[number])
    for number, vertex in enumerate(vertices):
        mates = [read.vertex for read in vertex.reads if row_read(vertices, read) == vertex.row]
        sources = {read.vertex for read in vertex.reads}
        first = places[mates[0]][1] if mates else 0
        for line in _candidates(vertices, vertex, first):
            owner = cells.get((vertex.row, line, columns[number]))
            if owner is None or (owner in sources and columns[owner] != columns[number]):
                break
        rows = rows_spanned(vertices, vertex)
        line = 0 if len(rows) > 1 else line
        places.append((vertex.row, line))
        cells.update({(row, line, columns[number]): number for row in rows})
        for port, row in enumerate(port_rows(vertex)):
            for column in range(columns[number] + 1, min(readers.get((number, port), ()), default=0)):
                cells.setdefault((row, line, column), number)
    return places


def _candidates(vertices: Sequence[Vertex], vertex: Vertex, first: int) -> Iterator[int]:
    """Yield candidate lines for a vertex, best first: the line of its source, then lines beside others."""
    yield first
    rows = [row_read(vertices, read) for read in vertex.reads]
    above = any(row < vertex.row for row in rows)
    below = any(row > vertex.row for row in rows)
    if (above and not below) or vertex.column:
        yield from (-step for step in count(1))
    if below and not above:
        yield from count(1)
    for step in count(1):
        yield step
        yield -step
