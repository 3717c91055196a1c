"""Draw blocks open, each in its own panel, with boxes of the same size in all panels."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

from resnet_diagram.diagram.elements import mapped
from resnet_diagram.diagram.model import Item, Node, NodeRole
from resnet_diagram.diagram.walk import nodes, with_inner
from resnet_diagram.layout import spacing
from resnet_diagram.layout.canvas import Canvas, DrawnPanel
from resnet_diagram.layout.flow.boxes import PLAIN, BoxRules, BoxSizer, box_sizer
from resnet_diagram.layout.flow.cells import Series
from resnet_diagram.layout.flow.measure import cells, series
from resnet_diagram.layout.flow.rows.place import draw_rows, row_lines
from resnet_diagram.layout.flow.rows.split import break_rows, has_lanes
from resnet_diagram.layout.scene import boxes
from resnet_diagram.layout.spacing import TIGHT, TIGHTEST, TURN_PAD
from resnet_diagram.layout.units import filled_rows
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.terms import NOTHING

_LARGE = {"node": 7.2, "label": 6.8}
_STRETCHES = (1.35, 1.2, 1.0)
"""Factors by which boxes may be larger than their texts need."""
_CLOSE = (BoxRules(upright=True, gaps=TIGHT), BoxRules(upright=True, gaps=TIGHTEST, limit=21.0))
"""Rules for boxes where a block is too wide otherwise."""
_TURN = TURN_PAD + 1.0
"""Room behind rows for the line that turns off."""
_MARGIN = 1.0
"""Margin around the drawing: half a line width."""


class Measured(NamedTuple):
    """A measured block: the rows it is drawn in, and the room for the line into them."""

    rows: tuple[Series, ...]
    stub: float

    @property
    def width(self) -> float:
        """Its width, in points, if the flow runs to the right."""
        length = max(row.length for row in self.rows)
        if len(self.rows) == 1:
            return length + self.stub + 2 * _MARGIN
        return length + max(self.stub, _turn_room(self.rows)) + 2 * _MARGIN + _TURN


class Draft(NamedTuple):
    """Blocks measured by one sizer."""

    sizer: BoxSizer
    blocks: list[Measured]

    def widths(self) -> list[float]:
        """Return the width of each block, in points; the flow runs to the right."""
        return [block.width for block in self.blocks]


Block = tuple[Item, ...]


def insets(blocks: Sequence[Block], theme: Theme, room: float, gap: float) -> list[DrawnPanel]:
    """Return the drawings of `blocks`, in large type if that needs no more rows of `room` points.

    `gap`: distance between two drawings. Where a block is too wide even with broken texts, boxes are closer;
    what is wider even so is drawn in several rows, or else top to bottom.
    """
    plain = [
        mapped(block, _without_tag) if any(node.tag for node in nodes(block)) else block for block in blocks
    ]
    broken = list(map(_broken, plain))
    choices = (
        _measured(texts, sizer, stretch)
        for texts, wrapped in ((plain, False), (broken, False), (broken, True))
        for sizer in (_sizer(texts, look, wrapped=wrapped) for look in (_enlarged(theme), theme))
        for stretch in _STRETCHES
    )

    def cost(draft: Draft) -> tuple[int, int]:
        """Return the number of panels that are too wide, then the number of rows."""
        widths = draft.widths()
        return sum(width > room for width in widths), len(filled_rows(widths, room, gap))

    tried: list[Draft] = []
    for choice in choices:
        tried.append(choice)
        if cost(choice) <= (0, 1):
            break
    draft = min(tried, key=cost)
    if max(draft.widths(), default=0.0) > room:
        close = [_measured(broken, _sizer(broken, theme, rules=rules)) for rules in _CLOSE]
        broken_up = [_in_rows(choice, room) for choice in (draft, *close)]
        draft = min(
            broken_up,
            key=lambda draft: (
                sum(width > room for width in draft.widths()),
                sum(len(block.rows) for block in draft.blocks),
            ),
        )
    best = _drawn(draft)
    if not all(element.width <= room for element in best):
        rotated = _drawn(_measured(broken, _sizer(broken, theme, turned=True)))
        best = [entry if entry.width <= room else right for entry, right in zip(best, rotated, strict=True)]
    return [_annotated(drawing, block) for drawing, block in zip(best, blocks, strict=True)]


def _without_tag(element: Any, _: int) -> Any:
    return replace(element, tag=NOTHING) if isinstance(element, Node) and element.tag else element


def _annotated(drawing: DrawnPanel, block: Block) -> DrawnPanel:
    """Return a drawing with the badges of its nodes at their corners, and the notes above and below it."""
    tags = {node.id: node.tag for node in nodes(block) if node.tag}
    for box in boxes(drawing.canvas.root.build()) if tags else ():
        drawing.canvas.tag(box, tags.get(box.id, ""))
    words = {node.id: node.note for node in nodes(block) if node.note}
    if not words:
        return drawing
    from resnet_diagram.layout.notes import with_notes

    return with_notes(drawing, words)


def _enlarged(theme: Theme) -> Theme:
    sizes = {use: max(size, _LARGE.get(use, 0.0)) for use, size in theme.sizes}
    return replace(theme, sizes=tuple(sizes.items()))


def _sizer(
    blocks: Sequence[Block],
    theme: Theme,
    *,
    wrapped: bool = True,
    turned: bool = False,
    rules: BoxRules = PLAIN,
) -> BoxSizer:
    """Return a sizer that gives the boxes of each kind in all blocks one size."""
    return box_sizer(tuple(chain(*blocks)), theme, turned=turned, wrapped=wrapped, rules=rules)


def _measured(blocks: Sequence[Block], sizer: BoxSizer, stretch: float = 1.0) -> Draft:
    """Return all blocks with boxes `stretch` times as large as needed."""
    measure = sizer.stretched(stretch)
    measured = [
        Measured(
            (series(cells(block, measure), sizer.rules.gaps),),
            0.0 if not block or isinstance(block[0], Node) else spacing.FRAME_LEAD,
        )
        for block in blocks
    ]
    return Draft(sizer, measured)


def _in_rows(draft: Draft, room: float) -> Draft:
    """Return a draft whose blocks too wide for one row are in several, each with a shortcut or branches."""
    blocks: list[Measured] = []
    for block in draft.blocks:
        limit = room - max(block.stub, _turn_room(block.rows)) - 2 * _MARGIN - _TURN
        parts = [cell for row in block.rows for _, cell in row.parts]
        rows = break_rows(parts, limit, draft.sizer.rules.gaps)
        broken = block._replace(rows=rows)
        usable = block.width > room >= broken.width and all(map(has_lanes, rows))
        blocks.append(broken if usable else block)
    return draft._replace(blocks=blocks)


def _turn_room(rows: Sequence[Series]) -> float:
    """Return the room in front of rows for the line that turns into each."""
    return max(row.lead for row in rows) + 1.0


def _drawn(draft: Draft) -> list[DrawnPanel]:
    """Return the drawing of each block of a draft, on a canvas of its own."""
    panels: list[DrawnPanel] = []
    for block in draft.blocks:
        canvas = Canvas(theme=draft.sizer.theme, turned=draft.sizer.turned)
        lines = row_lines(block.rows, _MARGIN)
        is_broken = len(block.rows) > 1
        start = _MARGIN + max(block.stub, _turn_room(block.rows) if is_broken else 0.0)
        draw_rows(canvas, block.rows, start, lines)
        canvas.line = None
        length = max(row.length for row in block.rows) + start + _MARGIN + (_TURN if is_broken else 0.0)
        breadth = lines[-1] + block.rows[-1].below + _MARGIN
        sizes = (breadth, length, 0.0) if canvas.turned else (length, breadth, lines[0])
        panels.append(DrawnPanel(canvas, *sizes))
    return panels


def _broken(series: Block) -> Block:
    """Return a series with the texts of all its convolutions broken after their names."""
    broken: list[Item] = []
    for item in series:
        if isinstance(item, Node) and item.role is NodeRole.CONV:
            first, *rest = item.lines
            broken.append(replace(item, lines=(*first.split_first(), *rest)))
        else:
            broken.append(with_inner(item, _broken))
    return tuple(broken)
