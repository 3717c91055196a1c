"""The record of a run: operations, the values they read, and the module calls around them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from resnet_diagram.spec.graph import reachable

Sizes = tuple[int, ...]


class NodeKind(Enum):
    """The origin of a value."""

    INPUT = auto()
    PARAMETER = auto()
    CONSTANT = auto()
    OPERATION = auto()


@dataclass(slots=True, eq=False)
class Node:
    """One value, or group of values, and the operation that made it.

    `shape` is the whole shape, batch included. `inputs` are the producers that carry activation, in
    argument order; `active` says whether this value depends on an input of the model. `args` hold plain
    values and `Ref`s; `names` and `defaults` are the operator's argument names and their default values.
    `call` numbers the module call that ran the operation; `tensor` is the id of a parameter or constant;
    `refs` are the tensors among the arguments, where somebody looked for them. `dropout` is the rate of a
    dropout that the value passes, which does nothing in evaluation. A `triangular` constant has one number
    above its diagonal and another below, as a causal mask has.
    """

    index: int
    kind: NodeKind
    op: str
    shape: Sizes
    call: int
    active: bool
    inputs: "tuple[Node, ...]" = field(default=(), repr=False)
    args: tuple[object, ...] = field(default=(), repr=False)
    kwargs: dict[str, object] = field(default_factory=dict, repr=False)
    names: tuple[str, ...] = ()
    defaults: dict[str, object] = field(default_factory=dict)
    tensor: int = 0
    refs: "tuple[Ref, ...] | None" = field(default=None, repr=False)
    dropout: float = 0.0
    triangular: bool = False


@dataclass(slots=True, eq=False)
class Ref:
    """A tensor argument: its producer, its shape for the operation, and the index among the results."""

    node: Node
    shape: Sizes
    output: int = 0


@dataclass(slots=True, eq=False)
class Call:
    """One call of a module; calls are numbered as they begin, so a call and those inside it are a range.

    `home`: name of the Python module that defines the class, "" where it is not known.
    """

    path: str
    cls: str
    parent: int
    end: int = 0
    home: str = ""


@dataclass(slots=True, eq=False)
class OpGraph:
    """Everything one run recorded. `notes` hold the assumptions.

    `script_weights` are the parameters of scripted modules by id: plain tensors, and new objects each time
    they are asked for unless somebody holds them.
    `asked` is the number of answers that were assumed.
    Where it stopped early: `error` says why, `failed_in` in which module, `failed_with` on which shapes.
    """

    nodes: list[Node] = field(default_factory=list)
    inputs: list[Node] = field(default_factory=list)
    outputs: list[Node] = field(default_factory=list)
    asked: int = 0
    input_names: list[str] = field(default_factory=list)
    output_names: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    script_weights: dict[int, object] = field(default_factory=dict)
    error: Exception | None = None
    failed_in: str = ""
    failed_with: str = ""


def operation_at(
    place: Node, op: str, args: tuple[object, ...], names: tuple[str, ...], shape: Sizes
) -> Node:
    """Return an operation on some values, run where `place` was."""
    refs = tuple(_refs_in(args))
    inputs = tuple(ref.node for ref in refs if ref.node.active)
    result = Node(place.index, NodeKind.OPERATION, op, shape, place.call, bool(inputs), inputs, args)
    result.names, result.refs = names, refs
    return result


def put_nodes(graph: OpGraph, nodes: list[Node]) -> None:
    """Give a graph other nodes, in execution order, and number them."""
    graph.nodes[:] = nodes
    for index, node in enumerate(nodes):
        node.index = index


def become(node: Node, op: str, args: tuple[object, ...], names: tuple[str, ...], shape: Sizes) -> None:
    """Make a node another operation on some values."""
    result = operation_at(node, op, args, names, shape)
    node.op, node.args, node.names, node.shape = op, args, names, shape
    node.inputs, node.refs, node.kwargs, node.defaults = result.inputs, result.refs, {}, {}


def argument(node: Node, name: str) -> object:
    """Return the value of an operation's argument `name`, or the default; None if there is none."""
    if name in node.kwargs:
        return node.kwargs[name]
    if name in node.names:
        position = node.names.index(name)
        if position < len(node.args):
            return node.args[position]
    return node.defaults.get(name)


def axis_named(node: Node, rank: int) -> int:
    """Return the axis that the argument `dim` of an operation names on values of so many axes; else 0."""
    dim = argument(node, "dim")
    return dim % rank if isinstance(dim, int) else 0


def cut_of(node: Node) -> tuple[int, int, range]:
    """Return the axis that a slice cuts, its size, and the places along it that the slice takes."""
    shape = references(node)[0].shape
    axis = axis_named(node, len(shape))
    limits: list[Any] = [argument(node, name) for name in ("start", "end", "step")]
    return axis, shape[axis], range(shape[axis])[slice(*limits)]


def references(node: Node) -> "tuple[Ref, ...]":
    """Return the tensor arguments of an operation, lists opened."""
    if node.refs is None:
        node.refs = tuple(_refs_in((*node.args, *node.kwargs.values())))
    return node.refs


def first_read(node: Node) -> "Ref | None":
    """Return the first tensor argument of an operation, None if it has none."""
    return next(iter(references(node)), None)


def _refs_in(values: Iterable[object]) -> Iterator[Ref]:
    """Yield each tensor argument among some values, lists opened."""
    for value in values:
        if isinstance(value, Ref):
            yield value
        elif isinstance(value, (list, tuple)):
            for item in value:
                if isinstance(item, Ref):
                    yield item


def readers_of(graph: OpGraph) -> dict[int, list[Node]]:
    """Return the active operations that read each value, by its index."""
    readers: dict[int, list[Node]] = {}
    for node in graph.nodes:
        for source in dict.fromkeys(node.inputs) if node.active else ():
            readers.setdefault(source.index, []).append(node)
    return readers


def constants_of(node: Node) -> Iterator[Node]:
    """Return the parameters, constants and operations on them alone that lead to an operation."""

    def read(reader: Node) -> list[Node]:
        return [ref.node for ref in references(reader) if not ref.node.active]

    return reachable(read(node), read)
