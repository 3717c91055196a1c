"""Model of a drawing: a tree of nodes, forks, groups and graphs, independent of formats.

The tree mirrors the flow. A tuple of items is run in order; a `Fork` sends its input through every
branch and round them, to its merge node; a `Dag` joins its parts in any way. `walk.edges` lists the arrows.
"""

from collections.abc import Callable
from enum import StrEnum

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.annotations.model import Brace
from resnet_diagram.wording.contents import NOTHING_INSIDE, Contents
from resnet_diagram.wording.terms import NOTHING, Label


class Direction(StrEnum):
    """Direction in which the stages follow each other."""

    DOWN = "down"
    RIGHT = "right"


class Flow(StrEnum):
    """Direction in which a chart's parts follow each other, for formats that lay out by themselves."""

    ROWS = "rows"
    RIGHT = "right"
    DOWN = "down"


class NodeRole(StrEnum):
    """Role of a node; its style has the same name."""

    INPUT = "input"
    CONV = "conv"
    LINEAR = "linear"
    NORM = "norm"
    ACTIVATION = "activation"
    POOL = "pool"
    ATTENTION = "attention"
    OTHER = "other"
    OPAQUE = "opaque"
    GATE = "gate"
    BLOCK = "block"
    STAGE = "stage"
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    CONCAT = "concat"
    TERMINAL = "terminal"
    QUESTION = "question"
    REMOVED = "removed"


class EdgeRole(StrEnum):
    """Role of an arrow; its style has the same name."""

    FLOW = "flow"
    IDENTITY = "identity"
    PROJECTION = "projection"
    POOLED_PROJECTION = "pooled-projection"
    ZERO_PAD = "zero-pad"
    POOLED = "pooled"
    SKIP = "skip"
    OTHER = "other-shortcut"


class GroupRole(StrEnum):
    """Role of a frame; its style has the same name. A network's frame holds a separate chain."""

    NETWORK = "network"
    STEM = "stem"
    STAGE = "stage-group"
    HEAD = "head"
    BLOCK = "block-group"


class Taper(StrEnum):
    """Change of the feature width through a node."""

    NONE = "none"
    CLOSING = "closing"
    OPENING = "opening"
    HOURGLASS = "hourglass"
    BARREL = "barrel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The part of a network that an element shows, with its facts.

    `paths`: dotted module paths such as "layer2.0.conv1", several where one element serves several parts.
    `shape`: output shape, empty where the parts differ. `params`, `macs`: totals over all parts.
    """

    paths: tuple[str, ...] = ()
    shape: str = ""
    params: int = 0
    macs: int = 0

    @property
    def span(self) -> str:
        """The path, or the first and the last of several as "layer1.0..layer1.2"."""
        return "..".join(dict.fromkeys((*self.paths[:1], *self.paths[-1:])))


NO_ORIGIN = Origin()
"""The origin of an element that shows no part of a network, such as a title or a sample in the legend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box, a merge circle or a text.

    `lines`: its text, top to bottom. `marked`: indices of lines that differ from another network. `shade`:
    number of its stage from 1, or 0 outside stages. `mark`: number of the shade that fills it instead, for a
    level of a quantity or an annotation; 0 for none. `tag`: text of a badge at its corner. `note`: text
    beside the inset, with a line to the node.
    """

    id: str
    role: NodeRole
    lines: tuple[Label, ...]
    badge: str = ""
    taper: Taper = Taper.NONE
    shade: int = 0
    mark: int = 0
    marked: tuple[int, ...] = ()
    tag: Label = NOTHING
    note: Label = NOTHING
    origin: Origin = NO_ORIGIN

    @property
    def fill(self) -> int:
        """The number of the theme's shade that fills it, 0 for the fill of its role."""
        return self.mark or self.shade


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A shortcut: its role, its label, and the boxes on it if it is drawn open."""

    role: EdgeRole
    label: Label
    nodes: tuple[Node, ...] = ()
    marked: bool = False
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Branches from one point to `merge`, and the shortcut round them.

    An empty branch is an arrow of role `SKIP` straight to the merge. `branch_mark` and `merge_mark` are
    written beside the branches and behind the merge, such as "F(x)" and "F(x) + x".
    """

    branches: "tuple[tuple[Item, ...], ...]"
    merge: Node
    shortcut: Link | None = None
    branch_mark: Label = NOTHING
    merge_mark: Label = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A frame around items. `repeat`: number of repetitions, drawn as "[×35]" from 2 on.

    `caption`: shapes where the flow enters and leaves, such as "56×56×256 → 28×28×512".
    """

    id: str
    role: GroupRole
    title: Label
    items: "tuple[Item, ...]"
    repeat: int = 1
    caption: Label = NOTHING
    shade: int = 0
    marked: bool = False
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A value that a vertex reads: the number of the vertex that yields it, before the reader.

    `port`: number of the value of that vertex. `label`: operation on the connection, such as "upsample ×2".
    """

    vertex: int
    port: int = 0
    role: EdgeRole = EdgeRole.FLOW
    label: Label = NOTHING
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertex:
    """A part of a graph: items in series or an overview, and the values it reads.

    `content`: empty for the input of the graph. `row`: rank of the resolution, 0 for the finest. `ports`:
    number of values that the part yields; `rows`: their ranks, if they differ. `last`: draw the part at the
    end, as an output. `column`: the order of its column, where the graph has a form of its own. `frame`:
    that of the module that runs it, if it is drawn open in the graph.
    """

    id: str
    content: "tuple[Item, ...] | Overview" = ()
    reads: tuple[Read, ...] = ()
    row: int = 0
    ports: int = 1
    rows: tuple[int, ...] = ()
    last: bool = False
    column: tuple[int, ...] = ()
    frame: "Frame | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dag:
    """A directed acyclic graph of parts, in an order in which they run.

    `output`: number of the vertex at which the flow leaves; None where it ends in the graph. `rows`: the
    words beside the rows. `notes`: lines under it. `u_shaped`: it is drawn as a U, see `lanes.sides`.
    """

    vertices: tuple[Vertex, ...]
    output: int | None = None
    rows: tuple[Label, ...] = ()
    notes: tuple[Label, ...] = ()
    u_shaped: bool = False


Item = Node | Fork | Group | Dag


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
    """One line of the legend: the style it explains (None: an abbreviation), and its words.

    `shade`: the shade of a box that it explains, or 0.
    """

    role: NodeRole | EdgeRole | None
    text: Label
    shade: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A layer or a block in an overview, upright across the flow.

    `resolution`: ratio of the output's resolution to the input's, shown by the height. `channels`: shown by
    the width. `text`: rotated text in the bar. `index`: number below the bar and the following bars with
    `joined`. `shade`, `mark`: as in `Node`.
    """

    id: str
    role: NodeRole
    resolution: float
    channels: int
    text: Label = NOTHING
    index: str = ""
    joined: bool = False
    shade: int = 0
    mark: int = 0
    origin: Origin = NO_ORIGIN

    @property
    def fill(self) -> int:
        """The number of the theme's shade that fills it, 0 for the fill of its role."""
        return self.mark or self.shade


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """Ellipsis for `count` omitted bars, equal to those before."""

    count: int
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """A shortcut in an overview, from before the bar `tail` to behind the bar `head`."""

    tail: str
    head: str
    role: EdgeRole
    label: Label = NOTHING
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Bars in one frame, drawn without an outline if `role` is None.

    `notes`: lines that apply to all blocks, such as "C = 64, s = 2". `caption`: shapes. `tag`: as in `Node`.
    """

    id: str
    role: GroupRole | None
    title: Label
    bars: tuple[Bar | Omitted, ...]
    repeat: int = 1
    notes: tuple[Label, ...] = ()
    caption: Label = NOTHING
    tag: Label = NOTHING
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A whole network as a row of bars, the shortcuts over them, and the braces under them.

    `notes`: norms and activations that bars of layers show without naming them, such as "conv → BN, ReLU".
    """

    frames: tuple[Frame, ...]
    arcs: tuple[Arc, ...] = ()
    notes: tuple[Label, ...] = ()
    braces: tuple[Brace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A network in a comparison: its items in each row, empty for missing parts.

    `notes`: lines under it.
    """

    id: str
    title: str
    cells: tuple[tuple[Item, ...], ...]
    notes: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Networks side by side, in rows of equal resolution; `rows` are the words beside them."""

    rows: tuple[Label, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inset:
    """A type of block, or a block, drawn open from x to y."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Whole networks in the order of the flow; `dense`: every block is open, so that boxes are small."""

    items: tuple[Item, ...]
    dense: bool = False


Content = Overview | Inset | Chain | Comparison | Dag
"""Content of a panel."""

WHOLE = "strip"
"""Id of the panel that shows the whole network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One drawing in a diagram. `inside`: operations shown in no other panel, if a page may omit it."""

    id: str
    title: Label
    content: Content
    origin: Origin = NO_ORIGIN
    inside: Contents = NOTHING_INSIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """A whole drawing: its panels and their legend.

    `description`: the architecture in words, for readers who cannot see it. `direction`: None lets the layout
    decide. `flow` is for charts. `flat` builds a chain of the networks; `boxed`: with a box for each graph.
    """

    title: str
    panels: tuple[Panel, ...]
    legend: tuple[LegendEntry, ...] = ()
    description: Label = NOTHING
    direction: Direction | None = None
    flow: Flow = Flow.ROWS
    flat: "Callable[[], Diagram] | None" = None
    boxed: "Diagram | None" = None

    @property
    def chain(self) -> Chain:
        """The content of the only panel of a flat diagram."""
        (panel,) = self.panels
        assert isinstance(panel.content, Chain)
        return panel.content
