"""Measure the parts of a U-Net: low frames for stages, boxes for layers, circles for merges."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from math import prod
from typing import NamedTuple

from resnet_diagram.diagram.model import Bar, Dag, Item, Node, NodeRole, Overview, Vertex
from resnet_diagram.diagram.walk import is_merge, overviews, vertex_items
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.boxes import BoxSizer, box_sizer
from resnet_diagram.layout.flow.cells import NodeCell, Series
from resnet_diagram.layout.flow.draw import draw_part, merge_box
from resnet_diagram.layout.flow.measure import cells as cells_of
from resnet_diagram.layout.flow.measure import series
from resnet_diagram.layout.overview.draw import RoutedOverview, draw_routed, routed_overview
from resnet_diagram.layout.overview.measure import low_frame
from resnet_diagram.layout.overview.rows import measured_rows
from resnet_diagram.layout.overview.scale import Scale, low_scale
from resnet_diagram.layout.scene import LOOSE, Point
from resnet_diagram.layout.spacing import MERGE_RADIUS, SHADOW
from resnet_diagram.style.theme import Theme


class Port(NamedTuple):
    """A box that lines enter or leave: its id, its ends along the row, and its reach across it."""

    element: str
    start: float
    end: float
    above: float
    below: float


class Part(NamedTuple):
    """A measured part of a level: its size, and the boxes that lines enter and leave."""

    vertex: Vertex
    content: Series | RoutedOverview
    length: float
    above: float
    below: float
    first: Port
    last: Port


class Sizer(NamedTuple):
    """Settings to measure all parts of a U-Net. `boxes`: a sizer for each kind of box, with one size.

    `words`: maximum width of the texts beside arrows, in points.
    """

    theme: Theme
    boxes: Mapping[Hashable, BoxSizer]
    scale: Scale
    room: float
    words: float


def sizer_of(dag: Dag, theme: Theme, room: float, *, wrapped: bool, words: float) -> Sizer:
    """Return the sizer of a graph; `wrapped`: texts of boxes are broken, those beside arrows at `words`."""
    alike: dict[Hashable, list[Item]] = {}
    for vertex in dag.vertices:
        for item in vertex_items(vertex):
            alike.setdefault(_kind(item), []).append(item)
    boxes = {
        kind: box_sizer(tuple(items), theme, turned=False, wrapped=wrapped) for kind, items in alike.items()
    }
    frames = tuple(frame for strip in overviews(dag) for frame in strip.frames)
    return Sizer(theme, boxes, low_scale(Overview(frames=frames)), room, words)


def measured(vertex: Vertex, sizer: Sizer, width: float = 0.0) -> Part:
    """Return a part of a level, measured; frames are stretched to `width`."""
    if isinstance(vertex.content, Overview):
        strip = replace(vertex.content, frames=tuple(map(low_frame, vertex.content.frames)))
        layout = measured_rows(strip, sizer.theme, sizer.room, sizer.scale)
        routed = routed_overview(layout, max(width, layout.width), sizer.theme)
        size = routed.length, routed.above, routed.below
        ports = [Port(strip.frames[at].id, 0.0, *size) for at in (0, -1)]
        return Part(vertex, routed, *size, *ports)
    if is_merge(vertex) and isinstance(vertex.content, tuple):
        size = 2 * MERGE_RADIUS, MERGE_RADIUS, MERGE_RADIUS
        port = Port(vertex.id, 0.0, *size)
        return Part(vertex, Series((), *size, 0.0), *size, port, port)
    items = vertex_items(vertex)
    content = series([cell for item in items for cell in cells_of((item,), sizer.boxes[_kind(item)])])
    ends: list[Port] = []
    for offset, cell in (content.parts[0], content.parts[-1]):
        if isinstance(cell, NodeCell):
            name, half = "" if cell.node.role is NodeRole.TERMINAL else cell.node.id, cell.wide / 2
            ends.append(Port(name, offset, offset + cell.front, half, half + cell.shadows * SHADOW))
        else:
            ends.append(Port("", offset, offset + cell.length, cell.above, cell.below))
    below = max(content.below, *(port.below for port in ends))
    return Part(vertex, content, content.length, content.above, below, *ends)


def _kind(item: Item) -> Hashable:
    """Return a key that boxes with equal numbers of lines share."""
    return (len(item.lines), item.badge) if isinstance(item, Node) else None


def shape_of(part: Part, resolution: str = "") -> str:
    """Return the shape of the value behind a part; empty where it is not known.

    Tokens have the shape of a map with their `resolution`, if they are as many.
    """
    content = part.vertex.content
    last = content.frames[-1].bars[-1] if isinstance(content, Overview) else content[-1]
    shape = last.origin.shape if isinstance(last, Bar | Node) else ""
    sizes = shape.split("×")
    sides = [side for side in resolution.split("×") if side.isdigit()]
    is_map = len(sizes) == 2 and len(sides) > 1 and prod(map(int, sides)) == int(sizes[0])
    return "×".join((*sides, sizes[1])) if is_map else shape


def draw(canvas: Canvas, part: Part, at: Point, *, entered: bool) -> None:
    """Draw a part with the line of its row at `at`; `entered`: a line leads into it from the left."""
    vertex = part.vertex
    if isinstance(part.content, RoutedOverview):
        inner = Canvas(theme=canvas.theme, turned=False)
        if entered:
            inner.begin(LOOSE, (0.0, part.above))
        draw_routed(inner, part.content)
        canvas.place(inner, at[0], at[1] - part.above)
        return
    first = vertex.content[0] if isinstance(vertex.content, tuple) and vertex.content else None
    if isinstance(first, Node) and is_merge(vertex):
        canvas.current.boxes.append(merge_box(canvas, first, canvas.point(at[0] + MERGE_RADIUS, at[1])))
    else:
        draw_part(canvas, part.content, 0.0, at)
    canvas.line = None
