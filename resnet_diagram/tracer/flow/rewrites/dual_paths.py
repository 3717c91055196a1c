"""Rewrite dual paths as residual blocks whose shortcut is padded with zeros.

A dual-path block adds a part of its branch to the first channels and appends the rest: of `x = (s, d)` and a
branch `y = (a, b)` it makes `(s + a, d, b)`. This equals `(s, d, 0) + (a, 0, b)`: the sum of the whole input
and the whole branch, each padded with zeros for the channels of the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from resnet_diagram.spec.traits import APPENDED
from resnet_diagram.tracer.flow.graph import Ref, Sizes, argument, operation_at
from resnet_diagram.tracer.flow.rewrites.partial_sums import halved_axis, part_of
from resnet_diagram.tracer.flow.simplify import bypass, drop_unread, renumbered
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import Role


def dual_paths(steps: list[Step]) -> list[Step]:
    """Return the steps with the ends of dual-path blocks made one sum each, the last block first."""
    place: dict[int, int] = {}
    _rejoin(steps)
    for join in list(reversed(steps)):
        if joined := next(_operands_of(join, steps), None):
            before, (operand, addend, new_part, main) = len(steps), joined
            join.call = steps[join.sources[0]].call
            if main is None:
                shape = (addend.out_shape[0] + new_part.out_shape[0], *addend.out_shape[1:])
                main = _append(steps, Role.CONCAT, join, (addend, new_part), shape)
            for source in join.sources:
                steps[source].targets.remove(join.index)
            join.role, join.in_shape, join.sources = Role.ADD, join.out_shape, []
            for whole in (operand, main):  # each is padded with zeros
                pad = _append(steps, Role.PAD, join, (whole,), join.out_shape)
                (last,) = pad.nodes
                args = (Ref(whole.nodes[-1], (last.shape[0], *whole.out_shape)), (), 0)
                pad.nodes = [operation_at(last, APPENDED, args, ("self", "pad", "value"), last.shape)]
                pad.targets = [join.index]
                join.sources.append(pad.index)
            drop_unread(steps)
            place |= dict.fromkeys(range(before, len(steps)), join.index)
    new_first = sorted(steps, key=lambda s: (place.get(s.index, s.index), s.index not in place, s.index))
    return renumbered(new_first)


def _rejoin(steps: Sequence[Step]) -> None:
    """Make a concatenation of the two parts of a value one step, or none where it gives the value back.

    Constants between the parts, such as prompt tokens, make it larger than the value.
    """
    for step in steps:
        if _joins_channels(step) and len(step.sources) == 2:
            first, second = (steps[n] for n in step.sources)
            operand = _source_of_parts(first, second, steps)
            if operand and operand is not step and first.role is Role.SLICE:
                for part in (first, second):
                    part.targets.remove(step.index)
                step.sources = [operand.index]
                operand.targets.append(step.index)
                if operand.out_shape == step.out_shape:
                    bypass(step, steps)
                else:
                    step.role, step.in_shape = Role.OTHER, operand.out_shape
    drop_unread(steps)


def _joins_channels(step: Step) -> bool:
    """Return whether a step concatenates values along axis 1."""
    plain = step.role is Role.CONCAT and bool(step.nodes) and step.nodes[-1].op in ("cat", "concat")
    return plain and argument(step.nodes[-1], "dim") == 1


def _operands_of(join: Step, steps: Sequence[Step]) -> Iterator[tuple[Step, Step, Step, Step | None]]:
    """Yield the input of a dual-path block, what its end adds and appends, and the branch these are parts of.

    The branch is None where it has two results. Nothing is yielded for a step that ends no such block.
    """
    if not _joins_channels(join):
        return
    total, *rest = (steps[n] for n in join.sources)
    if len(rest) == 1 and _joins_channels(rest[0]) and rest[0].targets == [join.index]:
        rest = [steps[n] for n in rest[0].sources]
    if (
        total.role is not Role.ADD
        or not len(total.sources) == len(rest) == 2
        or total.targets != [join.index]
    ):
        return
    old_part, new_part = rest
    for number in total.sources:
        (addend,) = (steps[n] for n in total.sources if n != number)
        if operand := _source_of_parts(steps[number], old_part, steps):
            main = _source_of_parts(addend, new_part, steps)
            alone = addend.targets == [total.index] and len(new_part.targets) == 1
            if main is not operand and (main or alone):
                yield operand, addend, new_part, main


def _source_of_parts(first: Step, second: Step, steps: Sequence[Step]) -> Step | None:
    """Return the value whose beginning and remainder are these two steps."""
    if first.sources == second.sources and part_of(first) and part_of(second):
        return steps[first.sources[0]] if halved_axis(first, second) == 1 else None
    both = (steps[n] for n in first.targets if n in second.targets)
    return next((s for s in both if _joins_channels(s) and s.sources == [first.index, second.index]), None)


def _append(steps: list[Step], role: Role, join: Step, sources: Sequence[Step], shape: Sizes) -> Step:
    """Return a new step at the end of the list, in the module of `join`."""
    node = replace(join.nodes[-1], shape=(join.nodes[-1].shape[0], *shape))
    numbers = [source.index for source in sources]
    step = Step(len(steps), role, [node], numbers, sources[0].out_shape, shape, join.call)
    for source in sources:
        source.targets.append(step.index)
    steps.append(step)
    return step
