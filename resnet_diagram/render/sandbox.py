"""A Jinja environment for the templates of a user: no access to Python, and limits on its work."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from resnet_diagram.limits import ROUNDS, TEXT

_ADDED = frozenset({"center", "ljust", "rjust", "zfill"})
"""Methods and filters that make a text as long as a number among their arguments …"""
_MULTIPLIED = frozenset(
    "expandtabs indent join pprint string to_bytes tojson translate urlencode wordwrap xmlattr".split(" ")
)
"""… and as long as a product of the value, as text, and an argument."""
_LISTED = frozenset({"batch", "slice"})
_GROWING = _ADDED | _MULTIPLIED | _LISTED | {"format", "format_map", "replace"}
_ITEM = 16
"""Characters in whose place an item of a list is counted …"""
_BIT = 1000
"""… and a bit of a product or power: numbers of many digits take long."""
_SIZED = (str, bytes, list, tuple, dict, set)


class LimitedEnvironment(SandboxedEnvironment):
    """Jinja's sandbox, which also counts the rounds of loops, the calls of macros and what they make.

    `rounds`: loop rounds of the current template. `made`: characters and items of all its values so far.
    Exceeding a limit raises OverflowError.
    """

    intercepted_binops = frozenset({"+", "*", "**", "%"})
    rounds = 0
    made = 0

    def __init__(self, **options: Any) -> None:
        """Make an environment that counts what filters and expressions make."""
        super().__init__(**options, finalize=pass_context(lambda _, value: self.concatenate(value)))
        self.filters = {name: self._limited(name, function) for name, function in self.filters.items()}
        del self.globals["lipsum"]

    def count_round(self, written: int) -> str:
        """Count a round of a loop or a call of a macro, and the characters it writes; return no text."""
        self.rounds += 1
        if self.rounds > ROUNDS:
            raise OverflowError(f"more than {ROUNDS:,} rounds of loops and calls of macros")
        self.made += self.check(written)
        return ""

    def check(self, size: int) -> int:
        """Return a number of characters and items. Raise OverflowError if they are too many."""
        if self.made + size > TEXT:
            raise OverflowError(f"the values are longer than {TEXT:,} characters and items")
        return size

    def count(self, value: Any) -> Any:
        """Count the characters of a text or number or the items of a list, and return it."""
        size = value.bit_length() // 8 if isinstance(value, int) else 0
        self.made += self.check(len(value) if isinstance(value, _SIZED) else size)
        return value

    def concatenate(self, *values: Any) -> Any:
        """Return the texts of some values in one."""
        self.check(_size(values))
        return self.count("".join(map(str, values)))

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item, or count and return a slice."""
        item = super().getitem(obj, argument)
        return self.count(item) if isinstance(argument, slice) else item

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return a sum, product, power or formatted text, unless it is too large."""
        if operator in ("*", "**") and isinstance(left, int) and isinstance(right, int):
            bits = right if operator == "**" else right.bit_length()
            self.check(_BIT * left.bit_length() * bits)
        elif operator == "*":
            value, times = (right, left) if isinstance(left, int) else (left, right)
            if isinstance(value, _SIZED) and isinstance(times, int):
                self.check(len(value) * times)
        elif operator == "%" and isinstance(left, str):
            self.check(_longest("format", left, right if isinstance(right, tuple) else (right,)))
        return self.count(super().call_binop(context, operator, left, right))

    def call(self, context: Context, function: Any, *arguments: Any, **options: Any) -> Any:
        """Return the value of a call, unless a method of a text, number or list makes too long a value."""
        owner = getattr(getattr(function, "__wrapped__", function), "__self__", None)
        if isinstance(owner, (int, *_SIZED)):
            arguments = tuple(map(_listed, arguments))
            for argument in arguments:
                self.count(argument)
            self.check(_longest(getattr(function, "__name__", ""), owner, (*arguments, *options.values())))
        return self.count(super().call(context, function, *arguments, **options))

    def _limited(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter that refuses to make too long a value."""

        @wraps(function)
        def limited(*arguments: Any, **options: Any) -> Any:
            values = tuple(map(_listed, arguments))
            value, *rest = values[hasattr(function, "jinja_pass_arg") :]
            self.check(_longest(name, value, (*rest, *options.values())))
            return self.count(function(*values, **options))

        return limited

    def _generate(self, source: nodes.Template, *arguments: Any, **options: Any) -> str:
        """Return the Python code of a template that counts its rounds and what it writes."""
        for joined in source.find_all(nodes.Concat):
            method = nodes.EnvironmentAttribute("concatenate")
            joined.nodes = [nodes.Call(method, joined.nodes, [], None, None, lineno=joined.lineno)]
        for part in (source, *source.find_all((nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block))):
            assert isinstance(part, nodes.Template | nodes.For | nodes.Macro | nodes.CallBlock | nodes.Block)
            written = nodes.Const(sum(len(text.data) for text in part.find_all(nodes.TemplateData)))
            call = nodes.Call(nodes.EnvironmentAttribute("count_round"), [written], [], None, None)
            part.body.insert(0, nodes.Output([call], lineno=part.lineno))
            if isinstance(part, nodes.For) and part.test:
                part.test = nodes.And(nodes.Not(call), part.test)
            part.set_lineno(part.lineno)
        return super()._generate(source, *arguments, **options)


def _listed(value: Any) -> Any:
    """Return the items of an iterator as a list, which can be counted, and other values as they are."""
    return [*value] if isinstance(value, Iterator) else value


def _size(value: object) -> int:
    """Return the number of characters of a text or of all items of a list, at least TEXT for more."""
    size, left = 0, [value]
    while left and size <= TEXT:
        match left.pop():
            case str() | bytes() as text:
                size += len(text)
            case dict() as items:
                left += [*items, *items.values()]
            case list() | tuple() | set() as items:
                size += _ITEM * len(items)
                left += items
            case int() as number:
                size += number.bit_length() // 8
    return size


def _longest(operation: str, value: Any, arguments: Iterable[Any]) -> int:
    """Return the most characters or items of what a method or filter makes of a value."""
    if operation not in _GROWING:
        return 0
    numbers = [abs(item) for item in arguments if isinstance(item, int)]
    texts = [_size(item) for item in arguments if not isinstance(item, int)]
    size, number, text = 1 + _size(value), max(numbers, default=0), max(texts, default=0)
    if operation in ("format", "format_map"):
        nested = re.search(r"\*|\{[^{}]*\{", value)
        widths = [int(digits) for digits in re.findall(r"\d+", value)]
        return size * (text + (number if nested else 0)) + sum(widths)
    if operation == "replace":
        old, new = (str(item) for item in [*arguments][:2])
        return size + str(value).count(old) * len(new)
    if operation in _LISTED:
        return size + _ITEM * number
    if operation in _MULTIPLIED:
        return size * max(text, number)
    return size + number
