"""Rewrite sums over the first or last channels alone as sums with zeros for the rest.

Some blocks add their input to a part of a wider branch, by adding in place to a slice of it, or by
concatenating the part's sum with the other part. Both equal the whole branch plus the zero-padded input.
"""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.tracer.flow.graph import Ref, axis_named, cut_of, operation_at, references
from resnet_diagram.tracer.flow.simplify import bypass, renumbered
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import Role, operator_of

Part = tuple[int, int, int]
"""The dimension a slice cuts (batch included), where it begins and where it ends."""


def complete_sums(steps: list[Step]) -> list[Step]:
    """Return the steps with partial sums made whole."""
    changed = False
    for step in steps:
        if step.role is Role.ADD and len(step.sources) == 2:
            first, second = (steps[n] for n in step.sources)
            for cut, right in ((first, second), (second, first)):
                alone = cut.targets == [step.index] and right.index < cut.index and part_of(cut)
                fits = alone and right.out_shape == cut.out_shape == step.out_shape
                if fits and (_reaches_rest(cut, step, steps) or _in_place(cut, step, steps)):
                    _enlarge(cut, right, step, steps)
                    changed = True
                    break
    return renumbered(steps) if changed else steps


def part_of(step: Step) -> Part | None:
    """Return the part that a step takes, None unless it is one slice without gaps."""
    if step.role is not Role.SLICE or len(step.nodes) != 1 or operator_of(step.nodes[0].op).name != "slice":
        return None
    axis, _, places = cut_of(step.nodes[0])
    is_plain = places.step == 1 and references(step.nodes[0])[0].shape[1:] == step.in_shape
    return (axis, places.start, places.stop) if is_plain else None


def halved_axis(first: Step, second: Step) -> int | None:
    """Return the axis along which two steps are the beginning and the remainder of one value, else None."""
    left, right = part_of(first), part_of(second)
    if not left or not right or first.sources != second.sources:
        return None
    fits = left[:2] == (right[0], 0) and right[1:] == (left[2], first.in_shape[left[0] - 1])
    return left[0] if fits else None


def _reaches_rest(cut: Step, addition: Step, steps: Sequence[Step]) -> bool:
    """Return whether the sum is concatenated with the value's remainder, and remove the concatenation."""
    joining = steps[addition.targets[0]] if len(addition.targets) == 1 else None
    if joining is None or joining.role is not Role.CONCAT or joining.nodes[-1].op not in ("cat", "concat"):
        return False
    if len(joining.sources) != 2 or addition.index not in joining.sources:
        return False
    place = joining.sources.index(addition.index)
    rest = steps[joining.sources[1 - place]]
    halves = (cut, rest) if place == 0 else (rest, cut)
    node = joining.nodes[-1]
    is_whole = halved_axis(*halves) == axis_named(node, len(node.shape)) and cut.in_shape == joining.out_shape
    if not is_whole or len(references(node)) != 2 or rest.targets != [joining.index]:
        return False
    steps[rest.sources[0]].targets.remove(rest.index)
    joining.sources = [addition.index]
    addition.nodes = addition.nodes + joining.nodes
    rest.sources, rest.targets, rest.nodes = [], [], []
    bypass(joining, steps)
    return True


def _in_place(cut: Step, addition: Step, steps: Sequence[Step]) -> bool:
    """Return whether the sum is written into the slice, and the whole is read from then on."""
    if not addition.nodes[-1].op.endswith("_"):
        return False
    if len(addition.targets) == 2:  # the sum is also assigned to the slice: once is enough
        again, assigned = (steps[n] for n in addition.targets)
        equal = part_of(again) == part_of(cut) and again.targets == [assigned.index]
        alone = {*assigned.sources} == {again.index, addition.index}
        if equal and alone and assigned.nodes[-1].op == "copy_":
            addition.targets = [assigned.index]
            assigned.sources = [addition.index]
            again.sources, again.targets, again.nodes = [], [], []
            bypass(assigned, steps)
            return True
    full, sums = references(cut.nodes[0])[0].shape, addition.nodes[-1]
    for target in addition.targets:
        read = [ref.shape for node in steps[target].nodes for ref in references(node) if ref.node is sums]
        if not read or any(shape != full for shape in read):
            return False
    return bool(addition.targets)


def _enlarge(cut: Step, right: Step, addition: Step, steps: Sequence[Step]) -> None:
    """Replace the slice by a padding of the other operand, and the sum by a sum of the whole value."""
    step = steps[cut.sources[0]]
    step.targets = sorted({addition.index, *step.targets} - {cut.index})
    right.targets = sorted({cut.index, *right.targets} - {addition.index})
    addition.sources = [cut.index if n == right.index else step.index for n in addition.sources]
    node, names = cut.nodes[0], ("self", "pad", "value")
    value, shape = Ref(right.nodes[-1], node.shape), references(node)[0].shape
    cut.nodes = [operation_at(node, "constant_pad_nd", (value, (), 0), names, shape)]
    cut.role, cut.sources = Role.PAD, [right.index]
    cut.in_shape, cut.out_shape = right.out_shape, step.out_shape
    addition.in_shape = addition.out_shape = step.out_shape
    addition.nodes = [*addition.nodes[:-1], replace(addition.nodes[-1], shape=shape)]
