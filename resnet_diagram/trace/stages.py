"""Blocks into stages: by the container they live in, and by resolution where one container holds them all."""

from collections.abc import Sequence

from resnet_diagram.spec.model import Block, Element, Layer, Stage
from resnet_diagram.trace.calls import CONTAINERS, ancestors
from resnet_diagram.trace.graph import Call, Sizes
from resnet_diagram.trace.parts import Part
from resnet_diagram.trace.shortcut import layers_in

Split = tuple[list[Element], list[Element], list[Element]]


def staged(parts: Sequence[Part], calls: Sequence[Call]) -> Split:
    """Returns stem, stages and head of a series of parts."""
    units = unit_calls(parts, calls)
    where = [k for k, unit in enumerate(units) if unit is not None]
    if not where:
        return unstaged(parts)
    first, last = where[0], where[-1]
    stem = [p.element for p in parts[:first]]
    head = [p.element for p in parts[last + 1 :]]
    middle = list(parts[first : last + 1])
    groups = grouped(middle, units[first : last + 1], calls)
    if len(groups) == 1 and sum(p.residual for p in middle) == 1:
        return stem, [p.element for p in middle], head
    body: list[Element] = [
        Stage(name=name, body=tuple(p.element for p in group)) for name, group in named(groups)
    ]
    return stem, body, head


def unstaged(parts: Sequence[Part]) -> Split:
    """Returns everything as the body, for a network without residual blocks."""
    return [], [p.element for p in parts], []


def unit_calls(parts: Sequence[Part], calls: Sequence[Call]) -> list[int | None]:
    """The call of the block each part belongs to; None for parts outside any block.

    Calls of a class that also has residual blocks are blocks too, such as one that changes resolution and
    therefore has no addition.
    """
    classes = {calls[p.call].cls for p in parts if p.residual and p.call} - CONTAINERS
    units: list[int | None] = []
    for part in parts:
        if part.residual:
            units.append(part.call)
            continue
        around = (c for c in ancestors(calls, part.call) if c and calls[c].cls in classes)
        units.append(next(around, None))
    return units


def container_of(path: str) -> str:
    """The path of the module that holds a block, `""` for the model itself.

    >>> container_of("stages.1.blocks.0"), container_of("layer1.0"), container_of("block")
    ('stages.1', 'layer1', '')
    """
    holder = path.rpartition(".")[0]
    outer, _, last = holder.rpartition(".")
    return outer if last in ("blocks", "layers", "block") and outer else holder


Group = tuple[str, list[Part], list[Part]]


def grouped(parts: Sequence[Part], units: Sequence[int | None], calls: Sequence[Call]) -> list[Group]:
    """Returns container and parts of each stage; what lies between two stages belongs to the second."""
    flat = flat_containers(parts, units, calls)
    groups: list[Group] = []
    waiting: list[Part] = []
    previous: tuple[str, Sizes, int | None] | None = None
    for part, unit in zip(parts, units, strict=True):
        if unit is None:
            waiting.append(part)
            continue
        holder = container_of(calls[unit].path)
        shape = out_shape(part.element)
        begins = previous is None or holder != previous[0]
        if previous is not None and holder in flat and unit_changes(previous, unit, parts, units, shape):
            begins = True
        if begins:
            groups.append((holder, [], []))
        groups[-1][1].extend([*waiting, part])
        waiting = []
        previous = (holder, unit_shape(parts, units, unit, part), unit)
    return groups


def unit_changes(
    previous: tuple[str, Sizes, int | None],
    unit: int,
    parts: Sequence[Part],
    units: Sequence[int | None],
    shape: Sizes,
) -> bool:
    """Whether a block of a flat container has another shape than the block before it."""
    if unit == previous[2] and unit:
        return False
    part = next(p for p, u in zip(parts, units, strict=True) if u == unit)
    wanted = unit_shape(parts, units, unit, part) if unit else shape
    return wanted != previous[1]


def unit_shape(parts: Sequence[Part], units: Sequence[int | None], unit: int, part: Part) -> Sizes:
    """The shape a block gives out."""
    if not unit:
        return out_shape(part.element)
    last = [p for p, u in zip(parts, units, strict=True) if u == unit][-1]
    return out_shape(last.element)


def flat_containers(parts: Sequence[Part], units: Sequence[int | None], calls: Sequence[Call]) -> set[str]:
    """The containers whose blocks are all the network's blocks, so that shapes alone tell its stages."""
    holders = {container_of(calls[u].path) for u in units if u is not None}
    return holders if len(holders) == 1 else set()


def named(groups: Sequence[Group]) -> list[tuple[str, list[Part]]]:
    """Returns each stage's parts with its name: the container's, numbered where it holds several."""
    names = [holder for holder, _, _ in groups]
    result = []
    for number, (holder, parts, _) in enumerate(groups, start=1):
        several = names.count(holder) > 1
        name = f"{holder}.{number}".lstrip(".") if several and holder else holder
        result.append((name if name and (holder or not several) else f"stage{number}", parts))
    return result


def out_shape(element: Element) -> Sizes:
    """The shape an element gives out."""
    if isinstance(element, Layer):
        return element.out_shape
    if isinstance(element, Stage):
        return out_shape(element.body[-1])
    if element.after:
        return element.after[-1].out_shape
    return merged_shape(element)


def merged_shape(block: Block) -> Sizes:
    """The shape of the sum, product or concatenation of a block's branches."""
    shapes = [out_shape(branch[-1]) for branch in block.branches if branch]
    if not shapes:
        return next((layer.out_shape for layer in layers_in([block])), ())
    return max(shapes, key=lambda s: (len(s), s))
