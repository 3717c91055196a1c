"""Measure a diagram's items: nodes become boxes with a size, forks and groups take what is in them."""

from dataclasses import dataclass

from resnet_diagram.diagram.model import EdgeRole, Fork, Group, GroupRole, Item, Link, Node, NodeRole
from resnet_diagram.scene import spacing
from resnet_diagram.scene.boxes import Size, common_sizes, depth_of, natural_size
from resnet_diagram.scene.cells import Cell, ForkCell, FrameCell, Lane, NodeCell, Series, Track
from resnet_diagram.scene.text import text_width
from resnet_diagram.scene.theme import Theme
from resnet_diagram.scene.titles import title_width
from resnet_diagram.scene.wrap import cut_lines, wrap_label, wrap_lines, wrap_summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """What measuring depends on.

    `turned`: the flow runs down the page; `wrapped`: texts are broken to make boxes narrow; `common`: the
    usual size of a box by kind.
    """

    theme: Theme
    turned: bool
    wrapped: bool
    common: tuple[tuple[str, Size], ...] = ()

    def lines(self, node: Node) -> tuple[str, ...]:
        """A node's texts, broken where they are too long."""
        size = self.theme.size("node")
        if node.role is NodeRole.STAGE:
            return wrap_summary(node.lines, size)
        return (wrap_lines if self.wrapped else cut_lines)(node.lines, size)


def ruler(items: tuple[Item, ...], theme: Theme, *, turned: bool, wrapped: bool) -> Ruler:
    """A ruler that gives the boxes of one role among `items` one size."""
    plain = Ruler(theme=theme, turned=turned, wrapped=wrapped)
    sizes = common_sizes((_kind(node), _natural(node, badge, plain)) for node, badge in _boxes(items, ""))
    return Ruler(theme=theme, turned=turned, wrapped=wrapped, common=tuple(sizes.items()))


def _boxes(items: tuple[Item, ...], badge: str) -> list[tuple[Node, str]]:
    """Every node that is drawn as a box, with the badge it wears."""
    found: list[tuple[Node, str]] = []
    for item in items:
        match item:
            case Node():
                found.append((item, _badge(item, badge)))
            case Group():
                found += _boxes(item.items, _inner_badge(item))
            case Fork():
                for branch in item.branches:
                    found += _boxes(branch, badge)
    return found


def _kind(node: Node) -> str:
    return f"{node.role}{node.shade > 0:d}"


def _badge(node: Node, given: str) -> str:
    return node.badge or (given if node.role is NodeRole.BLOCK else "")


def _inner_badge(group: Group) -> str:
    """The count of a folded group when the one folded block in it shall wear it."""
    return f"[×{group.repeat}]" if group.repeat > 1 and _blocks(group.items) == 1 else ""


def _blocks(items: tuple[Item, ...]) -> int:
    """How many folded blocks lie in `items`."""
    count = 0
    for item in items:
        match item:
            case Node():
                count += item.role is NodeRole.BLOCK
            case Group():
                count += _blocks(item.items)
            case Fork():
                count += sum(_blocks(branch) for branch in item.branches)
    return count


def _natural(node: Node, badge: str, ruler: Ruler) -> Size:
    return natural_size(node, ruler.lines(node), badge, ruler.theme, turned=ruler.turned)


def cells(items: tuple[Item, ...], ruler: Ruler) -> list[Cell]:
    """One cell for each item."""
    common = dict(ruler.common)
    return [_cell(item, "", ruler, common) for item in items]


def boxes(items: tuple[Item, ...], ruler: Ruler) -> tuple[NodeCell, ...]:
    """The cells of the nodes among `items`."""
    return tuple(cell for cell in cells(items, ruler) if isinstance(cell, NodeCell))


def _cell(item: Item, badge: str, ruler: Ruler, common: dict[str, Size]) -> Cell:
    match item:
        case Node():
            return _node(item, _badge(item, badge), ruler, common)
        case Fork():
            return _fork(item, badge, ruler, common)
        case Group():
            return _group(item, ruler, common)


def _node(node: Node, badge: str, ruler: Ruler, common: dict[str, Size]) -> NodeCell:
    own = _natural(node, badge, ruler)
    usual = common.get(_kind(node), own)
    length, narrow = max(own.length, usual.length), max(own.narrow, usual.narrow)
    wide = narrow + depth_of(node.taper)
    shadows = spacing.SHADOWS if badge else 0
    behind = shadows * spacing.SHADOW
    return NodeCell(
        node=node,
        lines=ruler.lines(node),
        badge=badge,
        front=length,
        wide=wide,
        narrow=narrow,
        shadows=shadows,
        length=length + behind,
        above=wide / 2,
        below=wide / 2 + behind,
        lead=spacing.ARROW_GAP,
    )


def gap(before: Cell | None, cell: Cell) -> float:
    """What lies between two cells that follow each other; nothing in front of the first."""
    if before is None:
        return 0.0
    blocks = isinstance(before, Series) and isinstance(cell, Series)
    return cell.lead + (spacing.BLOCK_GAP if blocks else 0.0)


def series(found: list[Cell]) -> Series:
    """Cells one behind the other."""
    parts: list[tuple[float, Cell]] = []
    at = 0.0
    for cell in found:
        at += gap(parts[-1][1] if parts else None, cell)
        parts.append((at, cell))
        at += cell.length
    return Series(
        parts=tuple(parts),
        length=at,
        above=max((cell.above for cell in found), default=0.0),
        below=max((cell.below for cell in found), default=0.0),
        lead=found[0].lead if found else 0.0,
    )


def _group(group: Group, ruler: Ruler, common: dict[str, Size]) -> Cell:
    badge = _inner_badge(group)
    inner = series([_cell(item, badge, ruler, common) for item in group.items])
    bare = group.role is GroupRole.BLOCK and not group.title and (group.repeat == 1 or bool(badge))
    return inner if bare else frame(group, inner, ruler)


def frame(group: Group, inner: Series, ruler: Ruler) -> FrameCell:
    """A frame round `inner` with the group's title at its top."""
    width = title_width(group, ruler.theme, group.caption) + 2 * spacing.FRAME_PAD
    strip = spacing.TITLE_STRIP
    inset = spacing.FRAME_PAD + (strip if ruler.turned else 0.0) + max(0.0, inner.lead - spacing.FRAME_PAD)
    length = inset + inner.length + spacing.FRAME_PAD
    above = inner.above + spacing.FRAME_PAD + (0.0 if ruler.turned else strip)
    below = inner.below + spacing.FRAME_PAD
    if ruler.turned:  # the line enters beside the title
        above = max(above, width)
    return FrameCell(
        group=group,
        series=inner,
        inset=inset,
        length=length if ruler.turned else max(length, width),
        above=above,
        below=below,
        lead=spacing.ARROW_GAP,
    )


def _fork(fork: Fork, badge: str, ruler: Ruler, common: dict[str, Size]) -> ForkCell:
    branches = [
        series([_cell(item, badge, ruler, common) for item in branch]) for branch in fork.branches or ((),)
    ]
    links = [Link(role=direct_role(fork.merge), label="") for branch in branches[1:] if not branch.parts]
    links += [fork.shortcut] if fork.shortcut else []
    below = [branch for branch in branches[1:] if branch.parts]
    start = max(spacing.DOT_TO_BOX, branches[0].lead if branches[0].parts else 0.0)
    reach = _reach([branches[0], *below], links, start, ruler)
    tracks = _tracks(branches[0], below, start, reach)
    merge_u = reach + spacing.MERGE_RADIUS
    top = max(branches[0].above + spacing.LANE_GAP, spacing.MERGE_RADIUS + 6.0)
    lanes, above = _lanes(links, top, merge_u, ruler.theme)
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


def _reach(branches: list[Series], links: list[Link], start: float, ruler: Ruler) -> float:
    """How far the merge circle's near rim is from the dot: room for the branches and for the labels."""
    longest = max(branch.length for branch in branches)
    size = ruler.theme.size("label")
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
