"""Measure a diagram's items: boxes by their texts, forks and groups by their content."""

from dataclasses import replace
from typing import TYPE_CHECKING

from resnet_diagram.diagram.model import (
    Dag,
    Fork,
    Group,
    GroupRole,
    Item,
    Link,
    Node,
    NodeRole,
    Taper,
    Vertex,
)
from resnet_diagram.diagram.walk import MERGES, branch_role, vertex_items
from resnet_diagram.layout import spacing
from resnet_diagram.layout.flow.boxes import (
    BoxSizer,
    Size,
    badge_of,
    depth_of,
    inner_badge,
    look_of,
    natural,
    usual_size,
)
from resnet_diagram.layout.flow.cells import Cell, DagCell, ForkCell, FrameCell, Lane, NodeCell, Series, Track
from resnet_diagram.layout.flow.titles import title_width
from resnet_diagram.layout.spacing import ROOMY, Gaps
from resnet_diagram.layout.text.metrics import text_width, widest
from resnet_diagram.layout.text.wrap import wrap_label
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.symbols import PLUS
from resnet_diagram.wording.terms import NOTHING, Kind, Label

if TYPE_CHECKING:
    from resnet_diagram.layout.lanes.extents import Extent

MARK = "caption"
"""Font size of the texts beside branches and merges."""
_MARK_GAP = 2.5
_EMPTY = Series(parts=(), length=0.0, above=0.0, below=0.0, lead=0.0)
_LANE_ENDS = 14.0
"""Length of a shortcut before and behind the boxes on it, together, in points."""


def fork_cell(fork: Fork, branches: list[Series], on_shortcut: Series, sizer: BoxSizer) -> ForkCell:
    """Return the cell of a fork from its measured branches, at least one, and boxes on its shortcut."""
    theme = sizer.theme
    main = branches[0]
    paths = [
        (Link(role=branch_role(fork.merge), label=NOTHING), _EMPTY) for item in branches[1:] if not item.parts
    ]
    paths += [(fork.shortcut, on_shortcut)] if fork.shortcut else []
    below = [branch for branch in branches[1:] if branch.parts]
    gaps = sizer.rules.gaps
    start = max(gaps.to_box, main.lead if main.parts else 0.0)
    size = theme.size("label")
    words = [part for link, on in paths if not on.parts for part in wrap_label(link.label, size, 0.0)]
    # The distance from the dot to the merge circle has room for branches, labels and boxes.
    reach = max(
        start + gaps.arrow + max(branch.length for branch in (main, *below)),
        widest(words, size) - spacing.MERGE_RADIUS + 2.0,
        *(on.length + 2 * _LANE_ENDS - spacing.MERGE_RADIUS for _, on in paths if on.parts),
    )
    size = theme.size(MARK)
    height = text_width(fork.branch_mark, size) if sizer.turned else spacing.PITCH * size
    room = _MARK_GAP + height if fork.branch_mark else 0.0
    tracks = _tracks(main._replace(below=main.below + room), below, (start, reach - gaps.arrow), gaps)
    merge_u = reach + spacing.MERGE_RADIUS
    top = max(main.above + gaps.lane, spacing.MERGE_RADIUS + 6.0)
    lanes, above = _lanes(paths, top, merge_u, theme)
    last = tracks[-1]
    behind = text_width(fork.merge_mark, size) + _MARK_GAP if fork.merge_mark else 0.0
    return ForkCell(
        tracks=(tracks[0]._replace(series=main), *tracks[1:]),
        lanes=lanes,
        merge=fork.merge,
        merge_u=merge_u,
        marks=(fork.branch_mark, fork.merge_mark),
        length=merge_u + spacing.MERGE_RADIUS + (0.0 if sizer.turned else behind),
        above=above if lanes else max(main.above, spacing.MERGE_RADIUS),
        below=max(last.v + last.series.below, spacing.MERGE_RADIUS + (behind if sizer.turned else 0.0)),
        lead=gaps.dot,
    )


def _tracks(main: Series, below: list[Series], span: tuple[float, float], gaps: Gaps) -> tuple[Track, ...]:
    """Return the branches' tracks: the first on the flow's line, the others beside it, each centred."""
    v = before = 0.0
    start, end = span
    tracks: list[Track] = []
    for branch in (main, *below):
        v += before + gaps.lane + branch.above if tracks else 0.0
        tracks.append(Track(u=start + (end - start - branch.length) / 2, v=v, series=branch))
        before = branch.below if v else max(main.below, spacing.MERGE_RADIUS + gaps.lane)
    return tuple(tracks)


def _lanes(
    paths: list[tuple[Link, Series]], top: float, span: float, theme: Theme
) -> tuple[tuple[Lane, ...], float]:
    """Return the shortcuts' tracks, innermost first, and their extent with labels and boxes."""
    lanes: list[Lane] = []
    size = theme.size("label")
    at = top
    for link, on in paths:
        label = () if on.parts else wrap_label(link.label, size, span)
        at += on.below
        lanes.append(
            Lane(role=link.role, v=-at, label=label, series=on, bold=link.marked, origin=link.origin)
        )
        words = spacing.LABEL_GAP + len(label) * spacing.PITCH * size
        at += on.above + 1.5 if on.parts else words if label else spacing.LANE_GAP
    return tuple(lanes), at


_LEVEL = 105.0
"""A text on a shortcut up to this long stays on one line."""


def cells(items: tuple[Item, ...], sizer: BoxSizer) -> list[Cell]:
    """Return one cell for each item."""
    return [_cell(item, "", sizer) for item in items]


def _cell(item: Item, badge: str, sizer: BoxSizer, owners: tuple[Group, ...] = ()) -> Cell:
    """Return the cell of an item inside the blocks `owners`."""
    cell: ForkCell | DagCell
    match item:
        case Node():
            shown = badge_of(item, badge)
            look = look_of(item, shown, sizer)  # nodes that look the same are measured once
            if look not in sizer.cells:
                sizer.cells[look] = _cell_of(item, usual_size(item, shown, sizer), shown, sizer)
            return sizer.cells[look]._replace(node=item, owners=owners)
        case Fork():
            branches = item.branches or ((),)
            gaps = sizer.rules.gaps
            measured = [series([_cell(entry, badge, sizer) for entry in branch], gaps) for branch in branches]
            cell = fork_cell(item, measured, _on_shortcut(item, sizer), sizer)
        case Group():
            # A block without title and count gets no frame.
            count = inner_badge(item)
            bare = item.role is GroupRole.BLOCK and not item.title and (item.repeat == 1 or bool(count))
            inside = (*owners, item) if bare else ()
            inner = series([_cell(entry, count, sizer, inside) for entry in item.items], sizer.rules.gaps)
            return inner if bare else frame(item, inner, sizer)._replace(owners=owners)
        case Dag():
            cell = _dag(item, sizer)
    return cell._replace(owners=owners) if owners else cell


_EXIT = 9.0
"""Room for the line from the output of a graph back to the line of flow, in points."""


def _dag(dag: Dag, sizer: BoxSizer) -> DagCell:
    """Return the cell of a graph; its first part is where the flow enters it."""
    from resnet_diagram.layout.lanes.draw import words_on
    from resnet_diagram.layout.lanes.plan import plan

    parts = tuple(measured_part(vertex, sizer) for vertex in dag.vertices)
    size = sizer.theme.size("label")
    planned = plan(dag, tuple(map(extent_of, parts)), words_on(dag, size), size, downwards=sizer.turned)
    entry = planned.lines[0]
    output = dag.output or 0
    end = planned.lines[output] - entry
    return DagCell(
        dag=dag,
        plan=planned,
        parts=parts,
        exit=end,
        length=planned.length + (_EXIT if end else 0.0),
        above=entry,
        below=planned.height - entry,
        lead=sizer.rules.gaps.dot,
    )


def measured_part(vertex: Vertex, sizer: BoxSizer) -> Series:
    """Return the measured items of a part of a graph."""
    return series(cells(vertex_items(vertex), sizer), sizer.rules.gaps)


def extent_of(part: Series) -> "Extent":
    """Return the size of a part of a graph; a merge is a circle."""
    from resnet_diagram.layout.lanes.extents import Extent

    first = part.parts[0][1] if part.parts else None
    if isinstance(first, NodeCell) and first.node.role in MERGES:
        return Extent(2 * spacing.MERGE_RADIUS, spacing.MERGE_RADIUS, spacing.MERGE_RADIUS)
    return Extent(part.length, part.above, part.below)


def _on_shortcut(fork: Fork, sizer: BoxSizer) -> Series:
    """Return the boxes on a fork's shortcut, in its colours; a single box keeps a short text in one line."""
    link = fork.shortcut
    if link is None or not link.nodes:
        return _EMPTY
    plain = replace(sizer, wrapped=sizer.turned)
    items: list[Cell] = []
    for node in link.nodes:
        # The lines of a box as one.
        layers: list[Label] = []
        for line in node.lines:
            if layers and line.kinds & {Kind.GROUPS, Kind.DILATION}:
                layers[-1] = Label(layers[-1], line, joint=", ")
            else:
                layers.append(line)
        joined = Label(*layers, joint=PLUS)
        room = 0.0 if sizer.turned or len(link.nodes) > 1 else _LEVEL
        level = node.role is not NodeRole.QUESTION and text_width(joined, sizer.theme.size("node")) <= room
        bare = replace(node, taper=Taper.NONE, shade=0, lines=(joined,) if level else node.lines)
        look = node.role if node.role is NodeRole.REMOVED else f"{link.role}-box"
        items.append(_cell_of(bare, natural(bare, "", plain), "", plain)._replace(look=look))
    return series(items)


def _cell_of(node: Node, size: Size, badge: str, sizer: BoxSizer) -> NodeCell:
    narrow = size.narrow + depth_of(node.taper)
    shadows = spacing.SHADOWS if badge and badge != node.tag else 0
    behind = shadows * spacing.SHADOW
    return NodeCell(
        node=node,
        lines=sizer.lines(node),
        bold=sizer.bold(node),
        badge=badge,
        front=size.length,
        wide=narrow,
        narrow=size.narrow,
        look=node.role,
        shadows=shadows,
        length=size.length + behind,
        above=narrow / 2,
        below=narrow / 2 + behind,
        lead=sizer.rules.gaps.arrow,
        upright=sizer.is_upright(node),
    )


def gap(before: Cell | None, cell: Cell, gaps: Gaps = ROOMY) -> float:
    """Return the gap between two consecutive cells, in points; none before the first."""
    if before is None:
        return 0.0
    blocks = isinstance(before, Series) and isinstance(cell, Series)
    return cell.lead + (gaps.block if blocks else 0.0)


def series(items: list[Cell], gaps: Gaps = ROOMY) -> Series:
    """Return the cells in sequence, with gaps between them."""
    parts: list[tuple[float, Cell]] = []
    at = 0.0
    for cell in items:
        at += gap(parts[-1][1] if parts else None, cell, gaps)
        parts.append((at, cell))
        at += cell.length
    return Series(
        parts=tuple(parts),
        length=at,
        above=max((cell.above for cell in items), default=0.0),
        below=max((cell.below for cell in items), default=0.0),
        lead=items[0].lead if items else 0.0,
    )


def frame(group: Group, inner: Series, sizer: BoxSizer) -> FrameCell:
    """Return a frame around `inner` with the group's title at its top."""
    width = title_width(group, sizer.theme, group.caption) + 2 * spacing.FRAME_PAD
    title = spacing.TITLE_HEIGHT
    inset = spacing.FRAME_PAD + (title if sizer.turned else 0.0) + max(0.0, inner.lead - spacing.FRAME_PAD)
    length = inset + inner.length + spacing.FRAME_PAD
    above = inner.above + spacing.FRAME_PAD + (0.0 if sizer.turned else title)
    below = inner.below + spacing.FRAME_PAD
    if sizer.turned:  # the line enters beside the title
        above = max(above, width)
    return FrameCell(
        group=group,
        series=inner,
        inset=inset,
        length=length if sizer.turned else max(length, width),
        above=above,
        below=below,
        lead=spacing.ARROW_GAP,
    )
