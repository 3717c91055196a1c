"""How two networks differ: every difference once, with all the blocks that have it."""

from collections.abc import Iterator, Sequence

from resnet_diagram.differences.align import Parts, Place, Unit, taken_apart
from resnet_diagram.differences.layers import Pair, Subject, layer_differences
from resnet_diagram.differences.model import Difference
from resnet_diagram.differences.units import shortcut_words, unit_differences, without_shortcuts
from resnet_diagram.spec.model import Layer, Network
from resnet_diagram.spec.shapes import shape_text
from resnet_diagram.wording.counts import counted
from resnet_diagram.wording.places import places, ranges
from resnet_diagram.wording.terms import literal


def differences(left: Network, right: Network) -> tuple[Difference, ...]:
    """What differs between two networks, names aside, from input to head; nothing where they are the same."""
    own, other = taken_apart(left), taken_apart(right)
    found = [*_input(left, right), *_stopped(left, right)]
    if _cut_differently(own, other):
        return (*found, *_run("layers", _in_a_row(own), _in_a_row(other)))
    found += _run("stem", own.stem, other.stem)
    found += _stages(own, other)
    return (*found, *_run("head", own.head, other.head))


def _run(where: str, left: Sequence[Layer], right: Sequence[Layer]) -> Iterator[Difference]:
    """The differences of two runs of layers."""
    for pair in dict.fromkeys(layer_differences(left, right)):
        yield Difference(where=where, left=pair.left, right=pair.right)


def _cut_differently(left: Parts, right: Parts) -> bool:
    """Whether two networks without blocks have their stages at different places, which changes nothing."""
    if not all(_is_plain(stage) for parts in (left, right) for stage in parts.stages):
        return False
    ends = [
        [without_shortcuts(stage)[-1].out_shape[1:] for stage in parts.stages if without_shortcuts(stage)]
        for parts in (left, right)
    ]
    return ends[0] != ends[1]


def _in_a_row(parts: Parts) -> list[Layer]:
    """All layers of a network without blocks."""
    return [
        *parts.stem,
        *(layer for stage in parts.stages for layer in without_shortcuts(stage)),
        *parts.head,
    ]


def _input(left: Network, right: Network) -> Iterator[Difference]:
    if left.input_shape != right.input_shape:
        yield Difference(
            where="input", left=shape_text(left.input_shape), right=shape_text(right.input_shape)
        )


def _stopped(left: Network, right: Network) -> Iterator[Difference]:
    """Yield the modules in which the forwards failed, if one of them did."""
    modules = [network.stopped_at for network in (left, right)]
    if any(module is not None for module in modules):
        words = ["runs to its end" if module is None else f"stopped in {module}" for module in modules]
        yield Difference(where="forward", left=words[0], right=words[1])


def _stages(left: Parts, right: Parts) -> list[Difference]:
    found = list(_counts(left, right))
    said: dict[Pair, list[Place]] = {}
    everything: list[Place] = []
    for number, (own, other) in enumerate(zip(left.stages, right.stages, strict=False), 1):
        if _is_plain(own) != _is_plain(other):
            places_of, pairs = _against_plain(own, other)
            everything += places_of
            for place, pair in pairs:
                said.setdefault(pair, []).append(place)
            found += _run(f"stage {number}", without_shortcuts(own), without_shortcuts(other))
            continue
        for one, its in zip(own, other, strict=False):
            everything.append(one.place)
            for pair in dict.fromkeys(unit_differences(one, its)):
                said.setdefault(pair, []).append(one.place)
    plain = all(_is_plain(stage) for stage in left.stages)
    return [*found, *_gathered(said, everything, len(left.stages), plain=plain)]


def _is_plain(units: Sequence[Unit]) -> bool:
    """Whether there is no block among some units."""
    return not any(unit.block for unit in units)


def _against_plain(
    own: Sequence[Unit], other: Sequence[Unit]
) -> tuple[list[Place], list[tuple[Place, Pair]]]:
    """The places of a stage that has blocks on one side only, and what stands there on each side."""
    blocks = other if _is_plain(own) else own
    pairs = []
    for unit in blocks:
        words = shortcut_words(unit)
        sides = ("no shortcut", words) if _is_plain(own) else (words, "no shortcut")
        pairs.append((unit.place, Pair(*sides)))
    return [unit.place for unit in blocks], [pair for pair in pairs if pair[1].left != pair[1].right]


def _counts(left: Parts, right: Parts) -> Iterator[Difference]:
    """How many stages there are, else how many blocks in them; a stage without blocks is not counted."""
    depths = [[len(stage) for stage in parts.stages] for parts in (left, right)]
    if len(depths[0]) != len(depths[1]):
        sides = zip((left, right), depths, strict=True)
        words = [_stage_count(parts, found) for parts, found in sides]
        yield Difference(where="stages", left=words[0], right=words[1])
        return
    pairs = list(zip(left.stages, right.stages, strict=True))
    uneven = [
        number
        for number, (own, other) in enumerate(pairs, 1)
        if len(own) != len(other) and _is_plain(own) == _is_plain(other)
    ]
    if len(uneven) > 2:
        yield Difference(
            where="stages", left=f"{_listed(depths[0])} blocks", right=f"{_listed(depths[1])} blocks"
        )
        return
    for number in uneven:
        own, other = pairs[number - 1]
        yield Difference(where=f"stage {number}", left=_count(own), right=_count(other))


def _stage_count(parts: Parts, depths: Sequence[int]) -> str:
    """How many stages there are, and how many blocks in them."""
    count = counted(len(depths), literal("stage"))
    return count if all(map(_is_plain, parts.stages)) else f"{count} of {_listed(depths)} blocks"


def _listed(depths: Sequence[int]) -> str:
    return ", ".join(map(str, depths))


def _count(units: Sequence[Unit]) -> str:
    return counted(len(units), literal("block"))


def _where(found: Sequence[Place], everything: Sequence[Place], stages: int, *, plain: bool) -> str:
    """Return the places of units in words; in networks without blocks, those of stages."""
    if not plain:
        return places(found, everything, stages) or "the block"
    if len(found) == len(everything):
        return "all stages" if len(found) > 1 else "stage 1"
    numbers = list(dict.fromkeys(stage for stage, _ in found))
    if any(place[0] in numbers and place not in found for place in everything):
        return places(found, everything, stages)
    return f"{'stages' if len(numbers) > 1 else 'stage'} {ranges(numbers)}"


def _gathered(
    pairs: dict[Pair, list[Place]], everything: Sequence[Place], stages: int, *, plain: bool
) -> Iterator[Difference]:
    """Yield one difference for each pair with all its places; widths of several stages are one."""
    widths = {pair: found for pair, found in pairs.items() if pair.subject is Subject.WIDTH}
    if len(widths) > 1:
        at = sorted(place for found in widths.values() for place in found)
        yield Difference(
            where=_where(at, everything, stages, plain=plain),
            left=f"width {', '.join(pair.left for pair in widths)} by stage",
            right=f"width {', '.join(pair.right for pair in widths)}",
        )
    for pair, found in pairs.items():
        if pair not in widths:
            left, right = pair.left, pair.right
        elif len(widths) == 1:
            left, right = f"width {pair.left}", f"width {pair.right}"
        else:
            continue
        yield Difference(where=_where(found, everything, stages, plain=plain), left=left, right=right)
