"""Place the parts of a U-Net: a row for each level, the encoder in a column, the decoder as a staircase."""

from collections.abc import Iterable, Sequence
from dataclasses import field
from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.lanes.sides import Sides
from resnet_diagram.diagram.model import Dag, Overview, Read
from resnet_diagram.layout.overview.measure import FRAME_PADDING, low_frame
from resnet_diagram.layout.spacing import PITCH
from resnet_diagram.layout.text.metrics import widest
from resnet_diagram.layout.text.wrap import narrow_lines
from resnet_diagram.layout.unet.measure import Part, Sizer, measured
from resnet_diagram.style.theme import Theme

MARGIN = 2.0
BESIDE = 3.5
"""From an arrow to the words beside it, in points."""
DROP = 10.0
"""Least length of an arrow from one level to the next, in points."""
FOOT = 9.0
"""From an edge of a part to an arrow that leaves it upwards, at least, in points."""
_ROW_LABEL_GAP = 6.0
_ARROW = 11.0
"""Length of an arrow along a row, in points."""
_SKIP, _LONGEST_SKIP = 40.0, 130.0
"""Least and greatest length of a skip connection without parts, in points."""
_MOST_NOTES = 110.0
"""Width up to which a frame is stretched for its notes, in points."""
_STRAIGHT = (True, None, False)
"""Whether the arrows up are straight: all, those to levels without a skip connection, or as they may be."""


class _Level(NamedTuple):
    """A level of a U, the finest first: a row of the graph, and its rank among the skip connections there.

    `leads`: 1 for parts of the decoder that lead to the skip connection.
    """

    row: int
    rank: int = 0
    leads: int = 0


class Row(NamedTuple):
    """The parts of a level by number: on both sides, on the skip connection, and behind the decoder.

    `words`: its resolution.
    """

    words: str
    down: tuple[int, ...]
    skip: tuple[int, ...]
    up: tuple[int, ...]
    heads: tuple[int, ...]

    @property
    def parts(self) -> tuple[int, ...]:
        """All parts of the level."""
        return (*self.down, *self.skip, *self.up, *self.heads)

    @property
    def rising(self) -> tuple[int, ...]:
        """The parts on the side of the decoder."""
        return (*self.skip, *self.up, *self.heads) or self.down


@dataclass()
class Plan:
    """A U with places: the left end of each part, the line of each level, and the size of all."""

    dag: Dag
    sizer: Sizer
    rows: tuple[Row, ...]
    parts: list[Part]
    starts: dict[int, float] = field(default_factory=dict)
    lines: dict[Row, float] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0

    def gap(self, upper: Row, lower: Row, *, rises: bool = False) -> tuple[float, float]:
        """Return where the gap between two levels begins and ends, on the side that falls or `rises`."""
        above, below = (row.rising if rises else row.down for row in (upper, lower))
        return self.lines[upper] + self.below(above), self.lines[lower] - self.above(below)

    def above(self, numbers: Iterable[int]) -> float:
        """Return how far some parts reach above their line."""
        return max((self.parts[number].above for number in numbers), default=0.0)

    def below(self, numbers: Iterable[int]) -> float:
        """Return how far some parts reach below their line."""
        return max((self.parts[number].below for number in numbers), default=0.0)

    def length(self, numbers: Iterable[int]) -> float:
        """Return the length of parts in series, with an arrow behind each."""
        return sum(self.parts[number].length + _ARROW for number in numbers)

    def end(self, numbers: Iterable[int]) -> float:
        """Return the right end of some parts."""
        return max((self.starts[number] + self.parts[number].length for number in numbers), default=0.0)

    def put(self, numbers: Iterable[int], at: float, gap: float = _ARROW) -> None:
        """Place parts one behind the other from `at` on."""
        for number in numbers:
            self.starts[number] = at
            at += self.parts[number].length + gap

    def lead(self, row: Row) -> float:
        """Return where the arrow from below enters a level of the decoder, from its left end."""
        port = self.parts[row.up[0]].first
        return min(FOOT, (port.end - port.start) / 2)

    def from_below(self, row: Row) -> Read:
        """Return the read of the first part of a level of the decoder that comes from the level under it."""
        return next(read for read in self.dag.vertices[row.up[0]].reads if read.vertex not in row.parts)

    def gates(self, row: Row) -> tuple[int, ...]:
        """Return the parts on the skip connection of a level that read the value from below too."""
        return tuple(number for number in row.skip if len(self.dag.vertices[number].reads) > 1)

    def ends_skip(self, row: Row) -> bool:
        """Return whether a level of the decoder begins where a skip connection ends."""
        return len(self.dag.vertices[row.up[0]].reads) > 1

    def words(self, row: Row, *, rises: bool) -> tuple[str, ...]:
        """Return the words beside the arrow up or down to a level, in lines."""
        down = (read for number in row.down[:1] for read in self.dag.vertices[number].reads)
        labels = tuple(read.label for read in ([self.from_below(row)] if rises else down) if read.label)
        return narrow_lines(labels[:1], self.sizer.theme.size("label"), self.sizer.words)

    def words_length(self, row: Row, *, rises: bool) -> float:
        """Return the width of the words beside the arrow up or down to a level."""
        return widest(self.words(row, rises=rises), self.sizer.theme.size("label"))


def rows_of(dag: Dag, sides: Sides) -> tuple[Row, ...]:
    """Return the levels of a U, finest first.

    Returns nothing where a level has several skip connections or ends, or words on an arrow along it.
    """
    down, up, row_of = _levels(dag, sides)
    rows: list[Row] = []
    for at in sorted(set(row_of.values())):
        left, right, heads = (
            tuple(number for number in side if row_of[number] == at) for side in (down, up, sides.heads)
        )
        ways = [sides.skips[number] for number in right if number in sides.skips]
        behind = tuple(dag.vertices[number].reads[0].vertex for number in heads)
        series = behind == (*right[-1:], *heads)[: len(heads)]
        joined = [way[0] for way in ways] in ([], list(left[-1:]))
        level = (*pairwise(left), *pairwise((*right, *heads)))
        reads = (read for tail, head in level for read in dag.vertices[head].reads if read.vertex == tail)
        if not (joined and series) or any(read.label for read in reads):
            return ()
        words = dag.rows[at.row] if dag.rows and not at.leads else ""
        rows.append(Row(words, left, ways[0][1:] if ways else (), right, heads))
    return tuple(rows)


def _levels(dag: Dag, sides: Sides) -> tuple[Sequence[int], Sequence[int], dict[int, _Level]]:
    """Return the parts of the encoder and of the decoder, and the level of each part.

    What follows the start of a skip connection belongs to the level under it. Skip connections of one
    resolution have a level each, the outermost on top; so has what leads to the end of one from below.
    """
    row_of = [vertex.row for vertex in dag.vertices]
    lowest = _Level(row_of[sides.down[-1]])
    start = next(at for at, part in enumerate(sides.up) if part in sides.skips or row_of[part] < lowest.row)
    down, up = [*sides.down, *sides.up[:start]], sides.up[start:]
    rows = [row_of[merge] for merge in sides.skips]
    ends = [_Level(row, rows[:at].count(row)) for at, row in enumerate(rows)]
    level_of = dict(zip(sides.skips, ends, strict=True))
    level, outer = lowest, ends
    for number in up:
        if number in sides.skips:
            level, outer = level_of[number], ends[: ends.index(level_of[number])]
        elif row_of[number] < level.row:
            target = next((end for end in outer[-1:] if end.row == row_of[number]), None)
            level = target._replace(leads=1) if target else _Level(row_of[number])
        level_of[number] = level
    levels = sorted({*level_of.values(), *(_Level(row_of[number]) for number in sides.down)})
    sources = {down.index(way[0]): level_of[merge] for merge, way in sides.skips.items()}
    for at, number in enumerate(down):
        level = lowest if number in sides.up else _Level(row_of[number])
        ahead = next((end for place, end in sources.items() if place >= at), level)
        level = ahead if ahead.row == level.row else level
        passed = [end for place, end in sources.items() if place < at]
        if passed and level <= passed[-1]:
            level = next((lower for lower in levels if lower > passed[-1]), lowest)
        level_of[number] = level
    for number in sides.heads:
        level_of[number] = level_of[dag.vertices[number].reads[0].vertex]
    return down, up, level_of


def lifted(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the levels with the input, and all behind the first parts of the decoder, above the others."""
    top, *others = rows
    kept = 2 if top.down else 1
    ends = (*top.up, *top.heads)[kept:]
    if not ends and len(top.down) < 2:
        return rows
    ahead = Row("", top.down[:-1], (), ends, ())
    return (ahead, top._replace(down=top.down[-1:], up=top.up[:kept], heads=()), *others)


def planned(dag: Dag, rows: tuple[Row, ...], sizer: Sizer, *, notes: bool) -> Plan:
    """Return the places of all parts; `notes`: frames are wide enough for their notes."""
    plan = Plan(dag, sizer, rows, [measured(vertex, sizer) for vertex in dag.vertices])
    filled = [row for row in rows if row.down]
    column = [row.down[0 if at else -1] for at, row in enumerate(filled)]
    for number, vertex in enumerate(dag.vertices if notes else ()):
        if isinstance(vertex.content, Overview):
            lines = (note for frame in vertex.content.frames for note in low_frame(frame).notes)
            room = widest(lines, sizer.theme.size("caption")) + 2 * FRAME_PADDING + 1.0
            plan.parts[number] = measured(vertex, sizer, min(room, _MOST_NOTES))
    width = max(plan.parts[number].length for number in column)
    for number in column:
        plan.parts[number] = measured(dag.vertices[number], sizer, width)
    words = words_width(rows, sizer.theme)
    left = MARGIN + words + _ROW_LABEL_GAP * bool(words)
    ahead = plan.length(filled[0].down[:-1])
    left += max(0.0, ahead - (width - plan.parts[column[0]].length) / 2)
    for number, row in zip(column, filled, strict=True):
        before = row.down[: row.down.index(number)]
        plan.put(row.down, left + (width - plan.parts[number].length) / 2 - plan.length(before))
    _place_decoder(plan)
    _place_lines(plan)
    lowest = next(row for row in reversed(rows) if row.up)
    ends = [
        plan.starts[row.up[0]] + plan.lead(row) + BESIDE + plan.words_length(row, rises=True)
        for row in rows
        if row is lowest or plan.gates(row)
    ]
    plan.width = max(*ends, *(plan.end(row.parts) for row in rows)) + MARGIN
    return plan


def words_width(rows: Sequence[Row], theme: Theme) -> float:
    """Return the width of the words beside levels."""
    return widest((row.words for row in rows), theme.size("caption"))


def _place_decoder(plan: Plan) -> None:
    """Place the parts of the decoder, each level so far right that a straight arrow leads up to it."""
    rising = [row for row in reversed(plan.rows) if row.up]
    ends = {row: plan.end(row.down) for row in plan.rows}
    over = {row: end + plan.length(row.skip) for row, end in ends.items()}
    words = {row: plan.words_length(row, rises=True) + 2 * BESIDE for row in rising}
    for straight in _STRAIGHT:
        shifts = [0.0]
        for row, upper in pairwise(rising):
            rises = straight is True or (straight is None and not plan.ends_skip(upper))
            shifts.append(shifts[-1] + (_shift(plan, row) if rises else 0.0))
        least = ends[plan.rows[-1]] + 2 * BESIDE
        for row, under, by in zip(rising, (plan.rows[-1], *rising), shifts, strict=False):
            free = over[row] + plan.lead(row) + (_ARROW if row.skip else _SKIP)
            past_words = (
                max(over[row], over[under], _words_end(plan, under)) + words[row] if under.up else 0.0
            )
            least = max(least, max(free, past_words) - by)
        right = (plan.length((*row.up, *row.heads)) - _ARROW - plan.lead(row) for row in rising)
        end = max(least + by + length for by, length in zip(shifts, right, strict=True))
        if end + MARGIN <= plan.sizer.room:
            break
    shortest = min(least + by - ends[row] for row, by in zip(rising, shifts, strict=True))
    least += max(0.0, min(plan.sizer.room - MARGIN - end, _LONGEST_SKIP - shortest))
    for row, by in zip(rising, shifts, strict=True):
        at = least + by - plan.lead(row)
        plan.put((*row.up, *row.heads), at)
        space = at - ends[row] - sum(plan.parts[number].length for number in row.skip)
        gap = max(_ARROW, (space - max(words.values())) / (len(row.skip) + 1))
        first, gap = (max(_ARROW, space - _ARROW * len(row.skip)), _ARROW) if plan.gates(row) else (gap, gap)
        plan.put(row.skip, ends[row] + first, gap)


def _shift(plan: Plan, row: Row) -> float:
    """Return the distance from the arrow that enters a level to the one that leaves it upwards."""
    port = plan.parts[row.up[-1]].last
    return plan.length(row.up[:-1]) + port.start + min(FOOT, (port.end - port.start) / 2) - plan.lead(row)


def _words_end(plan: Plan, row: Row) -> float:
    """Return the right end of the words beside the arrow down to a level."""
    if not row.down:
        return 0.0
    port = plan.parts[row.down[0]].first
    middle = plan.starts[row.down[0]] + (port.start + port.end) / 2
    return middle + BESIDE + plan.words_length(row, rises=False)


def _place_lines(plan: Plan) -> None:
    """Place the line of each level across the page, and the lower end of all."""
    pitch = PITCH * plan.sizer.theme.size("label")
    ends = (MARGIN, MARGIN)
    for at, row in enumerate(plan.rows):
        gaps = [0.0, 0.0]
        if at:
            over, falls, rises = plan.rows[at - 1], len(plan.words(row, rises=False)), 0
            falls += bool(falls) and at > 1 and len(over.down) > 1
            if over.up:
                rises = len(plan.words(over, rises=True))
                rises += (bool(rises) and not plan.ends_skip(over)) + 2 * bool(plan.gates(over))
            gaps = [max(DROP, words * pitch + 2 * BESIDE * bool(words)) for words in (falls, rises)]
            if over.up and plan.ends_skip(over) and not plan.gates(over):
                gaps[1] -= min(gaps[1] - DROP, plan.below(over.rising) - DROP)
        sides = zip(ends, gaps, (row.down, row.rising), strict=True)
        plan.lines[row] = line = max(
            end + gap + max(pitch + BESIDE, plan.above(side)) for end, gap, side in sides if side
        )
        ends = (
            line + plan.below(row.down) if row.down else ends[0] if at else 0.0,
            line + plan.below(row.rising) if row.skip + row.up + row.heads else ends[1] if at else 0.0,
        )
    plan.height = max(ends) + MARGIN
