"""Constructor parameters of a generated class, and the expressions derived from them.

A class implements several blocks of a network. Each number inside it (channels, a stride) is a column: one
value for each of these blocks. A column becomes a parameter, an expression of one, or a literal.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from resnet_diagram.spec.model import Shape

Value = int | Shape
Column = tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A name and its value in each block.

    `default` is its default value. `source` is the expression that computes it; empty for a parameter.
    """

    name: str
    values: Column
    default: Value | None = None
    source: str = ""

    def at(self, places: Sequence[int]) -> "Variable":
        """Return the variable with its values in these blocks only."""
        return replace(self, values=tuple(self.values[place] for place in places))

    def spread(self, places: Sequence[int], size: int) -> "Variable":
        """Return the variable for all `size` blocks; missing values become the default or the first value."""
        names = dict(zip(places, self.values, strict=True))
        filler = self.values[0] if self.default is None else self.default
        return replace(self, values=tuple(names.get(place, filler) for place in range(size)))

    @property
    def annotation(self) -> str:
        """The type of its values, as written in Python."""
        types = {type(value) for value in self.values}
        if len(types) == 1 and tuple not in types:
            return types.pop().__name__
        return f"tuple[{', '.join('int' for _ in self.values[0])}]"  # type: ignore[union-attr]

    @property
    def declaration(self) -> str:
        """The parameter as a function declares it: name, type and default."""
        tail = "" if self.default is None else f" = {self.default}"
        return f"{self.name}: {self.annotation}{tail}"


@dataclass(slots=True)
class Scope:
    """The names known inside a class: channels first, then settings such as the stride.

    `constants` are attributes of the class: ratios between channels.
    """

    size: int
    channels: list[Variable] = field(default_factory=list)
    settings: list[Variable] = field(default_factory=list)
    constants: dict[str, int] = field(default_factory=dict)

    def parameters(self) -> list[Variable]:
        """Return the constructor parameters in the order of the signature."""
        message = [item for item in (*self.channels, *self.settings) if not item.source]
        return sorted(message, key=lambda entry: entry.default is not None)

    def channel(self, column: Sequence[int], hint: str) -> str:
        """Return the expression of a number of channels; add a parameter named `hint` if none fits."""
        values = tuple(column)
        for variable in self.channels:
            if variable.values == values:
                return variable.name
        if len(set(values)) == 1:
            return str(values[0])
        for variable in self.channels:
            if text := ratio(values, variable):
                return text
        return self._new(self.channels, values, hint, None)

    def setting(self, column: Iterable[Value], hint: str, default: Value | None = None) -> str:
        """Return the expression of a setting such as stride or padding.

        A new parameter has `default` as its default value if the column contains it. If any value has several
        numbers, one for each dimension, then all have.
        """
        values = tuple(column)
        if long := next((value for value in values if isinstance(value, tuple)), None):
            values = tuple((value,) * len(long) if isinstance(value, int) else value for value in values)
        constant = len(set(values)) == 1
        equal = [item.name for item in self.settings if item.values == values]
        if hint in equal or (equal and not constant):
            return hint if hint in equal else equal[0]
        if constant:
            return str(values[0])
        return self._new(self.settings, values, hint, default if default in values else None)

    def _new(self, home: list[Variable], values: Column, hint: str, default: Value | None) -> str:
        names = {item.name for item in (*self.channels, *self.settings)}
        numbered = (f"{hint}{number}" for number in range(2, len(names) + 3))
        name = hint if hint not in names else next(entry for entry in numbered if entry not in names)
        home.append(Variable(name=name, values=values, default=default))
        return name

    @contextmanager
    def at(self, places: Sequence[int]) -> Iterator["Scope"]:
        """Yield the scope of some of the blocks.

        Variables added to it are extended to the other blocks by their default or first value.
        """
        inner = Scope(
            len(places),
            [channel.at(places) for channel in self.channels],
            [setting.at(places) for setting in self.settings],
        )
        yield inner
        for outer, result in ((self.channels, inner.channels), (self.settings, inner.settings)):
            outer += [item.spread(places, self.size) for item in result[len(outer) :]]

    def column(self, name: str) -> Column | None:
        """Return the values of a variable by its name, or None if there is no such variable."""
        entries = (item.values for item in (*self.channels, *self.settings) if item.name == name)
        return next(entries, None)


def ratio(values: Sequence[int], variable: Variable) -> str:
    """Return the values as a multiple or a fraction of a variable; empty if no single factor fits."""
    pairs = [
        (value, base) for value, base in zip(values, variable.values, strict=True) if isinstance(base, int)
    ]
    value, base = pairs[0]
    if value > base and value % base == 0 and all(item == two * (value // base) for item, two in pairs):
        return f"{value // base} * {variable.name}"
    if base > value and base % value == 0 and all(two == entry * (base // value) for entry, two in pairs):
        return f"{variable.name} // {base // value}"
    return ""


def compact(sizes: Shape) -> Value:
    """Return a single number if all sizes are equal, else the sizes.

    >>> compact((3, 3)), compact((1, 3))
    (3, (1, 3))
    """
    return sizes[0] if len(set(sizes)) == 1 else sizes
