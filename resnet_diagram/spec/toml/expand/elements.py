"""Build blocks and stages from tables with lists of layers."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.spec.check.faults import FaultError, within
from resnet_diagram.spec.check.network import check_element, fault_text
from resnet_diagram.spec.measure import merged_shape, walk
from resnet_diagram.spec.model import (
    Block,
    Graph,
    GraphNode,
    Merge,
    Shape,
    Shortcut,
    ShortcutKind,
    Stage,
)
from resnet_diagram.spec.shapes import broadcast, concat_axis, concatenated
from resnet_diagram.spec.toml.expand.chain import Chain, kind_of
from resnet_diagram.spec.toml.expand.layers import layer_of
from resnet_diagram.spec.toml.schema.words import NONE, TomlTable, Written, table_of

_NAMES = {"batch_norm": "bn", "linear": "fc"}


def put_all(chain: Chain, written: Sequence[Written]) -> None:
    """Put every element of a list. Raises FaultError that names the position of a faulty one."""
    for at, item in enumerate(written):
        with within(at):
            put(chain, item)


def put(chain: Chain, written: Written) -> None:
    """Put one element, or as many blocks as it says, numbered by their position.

    Raises FaultError if an element does not fit the input shape.
    """
    settings: TomlTable = {"op": written} if isinstance(written, str) else written
    for _ in range(settings.get("repeat", 1)):
        name, shape = f"{chain.prefix}{chain.number}", chain.shape
        match table_of(settings):
            case "gate":
                chain.gate(settings.get("reduction", 16), f"se{chain.number}")
            case "written stage":
                inner = _run("body", settings["body"], shape, f"{settings.get('name', name)}.")
                chain.put(Stage(name=settings.get("name", name), body=tuple(inner.elements)))
            case "written graph":
                chain.put(graph_of(settings, shape, settings.get("name", name)))
            case "written block":
                chain.put(block_of(settings, shape, name))
            case _:
                layer = layer_of(settings, shape)
                name = f"{chain.prefix}{_NAMES.get(layer.op, layer.op)}{chain.number}"
                chain.put(replace(layer, name=name))
        chain.number += 1
        if not isinstance(chain.elements[-1], Stage):
            try:
                check_element(chain.elements[-1], shape)
            except FaultError as fault:
                raise FaultError(fault_text(fault)) from None


def _run(key: str, written: Sequence[Written], shape: Shape, prefix: str, *path: int) -> Chain:
    chain = Chain(shape, prefix)
    with within(key, *path):
        put_all(chain, written)
    return chain


def graph_of(settings: TomlTable, shape: Shape, name: str) -> Graph:
    """Return the graph described by a table with a list of nodes. Raises FaultError."""
    nodes: list[GraphNode] = []
    for number, written in enumerate(settings["nodes"]):
        with within("nodes", number):
            nodes.append(_graph_node(written, nodes, shape, f"{name}.{number}"))
    return Graph(nodes=tuple(nodes), outputs=tuple(settings["outputs"]), name=name)


def _graph_node(settings: TomlTable, nodes: Sequence[GraphNode], shape: Shape, name: str) -> GraphNode:
    """Return the graph node described by a table; `nodes` holds the nodes before it. Raises FaultError."""
    reads = tuple(settings.get("reads", ()))
    if any(read >= len(nodes) for read in reads):
        raise FaultError(f"expected numbers of nodes before this one, below {len(nodes)}.", "reads")
    merge = Merge(settings["merge"]) if "merge" in settings else None
    entering = [nodes[read].shape for read in reads] or [shape]
    body = _run("body", settings.get("body", []), entering[0], f"{name}.")
    shape_of_merge = body.shape
    if merge is Merge.CONCAT:
        shape_of_merge = concatenated(entering, concat_axis(entering))
    elif merge is not None:
        shape_of_merge = broadcast(entering)
    return GraphNode(
        shape=tuple(settings.get("shape", shape_of_merge)),
        reads=reads,
        merge=merge,
        body=tuple(body.elements),
        shortcut=ShortcutKind(settings["shortcut"]) if "shortcut" in settings else None,
        signs=tuple(settings.get("signs", ())),
        shares=settings.get("shares"),
        name=name,
    )


def block_of(settings: TomlTable, shape: Shape, name: str) -> Block:
    """Return the block described by a table with lists of layers. Raises FaultError if it has no layers."""
    before = _run("before", settings.get("before", []), shape, f"{name}.before.")
    if "layers" in settings:
        branches = [_run("layers", settings["layers"], before.shape, f"{name}.")]
    else:
        branches = [
            _run("branches", branch, before.shape, f"{name}.{at}.", at)
            for at, branch in enumerate(settings["branches"])
        ]
    draft = Block(
        name=name,
        before=before.layers(),
        branches=tuple(tuple(branch.elements) for branch in branches),
        shortcut=_shortcut(settings, before.shape, f"{name}.shortcut."),
        merge=Merge(settings.get("merge", "add")),
        signs=tuple(settings.get("signs", ())),
        axis=settings.get("axis"),
    )
    if next(walk(draft), None) is None:
        raise FaultError("it has no layers; expected at least one on a branch.")
    after = _run("after", settings.get("after", []), merged_shape(draft), f"{name}.after.")
    return replace(draft, after=after.layers())


def _shortcut(settings: TomlTable, shape: Shape, prefix: str) -> Shortcut | None:
    value = settings.get("shortcut", "identity" if "layers" in settings else NONE)
    if isinstance(value, str):
        return Shortcut(kind=ShortcutKind.IDENTITY) if value == "identity" else None
    if isinstance(value, dict):
        layers = _run("shortcut", value["layers"], shape, prefix).elements
        return Shortcut(kind=ShortcutKind(value["kind"]), layers=tuple(layers))
    layers = _run("shortcut", value, shape, prefix).elements
    return Shortcut(kind=kind_of(layers), layers=tuple(layers))
