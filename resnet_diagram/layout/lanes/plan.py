"""Positions of the parts and the lines of a graph, along (u) and across (v) the flow."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import Dag, Frame
from resnet_diagram.diagram.walk import is_merge
from resnet_diagram.layout.lanes.extents import (
    AHEAD,
    FRAME_GAP,
    Enclosure,
    Extent,
    enclosures,
    end_of,
    overhang,
)
from resnet_diagram.layout.lanes.grid import ENTRY, Grid, Net, grid
from resnet_diagram.layout.lanes.routes import Route, Way, routes
from resnet_diagram.layout.lanes.tracks import Tracks, tracks
from resnet_diagram.layout.scene import Point
from resnet_diagram.layout.spacing import MERGE_RADIUS, PITCH

_TRACK = 4.4
"""Distance between two tracks of a channel, in points."""
_BEHIND = 4.5
"""From a part to the first track behind it."""
_PORT = 5.2
"""Distance between two lines that enter or leave a part beside each other, in points."""
_DIGITS = 6
"""Decimals of the offsets of lines, so that a level line has equal ones at both ends."""
_LINE_GAP = 7.0
_ROW_GAP = 7.5
_LABEL_GAP = 3.0
_LABEL_LEAD = 6.5
"""From a merge to the words on a line that enters it from above or below, in points."""
_SCALE = 1000.0


class Plan(NamedTuple):
    """The places of the parts of a graph, and the paths of its lines.

    `starts`: where each part begins along the flow; `lines`: its middle across it; `lengths`: their lengths,
    stretched to those of their columns. `reaches`: half the height of each merge and of what several lines
    enter. `labels`: for each route the place of its words, and whether they begin there or are centred.
    """

    grid: Grid
    routes: tuple[Route, ...]
    paths: tuple[tuple[Point, ...], ...]
    starts: tuple[float, ...]
    lines: tuple[float, ...]
    lengths: tuple[float, ...]
    reaches: tuple[float, ...]
    labels: tuple[tuple[Point, bool], ...]
    columns: tuple[tuple[float, float], ...]
    rows: tuple[float, ...]
    length: float
    height: float
    frames: tuple[tuple[Frame, Point, Point], ...] = ()


@lru_cache(maxsize=32)
def plan(
    dag: Dag,
    extents: tuple[Extent, ...],
    words: tuple[float, ...],
    size: float,
    headings: tuple[tuple[str, float], ...] = (),
    *,
    downwards: bool = False,
) -> Plan:
    """Return the plan of a graph, kept for pages that are tried with other panels.

    `words`: the width of the words on each line, in the order of the vertices' reads; `size`: their type.
    `headings`: the length of the title of each frame of a module. `downwards`: the flow runs down.
    """
    places = grid(dag)
    routed = routes(dag, places)
    clear = PITCH * size + 2.0
    gaps = [clear if width and not places.given else 0.0 for width in words]
    offsets = _entries(dag, places, routed, gaps)
    exits = _exits(dag, places, extents, dict(zip(routed, offsets, strict=True)))
    scaled = {net: offset / _SCALE for net, offset in exits.items()}
    assigned = tracks(places, routed, [offset / _SCALE for offset in offsets], scaled)
    reaches = _reaches(dag, places, routed, offsets)
    frames = enclosures(dag, places, extents, reaches, dict(headings), downwards=downwards)
    planner = _Planner(places, routed, extents, words, size, exits, reaches, assigned, frames)
    planner.place_columns()
    height = planner.place_lines()
    spans = [planner.span(number) for number in range(len(dag.vertices))]
    bodies = [planner.body(number) for number in range(len(dag.vertices))]
    tracks_behind = assigned.columns[places.width]
    return Plan(
        grid=places,
        routes=tuple(routed),
        paths=tuple(map(planner.path, routed, offsets)),
        starts=tuple(start for start, _ in spans),
        lines=tuple(middle for middle, _ in bodies),
        lengths=tuple(length for _, length in spans),
        reaches=tuple(reach for _, reach in bodies),
        labels=tuple(map(planner.label, routed, offsets, words)),
        columns=tuple(planner.columns),
        rows=tuple(planner.lines[line] for line in places.row_lines),
        length=max(planner.ends, default=0.0) + (_BEHIND + tracks_behind * _TRACK if tracks_behind else 0.0),
        height=height,
        frames=tuple(map(planner.corners, frames)),
    )


def _entries(dag: Dag, places: Grid, routed: Sequence[Route], words: Sequence[float]) -> list[float]:
    """Return the offset of each route where it enters its head: side by side, a level one in the middle.

    `words`: the height of the words on each route, which are above it, or below it behind the middle.
    """
    offsets = [0.0] * len(routed)
    into: dict[tuple[int, int], list[int]] = {}
    for at, route in enumerate(routed):
        if route.way is not Way.ACROSS:
            into.setdefault((route.head, places.enters(route.net, route.head)), []).append(at)
    for (head, _), entering in into.items():
        entering.sort(key=lambda at: (_approach(places, routed[at]), at))
        level = [rank for rank, at in enumerate(entering) if routed[at].way is Way.STRAIGHT]
        middle = level[0] if level and is_merge(dag.vertices[head]) else (len(entering) - 1) / 2
        steps = [0.0]
        for rank, (first, second) in enumerate(pairwise(entering)):
            between = (words[first] if rank > middle else 0.0, words[second] if rank + 1 <= middle else 0.0)
            steps.append(steps[-1] + max(_PORT, *between))
        centre = (steps[floor(middle)] + steps[ceil(middle)]) / 2
        for step, at in zip(steps, entering, strict=True):
            offsets[at] = round(step - centre, _DIGITS)
    return offsets


def _approach(places: Grid, route: Route) -> float:
    """Return from how far above or below a route comes to its head, in lines."""
    line, target = places.leaves(route.net), places.enters(route.net, route.head)
    middle = 2 * target + 1
    if route.way is Way.AROUND:
        return 2 * route.channel - middle
    if route.way is Way.EARLY:
        return 0.25 * (1 if line > target else -1)
    return 2 * line + 1 - middle


def _exits(
    dag: Dag, places: Grid, extents: Sequence[Extent], entries: Mapping[Route, float]
) -> dict[Net, float]:
    """Return the offset of each value where it leaves its vertex: side by side those on one line.

    They are in the order of the places where they are read, so that their lines do not cross.
    """
    goals: dict[Net, tuple[float, float]] = {}
    for route, offset in entries.items():
        line = 2 * places.enters(route.net, route.head) + 1.0
        goal = (2.0 * route.channel if route.way is Way.AROUND else line, offset)
        goals[route.net] = min(goal, goals.get(route.net, goal))
    exits: dict[Net, float] = {}
    for number, vertex in enumerate(dag.vertices):
        ports = sorted((goals.get((number, port), (0.0, 0.0)), port) for port in range(vertex.ports))
        for _, port in ports:
            line = places.leaves((number, port))
            mates = [other for _, other in ports if places.leaves((number, other)) == line]
            rank = mates.index(port) - (len(mates) - 1) / 2
            exits[number, port] = round(extents[number].exit + rank * _PORT, _DIGITS)
    return exits


def _reaches(dag: Dag, places: Grid, routed: Sequence[Route], offsets: Sequence[float]) -> list[float]:
    """Return half the height of each merge, and of other parts with several entering lines."""
    reaches = []
    largest_at = [0.0] * len(dag.vertices)
    for route, offset in zip(routed, offsets, strict=True):
        largest_at[route.head] = max(largest_at[route.head], abs(offset))
    for number, (vertex, largest) in enumerate(zip(dag.vertices, largest_at, strict=True)):
        leaving = [places.leaves((number, port)) for port in range(vertex.ports)]
        ports = (max(map(leaving.count, leaving)) - 1) / 2 * _PORT
        least = MERGE_RADIUS if is_merge(vertex) else 0.0
        reaches.append(max(least, *(value + 3.2 for value in (largest, ports) if value), 0.0))
    return reaches


@dataclass()
class _Planner:
    """A graph whose lines have routes and tracks, and then places along and across the flow.

    `columns`: where the parts of each column begin and end; `ends`: where the words beside them end. `lines`:
    where each line lies across the flow.
    """

    places: Grid
    routed: Sequence[Route]
    extents: Sequence[Extent]
    words: Sequence[float]
    size: float
    exits: Mapping[Net, float]
    reaches: Sequence[float]
    assigned: Tracks
    frames: Sequence[Enclosure]
    columns: list[tuple[float, float]] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    lines: list[float] = field(default_factory=list)

    def place_columns(self) -> None:
        """Place the columns along the flow, with room for their lines and words."""
        places, count = self.places, self.places.width
        widths, leads, before, behind = ([0.0] * count for _ in range(4))
        entered = [False] * count
        for column, extent in zip(places.columns, self.extents, strict=True):
            if column != ENTRY:
                widths[column] = max(widths[column], extent.length)
        parts = list(widths)
        for route, width in zip(self.routed, self.words, strict=True):
            column = places.columns[route.head]
            entered[column] = True
            if width and places.given:
                upright = route.way is Way.ACROSS and places.columns[route.read.vertex] == column
                side = before if upright else behind
                side[column] = max(side[column], width + _LABEL_GAP)
            elif width and route.way is Way.ACROSS:
                widths[column] = max(widths[column], parts[column] / 2 + width + _LABEL_GAP)
            elif width:
                leads[column] = max(leads[column], width + 2.0)
        u = free = 0.0
        for column, (width, length) in enumerate(zip(widths, parts, strict=True)):
            tracks_before = self.assigned.columns[column]
            if column:
                self.ends[-1] = max(u, free if tracks_before or behind[column] else 0.0)
                u = self.ends[-1] + _BEHIND
            if column or tracks_before or entered[0]:
                ahead = AHEAD if entered[column] or tracks_before else 0.0
                u += tracks_before * _TRACK + ahead + leads[column]
            u += sum(FRAME_GAP + frame.ahead for frame in self.frames if frame.columns[0] == column)
            u = max(u, before[column] - length / 2)
            self.columns.append((u, u + length))
            free = max(free, u + length / 2 + behind[column] if behind[column] else 0.0)
            u = end_of(self.frames, column, u + width, self.columns)
            self.ends.append(u)

    def place_lines(self) -> float:
        """Place the lines across the flow, with room for their words; return the height of all."""
        places, counts, pitch = self.places, self.assigned.lines, PITCH * self.size
        above, below = [2.0] * places.height, [2.0] * places.height
        gaps = [0.0] * (places.height + 1)
        reaches = [
            (*places.spans[number], *overhang(places, self.extents, self.reaches, number))
            for number in range(len(places.spans))
        ]
        reaches += [(*frame.lines, frame.above, frame.below) for frame in self.frames]
        for route, width in zip(self.routed, self.words, strict=True):
            line, reach = places.enters(route.net, route.head), self.reaches[route.head]
            if width and places.given:
                gaps[line + (places.leaves(route.net) > line)] = pitch + 2.0
            elif width and route.way is Way.ACROSS:
                room = reach + _LABEL_LEAD + pitch
                reaches.append((line, line, *((room, 0.0) if route.side < 0 else (0.0, room))))
            elif width:
                reaches.append((line, line, *((reach + pitch + 1.0,) * 2)))
        for first, last, over, under in reaches:
            above[first], below[last] = max(above[first], over), max(below[last], under)
        v = 0.0
        for line, (over, under) in enumerate(zip(above, below, strict=True)):
            v += gaps[line]
            if line:
                joined = places.line_rows[line] == places.line_rows[line - 1]
                v += _LINE_GAP if joined else _ROW_GAP
            v += (counts[line] + (line == 0)) * _TRACK if counts[line] else 0.0
            self.lines.append(v + over)
            v = self.lines[-1] + under
        return v + ((counts[places.height] + 1) * _TRACK if counts[places.height] else 0.0)

    def span(self, number: int) -> tuple[float, float]:
        """Return where a part begins along the flow, and its length."""
        if self.places.columns[number] == ENTRY:
            return 0.0, 0.0
        start, end = self.columns[self.places.columns[number]]
        extent = self.extents[number]
        length = end - start if extent.stretches else extent.length
        return start + (end - start - length) / 2, length

    def upright(self, channel: int, net: Net) -> float:
        """Return the place of a track between two columns."""
        behind = self.ends[channel - 1] + _BEHIND if channel else 0.0
        return behind + (self.assigned.upright[channel, net] + 0.5) * _TRACK

    def level(self, channel: int, net: Net) -> float:
        """Return the place of a track above a line."""
        track = self.assigned.level[channel, net]
        if channel == self.places.height:
            return self._edge(channel - 1, 1) + (track + 1) * _TRACK
        top = self._edge(channel, -1)
        count = self.assigned.lines[channel]
        return top - (count - track) * _TRACK + 0.5 * _TRACK - 2.5

    def _edge(self, line: int, side: int) -> float:
        """Return how far the parts on a line reach, above or below it."""
        reach = [
            overhang(self.places, self.extents, self.reaches, number)[side > 0]
            for number, span in enumerate(self.places.spans)
            if span[side > 0] == line
        ]
        reach += [
            frame.below if side > 0 else frame.above for frame in self.frames if frame.lines[side > 0] == line
        ]
        return self.lines[line] + side * max(2.0, *reach, 2.0)

    def corners(self, enclosure: Enclosure) -> tuple[Frame, Point, Point]:
        """Return the frame of a module and its corners."""
        (start, end), (top, bottom) = enclosure.columns, enclosure.lines
        upper = self.columns[start][0] - AHEAD - enclosure.ahead, self.lines[top] - enclosure.above
        return enclosure.frame, upper, (self.ends[end], self.lines[bottom] + enclosure.below)

    def _half(self, number: int, side: int) -> float:
        """Return how far a part reaches to a side of its line."""
        extent = self.extents[number]
        return self.reaches[number] or (extent.below if side > 0 else extent.above)

    def body(self, number: int) -> tuple[float, float]:
        """Return the middle of a part across the flow, and half its height if lines settle that."""
        first, last = self.places.spans[number]
        if first == last:
            return self.lines[first], self.reaches[number]
        over, under = overhang(self.places, self.extents, self.reaches, number)
        top, bottom = self.lines[first] - over, self.lines[last] + under
        return (top + bottom) / 2, (bottom - top) / 2

    def path(self, route: Route, offset: float) -> tuple[Point, ...]:
        """Return the points of a route."""
        tail, head, net = route.read.vertex, route.head, route.net
        start, length = self.span(tail)
        source, target = self.lines[self.places.leaves(net)], self.lines[self.places.enters(net, head)]
        leave = (start + length, source + self.exits[net])
        entry, length_of_head = self.span(head)
        enter = (entry, target + offset)
        first, last = self.places.columns[tail], self.places.columns[head]
        if route.way is Way.ACROSS:
            middle = entry + length_of_head / 2
            edge = (middle, target + route.side * self._half(head, route.side))
            if first == last:
                return (middle, source - route.side * self._half(tail, -route.side)), edge
            return leave, (middle, leave[1]), edge
        if route.way is Way.AROUND:
            out, into = self.upright(first + 1, net), self.upright(last, net)
            between = self.level(route.channel, net)
            return leave, (out, leave[1]), (out, between), (into, between), (into, enter[1]), enter
        if route.way is Way.STRAIGHT and leave[1] == enter[1]:
            return leave, enter
        turn = self.upright(first + 1 if route.way is Way.EARLY else last, net)
        return leave, (turn, leave[1]), (turn, enter[1]), enter

    def label(self, route: Route, offset: float, width: float) -> tuple[Point, bool]:
        """Return the place of the words on a route, and whether they begin there or are centred."""
        half = PITCH * self.size / 2
        if self.places.given:
            return self._label_between(route, offset, width)
        entry, length_of_head = self.span(route.head)
        line = self.lines[self.places.enters(route.net, route.head)]
        if route.way is Way.ACROSS:
            away = self.reaches[route.head] + _LABEL_LEAD + half
            return (entry + length_of_head / 2 + _LABEL_GAP, line + route.side * away), True
        side = 1 if offset > 0 else -1
        return (entry - AHEAD - width / 2, line + offset + side * (half + 1.0)), False

    def _label_between(self, route: Route, offset: float, width: float) -> tuple[Point, bool]:
        """Return the place of the words on a route between two rows, beside the line."""
        path = self.path(route, offset)
        target = self.places.enters(route.net, route.head)
        rises = self.places.leaves(route.net) > target
        half = PITCH * self.size / 2
        if route.way is Way.AROUND:
            (left, level), (right, _) = path[2:4]
            return ((left + right) / 2, level - half - 1.0), False
        place = self._edge(target, 1) + half + 1.0 if rises else self._edge(target, -1) - half - 4.0
        if len(path) == 2:
            return (path[0][0] - _LABEL_GAP - width / 2, (path[0][1] + path[1][1]) / 2), False
        column = self.places.columns[route.read.vertex if route.way is Way.EARLY else route.head]
        channel = column + (route.way is Way.EARLY)
        behind = self.ends[channel - 1] + _BEHIND + (self.assigned.columns[channel] + 0.5) * _TRACK
        across = path[1][0] + _LABEL_GAP
        return (across if route.way is Way.ACROSS else max(across, behind), place), True
