"""Place the ports at which shortcuts leave and join the line of flow of an overview."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from resnet_diagram.diagram.model import Arc, Bay, Slab

END_GAP = 3.6
"""From a slab to the nearest end of a shortcut."""
TAIL_STEP = 3.2
HEAD_STEP = 4.0
"""Between two shortcuts that leave, or end, at one slab."""
BETWEEN = 3.4
"""Between the last that ends and the first that leaves."""


class Plug(NamedTuple):
    """An arc and its ends.

    `tail_bay`, `head_bay`: numbers of the bays. `tail_rank`, `head_rank`: how many shortcuts leave, or end,
    nearer to the same slab. `tail_out`, `head_out`: the end lies beside the bay, not in it. `start`, `stop`:
    the slabs' places in the strip.
    """

    arc: Arc
    tail_bay: int
    head_bay: int
    tail_rank: int
    head_rank: int
    tail_out: bool
    head_out: bool
    start: int
    stop: int

    @property
    def long(self) -> bool:
        """Return whether it runs from one frame to another, above the frames."""
        return self.tail_bay != self.head_bay


def by_bay(plugs: Iterable[Plug], count: int) -> list[list[Plug]]:
    """The arcs that leave or end in each of `count` bays."""
    items: list[list[Plug]] = [[] for _ in range(count)]
    for plug in plugs:
        for number in {plug.tail_bay, plug.head_bay}:
            items[number].append(plug)
    return items


class Ends(NamedTuple):
    """Number of shortcuts that leave before each bar and end behind it, in its frame."""

    tails: Counter[str]
    heads: Counter[str]


def plugs_of(bays: tuple[Bay, ...], arcs: Iterable[Arc]) -> list[Plug]:
    """Every arc whose slabs are there, shorter ones first."""
    order: dict[str, tuple[int, int]] = {}
    for number, bay in enumerate(bays):
        for slab in _slabs(bay):
            order[slab.id] = (number, len(order))
    names = [arc for arc in arcs if arc.tail in order and arc.head in order]
    names.sort(key=lambda arc: (order[arc.head][1] - order[arc.tail][1], order[arc.tail][1]))
    tails: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    plugs: list[Plug] = []
    for arc in names:
        tail_bay, head_bay = order[arc.tail][0], order[arc.head][0]
        long = tail_bay != head_bay
        tail_out = long and _slabs(bays[tail_bay])[0].id == arc.tail
        head_out = long and _slabs(bays[head_bay])[-1].id == arc.head
        tail_at, head_at = f"{arc.tail}{' out' * tail_out}", f"{arc.head}{' out' * head_out}"
        plugs.append(
            Plug(
                arc=arc,
                tail_bay=tail_bay,
                head_bay=head_bay,
                tail_rank=tails[tail_at],
                head_rank=heads[head_at],
                tail_out=tail_out,
                head_out=head_out,
                start=order[arc.tail][1],
                stop=order[arc.head][1],
            )
        )
        tails[tail_at] += 1
        heads[head_at] += 1
    return plugs


def ends_of(plugs: Iterable[Plug]) -> Ends:
    """Count the ends of shortcuts at each bar, inside its frame."""
    stored = list(plugs)
    return Ends(
        Counter(plug.arc.tail for plug in stored if not plug.tail_out),
        Counter(plug.arc.head for plug in stored if not plug.head_out),
    )


def reach_back(tails: int) -> float:
    """From the farthest of so many ends before a slab to the slab."""
    return END_GAP + (tails - 1) * TAIL_STEP if tails else 0.0


def reach_on(heads: int) -> float:
    """From a slab to the farthest of so many ends behind it."""
    return END_GAP + (heads - 1) * HEAD_STEP if heads else 0.0


def _slabs(bay: Bay) -> list[Slab]:
    return [slab for slab in bay.slabs if isinstance(slab, Slab)]
