"""Measure a diagram's items: nodes become boxes with a size, forks and groups take what is in them."""

from dataclasses import replace

from resnet_diagram.diagram.model import Fork, Group, GroupRole, Item, Node, NodeRole, Taper
from resnet_diagram.layout import spacing
from resnet_diagram.layout.flow.boxes import Size, depth_of
from resnet_diagram.layout.flow.cells import Cell, FrameCell, NodeCell, Series
from resnet_diagram.layout.flow.forks import fork_cell
from resnet_diagram.layout.flow.ruler import Ruler, badge_of, inner_badge, natural, usual_size
from resnet_diagram.layout.flow.titles import title_width
from resnet_diagram.layout.spacing import ROOMY, Gaps
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.wording.symbols import PLUS
from resnet_diagram.wording.terms import Label

_LEVEL = 105.0
"""A text on a shortcut up to this long stays on one line."""


def cells(items: tuple[Item, ...], ruler: Ruler) -> list[Cell]:
    """One cell for each item."""
    return [_cell(item, "", ruler) for item in items]


def _cell(item: Item, badge: str, ruler: Ruler, owners: tuple[Group, ...] = ()) -> Cell:
    """Return the cell of an item inside the blocks `owners`."""
    match item:
        case Node():
            return _node(item, badge_of(item, badge), ruler)._replace(owners=owners)
        case Fork():
            branches = item.branches or ((),)
            gaps = ruler.manner.gaps
            measured = [series([_cell(one, badge, ruler) for one in branch], gaps) for branch in branches]
            return fork_cell(item, measured, _on_shortcut(item, ruler), ruler)._replace(owners=owners)
        case Group():
            return _group(item, ruler, owners)


def _on_shortcut(fork: Fork, ruler: Ruler) -> Series:
    """The boxes on a fork's shortcut, in its colours; the text of an only one stays on one line if short."""
    link = fork.shortcut
    if link is None:
        return series([])
    plain = replace(ruler, wrapped=ruler.turned)
    found: list[Cell] = []
    for node in link.nodes:
        joined = Label(*node.lines, joint=PLUS)
        room = 0.0 if ruler.turned or len(link.nodes) > 1 else _LEVEL
        level = node.role is not NodeRole.QUESTION and text_width(joined, ruler.theme.size("node")) <= room
        bare = replace(node, taper=Taper.NONE, shade=0, lines=(joined,) if level else node.lines)
        found.append(_cell_of(bare, natural(bare, "", plain), "", plain)._replace(look=f"{link.role}-box"))
    return series(found)


def _node(node: Node, badge: str, ruler: Ruler) -> NodeCell:
    return _cell_of(node, usual_size(node, badge, ruler), badge, ruler)


def _cell_of(node: Node, size: Size, badge: str, ruler: Ruler) -> NodeCell:
    wide = size.narrow + depth_of(node.taper)
    shadows = spacing.SHADOWS if badge else 0
    behind = shadows * spacing.SHADOW
    return NodeCell(
        node=node,
        lines=ruler.lines(node),
        bold=ruler.bold(node),
        badge=badge,
        front=size.length,
        wide=wide,
        narrow=size.narrow,
        look=node.role,
        shadows=shadows,
        length=size.length + behind,
        above=wide / 2,
        below=wide / 2 + behind,
        lead=ruler.manner.gaps.arrow,
        upright=ruler.is_upright(node),
    )


def gap(before: Cell | None, cell: Cell, gaps: Gaps = ROOMY) -> float:
    """What lies between two cells that follow each other; nothing in front of the first."""
    if before is None:
        return 0.0
    blocks = isinstance(before, Series) and isinstance(cell, Series)
    return cell.lead + (gaps.block if blocks else 0.0)


def series(found: list[Cell], gaps: Gaps = ROOMY) -> Series:
    """Cells one behind the other."""
    parts: list[tuple[float, Cell]] = []
    at = 0.0
    for cell in found:
        at += gap(parts[-1][1] if parts else None, cell, gaps)
        parts.append((at, cell))
        at += cell.length
    return Series(
        parts=tuple(parts),
        length=at,
        above=max((cell.above for cell in found), default=0.0),
        below=max((cell.below for cell in found), default=0.0),
        lead=found[0].lead if found else 0.0,
    )


def _group(group: Group, ruler: Ruler, owners: tuple[Group, ...]) -> Cell:
    """Return the cell of a group; a block without title and count gets no frame."""
    badge = inner_badge(group)
    bare = group.role is GroupRole.BLOCK and not group.title and (group.repeat == 1 or bool(badge))
    inside = (*owners, group) if bare else ()
    inner = series([_cell(item, badge, ruler, inside) for item in group.items], ruler.manner.gaps)
    return inner if bare else frame(group, inner, ruler)._replace(owners=owners)


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
