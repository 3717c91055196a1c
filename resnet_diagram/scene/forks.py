"""Measure a fork: its branches in tracks beside each other, its shortcuts in lanes round them."""

from resnet_diagram.diagram.model import EdgeRole, Fork, Link, Node, NodeRole
from resnet_diagram.scene import spacing
from resnet_diagram.scene.cells import ForkCell, Lane, Series, Track
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.theme import Theme
from resnet_diagram.scene.wrap import wrap_label


def fork_cell(fork: Fork, branches: list[Series], theme: Theme) -> ForkCell:
    """The cell of a fork whose branches, one at least, are measured already."""
    links = [Link(role=direct_role(fork.merge), label="") for branch in branches[1:] if not branch.parts]
    links += [fork.shortcut] if fork.shortcut else []
    below = [branch for branch in branches[1:] if branch.parts]
    start = max(spacing.DOT_TO_BOX, branches[0].lead if branches[0].parts else 0.0)
    reach = _reach([branches[0], *below], links, start, theme)
    tracks = _tracks(branches[0], below, start, reach)
    merge_u = reach + spacing.MERGE_RADIUS
    top = max(branches[0].above + spacing.LANE_GAP, spacing.MERGE_RADIUS + 6.0)
    lanes, above = _lanes(links, top, merge_u, theme)
    last = tracks[-1]
    return ForkCell(
        tracks=tracks,
        lanes=lanes,
        merge=fork.merge,
        merge_u=merge_u,
        length=merge_u + spacing.MERGE_RADIUS,
        above=above if lanes else max(branches[0].above, spacing.MERGE_RADIUS),
        below=max(last.v + last.series.below, spacing.MERGE_RADIUS),
        lead=spacing.DOT_GAP,
    )


def direct_role(merge: Node) -> EdgeRole:
    """The role of a branch that hands its input on: a skip connection where it is concatenated."""
    return EdgeRole.SKIP if merge.role is NodeRole.CONCAT else EdgeRole.FLOW


def _reach(branches: list[Series], links: list[Link], start: float, theme: Theme) -> float:
    """How far the merge circle's near rim is from the dot: room for the branches and for the labels."""
    longest = max(branch.length for branch in branches)
    size = theme.size("label")
    words = [part for link in links for part in wrap_label(link.label, size, 0.0)]
    label = max((text_width(word, size) for word in words), default=0.0)
    return max(start + longest + spacing.ARROW_GAP, label - spacing.MERGE_RADIUS + 2.0)


def _tracks(main: Series, below: list[Series], start: float, reach: float) -> tuple[Track, ...]:
    """The first branch on the line of the flow, the others beside it, each in the middle of its track."""
    v = 0.0
    free = reach - spacing.ARROW_GAP
    tracks = [Track(u=_middle(main, start, free), v=0.0, series=main)]
    previous = max(main.below, spacing.MERGE_RADIUS + spacing.LANE_GAP)
    for branch in below:
        v += previous + spacing.LANE_GAP + branch.above
        tracks.append(Track(u=_middle(branch, start, free), v=v, series=branch))
        previous = branch.below
    return tuple(tracks)


def _middle(branch: Series, start: float, end: float) -> float:
    return start + (end - start - branch.length) / 2


def _lanes(links: list[Link], top: float, span: float, theme: Theme) -> tuple[tuple[Lane, ...], float]:
    """The lanes from the inside out, and how far they reach with their labels."""
    lanes: list[Lane] = []
    size = theme.size("label")
    at = top
    for link in links:
        label = wrap_label(link.label, size, span)
        lanes.append(Lane(role=link.role, v=-at, label=label))
        at += (spacing.LABEL_GAP + len(label) * spacing.PITCH * size) if label else spacing.LANE_GAP
    return tuple(lanes), at
