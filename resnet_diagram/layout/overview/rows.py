"""Break an overview into rows that fit the page, and compute the width of each frame."""

from itertools import chain, pairwise
from typing import NamedTuple

from resnet_diagram.diagram.annotations.model import Brace
from resnet_diagram.diagram.model import Arc, Bar, GroupRole, Overview
from resnet_diagram.layout.overview.arcs import levels
from resnet_diagram.layout.overview.measure import (
    CAPTION_GAP,
    FRAME_PADDING,
    MeasuredFrame,
    fitted,
    measure_frame,
    noted,
)
from resnet_diagram.layout.overview.ports import (
    HEAD_STEP,
    TAIL_STEP,
    Connection,
    by_frame,
    connections_of,
    ends_of,
)
from resnet_diagram.layout.overview.scale import TEX_STRETCH, Scale, scale_of
from resnet_diagram.layout.overview.split import split_frame
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.layout.units import balanced, filled_rows
from resnet_diagram.style.theme import Theme
from resnet_diagram.wording.terms import Label

INCOMING_PORT_OFFSET = 4.2
"""Distance from a frame to its first incoming port, in points."""
OUTGOING_PORT_OFFSET = 7.0
"""Distance from a frame back to its first outgoing port, in points; leaves room for an arrow head."""
_OUTER_TRACK = 6.5
_COLUMN = 4.0
_MOST_STRETCH = 2.0
_EVEN = 0.78


class PlacedFrame(NamedTuple):
    """A frame on a row: its number in the overview, its left edge and its width."""

    number: int
    measured: MeasuredFrame
    x: float
    width: float

    @property
    def end(self) -> float:
        """End of its frame."""
        return self.x + self.width


class OverviewLayout(NamedTuple):
    """A measured overview: its frames, their shortcuts, and the rows by numbers of frames.

    `gap`: between two frames. `left`, `right`: space for lines beside the rows. `columns`: for each
    connection, the column on the right in which it runs down to another row. `braces`: those of the diagram.
    """

    frames: tuple[MeasuredFrame, ...]
    connections: tuple[Connection, ...]
    rows: tuple[tuple[int, ...], ...]
    gap: float
    left: float
    right: float
    columns: tuple[int, ...] = ()
    braces: tuple[Brace, ...] = ()

    @property
    def width(self) -> float:
        """Return the least width of the whole overview, in points."""
        rows = ([self.frames[number].width for number in row] for row in self.rows)
        longest = max((sum(row) + self.gap * max(0, len(row) - 1) for row in rows), default=0.0)
        return self.left + longest + self.right


def break_rows(
    overview: Overview, theme: Theme, room: float, whole: Overview | None = None
) -> OverviewLayout:
    """Break an overview into the fewest rows no wider than `room`, as equally wide as possible.

    Spacing is tight where that saves a row. `whole`: an overview that gives the scale of its bars.
    """
    width = measured_rows(overview, theme, room, scale_of(whole or overview, tight=False))
    if len(width.rows) == 1:
        return width
    tight = measured_rows(overview, theme, room, scale_of(whole or overview, tight=True))
    return tight if len(tight.rows) < len(width.rows) else width


def measured_rows(overview: Overview, theme: Theme, room: float, scale: Scale) -> OverviewLayout:
    """Return an overview measured and broken into rows at a scale."""
    at = {bar.id: frame.id for frame in overview.frames for bar in frame.bars if isinstance(bar, Bar)}
    inside: dict[str, list[Arc]] = {frame.id: [] for frame in overview.frames}
    for arc in overview.arcs:
        if arc.tail in at and at[arc.tail] == at.get(arc.head):
            inside[at[arc.tail]].append(arc)
    parts = (split_frame(frame, inside[frame.id], scale, theme, room) for frame in overview.frames)
    frames = tuple(frame for part in parts for frame in part)
    connections = connections_of(frames, overview.arcs)
    ends = ends_of(connections)
    mine = by_frame(connections, len(frames))
    measured = tuple(
        measure_frame(frame, number, scale, mine[number], ends, theme) for number, frame in enumerate(frames)
    )
    plain = OverviewLayout(
        measured,
        tuple(connections),
        (tuple(range(len(frames))),),
        _frame_gap(connections, scale),
        *_margins(connections, 1, 0),
        braces=overview.braces,
    )
    if plain.width <= room:
        return plain
    columns = _columns(connections)
    left, right = _margins(connections, 2, 1 + max(columns, default=-1))
    many = plain._replace(left=left, right=right, columns=columns)
    widths = [frame.width for frame in measured]
    packed = balanced(lambda limit: filled_rows(widths, limit, many.gap), room - left - right, step=4.0)
    return many._replace(rows=tuple(map(tuple, packed)))


def place_frames(item: OverviewLayout, width: float, theme: Theme) -> list[list[PlacedFrame]]:
    """Place every frame on its row, with the rows stretched towards `width` points."""
    room = width - item.left - item.right
    rows: list[list[PlacedFrame]] = []
    for row in item.rows:
        x = item.left
        rows.append([])
        for number, wide in zip(
            row, _widths(item, row, room - item.gap * (len(row) - 1), theme), strict=True
        ):
            rows[-1].append(PlacedFrame(number, fitted(item.frames[number], wide), x, wide))
            x += wide + item.gap
    rooms: dict[Label, float] = {}  # the room of each note is that in the narrowest of its frames
    for place in chain.from_iterable(rows):
        for note in place.measured.frame.notes:
            rooms[note] = min(rooms.get(note, place.width), place.width - 2 * FRAME_PADDING)
    return [[place._replace(measured=noted(place.measured, rooms, theme)) for place in row] for row in rows]


def column(item: OverviewLayout, rank: int, end: float) -> float:
    """Return the x of a column of lines to the right of rows that end at `end`; -1 is that of the flow."""
    return end + item.right - _COLUMN * (max(item.columns, default=-1) - rank)


def _columns(connections: list[Connection]) -> tuple[int, ...]:
    """Return the column of each connection between frames, outside those it encloses; -1 for others."""
    at = [number for number, connection in enumerate(connections) if connection.long]
    items = [-1] * len(connections)
    for rank, level in enumerate(
        levels([(connections[n].tail.position - 0.5, connections[n].head.position + 0.5) for n in at])
    ):
        for item in level:
            items[at[item]] = rank
    return tuple(items)


def _widths(item: OverviewLayout, row: tuple[int, ...], room: float, theme: Theme) -> list[float]:
    """Return the widths of the frames on a row: stages equally wide if possible, the rest shared."""
    frames = [item.frames[number] for number in row]
    widths = [frame.width for frame in frames]
    # Captions are given room while there is any, smallest needs first.
    size, over = theme.size("caption"), item.gap - CAPTION_GAP
    wants = [text_width(frame.frame.caption, size) * TEX_STRETCH - over - frame.width for frame in frames]
    spare = room - sum(widths)
    for want, at in sorted((want, at) for at, want in enumerate(wants) if want > 0 and frames[at].frame.role):
        if want > spare:
            break
        widths[at] += want
        spare -= want
    if len(item.rows) == 1 or sum(widths) >= _EVEN * room:
        widths = _evened(
            widths, [frame.frame.role is GroupRole.STAGE for frame in frames], room - sum(widths)
        )
    framed = [frame.frame.role is not None for frame in frames]
    if not any(framed):
        return widths
    share = max(0.0, room - sum(widths)) / sum(framed)
    maximum = max(width for width, has in zip(widths, framed, strict=True) if has) * (_MOST_STRETCH - 1)
    share = min(share, maximum)
    return [width + share * has for width, has in zip(widths, framed, strict=True)]


def _evened(widths: list[float], stages: list[bool], spare: float) -> list[float]:
    """Return the widths with the narrowest stages widened equally, by up to `spare` points in total."""
    left = sorted(width for width, is_stage in zip(widths, stages, strict=True) if is_stage)
    level = left[0] if left else 0.0
    for count, (width, wider) in enumerate(pairwise(left), 1):
        step = min(wider - width, spare / count)
        level, spare = width + step, spare - step * count
        if spare <= 0:
            break
    return [max(width, level) if is_stage else width for width, is_stage in zip(widths, stages, strict=True)]


def _frame_gap(connections: list[Connection], scale: Scale) -> float:
    """Return the gap between two frames, wide enough for all shortcuts that start or end in it."""
    tails, heads = _most_outside(connections)
    if not heads and not tails:
        return scale.frame_gap
    behind = INCOMING_PORT_OFFSET + (heads - 1) * HEAD_STEP if heads else 0.0
    before = OUTGOING_PORT_OFFSET + (tails - 1) * TAIL_STEP if tails else OUTGOING_PORT_OFFSET
    return max(scale.frame_gap, behind + 3.4 + before)


def _most_outside(connections: list[Connection]) -> tuple[int, int]:
    """Return the most shortcuts that leave beside one frame, and the most that end there."""
    tails = (connection.tail.rank + 1 for connection in connections if connection.tail.outside)
    heads = (connection.head.rank + 1 for connection in connections if connection.head.outside)
    return max(tails, default=0), max(heads, default=0)


def _margins(connections: list[Connection], rows: int, columns: int) -> tuple[float, float]:
    """Return the space on the left and on the right of the rows for the lines there."""
    tails, heads = _most_outside(connections)
    first = any(connection.tail.outside and not connection.tail.frame for connection in connections)
    back = OUTGOING_PORT_OFFSET + tails * TAIL_STEP if tails and (rows > 1 or first) else 0.0
    on = INCOMING_PORT_OFFSET + heads * HEAD_STEP if heads else 0.0
    if rows == 1:
        return back, on
    return max(_OUTER_TRACK, back + 2.0), max(_OUTER_TRACK, on + 2.0) + columns * _COLUMN
