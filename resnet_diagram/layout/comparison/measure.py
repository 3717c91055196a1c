"""Measure a comparison and split its rows into sections, which are drawn side by side."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from resnet_diagram.diagram.model import Column, Comparison
from resnet_diagram.layout import spacing
from resnet_diagram.layout.flow.boxes import PLAIN, BoxRules, box_sizer
from resnet_diagram.layout.flow.cells import Series
from resnet_diagram.layout.flow.measure import cells, series
from resnet_diagram.layout.spacing import DENSE, TIGHT, TIGHTEST
from resnet_diagram.layout.text.metrics import text_width, widest
from resnet_diagram.layout.text.wrap import pack
from resnet_diagram.layout.units import Fit, excess
from resnet_diagram.style.theme import Theme

NAME = 12.0
NOTE = 8.4
_NOTE_WIDTH = 76.0
"""Width that the notes of a network may have though its boxes are narrower, in points."""
LABEL_GAP = 5.0
LANE = 4.5
"""Between two lines that lead from one section into the next."""
LANE_PAD = 3.5
"""From the frames to those lines."""


class Spacing(NamedTuple):
    """The distances of a comparison: in and between boxes, between networks, in and between rows."""

    rules: BoxRules
    networks: float
    row: float = 5.0


_SPACINGS = (
    Spacing(PLAIN, 16.0),
    Spacing(BoxRules(gaps=TIGHT), 12.0),
    Spacing(BoxRules(gaps=TIGHT, limit=27.5), 10.0),
    Spacing(BoxRules(gaps=TIGHTEST, limit=21.0), 6.0),
    Spacing(BoxRules(gaps=DENSE), 12.0, row=2.0),
)
"""Most generous first."""


class Track(NamedTuple):
    """A network in a section: its measured cells, and how far it reaches to both sides of its line.

    `notes`: the lines below it in the last section.
    """

    column: Column
    parts: tuple[Series, ...]
    left: float
    right: float
    notes: tuple[str, ...]


class Section(NamedTuple):
    """Rows of a comparison that are drawn below each other, with the tracks of all networks.

    `first`: the number of rows before. `label_width`: width of the labels beside the rows.
    """

    first: int
    words: tuple[str, ...]
    tracks: tuple[Track, ...]
    row_heights: tuple[float, ...]
    label_width: float
    spacing: Spacing

    @property
    def width(self) -> float:
        """Width with the words beside the rows, in points."""
        return self.label_width + sum(
            track.left + track.right + self.spacing.networks for track in self.tracks
        )

    @property
    def height(self) -> float:
        """Height of its rows, in points."""
        return sum(self.row_heights) + self.spacing.row * (len(self.row_heights) - 1)

    def lines(self, x: float) -> tuple[float, ...]:
        """Return the position of each network's line if the section begins at `x`."""
        ends = accumulate(
            (t.left + t.right + self.spacing.networks for t in self.tracks), initial=x + self.label_width
        )
        return tuple(
            end + self.spacing.networks / 2 + track.left
            for end, track in zip(ends, self.tracks, strict=False)
        )


class Sections(NamedTuple):
    """All rows of a comparison in sections; `notes`: the most lines below a network."""

    sections: tuple[Section, ...]
    notes: int

    @property
    def lanes(self) -> float:
        """Height and width that the lines from one section into the next take."""
        return 2 * LANE_PAD + LANE * (len(self.sections[0].tracks) - 1) if len(self.sections) > 1 else 0.0

    @property
    def width(self) -> float:
        """Width without margins, in points."""
        return sum(section.width for section in self.sections) + self.lanes * (len(self.sections) - 1)

    @property
    def height(self) -> float:
        """Height with names and notes, without margins, in points."""
        last = self.sections[-1].height + NOTE * self.notes
        others = [section.height + self.lanes for section in self.sections[:-1]]
        return NAME + max(
            [others[0] if others else 0.0, *(self.lanes + high for high in (*others[1:], last))]
        )


def best_sections(
    comparison: Comparison, theme: Theme, fit: Fit, margins: tuple[float, float], *, nearest: bool
) -> Sections:
    """Return the most generous sections that fit, of few sections first.

    A free side is limited by the page if there are several sections. If nothing fits: with `nearest` the
    sections that exceed the room least, else the lowest ones that are narrow enough, else the narrowest.

    Args:
        comparison: Networks side by side.
        theme: Colours and sizes of type.
        fit: Room for the figure.
        margins: Width and height of what is drawn around the sections, in points.
        nearest: Return what exceeds the room least where nothing fits.

    """
    width, height = fit.width or spacing.PAGE_WIDTH, fit.height or spacing.TALLEST
    tried: list[Sections] = []
    for sections in _candidates(comparison, theme):
        is_free = fit.width is None and len(sections.sections) == 1
        is_narrow = is_free or sections.width + margins[0] <= width
        if is_narrow and sections.height + margins[1] <= height:
            return sections
        tried.append(sections)
    if nearest:
        return min(tried, key=lambda s: excess(s.width + margins[0], s.height + margins[1], fit))
    narrow = [sections for sections in tried if sections.width + margins[0] <= width]
    if narrow or fit.width is None:
        return min(narrow or tried, key=lambda sections: sections.height)
    return min(tried, key=lambda sections: sections.width)


def _candidates(comparison: Comparison, theme: Theme) -> Iterator[Sections]:
    for space in _SPACINGS:
        # The measured cells of each network, a series for each row.
        contents = tuple(item for column in comparison.columns for cell in column.cells for item in cell)
        measure = box_sizer(contents, theme, turned=True, wrapped=True, rules=space.rules)
        tracks = [
            tuple(series(cells(cell, measure), space.rules.gaps) for cell in column.cells)
            for column in comparison.columns
        ]
        heights = [
            2 * space.row + max(parts[number].length + parts[number].lead for parts in tracks)
            for number in range(len(comparison.rows))
        ]
        for starts in _splits(heights, tracks, space.row):
            ends = (*starts[1:], len(heights))
            sections = tuple(
                _section(comparison, theme, tracks, heights[start:end], start, space)
                for start, end in zip(starts, ends, strict=True)
            )
            yield Sections(sections, max(len(track.notes) for track in sections[-1].tracks))


def _section(
    comparison: Comparison,
    theme: Theme,
    measured: Sequence[tuple[Series, ...]],
    heights: Sequence[float],
    start: int,
    space: Spacing,
) -> Section:
    stop = start + len(heights)
    tracks: list[Track] = []
    for column, cells_of_rows in zip(comparison.columns, measured, strict=True):
        shown, half = cells_of_rows[start:stop], text_width(column.title, theme.size("group"), bold=True) / 2
        ends = max(half, *(part.above for part in shown)), max(half, *(part.below for part in shown))
        size, room = theme.size("caption"), max(2 * min(ends), _NOTE_WIDTH)
        parts = (note.replace(", ", ",\n").split("\n") for note in column.notes)
        notes = tuple(line for words in parts for line in pack(words, room, size, keeps_commas=True))
        half = widest(notes, size) / 2
        tracks.append(Track(column, shown, max(ends[0], half), max(ends[1], half), notes))
    row_labels = tuple(comparison.rows[start:stop])
    words = widest(row_labels, theme.size("caption"))
    label_width = words + LABEL_GAP if words else 0.0
    return Section(start, row_labels, tuple(tracks), tuple(heights), label_width, space)


def _splits(
    heights: Sequence[float], parts: Sequence[tuple[Series, ...]], gap: float
) -> Iterator[tuple[int, ...]]:
    """Yield the first rows of one section, of two, and so on: the highest section as low as possible.

    A line is never led past a section: a network that continues after a section has a part in it.
    """
    total = sum(heights)
    for count in range(1, len(heights) + 1):
        limit = total / count
        while len(starts := _fewest(heights, limit, gap)) > count:
            limit *= 1.02
        ends = (*starts[1:], len(heights))
        filled = (
            "".join(".x"[any(part.parts for part in track[a:b])] for a, b in zip(starts, ends, strict=True))
            for track in parts
        )
        if len(starts) == count and not any("." in sections.strip(".") for sections in filled):
            yield starts


def _fewest(heights: Sequence[float], limit: float, gap: float) -> tuple[int, ...]:
    """Return the first rows of sections no higher than `limit`, or of one row that is higher."""
    starts, used = [0], 0.0
    for number, height in enumerate(heights):
        if used and used + height > limit + 0.01:
            starts.append(number)
            used = 0.0
        used += height + gap
    return tuple(starts)
