"""Route the shortcuts of an overview over its bars: inner ones first, each as low as those allow."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple

from resnet_diagram.diagram.model import Arc
from resnet_diagram.layout.overview.measure import MeasuredFrame, content_start, label_lines, label_of, port_x
from resnet_diagram.layout.overview.ports import Connection
from resnet_diagram.layout.spacing import PITCH
from resnet_diagram.layout.text.metrics import widest
from resnet_diagram.style.theme import Theme

TRACK_CLEARANCE = 5.5
"""Clearance between a shortcut and the elements below it, in points."""
_LABEL_CLEAR = 1.6
_LABEL_MARGIN = 2.0
_UNDER_TITLE = 2.4
"""Extra clearance between a line and a title, in points."""


class Skyline:
    """Occupied heights along a line, as a step function: each height is valid up to the next x."""

    def __init__(self) -> None:
        self._xs = [-inf]
        self._tops = [0.0]

    def put(self, left: float, right: float, top: float) -> None:
        """Raise the skyline to `top` between `left` and `right`."""
        start, stop = self._step(left), self._step(right)
        self._tops[start:stop] = [max(top, step) for step in self._tops[start:stop]]

    def over(self, left: float, right: float) -> float:
        """Return the greatest height between `left` and `right`, 0 if it is empty."""
        return max(self._tops[bisect_right(self._xs, left) - 1 : bisect_left(self._xs, right)], default=0.0)

    def _step(self, x: float) -> int:
        """Begin a step at x; return its number."""
        at = bisect_left(self._xs, x)
        if at == len(self._xs) or self._xs[at] != x:
            self._xs.insert(at, x)
            self._tops.insert(at, self._tops[at - 1])
        return at


class ArcRoute(NamedTuple):
    """A shortcut over bars of one frame: from `tail` to `head` along the flow, `track` above it."""

    arc: Arc
    tail: float
    head: float
    track: float


class Label(NamedTuple):
    """The lines of a shortcut's label, the lowest `base` above the flow, centred at `x`."""

    arc: Arc
    lines: tuple[str, ...]
    x: float
    base: float


class FrameRoutes(NamedTuple):
    """All that is drawn over the bars of one frame, and how high it reaches above the flow."""

    routes: tuple[ArcRoute, ...]
    labels: tuple[Label, ...]
    top: float


def routes_of(
    frame: MeasuredFrame, number: int, connections: Iterable[Connection], width: float, theme: Theme
) -> FrameRoutes:
    """Route the shortcuts within a frame `width` wide; positions are relative to its left edge."""
    start = content_start(frame, width, theme)
    skyline = Skyline()
    slots = {slot.bar.id: slot for slot in frame.slots if slot.bar}
    for slot in frame.slots:
        skyline.put(start + slot.x, start + slot.x + slot.size.width, slot.size.height / 2)
    left = [
        connection for connection in connections if not connection.long and connection.tail.frame == number
    ]
    ends = [
        (start + port_x(slots[item.tail.bar], item.tail), start + port_x(slots[item.head.bar], item.head))
        for item in left
    ]
    walls = [start + x for x in frame.crossings]
    routes: list[ArcRoute] = []
    labels: list[Label] = []
    waiting: list[ArcRoute] = []
    for level in levels(ends):
        for at in level:
            tail, head = ends[at]
            track = skyline.over(tail, head) + TRACK_CLEARANCE
            skyline.put(tail - 1.0, head + 1.0, track)
            routes.append(ArcRoute(left[at].arc, tail, head, track))
            waiting += [routes[-1]] * bool(label_of(left[at].arc))
        done = {(route.tail, route.head) for route in routes}
        rising = [*walls, *(x for pair in ends if pair not in done for x in pair)]
        waiting = [route for route in waiting if not _label(route, rising, width, skyline, labels, theme)]
    for route in waiting:
        _label(route, walls, width, skyline, labels, theme, squeezed=True)
    highest = max((route.track for route in routes), default=0.0) + _UNDER_TITLE
    return FrameRoutes(tuple(routes), tuple(labels), max(skyline.over(-1e9, 1e9), highest if routes else 0.0))


def levels(ends: Sequence[tuple[float, float]]) -> list[list[int]]:
    """Return the numbers of the spans `ends` by level: spans over no other first, then those over them."""
    below = Skyline()
    result: list[list[int]] = []
    for number, (tail, head) in enumerate(ends):
        level = int(below.over(tail, head))
        below.put(tail, head, level + 1)
        if level == len(result):
            result.append([])
        result[level].append(number)
    return result


def _label(
    route: ArcRoute,
    rising: list[float],
    width: float,
    skyline: Skyline,
    labels: list[Label],
    theme: Theme,
    *,
    squeezed: bool = False,
) -> bool:
    """Write a label over its shortcut, between the lines that are still `rising`; whether there was room."""
    size = theme.size("label")
    middle = (route.tail + route.head) / 2
    left = max([_LABEL_MARGIN, *(x + _LABEL_MARGIN for x in rising if x < middle)])
    right = min([width - _LABEL_MARGIN, *(x - _LABEL_MARGIN for x in rising if x > middle)])
    lines = label_lines(route.arc, size, max(width - 2 * _LABEL_MARGIN, 0.0))
    if squeezed and widest(lines, size) > right - left:
        lines = label_lines(route.arc, size, 0.0)
    half = widest(lines, size) / 2
    if 2 * half > right - left and not squeezed:
        return False
    x = max(left + half, min(middle, right - half))
    base = skyline.over(x - half - 1.5, x + half + 1.5) + _LABEL_CLEAR
    labels.append(Label(route.arc, lines, x, base))
    skyline.put(x - half - 1.5, x + half + 1.5, base + len(lines) * PITCH * size)
    return True
