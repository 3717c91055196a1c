"""Break a bay that is wider than the page into parts."""

from dataclasses import replace

from resnet_diagram.diagram.model import Arc, Bay
from resnet_diagram.layout.overview.arcs import levels
from resnet_diagram.layout.overview.measure import Slot, measure_bay
from resnet_diagram.layout.overview.ports import TAIL_STEP, ends_of, plugs_of
from resnet_diagram.layout.overview.scale import Scale
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal

_LINES = 19.5
"""Minimum space for lines beside the rows, and space for each shortcut there, in points."""
_LINE = 4.0 + TAIL_STEP
_EDGES = 16.0


def pieces(bay: Bay, arcs: tuple[Arc, ...], scale: Scale, theme: Theme, room: float) -> list[Bay]:
    """The bay, or where it is wider than `room` points, the fewest parts that fit, as equal as can be."""
    plugs = plugs_of((bay,), arcs)
    full = measure_bay(bay, 0, scale, plugs, ends_of(plugs), theme)
    depth = len(levels([(plug.start - 0.5, plug.stop + 0.5) for plug in plugs if plug.start < plug.stop]))
    room -= _LINES + depth * _LINE
    if full.content <= room or len(bay.slabs) < 2:
        return [bay]
    sizes = _sizes(full.slots, room)
    while len(narrower := _sizes(full.slots, room - 4.0)) == len(sizes):
        sizes, room = narrower, room - 4.0
    return _parts(bay, sizes)


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


def _parts(bay: Bay, sizes: list[int]) -> list[Bay]:
    """The bay in parts of so many slots each; what is said of all of it is said once."""
    bays: list[Bay] = []
    start = 0
    for number, size in enumerate(sizes):
        first, last = number == 0, number == len(sizes) - 1
        part = replace(
            bay,
            id=bay.id if first else f"{bay.id}-part{number + 1}",
            title=bay.title if first or not bay.title else Label(bay.title, literal("…", Kind.SIGN)),
            slabs=bay.slabs[start : start + size],
            repeat=bay.repeat if first else 1,
            notes=bay.notes if first else (),
            caption=bay.caption if last else NOTHING,
        )
        bays.append(part)
        start += size
    return bays
