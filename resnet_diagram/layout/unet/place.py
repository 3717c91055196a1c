"""Place the parts of a U-Net: a row for each level, the encoder in a column, the decoder as a staircase."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from resnet_diagram.diagram.lanes.sides import Sides
from resnet_diagram.diagram.model import Dag, Read
from resnet_diagram.layout.spacing import PITCH
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.text.wrap import narrow_lines
from resnet_diagram.layout.unet.measure import Part, Sizer, measured, notes_width
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


class Plan(NamedTuple):
    """A U with places: the left end of each part, the line of each level, and the size of all."""

    sizer: Sizer
    rows: tuple[Row, ...]
    parts: tuple[Part, ...]
    starts: Mapping[int, float]
    lines: tuple[float, ...]
    width: float
    height: float

    def gap(self, upper: Row, lower: Row, *, rises: bool = False) -> tuple[float, float]:
        """Return where the gap between two levels begins and ends, on the side that falls or `rises`."""
        above, below = (row.rising if rises else row.down for row in (upper, lower))
        over = max(self.parts[part].below for part in above)
        under = max(self.parts[part].above for part in below)
        return self.line(upper) + over, self.line(lower) - under

    def line(self, row: Row) -> float:
        """Return the line of a level across the page."""
        return self.lines[self.rows.index(row)]


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
    parts = [measured(vertex, sizer) for vertex in dag.vertices]
    filled = [row for row in rows if row.down]
    column = [row.down[0 if at else -1] for at, row in enumerate(filled)]
    for number, vertex in enumerate(dag.vertices if notes else ()):
        if wanted := min(notes_width(vertex, sizer.theme), _MOST_NOTES):
            parts[number] = measured(vertex, sizer, wanted)
    width = max(parts[number].length for number in column)
    for number in column:
        parts[number] = measured(dag.vertices[number], sizer, width)
    words = words_width(rows, sizer.theme)
    left = MARGIN + words + _ROW_LABEL_GAP * bool(words)
    ahead = sum(parts[number].length + _ARROW for number in filled[0].down[:-1])
    left += max(0.0, ahead - (width - parts[column[0]].length) / 2)
    starts: dict[int, float] = {}
    for number, row in zip(column, filled, strict=True):
        before = row.down[: row.down.index(number)]
        at = left + (width - parts[number].length) / 2
        _place_series(starts, parts, row.down, at - sum(parts[part].length + _ARROW for part in before))
    _place_decoder(dag, rows, parts, starts, sizer)
    lines, height = _lines(dag, rows, parts, sizer)
    lowest = next(row for row in reversed(rows) if row.up)
    words = max(
        starts[row.up[0]] + lead(row, parts) + BESIDE + _width(words_up(dag, row, sizer), sizer.theme)
        for row in rows
        if row is lowest or gates_of(dag, row)
    )
    end = max(words, *(starts[number] + parts[number].length for row in rows for number in row.parts))
    return Plan(sizer, rows, tuple(parts), starts, lines, end + MARGIN, height)


def _width(lines: Sequence[str], theme: Theme) -> float:
    """Return the width of words beside an arrow."""
    return max((text_width(line, theme.size("label")) for line in lines), default=0.0)


def words_width(rows: Sequence[Row], theme: Theme) -> float:
    """Return the width of the words beside levels."""
    return max(text_width(row.words, theme.size("caption")) for row in rows)


def _place_series(
    starts: dict[int, float], parts: Sequence[Part], numbers: Sequence[int], at: float, gap: float = _ARROW
) -> None:
    """Place parts one behind the other from `at` on."""
    for number in numbers:
        starts[number] = at
        at += parts[number].length + gap


def _place_decoder(
    dag: Dag, rows: Sequence[Row], parts: Sequence[Part], starts: dict[int, float], sizer: Sizer
) -> None:
    """Place the parts of the decoder, each level so far right that a straight arrow leads up to it."""
    rising = [row for row in reversed(rows) if row.up]
    ends = {row: max((starts[part] + parts[part].length for part in row.down), default=0.0) for row in rows}
    lengths = [
        sum(parts[number].length + _ARROW for number in (*row.up, *row.heads)) - _ARROW - lead(row, parts)
        for row in rising
    ]
    over = {row: end + sum(parts[part].length + _ARROW for part in row.skip) for row, end in ends.items()}
    reach = {row: max(end, _words_end(dag, row, parts, starts, sizer)) for row, end in over.items()}
    lowest = ends[rows[-1]] + 2 * BESIDE
    words = {row: _width(words_up(dag, row, sizer), sizer.theme) + 2 * BESIDE for row in rising}
    for straight in _STRAIGHT:
        shifts = [0.0]
        for row, upper in pairwise(rising):
            rises = straight is True or (straight is None and not _ends_skip(dag, upper))
            shifts.append(shifts[-1] + (_shift(row, parts) if rises else 0.0))
        least = max(
            lowest,
            *(
                max(
                    over[row] + lead(row, parts) + (_ARROW if row.skip else _SKIP),
                    max(over[row], reach[under]) + words[row] if under.up else 0.0,
                )
                - by
                for row, under, by in zip(rising, (rows[-1], *rising), shifts, strict=False)
            ),
        )
        end = max(least + by + length for by, length in zip(shifts, lengths, strict=True))
        if end + MARGIN <= sizer.room:
            break
    shortest = min(least + by - ends[row] for row, by in zip(rising, shifts, strict=True))
    least += max(0.0, min(sizer.room - MARGIN - end, _LONGEST_SKIP - shortest))
    for row, by in zip(rising, shifts, strict=True):
        at = least + by - lead(row, parts)
        _place_series(starts, parts, (*row.up, *row.heads), at)
        space = at - ends[row] - sum(parts[number].length for number in row.skip)
        gap = max(_ARROW, (space - max(words.values())) / (len(row.skip) + 1))
        first = ends[row] + (max(_ARROW, space - _ARROW * len(row.skip)) if gates_of(dag, row) else gap)
        _place_series(starts, parts, row.skip, first, _ARROW if gates_of(dag, row) else gap)


def lead(row: Row, parts: Sequence[Part]) -> float:
    """Return where the arrow from below enters a level of the decoder, from its left end."""
    port = parts[row.up[0]].first
    return min(FOOT, (port.end - port.start) / 2)


def _shift(row: Row, parts: Sequence[Part]) -> float:
    """Return the distance from the arrow that enters a level to the one that leaves it upwards."""
    port = parts[row.up[-1]].last
    before = sum(parts[number].length + _ARROW for number in row.up[:-1])
    return before + port.start + min(FOOT, (port.end - port.start) / 2) - lead(row, parts)


def _words_end(dag: Dag, row: Row, parts: Sequence[Part], starts: Mapping[int, float], sizer: Sizer) -> float:
    """Return the right end of the words beside the arrow down to a level."""
    if not row.down:
        return 0.0
    port = parts[row.down[0]].first
    middle = starts[row.down[0]] + (port.start + port.end) / 2
    return middle + BESIDE + _width(words_down(dag, row, sizer), sizer.theme)


def read_from_below(dag: Dag, row: Row) -> Read:
    """Return the read of the first part of a level of the decoder that comes from the level under it."""
    return next(read for read in dag.vertices[row.up[0]].reads if read.vertex not in row.parts)


def gates_of(dag: Dag, row: Row) -> tuple[int, ...]:
    """Return the parts on the skip connection of a level that read the value from below too."""
    return tuple(number for number in row.skip if len(dag.vertices[number].reads) > 1)


def words_up(dag: Dag, row: Row, sizer: Sizer) -> tuple[str, ...]:
    """Return the words beside the arrow up to a level, in lines."""
    label = read_from_below(dag, row).label
    return narrow_lines((label,), sizer.theme.size("label"), sizer.words) if label else ()


def words_down(dag: Dag, row: Row, sizer: Sizer) -> tuple[str, ...]:
    """Return the words beside the arrow down to a level, in lines."""
    reads = (read for number in row.down[:1] for read in dag.vertices[number].reads)
    labels = tuple(read.label for read in reads if read.label)
    return narrow_lines(labels[:1], sizer.theme.size("label"), sizer.words)


def _lines(
    dag: Dag, rows: Sequence[Row], parts: Sequence[Part], sizer: Sizer
) -> tuple[tuple[float, ...], float]:
    """Return the line of each level across the page, and the height of all."""
    pitch = PITCH * sizer.theme.size("label")
    lines: list[float] = []
    ends: tuple[float, float] | None = None
    for at, row in enumerate(rows):
        over, falls = rows[at - 1], len(words_down(dag, row, sizer))
        falls += bool(falls) and at > 1 and len(over.down) > 1
        rises = len(words_up(dag, over, sizer)) if at and over.up else 0
        rises += bool(rises) and not _ends_skip(dag, over)
        rises += 2 * bool(gates_of(dag, over))
        gaps = [max(DROP, words * pitch + 2 * BESIDE * bool(words)) for words in (falls, rises)]
        if at and over.up and _ends_skip(dag, over) and not gates_of(dag, over):
            gaps[1] -= min(gaps[1] - DROP, max(parts[number].below for number in over.rising) - DROP)
        sides = (row.down, row.rising)
        tops = [max((parts[number].above for number in side), default=0.0) for side in sides]
        starts = [end + gap for end, gap in zip(ends, gaps, strict=True)] if ends else [MARGIN] * 2
        lines.append(
            max(
                (
                    start + max(pitch + BESIDE, top)
                    for start, top, side in zip(starts, tops, sides, strict=True)
                    if side
                )
            )
        )
        below = [max((parts[number].below for number in side), default=0.0) for side in sides]
        before = ends or (0.0, 0.0)
        ends = (
            lines[-1] + below[0] if row.down else before[0],
            lines[-1] + below[1] if row.skip + row.up + row.heads else before[1],
        )
    return tuple(lines), max(ends or (0.0,)) + MARGIN


def _ends_skip(dag: Dag, row: Row) -> bool:
    """Return whether a level of the decoder begins where a skip connection ends."""
    return len(dag.vertices[row.up[0]].reads) > 1
