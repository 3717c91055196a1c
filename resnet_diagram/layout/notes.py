"""Place notes above and below an inset, each with a line to its box."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from resnet_diagram.layout.canvas import Canvas, DrawnPanel
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


def _placed(drawing: DrawnPanel, notes: Mapping[str, str]) -> list[PlacedNote]:
    """Return the notes of some boxes, by their ids, beside a drawing.

    A line from a box leads straight down or up. It meets a box, a text, another note or a line only where
    there is no other way.
    """
    root = drawing.canvas.root.build()
    areas = list(_areas(root))
    boxes = [leaf for leaf in walk(root) if isinstance(leaf, Box) and leaf.id in notes]
    placed: list[PlacedNote] = []
    for box in boxes:
        choices = _choices(notes[box.id], box, drawing.width, drawing.canvas.theme.size("caption"))
        note = min(choices, key=lambda choice: _cost(choice, areas, placed, drawing.height))
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


def with_notes(drawing: DrawnPanel, words: Mapping[str, str]) -> DrawnPanel:
    """Return a drawing with the notes of some boxes, by their ids, beside it, and lines to their boxes."""
    canvas = drawing.canvas
    notes = _placed(drawing, words)
    for note in notes:
        x, y = note.start
        end = -note.far if note.above else drawing.height + note.far
        line = Connector(role="muted", points=((x, y), (x, end)), arrow=False)
        canvas.current.connectors.append(line)
        first = end - _LINE * len(note.lines) if note.above else end
        crossed = any(neighbour.meets(note) and neighbour.far > note.far for neighbour in notes)
        for nth, text in enumerate(note.lines):
            at = (note.x, first + (nth + 0.5) * _LINE)
            canvas.words(text, "caption", "text", at, anchor=Anchor.MIDDLE)
            canvas.current.texts[-1] = replace(canvas.current.texts[-1], halo=crossed)
    top, bottom = (
        max((note.end for note in notes if note.above == above), default=0.0) for above in (True, False)
    )
    page = Canvas(theme=canvas.theme, turned=False)
    page.place(canvas, 0.0, top)
    line_of_flow = drawing.line + top if drawing.line else 0.0
    return DrawnPanel(page, drawing.width, drawing.height + top + bottom, line_of_flow)
