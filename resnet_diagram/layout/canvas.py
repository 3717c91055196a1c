"""Build a scene: shapes are placed along (u) and across (v) the flow, inside nested groups."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import field, replace
from typing import NamedTuple, assert_never

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import NO_ORIGIN, EdgeRole, GroupRole, Origin
from resnet_diagram.diagram.model import Group as DiagramGroup
from resnet_diagram.layout.draft import DraftGroup, with_ids
from resnet_diagram.layout.scene import (
    Anchor,
    Box,
    Connector,
    End,
    Form,
    Group,
    GroupKind,
    Marker,
    MarkerKind,
    Point,
    Side,
    Text,
    moved,
)
from resnet_diagram.layout.spacing import BEND
from resnet_diagram.layout.text.metrics import text_width
from resnet_diagram.style.theme import Theme

_TAG_TYPE, _TAG_HEIGHT, _TAG_PAD = 6.0, 7.2, 2.4
"""Size of the type of a badge, its height and its padding, in points."""
_TAG_RISE, _TAG_OVERHANG = 3.6, 2.0
"""Distances of a badge above and beyond the corner of its box, in points."""
_SHORTEST_ARROW = 4.6
"""Length below which a line has no room for an arrow head, in points."""

GROUP_KINDS = {
    GroupRole.NETWORK: GroupKind.NETWORK,
    GroupRole.STEM: GroupKind.STEM,
    GroupRole.STAGE: GroupKind.STAGE,
    GroupRole.HEAD: GroupKind.HEAD,
    GroupRole.BLOCK: GroupKind.BLOCK,
}
"""Level in the scene of each group of a diagram."""


@dataclass()
class Line:
    """A connector under construction: it starts at `tail`, inside `within`, and its head is not known yet."""

    tail: End
    role: EdgeRole
    points: list[Point]
    within: tuple[DraftGroup, ...]
    labels: list[Text] = field(default_factory=list)
    origin: Origin = NO_ORIGIN


@dataclass()
class Canvas:
    """A figure under construction. `turned`: the flow runs down the page.

    `line`: the connector that the next box ends. A connector belongs to the innermost group that holds both
    its ends.
    """

    theme: Theme
    turned: bool
    line: Line | None = None
    root: DraftGroup = field(default_factory=lambda: DraftGroup("figure", GroupKind.FIGURE))
    path: tuple[DraftGroup, ...] = ()
    forks: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.path = (self.root,)

    @property
    def current(self) -> DraftGroup:
        """The innermost open group."""
        return self.path[-1]

    @contextmanager
    def group(
        self,
        group_id: str,
        kind: GroupKind,
        title: str = "",
        origin: Origin = NO_ORIGIN,
        repeat: int = 1,
        caption: str = "",
    ) -> Iterator[DraftGroup]:
        """Open a group inside the current one; the same id opens the same group again."""
        outside = self.path
        new = DraftGroup(group_id, kind, title, origin, repeat, caption)
        group = self.current.groups.setdefault(group_id, new)
        assert isinstance(group, DraftGroup)
        self.path = (*outside, group)
        yield group
        self.path = outside

    def part(self, group: DiagramGroup, group_id: str = "") -> AbstractContextManager[DraftGroup]:
        """Open the group of the scene that shows a group of the diagram, under its id or another."""
        return self.group(
            group_id or group.id,
            GROUP_KINDS[group.role],
            group.title,
            group.origin,
            group.repeat,
            group.caption,
        )

    def build(self) -> Group:
        """Return the finished scene; every element has a unique id."""
        return with_ids(self.root.build())

    def place(self, canvas: "Canvas", x: float, y: float) -> None:
        """Move everything drawn on another canvas into the current group, its origin at page point (x, y)."""
        root = canvas.root.build()
        if x or y:
            root = moved(root, x, y)
        self.current.texts += root.labels
        for child in root.children:
            match child:
                case Group():
                    self.current.groups[child.id] = child
                case Connector():
                    self.current.connectors.append(child)
                case Box():
                    self.current.boxes.append(child)
                case Marker():
                    self.current.markers.append(child)
                case Text():
                    self.current.texts.append(child)
                case _:
                    assert_never(child)

    def point(self, u: float, v: float) -> Point:
        """Return the page point (x, y) of a place along and across the flow, rounded to 0.001 points."""
        x, y = (v, u) if self.turned else (u, v)
        return round(x, 3), round(y, 3)

    def points(self, places: Sequence[Point]) -> tuple[Point, ...]:
        """Return the page points of all places; those inside a straight line are dropped."""
        bends: list[Point] = []
        for place in (self.point(*place) for place in places):
            if len(bends) > 1 and _is_straight(bends[-2], bends[-1], place):
                bends.pop()
            if not bends or bends[-1] != place:
                bends.append(place)
        return tuple(bends)

    def begin(
        self, tail: End, place: Point, role: EdgeRole = EdgeRole.FLOW, origin: Origin = NO_ORIGIN
    ) -> None:
        """Start a connector at `place`."""
        self.line = Line(tail, role, [place], self.path, origin=origin)

    def leave(self, element: str, place: Point) -> None:
        """Start a connector on the side of an element where the flow leaves it."""
        self.begin(End(element=element, side=Side.BOTTOM if self.turned else Side.RIGHT), place)

    def via(self, *places: Point) -> None:
        """Lead the connector on through `places`, if there is one."""
        if self.line:
            self.line.points += places

    def turn(self, far: float, gap: float, near: float) -> None:
        """Lead the connector on to `far` along the flow, across to `gap`, and back to `near`."""
        if self.line:
            v = self.line.points[-1][1]
            self.line.points += [(far, v), (far, gap), (near, gap)]

    def end(self, head: End, place: Point, *, arrow: bool = True) -> None:
        """End the connector at `place`, if there is one."""
        if self.line:
            line, self.line = self.line, None
            places = [*line.points, place]
            arrow = arrow and math.dist(*places[-2:]) >= _SHORTEST_ARROW
            shared = [item for item, right in zip(line.within, self.path, strict=False) if item is right]
            connector = Connector(
                role=line.role,
                points=self.points(places),
                arrow=arrow,
                radius=BEND,
                tail=line.tail,
                head=head,
                labels=tuple(line.labels),
                origin=line.origin,
            )
            if len(connector.points) > 1:
                shared[-1].connectors.append(connector)

    def enter(self, element: str, place: Point) -> None:
        """End the connector on the side of an element where the flow enters it."""
        self.end(End(element=element, side=Side.TOP if self.turned else Side.LEFT), place)

    def label(
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
        """Add a label of the connector, unless empty, centred at `place`: along the flow, or across it."""
        if words:
            label = self.text(words, use, role, place, across=across, bold=bold)
            (self.line.labels if self.line else self.current.texts).append(replace(label, halo=halo))

    def text(
        self,
        words: str,
        use: str,
        role: str,
        place: Point,
        *,
        across: bool = False,
        bold: bool = False,
    ) -> Text:
        """Return a text centred at `place` and written along the flow or across it."""
        turned, size = self.turned != across, self.theme.size(use)
        return line_of_text(words, size, role, self.point(*place), bold=bold, turned=turned)

    def lines(
        self,
        lines: Iterable[str],
        use: str,
        role: str,
        place: Point,
        pitch: float,
        anchor: Anchor = Anchor.MIDDLE,
    ) -> list[Text]:
        """Return lines of text `pitch` points apart across the flow, the first one at `place`."""
        u, v = place
        texts = ((line, self.text(line, use, role, (u, v + at * pitch))) for at, line in enumerate(lines))
        return [replace(text, anchor=anchor) for line, text in texts if line]

    def column(self, lines: Iterable[str], role: str, place: Point, pitch: float) -> None:
        """Add captions to the current group, `pitch` points apart, centred below `place`."""
        self.current.texts += self.lines(lines, "caption", role, (place[0], place[1] + 0.5 * pitch), pitch)

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
        """Add a horizontal label of the current group, anchored at page point `at`; return its width."""
        if not words:
            return 0.0
        point, size = (round(at[0], 3), round(at[1], 3)), self.theme.size(use)
        text = line_of_text(words, size, role, point, bold=bold, italic=italic, anchor=anchor)
        self.current.texts.append(text)
        return text.width

    def fork(self, before: str, place: Point, radius: float) -> str:
        """Add the dot where a shortcut leaves the line of flow before an element; return its id."""
        self.forks[before] += 1
        number = self.forks[before]
        fork_id = f"{before}-fork" + (f"-{number}" if number > 1 else "")
        self.mark(fork_id, MarkerKind.FORK, (place,), radius)
        return fork_id

    def mark(
        self,
        marker_id: str,
        kind: MarkerKind,
        places: Sequence[Point],
        radius: float,
        origin: Origin = NO_ORIGIN,
    ) -> None:
        """Add a marker on the line of flow."""
        points = tuple(self.point(*place) for place in places)
        self.current.markers.append(
            Marker(id=marker_id, role=EdgeRole.FLOW, kind=kind, points=points, radius=radius, origin=origin)
        )

    def tag(self, box: Box, words: str) -> None:
        """Add the badge of a box or a frame, centred on its top edge at the right corner, unless empty."""
        if not words:
            return
        width = text_width(words, _TAG_TYPE, bold=True) + 2 * _TAG_PAD
        right = box.x + box.width
        top = min((y for x, y in box.points if x > right - 0.01), default=box.y)
        x, y, role = right + _TAG_OVERHANG - width, top - _TAG_RISE, "badge"
        at = x + width / 2, y + _TAG_HEIGHT / 2
        text = line_of_text(words, _TAG_TYPE, role, at, bold=True)
        self.current.boxes.append(
            Box(
                id=f"{box.id}-{role}",
                role=role,
                form=Form.ROUNDED,
                x=x,
                y=y,
                width=width,
                height=_TAG_HEIGHT,
                texts=(text,),
            )
        )

    def frame(self, role: str, start: Point, end: Point) -> Box:
        """Give the current group a rounded frame from corner `start` to corner `end`; return it."""
        (x, y), (right, bottom) = self.point(*start), self.point(*end)
        frame = Box(
            id=self.current.id,
            role=role,
            form=Form.ROUNDED,
            x=x,
            y=y,
            width=right - x,
            height=bottom - y,
        )
        self.current.frame = frame
        return frame


def line_of_text(
    words: str,
    size: float,
    role: str,
    at: Point,
    *,
    bold: bool = False,
    italic: bool = False,
    turned: bool = False,
    anchor: Anchor = Anchor.MIDDLE,
) -> Text:
    """Return a measured line of text anchored at page point `at`."""
    return Text(
        x=at[0],
        y=at[1],
        text=words,
        size=size,
        width=text_width(words, size, bold=bold),
        role=role,
        anchor=anchor,
        bold=bold,
        turned=turned,
        italic=italic,
    )


def _is_straight(first: Point, second: Point, third: Point) -> bool:
    """Return whether three points lie on one horizontal or vertical line, in order."""
    for axis in (0, 1):
        if first[axis] == second[axis] == third[axis]:
            right = 1 - axis
            return (second[right] - first[right]) * (third[right] - second[right]) >= 0
    return False


class DrawnPanel(NamedTuple):
    """A finished drawing: its size, and the distance of the line of flow from the top (0 if it runs down)."""

    canvas: Canvas
    width: float
    height: float
    line: float = 0.0
