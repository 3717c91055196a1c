"""Where it is drawn: shapes, lines and texts in points (72 to the inch), origin top left, y down."""

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """The outline of a box."""

    RECTANGLE = "rectangle"
    ROUNDED = "rounded"
    PILL = "pill"
    CIRCLE = "circle"
    POLYGON = "polygon"


class Anchor(StrEnum):
    """Which end of a text its position is."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A line of text. `x`, `y`: its anchor on the axis through the middle of its capital letters.

    `size` in points; `width`: measured, in points; `turned`: read from bottom to top; `italic`: a variable.
    `role` names its style; `halo`: lines behind it are interrupted.
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
    """A filled outline with its texts. `x`, `y`: its top left corner.

    `points`: the corners of a polygon. `role` names its style; `shade` is its stage's number from 1, or 0.
    """

    id: str
    role: str
    form: Form
    x: float
    y: float
    width: float
    height: float
    texts: tuple[Text, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    shade: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A line through `points` with bends rounded by `radius`.

    `tail` and `head` are ids of the boxes it joins, or "".
    """

    role: str
    points: tuple[tuple[float, float], ...]
    arrow: bool = True
    radius: float = 4.0
    tail: str = ""
    head: str = ""


Item = Box | Path | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A drawing of `width` × `height` points; `items` are painted in order."""

    width: float
    height: float
    title: str
    description: str
    items: tuple[Item, ...]
