"""Represent an irregular group of operations by one layer, and count the additions it hides."""

from collections import Counter
from collections.abc import Iterable, Sequence

from resnet_diagram.spec.model import Layer, LayerKind
from resnet_diagram.tracer.flow.graph import Call, Sizes
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.record.operators import WEIGHTED, Role, operator_of

LISTED = 4
FARTHEST = 2000

Joined = tuple[Layer, Sequence[int]]
"""A layer that stands for several steps, and their numbers."""


def joined_layer(steps: Sequence[Step], in_shape: Sizes, call: Call, residual: bool) -> Layer:
    """Return one layer for steps that are not drawn one by one, named after the module around them.

    Where some of them are `residual`, there is more to it than an attention.
    """
    attention = is_attention(steps) and not residual
    return Layer(
        kind=LayerKind.ATTENTION if attention else LayerKind.OPAQUE,
        op="attention" if attention else call.cls.lower(),
        name=call.path,
        in_shape=in_shape,
        out_shape=steps[-1].out_shape,
        params=sum(step.params for step in steps),
        macs=sum(step.macs for step in steps),
    )


def is_attention(steps: Sequence[Step]) -> bool:
    """Return whether the steps weigh values by a softmax of products."""
    if any(step.role is Role.ATTENTION for step in steps):
        return True
    operators = [operator_of(node.op) for step in steps for node in step.nodes]
    weighs = any("softmax" in (operator.name, operator.label) for operator in operators)
    return weighs and any(step.role is Role.MATMUL for step in steps)


def hidden_note(drawn: Iterable[Layer], joined: Iterable[Joined], steps: Sequence[Step]) -> list[str]:
    """Return a note on the additions inside the layers drawn that each stand for several steps."""
    shown = {id(layer) for layer in drawn}
    found: Counter[str] = Counter()
    for layer, numbers in joined:
        if id(layer) in shown and layer.kind is LayerKind.OPAQUE:
            found[layer.name] += sum(steps[n].role is Role.ADD for n in numbers)
    found = +found
    if not found:
        return []
    total = found.total()
    number = "1 addition" if total == 1 else f"{total} additions"
    verb = "is" if total == 1 else "are"
    if len(found) == 1:
        name = next(iter(found))
        where = f"the opaque layer {name!r}" if name else "an opaque layer"
        return [f"{number} inside {where} {verb} not drawn"]
    listed = ", ".join(f"{count} in {name!r}" for name, count in list(found.items())[:LISTED])
    more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
    return [f"{number} inside opaque layers {verb} not drawn: {listed}{more}"]


def goes_round(step: Step, steps: Sequence[Step]) -> bool:
    """Return whether a step is a sum of which one operand leads to another through weighted steps."""
    if step.role is not Role.ADD:
        return False
    return any(worked_between(a, b, steps) for a in step.sources for b in step.sources if a < b)


def worked_between(start: int, end: int, steps: Sequence[Step]) -> bool:
    """Return whether a way from one step to another passes, or ends in, a weighted one."""
    seen: set[tuple[int, bool]] = set()
    waiting = [(end, False)]
    while waiting and len(seen) < FARTHEST:
        number, worked = waiting.pop()
        worked = worked or steps[number].role in WEIGHTED
        for source in steps[number].sources:
            if source == start and worked:
                return True
            if source > start and (source, worked) not in seen:
                seen.add((source, worked))
                waiting.append((source, worked))
    return False
