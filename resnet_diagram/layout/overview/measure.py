"""Measure the bays of a strip: where each slab stands in its frame, and how wide the frame is at least."""

from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.diagram.model import Arc, Bay, EdgeRole, GroupRole, Omitted, Slab
from resnet_diagram.layout.overview.ports import BETWEEN, END_GAP, Ends, Plug, reach_back, reach_on
from resnet_diagram.layout.overview.scale import TEX, Scale, SlabSize, slab_size
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import wrap_label
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.layers import plus_lines
from resnet_diagram.wording.shapes import change_lines
from resnet_diagram.wording.symbols import times
from resnet_diagram.wording.terms import NOTHING, Label

SIDE = 5.0
"""From a frame's edge to its title."""
DOTS = 6.0
DOTS_CLEAR = 3.0
"""Width of the three dots, and from them to the line they interrupt."""
CAPTION_APART = 4.5
"""Between two captions."""
_STUB = 4.5
_BEHIND = 3.8
_COUNT_GAP = 8.0
_NOTE_WIDTH = 62.0
_CLEAR = 4.0
_ROOMY = 18.0
_MOST_SPREAD = 6.0


class Slot(NamedTuple):
    """A bar, or an ellipsis for bars left out, `x` points from the start of the content."""

    item: Slab | Omitted
    x: float
    size: SlabSize

    @property
    def slab(self) -> Slab | None:
        """The bar, or None for an ellipsis."""
        return self.item if isinstance(self.item, Slab) else None


class MeasuredBay(NamedTuple):
    """A bay: its slots, the width of its content, and the least width of its frame.

    `note`: its lines. `tails`, `heads`: where the long shortcuts cross its frame, from where the content
    begins.
    """

    bay: Bay
    slots: tuple[Slot, ...]
    content: float
    width: float
    note: tuple[str, ...]
    through: tuple[float, ...]

    @property
    def times(self) -> str:
        """Number of repetitions, such as "[×36]"; empty for one."""
        return times(self.bay.repeat)


def measure_bay(
    bay: Bay, number: int, scale: Scale, plugs: list[Plug], ends: Ends, theme: Theme
) -> MeasuredBay:
    """One bay with the ends of its shortcuts; `number` is its place in the strip."""
    slots, content = _slots(bay, scale, ends, theme)
    note = _note(bay, max(content, _NOTE_WIDTH), theme)
    by_id = {slot.slab.id: slot for slot in slots if slot.slab}
    through = [tail_x(by_id[plug.arc.tail], plug) for plug in plugs if _enters(plug, number, tail=True)]
    through += [head_x(by_id[item.arc.head], item) for item in plugs if _enters(item, number, tail=False)]
    plain = MeasuredBay(bay, slots, content, 0.0, note, tuple(through))
    labels = [_word_width(entry.arc, theme) for entry in plugs if not entry.long and entry.tail_bay == number]
    words = [width + 4.0 for width in labels]
    if bay.role is not None:
        words.append(_caption_width(bay, theme) - scale.frame_gap + CAPTION_APART)
    return plain._replace(width=max(_least_width(plain, theme), *words, 0.0))


def _caption_width(bay: Bay, theme: Theme) -> float:
    """The width of what is written under a bay, broken as far as it can be."""
    size = theme.size("caption")
    lines = [line for part in change_lines(bay.caption) for line in wrap_label(part, size, 0.0)]
    return max((text_width(line, size) for line in lines), default=0.0) * TEX


def tail_x(slot: Slot, plug: Plug) -> float:
    """Return the x of a shortcut's start before a bar."""
    return slot.x - reach_back(plug.tail_rank + 1)


def head_x(slot: Slot, plug: Plug) -> float:
    """Return the x of a shortcut's end behind a bar."""
    return slot.x + slot.size.width + reach_on(plug.head_rank + 1)


def title_widths(bay: MeasuredBay, theme: Theme) -> tuple[float, float]:
    """The widths of a bay's title and of its count."""
    title = text_width(bay.bay.title, theme.size("group"), bold=True)
    return title, text_width(bay.times, theme.size("badge"), bold=True)


def fitted(bay: MeasuredBay, width: float, theme: Theme) -> MeasuredBay:
    """The bay in a frame of that width: the fewest lines of note, slots as far apart as looks well."""
    bay = bay._replace(note=_note(bay.bay, width - 2 * SIDE, theme))
    spare = width - bay.content - _ROOMY
    if bay.through or spare <= 0 or len(bay.slots) < 2:
        return bay
    step = min(_MOST_SPREAD, spare / (len(bay.slots) - 1))
    slots = tuple(slot._replace(x=slot.x + at * step) for at, slot in enumerate(bay.slots))
    return bay._replace(slots=slots, content=bay.content + step * (len(slots) - 1))


def _note(bay: Bay, room: float, theme: Theme) -> tuple[str, ...]:
    notes = [wrap_label(line, theme.size("caption"), room) for line in bay.notes]
    return tuple(line for lines in notes for line in lines)


def content_start(bay: MeasuredBay, width: float, theme: Theme) -> float:
    """Return the start of the content in a frame of that width: centred, clear of the title."""
    middle = (width - bay.content) / 2
    if not bay.through:
        return middle
    title, count = title_widths(bay, theme)
    least = SIDE + title + _CLEAR - min(bay.through) if title else 0.0
    maximum = width - (SIDE + count + _CLEAR if count else 0.0) - max(bay.through)
    return max(least, min(middle, maximum))


def _enters(plug: Plug, number: int, *, tail: bool) -> bool:
    """Return whether an end of a long shortcut lies in the frame of that number."""
    if not plug.long:
        return False
    if tail:
        return plug.tail_bay == number and not plug.tail_out
    return plug.head_bay == number and not plug.head_out


def _least_width(bay: MeasuredBay, theme: Theme) -> float:
    if bay.bay.role is None:
        return bay.content
    title, count = title_widths(bay, theme)
    heading = title + count + 2 * SIDE + (_COUNT_GAP if title and count else 0.0)
    notes = [text_width(line, theme.size("caption")) + 2 * SIDE for line in bay.note]
    width = max(bay.content, heading, *notes, 0.0)
    if bay.through:
        start = max(0.0, SIDE + title + _CLEAR - min(bay.through)) if title else 0.0
        behind = max(bay.through) + (SIDE + count + _CLEAR if count else 0.0)
        width = max(width, start + max(bay.content, behind))
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


def _word_width(arc: Arc, theme: Theme) -> float:
    """The width that a shortcut's label needs at least, broken where it can be."""
    size = theme.size("label")
    return max((text_width(line, size) for line in label_lines(arc, size, 0.0)), default=0.0)


def _slots(bay: Bay, scale: Scale, ends: Ends, theme: Theme) -> tuple[tuple[Slot, ...], float]:
    """The slots from left to right, and the width they take with the ends of shortcuts round them."""
    sizes = _levelled(bay, [_size(slab, bay, scale, theme) for slab in bay.slabs])
    gap = _common_gap(bay, sizes, scale.gap, ends, theme)
    slots: list[Slot] = []
    x = _lead(bay, scale, ends)
    for number, (item, size) in enumerate(zip(bay.slabs, sizes, strict=True)):
        if number:
            x += _gap_between(bay.slabs[number - 1], item, gap, ends)
        slots.append(Slot(item, x, size))
        x += size.width
    return tuple(slots), x + _trail(bay, scale, ends)


def _size(item: Slab | Omitted, bay: Bay, scale: Scale, theme: Theme) -> SlabSize:
    if isinstance(item, Omitted):
        return SlabSize(DOTS, 0.0, ())
    return slab_size(item, scale, theme, strict=bay.role is GroupRole.STAGE)


def _levelled(bay: Bay, sizes: list[SlabSize]) -> list[SlabSize]:
    """The sizes, with slabs that hold text equally high where they have one resolution."""
    tallest: dict[float, float] = {}
    for slab, size in zip(bay.slabs, sizes, strict=True):
        if isinstance(slab, Slab) and slab.text:
            tallest[slab.resolution] = max(tallest.get(slab.resolution, 0.0), size.height)
    return [
        size._replace(height=tallest[item.resolution]) if isinstance(item, Slab) and item.text else size
        for item, size in zip(bay.slabs, sizes, strict=True)
    ]


def _lead(bay: Bay, scale: Scale, ends: Ends) -> float:
    first = bay.slabs[0] if bay.slabs else None
    tails = ends.tails[first.id] if isinstance(first, Slab) else 0
    return max(scale.lead if bay.role else 0.0, reach_back(tails) + _BEHIND if tails else 0.0)


def _trail(bay: Bay, scale: Scale, ends: Ends) -> float:
    last = bay.slabs[-1] if bay.slabs else None
    heads = ends.heads[last.id] if isinstance(last, Slab) else 0
    return max(scale.lead if bay.role else 0.0, reach_on(heads) + _BEHIND if heads else 0.0)


def _common_gap(bay: Bay, sizes: list[SlabSize], gap: float, ends: Ends, theme: Theme) -> float:
    """The gap between two neighbours that all neighbours in the bay have room in."""
    for (before, left), (item, right) in pairwise(zip(bay.slabs, sizes, strict=True)):
        if isinstance(before, Slab) and isinstance(item, Slab):
            heads, tails = ends.heads[before.id], ends.tails[item.id]
            needed = reach_on(heads) + reach_back(tails) + (BETWEEN if heads and tails else END_GAP)
            indices = (
                text_width(before.index, theme.size("label")),
                text_width(item.index, theme.size("label")),
            )
            overhang = (max(0.0, indices[0] - left.width) + max(0.0, indices[1] - right.width)) / 2
            gap = max(gap, needed if heads or tails else 0.0, overhang + 2.0)
    return gap


def _gap_between(before: Slab | Omitted, left: Slab | Omitted, gap: float, ends: Ends) -> float:
    """From one slot to the next; beside the dots a piece of the line is seen."""
    if isinstance(before, Slab) and isinstance(left, Slab):
        return gap
    out = reach_on(ends.heads[before.id]) + _BEHIND if isinstance(before, Slab) else _STUB
    back = reach_back(ends.tails[left.id]) + _BEHIND if isinstance(left, Slab) else _STUB
    return DOTS_CLEAR + max(_STUB, back if isinstance(before, Omitted) else out)
