"""The scene: a drawing as a tree of groups, boxes, connectors, markers and texts, with their places.

Lengths are points (72 to the inch), the origin is top left, y grows downwards. The children of a group are in
the order they are painted. Printers walk the tree; everything they need to know is in it.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import NO_ORIGIN, Origin

Point = tuple[float, float]


class Form(StrEnum):
    """Outline of a box."""

    RECTANGLE = "rectangle"
    ROUNDED = "rounded"
    PILL = "pill"
    CIRCLE = "circle"
    POLYGON = "polygon"


class Sign(StrEnum):
    """Sign drawn in a circle where branches come together."""

    NONE = ""
    PLUS = "plus"
    MINUS = "minus"
    TIMES = "times"


class Anchor(StrEnum):
    """End of a text that its position refers to."""

    START = "start"
    MIDDLE = "middle"
    END = "end"

    @property
    def share(self) -> float:
        """Part of a text before its position: 0 at the start, 1 at the end."""
        return {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}[self]


class Side(StrEnum):
    """Side of a box at which a connector is attached."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


class MarkerKind(StrEnum):
    """Kind of a marker on a line: a fork is the dot where a shortcut leaves, an ellipsis are three dots."""

    FORK = "fork"
    ELLIPSIS = "ellipsis"


class GroupKind(StrEnum):
    """Level of a group in the tree: a figure holds panels, a panel parts of the network, a part blocks."""

    FIGURE = "figure"
    TITLE = "title"
    PANEL = "panel"
    NETWORK = "network"
    ROW = "row"
    STEM = "stem"
    STAGE = "stage"
    HEAD = "head"
    PART = "part"
    BLOCK = "block"
    LEGEND = "legend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A line of text. `x`, `y`: its anchor on the axis through the middle of its capital letters.

    `size`: font size in points; `width`: measured width in points; `turned`: read from bottom to top;
    `italic`: a variable. `role` names its style; `halo`: lines behind it are interrupted.
    """

    x: float
    y: float
    text: str
    size: float
    width: float
    role: str
    anchor: Anchor = Anchor.MIDDLE
    bold: bool = False
    turned: bool = False
    italic: bool = False
    halo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A filled outline with the texts in it. `x`, `y`: its top left corner.

    `points`: corners of a polygon. `role` names its style; `shade`: number of its stage from 1, or 0.
    `labels`: texts beside the box. `copies`: number of boxes painted behind it, each `copy_offset` points
    further right and down than the one before; they show that the box is folded. `sign`: sign in a circle.
    """

    id: str
    role: str
    form: Form
    x: float
    y: float
    width: float
    height: float
    texts: tuple[Text, ...] = ()
    points: tuple[Point, ...] = ()
    shade: int = 0
    labels: tuple[Text, ...] = ()
    copies: int = 0
    copy_offset: float = 0.0
    sign: Sign = Sign.NONE
    origin: Origin = NO_ORIGIN

    @property
    def centre(self) -> Point:
        """Centre of the box."""
        return self.x + self.width / 2, self.y + self.height / 2

    def side(self, side: Side) -> Point:
        """Return the middle of a side."""
        x, y = self.centre
        return {
            Side.LEFT: (self.x, y),
            Side.RIGHT: (self.x + self.width, y),
            Side.TOP: (x, self.y),
            Side.BOTTOM: (x, self.y + self.height),
        }[side]

    def strokes(self) -> tuple[tuple[Point, Point], ...]:
        """Return the line segments of the sign."""
        x, y = self.centre
        reach = min(self.width, self.height) / 2 - SIGN_INSET
        if self.sign is Sign.PLUS:
            return ((x - reach, y), (x + reach, y)), ((x, y - reach), (x, y + reach))
        if self.sign is Sign.MINUS:
            return (((x - reach, y), (x + reach, y)),)
        if self.sign is Sign.TIMES:
            leg = reach * math.sqrt(0.5)
            return ((x - leg, y - leg), (x + leg, y + leg)), ((x - leg, y + leg), (x + leg, y - leg))
        return ()

    def stacked(self) -> "Iterator[Box]":
        """Yield the copies behind the box, the farthest first, without texts, labels and ids."""
        for number in range(self.copies, 0, -1):
            bare = replace(self, id="", texts=(), labels=(), copies=0)
            yield moved(bare, number * self.copy_offset, number * self.copy_offset)


SIGN_INSET = 1.5
"""Distance from a circle to the ends of the strokes of its sign, in points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a connector.

    `element`: id of the box, group or marker, or "". `side`: side of the element that the end is attached to;
    None where the connector ends on the line of flow beside the element. `fork`: id of the marker at which a
    shortcut leaves the line of flow behind `element`.
    """

    element: str = ""
    side: Side | None = None
    fork: str = ""


LOOSE = End()
"""The end of a connector that is attached to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A line through `points` from `tail` to `head`, with bends rounded by `radius`.

    `role` names its style and what it carries: flow, or a kind of shortcut. `labels`: texts on or beside it.
    """

    id: str = ""
    role: str
    points: tuple[Point, ...]
    arrow: bool = True
    radius: float = 4.0
    tail: End = LOOSE
    head: End = LOOSE
    labels: tuple[Text, ...] = ()
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Filled circles round `points` on a line: a fork, or an ellipsis for elements left out."""

    id: str
    role: str
    kind: MarkerKind
    points: tuple[Point, ...]
    radius: float
    origin: Origin = NO_ORIGIN

    def circles(self) -> tuple[Box, ...]:
        """Return the circles as boxes without ids."""
        size = 2 * self.radius
        return tuple(
            Box(
                id="",
                role=self.role,
                form=Form.CIRCLE,
                x=x - self.radius,
                y=y - self.radius,
                width=size,
                height=size,
            )
            for x, y in self.points
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Elements that belong together and can be moved together.

    `title`: its name as text; `repeat`: number of repetitions that it shows; `caption`: shapes at its ends.
    `frame`: the box round it, painted below its children, with the id of the group; `labels`: title, caption
    and notes as they are drawn, painted above its children.
    """

    id: str
    kind: GroupKind
    title: str = ""
    repeat: int = 1
    caption: str = ""
    frame: Box | None = None
    children: "tuple[Element, ...]" = ()
    labels: tuple[Text, ...] = ()
    origin: Origin = NO_ORIGIN


Leaf = Box | Connector | Marker | Text
Element = Leaf | Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A drawing of `width` × `height` points. `description`: the architecture in words."""

    width: float
    height: float
    title: str
    description: str
    root: Group


def walk(element: Scene | Element) -> Iterator[Leaf]:
    """Yield all leaves of a tree in the order they are painted, labels included."""
    waiting: list[Element] = [element.root if isinstance(element, Scene) else element]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Group):
            if part.frame:
                yield part.frame
            waiting += part.labels[::-1]
            waiting += part.children[::-1]
        else:
            yield part
            if isinstance(part, Box | Connector):
                yield from part.labels


def boxes(element: Scene | Element) -> list[Box]:
    """Return all boxes of a tree, frames included."""
    return [leaf for leaf in walk(element) if isinstance(leaf, Box)]


def connectors(element: Scene | Element) -> list[Connector]:
    """Return all connectors of a tree."""
    return [leaf for leaf in walk(element) if isinstance(leaf, Connector)]


def markers(element: Scene | Element) -> list[Marker]:
    """Return all markers of a tree."""
    return [leaf for leaf in walk(element) if isinstance(leaf, Marker)]


def texts(element: Scene | Element) -> list[Text]:
    """Return all texts of a tree outside boxes."""
    return [leaf for leaf in walk(element) if isinstance(leaf, Text)]


def all_texts(element: Scene | Element) -> list[Text]:
    """Return all texts of a tree: those outside boxes, then those in them."""
    return [*texts(element), *(text for box in boxes(element) for text in box.texts)]


def groups(element: Scene | Element) -> Iterator[Group]:
    """Yield all groups of a tree, outer ones first."""
    if isinstance(element, Scene):
        yield from groups(element.root)
    elif isinstance(element, Group):
        yield element
        for child in element.children:
            yield from groups(child)


_Some = TypeVar("_Some", bound=Element)


def moved(element: _Some, dx: float, dy: float) -> _Some:
    """Return the element `dx` points further right and `dy` further down."""
    changes: dict[str, Any] = {
        name: tuple(moved(part, dx, dy) for part in getattr(element, name, ()))
        for name in ("children", "texts", "labels")
        if getattr(element, name, ())
    }
    if isinstance(element, Box | Connector | Marker):
        changes["points"] = tuple((x + dx, y + dy) for x, y in element.points)
    if isinstance(element, Box | Text):
        changes |= {"x": element.x + dx, "y": element.y + dy}
    if isinstance(element, Group) and element.frame:
        changes["frame"] = moved(element.frame, dx, dy)
    return replace(element, **changes)
