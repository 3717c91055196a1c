"""Find values that are zeros, in any spelling."""

import operator as python
from collections.abc import Callable

from resnet_diagram.tracer.flow.graph import Node, Ref, argument, first_read, references
from resnet_diagram.tracer.record.operators import Effect, Role, operator_of

_DEEPEST = 8
"""Most operations looked through to find out where a value comes from."""

_COPIES = frozenset({"to", "_to_copy", "detach", "alias", "lift_fresh", "clone"})
"""Operations that copy a buffer or share it."""

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    name: getattr(python, name) for name in ("gt", "ge", "lt", "le", "eq", "ne")
}
_FOLLOWED = frozenset({"mul", "sub", "logical_not", "where", "masked_fill", *_COMPARISONS})
"""Operations that are evaluated if their operands are constants."""


def is_zeros(node: Node) -> bool:
    """Return True if a value is made of zeros, seen through operations that change no value."""
    return _same_everywhere(node) == 0


def pads_with_zeros(node: Node) -> bool:
    """Return True if a concatenation, or a write into a buffer, surrounds its activation with zeros."""
    if node.op not in ("copy_", "add_"):
        return any(is_zeros(ref.node) for ref in references(node))
    buffer = node.args[0]
    for _ in range(_DEEPEST):
        if not isinstance(buffer, Ref):
            return False
        if makes_zeros(buffer.node):
            return True
        operator = operator_of(buffer.node.op)
        if operator.role is not Role.SLICE and operator.name not in _COPIES:
            return False
        buffer = first_read(buffer.node)
    return False


def makes_zeros(node: Node) -> bool:
    """Return whether the result of an operation is all zeros, even if its inputs are not."""
    return operator_of(node.op).effect is not Effect.SAME_VALUES and is_zeros(node)


def _same_everywhere(node: Node, depth: int = _DEEPEST) -> float | None:
    """Return the value that all elements of a result have, None if it is not known to be one."""
    operator = operator_of(node.op)
    if operator.effect is Effect.ZEROS:
        return 0.0
    if operator.effect is Effect.ONES:
        return 1.0
    if operator.effect is Effect.FILL:
        return _number(argument(node, operator.fill))
    if not depth or (operator.name not in _FOLLOWED and operator.effect is not Effect.SAME_VALUES):
        return None
    values = [_same_everywhere(ref.node, depth - 1) for ref in references(node)]
    if operator.effect is Effect.SAME_VALUES:
        return values[0] if values else None
    return _computed(node, operator.name, values)


def _computed(node: Node, name: str, values: list[float | None]) -> float | None:
    """Return the common value of all elements of a result, from the constants that an operation reads."""
    number = _number(argument(node, "other"))
    match name, values:
        case "mul", _ if 0 in values or number == 0:
            return 0.0
        case "sub", [_, _]:  # a value less itself
            (first, _), (second, factor) = operand_factors(node)
            is_same = (first.node, first.output) == (second.node, second.output)
            return 0.0 if is_same and factor == -1.0 else None
        case "logical_not", [float(value)]:
            return float(not value)
        case "where", [condition, *rest] if argument(node, "self") is not None:
            numbers = map(_number, (argument(node, "self"), argument(node, "other")))
            left, right = (rest.pop(0) if value is None else value for value in numbers)
            return right if condition == 0 or left == right else left if condition is not None else None
        case "masked_fill", [value, mask, *_]:
            fill = _number(argument(node, "value"))
            return value if mask == 0 or value == fill else fill if mask is not None else None
        case _, [float(value)] if name in _COMPARISONS and number is not None:
            return float(_COMPARISONS[name](value, number))
    return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def operand_factors(node: Node) -> list[tuple[Ref, float]]:
    """Return the two tensors that a sum or difference reads, and the number each is multiplied by."""
    name, refs = operator_of(node.op).name, references(node)
    if name not in ("add", "sub", "rsub") or len(refs) != 2:
        return []
    alpha = argument(node, "alpha")
    factor = float(alpha) if isinstance(alpha, (int, float)) else 1.0
    if name == "rsub":
        return [(refs[0], -factor), (refs[1], 1.0)]
    return [(refs[0], 1.0), (refs[1], -factor if name == "sub" else factor)]
