"""Merge chains of views and slices, and remove steps that change nothing."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_diagram.tracer.flow.axis_moves import listed
from resnet_diagram.tracer.flow.graph import Ref, argument, references
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import Effect, Role, operator_of


def simplified(steps: list[Step]) -> list[Step]:
    """Return the steps with chains of views and of slices made one; views that change nothing vanish."""
    drop_unread(steps)
    for step in steps:
        if len(step.sources) != 1:
            continue
        source = steps[step.sources[0]]
        if _sums_stack(source, step):
            source.role, source.out_shape = Role.ADD, step.out_shape
            source.nodes += step.nodes
            if step.nodes[-1].op == "mean":
                node, stacked = step.nodes[-1], references(source.nodes[0])  # the mean divides their sum
                value = Ref(references(node)[0].node, node.shape)
                args, names = (value, float(len(stacked))), ("self", "other")
                step.nodes = [replace(node, op="div", args=args, names=names, kwargs={}, refs=None)]
                step.role, step.in_shape = Role.SCALE, step.out_shape
            else:
                bypass(step, steps)
        elif (
            source.role is step.role
            and step.role in (Role.VIEW, Role.SLICE)
            and len(source.targets) == len(source.sources) == 1
        ):
            step.nodes, step.in_shape, step.call = source.nodes + step.nodes, source.in_shape, source.call
            step.params += source.params
            step.macs += source.macs
            step.joining = tuple(dict.fromkeys((*source.joining, *step.joining)))
            bypass(source, steps)
    for step in steps:
        if _idle(step):
            bypass(step, steps)
    return renumbered(steps)


def drop_unread(steps: Sequence[Step]) -> None:
    """Remove the steps without readers."""
    for step in reversed(steps):
        if step.role is not Role.SINK and not step.targets:
            for source in step.sources:
                steps[source].targets.remove(step.index)
            step.sources, step.nodes = [], []


def _idle(step: Step) -> bool:
    """Return whether a chain of views, a padding or a pooling leaves the shape and all values alone."""
    if len(step.sources) != 1 or step.in_shape != step.out_shape or step.params or step.macs:
        return False
    if step.role is Role.PAD:
        return True
    if step.role in (Role.AVG_POOL, Role.MAX_POOL):
        kernel = argument(step.nodes[-1], "kernel_size")
        sizes = kernel if isinstance(kernel, (list, tuple)) else [kernel]
        return all(size == 1 for size in sizes)
    return step.role is Role.VIEW and all(
        operator_of(node.op).effect is Effect.RESHAPE for node in step.nodes
    )


def reuse_concatenations(steps: list[Step]) -> None:
    """Make a concatenation that repeats an earlier one, or adds to it, read the earlier one.

    Densely connected blocks concatenate everything so far before each layer; read this way they are a series.
    """
    earlier: dict[tuple[int, ...], Step] = {}
    for step in steps:
        if step.role is not Role.CONCAT or len(step.sources) < 2:
            continue
        key = tuple(step.sources)
        for old, new in ((key, ()), (key[:-1], key[-1:]), (key[1:], key[:1])):
            same = earlier.get(old)
            if same and (new or same.out_shape == step.out_shape):
                for source in old:
                    steps[source].targets.remove(step.index)
                same.targets.append(step.index)
                step.sources = [same.index, *new] if new == key[-1:] else [*new, same.index]
                break
        if len(step.sources) == 1:
            bypass(step, steps)
        else:
            earlier[key] = step


def _sums_stack(stack: Step, step: Step) -> bool:
    """Return whether a step sums or averages a stack over the dimension it was stacked along: an addition."""
    if (
        stack.role is not Role.CONCAT
        or not step.nodes
        or stack.nodes[-1].op != "stack"
        or step.nodes[-1].op not in ("sum", "mean")
    ):
        return False
    dim, rank = argument(stack.nodes[-1], "dim"), len(stack.nodes[-1].shape)
    over = [axis % rank for axis in listed(argument(step.nodes[-1], "dim"))]
    return len(stack.targets) == 1 and isinstance(dim, int) and over == [dim % rank]


def bypass(step: Step, steps: Sequence[Step]) -> None:
    """Take a step with one source out of the flow."""
    source = steps[step.sources[0]]
    if step.nodes and source.nodes and step.nodes[-1].dropout:
        source.nodes[-1].dropout = step.nodes[-1].dropout
    source.targets = list(dict.fromkeys([t for t in source.targets if t != step.index] + step.targets))
    for index in step.targets:
        target = steps[index]
        target.sources = list(dict.fromkeys(source.index if s == step.index else s for s in target.sources))
    step.sources, step.targets, step.nodes = [], [], []


def absorb(step: Step, removed: Step) -> None:
    """Count another step in a step, and take it out of the flow."""
    step.params += removed.params
    step.macs += removed.macs
    removed.sources, removed.targets, removed.nodes = [], [], []


def renumbered(steps: list[Step]) -> list[Step]:
    """Return the steps still in the flow, numbered anew."""
    remaining = [s for s in steps if s.nodes or s.role in (Role.SOURCE, Role.SINK)]
    number = {s.index: k for k, s in enumerate(remaining)}
    for step in remaining:
        step.index = number[step.index]
        step.sources = [number[s] for s in step.sources]
        step.targets = sorted(number[t] for t in step.targets)
    return remaining
