"""Rewrite sums that collect values of many blocks, for flows that are irregular without it.

Nested sums become one sum of many values. A sum, or a concatenation, of values collected from many blocks
then keeps only its last value; the paths of the others are counted in it and not drawn.
"""

from collections.abc import Sequence

from resnet_diagram.tracer.flow.simplify import absorb, renumbered
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import WEIGHTED, Role, operator_of

_MANY = 3
_SHORT = 4
"""The most steps a way that is not drawn may have; one of them may have weights."""


def with_long_sums(steps: list[Step]) -> list[Step]:
    """Return the steps with each sum that nothing but another sum reads made part of that."""
    for step in steps:
        if _is_addition(step) and len(step.targets) == 1 and _is_addition(steps[step.targets[0]]):
            outer = steps[step.targets[0]]
            if set(step.sources) & set(outer.sources):
                continue
            for number in step.sources:
                source = steps[number]
                source.targets = sorted({outer.index, *source.targets} - {step.index})
            outer.sources = sorted({*step.sources, *outer.sources} - {step.index})
            step.sources, step.targets, step.nodes = [], [], []
    return renumbered(steps)


def _is_addition(step: Step) -> bool:
    """Return whether a step adds values without factors."""
    return step.role is Role.ADD and len(step.sources) > 1 and operator_of(step.nodes[-1].op).name == "add"


def without_gathering(steps: list[Step]) -> list[Step]:
    """Return the steps with nested sums merged, and sums that collect many blocks cut to their last value."""
    steps = with_long_sums(steps)
    for step in steps:
        if step.role not in (Role.ADD, Role.CONCAT) or len(step.sources) < _MANY:
            continue
        *earlier, _ = sorted(step.sources)
        paths = [_path_to(steps[number], steps) for number in earlier]
        if None not in paths:
            for number in earlier:
                steps[number].targets.remove(step.index)
            step.sources = [number for number in step.sources if number not in earlier]
            for removed in (steps[number] for path in paths for number in path or ()):
                for source in removed.sources:
                    if removed.index in steps[source].targets:
                        steps[source].targets.remove(removed.index)
                absorb(step, removed)
            step.role, step.gathered = Role.GATHER, len(earlier)
            step.in_shape = steps[step.sources[0]].out_shape
    return renumbered(steps)


def _path_to(end: Step, steps: Sequence[Step]) -> list[int] | None:
    """Return the steps on the way to an operand that nothing else reads; None for a long way."""
    path: list[int] = []
    step = end
    while len(step.targets) == 1 and len(step.sources) == 1:
        path.append(step.index)
        step = steps[step.sources[0]]
    weighted = sum(steps[number].role in WEIGHTED for number in path)
    return path if len(path) <= _SHORT and weighted < 2 and step.nodes else None
