"""How two networks differ: every difference once, with all the blocks that have it."""

from collections.abc import Iterator, Sequence

from resnet_diagram.diagram.places import places
from resnet_diagram.differences.align import Parts, Place, Unit, taken_apart
from resnet_diagram.differences.layers import Pair, layer_differences
from resnet_diagram.differences.model import Difference
from resnet_diagram.differences.units import WIDTH, unit_differences
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.shapes import shape_text

STOPPED = "forward stopped"
"""What the note of a network begins with whose forward failed."""


def differences(left: Network, right: Network) -> tuple[Difference, ...]:
    """What differs between two networks, names aside, from input to head; nothing where they are the same."""
    own, other = taken_apart(left), taken_apart(right)
    found = [*_input(left, right), *_stopped(left, right)]
    found += [Difference(where="stem", left=a, right=b) for a, b in layer_differences(own.stem, other.stem)]
    found += _stages(own, other)
    found += [Difference(where="head", left=a, right=b) for a, b in layer_differences(own.head, other.head)]
    return tuple(found)


def _input(left: Network, right: Network) -> Iterator[Difference]:
    if left.input_shape != right.input_shape:
        yield Difference(
            where="input", left=shape_text(left.input_shape), right=shape_text(right.input_shape)
        )


def _stopped(left: Network, right: Network) -> Iterator[Difference]:
    """That the forward of one of them failed."""
    notes = [next((note for note in one.notes if STOPPED in note), "") for one in (left, right)]
    if any(notes):
        words = [note or "runs to its end" for note in notes]
        yield Difference(where="forward", left=words[0], right=words[1])


def _stages(left: Parts, right: Parts) -> list[Difference]:
    found: list[Difference] = []
    if len(left.stages) != len(right.stages):
        counts = [", ".join(str(len(stage)) for stage in parts.stages) for parts in (left, right)]
        words = [
            f"{len(parts.stages)} of {count} blocks"
            for parts, count in zip((left, right), counts, strict=True)
        ]
        found.append(Difference(where="stages", left=words[0], right=words[1]))
    said: dict[Pair, list[Place]] = {}
    everything: list[Place] = []
    for number, (own, other) in enumerate(zip(left.stages, right.stages, strict=False), 1):
        if len(own) != len(other):
            found.append(Difference(where=f"stage {number}", left=_count(own), right=_count(other)))
        for one, its in zip(own, other, strict=False):
            everything.append(one.place)
            for pair in dict.fromkeys(unit_differences(one, its)):
                said.setdefault(pair, []).append(one.place)
    return [*found, *_gathered(said, everything, len(left.stages))]


def _counts(parts: Parts) -> str:
    return f"{len(parts.stages)} of {', '.join(str(len(stage)) for stage in parts.stages)} blocks"


def _count(units: Sequence[Unit]) -> str:
    return f"{len(units)} block{'s' * (len(units) != 1)}"


def _gathered(
    said: dict[Pair, list[Place]], everything: Sequence[Place], stages: int
) -> Iterator[Difference]:
    """One difference for each pair with all its places; widths of several stages are one."""
    widths = {pair: found for pair, found in said.items() if pair[0].startswith(WIDTH)}
    if len(widths) > 1:
        at = [place for found in widths.values() for place in found]
        sides = [", ".join(pair[side].removeprefix(WIDTH) for pair in widths) for side in (0, 1)]
        where = places(sorted(at), everything, stages)
        yield Difference(where=where, left=f"{WIDTH}{sides[0]} by stage", right=f"{WIDTH}{sides[1]}")
    for pair, found in said.items():
        if len(widths) < 2 or pair not in widths:
            yield Difference(where=places(found, everything, stages), left=pair[0], right=pair[1])
