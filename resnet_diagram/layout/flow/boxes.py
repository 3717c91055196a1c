"""Compute sizes and outlines of node boxes."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, NamedTuple

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import Dag, Group, Item, Node, NodeRole, Taper
from resnet_diagram.diagram.walk import every_item, inner_series
from resnet_diagram.layout.scene import Form
from resnet_diagram.layout.spacing import PITCH, ROOMY, TAPER_DEPTH, WAIST_DEPTH, Gaps
from resnet_diagram.layout.text.metrics import text_width, widest
from resnet_diagram.layout.text.wrap import LONGEST, narrow_lines, wrap_lines, wrap_summary
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.symbols import times_marked

if TYPE_CHECKING:
    from resnet_diagram.layout.flow.cells import NodeCell

_PILLS = (NodeRole.ACTIVATION, NodeRole.NORM)
_ROUNDED = (NodeRole.GATE, NodeRole.STAGE, NodeRole.OPAQUE, NodeRole.QUESTION)
FORMS = dict.fromkeys(_PILLS, Form.PILL) | dict.fromkeys(_ROUNDED, Form.ROUNDED)
"""Forms of boxes without corners, by role."""
_OUTLIER = 1.3
_LEAST = 4.0


class Size(NamedTuple):
    """Along the flow, and across it at the narrow end."""

    length: float
    narrow: float


def natural_size(
    node: Node,
    lines: tuple[str, ...],
    badge: str,
    theme: Theme,
    *,
    turned: bool,
    gaps: Gaps = ROOMY,
    bold: frozenset[int] = frozenset(),
) -> Size:
    """Return the minimum size of a box with these texts.

    `turned`: the flow is vertical, across the texts. `bold`: numbers of the bold lines.
    """
    if node.role is NodeRole.TERMINAL:
        # A text without a box, with a small margin.
        size = theme.size("badge")
        width, tall = widest(lines, size) + 5.0, len(lines) * PITCH * size + 1.0
        return Size(tall, width) if turned else Size(width, tall)
    rows = row_heights(lines, badge, theme)
    tall = sum(rows) + 2 * gaps.pad_y
    pad = gaps.pad_x + (1.2 if node.role in _PILLS else 0.0)
    widths = [text_width(line, theme.size("node"), bold=at in bold) for at, line in enumerate(lines)]
    widths += [text_width(badge, theme.size("badge"), bold=True)] if badge else []
    is_wide = max(widths, default=0.0) + 2 * pad
    if node.role in _PILLS:
        is_wide = max(is_wide, tall * 1.5)
    # Lengths across the flow that must be free, each at a part of the length.
    if not turned:
        part = 1 - 2 * pad / is_wide
        needs = [(t, tall) for t in ((1 - part) / 2, 0.5, (1 + part) / 2)]
    elif node.taper is Taper.NONE:
        needs = [(0.5, is_wide)]
    else:
        needs = [(0.5, 2 * pad)]
        top = gaps.pad_y
        for row, width in zip(rows, widths, strict=True):
            ends = (top / tall, (top + row) / tall)
            needs += [(t, width + 2 * pad) for t in (*ends, min(max(0.5, ends[0]), ends[1]))]
            top += row
    free = (need - depth_of(node.taper) * _profile(node.taper, t) for t, need in needs)
    return Size(tall if turned else is_wide, max(_LEAST, *free))


def row_heights(lines: tuple[str, ...], badge: str, theme: Theme) -> list[float]:
    """Return the height of each line of text in its box, in points."""
    rows = [PITCH * theme.size("node")] * len(lines)
    return [*rows, PITCH * theme.size("badge")] if badge else rows


def depth_of(taper: Taper) -> float:
    """Return the difference in width between the wide and the narrow end of a box, in points."""
    if taper is Taper.NONE:
        return 0.0
    return TAPER_DEPTH if taper in (Taper.CLOSING, Taper.OPENING) else WAIST_DEPTH


def _profile(taper: Taper, t: float) -> float:
    """Return the opening of a box at part `t` of its length: 0 at its narrowest, 1 at its widest."""
    match taper:
        case Taper.CLOSING:
            return 1 - t
        case Taper.OPENING:
            return t
        case Taper.HOURGLASS:
            return abs(2 * t - 1)
        case Taper.BARREL:
            return 1 - abs(2 * t - 1)
        case _:
            return 0.0


def outline(taper: Taper, length: float, narrow: float) -> tuple[tuple[float, float], ...]:
    """Return the corners of a tapered box along and across the flow, relative to its entry."""
    stops = (0.0, 1.0) if taper in (Taper.CLOSING, Taper.OPENING) else (0.0, 0.5, 1.0)
    halves = [(t * length, (narrow + depth_of(taper) * _profile(taper, t)) / 2) for t in stops]
    return (*((u, -half) for u, half in halves), *((u, half) for u, half in reversed(halves)))


_STRETCHED = {f"{role}{shaded:d}" for role in (NodeRole.CONV, NodeRole.LINEAR) for shaded in (False, True)}


class BoxRules(NamedTuple):
    """Settings that make boxes smaller where space is short.

    `gaps`: distances between and in boxes. `limit`: maximum width of texts in points, if given. `upright`:
    rotate the box of a single activation in a horizontal flow.
    """

    gaps: Gaps = ROOMY
    limit: float = 0.0
    upright: bool = False


PLAIN = BoxRules()

Look = tuple[object, ...]
"""Properties of a node that determine the size of its box; key of the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSizer:
    """Sizes boxes by theme, direction and wrapping rules.

    `turned`: the flow runs down the page; `wrapped`: texts are broken to make boxes narrow; `common`: the
    usual size of a box by kind. `known`, `cells`: caches of least sizes and measured boxes, by look.
    """

    theme: Theme
    turned: bool
    wrapped: bool
    rules: BoxRules = PLAIN
    common: Mapping[str, Size] = field(default_factory=dict)
    known: "dict[Look, Size]" = field(default_factory=dict)
    cells: "dict[Look, NodeCell]" = field(default_factory=dict)

    def lines(self, node: Node) -> tuple[str, ...]:
        """Return a node's texts, with long lines broken."""
        return self._broken(node, node.lines)

    def _broken(self, node: Node, lines: tuple[str, ...]) -> tuple[str, ...]:
        """Return some of a node's lines, broken by the node's rules."""
        size = self.theme.size("node")
        if self.is_upright(node):
            return lines
        if node.role is NodeRole.STAGE or (node.role is NodeRole.BLOCK and len(node.lines) > 1):
            return wrap_summary(lines, size)
        if self.rules.limit:
            return narrow_lines(lines, size, self.rules.limit)
        return wrap_lines(lines, size) if self.wrapped else narrow_lines(lines, size, LONGEST * size)

    def bold(self, node: Node) -> frozenset[int]:
        """Return the indices of bold lines: marked lines, and all lines they are broken into."""
        numbers: set[int] = set()
        start = 0
        for at, line in enumerate(node.lines if node.marked else ()):
            end = start + len(self._broken(node, (line,)))
            numbers |= set(range(start, end)) if at in node.marked else set()
            start = end
        return frozenset(numbers)

    def is_upright(self, node: Node) -> bool:
        """Return whether the text of a node's box is turned, to be read from bottom to top."""
        return self.rules.upright and not self.turned and node.role in _PILLS and len(node.lines) == 1

    def stretched(self, factor: float) -> "BoxSizer":
        """Return the sizer with common sizes `factor` times as long, and a third as much wider."""
        width = 1 + (factor - 1) / 3
        common = {
            kind: Size(size.length * factor, size.narrow * width) if kind in _STRETCHED else size
            for kind, size in self.common.items()
        }
        return replace(self, common=common, cells={})


def box_sizer(
    items: tuple[Item, ...], theme: Theme, *, turned: bool, wrapped: bool, rules: BoxRules = PLAIN
) -> BoxSizer:
    """Return a sizer that gives boxes of one role among `items` one size; irregular parts have their own."""
    plain = BoxSizer(theme=theme, turned=turned, wrapped=wrapped, rules=rules)
    own = (NodeRole.TERMINAL, NodeRole.OPAQUE)
    framed = [(node, badge) for node, badge in _boxes(items, "") if node.role not in own]
    by_kind: dict[str, list[Size]] = {}
    for node, badge in framed:
        by_kind.setdefault(_kind(node), []).append(natural(node, badge, plain))
    common: dict[str, Size] = {}
    for kind, sizes in by_kind.items():
        sides: list[float] = []
        for lengths in zip(*sizes, strict=True):
            limit = _OUTLIER * sorted(lengths)[len(lengths) // 2]  # not far above the median
            sides.append(max(length for length in lengths if length <= limit))
        common[kind] = Size(*sides)
    return replace(plain, common=common)


def _boxes(items: tuple[Item, ...], badge: str) -> list[tuple[Node, str]]:
    """Return all nodes drawn as boxes, with their badges."""
    rows: list[tuple[Node, str]] = []
    for item in items:
        if isinstance(item, Node):
            rows.append((item, badge_of(item, badge)))
        inner = inner_badge(item) if isinstance(item, Group) else "" if isinstance(item, Dag) else badge
        for series in inner_series(item):
            rows += _boxes(series, inner)
    return rows


def _kind(node: Node) -> str:
    return f"{node.role}{node.shade > 0:d}"


def badge_of(node: Node, value: str) -> str:
    """Return a node's badge: of the node, of an annotation, or of the folded group around it."""
    return node.badge or node.tag or (value if node.role is NodeRole.BLOCK else "")


def inner_badge(group: Group) -> str:
    """Return the count of a folded group if its only block shows it as a badge."""
    blocks = sum(isinstance(item, Node) and item.role is NodeRole.BLOCK for item in every_item(group.items))
    if group.repeat == 1 or blocks != 1:
        return ""
    return times_marked(group.repeat, marked=group.marked)


def usual_size(node: Node, badge: str, sizer: BoxSizer) -> Size:
    """Return the size of a node's box: the size of its kind, or more if its text needs it."""
    left = natural(node, badge, sizer)
    default = sizer.common.get(_kind(node), left)
    return Size(max(left.length, default.length), max(left.narrow, default.narrow))


def natural(node: Node, badge: str, sizer: BoxSizer) -> Size:
    """Return the minimum size of a node with its texts."""
    look = look_of(node, badge, sizer)
    size = sizer.known.get(look)
    if size is None:
        rotated, gaps = sizer.turned or sizer.is_upright(node), sizer.rules.gaps
        lines, bold = sizer.lines(node), sizer.bold(node)
        size = natural_size(node, lines, badge, sizer.theme, turned=rotated, gaps=gaps, bold=bold)
        sizer.known[look] = size
    return size


def look_of(node: Node, badge: str, sizer: BoxSizer) -> Look:
    """Return the properties of a node that determine the size of its box."""
    shaded, tagged = node.shade > 0, bool(node.tag)
    return sizer.wrapped, node.role, node.taper, node.lines, node.marked, badge, shaded, tagged
