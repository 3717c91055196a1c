"""Measured nodes, forks and frames: sizes along and across the flow, without positions.

The flow runs along u; v is across it. Every cell has its entry at (0, 0) and its exit at (length, 0); it
takes `above` points on the side of the shortcuts (negative v) and `below` on the other. `lead` is the room
that the line into it wants in front of it.
"""

from typing import TYPE_CHECKING, NamedTuple

from resnet_diagram.diagram.model import NO_ORIGIN, Dag, EdgeRole, Group, Node, Origin

if TYPE_CHECKING:
    from resnet_diagram.layout.lanes.plan import Plan


class NodeCell(NamedTuple):
    """A box. `wide` and `narrow` are its sizes across the flow; `shadows` is the number of boxes behind it.

    `bold`: which of its lines are bold; `look`: the role whose style it has; `upright`: its text is turned.
    `owners`: the blocks without a frame that it belongs to, outermost first.
    """

    node: Node
    lines: tuple[str, ...]
    bold: frozenset[int]
    badge: str
    front: float
    wide: float
    narrow: float
    look: str
    shadows: int
    length: float
    above: float
    below: float
    lead: float
    upright: bool = False
    owners: tuple[Group, ...] = ()


class Series(NamedTuple):
    """Cells in a row, each with its place along the flow."""

    parts: "tuple[tuple[float, Cell], ...]"
    length: float
    above: float
    below: float
    lead: float


class Lane(NamedTuple):
    """A line around the branches of a fork, `v` points from the flow, with its label outside.

    `series`: the boxes on it.
    """

    role: EdgeRole
    v: float
    label: tuple[str, ...]
    series: "Series"
    bold: bool = False
    origin: Origin = NO_ORIGIN


class Track(NamedTuple):
    """A branch of a fork: its start along the flow, and its distance from the line of flow."""

    u: float
    v: float
    series: Series


class ForkCell(NamedTuple):
    """Branches from a dot at (0, 0) to a merge circle centred at (`merge_u`, 0), and the lanes round them.

    `marks`: the texts below the first branch and after the merge.
    """

    tracks: tuple[Track, ...]
    lanes: tuple[Lane, ...]
    merge: Node
    merge_u: float
    marks: tuple[str, str]
    length: float
    above: float
    below: float
    lead: float
    owners: tuple[Group, ...] = ()


class FrameCell(NamedTuple):
    """A frame round a series that starts `inset` points behind the frame's edge."""

    group: Group
    series: Series
    inset: float
    length: float
    above: float
    below: float
    lead: float
    owners: tuple[Group, ...] = ()


class DagCell(NamedTuple):
    """A graph: its plan, the measured content of its vertices, and how far its output lies from the flow."""

    dag: Dag
    plan: "Plan"
    parts: tuple[Series, ...]
    exit: float
    length: float
    above: float
    below: float
    lead: float
    owners: tuple[Group, ...] = ()


Cell = NodeCell | Series | ForkCell | FrameCell | DagCell
