"""What measuring depends on, and how large the boxes of a kind usually are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from resnet_diagram.diagram.model import Fork, Group, Item, Node, NodeRole
from resnet_diagram.layout.flow.boxes import Size, common_sizes, is_pill, natural_size
from resnet_diagram.layout.spacing import ROOMY, Gaps
from resnet_diagram.layout.text.wrap import cut_lines, narrow_lines, wrap_lines, wrap_summary
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.symbols import times_marked

_STRETCHED = {f"{role}{shaded:d}" for role in (NodeRole.CONV, NodeRole.LINEAR) for shaded in (False, True)}


class Manner(NamedTuple):
    """How boxes give way where the room is short.

    `gaps` lie between and in them; texts are broken to `limit` points where that is given; with `upright`,
    the pill of a lone activation stands across a level flow.
    """

    gaps: Gaps = ROOMY
    limit: float = 0.0
    upright: bool = False


PLAIN = Manner()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """What measuring depends on.

    `turned`: the flow runs down the page; `wrapped`: texts are broken to make boxes narrow; `common`: the
    usual size of a box by kind.
    """

    theme: Theme
    turned: bool
    wrapped: bool
    manner: Manner = PLAIN
    common: Mapping[str, Size] = field(default_factory=dict)

    def lines(self, node: Node) -> tuple[str, ...]:
        """A node's texts, broken where they are too long."""
        return self._broken(node, node.lines)

    def _broken(self, node: Node, lines: tuple[str, ...]) -> tuple[str, ...]:
        """Some of a node's lines, broken as the node's are."""
        size = self.theme.size("node")
        if self.is_upright(node):
            return lines
        if node.role is NodeRole.STAGE or (node.role is NodeRole.BLOCK and len(node.lines) > 1):
            return wrap_summary(lines, size)
        if self.manner.limit:
            return narrow_lines(lines, size, self.manner.limit)
        return (wrap_lines if self.wrapped else cut_lines)(lines, size)

    def bold(self, node: Node) -> frozenset[int]:
        """Which of a node's lines are bold: the marked ones, in all lines they are broken into."""
        found: set[int] = set()
        start = 0
        for at, line in enumerate(node.lines if node.marked else ()):
            end = start + len(self._broken(node, (line,)))
            found |= set(range(start, end)) if at in node.marked else set()
            start = end
        return frozenset(found)

    def is_upright(self, node: Node) -> bool:
        """Whether the text of a node's box is turned, to be read from bottom to top."""
        return self.manner.upright and not self.turned and is_pill(node) and len(node.lines) == 1

    def stretched(self, factor: float) -> "Ruler":
        """The same with its boxes usually `factor` times as long, and a third as much wider."""
        wide = 1 + (factor - 1) / 3
        common = {
            kind: Size(size.length * factor, size.narrow * wide) if kind in _STRETCHED else size
            for kind, size in self.common.items()
        }
        return replace(self, common=common)


def ruler(
    items: tuple[Item, ...], theme: Theme, *, turned: bool, wrapped: bool, manner: Manner = PLAIN
) -> Ruler:
    """A ruler that gives the boxes of one role among `items` one size."""
    plain = Ruler(theme=theme, turned=turned, wrapped=wrapped, manner=manner)
    sizes = common_sizes((_kind(node), natural(node, badge, plain)) for node, badge in _boxes(items, ""))
    return replace(plain, common=sizes)


def _boxes(items: tuple[Item, ...], badge: str) -> list[tuple[Node, str]]:
    """Every node that is drawn as a box, with the badge it wears."""
    found: list[tuple[Node, str]] = []
    for item in items:
        match item:
            case Node():
                found.append((item, badge_of(item, badge)))
            case Group():
                found += _boxes(item.items, inner_badge(item))
            case Fork():
                for branch in item.branches:
                    found += _boxes(branch, badge)
    return found


def _kind(node: Node) -> str:
    return f"{node.role}{node.shade > 0:d}"


def badge_of(node: Node, given: str) -> str:
    """The badge a node wears: its own, or the one given to the folded block."""
    return node.badge or (given if node.role is NodeRole.BLOCK else "")


def inner_badge(group: Group) -> str:
    """The count of a folded group when the one folded block in it shall wear it."""
    if group.repeat == 1 or _blocks(group.items) != 1:
        return ""
    return times_marked(group.repeat, marked=group.marked)


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


def usual_size(node: Node, badge: str, ruler: Ruler) -> Size:
    """The size of a node's box: that of its kind, or more where its text needs it."""
    own = natural(node, badge, ruler)
    usual = ruler.common.get(_kind(node), own)
    return Size(max(own.length, usual.length), max(own.narrow, usual.narrow))


def natural(node: Node, badge: str, ruler: Ruler) -> Size:
    """The least size that holds the texts of a node."""
    turned, gaps = ruler.turned or ruler.is_upright(node), ruler.manner.gaps
    lines, bold = ruler.lines(node), ruler.bold(node)
    return natural_size(node, lines, badge, ruler.theme, turned=turned, gaps=gaps, bold=bold)
