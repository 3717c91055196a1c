"""Draw the lines and the merges of a graph."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import field, replace
from itertools import pairwise

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import (
    Bar,
    Dag,
    EdgeRole,
    Frame,
    Group,
    GroupRole,
    Node,
    NodeRole,
    Overview,
    Vertex,
)
from resnet_diagram.diagram.walk import MERGES, vertex_items
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.flow.draw import merge_box
from resnet_diagram.layout.flow.titles import draw_heading
from resnet_diagram.layout.lanes.grid import Net
from resnet_diagram.layout.lanes.plan import Plan
from resnet_diagram.layout.lanes.routes import Route, Way
from resnet_diagram.layout.overview.measure import FRAME_PADDING
from resnet_diagram.layout.scene import LOOSE, Anchor, Connector, End, GroupKind, Point, Side, Text
from resnet_diagram.layout.text.metrics import text_width

DrawPart = Callable[[int, float, float], None]
"""Draw a part by its number, with the line into it at (u, v)."""

Segment = tuple[Point, Point]


@dataclass()
class _Net:
    """The lines of one value: their segments, and the dots at their branching points."""

    segments: list[Segment] = field(default_factory=list)
    dots: dict[Point, str] = field(default_factory=dict)
    connectors: list[int] = field(default_factory=list)


def draw_plan(canvas: Canvas, dag: Dag, plan: Plan, at: Point, part: DrawPart) -> None:
    """Draw a graph with its corner at `at`."""
    lines = _lines(canvas, dag, plan, at)
    for frame, start, end in plan.frames:
        first = min(plan.lines[number] for number, vertex in enumerate(dag.vertices) if vertex.frame == frame)
        corners = (at[0] + start[0], at[1] + start[1]), (at[0] + end[0], at[1] + end[1])
        _draw_frame(canvas, frame, *corners, at[1] + first)
    for number, vertex in enumerate(dag.vertices):
        u, v = at[0] + plan.starts[number], at[1] + plan.lines[number]
        with canvas.group(vertex.frame.id, GroupKind.BLOCK) if vertex.frame else nullcontext():
            item = next(iter(vertex_items(vertex)), None)
            if isinstance(item, Node) and item.role in MERGES:
                centre = canvas.point(u + plan.lengths[number] / 2, v)
                canvas.current.boxes.append(merge_box(canvas, item, centre, plan.reaches[number]))
            elif vertex.content:
                part(number, u, v)
                canvas.line = None
    canvas.current.connectors += lines


def _draw_frame(canvas: Canvas, frame: Frame, start: Point, end: Point, first: float) -> None:
    """Draw the frame of a module, with its title and the number of equal modules.

    Where the flow runs down, the title is beside the `first` line.
    """
    with canvas.group(frame.id, GroupKind.BLOCK, frame.title, frame.origin, frame.repeat):
        canvas.frame(GroupRole.BLOCK, start, end)
        (left, top), (right, _) = canvas.point(*start), canvas.point(*end)
        left, middle = first if canvas.turned else left, top + spacing.TITLE_HEIGHT / 2 + 1.5
        draw_heading(canvas, frame, (left + FRAME_PADDING, right - FRAME_PADDING), middle)


def _lines(canvas: Canvas, dag: Dag, plan: Plan, at: Point) -> list[Connector]:
    """Return the connectors of a graph; lines of one value share their common segments, up to a dot."""
    nets: dict[Net, _Net] = {}
    result: list[Connector] = []
    moved = [tuple((at[0] + u, at[1] + v) for u, v in path) for path in plan.paths]

    def lengths(number: int) -> tuple[float, ...]:
        return tuple(-abs(u - x) - abs(v - y) for (x, y), (u, v) in pairwise(moved[number]))

    order = sorted(range(len(moved)), key=lengths)  # lines with long first segments come first
    for number in order:
        route = plan.routes[number]
        net = nets.setdefault(route.net, _Net())
        path, shared = _unshared(moved[number], net.segments)
        tail = _tail(canvas, dag, route, path, plan)
        if shared and path[0] != moved[number][0]:
            corner = canvas.point(*path[0])
            if corner not in net.dots:
                net.dots[corner] = canvas.fork(f"{tail.element or 'value'}", path[0], spacing.DOT_RADIUS)
            tail = End(element=tail.element, fork=net.dots[corner])
            for index in net.connectors:
                if corner in result[index].points[1:-1]:
                    result[index] = replace(result[index], radius=0.6)
        net.segments += pairwise(path)
        net.connectors.append(len(result))
        result.append(_connector(canvas, dag, plan, number, path, tail, at))
    return result


def _unshared(path: Sequence[Point], segments: Sequence[Segment]) -> tuple[tuple[Point, ...], bool]:
    """Return the part of a path that no segment covers yet, and whether segments cover its beginning."""
    for at, (start, end) in enumerate(pairwise(path)):
        limit = _covered(start, end, segments)
        if limit != end:
            return (limit, *path[at + 1 :]), at > 0 or limit != start
    return tuple(path[-2:]), False


def _covered(start: Point, end: Point, segments: Sequence[Segment]) -> Point:
    """Return how far a segment is covered, from its start on, by segments along it."""
    axis = 0 if start[1] == end[1] else 1
    sign = 1 if end[axis] >= start[axis] else -1
    limit = start[axis]
    moving = True
    while moving:
        moving = False
        for first, second in segments:
            if first[1 - axis] == second[1 - axis] == start[1 - axis]:
                low, high = sorted((sign * first[axis], sign * second[axis]))
                if low - 0.01 <= sign * limit < high - 0.01:
                    limit, moving = sign * high, True
    if sign * limit >= sign * end[axis] - 0.01:
        return end
    return (limit, start[1]) if axis == 0 else (start[0], limit)


def _side(canvas: Canvas, side: int) -> Side:
    """Return the side of a box across the flow: -1 above it, 1 below it."""
    names = (Side.LEFT, Side.RIGHT) if canvas.turned else (Side.TOP, Side.BOTTOM)
    return names[side > 0]


def _along(canvas: Canvas, *, entry: bool) -> Side:
    if canvas.turned:
        return Side.TOP if entry else Side.BOTTOM
    return Side.LEFT if entry else Side.RIGHT


def ends(vertex: Vertex) -> tuple[str, str]:
    """Return the ids of the boxes at which lines enter and leave a part; empty where it has none there.

    Bars in no frame are boxes, unless a shortcut leaves before the first or ends behind the last.
    """
    match vertex.content:
        case Overview(frames=frames, arcs=arcs):
            loose = [
                [] if frame.role else [bar for bar in frame.bars if isinstance(bar, Bar)] for frame in frames
            ]
            first, last = [bar.id for bar in loose[0][:1]], [bar.id for bar in loose[-1][-1:]]
            busy = {arc.tail for arc in arcs}, {arc.head for arc in arcs}
            return "".join({*first} - busy[0]), "".join({*last} - busy[1])
        case (first, *_) as items:
            # A text and a fork are no boxes.
            enters, leaves = (
                item.id
                if (isinstance(item, Node) and item.role is not NodeRole.TERMINAL)
                or (isinstance(item, Group) and item.title)
                else ""
                for item in (first, items[-1])
            )
            return enters, leaves
    return "", ""


def _frame(vertex: Vertex) -> str:
    """Return the id of the only frame of a part; empty for other parts."""
    return vertex.content.frames[0].id if isinstance(vertex.content, Overview) else ""


def _tail(canvas: Canvas, dag: Dag, route: Route, path: Sequence[Point], plan: Plan) -> End:
    vertex = dag.vertices[route.read.vertex]
    places = plan.grid.columns
    upright = route.way is Way.ACROSS and places[route.read.vertex] == places[route.head]
    name = ends(vertex)[1] or (_frame(vertex) if upright else "")
    if not name:
        return LOOSE
    return End(element=name, side=_side(canvas, -route.side) if upright else _along(canvas, entry=False))


def _connector(
    canvas: Canvas, dag: Dag, plan: Plan, number: int, path: Sequence[Point], tail: End, at: Point
) -> Connector:
    route = plan.routes[number]
    read = route.read
    vertex = dag.vertices[route.head]
    name = ends(vertex)[0] or (_frame(vertex) if route.way is Way.ACROSS else "")
    side = _side(canvas, route.side) if route.way is Way.ACROSS else _along(canvas, entry=True)
    content = vertex.content
    first = content[0] if isinstance(content, tuple) and content else None
    framed = isinstance(content, Overview) and content.frames and content.frames[0].role
    pointed = bool(framed) or (isinstance(first, Node) and first.role is NodeRole.TERMINAL)
    head = End(element=name, side=side) if name else LOOSE
    labels: tuple[Text, ...] = ()
    if read.label:  # written along the flow; a rotated one is read upwards
        (u, v), begins = plan.labels[number]
        role = "text" if read.role is EdgeRole.FLOW else read.role
        text = canvas.text(read.label, "label", role, (at[0] + u, at[1] + v))
        start = Anchor.END if canvas.turned else Anchor.START
        labels = (replace(text, anchor=start if begins else Anchor.MIDDLE),)
    return Connector(
        role=read.role,
        points=canvas.points(path),
        arrow=bool(name) or pointed,
        radius=spacing.BEND,
        tail=tail,
        head=head,
        labels=labels,
        origin=read.origin,
    )


def words_on(dag: Dag, size: float) -> tuple[float, ...]:
    """Return the width of the words on each line of a graph."""
    reads = (read for vertex in dag.vertices for read in vertex.reads)
    return tuple(text_width(read.label, size) if read.label else 0.0 for read in reads)
