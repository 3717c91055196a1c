"""Measure the frames of an overview: the place of each bar, and the least width of the frame."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.diagram.model import Arc, Bar, EdgeRole, Frame, GroupRole, Omitted
from resnet_diagram.layout.flow.titles import heading_widths
from resnet_diagram.layout.overview.ports import (
    BETWEEN,
    END_GAP,
    ArcEnd,
    Connection,
    Ends,
    reach_back,
    reach_on,
)
from resnet_diagram.layout.overview.scale import TEX_STRETCH, BarSize, Scale, bar_size
from resnet_diagram.layout.text.metrics import text_width, widest
from resnet_diagram.layout.text.wrap import wrap_label
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.layers import plus_lines
from resnet_diagram.wording.shapes import change_lines
from resnet_diagram.wording.terms import NOTHING, Label

FRAME_PADDING = 5.0
"""Gap between a frame's edge and its title, in points."""
ELLIPSIS_WIDTH = 6.0
ELLIPSIS_GAP = 3.0
"""Width of the ellipsis, and gap between it and the line it interrupts, in points."""
CAPTION_GAP = 4.5
"""Gap between two captions, in points."""
_STUB = 4.5
_BEHIND = 3.8
_COUNT_GAP = 8.0
_NOTE_WIDTH = 62.0
_SHORT = 28
"""Letters of notes that low frames have in one line."""
_CLEAR = 4.0
_ROOMY = 18.0
_INDEX_GAP = 2.0
_MOST_SPREAD = 6.0


class Slot(NamedTuple):
    """A bar, or an ellipsis for bars left out, `x` points from the start of the content."""

    item: Bar | Omitted
    x: float
    size: BarSize

    @property
    def bar(self) -> Bar | None:
        """The bar, or None for an ellipsis."""
        return self.item if isinstance(self.item, Bar) else None


class MeasuredFrame(NamedTuple):
    """A frame: its slots, the width of its content, and the least width of its frame.

    `note`: its lines. `crossings`: x offsets from the start of the content where long shortcuts cross it.
    """

    frame: Frame
    slots: tuple[Slot, ...]
    content: float
    width: float
    note: tuple[str, ...]
    crossings: tuple[float, ...]


def measure_frame(
    frame: Frame, number: int, scale: Scale, connections: list[Connection], ends: Ends, theme: Theme
) -> MeasuredFrame:
    """Measure a frame with the ends of its shortcuts; `number` is its position in the overview."""
    slots, content = _slots(frame, scale, ends, theme)
    by_id = {slot.bar.id: slot for slot in slots if slot.bar}
    crossings = (
        port_x(by_id[end.bar], end)
        for connection in connections
        for end in (connection.tail, connection.head)
        if connection.long and end.frame == number and not end.outside
    )
    bare = MeasuredFrame(frame, slots, content, 0.0, (), tuple(crossings))
    plain = noted(bare, dict.fromkeys(frame.notes, max(content, _NOTE_WIDTH)), theme)
    size = theme.size("label")
    labels = (
        label_lines(entry.arc, size, 0.0)  # broken if possible
        for entry in connections
        if not entry.long and entry.tail.frame == number
    )
    words = [widest(lines, size) + 4.0 for lines in labels]
    if frame.role is not None:
        size = theme.size("caption")
        lines = [line for part in change_lines(frame.caption) for line in wrap_label(part, size, 0.0)]
        words.append(widest(lines, size) * TEX_STRETCH - scale.frame_gap + CAPTION_GAP)
    return plain._replace(width=max(_least_width(plain, theme), *words, 0.0))


def low_frame(frame: Frame, *, captioned: bool = False) -> Frame:
    """Return a frame without numbers of bars, with short notes in one line, and a caption if `captioned`."""
    bars = tuple(replace(bar, index="") if isinstance(bar, Bar) else bar for bar in frame.bars)
    joined = Label(*frame.notes, joint=", ")
    notes = (joined,) if frame.notes and len(joined) <= _SHORT else frame.notes
    return replace(frame, bars=bars, notes=notes, caption=frame.caption if captioned else NOTHING)


def port_x(slot: Slot, end: ArcEnd) -> float:
    """Return the x of an end of a shortcut at a bar."""
    if end.is_tail:
        return slot.x - reach_back(end.rank + 1)
    return slot.x + slot.size.width + reach_on(end.rank + 1)


def fitted(frame: MeasuredFrame, width: float) -> MeasuredFrame:
    """Spread the content of a frame over its width."""
    spare = width - frame.content - _ROOMY
    if frame.crossings or spare <= 0 or len(frame.slots) < 2:
        return frame
    step = min(_MOST_SPREAD, spare / (len(frame.slots) - 1))
    slots = tuple(slot._replace(x=slot.x + at * step) for at, slot in enumerate(frame.slots))
    return frame._replace(slots=slots, content=frame.content + step * (len(slots) - 1))


def noted(frame: MeasuredFrame, rooms: Mapping[Label, float], theme: Theme) -> MeasuredFrame:
    """Return a frame with its notes wrapped to the room of each, so that one is alike in all frames."""
    notes = [
        wrap_label(line, theme.size("caption"), rooms[line], keeps_commas=True) for line in frame.frame.notes
    ]
    return frame._replace(note=tuple(line for lines in notes for line in lines))


def content_start(frame: MeasuredFrame, width: float, theme: Theme) -> float:
    """Return the start of the content in a frame of that width: centred, clear of the title."""
    middle = (width - frame.content) / 2
    if not frame.crossings:
        return middle
    title, count = heading_widths(frame.frame, theme)
    least = FRAME_PADDING + title + _CLEAR - min(frame.crossings) if title else 0.0
    maximum = width - (FRAME_PADDING + count + _CLEAR if count else 0.0) - max(frame.crossings)
    return max(least, min(middle, maximum))


def _least_width(frame: MeasuredFrame, theme: Theme) -> float:
    if frame.frame.role is None:
        return frame.content
    title, count = heading_widths(frame.frame, theme)
    heading = title + count + 2 * FRAME_PADDING + (_COUNT_GAP if title and count else 0.0)
    notes = [text_width(line, theme.size("caption")) + 2 * FRAME_PADDING for line in frame.note]
    width = max(frame.content, heading, *notes, 0.0)
    if frame.crossings:
        start = max(0.0, FRAME_PADDING + title + _CLEAR - min(frame.crossings)) if title else 0.0
        behind = max(frame.crossings) + (FRAME_PADDING + count + _CLEAR if count else 0.0)
        width = max(width, start + max(frame.content, behind))
    return width


def label_of(arc: Arc) -> Label:
    """Return the label over a shortcut of one block; empty for an identity, which its colour shows."""
    return NOTHING if arc.role is EdgeRole.IDENTITY else arc.label


def label_lines(arc: Arc, size: float, room: float) -> tuple[str, ...]:
    """Return the label of a shortcut in lines of up to `room` points, with a plus at the start of a line."""
    label = label_of(arc)
    if not label or text_width(label, size) <= room:
        return (label,) if label else ()
    return tuple(line for part in plus_lines(label) for line in wrap_label(part, size, room))


def _slots(frame: Frame, scale: Scale, ends: Ends, theme: Theme) -> tuple[tuple[Slot, ...], float]:
    """Return the slots from left to right, and their total width with the ends of shortcuts."""
    strict, ellipsis = frame.role is GroupRole.STAGE, BarSize(ELLIPSIS_WIDTH, 0.0, ())
    sizes = [
        bar_size(bar, scale, theme, strict=strict) if isinstance(bar, Bar) else ellipsis for bar in frame.bars
    ]
    sizes = _levelled(frame, sizes)
    gap = _common_gap(frame, sizes, scale.gap, ends, theme)
    slots: list[Slot] = []
    # How far the index of a bar reaches beyond it on either side, with a gap.
    aside = [
        (text_width(item.index, theme.size("label")) - size.width) / 2 + _INDEX_GAP
        if isinstance(item, Bar) and item.index
        else 0.0
        for item, size in zip(frame.bars, sizes, strict=True)
    ]
    first = frame.bars[0] if frame.bars else None
    tails = ends.tails[first.id] if isinstance(first, Bar) else 0
    lead = scale.lead if frame.role else 0.0
    x = max(lead, reach_back(tails) + _BEHIND if tails else 0.0, *aside[:1])
    for number, (item, size) in enumerate(zip(frame.bars, sizes, strict=True)):
        before = frame.bars[number - 1] if number else None
        if isinstance(before, Bar) and isinstance(item, Bar):
            x += gap
        elif before:
            # Beside an ellipsis a piece of the line is visible.
            out = reach_on(ends.heads[before.id]) + _BEHIND if isinstance(before, Bar) else 0.0
            back = reach_back(ends.tails[item.id]) + _BEHIND if isinstance(item, Bar) else 0.0
            x += ELLIPSIS_GAP + max(_STUB, out, back)
        slots.append(Slot(item, x, size))
        x += size.width
    last = frame.bars[-1] if frame.bars else None
    heads = ends.heads[last.id] if isinstance(last, Bar) else 0
    return tuple(slots), x + max(lead, reach_on(heads) + _BEHIND if heads else 0.0, *aside[-1:])


def _levelled(frame: Frame, sizes: list[BarSize]) -> list[BarSize]:
    """Return the sizes, with equal heights for bars with text of one resolution."""
    tallest: dict[float, float] = {}
    for bar, size in zip(frame.bars, sizes, strict=True):
        if isinstance(bar, Bar) and bar.text:
            tallest[bar.resolution] = max(tallest.get(bar.resolution, 0.0), size.height)
    return [
        size._replace(height=tallest[item.resolution]) if isinstance(item, Bar) and item.text else size
        for item, size in zip(frame.bars, sizes, strict=True)
    ]


def _common_gap(frame: Frame, sizes: list[BarSize], gap: float, ends: Ends, theme: Theme) -> float:
    """Return the gap that suffices between any two neighbours in a frame."""
    for (before, left), (item, right) in pairwise(zip(frame.bars, sizes, strict=True)):
        if isinstance(before, Bar) and isinstance(item, Bar):
            heads, tails = ends.heads[before.id], ends.tails[item.id]
            needed = reach_on(heads) + reach_back(tails) + (BETWEEN if heads and tails else END_GAP)
            indices = (
                text_width(before.index, theme.size("label")),
                text_width(item.index, theme.size("label")),
            )
            overhang = (max(0.0, indices[0] - left.width) + max(0.0, indices[1] - right.width)) / 2
            gap = max(gap, needed if heads or tails else 0.0, overhang + 2.0)
    return gap
