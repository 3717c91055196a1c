"""Rewrite sums over the first or last channels alone as sums with zeros for the rest.

Some blocks add their input to a part of a wider branch, by adding in place to a slice of it, or by
concatenating the part's sum with the other part. Both equal the whole branch plus the zero-padded input.
"""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.tracer.flow.graph import Node, Ref, argument, operation_at, references
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
                if _fits(cut, right, step) and (
                    _reaches_rest(cut, step, steps) or _in_place(cut, step, steps)
                ):
                    _enlarge(cut, right, step, steps)
                    changed = True
                    break
    return renumbered(steps) if changed else steps


def _fits(cut: Step, right: Step, addition: Step) -> bool:
    """Return whether an addition sums a part of an earlier value and another value of its size."""
    alone = cut.targets == [addition.index] and right.index < cut.index
    return alone and part_of(cut) is not None and right.out_shape == cut.out_shape == addition.out_shape


def part_of(step: Step) -> Part | None:
    """Return the part that a step takes, None unless it is one slice without gaps."""
    if step.role is not Role.SLICE or len(step.nodes) != 1 or operator_of(step.nodes[0].op).name != "slice":
        return None
    node = step.nodes[0]
    dim, start, end, pace = (argument(node, name) for name in ("dim", "start", "end", "step"))
    source = references(node)[0]
    if not isinstance(dim, int) or pace not in (None, 1) or source.shape[1:] != step.in_shape:
        return None
    size = source.shape[dim]
    begin = start if isinstance(start, int) else 0
    close = min(end, size) if isinstance(end, int) else size
    return dim % len(source.shape), begin % size if begin < 0 else begin, close % size if close < 0 else close


def _reaches_rest(cut: Step, addition: Step, steps: Sequence[Step]) -> bool:
    """Return whether the sum is concatenated with the value's remainder, and remove the concatenation."""
    joining = steps[addition.targets[0]] if len(addition.targets) == 1 else None
    if joining is None or joining.role is not Role.CONCAT or joining.nodes[-1].op not in ("cat", "concat"):
        return False
    if len(joining.sources) != 2 or addition.index not in joining.sources:
        return False
    place = joining.sources.index(addition.index)
    rest = steps[joining.sources[1 - place]]
    (first, second) = (cut, rest) if place == 0 else (rest, cut)
    if rest.targets != [joining.index] or rest.sources != cut.sources or not _halves(first, second, joining):
        return False
    step = steps[rest.sources[0]]
    step.targets.remove(rest.index)
    joining.sources = [addition.index]
    addition.nodes = addition.nodes + joining.nodes
    rest.sources, rest.targets, rest.nodes = [], [], []
    bypass(joining, steps)
    return True


def _halves(first: Step, second: Step, joining: Step) -> bool:
    """Return whether two slices are the beginning and the remainder of a value, concatenated in order."""
    left, right = part_of(first), part_of(second)
    node = joining.nodes[-1]
    if left is None or right is None or first.in_shape != joining.out_shape:
        return False
    if len(references(node)) != 2:
        return False
    dim = argument(node, "dim")
    equal = left[0] == right[0] == (dim % len(node.shape) if isinstance(dim, int) else 0)
    return equal and left[1] == 0 and left[2] == right[1] and right[2] == first.in_shape[left[0] - 1]


def _in_place(cut: Step, addition: Step, steps: Sequence[Step]) -> bool:
    """Return whether the sum is written into the slice, and the whole is read from then on."""
    if not addition.nodes[-1].op.endswith("_"):
        return False
    return _assigns(cut, addition, steps) or _read_whole(cut, addition, steps)


def _assigns(cut: Step, addition: Step, steps: Sequence[Step]) -> bool:
    """Return whether the sum is also assigned to the slice it was written into, and remove the assignment."""
    if len(addition.targets) != 2:
        return False
    again, assigned = (steps[n] for n in addition.targets)
    equal = part_of(again) == part_of(cut) and again.targets == [assigned.index]
    if not equal or assigned.nodes[-1].op != "copy_" or {*assigned.sources} != {again.index, addition.index}:
        return False
    addition.targets = [assigned.index]
    assigned.sources = [addition.index]
    again.sources, again.targets, again.nodes = [], [], []
    bypass(assigned, steps)
    return True


def _read_whole(cut: Step, addition: Step, steps: Sequence[Step]) -> bool:
    """Return whether everything that reads the sum reads the whole value it was written into a part of."""
    full = references(cut.nodes[0])[0].shape
    sums = addition.nodes[-1]
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
    cut.nodes = [_padding(cut, right)]
    cut.role, cut.sources = Role.PAD, [right.index]
    cut.in_shape, cut.out_shape = right.out_shape, step.out_shape
    addition.in_shape = addition.out_shape = step.out_shape
    addition.nodes = [*addition.nodes[:-1], replace(addition.nodes[-1], shape=cut.nodes[0].shape)]


def _padding(cut: Step, right: Step) -> Node:
    """Return an operation that pads the other operand with zeros to the size of the sliced value."""
    node = cut.nodes[0]
    args, names = (Ref(right.nodes[-1], node.shape), (), 0), ("self", "pad", "value")
    return operation_at(node, "constant_pad_nd", args, names, references(node)[0].shape)
