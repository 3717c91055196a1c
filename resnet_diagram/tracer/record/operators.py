"""What the recorder must know of a torch operator, read once from its schema."""

from dataclasses import dataclass
from typing import Any

from resnet_diagram.tracer.record.shapes.rules import Rule
from resnet_diagram.tracer.record.shapes.table import rule_for
from resnet_diagram.tracer.record.torch_private import schema_of

SHAPE_ONLY = frozenset(
    [
        "new_empty",
        "new_zeros",
        "new_ones",
        "new_full",
        "new_empty_strided",
        "zeros_like",
        "ones_like",
        "empty_like",
        "full_like",
        "rand_like",
        "randn_like",
        "randint_like",
        "sym_size",
        "sym_stride",
        "sym_numel",
    ]
)
ASKS_VALUE = frozenset(["_local_scalar_dense", "is_nonzero", "equal", "item", "allclose", "is_same_size"])


@dataclass(slots=True, eq=False)
class Operator:
    """One overload of an operator.

    `writes` are the positions of arguments it changes; `aliases` says whether its result may share memory
    with an argument; `shape_only` that it reads no values; `asks_value` that it answers with a Python value.
    """

    name: str
    names: tuple[str, ...]
    defaults: dict[str, object]
    writes: tuple[int, ...]
    aliases: bool
    shape_only: bool
    asks_value: bool
    rule: Rule | None

    @property
    def pure(self) -> bool:
        """Whether equal arguments always give a fresh result of equal shape."""
        return not self.writes and not self.aliases


def read_operator(func: Any) -> Operator:
    """Returns the facts of an operator overload."""
    schema = schema_of(func)
    namespace, _, name = schema.name.partition("::")
    arguments = schema.arguments
    return Operator(
        name=name,
        names=tuple(a.name for a in arguments),
        defaults={a.name: a.default_value for a in arguments if a.has_default_value()},
        writes=tuple(i for i, a in enumerate(arguments) if a.alias_info and a.alias_info.is_write),
        aliases=any(r.alias_info is not None for r in schema.returns),
        shape_only=name in SHAPE_ONLY,
        asks_value=name in ASKS_VALUE,
        rule=rule_for(name, schema.overload_name) if namespace == "aten" else None,
    )
