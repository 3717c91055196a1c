"""A drawing in the making: shapes are put on it along (u) and across (v) the flow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from resnet_diagram.diagram.model import EdgeRole
from resnet_diagram.layout.scene import Anchor, Box, Form, Item, Path, Text
from resnet_diagram.layout.shift import shifted
from resnet_diagram.layout.spacing import BEND
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.style.theme import Theme

Point = tuple[float, float]

_LEAST_ARROW = 4.6
"""A line that is shorter has no room for the head of an arrow."""


@dataclass
class Line:
    """The line that is being drawn from `tail` to whatever comes next."""

    tail: str
    role: EdgeRole
    points: list[Point]


@dataclass
class Canvas:
    """Collects shapes in the layers they are painted in. `turned`: the flow runs down the page."""

    theme: Theme
    turned: bool
    frames: list[Item] = field(default_factory=list)
    lines: list[Item] = field(default_factory=list)
    boxes: list[Item] = field(default_factory=list)
    marks: list[Item] = field(default_factory=list)
    texts: list[Item] = field(default_factory=list)
    line: Line | None = None

    def items(self) -> tuple[Item, ...]:
        """Everything, in the order it is painted."""
        return (*self.frames, *self.lines, *self.boxes, *self.marks, *self.texts)

    def shift(self, dx: float) -> None:
        """Move everything drawn so far `dx` points to the right."""
        if not dx:
            return
        for layer in self._layers():
            layer[:] = [shifted(item, dx) for item in layer]

    def put(self, other: "Canvas", x: float, y: float) -> None:
        """Put what is drawn on another canvas here, its origin at page point (x, y)."""
        for layer, found in zip(self._layers(), other._layers(), strict=True):
            layer += [shifted(item, x, y) for item in found]

    def _layers(self) -> tuple[list[Item], ...]:
        return self.frames, self.lines, self.boxes, self.marks, self.texts

    def point(self, u: float, v: float) -> Point:
        """The page's (x, y) of a place along and across the flow, to a thousandth of a point."""
        x, y = (v, u) if self.turned else (u, v)
        return round(x, 3), round(y, 3)

    def points(self, places: Sequence[Point]) -> tuple[Point, ...]:
        """The page's (x, y) of each place; places on one straight line are dropped."""
        kept: list[Point] = []
        for place in (self.point(*place) for place in places):
            if len(kept) > 1 and _straight(kept[-2], kept[-1], place):
                kept.pop()
            if not kept or kept[-1] != place:
                kept.append(place)
        return tuple(kept)

    def begin(self, tail: str, place: Point, role: EdgeRole = EdgeRole.FLOW) -> None:
        """Start the line out of `tail` at `place`."""
        self.line = Line(tail, role, [place])

    def via(self, *places: Point) -> None:
        """Lead the line on through `places`, if there is one."""
        if self.line:
            self.line.points += places

    def turn(self, far: float, gap: float, near: float) -> None:
        """Lead the line on to `far` along the flow, across to `gap`, and back to `near`."""
        if self.line:
            v = self.line.points[-1][1]
            self.line.points += [(far, v), (far, gap), (near, gap)]

    def end(self, head: str, place: Point, *, arrow: bool = True) -> None:
        """End the line at `place` on the border of `head`, if there is one."""
        if self.line:
            places = [*self.line.points, place]
            arrow = arrow and math.dist(*places[-2:]) >= _LEAST_ARROW
            self.path(self.line.role, places, tail=self.line.tail, head=head, arrow=arrow)
        self.line = None

    def path(self, role: str, places: Sequence[Point], *, tail: str, head: str, arrow: bool = True) -> None:
        """A line of its own."""
        points = self.points(places)
        self.lines.append(Path(role=role, points=points, arrow=arrow, radius=BEND, tail=tail, head=head))

    def text(
        self,
        words: str,
        use: str,
        role: str,
        place: Point,
        *,
        halo: bool = False,
        across: bool = False,
        bold: bool = False,
    ) -> None:
        """A text of its own, unless empty, centred at `place` and written along the flow, or across it."""
        if not words:
            return
        size = self.theme.size(use)
        x, y = self.point(*place)
        self.texts.append(
            Text(
                x=x,
                y=y,
                text=words,
                size=size,
                width=text_width(words, size, bold=bold),
                role=role,
                bold=bold,
                turned=self.turned != across,
                halo=halo,
            )
        )

    def words(
        self,
        words: str,
        use: str,
        role: str,
        at: Point,
        *,
        bold: bool = False,
        italic: bool = False,
        anchor: Anchor = Anchor.START,
    ) -> float:
        """A level text anchored at page point `at`, unless it is empty; return its width."""
        size = self.theme.size(use)
        width = text_width(words, size, bold=bold)
        if not words:
            return 0.0
        self.texts.append(
            Text(
                x=round(at[0], 3),
                y=round(at[1], 3),
                text=words,
                size=size,
                width=width,
                role=role,
                anchor=anchor,
                bold=bold,
                italic=italic,
            )
        )
        return width

    def dot(self, place: Point, radius: float, role: str = EdgeRole.FLOW) -> None:
        """A small filled circle on a line."""
        x, y = self.point(*place)
        self.marks.append(circle("", role, (x, y), radius))

    def frame(self, box_id: str, role: str, start: Point, end: Point) -> None:
        """A rounded frame from corner `start` to corner `end`."""
        (x, y), (right, bottom) = self.point(*start), self.point(*end)
        self.frames.append(
            Box(id=box_id, role=role, form=Form.ROUNDED, x=x, y=y, width=right - x, height=bottom - y)
        )


def circle(box_id: str, role: str, centre: Point, radius: float, texts: tuple[Text, ...] = ()) -> Box:
    """A circle round `centre`, in page points."""
    return Box(
        id=box_id,
        role=role,
        form=Form.CIRCLE,
        x=centre[0] - radius,
        y=centre[1] - radius,
        width=2 * radius,
        height=2 * radius,
        texts=texts,
    )


def _straight(first: Point, second: Point, third: Point) -> bool:
    """Whether the three lie on one line along an axis, in order."""
    for axis in (0, 1):
        if first[axis] == second[axis] == third[axis]:
            other = 1 - axis
            return (second[other] - first[other]) * (third[other] - second[other]) >= 0
    return False
