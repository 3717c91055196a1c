"""Spec elements to diagram items, one to one: layers to nodes, blocks to forks."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from resnet_diagram.diagram.labels import block_word, layer_lines, op_word, shortcut_text
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
from resnet_diagram.spec.measure import is_gate, weighted_layers
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


class Names:
    """Gives ids that speak and never meet twice: `stage3-block1-conv2`."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def numbered(self, prefix: str, word: str) -> str:
        """The next id of this word under this prefix, counted from 1."""
        stem = f"{prefix}-{word}"
        self._used[stem] = self._used.get(stem, 0) + 1
        return f"{stem}{self._used[stem]}"


def items(elements: Iterable[Element], prefix: str, shade: int, names: Names) -> tuple[Item, ...]:
    """Everything drawn for a run of elements; reshaping that only renames positions is not drawn."""
    found: list[Item] = []
    for is_layer, run in groupby(elements, key=lambda element: isinstance(element, Layer)):
        if is_layer:
            layers = [layer for layer in run if isinstance(layer, Layer) and _drawn(layer)]
            found += _nodes(layers, prefix, shade, names)
        else:
            for element in run:
                found += _composite(element, prefix, shade, names)
    return tuple(found)


def _drawn(layer: Layer) -> bool:
    return layer.kind is not LayerKind.RESHAPE or layer.op == "subsample"


def _composite(element: Element, prefix: str, shade: int, names: Names) -> tuple[Item, ...]:
    match element:
        case Block() if gate_ratio(element):
            return (gate(element, prefix, shade, names),)
        case Block():
            return block(element, prefix, shade, names)
        case Stage():
            inner = names.numbered(prefix, "group")
            held = items(element.body, inner, shade, names)
            return (Group(id=inner, role=GroupRole.BLOCK, title="", items=held, shade=shade),) if held else ()
    return ()


def block(element: Block, prefix: str, shade: int, names: Names) -> tuple[Item, ...]:
    """Shared layers, fork and what follows the merge."""
    before = items(element.before, prefix, shade, names)
    branches = tuple(items(branch, prefix, shade, names) for branch in element.branches)
    return (
        *before,
        fork(element, branches, prefix, shade, names),
        *items(element.after, prefix, shade, names),
    )


def fork(
    element: Block, branches: tuple[tuple[Item, ...], ...], prefix: str, shade: int, names: Names
) -> Fork:
    """The fork of a block round branches that are already drawn."""
    role, symbol = _MERGES[element.merge]
    merge = Node(id=names.numbered(prefix, role.value), role=role, lines=(symbol,), shade=shade)
    shortcut = _link(element.shortcut) if element.shortcut else None
    return Fork(branches=branches, merge=merge, shortcut=shortcut)


def _link(shortcut: Shortcut) -> Link:
    role = EdgeRole.OTHER if shortcut.kind.value == "other" else EdgeRole(shortcut.kind.value)
    return Link(role=role, label=shortcut_text(shortcut))


def gate(element: Block, prefix: str, shade: int, names: Names) -> Node:
    """A squeeze-and-excitation gate as one node."""
    lines = ("SE gate", f"r={gate_ratio(element)}")
    return Node(id=names.numbered(prefix, "gate"), role=NodeRole.GATE, lines=lines, shade=shade)


def gate_ratio(element: Block) -> int:
    """How much a squeeze-and-excitation gate narrows the channels, at least 1; 0 for any other block.

    Hu et al. 2018, "Squeeze-and-Excitation Networks", eq. 2-4: pool, narrow, widen, sigmoid, multiply.
    """
    if not is_gate(element) or len(element.branches) != 2 or element.branches[0]:
        return 0
    layers = [layer for layer in element.branches[1] if isinstance(layer, Layer)]
    weighted = [layer for layer in layers if layer.kind in (LayerKind.CONV, LayerKind.LINEAR)]
    pooled = any(layer.kind is LayerKind.POOL for layer in layers)
    if not pooled or len(weighted) != 2 or len(layers) != len(element.branches[1]):
        return 0
    return max(1, round(weighted[0].in_shape[0] / weighted[0].out_shape[0]))


def folded(element: Block, prefix: str, shade: int, names: Names, *, detailed: bool) -> tuple[Item, ...]:
    """A whole block with its branch as one node; `detailed` lists the branch's layers in it."""
    weighted = weighted_layers(element)
    lines = (block_word(element), *(layer_lines(layer)[0] for layer in weighted if detailed))
    inside = Node(
        id=names.numbered(prefix, "branch"),
        role=NodeRole.BLOCK,
        lines=lines,
        taper=_waist(weighted),
        shade=shade,
    )
    return (
        *items(element.before, prefix, shade, names),
        fork(element, ((inside,),), prefix, shade, names),
        *items(element.after, prefix, shade, names),
    )


def _waist(weighted: Sequence[Layer]) -> Taper:
    """The outline of a whole branch: narrow in the middle, wide in the middle, or neither."""
    if len(weighted) < 2:
        return Taper.NONE
    inner = [layer.out_shape[0] for layer in weighted[:-1]]
    ends = (weighted[0].in_shape[0], weighted[-1].out_shape[0])
    if min(inner) < min(ends):
        return Taper.HOURGLASS
    return Taper.BARREL if max(inner) > max(ends) else Taper.NONE


def _nodes(layers: list[Layer], prefix: str, shade: int, names: Names) -> Iterator[Node]:
    for unit in _units(layers):
        main = _main(unit)
        role = _ROLES.get(main.kind, NodeRole.OTHER)
        yield Node(
            id=names.numbered(prefix, role.value),
            role=role,
            lines=_lines(unit),
            taper=_taper(main, layers),
            shade=shade,
        )


def _main(unit: list[Layer]) -> Layer:
    return next((layer for layer in unit if layer.kind not in _MINOR), unit[0])


def _units(layers: list[Layer]) -> list[list[Layer]]:
    """Layers that share a node: norms and activations join the layer before them.

    In a run that starts with them, a pre-activation, they join the layer behind.
    """
    if layers and layers[0].kind in _MINOR:
        return [unit[::-1] for unit in _after(layers[::-1])[::-1]]
    return _after(layers)


def _after(layers: list[Layer]) -> list[list[Layer]]:
    units: list[list[Layer]] = []
    for layer in layers:
        if units and layer.kind in _MINOR:
            units[-1].append(layer)
        else:
            units.append([layer])
    return units


def _lines(unit: list[Layer]) -> tuple[str, ...]:
    lines: list[str] = []
    for minor, run in groupby(unit, key=lambda layer: layer.kind in _MINOR):
        if minor:
            lines.append(", ".join(op_word(layer) for layer in run))
        else:
            lines += [line for layer in run for line in layer_lines(layer)]
    return tuple(lines)


def _taper(layer: Layer, layers: list[Layer]) -> Taper:
    """A layer that narrows or widens the channels of a run of three or more, as in a bottleneck."""
    weighted = sum(one.kind in (LayerKind.CONV, LayerKind.LINEAR) for one in layers)
    if weighted < 3 or layer.kind not in (LayerKind.CONV, LayerKind.LINEAR):
        return Taper.NONE
    before, after = layer.in_shape[0], layer.out_shape[0]
    if before == after:
        return Taper.NONE
    return Taper.CLOSING if after < before else Taper.OPENING
