"""Data model of residual networks: frozen, numbers and strings only.

Shapes are `(C, *spatial)`, without the batch. Kernel, stride, padding and dilation have one entry
per spatial dimension, so that 1-D, 2-D and 3-D networks are described alike.
"""

from enum import StrEnum

from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import number_of

Shape = tuple[int, ...]
Setting = bool | int | float | str
Settings = tuple[tuple[str, Setting], ...]
"""Names and values of settings, in the order of the alphabet."""


class LayerKind(StrEnum):
    """The sort of work a layer does."""

    CONV = "conv"
    LINEAR = "linear"
    NORM = "norm"
    ACTIVATION = "activation"
    POOL = "pool"
    UPSAMPLE = "upsample"
    DROPOUT = "dropout"
    PAD = "pad"
    ATTENTION = "attention"
    RESHAPE = "reshape"
    OPAQUE = "opaque"
    OTHER = "other"


class ShortcutKind(StrEnum):
    """Elements of a shortcut."""

    IDENTITY = "identity"
    PROJECTION = "projection"
    POOLED_PROJECTION = "pooled-projection"
    ZERO_PAD = "zero-pad"
    POOLED = "pooled"
    OTHER = "other"


class Merge(StrEnum):
    """Operation that joins the branches of a block."""

    ADD = "add"
    CONCAT = "concat"
    MULTIPLY = "multiply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One operation.

    `op` names the operation within its kind, in lower case: `conv`, `conv_transpose`; `linear`;
    `batch_norm`, `group_norm`, `layer_norm`; `relu`, `silu`, `sigmoid`, `gelu`; `max_pool`, `avg_pool`,
    `global_avg_pool` (all positions to one); `zero_pad`, `subsample` (strided slice); `flatten`.
    `groups` are of a convolution or a `group_norm`. `params` counts each parameter where first used;
    `macs` are multiply-accumulates for one input. `settings` are those of the operation that differ from
    PyTorch's defaults (see `spec.settings`), such as `("eps", 0.001)`.
    """

    kind: LayerKind
    op: str
    in_shape: Shape
    out_shape: Shape
    name: str = ""
    kernel: Shape = ()
    stride: Shape = ()
    padding: Shape = ()
    dilation: Shape = ()
    groups: int = 1
    bias: bool = False
    params: int = 0
    macs: int = 0
    settings: Settings = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """The way round a residual branch; `layers` is empty for an identity."""

    kind: ShortcutKind
    layers: "tuple[Element, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Branches that leave one point and come together again.

    A residual block has one branch, a `shortcut` and `merge=ADD`. `before` holds layers that branch and
    shortcut share (the shared pre-activation); `after` what follows the merge inside the block, such as
    the ReLU after the addition. Without `shortcut` the block is a gate (`MULTIPLY`; the gated branch first,
    the gating one second), a concatenation, or a sum of branches. An empty branch returns its input.
    `signs` holds 1 or -1 for each branch, then for the shortcut; it is empty where nothing is subtracted.
    `axis` is that of a concatenation, 0 for the channels; None where the shapes tell it, or are equal and
    their channels are joined.
    """

    branches: "tuple[tuple[Element, ...], ...]"
    name: str = ""
    before: tuple[Layer, ...] = ()
    shortcut: Shortcut | None = None
    merge: Merge = Merge.ADD
    after: tuple[Layer, ...] = ()
    signs: tuple[int, ...] = ()
    axis: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A run of blocks at one resolution, the change of resolution at its entry included."""

    body: "tuple[Element, ...]"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """A value in a graph and its computation.

    `reads`: numbers of the nodes it reads, all before it; empty for an input of the graph. It is one of: an
    input; a `merge` of several values; a chain of elements (`body`) on one value; one layer that reads
    several values; a chain on the first of several, whose layers name the others in the setting `input`.
    `shape` is that of the value. `shortcut`: the kind of shortcut of a residual addition, which is the last
    value read; None for other merges. `signs` are as those of a block. `shares`: the number of an earlier
    node whose modules it runs again.
    """

    shape: Shape
    reads: tuple[int, ...] = ()
    merge: Merge | None = None
    body: "tuple[Element, ...]" = ()
    shortcut: ShortcutKind | None = None
    signs: tuple[int, ...] = ()
    shares: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A directed acyclic graph of values, for parts that are not nested branches.

    `nodes`: in an order in which they can run, inputs first. `outputs`: numbers of the nodes whose values
    leave the graph. A graph with several inputs begins a network, a graph with several outputs ends it.
    """

    nodes: tuple[GraphNode, ...]
    outputs: tuple[int, ...]
    name: str = ""


Element = Layer | Block | Stage | Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An input or output of a network: its name, such as `image`, `res2` or `boxes.0`, and its shape."""

    name: str
    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A module whose parameters are in no layer of a network: it never ran, or leads to no output."""

    name: str
    params: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleClass:
    """A class of modules that ran: its name, and the paths of its modules in the order they ran first.

    `own`: it is code of the author, and not of an installed package.
    """

    name: str
    paths: tuple[str, ...]
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A whole network: `stem`, `body` (stages, for a residual network) and `head`, run in this order.

    `notes` state what a trace had to assume. `source`: the name or file it was read from, such as
    `torchvision.models:resnet50`. `stopped_at`: dotted path of the module in which the forward failed, so
    that the rest of the network is missing; None if it ran to its end. `inputs` and `outputs` are those of
    the graph that begins or ends the network, in order; each is empty where there is one without a name.
    `classes`: the classes of the modules of a traced network, those of torch left out.
    """

    name: str
    input_shape: Shape
    stem: tuple[Element, ...] = ()
    body: tuple[Element, ...] = ()
    head: tuple[Element, ...] = ()
    source: str = ""
    notes: tuple[str, ...] = ()
    stopped_at: str | None = None
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    idle: tuple[Idle, ...] = ()
    classes: tuple[ModuleClass, ...] = ()

    def __hash__(self) -> int:
        """Return a number that is found without a look at each layer, to keep what is known of a network."""
        counts = tuple(len(stage.body) for stage in self.stages)
        return hash((self.name, self.input_shape, self.source, counts))

    @property
    def params(self) -> int:
        """Number of parameters; a shared one counts once."""
        from resnet_diagram.spec.measure import params

        return params(self)

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one input."""
        from resnet_diagram.spec.measure import macs

        return macs(self)

    @property
    def elements(self) -> tuple[Element, ...]:
        """The elements of stem, body and head, in the order in which they run."""
        return (*self.stem, *self.body, *self.head)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of the body."""
        return tuple(element for element in self.body if isinstance(element, Stage))

    def __repr__(self) -> str:
        """Return two lines: name, input and totals; stages with their numbers of blocks."""
        from resnet_diagram.spec.counting.blocks import units

        size = "×".join(map(str, self.input_shape))
        guessed = " (guessed)" * any(note.endswith(" was guessed") for note in self.notes)
        stages = ", ".join(f"{stage.name} ({len(units((stage,)))})" for stage in self.stages)
        counts = f"{number_of('parameter', self.params)}, {number_of('MAC', self.macs)}"
        first = f"Network {self.name!r}: input {size}{guessed}, {counts}"
        return f"{first}\n  blocks by stage: {stages or 'no stages'}"
