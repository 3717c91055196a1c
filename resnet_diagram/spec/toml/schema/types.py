"""Types of values, and both in the words of messages."""

from typing import Any

from resnet_diagram.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number of `least` or more; an odd one where `odd` is set."""

    least: int = 1
    odd: bool = False


@dataclass(frozen=True, slots=True)
class Wholes:
    """A list of whole numbers of `least` or more; at least `count` of them."""

    count: int = 1
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """A whole number of `least` or more, or a list of them, one for each spatial dimension."""

    least: int = 1


@dataclass(frozen=True, slots=True)
class Word:
    """One of these words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Any text that is not empty."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts that are not empty; not an empty list."""


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Signs:
    """A list of the numbers 1 and -1."""


@dataclass(frozen=True, slots=True)
class SettingTable:
    """A table of settings of an operation: numbers, texts, true or false."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of that name in `TABLES`."""

    name: str


@dataclass(frozen=True, slots=True)
class Many:
    """A non-empty list of values of type `item`."""

    item: "Table | Elements"


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


Type = (
    Whole
    | Wholes
    | Sizes
    | Word
    | Text
    | Texts
    | Flag
    | Signs
    | SettingTable
    | Table
    | Many
    | Elements
    | Either
)

_WORDS: dict[type, str] = {
    Text: "a text",
    Flag: "true or false",
    Table: "a table",
    SettingTable: "a table of settings, such as { eps = 0.001 }",
    Signs: "a list of 1 and -1",
    Wholes: "a list of whole numbers",
    Texts: "a list of texts",
    Elements: "a list of layers",
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
            return "a list of lists" if isinstance(expected.item, Elements) else "one table or more"
    return _WORDS[type(expected)]


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
