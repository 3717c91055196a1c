"""Replace functions that a model spells out in several operations by one step.

Activations, norms and poolings of `formulas`; an activation of the model's own that is a module; norms whose
statistics are constants; and blur pools: convolutions with constant weights, channel by channel.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod

from resnet_diagram.tracer.flow.calls import CONTAINERS, common_call, inside
from resnet_diagram.tracer.flow.graph import Call, Node, NodeKind, Ref, argument, constants_of, references
from resnet_diagram.tracer.flow.rewrites.formulas import (
    CLAMPS,
    ELEMENTWISE,
    GENERALISED_MEAN,
    REDUCTIONS,
    RESHAPES,
    SUMMARIES,
    Constant,
    Formula,
    Line,
    Options,
    Slot,
    activation_named,
    generalised_mean,
    is_curved,
    is_global_mean,
    reduction_named,
)
from resnet_diagram.tracer.flow.simplify import absorb, renumbered
from resnet_diagram.tracer.flow.steps import Step
from resnet_diagram.tracer.flow.zeros import is_zeros
from resnet_diagram.tracer.record.operators import Role, operator_of

_LONGEST = 24
"""Most operations of a function that is spelled out."""

_SINGLE = frozenset(["clamp", "clamp_min", "threshold", "maximum", "max"])
"""Operations that are an activation alone, for some of their arguments."""

_SPELLINGS = ELEMENTWISE | REDUCTIONS | RESHAPES

_ADDED = frozenset(["add", "sub", "rsub"])

Function = tuple[Role, str, Options]
"""Role, name and settings of the step that some steps are together."""


def recognized(steps: list[Step], calls: Sequence[Call]) -> list[Step]:
    """Return the steps with each function that is spelled out made one step, the longest spelling first."""
    for step in steps:
        if step.nodes and len(step.sources) == 1 and steps[step.sources[0]].call != step.call:
            _join_frozen_norm(step, steps, calls)
    for step in reversed(steps):
        if step.nodes and step.sources:
            for region, source in _regions(step, steps):
                if function := _function_of(region, source, steps, calls):
                    _unite(region, source, function, calls)
                    break
    for step in steps:
        if step.nodes and len(step.sources) == 1:
            _name_blur_pool(step, steps)
            _join_frozen_norm(step, steps, calls)
    return renumbered(steps)


def _regions(end: Step, steps: Sequence[Step]) -> Iterator[tuple[list[Step], Step]]:
    """Yield the groups of steps that end in one step and read one other, smallest first, with that other."""
    if not (_is_spelling(end) or end.role is Role.CONCAT):
        return
    region, outside = [end], set(end.sources)
    while len(region) <= _LONGEST:
        if len(outside) == 1:
            (only,) = outside
            yield region, steps[only]
        last = steps[max(outside)]
        numbers = {step.index for step in region}
        if not _is_spelling(last) or not numbers.issuperset(last.targets) or not last.sources:
            return
        region = [last, *region]
        outside = outside - {last.index} | set(last.sources)


def _is_spelling(step: Step) -> bool:
    """Return whether a step may be a part of a function that is spelled out."""
    return all(operator_of(node.op).name in _SPELLINGS for node in step.nodes)


def _function_of(
    region: Sequence[Step], source: Step, steps: Sequence[Step], calls: Sequence[Call]
) -> Function | None:
    """Return the function of `source` that some steps are, None for none."""
    names = {operator_of(node.op).name for step in region for node in step.nodes}
    end = region[-1]
    if end.role is Role.CONCAT:
        reduced = names & REDUCTIONS
        plain = names - reduced <= {"cat", "concat", "add", "sqrt", "clamp", "clamp_min", *RESHAPES}
        kind = SUMMARIES.get(frozenset(reduced)) if plain else None
        return (Role.AVG_POOL, kind, ()) if kind and end.targets else None
    if not source.nodes or (len(region) == 1 and not names & _SINGLE):
        return None
    lines: list[Line] = []
    if not _slot_of(end.nodes[-1], lines, {source.nodes[-1].index: Slot(-1)}) or not lines:
        return None
    formula = tuple(lines)
    rank = len(end.nodes[-1].shape)
    name, options = activation_named(formula)
    if name:
        return Role.ACTIVATION, name, options
    if function := reduction_named(formula, rank):
        return (*function, ())
    pooled = generalised_mean(formula, 1 + len(region[0].in_shape))
    if pooled is not None and operator_of(source.nodes[-1].op).name not in CLAMPS:
        return Role.AVG_POOL, GENERALISED_MEAN, pooled
    if dims := _mean_over(region, formula):
        return Role.AVG_POOL, "mean", (("dim", dims),)
    number = common_call(calls, [step.call for step in region])
    module = calls[number].cls if number and len(region) > 1 else ""
    if not module or module in CONTAINERS:
        return None
    alone = sum(inside(calls, step.call, number) for step in steps if step.nodes) == len(region)
    return (Role.ACTIVATION, module, ()) if alone and is_curved(formula) else None


def _mean_over(region: Sequence[Step], formula: Formula) -> tuple[int, ...]:
    """Return the axes of a mean that is a sum by the number of its values, or one axis after the other."""
    rank = 1 + len(region[0].in_shape)
    reductions = [line.op for line in formula if line.op in REDUCTIONS]
    if len(reductions) > 1 and is_global_mean(formula, rank):
        return tuple(range(2, rank))
    match [(line.op, *line.args[1:2]) for line in formula]:
        case [("sum", tuple(dims)), ("div" | "mul" as op, float() | int() as number)] if dims:
            sizes = [(1, *region[0].in_shape)[int(dim)] for dim in dims]
            factor = 1 / number if op == "div" and number else number
            return tuple(dims) if math.isclose(factor * math.prod(sizes), 1, rel_tol=1e-3) else ()
    return ()


def _slot_of(node: Node, lines: list[Line], names: dict[int, Slot]) -> Slot | None:
    """Return the line that gives a node's value, added with those it needs; None for a foreign value."""
    if node.index in names:
        return names[node.index]
    if node.kind is not NodeKind.OPERATION or len(lines) > _LONGEST:
        return None
    name = operator_of(node.op).name
    if operator_of(node.op).role is Role.PASS and name not in RESHAPES:
        before = _slot_of(references(node)[0].node, lines, names)
        if before is None:
            return None
        names[node.index] = before
    else:
        args = tuple(_operand(value, node, place, lines, names) for place, value in enumerate(node.args))
        if _MISSING in args or any(isinstance(value, Ref) for value in node.kwargs.values()):
            return None
        options = tuple((key, value) for key, value in node.kwargs.items() if _is_plain(value))
        names[node.index] = Slot(len(lines))
        lines.append(Line(name, args, options))
    return names[node.index]


def _operand(value: object, node: Node, place: int, lines: list[Line], names: dict[int, Slot]) -> object:
    """Return an argument of a node as an argument of a formula line."""
    if isinstance(value, Ref) and not value.node.active:
        name = operator_of(node.op).name
        adds = name in _ADDED or (name == "addcmul" and place == 0)
        return Constant(adds=adds, zero=is_zeros(value.node))
    if isinstance(value, Ref):
        before = _slot_of(value.node, lines, names)
        return _MISSING if before is None else replace(before, output=value.output)
    if isinstance(value, (list, tuple)):
        return tuple(_operand(item, node, place, lines, names) for item in value)
    return value if _is_plain(value) else _MISSING


_MISSING = object()
"""An argument that no formula can hold."""


def _is_plain(value: object) -> bool:
    """Return whether a value can be an argument of a formula."""
    return value is None or isinstance(value, (int, float, bool, str))


def _unite(region: Sequence[Step], source: Step, function: Function, calls: Sequence[Call]) -> None:
    """Make the last of some steps the function that all of them are together."""
    *inner, end = region
    role, name, options = function
    numbers = {step.index for step in region}
    call = common_call(calls, [step.call for step in region])
    last = end.nodes[-1]
    refs = [ref for step in region for node in step.nodes for ref in references(node)]
    read = [ref for ref in refs if ref.node is source.nodes[-1]]
    value = read[0] if read else Ref(source.nodes[-1], (last.shape[0], *source.out_shape))
    node = replace(
        last, op=name, inputs=(value.node,), args=(value,), kwargs=dict(options), names=("self",), call=call
    )
    node.defaults, node.refs = {}, None
    end.role, end.nodes, end.call = role, [node], call
    end.in_shape, end.sources = source.out_shape, [source.index]
    source.targets = sorted({number for number in source.targets if number not in numbers} | {end.index})
    for step in inner:
        absorb(end, step)


def _join_frozen_norm(step: Step, steps: Sequence[Step], calls: Sequence[Call]) -> None:
    """Make a scale and a shift by constants, run by a module that is called a norm, one norm.

    A shift and a scale of each channel of the input, before any layer, are its normalisation.
    """
    following = steps[step.targets[0]] if len(step.targets) == 1 else None
    if step.role is not Role.SCALE or following is None or following.role is not Role.SCALE:
        return
    name = calls[step.call].cls.lower()
    is_norm = "norm" in name or "bn" in name
    first, second = (operator_of(half.nodes[-1].op).name for half in (step, following))
    source = before = steps[step.sources[0]]
    if is_norm and following.call == step.call and second == "add":
        kind = "frozen_bn" if "batch" in name or "bn" in name else "affine_norm"
        _unite([step, following], source, (Role.NORM, kind, ()), calls)
        return
    while before.sources and not before.params:
        before = steps[before.sources[0]]
    constants = [constant for half in (step, following) for constant in constants_of(half.nodes[-1])]
    is_given = any(prod(constant.shape) > 1 for constant in constants) and not (
        step.params or following.params
    )
    if is_given and first in _ADDED and second in ("div", "mul") and not before.sources:
        _unite([step, following], source, (Role.OTHER, "normalize", ()), calls)


def _name_blur_pool(step: Step, steps: Sequence[Step]) -> None:
    """Make a convolution with constant weights, channel by channel, a pooling; its padding is part of it."""
    node = step.nodes[-1]
    weight = argument(node, "weight")
    if step.role is not Role.CONV or not isinstance(weight, Ref) or weight.node.active:
        return
    learned = any(source.kind is NodeKind.PARAMETER for source in constants_of(node))
    if learned or argument(node, "groups") != node.shape[1] or weight.shape[1] != 1:
        return
    source = steps[step.sources[0]]
    if source.role is Role.PAD and source.targets == [step.index]:
        before = steps[source.sources[0]]
        step.in_shape, step.sources = source.in_shape, list(source.sources)
        before.targets = [step.index if number == source.index else number for number in before.targets]
        source.sources, source.targets, source.nodes = [], [], []
    step.role = Role.AVG_POOL
    step.nodes = [replace(node, op="blur_pool")]
