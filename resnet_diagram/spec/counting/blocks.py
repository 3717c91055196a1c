"""Count the blocks of a network, equally for titles, bars, captions, tables and facts.

Counted are residual blocks; sums and concatenations of branches; and blocks without a shortcut, which are
runs of layers, such as the first inverted bottleneck of a stage of MobileNetV2. Not counted are gates,
layers between blocks, and what runs within the module of another block. A layer of a transformer is one
block.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, groupby, pairwise

from resnet_diagram.spec.counting.transformer_layers import is_transformer_layer
from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.measure import channels, is_gate, is_residual, residual_blocks, walk, weighted_layers
from resnet_diagram.spec.model import Block, Element, Graph, Layer, LayerKind, Stage
from resnet_diagram.spec.paths import common_path, outer_paths
from resnet_diagram.spec.traits import MIXING

Run = tuple[Element, ...]
"""A block or a layer of a transformer alone, or the layers and gates of a block without a shortcut."""

_WORKING = MIXING | {LayerKind.OPAQUE, LayerKind.POOL}


def units(elements: Iterable[Element]) -> tuple[Block | Stage, ...]:
    """Return the blocks a reader counts; one without a shortcut is the only branch of its block.

    A layer of a transformer is a stage.
    """
    return tuple(
        run[0] if len(run) == 1 and isinstance(run[0], Block | Stage) else _alone(run)
        for run in counted_runs(elements)
    )


def residual_units(found: Iterable[Block | Stage]) -> tuple[Block, ...]:
    """Return the residual blocks that some units are, or have directly inside."""
    members = (unit.body if isinstance(unit, Stage) else (unit,) for unit in found)
    inside = (item for run in members for item in run)
    return tuple(item for item in inside if isinstance(item, Block) and is_residual(item))


def counted_runs(elements: Iterable[Element], module: str | None = None) -> tuple[Run, ...]:
    """Return the blocks a reader counts as runs of elements, in the order of the flow.

    `module`: the path of the stage that the elements are of; None outside stages, where no run of layers is
    a block.
    """
    body = tuple(elements)
    owners = {block.name for block in body if isinstance(block, Block) and block.name}
    without = {} if module is None else _without_shortcut(body, module)
    result: list[Run] = []
    for at, element in enumerate(body):
        if at in without:
            result.append(without[at])
        elif module is not None and is_transformer_layer(element):
            result.append((element,))
        elif not isinstance(element, Layer):
            result += _inside(element)
    return tuple(run for run in result if _is_residual(run) or not _is_owned(run, owners))


def numbers(stage: Stage, *, loose: bool = False) -> dict[int, list[int]]:
    """Return the numbers of each block in a stage, from 1, by its `id()`: one for each occurrence.

    A block inside the module of a counted block has that block's number, a gate the number of the block
    before it, a block around several the number of the first. `loose`: the elements are no stage of the
    network.
    """
    runs = counted_runs(stage.body, None if loose else stage.name)
    counted = waiting_numbers(runs)
    of_module = {run[0].name: number for number, run in enumerate(runs, 1) if run[0].name}
    result: dict[int, list[int]] = {}
    last = 0
    inner: set[int] = set()
    for element in all_elements(stage):
        if id(element) in inner:
            result.setdefault(id(element), []).append(last)
            continue
        inside = (counted[id(part)][0] for part in (element, *all_elements(element)) if counted.get(id(part)))
        around = (of_module[path] for path in reversed(outer_paths(element.name)) if path in of_module)
        if isinstance(element, Block):
            result.setdefault(id(element), []).append(next(chain(inside, around), last))
        if counted.get(id(element)):
            last = counted[id(element)].pop(0)
            inner = set(map(id, all_elements(element))) if isinstance(element, Stage) else set()
    return result


def waiting_numbers(runs: Iterable[Run]) -> dict[int, list[int]]:
    """Return the numbers of runs from 1 by the `id()` of their first elements, in order.

    A stage may hold one element several times.
    """
    result: dict[int, list[int]] = {}
    for number, run in enumerate(runs, 1):
        result.setdefault(id(run[0]), []).append(number)
    return result


def _inside(element: Element) -> Iterator[Run]:
    """Yield the counted blocks of an element: the element itself, or blocks in it."""
    match element:
        case Stage():
            yield from counted_runs(element.body, element.name)
        case Graph():
            for node in element.nodes:
                yield from counted_runs(node.body) if node.shares is None else ()
        case Block():
            inner: list[Run] = []
            for branch in element.branches:
                gates = {id(item) for item in branch if isinstance(item, Block) and is_gate(item)}
                left_out = gates if is_residual(element) else set()
                inner += counted_runs(item for item in branch if id(item) not in left_out)
            if sum(map(_is_residual, inner)) > is_residual(element):
                yield from (run for run in inner if _is_residual(run) or not _is_owned(run, {element.name}))
            elif not is_gate(element) and (
                element.shortcut or any(layer.kind in _WORKING for layer in walk(element))
            ):
                yield (element,)


def _is_residual(run: Run) -> bool:
    if len(run) != 1:
        return False
    return isinstance(run[0], Stage) or (isinstance(run[0], Block) and is_residual(run[0]))


def _is_owned(run: Run, owners: set[str]) -> bool:
    """Return whether a run lies within the module of one of some blocks."""
    return any(path in owners for path in outer_paths(_path(run[0])))


def _path(element: Element) -> str:
    """Return the module path of an element, or the path of its first layer that has one."""
    return element.name or next((layer.name for layer in walk(element) if layer.name), "")


def _without_shortcut(elements: Sequence[Element], module: str) -> dict[int, Run]:
    """Return the runs of layers that are blocks without a shortcut, by the positions of their first layers.

    They have the convolutions of a residual block beside them, those of an inverted bottleneck, or, where no
    block is beside them, a grouped convolution and a 1×1 convolution behind it. `module`: as `counted_runs`.
    """
    if not any(map(_joins, elements)):
        return {}
    blocks = [element for element in elements if isinstance(element, Block) and not _joins(element)]
    patterns = {_pattern(block) for block in blocks if is_residual(block)}
    neighbours = any(not isinstance(element, Layer) and not _joins(element) for element in elements)
    owners = {block.name for block in blocks if block.name}
    depth = _depth(elements, module)
    result: dict[int, Run] = {}
    start = 0
    for joins, items in groupby(elements, key=_joins):
        run = tuple(items)
        pieces = _pieces(run, depth, start) if joins else {}
        accepted = {
            at: piece for at, piece in pieces.items() if _is_block(_alone(piece), patterns, neighbours)
        }
        if joins and not accepted and _is_block(_alone(run), patterns, neighbours):
            accepted = _separable(run, start) or {start: run}
        result |= {at: piece for at, piece in accepted.items() if not _is_owned(piece, owners)}
        start += len(run)
    return result


def _separable(run: Run, start: int) -> dict[int, Run]:
    """Split a run of depthwise separable convolutions into these, by position; {} for another run.

    Each is a convolution in groups, with what pads it, and one of 1×1 (Howard et al. 2017, "MobileNets").
    """
    places = [at for at, item in enumerate(run) if isinstance(item, Layer) and item.kind is LayerKind.CONV]
    pattern = _pattern(_alone(run))
    alternate = [in_groups or is_wide for _, is_wide, in_groups in pattern]
    grouped = all(in_groups for *_, in_groups in pattern[::2])
    if not grouped or alternate != [True, False] * (len(places) // 2):
        return {}
    firsts = [at - (getattr(run[at - 1], "kind", None) is LayerKind.PAD) for at in places[2::2]]
    return {start + begin: run[begin:end] for begin, end in pairwise([0, *firsts, len(run)])}


def _joins(element: Element) -> bool:
    """Return whether an element may be a part of a run: a layer, or a gate of the value it reads."""
    if isinstance(element, Block):
        return is_gate(element) and () in element.branches and not residual_blocks(element)
    return isinstance(element, Layer)


def _alone(run: Run) -> Block:
    """Return a run as the only branch of a block."""
    return Block(branches=(run,))


_Pattern = tuple[tuple[LayerKind, bool, bool], ...]
"""Weighted layers of a block: kind, whether wider than 1×1, whether in groups."""


def _pattern(block: Block) -> _Pattern:
    return tuple(
        (layer.kind, any(size > 1 for size in layer.kernel), layer.groups > 1)
        for layer in weighted_layers(block)
    )


def _is_block(run: Block, patterns: Collection[_Pattern], neighbours: bool) -> bool:
    """Return whether a run is a block; `neighbours`: blocks stand beside it, residual ones of `patterns`."""
    pattern = _pattern(run)
    if len(pattern) < 2:
        return False
    if pattern in patterns or _is_inverted_bottleneck(run):
        return True
    return not neighbours and any(
        in_groups and not is_wide for (*_, in_groups), (_, is_wide, _) in pairwise(pattern)
    )


def _is_inverted_bottleneck(run: Block) -> bool:
    """Return whether layers widen beyond a last 1×1 convolution; one is in groups, or the end linear."""
    *inner, last = weighted_layers(run)
    if (
        any(size > 1 for size in last.kernel)
        or max(channels(layer)[1] for layer in inner) <= channels(last)[1]
    ):
        return False
    *_, end = walk(run)
    return end.kind is not LayerKind.ACTIVATION or any(layer.groups > 1 for layer in inner)


def _depth(elements: Sequence[Element], module: str) -> int:
    """Return the number of names in the path of the module that holds some elements.

    `module`: name of the stage: its path, or its container's path and a word; if neither contains the
    elements, the common prefix of their paths counts.
    """
    paths = [path for path in map(_path, elements) if path]
    for container in (module, module.rpartition(".")[0]):
        if container and all(path.startswith(f"{container}.") for path in paths):
            return container.count(".") + 1
    common = common_path(paths)
    return common.count(".") + bool(common)


def _pieces(run: Run, depth: int, start: int) -> dict[int, Run]:
    """Split a run by the modules directly below a path of `depth` names; nameless elements join the last.

    The keys are the positions of the first elements; that of the run is `start`.
    """
    pieces: dict[int, list[Element]] = {}
    last: str | None = None
    at = start
    for position, element in enumerate(run, start):
        path = _path(element).split(".")
        child = path[depth] if len(path) > depth else last
        at = position if child != last or not pieces else at
        pieces.setdefault(at, []).append(element)
        last = child
    return {at: tuple(piece) for at, piece in pieces.items()}
