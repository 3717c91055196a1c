"""Assign the lines of a graph to tracks in the channels between its columns and lines."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from resnet_diagram.dataclass import dataclass
from resnet_diagram.layout.lanes.grid import Grid, Net
from resnet_diagram.layout.lanes.routes import Route, Way


@dataclass()
class _Run:
    """The part of a net in one channel: its extent, and where lines join it from before and from behind."""

    low: float
    high: float
    before: set[float] = field(default_factory=set)
    behind: set[float] = field(default_factory=set)


Track = Mapping[tuple[int, Net], int]
"""The track of a net in a channel, from 0."""


@dataclass(frozen=True)
class Tracks:
    """Tracks in the channels between columns (`upright`) and between lines (`level`), and their numbers."""

    upright: Track
    level: Track
    columns: tuple[int, ...]
    lines: tuple[int, ...]


Runs = dict[tuple[int, Net], _Run]
"""The run of a net in a channel."""


def _extended(runs: Runs, channel: int, net: Net, *places: float) -> _Run:
    """Return the run of a net in a channel, extended to some places."""
    run = runs.setdefault((channel, net), _Run(places[0], places[0]))
    run.low, run.high = min(run.low, *places), max(run.high, *places)
    return run


def tracks(
    grid: Grid, routes: Iterable[Route], entries: Sequence[float], exits: Mapping[Net, float]
) -> Tracks:
    """Return the tracks of all routes.

    `entries`: offset of each route where it enters its head, in lines; `exits`: that of each net at its tail.
    """
    upright: Runs = {}
    level: Runs = {}
    for route, offset in zip(routes, entries, strict=True):
        start, end = grid.columns[route.read.vertex], grid.columns[route.head]
        leave = 2 * grid.leaves(route.net) + 1 + exits[route.net]
        enter = 2 * grid.enters(route.net, route.head) + 1 + offset
        if route.way in (Way.LATE, Way.EARLY) or (route.way is Way.STRAIGHT and leave != enter):
            run = _extended(upright, start + 1 if route.way is Way.EARLY else end, route.net, leave, enter)
            run.before.add(leave)
            run.behind.add(enter)
        elif route.way is Way.AROUND:
            between = 2.0 * route.channel
            _extended(upright, start + 1, route.net, leave, between).before.add(leave)
            _extended(upright, end, route.net, between, enter).behind.add(enter)
            _extended(level, route.channel, route.net, 2.0 * (start + 1), 2.0 * end)
    return Tracks(
        upright=(first := _assigned(upright)),
        level=(second := _assigned(level)),
        columns=_counts(first, grid.width + 1),
        lines=_counts(second, grid.height + 1),
    )


def _counts(track: Track, size: int) -> tuple[int, ...]:
    """Return the number of tracks in each channel."""
    counts = [0] * size
    for (channel, _), number in track.items():
        counts[channel] = max(counts[channel], number + 1)
    return tuple(counts)


def _assigned(runs: Runs) -> Track:
    """Return a track for each run: the first that is free behind those it must follow."""
    result: dict[tuple[int, Net], int] = {}
    by_channel: dict[int, list[tuple[Net, _Run]]] = {}
    for (channel, net), run in runs.items():
        by_channel.setdefault(channel, []).append((net, run))
    for channel, stored in by_channel.items():
        placed: list[tuple[int, float, float]] = []
        behind: dict[float, int] = {}
        for net, run in _ordered(stored):
            least = max((behind.get(place, 0) for place in run.behind), default=0)
            occupied = {track for track, low, high in placed if low <= run.high and run.low <= high}
            track = next(at for at in range(least, least + len(placed) + 1) if at not in occupied)
            placed.append((track, run.low, run.high))
            behind |= {place: max(track + 1, behind.get(place, 0)) for place in run.before}
            result[channel, net] = track
    return result


def _ordered(stored: Sequence[tuple[Net, _Run]]) -> list[tuple[Net, _Run]]:
    """Return runs so that one that a line joins from before comes ahead of one that leaves there."""
    waiting = sorted(stored, key=lambda item: (item[1].low, item[1].high, item[0]))
    joined = Counter(place for _, run in waiting for place in run.before)

    def is_ready(run: _Run) -> bool:
        return all(joined[place] == (place in run.before) for place in run.behind)

    result: list[tuple[Net, _Run]] = []
    while waiting:
        at = next((at for at, (_, run) in enumerate(waiting) if is_ready(run)), 0)
        result.append(waiting.pop(at))
        joined.subtract(result[-1][1].before)
    return result
