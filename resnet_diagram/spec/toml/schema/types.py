"""Types of values, and both in the words of messages."""

from enum import Enum
from typing import Any

from resnet_diagram.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number of `least` or more; an odd one where `odd` is set."""

    least: int = 1
    odd: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """A whole number of `least` or more, or a list of them, one for each spatial dimension."""

    least: int = 1


@dataclass(frozen=True, slots=True)
class Word:
    """One of these words."""

    words: tuple[str, ...]


class Plain(Enum):
    """Values without further rules, in the words of messages; a text is not empty."""

    TEXT = "a text"
    FLAG = "true or false"
    SIGNS = "a list of 1 and -1"
    SETTINGS = "a table of settings, such as { eps = 0.001 }"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of that name in `TABLES`."""

    name: str


@dataclass(frozen=True, slots=True)
class Many:
    """A list of `least` values or more of type `item`."""

    item: "Whole | Plain | Table | Elements"
    least: int = 1


@dataclass(frozen=True, slots=True)
class Elements:
    """A list of operations as words and of tables with these names, recognised by `words.table_of`.

    There must be at least so many.
    """

    names: tuple[str, ...]
    least: int = 0


@dataclass(frozen=True, slots=True)
class Either:
    """One of several types, each of a different Python type: text, number, list or table."""

    types: "tuple[Type, ...]"


Type = Whole | Sizes | Word | Plain | Table | Many | Elements | Either


_LISTS = {
    Whole: "a list of whole numbers",
    Plain: "a list of texts",
    Table: "one table or more",
    Elements: "a list of lists",
}


def words(expected: Type) -> str:
    """Describe the expected type."""
    match expected:
        case Word():
            names = ", ".join(f'"{word}"' for word in expected.words)
            return f"one of {names}" if len(expected.words) > 1 else names
        case Whole():
            return f"{'an odd' if expected.odd else 'a whole'} number of {expected.least} or more"
        case Sizes():
            return f"a whole number of {expected.least} or more, or a list of them"
        case Either():
            return ", or ".join(words(item) for item in expected.types)
        case Many():
            return _LISTS[type(expected.item)]
        case Plain():
            return expected.value
    return "a table" if isinstance(expected, Table) else "a list of layers"


def shown(value: Any) -> str:
    """Return a TOML value as text for a message."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "a table"
        case []:
            return "an empty list"
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}…"
