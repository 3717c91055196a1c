"""Spec elements to diagram items, one to one: layers to nodes, blocks to forks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from resnet_diagram.diagram.labels import block_words, gate_ratio, layer_lines, op_word, shortcut_text
from resnet_diagram.diagram.model import (
    EdgeRole,
    Fork,
    Group,
    GroupRole,
    Item,
    Link,
    Node,
    NodeRole,
    Taper,
)
from resnet_diagram.spec.measure import BlockKind, block_kind, is_residual, weighted_layers
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Merge, Shortcut, Stage

_ROLES = {
    LayerKind.CONV: NodeRole.CONV,
    LayerKind.LINEAR: NodeRole.LINEAR,
    LayerKind.NORM: NodeRole.NORM,
    LayerKind.ACTIVATION: NodeRole.ACTIVATION,
    LayerKind.POOL: NodeRole.POOL,
    LayerKind.ATTENTION: NodeRole.ATTENTION,
    LayerKind.OPAQUE: NodeRole.OPAQUE,
}
_MERGES = {
    Merge.ADD: (NodeRole.ADD, "+"),
    Merge.MULTIPLY: (NodeRole.MULTIPLY, "×"),
    Merge.CONCAT: (NodeRole.CONCAT, "concat"),
}
_MINOR = (LayerKind.NORM, LayerKind.ACTIVATION)
_WEIGHTED = (LayerKind.CONV, LayerKind.LINEAR, LayerKind.ATTENTION)
_ENDS = {
    BlockKind.BOTTLENECK: (Taper.CLOSING, Taper.OPENING),
    BlockKind.INVERTED_BOTTLENECK: (Taper.OPENING, Taper.CLOSING),
}
_WHOLE = {BlockKind.BOTTLENECK: Taper.HOURGLASS, BlockKind.INVERTED_BOTTLENECK: Taper.BARREL}


class Names:
    """Gives ids that speak and never meet twice: `stage3-block1-conv2`."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def numbered(self, prefix: str, word: str) -> str:
        """The next id of this word under this prefix, counted from 1."""
        stem = f"{prefix}-{word}"
        self._used[stem] = self._used.get(stem, 0) + 1
        return f"{stem}{self._used[stem]}"


class Pen(NamedTuple):
    """What all parts of a stage are drawn with: where ids come from, its shade, and how a stage is drawn."""

    names: Names
    shade: int
    stage: "Callable[[Stage, str, Pen], tuple[Item, ...]]"


def items(elements: Iterable[Element], prefix: str, pen: Pen) -> tuple[Item, ...]:
    """Everything drawn for a run of elements; reshaping that only renames positions is not drawn."""
    found: list[Item] = []
    for is_layer, run in groupby(elements, key=lambda element: isinstance(element, Layer)):
        if is_layer:
            layers = [layer for layer in run if isinstance(layer, Layer) and _drawn(layer)]
            found += _nodes(layers, prefix, pen)
        else:
            for element in run:
                found += _composite(element, prefix, pen)
    return tuple(found)


def _drawn(layer: Layer) -> bool:
    return layer.kind is not LayerKind.RESHAPE or layer.op == "subsample"


def _composite(element: Element, prefix: str, pen: Pen) -> tuple[Item, ...]:
    match element:
        case Block() if gate_ratio(element):
            return (gate(element, prefix, pen),)
        case Block():
            return block(element, prefix, pen)
        case Stage():
            inner = pen.names.numbered(prefix, "group")
            held = pen.stage(element, inner, pen)
            return (
                (Group(id=inner, role=GroupRole.BLOCK, title="", items=held, shade=pen.shade),)
                if held
                else ()
            )
    return ()


def block(element: Block, prefix: str, pen: Pen) -> tuple[Item, ...]:
    """Shared layers, fork and what follows the merge."""
    before = items(element.before, prefix, pen)
    drawn = [items(branch, prefix, pen) for branch in element.branches]
    branches = tuple(_tapered(branch, block_kind(element)) for branch in drawn)
    return (
        *before,
        fork(element, branches, prefix, pen),
        *items(element.after, prefix, pen),
    )


def _tapered(branch: tuple[Item, ...], kind: BlockKind) -> tuple[Item, ...]:
    """The branch with the outlines that tell a bottleneck: its first convolution closes, its last opens."""
    weighted = [
        item for item in branch if isinstance(item, Node) and item.role in (NodeRole.CONV, NodeRole.LINEAR)
    ]
    if kind not in _ENDS or len(weighted) < 2:
        return branch
    first, last = _ENDS[kind]
    outlines = {weighted[0].id: first, weighted[-1].id: last}
    return tuple(
        replace(item, taper=outlines[item.id]) if isinstance(item, Node) and item.id in outlines else item
        for item in branch
    )


def fork(element: Block, branches: tuple[tuple[Item, ...], ...], prefix: str, pen: Pen) -> Fork:
    """The fork of a block round branches that are already drawn."""
    role, symbol = _MERGES[element.merge]
    merge = Node(id=pen.names.numbered(prefix, role.value), role=role, lines=(symbol,), shade=pen.shade)
    shortcut = _link(element.shortcut) if element.shortcut else None
    return Fork(branches=branches, merge=merge, shortcut=shortcut)


def _link(shortcut: Shortcut) -> Link:
    role = EdgeRole.OTHER if shortcut.kind.value == "other" else EdgeRole(shortcut.kind.value)
    return Link(role=role, label=shortcut_text(shortcut))


def gate(element: Block, prefix: str, pen: Pen) -> Node:
    """A squeeze-and-excitation gate as one node."""
    lines = ("SE gate", f"r={gate_ratio(element)}")
    return Node(id=pen.names.numbered(prefix, "gate"), role=NodeRole.GATE, lines=lines, shade=pen.shade)


def folded(element: Block, prefix: str, pen: Pen, *, detailed: bool) -> tuple[Item, ...]:
    """A whole block with its branch as one node; `detailed` lists the branch's layers in it.

    Only a residual block of one branch has a short name that says what it is; any other is drawn open.
    """
    if not is_residual(element) or len(element.branches) != 1:
        return block(element, prefix, pen)
    layers = weighted_layers(element) if detailed else ()
    lines = (*block_words(element), *(layer_lines(layer)[0] for layer in layers))
    inside = Node(
        id=pen.names.numbered(prefix, "branch"),
        role=NodeRole.BLOCK,
        lines=lines,
        taper=_WHOLE.get(block_kind(element), Taper.NONE),
        shade=pen.shade,
    )
    return (
        *items(element.before, prefix, pen),
        fork(element, ((inside,),), prefix, pen),
        *items(element.after, prefix, pen),
    )


def _nodes(layers: list[Layer], prefix: str, pen: Pen) -> Iterator[Node]:
    for unit in _units(layers):
        main = _main(unit)
        role = _ROLES.get(main.kind, NodeRole.OTHER)
        yield Node(
            id=pen.names.numbered(prefix, role.value),
            role=role,
            lines=_lines(unit),
            shade=pen.shade,
        )


def _main(unit: list[Layer]) -> Layer:
    return next((layer for layer in unit if layer.kind not in _MINOR), unit[0])


def _units(layers: Sequence[Layer]) -> list[list[Layer]]:
    """Layers that share a node: norms and activations join the layer before them.

    In a run that starts with them, a pre-activation, they join the weighted layer behind.
    """
    if layers and layers[0].kind in _MINOR:
        return _joined_to_next(layers)
    units: list[list[Layer]] = []
    for layer in layers:
        if units and layer.kind in _MINOR:
            units[-1].append(layer)
        else:
            units.append([layer])
    return units


def _joined_to_next(layers: Sequence[Layer]) -> list[list[Layer]]:
    units: list[list[Layer]] = []
    waiting: list[Layer] = []
    for layer in layers:
        waiting.append(layer)
        if layer.kind in _WEIGHTED:
            units.append(waiting)
            waiting = []
        elif layer.kind not in _MINOR:
            units += [unit for unit in (waiting[:-1], [layer]) if unit]
            waiting = []
    return [*units, waiting] if waiting else units


def _lines(unit: list[Layer]) -> tuple[str, ...]:
    lines: list[str] = []
    for minor, run in groupby(unit, key=lambda layer: layer.kind in _MINOR):
        if minor:
            lines.append(", ".join(op_word(layer) for layer in run))
        else:
            lines += [line for layer in run for line in layer_lines(layer)]
    return tuple(lines)
