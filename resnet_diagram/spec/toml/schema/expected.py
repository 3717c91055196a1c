"""Expected types and given values in the words of messages."""

from typing import Any

from resnet_diagram.spec.toml.schema.types import (
    Either,
    Elements,
    Flag,
    Many,
    SettingTable,
    Signs,
    Sizes,
    Table,
    Text,
    Texts,
    Type,
    Whole,
    Wholes,
    Word,
)


def words(expected: Type) -> str:
    """Describe the expected type."""
    match expected:
        case Word():
            names = ", ".join(f'"{word}"' for word in expected.words)
            return f"one of {names}" if len(expected.words) > 1 else names
        case Whole():
            return f"{'an odd' if expected.odd else 'a whole'} number of {expected.least} or more"
        case Text():
            return "a text"
        case Flag():
            return "true or false"
        case Table():
            return "a table"
        case SettingTable():
            return "a table of settings, such as { eps = 0.001 }"
        case Signs():
            return "a list of 1 and -1"
        case Either():
            return ", or ".join(words(item) for item in expected.types)
    return _list_words(expected)


def _list_words(expected: Wholes | Sizes | Texts | Elements | Many) -> str:
    match expected:
        case Wholes():
            return "a list of whole numbers"
        case Sizes():
            return f"a whole number of {expected.least} or more, or a list of them"
        case Texts():
            return "a list of texts"
        case Elements():
            return "a list of layers"
    return "a list of lists" if isinstance(expected.item, Elements) else "one table or more"


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
