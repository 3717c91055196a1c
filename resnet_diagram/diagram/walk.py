"""The flat reading of a diagram's tree: its nodes, and the arrows between them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby, pairwise
from typing import assert_never

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import (
    Bar,
    Chain,
    Comparison,
    Content,
    Dag,
    EdgeRole,
    Fork,
    Frame,
    Group,
    GroupRole,
    Inset,
    Item,
    Link,
    Node,
    NodeRole,
    Overview,
    Read,
    Vertex,
)
from resnet_diagram.wording.symbols import DIFFERS, times, times_marked
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal

MERGE_SIGNS = {NodeRole.ADD: "⊕", NodeRole.SUBTRACT: "⊖", NodeRole.MULTIPLY: "⊗"}
"""Signs of merges in text, for formats that lay out by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An arrow between two nodes, by their ids."""

    tail: str
    head: str
    role: EdgeRole
    label: Label = NOTHING


def content_items(content: Content) -> tuple[Item, ...]:
    """Return all items of a panel's content; an overview has bars instead."""
    match content:
        case Inset() | Chain():
            return content.items
        case Comparison():
            return tuple(item for column in content.columns for cell in column.cells for item in cell)
        case Overview():
            return ()
        case Dag():
            return (content,)
        case _:
            assert_never(content)


def overviews(content: Content) -> tuple[Overview, ...]:
    """Return the overviews in a panel's content: itself, or those in the parts of a graph."""
    if isinstance(content, Overview):
        return (content,)
    parts = content.vertices if isinstance(content, Dag) else ()
    return tuple(vertex.content for vertex in parts if isinstance(vertex.content, Overview))


def vertex_items(vertex: Vertex) -> tuple[Item, ...]:
    """Return the items of a part of a graph; an overview has bars instead."""
    return vertex.content if isinstance(vertex.content, tuple) else ()


def module_runs(dag: Dag) -> Iterator[tuple[Frame | None, str, tuple[Vertex, ...]]]:
    """Yield the parts of a graph in runs: the frame of their module if it has one, its title, the parts.

    The title ends with the number of equal modules in series, such as "Modules [×4]".
    """
    for frame, run in groupby(dag.vertices, key=lambda vertex: vertex.frame):
        title = " ".join(filter(None, (frame.title, times(frame.repeat)))) if frame else ""
        yield frame, title, tuple(run)


def inner_series(item: Item) -> tuple[tuple[Item, ...], ...]:
    """Return the series of items inside an item: of a group, or of each branch or part; a node has none."""
    match item:
        case Node():
            return ()
        case Group():
            return (item.items,)
        case Fork():
            return item.branches
        case Dag():
            return tuple(map(vertex_items, item.vertices))
        case _:
            assert_never(item)


def with_inner(item: Item, change: Callable[[tuple[Item, ...]], tuple[Item, ...]]) -> Item:
    """Return an item with each series inside it changed."""
    match item:
        case Node():
            return item
        case Group():
            return replace(item, items=change(item.items))
        case Fork():
            return replace(item, branches=tuple(map(change, item.branches)))
        case Dag():
            parts = tuple(replace(vertex, content=change(vertex_items(vertex))) for vertex in item.vertices)
            return replace(item, vertices=parts)
        case _:
            assert_never(item)


def every_item(items: Iterable[Item]) -> Iterator[Item]:
    """Yield all items, an outer item before those inside it; merges and nodes on shortcuts are left out."""
    for item in items:
        yield item
        for series in inner_series(item):
            yield from every_item(series)


def reads(items: Iterable[Item]) -> Iterator[Read]:
    """Yield every value read in graphs, an outer graph before inner ones."""
    for item in items:
        for at, series in enumerate(inner_series(item)):
            if isinstance(item, Dag):
                yield from item.vertices[at].reads
            yield from reads(series)


def nodes(items: Iterable[Item]) -> Iterator[Node]:
    """Yield all nodes in flow order."""
    for item in items:
        if isinstance(item, Node):
            yield item
        for series in inner_series(item):
            yield from nodes(series)
        if isinstance(item, Fork):
            yield from item.shortcut.nodes if item.shortcut else ()
            yield item.merge


def groups(items: Iterable[Item]) -> Iterator[Group]:
    """Return all groups, an outer group before inner ones."""
    return (item for item in every_item(items) if isinstance(item, Group))


def written_lines(node: Node) -> tuple[str, ...]:
    """Return a node's text for formats that lay out by themselves and write in one weight.

    A sign precedes each marked line that is not a sign itself; the answer of a question is at its outgoing
    edge.
    """
    lines: Sequence[str] = node.lines[:1] if node.role is NodeRole.QUESTION else node.lines
    if node.marked:
        signed = [at in node.marked and line != DIFFERS for at, line in enumerate(lines)]
        lines = [f"{DIFFERS} {line}" if sign else line for sign, line in zip(signed, lines, strict=True)]
    return (*lines, *filter(None, (node.badge, node.tag)))


def written_count(group: Group) -> str:
    """Return the number of repetitions of a group, with a sign if that is marked."""
    return times_marked(group.repeat, marked=group.marked)


def stage_count(drawings: Iterable[Content]) -> int:
    """Return the number of stage shades in use."""
    shades = [0]
    for content in drawings:
        items = content_items(content)
        bars = (bar for strip in overviews(content) for frame in strip.frames for bar in frame.bars)
        shades += (bar.shade for bar in bars if isinstance(bar, Bar))
        shades += (box.shade for box in chain[Node | Group](nodes(items), groups(items)))
    return max(shades)


def edges(items: Iterable[Item]) -> tuple[Edge, ...]:
    """Return all arrows in flow order. The arrow into a group has the group's caption as its label."""
    result: list[Edge] = []
    _series(items, "", NOTHING, result)
    return tuple(result)


def _series(items: Iterable[Item], tail: str, label: Label, result: list[Edge]) -> str:
    """Run the arrows through `items` from the node `tail`; the id of the last node is returned."""
    for item in items:
        match item:
            case Group(role=GroupRole.NETWORK):
                _series(item.items, "", NOTHING, result)
            case Group():
                tail = _series(item.items, tail, item.caption or label, result)
            case Fork():
                tail = _fork(item, tail, label, result)
            case Dag():
                tail = _dag(item, tail, label, result)
            case Node():
                if tail:
                    result.append(Edge(tail=tail, head=item.id, role=EdgeRole.FLOW, label=label))
                tail = item.id
            case _:
                assert_never(item)
        label = NOTHING
    return tail


def _fork(fork: Fork, tail: str, label: Label, items: list[Edge]) -> str:
    for branch in fork.branches:
        if branch:
            end = _series(branch, tail, label, items)
            items.append(Edge(tail=end, head=fork.merge.id, role=EdgeRole.FLOW))
            label = NOTHING
        else:
            items.append(Edge(tail=tail, head=fork.merge.id, role=branch_role(fork.merge)))
    if fork.shortcut:
        items += link_edges(fork.shortcut, tail, fork.merge.id)
    return fork.merge.id


def _dag(dag: Dag, tail: str, label: Label, result: list[Edge]) -> str:
    """Run the arrows through a graph behind the node `tail`; return the id of the node at its output."""
    ends: list[str] = []
    for vertex in dag.vertices:
        items = vertex_items(vertex)
        if items and isinstance(items[0], Node) and vertex.reads:
            result += (
                Edge(tail=ends[read.vertex], head=items[0].id, role=read.role, label=read.label or label)
                for read in vertex.reads
                if ends[read.vertex]
            )
            ends.append(_series(items, "", NOTHING, result))
        else:
            before = ends[vertex.reads[0].vertex] if vertex.reads else tail
            caption = vertex.reads[0].label if vertex.reads else label
            ends.append(_series(items, before, caption, result))
    return ends[dag.output] if dag.output is not None else ""


def link_edges(link: Link, tail: str, merge: str) -> Iterator[Edge]:
    """Yield the arrows of a shortcut, through the nodes on it; without any its arrow is labelled.

    The arrow out of a question has its answer, with its shapes.
    """
    stops = [tail, *(node.id for node in link.nodes), merge]
    marked = link.marked and link.label
    label = Label(literal(DIFFERS, Kind.SIGN), link.label) if marked else link.label
    answers = [
        Label(*node.lines[1:] if node.role is NodeRole.QUESTION else (), joint=": ") for node in link.nodes
    ]
    labels = [NOTHING, *answers] if link.nodes else [label]
    return (
        Edge(tail=item, head=next_one, role=link.role, label=label)
        for (item, next_one), label in zip(pairwise(stops), labels, strict=True)
    )


def branch_role(merge: Node) -> EdgeRole:
    """Return the role of the arrow of a branch without nodes: of a concatenation, a skip connection."""
    return EdgeRole.SKIP if merge.role is NodeRole.CONCAT else EdgeRole.FLOW


MERGES = frozenset({NodeRole.ADD, NodeRole.SUBTRACT, NodeRole.MULTIPLY, NodeRole.CONCAT})
"""Roles of the merges of values."""


def is_merge(vertex: Vertex) -> bool:
    """Return whether a vertex of a graph is a merge of values."""
    first = next(iter(vertex_items(vertex)), None)
    return isinstance(first, Node) and first.role in MERGES


def port_rows(vertex: Vertex) -> tuple[int, ...]:
    """Return the row of each value that a vertex of a graph yields."""
    return vertex.rows or (vertex.row,) * vertex.ports


def row_read(vertices: Sequence[Vertex], read: Read) -> int:
    """Return the row of a value that a vertex of a graph reads."""
    return port_rows(vertices[read.vertex])[read.port]


def with_ranked_rows(vertices: Iterable[Vertex]) -> tuple[tuple[Vertex, ...], list[int]]:
    """Return vertices with their rows numbered without gaps, and the rows that are used."""
    given = tuple(vertices)
    used = sorted({row for vertex in given for row in (vertex.row, *vertex.rows)})
    rank = {row: at for at, row in enumerate(used)}
    return tuple(
        replace(vertex, row=rank[vertex.row], rows=tuple(rank[row] for row in vertex.rows))
        for vertex in given
    ), used
