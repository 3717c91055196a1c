"""What a drawing is made of before it has a place: sizes along and across the flow.

The flow runs along u; v is across it. Every cell has its entry at (0, 0) and its exit at (length, 0); it
takes `above` points on the side of the shortcuts (negative v) and `below` on the other. `lead` is the room
that the line into it wants in front of it.
"""

from dataclasses import dataclass

from resnet_diagram.diagram.model import EdgeRole, Group, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCell:
    """A box. `wide` and `narrow` are its sizes across the flow; `shadows` boxes stand behind it."""

    node: Node
    lines: tuple[str, ...]
    badge: str
    front: float
    wide: float
    narrow: float
    shadows: int
    length: float
    above: float
    below: float
    lead: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Cells in a row, each with its place along the flow."""

    parts: "tuple[tuple[float, Cell], ...]"
    length: float
    above: float
    below: float
    lead: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A line round the branches of a fork, `v` points from the flow; its label lies outside of it."""

    role: EdgeRole
    v: float
    label: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A branch of a fork: where it starts along the flow and how far from it."""

    u: float
    v: float
    series: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkCell:
    """Branches from a dot at (0, 0) to a merge circle centred at (`merge_u`, 0), and the lanes round them."""

    tracks: tuple[Track, ...]
    lanes: tuple[Lane, ...]
    merge: Node
    merge_u: float
    length: float
    above: float
    below: float
    lead: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCell:
    """A frame round a series that starts `inset` points behind the frame's edge."""

    group: Group
    series: Series
    inset: float
    length: float
    above: float
    below: float
    lead: float


Cell = NodeCell | Series | ForkCell | FrameCell
