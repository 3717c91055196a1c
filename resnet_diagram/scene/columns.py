"""Where each section stands when the flow runs down: side by side, in as many tiers as fill a page best."""

from collections.abc import Iterator
from typing import NamedTuple

from resnet_diagram.scene import spacing
from resnet_diagram.scene.canvas import Canvas
from resnet_diagram.scene.page import Place, caption_width, flow_lines
from resnet_diagram.scene.rows import Section
from resnet_diagram.scene.titles import title_width

_GOOD = 0.9
"""Fewer tiers are better as long as the drawing on its page is not much smaller for it."""
_TALLEST = 1.3 * spacing.PAGE_HEIGHT
"""Tiers that take more than this are no better than one wide tier."""
_STEP = 1.05
_HEAD = spacing.TITLE_STRIP + spacing.TURN_PAD


class Column(NamedTuple):
    """A section and the width of its frame."""

    section: Section
    breadth: float


Tier = list[Column]


def line_up(found: list[Section], canvas: Canvas, top: float) -> list[Place]:
    """The sections from the left, in frames of one height a tier; `top` is where the first tier begins."""
    tiers = _best([Column(section, _breadth(section, canvas)) for section in found], canvas)
    left = spacing.PAGE_MARGIN + (spacing.OUTER_LANE if len(tiers) > 1 else 0.0)
    places: list[Place] = []
    for tier in tiers:
        bottom = top + _height(tier, canvas)
        v = left
        for column in tier:
            places.append(_place(column, (top, _lead(tier), bottom), v))
            v = places[-1].end_v + spacing.COLUMN_GAP
        top = bottom + spacing.FRAME_GAP
    return places


def _best(columns: Tier, canvas: Canvas) -> list[Tier]:
    """The fewest tiers that fill a page well, as equally wide as can be."""
    choices = list(_choices(columns))
    scales = [_scale(tiers, canvas) for tiers in choices]
    good = _GOOD * max(scales)
    count = next(len(tiers) for tiers, scale in zip(choices, scales, strict=True) if scale >= good)
    return min((tiers for tiers in choices if len(tiers) == count), key=_width)


def _choices(columns: Tier) -> Iterator[list[Tier]]:
    """The columns in one tier, and in ever narrower ones."""
    yield [columns]
    widest = max((column.breadth for column in columns), default=1.0)
    limit = _width([columns]) / _STEP
    while limit > widest:
        yield _split(columns, limit)
        limit /= _STEP


def _split(columns: Tier, limit: float) -> list[Tier]:
    """As many columns a tier as fit into `limit` points."""
    tiers: list[Tier] = [[]]
    width = 0.0
    for column in columns:
        if tiers[-1] and width + column.breadth > limit:
            tiers.append([])
            width = 0.0
        tiers[-1].append(column)
        width += column.breadth + spacing.COLUMN_GAP
    return tiers


def _scale(tiers: list[Tier], canvas: Canvas) -> float:
    """How large the drawing is on a page that it has to fit; 0 if its tiers are too tall for a page."""
    height = sum(_height(tier, canvas) for tier in tiers) + spacing.FRAME_GAP * (len(tiers) - 1)
    if len(tiers) > 1 and height > _TALLEST:
        return 0.0
    return min(1.0, spacing.PAGE_WIDTH / _width(tiers), spacing.PAGE_HEIGHT / height)


def _width(tiers: list[Tier]) -> float:
    gap = spacing.COLUMN_GAP
    return max(1.0, *(sum(column.breadth + gap for column in tier) - gap for tier in tiers))


def _height(tier: Tier, canvas: Canvas) -> float:
    """Of the frames of a tier: room for the longest row, and beside them for the captions between them."""
    longest = max((column.section.length for column in tier), default=0.0)
    captions = max((caption_width(column.section, canvas) for column in tier), default=0.0) + 14.0
    return _HEAD + _lead(tier) + max(longest + 2 * spacing.TURN_PAD, captions)


def _lead(tier: Tier) -> float:
    return max((column.section.lead for column in tier), default=0.0)


def _breadth(section: Section, canvas: Canvas) -> float:
    """The width of a section's frame."""
    title = title_width(section.group, canvas.theme, section.note)
    return max(_content(section), title) + 2 * spacing.FRAME_PAD


def _content(section: Section) -> float:
    gaps = spacing.ROW_GAP * (len(section.rows) - 1)
    return sum(row.above + row.below for row in section.rows) + gaps


def _place(column: Column, along: tuple[float, float, float], v: float) -> Place:
    """One section whose rows run down; `along`: its top, the room that the line into it wants, its bottom."""
    top, lead, bottom = along
    section = column.section
    start = top + _HEAD + lead
    return Place(
        section=section,
        u=top,
        v=v,
        end_u=bottom,
        end_v=v + column.breadth,
        start=start,
        enter=top + _HEAD - 1.0,
        leave=start + section.rows[-1].length + spacing.TURN_PAD,
        lines=flow_lines(section, v + (column.breadth - _content(section)) / 2),
    )
