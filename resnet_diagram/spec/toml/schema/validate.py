"""Validate the values of a TOML file against the table of keys."""

from collections.abc import Callable, Iterable
from typing import Any

from resnet_diagram.errors import closest, did_you_mean
from resnet_diagram.limits import COUNT, SIZE
from resnet_diagram.spec.check.faults import FaultError, within
from resnet_diagram.spec.toml.schema.keys import EXCLUDES, NEEDS_ONE, TABLES
from resnet_diagram.spec.toml.schema.types import (
    Either,
    Elements,
    Many,
    Plain,
    Sizes,
    Table,
    Type,
    Whole,
    Word,
    shown,
    words,
)
from resnet_diagram.spec.toml.schema.words import GATE, TABLE_OF_OP, WORD_OPS, table_of


def validate(value: Any, expected: Type) -> None:
    """Raise FaultError if a value, or a nested value, has the wrong type or range."""
    _CHECKS[type(expected)](value, expected)


def _table(value: Any, expected: Table) -> None:
    keys = TABLES[expected.name]
    if not isinstance(value, dict):
        raise _unexpected(value, expected)
    for key, content in value.items():
        if key not in keys:
            hint = did_you_mean(closest(key, keys)) or f" Known are {', '.join(keys)}."
            raise FaultError(f"{_article(expected.name)} has no key {key!r}.{hint}", key)
        with within(key):
            validate(content, keys[key].type)
    for key, spec in keys.items():
        if spec.required and key not in value:
            raise FaultError(f"key {key!r} is missing; expected {words(spec.type)}.")
    # Check the rules that concern several keys of a table.
    needed = NEEDS_ONE.get(expected.name, ())
    if needed and not any(key in value for key in needed):
        raise FaultError(f"expected one of the keys {', '.join(map(repr, needed))}.")
    key, rest = EXCLUDES.get(expected.name, ("", ()))
    for right in rest:
        if key in value and right in value:
            raise FaultError(f"{key!r} leaves no place for {right!r}; leave one of them out.", right)


def _elements(value: Any, expected: Elements) -> None:
    if not isinstance(value, list) or len(value) < expected.least:
        raise _unexpected(value, expected)
    for at, element in enumerate(value):
        with within(at):
            if isinstance(element, str):
                _operation(element, gates="gate" in expected.names)
                continue
            if not isinstance(element, dict):
                raise _unexpected(element, expected)
            name = table_of(element, in_stage="block" in expected.names)
            if not name:
                advice = "; one that is not known needs 'kind' and 'out'"
                raise FaultError(_unknown(element["op"], TABLE_OF_OP, advice), "op")
            if name not in expected.names:
                raise FaultError(f"{_article(name)} is not allowed here; expected a layer.")
            _table(element, Table(name))


def _operation(word: str, *, gates: bool) -> None:
    """Raise FaultError if a word is no operation that may be written as one."""
    if word == GATE and not gates:
        raise FaultError("a gate is not allowed here; expected a layer.")
    if word not in WORD_OPS and word in TABLE_OF_OP:
        raise FaultError(f'{word!r} needs more than a word; write a table such as {{ op = "{word}", … }}.')
    if word not in WORD_OPS:
        raise FaultError(_unknown(word, [op for op in WORD_OPS if gates or op != GATE]))


def _many(value: Any, expected: Many) -> None:
    if not isinstance(value, list) or len(value) < expected.least:
        raise _unexpected(value, expected)
    for at, entry in enumerate(value):
        with within(at):
            validate(entry, expected.item)


def _either(value: Any, expected: Either) -> None:
    for item in expected.types:
        if isinstance(value, _SORTS[type(item)]) and not isinstance(value, bool):
            return validate(value, item)
    raise _unexpected(value, expected)


def _word(value: Any, expected: Word) -> None:
    if not isinstance(value, str):
        raise _unexpected(value, expected)
    if value not in expected.words:
        raise FaultError(
            f"expected {words(expected)}, found {value!r}.{did_you_mean(closest(value, expected.words))}"
        )


_FITS: dict[Plain, Callable[[Any], bool]] = {
    Plain.TEXT: lambda value: isinstance(value, str) and bool(value),
    Plain.FLAG: lambda value: isinstance(value, bool),
    Plain.SIGNS: lambda value: (
        isinstance(value, list) and all(type(item) is int and abs(item) == 1 for item in value)
    ),
    Plain.SETTINGS: lambda value: (
        isinstance(value, dict)
        and all(
            isinstance(item, bool | float | str) or (isinstance(item, int) and abs(item) <= COUNT)
            for item in value.values()
        )
    ),
}


def _plain(value: Any, expected: Plain) -> None:
    if not _FITS[expected](value):
        raise _unexpected(value, expected)


def _sizes(value: Any, expected: Sizes) -> None:
    if value == []:
        raise _unexpected(value, expected)
    whole = Whole(least=expected.least)
    validate(value, Many(whole) if isinstance(value, list) else whole)


def _whole(value: Any, expected: Whole) -> None:
    if type(value) is not int or value < expected.least or (expected.odd and value % 2 == 0):
        raise _unexpected(value, expected)
    if value > SIZE:
        raise FaultError(f"expected {words(expected)}, {SIZE:,} at most, found {shown(value)}.")


_CHECKS: dict[type, Callable[[Any, Any], None]] = {
    Table: _table,
    Elements: _elements,
    Many: _many,
    Sizes: _sizes,
    Either: _either,
    Word: _word,
    Whole: _whole,
    Plain: _plain,
}

_SORTS: dict[type, type] = {Table: dict, Elements: list, Many: list, Word: str, Whole: int}
"""Python type of each member of an `Either`."""


def _unexpected(value: Any, expected: Type) -> FaultError:
    return FaultError(f"expected {words(expected)}, found {shown(value)}.")


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _unknown(word: Any, names: Iterable[str], advice: str = "") -> str:
    return f"no operation is named {shown(word)}{advice}.{did_you_mean(closest(word, names))}"
