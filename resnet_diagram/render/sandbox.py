"""A Jinja environment for the templates of a user: no access to Python, and limits on its work."""

from typing import Any

from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from resnet_diagram.limits import ROUNDS, TEXT


class LimitedEnvironment(SandboxedEnvironment):
    """Jinja's sandbox, which also counts the rounds of loops and the calls of macros.

    `rounds`: loop rounds of the current template. Exceeding a limit raises OverflowError.
    """

    intercepted_binops = frozenset({"*", "**"})
    rounds = 0

    def count_round(self) -> str:
        """Count a round of a loop or a call of a macro, and return no text."""
        self.rounds += 1
        if self.rounds > ROUNDS:
            raise OverflowError(f"more than {ROUNDS:,} rounds of loops and calls of macros")
        return ""

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return a product or power, unless it is too large."""
        size = (
            (left.bit_length() * right if isinstance(left, int) and isinstance(right, int) else 0)
            if operator == "**"
            else _size_of_product(left, right)
        )
        if size > TEXT:
            raise OverflowError(f"the result of {operator!r} is too large")
        return super().call_binop(context, operator, left, right)

    def _generate(self, source: nodes.Template, *arguments: Any, **options: Any) -> str:
        """Return the Python code of a template that counts its rounds."""
        for part in source.find_all((nodes.For, nodes.Macro, nodes.CallBlock)):
            assert isinstance(part, nodes.For | nodes.Macro | nodes.CallBlock)
            call = nodes.Call(nodes.EnvironmentAttribute("count_round"), [], [], None, None)
            part.body.insert(0, nodes.Output([call], lineno=part.lineno))
            if isinstance(part, nodes.For) and part.test:
                part.test = nodes.And(nodes.Not(call), part.test)
            part.set_lineno(part.lineno)
        return super()._generate(source, *arguments, **options)


def _size_of_product(left: object, right: object) -> int:
    """Return the length of a repeated sequence, 0 of numbers."""
    if isinstance(left, int):
        left, right = right, left
    return len(left) * right if isinstance(left, str | bytes | list | tuple) and isinstance(right, int) else 0
