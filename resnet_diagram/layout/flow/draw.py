"""Put measured cells on a canvas."""

from contextlib import ExitStack
from dataclasses import replace
from typing import assert_never

from resnet_diagram.diagram.model import Node, NodeRole, Taper
from resnet_diagram.diagram.walk import branch_role
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas, line_of_text
from resnet_diagram.layout.flow.boxes import FORMS, outline, row_heights
from resnet_diagram.layout.flow.cells import Cell, DagCell, ForkCell, FrameCell, Lane, NodeCell, Series
from resnet_diagram.layout.flow.measure import MARK
from resnet_diagram.layout.flow.titles import draw_title
from resnet_diagram.layout.scene import LOOSE, Anchor, Box, End, Form, Point, Side, Sign, Text


def draw(canvas: Canvas, cell: Cell, u: float, v: float) -> None:
    """Draw `cell` in its groups with its entry at (u, v); the connector under construction enters it."""
    if isinstance(cell, Series):
        for offset, part in cell.parts:
            draw(canvas, part, u + offset, v)
        return
    with ExitStack() as opened:
        for owner in cell.owners:
            opened.enter_context(canvas.part(owner))
        match cell:
            case NodeCell():
                _node(canvas, cell, u, v)
            case ForkCell():
                _fork(canvas, cell, u, v)
            case FrameCell():
                group = cell.group
                with canvas.part(group):
                    canvas.frame(group.role, (u, v - cell.above), (u + cell.length, v + cell.below))
                    draw_title(canvas, group, canvas.point(u, v - cell.above), group.caption)
                    draw(canvas, cell.series, u + cell.inset, v)
            case DagCell():
                _dag(canvas, cell, u, v)
            case _:
                assert_never(cell)


def _dag(canvas: Canvas, cell: DagCell, u: float, v: float) -> None:
    """Draw a graph with its first part at (u, v); the line continues from its output."""
    from resnet_diagram.layout.lanes.draw import draw_plan, ends

    first = cell.dag.vertices[0]
    if canvas.line is None and not first.content:
        canvas.begin(LOOSE, (u - spacing.FRAME_LEAD, v))
    if canvas.line:
        canvas.end(LOOSE, (u, v), arrow=False)
    corner = u, v - cell.plan.lines[0]

    def part(number: int, at_u: float, at_v: float) -> None:
        draw_part(canvas, cell.parts[number], cell.plan.reaches[number], (at_u, at_v))

    draw_plan(canvas, cell.dag, cell.plan, corner, part)
    output = cell.dag.output or 0
    start = corner[0] + cell.plan.starts[output] + cell.plan.lengths[output], v + cell.exit
    name = ends(cell.dag.vertices[output])[1]
    side = Side.BOTTOM if canvas.turned else Side.RIGHT
    canvas.begin(End(element=name, side=side) if name else LOOSE, start)
    if cell.exit:
        turn = u + cell.length - spacing.BEND
        canvas.via((turn, start[1]), (turn, v))


def draw_part(canvas: Canvas, part: Series, reach: float, at: Point) -> None:
    """Draw a part of a graph with lines from its entry on; boxes that several lines enter are higher."""
    first = part.parts[0][1] if part.parts else None
    if not isinstance(first, NodeCell):
        canvas.begin(LOOSE, at)
    grown = tuple(
        (offset, item._replace(wide=max(item.wide, 2 * reach), narrow=max(item.narrow, 2 * reach)))
        if isinstance(item, NodeCell)
        else (offset, item)
        for offset, item in part.parts
    )
    draw(canvas, part._replace(parts=grown), *at)
    last = part.parts[-1][1] if part.parts else None
    if not isinstance(last, NodeCell) and canvas.line:
        canvas.end(LOOSE, (at[0] + part.length, at[1]), arrow=False)


def _node(canvas: Canvas, cell: NodeCell, u: float, v: float) -> None:
    if cell.node.role is NodeRole.TERMINAL:
        # Draw a text without a box.
        canvas.end(LOOSE, (u, v))
        size = canvas.theme.size("badge")
        x, y = canvas.point(u + cell.front / 2, v)
        for number, line in enumerate(cell.lines):
            at = y + (number - (len(cell.lines) - 1) / 2) * spacing.PITCH * size
            canvas.words(line, "badge", cell.look, (x, at), anchor=Anchor.MIDDLE, italic=True)
        canvas.begin(LOOSE, (u + cell.front, v))
        return
    canvas.enter(cell.node.id, (u, v))
    canvas.current.boxes.append(_box(canvas, cell, u, v))
    canvas.leave(cell.node.id, (u + cell.length, v))


def _box(canvas: Canvas, cell: NodeCell, u: float, v: float) -> Box:
    """Return the box of a node with its entry at (u, v), and its texts."""
    form = FORMS.get(cell.node.role, Form.RECTANGLE if cell.node.taper is Taper.NONE else Form.POLYGON)
    x, y = canvas.point(u, v - cell.wide / 2)
    width, height = canvas.point(cell.front, cell.wide)
    corners: tuple[Point, ...] = ()
    if form is Form.POLYGON:
        places = outline(cell.node.taper, cell.front, cell.narrow)
        corners = tuple(canvas.point(u + along, v + across) for along, across in places)
    return Box(
        id=cell.node.id,
        role=cell.look,
        form=form,
        x=x,
        y=y,
        width=width,
        height=height,
        texts=_box_texts(canvas, cell, u, v),
        points=corners,
        shade=cell.node.fill,
        copies=cell.shadows,
        copy_offset=spacing.SHADOW if cell.shadows else 0.0,
        origin=cell.node.origin,
    )


def _box_texts(canvas: Canvas, cell: NodeCell, u: float, v: float) -> tuple[Text, ...]:
    """Return the lines of a box, centred, with its badge below them."""
    theme = canvas.theme
    heights = row_heights(cell.lines, cell.badge, theme)
    x, middle = canvas.point(u + cell.front / 2, v)
    if cell.upright:
        return (line_of_text(cell.lines[0], theme.size("node"), cell.node.role, (x, middle), turned=True),)
    top = middle - sum(heights) / 2
    rows = [(line, theme.size("node"), at in cell.bold) for at, line in enumerate(cell.lines)]
    rows += [(cell.badge, theme.size("badge"), True)] if cell.badge else []
    texts: list[Text] = []
    for (line, size, bold), height in zip(rows, heights, strict=True):
        texts.append(line_of_text(line, size, cell.look, (x, top + height / 2), bold=bold))
        top += height
    return tuple(texts)


def _fork(canvas: Canvas, cell: ForkCell, u: float, v: float) -> None:
    if canvas.line is None:
        canvas.begin(LOOSE, (u - spacing.FRAME_LEAD, v))
    tail = End(element=canvas.line.tail.element if canvas.line else "")
    main, *rest = cell.tracks
    if rest or cell.lanes or not main.series.parts:
        tail = replace(tail, fork=canvas.fork(cell.merge.id, (u, v), spacing.DOT_RADIUS))
    if not main.series.parts:
        canvas.end(End(element=tail.fork), (u, v), arrow=False)
        canvas.begin(tail, (u, v), branch_role(cell.merge))
    draw(canvas, main.series, u + main.u, v)
    canvas.enter(cell.merge.id, (u + cell.merge_u - spacing.MERGE_RADIUS, v))
    for track in rest:
        # A branch beside the first: out of the dot, along, and into the merge circle from its side.
        canvas.begin(tail, (u, v))
        canvas.via((u, v + track.v))
        draw(canvas, track.series, u + track.u, v + track.v)
        canvas.via((u + cell.merge_u, v + track.v))
        side = Side.RIGHT if canvas.turned else Side.BOTTOM
        canvas.end(End(element=cell.merge.id, side=side), (u + cell.merge_u, v + spacing.MERGE_RADIUS))
    for lane in cell.lanes:
        _lane(canvas, cell, lane, tail, (u, v))
    _marks(canvas, cell, (u, v))
    canvas.current.boxes.append(merge_box(canvas, cell.merge, canvas.point(u + cell.merge_u, v)))
    canvas.leave(cell.merge.id, (u + cell.merge_u + spacing.MERGE_RADIUS, v))


def _lane(canvas: Canvas, cell: ForkCell, lane: Lane, tail: End, at: Point) -> None:
    """Draw a shortcut with its label outside of it."""
    u, v = at
    end = u + cell.merge_u
    canvas.begin(tail, at, lane.role, lane.origin)
    canvas.via((u, v + lane.v))
    start = (u + end - lane.series.length) / 2
    for offset, part in lane.series.parts:
        draw(canvas, part, start + offset, v + lane.v)
        if canvas.line:
            canvas.line.role, canvas.line.origin = lane.role, lane.origin
    canvas.via((end, v + lane.v))
    pitch = spacing.PITCH * canvas.theme.size("label")
    for number, line in enumerate(reversed(lane.label)):
        across = v + lane.v - spacing.LABEL_GAP - (number + 0.5) * pitch
        canvas.label(line, "label", lane.role, ((u + end) / 2, across), bold=lane.bold)
    side = Side.LEFT if canvas.turned else Side.TOP
    canvas.end(End(element=cell.merge.id, side=side), (end, v - spacing.MERGE_RADIUS))


def _marks(canvas: Canvas, cell: ForkCell, at: Point) -> None:
    """Write the formulas under the first branch and behind the merge."""
    branch, merge = cell.marks
    main = cell.tracks[0]
    half = spacing.PITCH * canvas.theme.size(MARK) / 2
    u, v = at[0] + main.u + main.series.length / 2, at[1] + main.series.below
    aside = at[0] + cell.merge_u, at[1] + spacing.MERGE_RADIUS + 2.0
    anchor = Anchor.START if canvas.turned else Anchor.MIDDLE
    under = (v + 2.5, u) if canvas.turned else (u, v + 2.5 + half)
    canvas.words(branch, MARK, "text", under, italic=True, anchor=anchor)
    behind = aside[0] + spacing.MERGE_RADIUS + 1.5, at[1] + half + 1.5
    canvas.words(merge, MARK, "text", aside[::-1] if canvas.turned else behind, italic=True)


_SIGNS = {NodeRole.ADD: Sign.PLUS, NodeRole.SUBTRACT: Sign.MINUS, NodeRole.MULTIPLY: Sign.TIMES}


def merge_box(canvas: Canvas, merge: Node, centre: Point, reach: float = 0.0) -> Box:
    """Return ⊕, ⊗ or Ⓒ round a page point; `reach`: half its length across the flow, where it is longer."""
    role, radius = merge.role, spacing.MERGE_RADIUS
    extra = max(0.0, reach - radius)
    wider, higher = (extra, 0.0) if canvas.turned else (0.0, extra)
    letter = (line_of_text("C", canvas.theme.size("label"), role, centre),) if role is NodeRole.CONCAT else ()
    return Box(
        id=merge.id,
        role=role,
        form=Form.PILL if extra else Form.CIRCLE,
        x=centre[0] - radius - wider,
        y=centre[1] - radius - higher,
        width=2 * radius + 2 * wider,
        height=2 * radius + 2 * higher,
        texts=letter,
        sign=_SIGNS.get(role, Sign.NONE),
        origin=merge.origin,
    )
