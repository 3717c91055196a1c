"""Spec elements to diagram items, one to one: layers to nodes, blocks to forks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from resnet_diagram.diagram.labels import (
    Said,
    block_words,
    change_text,
    count_words,
    layer_lines,
    op_word,
    shortcut_text,
)
from resnet_diagram.diagram.model import (
    Fork,
    Group,
    GroupRole,
    Item,
    Link,
    Node,
    NodeRole,
    Taper,
)
from resnet_diagram.diagram.options import USUAL, Show
from resnet_diagram.diagram.origin import Copies, merge_origin, origin, shortcut_origin
from resnet_diagram.diagram.roles import edge_role, node_role
from resnet_diagram.spec.measure import (
    BlockKind,
    block_kind,
    gate_ratio,
    in_shape,
    is_residual,
    merged_shape,
    weighted_layers,
)
from resnet_diagram.spec.model import Block, Element, Layer, LayerKind, Merge, Shortcut, ShortcutKind, Stage
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.spec.traits import FOLLOWING, MIXING, is_renaming

_MERGES = {
    Merge.ADD: (NodeRole.ADD, "+"),
    Merge.MULTIPLY: (NodeRole.MULTIPLY, "×"),
    Merge.CONCAT: (NodeRole.CONCAT, "concat"),
}
_CHOSEN = {LayerKind.NORM: Show.NORM, LayerKind.ACTIVATION: Show.ACT}
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
    """What all parts of a stage are drawn with: where ids come from, its shade, and how a stage is drawn.

    `show`: what is written beside the operations. `said` replaces the sizes of layers. `spread` draws what
    lies on a shortcut as boxes on it. `copies`: the elements that a folded drawing serves.
    """

    names: Names
    shade: int
    stage: "Callable[[Stage, str, Pen], tuple[Item, ...]]"
    show: frozenset[Show] = USUAL
    said: Mapping[Layer, Said] = MappingProxyType({})
    spread: bool = False
    copies: Copies = MappingProxyType({})


def items(elements: Iterable[Element], prefix: str, pen: Pen) -> tuple[Item, ...]:
    """Everything drawn for a run of elements; reshaping that only renames positions is not drawn."""
    found: list[Item] = []
    for is_layer, run in groupby(elements, key=lambda element: isinstance(element, Layer)):
        if is_layer:
            layers = [layer for layer in run if isinstance(layer, Layer) and _drawn(layer, pen.show)]
            found += _nodes(layers, prefix, pen)
        else:
            for element in run:
                found += _composite(element, prefix, pen)
    return tuple(found)


def _drawn(layer: Layer, show: frozenset[Show]) -> bool:
    if layer.kind in _CHOSEN:
        return _CHOSEN[layer.kind] in show
    return not is_renaming(layer)


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
                (
                    Group(
                        id=inner,
                        role=GroupRole.BLOCK,
                        title="",
                        items=held,
                        shade=pen.shade,
                        origin=origin((element,), pen.copies),
                    ),
                )
                if held
                else ()
            )
    return ()


def block(element: Block, prefix: str, pen: Pen) -> tuple[Item, ...]:
    """Shared layers, fork and what follows the merge."""
    before = items(element.before, prefix, pen)
    drawn = [items(branch, prefix, pen) for branch in element.branches]
    branches = tuple(tapered(branch, block_kind(element)) for branch in drawn)
    return (
        *before,
        fork(element, branches, prefix, pen),
        *items(element.after, prefix, pen),
    )


def tapered(branch: tuple[Item, ...], kind: BlockKind) -> tuple[Item, ...]:
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
    merge = Node(
        id=pen.names.numbered(prefix, role.value),
        role=role,
        lines=(symbol,),
        shade=pen.shade,
        origin=merge_origin(element, pen.copies),
    )
    shortcut = _link(element, element.shortcut, f"{prefix}-shortcut", pen) if element.shortcut else None
    mark, result = _math(element) if Show.MATH in pen.show else ("", "")
    return Fork(branches=branches, merge=merge, shortcut=shortcut, branch_mark=mark, merge_mark=result)


def _math(block: Block) -> tuple[str, str]:
    """The branch and what the addition yields, as He et al. 2015 write them (equations 1 and 2)."""
    if not is_residual(block) or block.shortcut is None:
        return "", ""
    return "F(x)", "F(x) + x" if block.shortcut.kind is ShortcutKind.IDENTITY else "F(x) + Wx"


def _link(element: Block, shortcut: Shortcut, prefix: str, pen: Pen) -> Link:
    if pen.spread:
        boxes = tuple(one for one in items(shortcut.layers, prefix, pen) if isinstance(one, Node))
        if Show.QUESTION in pen.show:
            boxes = (_question(element, prefix, pen), *boxes)
        return Link(
            role=edge_role(shortcut.kind),
            label="" if boxes else shortcut.kind.value,
            nodes=boxes,
            origin=shortcut_origin(element, pen.copies),
        )
    return Link(
        role=edge_role(shortcut.kind),
        label=shortcut_text(shortcut),
        origin=shortcut_origin(element, pen.copies),
    )


def _question(element: Block, prefix: str, pen: Pen) -> Node:
    """What decides about the shortcut of a block: whether what goes in has the shape of what is added."""
    before, after = in_shape(element), merged_shape(element)
    answer = "yes" if before == after else "no"
    sizes = () if pen.said else (shape_text(before) if before == after else change_text(before, after),)
    lines = ("same shape?", answer, *sizes)
    return Node(id=pen.names.numbered(prefix, "question"), role=NodeRole.QUESTION, lines=lines)


def gate(element: Block, prefix: str, pen: Pen) -> Node:
    """A squeeze-and-excitation gate as one node."""
    lines = ("SE gate", f"r={gate_ratio(element)}")
    return Node(
        id=pen.names.numbered(prefix, "gate"),
        role=NodeRole.GATE,
        lines=lines,
        shade=pen.shade,
        origin=origin((element,), pen.copies),
    )


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
        origin=origin((element,), pen.copies),
    )
    return (
        *items(element.before, prefix, pen),
        fork(element, ((inside,),), prefix, pen),
        *items(element.after, prefix, pen),
    )


def _nodes(layers: list[Layer], prefix: str, pen: Pen) -> Iterator[Node]:
    for unit in _units(layers):
        main = _main(unit)
        role = node_role(main.kind)
        yield Node(
            id=pen.names.numbered(prefix, role.value),
            role=role,
            lines=_lines(unit, pen),
            shade=pen.shade,
            aside=_aside(unit),
            origin=origin(unit, pen.copies),
        )


def _main(unit: list[Layer]) -> Layer:
    return next((layer for layer in unit if layer.kind not in FOLLOWING), unit[0])


def _units(layers: Sequence[Layer]) -> list[list[Layer]]:
    """Layers that share a node: norms and activations join the layer before them.

    In a run that starts with them, a pre-activation, they join the weighted layer behind.
    """
    if layers and layers[0].kind in FOLLOWING:
        return _joined_to_next(layers)
    units: list[list[Layer]] = []
    for layer in layers:
        if units and layer.kind in FOLLOWING:
            units[-1].append(layer)
        else:
            units.append([layer])
    return units


def _joined_to_next(layers: Sequence[Layer]) -> list[list[Layer]]:
    units: list[list[Layer]] = []
    waiting: list[Layer] = []
    for layer in layers:
        waiting.append(layer)
        if layer.kind in MIXING:
            units.append(waiting)
            waiting = []
        elif layer.kind not in FOLLOWING:
            units += [unit for unit in (waiting[:-1], [layer]) if unit]
            waiting = []
    return [*units, waiting] if waiting else units


def _aside(unit: list[Layer]) -> tuple[int, ...]:
    """Which of the lines of a layer with its norm and activation are of those."""
    if all(layer.kind in FOLLOWING for layer in unit):
        return ()
    found: list[int] = []
    lines = 0
    for minor, run in groupby(unit, key=lambda layer: layer.kind in FOLLOWING):
        found += [lines] if minor else []
        lines += 1 if minor else sum(len(layer_lines(layer)) for layer in run)
    return tuple(found)


def _lines(unit: list[Layer], pen: Pen) -> tuple[str, ...]:
    lines: list[str] = []
    for minor, run in groupby(unit, key=lambda layer: layer.kind in FOLLOWING):
        if minor:
            lines.append(", ".join(op_word(layer) for layer in run))
        else:
            lines += [line for layer in run for line in layer_lines(layer, pen.said.get(layer))]
    return (*lines, *_details(unit, pen))


def _details(unit: list[Layer], pen: Pen) -> tuple[str, ...]:
    """The name and the counts of layers, where they are asked for; nothing where one drawing serves many."""
    if pen.said:
        return ()
    name = _main(unit).name
    return (*([name] if name and Show.NAMES in pen.show else []), *count_words(unit, pen.show))
