"""Validate the values of a TOML file against the table of keys."""

from collections.abc import Iterable
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
from resnet_diagram.spec.toml.schema.words import GATE, TABLE_OF_OP, WORD_OPS, TomlTable, table_of


def validate(value: Any, expected: Type) -> None:
    """Raise FaultError if a value, or a nested value, has the wrong type or range."""
    match expected:
        case Table() if isinstance(value, dict):
            return _table(value, expected)
        case Elements() if isinstance(value, list) and len(value) >= expected.least:
            return _elements(value, expected)
        case Many() if isinstance(value, list) and len(value) >= expected.least:
            for at, entry in enumerate(value):
                with within(at):
                    validate(entry, expected.item)
            return None
        case Sizes() if value != []:
            number = Whole(least=expected.least)
            return validate(value, Many(number) if isinstance(value, list) else number)
        case Either():
            sorts = {_SORTS[type(item)]: item for item in expected.types}
            if type(value) in sorts:
                return validate(value, sorts[type(value)])
        case Word() | Whole() | Plain() if _fits(value, expected):
            return None
    names = expected.words if isinstance(expected, Word) else ()
    hint = did_you_mean(closest(value, names))
    raise FaultError(f"expected {words(expected)}, found {shown(value)}.{hint}")


def _fits(value: Any, expected: Word | Whole | Plain) -> bool:
    """Return whether a value is of a type that holds no other values."""
    match expected:
        case Word():
            return isinstance(value, str) and value in expected.words
        case Whole():
            is_whole = type(value) is int and value >= expected.least and (value % 2 or not expected.odd)
            if is_whole and value > SIZE:
                raise FaultError(f"expected {words(expected)}, {SIZE:,} at most, found {shown(value)}.")
            return bool(is_whole)
        case Plain.TEXT:
            return isinstance(value, str) and bool(value)
        case Plain.FLAG:
            return isinstance(value, bool)
        case Plain.SIGNS:
            return isinstance(value, list) and all(type(item) is int and abs(item) == 1 for item in value)
    return isinstance(value, dict) and all(
        isinstance(item, bool | float | str) or (isinstance(item, int) and abs(item) <= COUNT)
        for item in value.values()
    )


def _table(value: TomlTable, expected: Table) -> None:
    keys = TABLES[expected.name]
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


def _elements(value: list[Any], expected: Elements) -> None:
    for at, element in enumerate(value):
        with within(at):
            if isinstance(element, str):
                _operation(element, gates="gate" in expected.names)
                continue
            if not isinstance(element, dict):
                raise FaultError(f"expected {words(expected)}, found {shown(element)}.")
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


_SORTS: dict[type, type] = {Table: dict, Elements: list, Many: list, Word: str, Whole: int}
"""Python type of each member of an `Either`."""


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _unknown(word: Any, names: Iterable[str], advice: str = "") -> str:
    return f"no operation is named {shown(word)}{advice}.{did_you_mean(closest(word, names))}"
