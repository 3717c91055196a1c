"""Types of values."""

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
