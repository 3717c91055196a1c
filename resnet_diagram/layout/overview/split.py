"""Break a frame that is wider than the page into parts."""

from collections.abc import Iterable
from dataclasses import replace

from resnet_diagram.diagram.model import Arc, Frame
from resnet_diagram.layout.overview.arcs import levels
from resnet_diagram.layout.overview.measure import Slot, measure_frame
from resnet_diagram.layout.overview.ports import TAIL_STEP, connections_of, ends_of
from resnet_diagram.layout.overview.scale import Scale
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal

_LINES = 19.5
"""Minimum space for lines beside the rows, and space for each shortcut there, in points."""
_LINE = 4.0 + TAIL_STEP
_EDGES = 16.0


def split_frame(frame: Frame, arcs: Iterable[Arc], scale: Scale, theme: Theme, room: float) -> list[Frame]:
    """Return the frame, split into as few similar parts as possible if it is wider than `room` points."""
    connections = connections_of((frame,), arcs)
    full = measure_frame(frame, 0, scale, connections, ends_of(connections), theme)
    depth = len(
        levels(
            [
                (connection.tail.position - 0.5, connection.head.position + 0.5)
                for connection in connections
                if connection.tail.position < connection.head.position
            ]
        )
    )
    room -= _LINES + depth * _LINE
    if full.content <= room or len(frame.bars) < 2:
        return [frame]
    sizes = _sizes(full.slots, room)
    while room > 0 and len(narrower := _sizes(full.slots, room - 4.0)) == len(sizes):
        sizes, room = narrower, room - 4.0
    frames: list[Frame] = []
    start = 0
    for number, size in enumerate(sizes):
        first, last = number == 0, number == len(sizes) - 1
        part = replace(
            frame,
            id=frame.id if first else f"{frame.id}-part{number + 1}",
            title=frame.title if first or not frame.title else Label(frame.title, literal("…", Kind.SIGN)),
            bars=frame.bars[start : start + size],
            repeat=frame.repeat if first else 1,
            notes=frame.notes if first else (),
            caption=frame.caption if last else NOTHING,
        )
        frames.append(part)
        start += size
    return frames


def _sizes(slots: tuple[Slot, ...], room: float) -> list[int]:
    """Return the number of slots in each part, as many as fit into `room` points."""
    sizes = [0]
    start = 0.0
    for slot in slots:
        if sizes[-1] and slot.x + slot.size.width + _EDGES - start > room:
            sizes.append(0)
            start = slot.x - _EDGES / 2
        sizes[-1] += 1
    return sizes
