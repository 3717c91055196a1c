"""Group blocks into stages by container, and by shape where one container holds several."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise, zip_longest
from math import prod

from resnet_diagram.spec.graph import all_elements
from resnet_diagram.spec.graph import parts as inner_runs
from resnet_diagram.spec.measure import (
    all_blocks,
    is_block,
    is_gate,
    merged_shape,
    out_shape,
    residual_blocks,
    walk,
)
from resnet_diagram.spec.model import Block, Element, Graph, Stage
from resnet_diagram.spec.paths import common_path, is_within, outer_paths
from resnet_diagram.tracer.flow.calls import CONTAINERS, ancestors
from resnet_diagram.tracer.flow.graph import Call
from resnet_diagram.tracer.structure.parts import Part
from resnet_diagram.tracer.structure.transformer_layers import layered

Split = tuple[list[Element], list[Element], list[Element]]
_LISTS = frozenset({"blocks", "layers", "block", "layer"})


@dataclass(slots=True, eq=False)
class Unit:
    """The parts of one block: a residual block, or a module of the same class without an addition."""

    path: str
    size: tuple[int, int]
    parts: list[Part] = field(default_factory=list)
    waiting: list[Part] = field(default_factory=list)


def staged(parts: Sequence[Part], calls: Sequence[Call]) -> Split:
    """Return stem, stages and head of a series of parts."""
    members = _block_parts(parts) | repeated_graphs(parts, calls)
    numbers = _unit_calls(parts, members, calls)
    positions = [k for k, number in enumerate(numbers) if number is not None]
    if not positions:
        return [], [p.element for p in parts], []
    first, last = positions[0], positions[-1] + 1
    stem = [p.element for p in parts[:first]]
    units = _units_of(parts[first:last], numbers[first:last], calls)
    rest = _without_ends([[unit] for unit in units], parts[last:], calls)
    if len(members) == 1 and not _container_of(units[0].path, _values_inside(units)):
        return stem, [p.element for p in parts[first:last]], [p.element for p in rest]
    if not any(residual_blocks(p.element) for p in parts):
        units = [
            replace(unit, size=unit.size[:1] * 2) for unit in units
        ]  # such blocks change channels freely
    groups = _grouped(units)
    rest = _without_ends([units for _, units in groups], rest, calls, before=parts[:first])
    names = _with_names(groups, {block.name for block in all_blocks(p.element for p in parts)})
    stages = [
        Stage(
            name=name,
            body=layered([p.element for unit in units for p in (*unit.waiting, *unit.parts)], name),
        )
        for name, units in names
    ]
    has_levels = any(_bypasses_stages(element) for stage in stages for element in stage.body)
    body = [part for stage in stages for part in (_levels(stage) if has_levels else [stage])]
    return stem, body, [p.element for p in rest]


def _levels(stage: Stage) -> Iterator[Element]:
    """Yield a stage of a U-Net, with the skip connections round lower stages, and lone layers, outside it."""
    for is_skip, run in groupby(stage.body, key=_bypasses_stages):
        body = tuple(run)
        blocks = any(isinstance(part, Stage) or is_block(part) for part in body)
        yield from [replace(stage, body=body)] if blocks and not is_skip else body


def _bypasses_stages(element: Element) -> bool:
    """Return whether an element is a skip connection round stages of lower resolution, as in a U-Net.

    Positions that only move to another axis, as the patches of MobileViT do, are none.
    """
    if not is_block(element):
        return False
    shape = merged_shape(element)
    lower = (out_shape(stage) for stage in _stages_beside_gates(element) if stage.body)
    return any(len(size) == len(shape) and prod(size[1:]) < prod(shape[1:]) for size in lower)


def _stages_beside_gates(part: Element) -> Iterator[Stage]:
    """Yield the stages in an element, without those that compute the factor of a gate."""
    for element in (element for run in inner_runs(part) for element in run):
        if isinstance(element, Stage):
            yield element
        if not (isinstance(element, Block) and is_gate(element)):
            yield from _stages_beside_gates(element)


def _block_parts(parts: Sequence[Part]) -> set[int]:
    """Return the `id()` of the parts that form stages, and of the skip connections of a U-Net.

    These are the residual blocks; if there is at most one, also the modules around them (cross-stage partial
    networks); if there is none, concatenations and sums of branches (dense and inception blocks).
    """
    skips = {id(p) for p in parts if _bypasses_stages(p.element)}
    joining = [p for p in parts if is_block(p.element) and id(p) not in skips]
    members = [p for p in joining if p.residual]
    holders = [p for p in joining if residual_blocks(p.element)]
    if len(members) < 2:
        members = holders if len(holders) > len(members) else members or [p for p in joining if p.call]
    return skips | {id(p) for p in members}


def has_stages(parts: Sequence[Part], calls: Sequence[Call], *, dense: bool) -> bool:
    """Return whether a series has several residual blocks, or, where asked, dense blocks of one class."""
    members = _block_parts(parts) if dense else set()
    classes = Counter(_class_of(calls[part.call]) for part in parts if id(part) in members)
    return sum(part.residual for part in parts) > 1 or max(classes.values(), default=0) > 1


def repeated_graphs(parts: Sequence[Part], calls: Sequence[Call]) -> set[int]:
    """Return the graphs with residual blocks that modules of one class run, such as reversible blocks.

    They are given by their place in memory. A graph with stages of its own is no block.
    """
    found: dict[tuple[str, str], set[int]] = {}
    for part in parts:
        graph = part.element
        if isinstance(graph, Graph) and part.call and residual_blocks(graph):
            has_stages = any(isinstance(element, Stage) for element in all_elements(graph))
            found.setdefault(_class_of(calls[part.call]), set()).update(() if has_stages else {id(part)})
    return {number for numbers in found.values() if len(numbers) > 1 for number in numbers}


def _unit_calls(parts: Sequence[Part], members: set[int], calls: Sequence[Call]) -> list[int | None]:
    """Return the call of the block each part belongs to; None for parts outside any block.

    Calls of a class that also has residual blocks are blocks too, such as one that changes resolution and
    therefore has no addition. What runs other blocks too, as a network does, is no class of blocks.
    """
    owners = {p.call for p in parts if id(p) in members and p.call}
    owners -= {outer for number in owners for outer in ancestors(calls, number) if outer != number}
    classes = {_class_of(calls[number]) for number in owners if calls[number].cls not in CONTAINERS}
    numbers: list[int | None] = []
    for part in parts:
        if id(part) in members:
            numbers.append(part.call)
            continue
        around = (c for c in ancestors(calls, part.call) if c and _class_of(calls[c]) in classes)
        numbers.append(next(around, None))
    return numbers


def _class_of(call: Call) -> tuple[str, str]:
    """Return the class of a module with its home: a class of the user's may have the name of one of torch."""
    return call.home, call.cls


def _units_of(parts: Sequence[Part], numbers: Sequence[int | None], calls: Sequence[Call]) -> list[Unit]:
    """Return the blocks in order; parts between two blocks are stored with the second."""
    units: list[Unit] = []
    previous = -1
    waiting: list[Part] = []
    for part, number in zip(parts, numbers, strict=True):
        if number is None:
            waiting.append(part)
            continue
        if number != previous or number == 0 or waiting:
            units.append(Unit(calls[number].path, (0, 0), waiting=waiting))
            waiting = []
        units[-1].parts.append(part)
        units[-1].size = part.size
        previous = number
    return units


def _without_ends(
    runs: Sequence[Sequence[Unit]], parts: Sequence[Part], calls: Sequence[Call], before: Sequence[Part] = ()
) -> Sequence[Part]:
    """Append to each run of blocks the parts that its module runs after it; return the remaining parts.

    The module is the innermost one around the blocks, if it contains no other run and nothing of `before`.
    """
    modules = [common_path([unit.path.rpartition(".")[0] for unit in units]) for units in runs]
    around = Counter(path for units in runs for path in {p for unit in units for p in outer_paths(unit.path)})
    around.update(path for part in before for path in outer_paths(calls[part.call].path))
    for units, module, following in zip_longest(runs, modules, runs[1:]):
        waiting = list(following[0].waiting if following else parts)
        while waiting and around[module] == 1 and is_within(calls[waiting[0].call].path, module):
            if len(units) > 1 and waiting[0].size[0] != units[-1].size[0]:
                break
            units[-1].parts.append(waiting.pop(0))
        if following:
            following[0].waiting = waiting
    return waiting


def _grouped(units: Sequence[Unit]) -> list[tuple[str, list[Unit]]]:
    """Return the container and the blocks of each stage.

    A container whose blocks have several resolutions holds several stages, told apart by shape.
    """
    values = _values_inside(units)
    wrapped = _lists_of_wrapped_blocks(units, values)
    around = {unit.path.rpartition(".")[0] for unit in units}
    holders = [_container_of(unit.path, values, wrapped, around) for unit in units]
    units_by_holder: dict[str, list[Unit]] = {}
    for holder, unit in zip(holders, units, strict=True):
        units_by_holder.setdefault(holder, []).append(unit)
    marks = {
        holder: 0 if _stage_in(f"{holder}.0") else _telling_sizes(members)
        for holder, members in units_by_holder.items()
    }
    groups: list[tuple[str, list[Unit]]] = []
    for holder, unit in zip(holders, units, strict=True):
        last = groups[-1][1][-1] if groups and groups[-1][0] == holder else None
        within = last is not None and last.path == unit.path and bool(unit.path)
        if last is not None and (within or last.size[: marks[holder]] == unit.size[: marks[holder]]):
            groups[-1][1].append(unit)
        else:
            groups.append((holder, [unit]))
    return _rejoined(groups)


def _rejoined(groups: Sequence[tuple[str, list[Unit]]]) -> list[tuple[str, list[Unit]]]:
    """Return the stages without those that interrupt another, such as Twins' position encoding.

    It consists of blocks of another container, between blocks of one container and of one size.
    """
    stages: list[tuple[str, list[Unit]]] = []
    inside: set[str] = set()
    for (holder, units), following in zip_longest(groups, groups[1:]):
        last, before = stages[-1] if stages else ("", [])
        level = bool(before) and before[-1].size == units[0].size
        returns = following is not None and following[0] == last and following[1][0].size == units[0].size
        if level and (holder in inside or returns):
            before.extend(units)
            inside.add(holder)
        else:
            stages.append((holder, units))
            inside = {holder}
    return stages


def _telling_sizes(units: Sequence[Unit]) -> int:
    """Return how many sizes tell the stages of a container apart: none, the resolution, or channels too.

    A container in which the resolution changes holds several stages; blocks of other channels are another
    stage as well (MobileNet), unless nearly every block has its own (pyramidal networks).
    """
    sizes = [unit.size for unit in units]
    if any(len(set(column)) == 1 for column in zip(*sizes, strict=True)):
        return 0
    runs = [sum(a != b for a, b in pairwise(column)) + 1 for column in (sizes, [size[0] for size in sizes])]
    return 1 if 2 * runs[0] > len(units) and runs[1] < runs[0] else 2


def _values_inside(units: Sequence[Unit]) -> dict[str, set[int]]:
    """Return the numbers of values that the blocks inside each module give out, by its path."""
    members: dict[str, set[int]] = {}
    for unit in units:
        for path in ("", *outer_paths(unit.path)) if unit.path else ():
            members.setdefault(path, set()).add(unit.size[1])
    return members


def _lists_of_wrapped_blocks(units: Sequence[Unit], values: dict[str, set[int]]) -> set[str]:
    """Return the paths of lists whose items hold one block each, deeper inside, some of equal size."""
    lists: dict[str, dict[str, set[str]]] = {}
    for path in {unit.path for unit in units}:
        names = path.split(".")
        for at in range(1, len(names) - 1):
            if names[at].isdigit():
                items = lists.setdefault(".".join(names[:at]), {})
                items.setdefault(names[at], set()).add(path)
    return {
        path
        for path, items in lists.items()
        if all(len(held) == 1 for held in items.values()) and len(values[path]) < len(items)
    }


def _container_of(
    path: str, values: dict[str, set[int]], wrapped: Collection[str] = (), around: Collection[str] = ()
) -> str:
    """Return the path of the module that holds a block's stage.

    It is the module around the block; where that is an item of a list and all blocks in the list give out as
    many values, the list, and so on outwards; so it is if the items wrap one block each (`wrapped`). An item
    of `stages` holds all that is in it, and so does one that runs other blocks itself: one of the modules
    `around` blocks.
    """
    if declared := _stage_in(path):
        return declared
    if inside := [holder for holder in wrapped if path.startswith(f"{holder}.")]:
        return max(inside, key=len)
    holder = path.rpartition(".")[0]
    outer = holder.rpartition(".")[0]
    if outer in around and outer.rpartition(".")[2].isdigit() and len(values[outer]) == 1:
        holder = outer  # attention is a module deeper than the MLP in BERT
    while True:
        outer, _, last = holder.rpartition(".")
        if not outer or outer.rpartition(".")[2] == "stages" or not (last.isdigit() or last in _LISTS):
            return holder
        if len(values[outer]) > 1:
            return holder
        holder = outer


def _stage_in(path: str) -> str:
    """Return the path of the item of `stages` that a module lies in, "" for none.

    >>> _stage_in("stages.1.downsample.0"), _stage_in("stages.1")
    ('stages.1', '')
    """
    names = path.split(".")
    places = (k for k, name in enumerate(names[:-2]) if name == "stages" and names[k + 1].isdigit())
    return ".".join(names[: next(places, -2) + 2])


def _with_names(
    groups: Sequence[tuple[str, list[Unit]]], blocks: Collection[str]
) -> list[tuple[str, list[Unit]]]:
    """Return each stage's blocks with its name: the container's, with a number where it holds several.

    A stage is never named like a block: `features.stage2`, not `features.2`. One module that holds several
    blocks gives a stage its name. Blocks that no module runs, as in a model of torch.fx, have the path that
    their layers share.
    """
    holders = [holder for holder, _ in groups]
    runs = [walk(part.element for unit in units for part in unit.parts) for _, units in groups]
    shared = [common_path([layer.name for layer in run if layer.params and layer.name]) for run in runs]
    result = []
    for position, (holder, units) in enumerate(groups):
        outer, _, last = holder.rpartition(".")
        if module := _module_of(units):
            name = module
        elif not holder:
            path = shared[position]
            around = any(is_within(inner, path) for k, inner in enumerate(shared) if k != position)
            name = f"stage{position + 1}" if around or path in ("", *blocks) else path
            name = f"{path}.stage1" if path and name in holders else name
        elif holders.count(holder) > 1:
            name = f"{holder}.stage{holders[: position + 1].count(holder)}"
        else:
            name = outer if last in _LISTS and outer not in (*holders, "") else holder
        result.append((f"{name}.stage1" if name in blocks else name, units))
    return result


def _module_of(units: Sequence[Unit]) -> str:
    """Return the path of the one module that holds all blocks of a stage, "" where it is a block."""
    (path, *more) = {unit.path for unit in units}
    blocks = [p.element for unit in units for p in unit.parts if isinstance(p.element, Block)]
    inner = {block.name for block in blocks if not is_gate(block)}
    return "" if more or len(inner) < 2 or path in inner or any(b.shortcut for b in blocks) else path
