"""How large a node's box is, and its outline."""

from collections.abc import Iterable
from typing import NamedTuple

from resnet_diagram.diagram.model import Node, NodeRole, Taper
from resnet_diagram.layout.scene import Form
from resnet_diagram.layout.spacing import PITCH, ROOMY, TAPER_DEPTH, WAIST_DEPTH, Gaps
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.style.theme import Theme

_PILLS = (NodeRole.ACTIVATION, NodeRole.NORM)
_ROUNDED = (NodeRole.GATE, NodeRole.STAGE, NodeRole.OPAQUE, NodeRole.QUESTION)
_OUTLIER = 1.3
_LEAST = 4.0


class Size(NamedTuple):
    """Along the flow, and across it at the narrow end."""

    length: float
    narrow: float


def is_pill(node: Node) -> bool:
    """Whether a node's box has round ends."""
    return node.role in _PILLS


def form_of(node: Node) -> Form:
    """The outline of a node's box."""
    if node.role in _PILLS:
        return Form.PILL
    if node.role in _ROUNDED:
        return Form.ROUNDED
    return Form.RECTANGLE if node.taper is Taper.NONE else Form.POLYGON


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
    """The least size that holds the texts; `turned`: the flow runs across them; `bold`: lines set bold."""
    if node.role is NodeRole.TERMINAL:
        return _bare(lines, theme, turned=turned)
    rows = row_heights(lines, badge, theme)
    tall = sum(rows) + 2 * gaps.pad_y
    pad = gaps.pad_x + (1.2 if node.role in _PILLS else 0.0)
    widths = [text_width(line, theme.size("node"), bold=at in bold) for at, line in enumerate(lines)]
    widths += [text_width(badge, theme.size("badge"), bold=True)] if badge else []
    wide = max(widths, default=0.0) + 2 * pad
    if node.role in _PILLS:
        wide = max(wide, tall * 1.5)
    if not turned:
        return Size(wide, _narrow(node.taper, [(1 - 2 * pad / wide, tall)]))
    needs = [(0.5, 2 * pad)]
    top = gaps.pad_y
    for row, width in zip(rows, widths, strict=True):
        ends = (top / tall, (top + row) / tall)
        needs += [(t, width + 2 * pad) for t in (*ends, min(max(0.5, ends[0]), ends[1]))]
        top += row
    return Size(tall, _narrow_across(node.taper, needs) if node.taper is not Taper.NONE else wide)


def _bare(lines: tuple[str, ...], theme: Theme, *, turned: bool) -> Size:
    """The size of a text without a box, with a little room round it."""
    size = theme.size("badge")
    wide = max((text_width(line, size) for line in lines), default=0.0) + 5.0
    tall = len(lines) * PITCH * size + 1.0
    return Size(tall, wide) if turned else Size(wide, tall)


def row_heights(lines: tuple[str, ...], badge: str, theme: Theme) -> list[float]:
    """The height each line of text takes in its box, in points."""
    rows = [PITCH * theme.size("node")] * len(lines)
    return [*rows, PITCH * theme.size("badge")] if badge else rows


def common_sizes(sizes: Iterable[tuple[str, Size]]) -> dict[str, Size]:
    """One size for each key: the largest that is not far beyond the middle one."""
    by_key: dict[str, list[Size]] = {}
    for key, size in sizes:
        by_key.setdefault(key, []).append(size)
    return {
        key: Size(_common([one.length for one in found]), _common([one.narrow for one in found]))
        for key, found in by_key.items()
    }


def _common(values: list[float]) -> float:
    values = sorted(values)
    middle = values[len(values) // 2]
    return max(value for value in values if value <= _OUTLIER * middle)


def depth_of(taper: Taper) -> float:
    """How much wider a box is at its wide end than at its narrow one, in points."""
    if taper is Taper.NONE:
        return 0.0
    return TAPER_DEPTH if taper in (Taper.CLOSING, Taper.OPENING) else WAIST_DEPTH


def _profile(taper: Taper, t: float) -> float:
    """How far the box is open at part `t` of its length: 0 at its narrowest, 1 at its widest."""
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


def _narrow(taper: Taper, spans: list[tuple[float, float]]) -> float:
    """The narrow end that leaves `need` points free over the middle `part` of the length, for each pair."""
    return max(_LEAST, *(need - depth_of(taper) * _least(taper, part) for part, need in spans))


def _least(taper: Taper, part: float) -> float:
    ends = ((1 - part) / 2, 0.5, (1 + part) / 2)
    return min(_profile(taper, t) for t in ends)


def _narrow_across(taper: Taper, needs: list[tuple[float, float]]) -> float:
    """The narrow end that leaves `need` points free at each part `t` of the length."""
    return max(_LEAST, *(need - depth_of(taper) * _profile(taper, t) for t, need in needs))


def outline(taper: Taper, length: float, narrow: float) -> tuple[tuple[float, float], ...]:
    """Corners of a tapered box along and across the flow, from its entry at (0, 0)."""
    stops = (0.0, 1.0) if taper in (Taper.CLOSING, Taper.OPENING) else (0.0, 0.5, 1.0)
    halves = [(t * length, (narrow + depth_of(taper) * _profile(taper, t)) / 2) for t in stops]
    return (*((u, -half) for u, half in halves), *((u, half) for u, half in reversed(halves)))
