"""Rewrite sums that collect values of many blocks, for flows that are irregular without it.

Sums of sums become one sum of many values. A sum, or a concatenation, of many values from along the way then
keeps its last value alone; the short ways from the others are counted in it and not drawn.
"""

from collections.abc import Sequence

from resnet_diagram.tracer.flow.simplify import renumbered
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import WEIGHTED, Role, operator_of

MANY = 3
SHORT = 4
"""The most steps a way that is not drawn may have; one of them may have weights."""


def with_long_sums(steps: list[Step]) -> list[Step]:
    """Return the steps with each sum that nothing but another sum reads made part of that."""
    for step in steps:
        if is_sum(step) and len(step.targets) == 1 and is_sum(steps[step.targets[0]]):
            outer = steps[step.targets[0]]
            if not set(step.sources) & set(outer.sources):
                absorb(step, outer, steps)
    return renumbered(steps)


def is_sum(step: Step) -> bool:
    """Return whether a step adds values up, each as it is."""
    return step.role is Role.ADD and len(step.sources) > 1 and operator_of(step.nodes[-1].op).name == "add"


def absorb(inner: Step, outer: Step, steps: Sequence[Step]) -> None:
    """Make the operands of one sum those of another."""
    for number in inner.sources:
        source = steps[number]
        source.targets = sorted({outer.index, *source.targets} - {inner.index})
    outer.sources = sorted({*inner.sources, *outer.sources} - {inner.index})
    inner.sources, inner.targets, inner.nodes = [], [], []


def without_gathering(steps: list[Step]) -> list[Step]:
    """Return the steps with long sums, those of values from along the way cut down to the last of them."""
    steps = with_long_sums(steps)
    for step in steps:
        if step.role in (Role.ADD, Role.CONCAT) and len(step.sources) >= MANY:
            *others, _ = sorted(step.sources)
            ways = [way_to(steps[number], steps) for number in others]
            if all(way is not None for way in ways):
                cut(step, [number for way in ways if way for number in way], others, steps)
    return renumbered(steps)


def way_to(end: Step, steps: Sequence[Step]) -> list[int] | None:
    """Return the steps on the way to an operand that nothing else reads; None for a long way."""
    found: list[int] = []
    step = end
    while len(step.targets) == 1 and len(step.sources) == 1:
        found.append(step.index)
        step = steps[step.sources[0]]
    weighted = sum(steps[number].role in WEIGHTED for number in found)
    return found if len(found) <= SHORT and weighted < 2 and step.nodes else None


def cut(step: Step, way: Sequence[int], operands: Sequence[int], steps: Sequence[Step]) -> None:
    """Take operands, and the steps on the way to them, out of the flow, and counts them in the step."""
    for number in operands:
        steps[number].targets.remove(step.index)
    step.sources = [number for number in step.sources if number not in operands]
    for number in way:
        gone = steps[number]
        for source in gone.sources:
            if gone.index in steps[source].targets:
                steps[source].targets.remove(gone.index)
        step.params += gone.params
        step.macs += gone.macs
        gone.sources, gone.targets, gone.nodes = [], [], []
    step.role, step.gathered = Role.GATHER, len(operands)
    step.in_shape = steps[step.sources[0]].out_shape
