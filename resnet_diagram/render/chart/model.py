"""Frames of a chart, their parts, and where arrows enter and leave them."""

from collections.abc import Iterator

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import EdgeRole, Group, GroupRole, Node, NodeRole
from resnet_diagram.diagram.walk import Edge, nodes
from resnet_diagram.wording.terms import NOTHING, Label

UNEXPLAINED = frozenset({EdgeRole.FLOW, NodeRole.CONCAT})
"""Roles without an entry in the legend of a chart: the plain arrow, and a merge whose box names it."""

Pages = tuple[tuple[float, float], ...]
"""For each page that a chart may fit, the width of a row and the height of the chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """The label of a shortcut, a part by itself, so that the label has room and no line crosses it."""

    id: str
    text: str
    role: EdgeRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame of a chart. The arrows between its parts are listed apart from the parts.

    `id`: empty for the whole chart. `title`: empty for a row of a frame that is broken into rows. `start`:
    whether a dot precedes the first part. `down`: whether the parts follow each other downwards instead of to
    the right. `isolated`: whether no arrow joins a node inside to one outside. `height`: estimated.
    `opening`: the sizes at the ends of its first part, if that is a frame; an arrow into this frame may have
    them.
    """

    id: str = ""
    title: str = ""
    role: GroupRole | None = None
    shade: int = 0
    parts: "tuple[Node | Tag | Frame, ...]" = ()
    arrows: tuple[Edge, ...] = ()
    start: bool = False
    down: bool = False
    isolated: bool = True
    height: float = 0.0
    level: tuple[tuple[str, str], ...] = ()
    opening: Label = NOTHING

    @property
    def start_id(self) -> str:
        """Id of the dot before the first part, where a shortcut leaves."""
        return f"{self.id}-start" if self.id else "start"


def entry(part: "Node | Tag | Frame") -> str:
    """Return the id of the first node of a part, the dot before it included."""
    if not isinstance(part, Frame):
        return part.id
    return part.start_id if part.start else entry(part.parts[0])


def rows(part: "Node | Tag | Frame") -> list["Node | Tag | Frame"]:
    """Return the rows of a part: itself, unless it is a frame of rows."""
    if isinstance(part, Frame) and all(isinstance(row, Frame) and row.isolated for row in part.parts):
        return [inner for row in part.parts for inner in rows(row)]
    return [part]


def last(part: "Node | Tag | Frame") -> str:
    """Return the id of the last node of a part."""
    if not isinstance(part, Frame):
        return part.id
    return last(next(inner for inner in reversed(part.parts) if not isinstance(inner, Tag)))


def frames(frame: Frame) -> Iterator[Frame]:
    """Yield the frames inside `frame`, an outer one before those in it."""
    for part in frame.parts:
        if isinstance(part, Frame):
            yield part
            yield from frames(part)


def is_framed(group: Group) -> bool:
    """Return whether a group has a frame: not a block without words, and not an empty group."""
    has_words = group.role is not GroupRole.BLOCK or group.repeat > 1 or bool(group.title)
    return has_words and any(nodes(group.items))
