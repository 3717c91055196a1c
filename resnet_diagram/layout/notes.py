"""Place notes above and below an inset, each with a line to its box."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from resnet_diagram.layout.canvas import Canvas
from resnet_diagram.layout.scene import Anchor, Box, Connector, Group, Marker, Point, Text, walk
from resnet_diagram.layout.text.metrics import widest
from resnet_diagram.layout.text.wrap import wrap_evenly

_STEM = 5.0
"""Length of a line beyond the inset, in points."""
_LINE = 8.2
_APART = 6.0
"""Least gap between two notes, in points."""
_NARROWEST = 60.0
"""Width to which a note may be broken, in points."""
_TOUCH = 0.1
"""Depth to which a line may enter its starting box, in points."""
_CLEAR = 1.5
"""Minimum distance between a line and other elements, in points."""


class Area(NamedTuple):
    """A rectangle on the page, in points."""

    left: float
    top: float
    right: float
    bottom: float


class PlacedNote(NamedTuple):
    """The lines of a note round `x`, and the line to its box from `start`, which is above or below it.

    `far`: distance from the edge of the drawing to its words, in points.
    """

    lines: tuple[str, ...]
    x: float
    width: float
    start: Point
    above: bool
    far: float = _STEM

    @property
    def end(self) -> float:
        """Distance from the edge of the drawing to the end of its words, in points."""
        return self.far + _LINE * len(self.lines)

    def meets(self, second: "PlacedNote") -> bool:
        """Return whether two notes need lines of their own."""
        apart = (self.width + second.width) / 2 + _APART
        return self.above == second.above and abs(self.x - second.x) < apart


def placed_notes(canvas: Canvas, notes: Mapping[str, str], width: float, height: float) -> list[PlacedNote]:
    """Return the notes of some boxes, by their ids, beside a drawing of some size on a canvas.

    A line from a box leads straight down or up. It meets a box, a text, another note or a line only where
    there is no other way.
    """
    root = canvas.root.build()
    areas = list(_areas(root))
    boxes = [leaf for leaf in walk(root) if isinstance(leaf, Box) and leaf.id in notes]
    placed: list[PlacedNote] = []
    for box in boxes:
        choices = _choices(notes[box.id], box, width, canvas.theme.size("caption"))
        note = min(choices, key=lambda choice: _cost(choice, areas, placed, height))
        ends = [neighbour.end for neighbour in placed if neighbour.meets(note)]
        placed.append(note._replace(far=max([_STEM, *ends])))
    return placed


def _choices(words: str, box: Box, width: float, size: float) -> Iterator[PlacedNote]:
    """Yield the places of a note: in long lines before short ones, below its box before above it."""
    for parts in (1, 2, 3):
        lines = wrap_evenly(words, size, max(width / parts, _NARROWEST))
        extent = widest(lines, size)
        for above in (False, True):
            for share in (0.5, 0.25, 0.75):
                x = box.x + box.width * share
                y = (min if above else max)(_edges(box, x))
                middle = max(extent / 2, min(x, width - extent / 2))
                yield PlacedNote(lines, middle, extent, (x, y), above)


def _edges(box: Box, x: float) -> tuple[float, float]:
    """Return the heights at which a vertical line meets the top and the bottom of a box."""
    corners = box.points
    heights = [
        y + (v - y) * (x - u) / (w - u)
        for (u, y), (w, v) in zip(corners, (*corners[1:], *corners[:1]), strict=True)
        if min(u, w) <= x <= max(u, w) and u != w
    ]
    return min(heights, default=box.y), max(heights, default=box.y + box.height)


def _areas(root: Group) -> Iterator[tuple[Area, bool]]:
    """Yield the areas that a line should avoid: lines, and, flagged true, boxes and texts."""
    for leaf in walk(root):
        match leaf:
            case Box():
                yield Area(leaf.x, leaf.y, leaf.x + leaf.width, leaf.y + leaf.height), True
            case Text():
                half = leaf.size / 2
                yield Area(leaf.x - leaf.width, leaf.y - half, leaf.x + leaf.width, leaf.y + half), True
            case Connector():
                for tail, head in zip(leaf.points, leaf.points[1:], strict=False):
                    (left, right), (top, bottom) = (sorted(pair) for pair in zip(tail, head, strict=True))
                    yield Area(left, top, right, bottom), False
            case Marker():
                pass


def _cost(
    note: PlacedNote, areas: Iterable[tuple[Area, bool]], placed: Iterable[PlacedNote], height: float
) -> tuple[int, int]:
    """Return how many boxes, texts and notes a note meets, and how many lines."""
    x, y = note.start
    top, bottom = (-_STEM, y) if note.above else (y, height + _STEM)
    level = [pair for pair in areas if pair[0].top < bottom - _TOUCH and pair[0].bottom > top + _TOUCH]
    met = [solid for area, solid in level if area.left - _CLEAR < x < area.right + _CLEAR]
    clashes = sum(neighbour.meets(note) for neighbour in placed)
    return sum(met) + clashes, len(met) - sum(met)


def reach(notes: Iterable[PlacedNote], *, above: bool) -> float:
    """Return the height that notes take above or below a drawing, in points."""
    return max((note.end for note in notes if note.above == above), default=0.0)


def draw_notes(canvas: Canvas, notes: Sequence[PlacedNote], height: float) -> None:
    """Draw notes beside a drawing of some height, and the lines to their boxes."""
    for note in notes:
        x, y = note.start
        end = -note.far if note.above else height + note.far
        line = Connector(role="muted", points=((x, y), (x, end)), arrow=False)
        canvas.current.connectors.append(line)
        first = end - _LINE * len(note.lines) if note.above else end
        crossed = any(neighbour.meets(note) and neighbour.far > note.far for neighbour in notes)
        for nth, words in enumerate(note.lines):
            at = (note.x, first + (nth + 0.5) * _LINE)
            canvas.words(words, "caption", "text", at, anchor=Anchor.MIDDLE)
            text = canvas.current.texts[-1]
            canvas.current.texts[-1] = replace(text, halo=crossed)
