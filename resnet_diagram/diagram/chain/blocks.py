"""Spec elements to diagram items, one to one: layers to nodes, blocks to forks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from resnet_diagram.diagram.chain.outlines import taper_of, tapered
from resnet_diagram.diagram.chain.shortcuts import formulas, listed_box, question, spelled_signs
from resnet_diagram.diagram.model import Fork, Group, GroupRole, Item, Link, Node, NodeRole, Taper
from resnet_diagram.diagram.options import USUAL, Show
from resnet_diagram.diagram.origin import Copies, copies_of, merge_origin, origin, shortcut_origin
from resnet_diagram.diagram.roles import edge_role, merge_role, node_role
from resnet_diagram.spec.counting.blocks import units
from resnet_diagram.spec.fold import fold
from resnet_diagram.spec.measure import (
    gate_ratio,
    is_residual,
    joined_axis,
    out_shape,
    residual_blocks,
    walk,
    weighted_layers,
)
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Merge, Shortcut, Stage
from resnet_diagram.spec.signature import Level, signature
from resnet_diagram.spec.traits import (
    FOLLOWING,
    MIXING,
    is_renaming,
    moves_positions_to_channels,
    rearranges_channels,
)
from resnet_diagram.wording.blocks import block_type_lines, gate_lines, unit_title
from resnet_diagram.wording.counts import count_labels
from resnet_diagram.wording.layers import (
    Sizes,
    kind_label,
    layer_label,
    layer_lines,
    names_only,
    shortcut_label,
)
from resnet_diagram.wording.modules import StageNames, stage_title
from resnet_diagram.wording.terms import NOTHING, Kind, Label, literal, number, phrase
from resnet_diagram.wording.vocabulary import Word

_CHOSEN = {LayerKind.NORM: Show.NORM, LayerKind.ACTIVATION: Show.ACT}


class IdAllocator:
    """Allocator of unique, readable ids: `stage3-block1-conv2`."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def numbered(self, prefix: str, word: str) -> str:
        """Return the next id of a word under a prefix, counted from 1."""
        stem = f"{prefix}-{word}"
        self._used[stem] = self._used.get(stem, 0) + 1
        return f"{stem}{self._used[stem]}"


class BuildContext(NamedTuple):
    """Context shared by all parts of a stage: allocator of ids, shade, and function that draws a stage.

    `show`: what is written beside the operations. `sizes` replaces the sizes of layers. `spread` draws the
    layers on a shortcut as boxes on it. `copies`: the elements that a folded drawing serves. `folds` draws
    equal neighbours once, in a frame with their number; `closes` draws inner residual blocks as boxes;
    `titled` writes the titles of stages on their frames: by `naming`, with their numbers, by name, in
    `numbers`, by the `id()` of the stage. `ends`: names of the network's inputs and outputs.
    """

    names: IdAllocator
    shade: int
    stage: "Callable[[Stage, str, BuildContext], tuple[Item, ...]]"
    show: frozenset[Show] = USUAL
    sizes: Mapping[Layer, Sizes] = MappingProxyType({})
    spread: bool = False
    copies: Copies = MappingProxyType({})
    folds: bool = False
    closes: bool = False
    titled: bool = False
    naming: StageNames = StageNames.STAGE
    numbers: Mapping[int, int] = MappingProxyType({})
    ends: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def node(
        self,
        prefix: str,
        word: str,
        role: NodeRole,
        lines: tuple[Label, ...],
        elements: Sequence[Element],
        taper: Taper = Taper.NONE,
    ) -> Node:
        """Return the node of some elements, with the next id of a word under a prefix."""
        name, shown = self.names.numbered(prefix, word), origin(elements, self.copies)
        return Node(id=name, role=role, lines=lines, taper=taper, shade=self.shade, origin=shown)


def items(elements: Iterable[Element], prefix: str, context: BuildContext) -> tuple[Item, ...]:
    """Return the items for a run of elements; reshaping that only renames positions is not drawn.

    Where the context folds, equal parts are one frame with their number: two or more with residual blocks,
    three or more with weights.
    """
    if not context.folds:
        return _series(elements, prefix, context)
    shown = [
        element for element in elements if not isinstance(element, Layer) or _drawn(element, context.show)
    ]
    result: list[Item] = []
    start = 0
    for run in fold([signature(element, Level.STRUCTURE) for element in shown]):
        parts = [shown[at : at + run.period] for at in run.starts]
        first = parts[0]
        least = 2 if residual_blocks(first) else 3
        if run.count >= least and any(layer.kind in MIXING for layer in walk(first)):
            result += _series(shown[start : run.start], prefix, context)
            inner, shared = context.names.numbered(prefix, "repeat"), serving(parts, context)
            series = _series(first, inner, shared)
            while len(series) == 1 and isinstance(series[0], Group) and series[0].repeat == 1:
                series = series[0].items
            result.append(block_group(inner, series, first, shared, repeat=run.count))
            start = run.stop
    return (*result, *_series(shown[start:], prefix, context))


def block_group(
    name: str,
    items: Iterable[Item],
    elements: Sequence[Element],
    context: BuildContext,
    *,
    repeat: int = 1,
    marked: bool = False,
) -> Group:
    """Return the frame of a block without a title; `elements` are the elements of one repetition."""
    return Group(
        id=name,
        role=GroupRole.BLOCK,
        title=NOTHING,
        items=tuple(items),
        repeat=repeat,
        shade=context.shade,
        marked=marked,
        origin=origin(elements, context.copies),
    )


def serving(parts: Sequence[Sequence[Element]], context: BuildContext) -> BuildContext:
    """Return a context in which the first of several equal parts represents all of them."""
    served = {
        number: tuple(copy for part in column for copy in context.copies.get(id(part), (part,)))
        for number, column in copies_of(parts).items()
    }
    return context._replace(copies={**context.copies, **served})


def _series(elements: Iterable[Element], prefix: str, context: BuildContext) -> tuple[Item, ...]:
    result: list[Item] = []
    for is_layer, run in groupby(elements, key=lambda element: isinstance(element, Layer)):
        if is_layer:
            layers = [layer for layer in run if isinstance(layer, Layer) and _drawn(layer, context.show)]
            for unit in joined_layers(layers):
                role = node_role(main_layer(unit).kind)
                result.append(context.node(prefix, role.value, role, _lines(unit, context), unit))
        else:
            for element in run:
                result += _composite(element, prefix, context)
    return tuple(result)


def _drawn(layer: Layer, show: frozenset[Show]) -> bool:
    if layer.kind in _CHOSEN:
        return _CHOSEN[layer.kind] in show
    return rearranges_channels(layer) or not is_renaming(layer)


def is_one_box(element: Element) -> bool:
    """Return whether an element has one box: a layer, a gate, or a block that makes channels of positions."""
    if isinstance(element, Block):
        return bool(gate_ratio(element)) or moves_positions_to_channels(element)
    return isinstance(element, Layer)


def _composite(element: Element, prefix: str, context: BuildContext) -> tuple[Item, ...]:
    match element:
        case Block() if is_one_box(element):
            return (gate(element, prefix, context),)
        case Block() | Graph() if context.closes and (isinstance(element, Graph) or is_residual(element)):
            return (_closed(element, prefix, context),)
        case Block():
            return block(element, prefix, context)
        case Stage():
            inner = context.names.numbered(prefix, "group")
            if context.titled:
                context = context._replace(shade=context.numbers.get(id(element), context.shade))
            stage = context.stage(element, inner, context)
            if not stage or (context.folds and len(stage) == 1 and isinstance(stage[0], Group)):
                return stage
            frame = block_group(inner, stage, (element,), context)
            if context.titled:
                at, repeat = context.numbers.get(id(element)), max(1, len(units((element,))))
                title = literal(element.name) if at is None else stage_title(element, at, context.naming)
                frame = replace(frame, role=GroupRole.STAGE, title=title, repeat=repeat)
            return (frame,)
        case Graph():
            from resnet_diagram.diagram.chain.graph import dag

            return (dag(element, prefix, context, items),)
    return ()


def block(element: Block, prefix: str, context: BuildContext) -> tuple[Item, ...]:
    """Return the layers before a fork, the fork, and the layers after the merge."""
    before = items(element.before, prefix, context)
    middle: Item | None = None
    if context.spread and element.merge is Merge.CONCAT:
        from resnet_diagram.diagram.chain.aggregations import aggregated

        middle = aggregated(element, prefix, context, items)
    if middle is None:
        branches = tuple(tapered(branch, element) for branch in _branches(element, prefix, context))
        middle = fork(element, branches, prefix, context)
    return (*before, middle, *items(element.after, prefix, context))


def _branches(element: Block, prefix: str, context: BuildContext) -> Iterator[tuple[Item, ...]]:
    """Yield the branches of a block; three or more equal ones in a row are one, with their number."""
    if len(element.branches) < 3:
        yield from (items(branch, prefix, context) for branch in element.branches)
        return
    for _, run in groupby(element.branches, key=lambda branch: signature(branch, Level.STRUCTURE)):
        branches = list(run)
        first = branches[0]
        if len(branches) > 2 and any(layer.kind in MIXING for layer in walk(first)):
            inner, shared = context.names.numbered(prefix, "parallel"), serving(branches, context)
            frame = block_group(inner, items(first, inner, shared), first, shared)
            yield (replace(frame, title=phrase(Kind.TITLE, Word.IN_PARALLEL, len(branches))),)
        else:
            yield from (items(branch, prefix, context) for branch in branches)


def fork(element: Block, branches: tuple[tuple[Item, ...], ...], prefix: str, context: BuildContext) -> Fork:
    """Return the fork of a block with branches that are already drawn."""
    branches, signs = spelled_signs(element, branches, prefix, context)
    role, symbol = merge_role(element.merge, signs, joined_axis(element))
    merge = Node(
        id=context.names.numbered(prefix, role.value),
        role=role,
        lines=(symbol,),
        shade=context.shade,
        origin=merge_origin(element, context.copies),
    )
    shortcut = _link(element, element.shortcut, f"{prefix}-shortcut", context) if element.shortcut else None
    mark, result = formulas(element) if Show.MATH in context.show else (NOTHING, NOTHING)
    return Fork(branches=branches, merge=merge, shortcut=shortcut, branch_mark=mark, merge_mark=result)


def _link(element: Block, shortcut: Shortcut, prefix: str, context: BuildContext) -> Link:
    """Return a shortcut, if `spread` with boxes on it: for layers, and one for each block."""
    boxes: list[Node] = []
    if context.spread and Show.QUESTION in context.show:
        boxes.append(question(element, prefix, context))
    runs = groupby(shortcut.layers if context.spread else (), key=lambda part: isinstance(part, Layer))
    for is_layer, run in runs:
        for part in [tuple(run)] if is_layer else ((element,) for element in run):
            inside = items(part, prefix, context)
            nodes = [item for item in inside if isinstance(item, Node)]
            boxes += nodes if len(nodes) == len(inside) else [listed_box(part[0], prefix, context)]
    words = kind_label(shortcut.kind) if context.spread else shortcut_label(shortcut)
    return Link(
        role=edge_role(shortcut.kind),
        label=NOTHING if boxes else words,
        nodes=tuple(boxes),
        origin=shortcut_origin(element, context.copies),
    )


def gate(element: Block, prefix: str, context: BuildContext) -> Node:
    """Return a squeeze-and-excitation gate, or a block that makes channels of positions, as one node."""
    ratios = [gate_ratio(copy) for copy in context.copies.get(id(element), (element,))]
    if any(ratios):
        return context.node(prefix, "gate", NodeRole.GATE, gate_lines(*ratios), (element,))
    words = (phrase(Kind.OPERATOR, Word.SPACE_TO_DEPTH),)
    return context.node(prefix, "space", NodeRole.OTHER, words, (element,))


def _closed(element: Block | Graph, prefix: str, context: BuildContext) -> Node:
    """Return a residual block or a graph as one box: its type, and its channels if all copies agree."""
    widths = {out_shape(copy)[0] for copy in context.copies.get(id(element), (element,))}
    counts = [number(Kind.CHANNELS, count) for count in widths] if len(widths) == 1 else []
    taper = taper_of(element) if isinstance(element, Block) else Taper.NONE
    words = (Label(unit_title((element,), capital=False), *counts, joint=", "),)
    return context.node(prefix, "block", NodeRole.BLOCK, words, (element,), taper)


def folded(element: Block, prefix: str, context: BuildContext, *, detailed: bool) -> tuple[Item, ...]:
    """Return a block with its branch as one node; `detailed` lists the layers of the branch.

    Only a residual block of one branch has a short name; any other is drawn open.
    """
    if not is_residual(element) or len(element.branches) != 1:
        return items((element,), prefix, context)
    layers = weighted_layers(element) if detailed else ()
    lines = (*block_type_lines(element), *map(layer_label, layers))
    inside = context.node(prefix, "branch", NodeRole.BLOCK, lines, (element,), taper_of(element))
    return (
        *items(element.before, prefix, context),
        fork(element, ((inside,),), prefix, context),
        *items(element.after, prefix, context),
    )


def main_layer(unit: Sequence[Layer]) -> Layer:
    """Return the layer that names a node: the first that is no norm and no activation, if there is one."""
    return next((layer for layer in unit if layer.kind not in FOLLOWING), unit[0])


def joined_layers(layers: Sequence[Layer]) -> list[list[Layer]]:
    """Return the layers that share a node: norms and activations join the layer before them.

    In a run that starts with them, a pre-activation, they join the weighted layer behind.
    """
    precede = bool(layers) and layers[0].kind in FOLLOWING
    shared: list[list[Layer]] = []
    waiting: list[Layer] = []
    for layer in layers:
        if layer.kind in FOLLOWING:
            (waiting if precede else shared[-1]).append(layer)
        elif waiting and layer.kind not in MIXING:
            shared += [waiting, [layer]]
            waiting = []
        else:
            shared.append([*waiting, layer])
            waiting = []
    return [*shared, waiting] if waiting else shared


def _lines(unit: list[Layer], context: BuildContext) -> tuple[Label, ...]:
    """Return the lines of a layer with its norm and activation, its name and counts.

    Name and counts are left out where one drawing serves many blocks.
    """
    lines: list[Label] = []
    for minor, run in groupby(unit, key=lambda layer: layer.kind in FOLLOWING):
        if minor:
            lines.append(names_only(run))
        else:
            lines += [line for layer in run for line in layer_lines(layer, context.sizes.get(layer))]
    if context.sizes:
        return tuple(lines)
    name = main_layer(unit).name if Show.NAMES in context.show else ""
    return (*lines, *([literal(name)] if name else []), *count_labels(unit, context.show))
