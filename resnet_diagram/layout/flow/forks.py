"""Measure a fork: its branches in tracks beside each other, its shortcuts in lanes round them."""

from resnet_diagram.diagram.model import EdgeRole, Fork, Link, Node, NodeRole
from resnet_diagram.layout import spacing
from resnet_diagram.layout.flow.cells import ForkCell, Lane, Series, Track
from resnet_diagram.layout.flow.ruler import Ruler
from resnet_diagram.layout.spacing import Gaps
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import wrap_label
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.terms import NOTHING

MARK = "caption"
"""The size of type of what is written beside branches and merges."""
_MARK_GAP = 2.5
_EMPTY = Series(parts=(), length=0.0, above=0.0, below=0.0, lead=0.0)
_LANE_ENDS = 14.0
"""What is seen of a shortcut before and behind the boxes on it."""


def fork_cell(fork: Fork, branches: list[Series], on_shortcut: Series, ruler: Ruler) -> ForkCell:
    """The cell of a fork whose branches, one at least, and the boxes on its shortcut are measured already."""
    theme = ruler.theme
    main = branches[0]
    ways = [
        (Link(role=direct_role(fork.merge), label=NOTHING), _EMPTY) for one in branches[1:] if not one.parts
    ]
    ways += [(fork.shortcut, on_shortcut)] if fork.shortcut else []
    below = [branch for branch in branches[1:] if branch.parts]
    gaps = ruler.manner.gaps
    start = max(gaps.to_box, main.lead if main.parts else 0.0)
    reach = _reach([main, *below], ways, start + gaps.arrow, theme)
    room = _mark_room(fork.branch_mark, ruler)
    tracks = _tracks(main._replace(below=main.below + room), below, (start, reach - gaps.arrow), gaps)
    merge_u = reach + spacing.MERGE_RADIUS
    top = max(main.above + gaps.lane, spacing.MERGE_RADIUS + 6.0)
    lanes, above = _lanes(ways, top, merge_u, theme)
    last = tracks[-1]
    behind = text_width(fork.merge_mark, theme.size(MARK)) + _MARK_GAP if fork.merge_mark else 0.0
    return ForkCell(
        tracks=(tracks[0]._replace(series=main), *tracks[1:]),
        lanes=lanes,
        merge=fork.merge,
        merge_u=merge_u,
        marks=(fork.branch_mark, fork.merge_mark),
        length=merge_u + spacing.MERGE_RADIUS + (0.0 if ruler.turned else behind),
        above=above if lanes else max(main.above, spacing.MERGE_RADIUS),
        below=max(last.v + last.series.below, spacing.MERGE_RADIUS + (behind if ruler.turned else 0.0)),
        lead=gaps.dot,
    )


def direct_role(merge: Node) -> EdgeRole:
    """The role of a branch that hands its input on: a skip connection where it is concatenated."""
    return EdgeRole.SKIP if merge.role is NodeRole.CONCAT else EdgeRole.FLOW


def _mark_room(mark: str, ruler: Ruler) -> float:
    """What a mark takes beside the first branch, across the flow."""
    if not mark:
        return 0.0
    size = ruler.theme.size(MARK)
    return _MARK_GAP + (text_width(mark, size) if ruler.turned else spacing.PITCH * size)


def _reach(branches: list[Series], ways: list[tuple[Link, Series]], ends: float, theme: Theme) -> float:
    """How far the merge circle's near rim is from the dot: room for the branches, labels and boxes.

    `ends`: what lies before and behind the longest branch.
    """
    longest = max(branch.length for branch in branches)
    size = theme.size("label")
    words = [part for link, on in ways if not on.parts for part in wrap_label(link.label, size, 0.0)]
    label = max((text_width(word, size) for word in words), default=0.0)
    boxes = max((on.length + 2 * _LANE_ENDS for _, on in ways if on.parts), default=0.0)
    return max(
        ends + longest,
        label - spacing.MERGE_RADIUS + 2.0,
        boxes - spacing.MERGE_RADIUS,
    )


def _tracks(main: Series, below: list[Series], span: tuple[float, float], gaps: Gaps) -> tuple[Track, ...]:
    """The first branch on the line of the flow, the others beside it, each in the middle of its track."""
    v = 0.0
    start, free = span
    tracks = [Track(u=_middle(main, start, free), v=0.0, series=main)]
    previous = max(main.below, spacing.MERGE_RADIUS + gaps.lane)
    for branch in below:
        v += previous + gaps.lane + branch.above
        tracks.append(Track(u=_middle(branch, start, free), v=v, series=branch))
        previous = branch.below
    return tuple(tracks)


def _middle(branch: Series, start: float, end: float) -> float:
    return start + (end - start - branch.length) / 2


def _lanes(
    ways: list[tuple[Link, Series]], top: float, span: float, theme: Theme
) -> tuple[tuple[Lane, ...], float]:
    """The lanes from the inside out, and how far they reach with their labels and boxes."""
    lanes: list[Lane] = []
    size = theme.size("label")
    at = top
    for link, on in ways:
        label = () if on.parts else wrap_label(link.label, size, span)
        at += on.below
        lanes.append(
            Lane(role=link.role, v=-at, label=label, series=on, bold=link.marked, origin=link.origin)
        )
        words = spacing.LABEL_GAP + len(label) * spacing.PITCH * size
        at += on.above + 1.5 if on.parts else words if label else spacing.LANE_GAP
    return tuple(lanes), at
