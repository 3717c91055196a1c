"""Place the parts of a graph in a grid: columns by depth, rows by resolution, lines within a row."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from resnet_diagram.diagram.model import Dag, Node, NodeRole, Overview, Vertex

MERGES = frozenset({NodeRole.ADD, NodeRole.SUBTRACT, NodeRole.MULTIPLY, NodeRole.CONCAT})


ENTRY = -1
"""Column of a value that enters a graph: before all parts."""


class Grid(NamedTuple):
    """The column and the line of each vertex; `row_lines`: the main line of each row of the graph."""

    columns: tuple[int, ...]
    lines: tuple[int, ...]
    row_lines: tuple[int, ...]
    line_rows: tuple[int, ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return max(self.columns, default=-1) + 1

    @property
    def height(self) -> int:
        """Number of lines."""
        return len(self.line_rows)


def is_merge(vertex: Vertex) -> bool:
    """Return whether a vertex is a merge of values."""
    first = vertex.content[0] if isinstance(vertex.content, tuple) and vertex.content else None
    return isinstance(first, Node) and first.role in MERGES


def grid(dag: Dag) -> Grid:
    """Return the places of the vertices of a graph."""
    columns = _later(dag.vertices, _columns(dag.vertices))
    enters = [not (vertex.content or vertex.reads) for vertex in dag.vertices]
    used = sorted({column for column, entry in zip(columns, enters, strict=True) if not entry})
    columns = [ENTRY if entry else used.index(column) for column, entry in zip(columns, enters, strict=True)]
    places = _lines(dag.vertices, columns)
    order = sorted(set(places) | {(row, 0) for row in {vertex.row for vertex in dag.vertices}})
    rows = sorted({row for row, _ in order})
    return Grid(
        columns=tuple(columns),
        lines=tuple(order.index(place) for place in places),
        row_lines=tuple(order.index((row, 0)) for row in rows),
        line_rows=tuple(row for row, _ in order),
    )


def _columns(vertices: Sequence[Vertex]) -> list[int]:
    """Return the column of each vertex: behind those it reads in its row, at least below those in others."""
    columns: list[int] = []
    cells: set[tuple[int, int]] = set()
    for vertex in vertices:
        level = [columns[r.vertex] + 1 for r in vertex.reads if vertices[r.vertex].row == vertex.row]
        above = [columns[r.vertex] for r in vertex.reads if vertices[r.vertex].row < vertex.row]
        below = [columns[r.vertex] for r in vertex.reads if vertices[r.vertex].row > vertex.row]
        stacks = is_merge(vertex) or isinstance(vertex.content, Overview)
        under = [column + (not stacks) for column in below] + above
        column = max([*level, *under], default=0)
        if (vertex.row, column) in cells and column in under:
            column += 1
        cells.add((vertex.row, column))
        columns.append(column)
    end = max(columns, default=0)
    ends = [vertex.last for vertex in vertices]
    rest = [column for column, last in zip(columns, ends, strict=True) if not last]
    end = max(rest, default=-1) + 1
    return [end if last else column for column, last in zip(columns, ends, strict=True)]


def _later(vertices: Sequence[Vertex], columns: list[int]) -> list[int]:
    """Return the columns with boxes and merges as near to those that read them as can be."""
    readers: list[list[int]] = [[] for _ in vertices]
    for number, vertex in enumerate(vertices):
        for read in vertex.reads:
            readers[read.vertex].append(number)
    result = list(columns)
    for number in range(len(vertices) - 1, -1, -1):
        vertex = vertices[number]
        fixed = not vertex.reads or vertex.last or isinstance(vertex.content, Overview)
        if fixed or not readers[number]:
            continue
        least = min(
            result[reader] - _step(vertex, vertices[reader], columns[reader] - columns[number])
            for reader in readers[number]
        )
        result[number] = max(result[number], least)
    return result


def _step(vertex: Vertex, reader: Vertex, now: int) -> int:
    """Return how many columns a reader must lie behind what it reads: none below it where it is so now."""
    return 0 if vertex.row != reader.row and not now else 1


def _lines(vertices: Sequence[Vertex], columns: Sequence[int]) -> list[tuple[int, int]]:
    """Return the row and the line in it of each vertex; line 0 is the main one, negative ones lie above."""
    cells: dict[tuple[int, int, int], int] = {}
    places: list[tuple[int, int]] = []
    readers: list[list[int]] = [[] for _ in vertices]
    for number, vertex in enumerate(vertices):
        for read in vertex.reads[:2]:
            if vertices[read.vertex].row == vertex.row:
                readers[read.vertex].append(columns[number])
    for number, vertex in enumerate(vertices):
        mates = [read.vertex for read in vertex.reads if vertices[read.vertex].row == vertex.row]
        sources = {read.vertex for read in vertex.reads}
        first = places[mates[0]][1] if mates else 0
        for line in _candidates(vertices, vertex, first):
            owner = cells.get((vertex.row, line, columns[number]))
            if owner is None or owner in sources:
                break
        places.append((vertex.row, line))
        cells[vertex.row, line, columns[number]] = number
        for column in range(columns[number] + 1, min(readers[number], default=0)):
            cells.setdefault((vertex.row, line, column), number)
    return places


def _candidates(vertices: Sequence[Vertex], vertex: Vertex, first: int) -> Iterator[int]:
    """Yield the lines for a vertex, best first: that of what it reads, then those on the side of others."""
    yield first
    rows = [vertices[read.vertex].row for read in vertex.reads]
    above = any(row < vertex.row for row in rows)
    below = any(row > vertex.row for row in rows)
    if above and not below:
        yield from (-step for step in count(1))
    if below and not above:
        yield from count(1)
    for step in count(1):
        yield step
        yield -step
