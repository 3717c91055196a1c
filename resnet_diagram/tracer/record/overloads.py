"""Facts of an operator's overload that the recorder needs, read once from its schema."""

from dataclasses import dataclass
from typing import Any

from resnet_diagram.tracer.record.operators import Operator, operator_of
from resnet_diagram.tracer.record.shapes.rules import Rule
from resnet_diagram.tracer.record.torch_private import schema_of

_NAMESPACES = ("aten", "torchvision")
"""Namespaces of the operators in the table."""

_SURE = frozenset(
    ["", "Tensor", "Scalar", "Tensor_Scalar", "input", "dim", "dim_IntList", "default", "int", "vec"]
).union(["padding", "correction"])
"""Overloads with the arguments that the shape rules expect."""


@dataclass(slots=True, eq=False)
class Overload:
    """One overload of an operator, as its schema describes it.

    `writes` are the positions of arguments it changes; `aliases`: its result may share memory with an
    argument. `rule` is the operator's shape rule where it holds for this overload.
    """

    name: str
    operator: Operator
    names: tuple[str, ...]
    defaults: dict[str, object]
    writes: tuple[int, ...]
    aliases: bool
    rule: Rule | None

    @property
    def pure(self) -> bool:
        """Return True if equal arguments always give a fresh result of equal shape."""
        return not self.writes and not self.aliases


def read_overload(func: Any) -> Overload:
    """Return the facts of an operator overload."""
    schema = schema_of(func)
    namespace, _, name = schema.name.partition("::")
    arguments = schema.arguments
    operator = operator_of(name)
    sure = namespace in _NAMESPACES and schema.overload_name in _SURE and name == operator.name
    return Overload(
        name=name,
        operator=operator,
        names=tuple(a.name for a in arguments),
        defaults={a.name: a.default_value for a in arguments if a.has_default_value()},
        writes=tuple(i for i, a in enumerate(arguments) if a.alias_info and a.alias_info.is_write),
        aliases=any(r.alias_info is not None for r in schema.returns),
        rule=operator.rule if sure else None,
    )
