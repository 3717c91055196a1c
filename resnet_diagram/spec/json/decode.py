"""Decode JSON values to the spec classes, by the types of their fields."""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from resnet_diagram.errors import closest, did_you_mean
from resnet_diagram.spec.check.faults import FaultError, within
from resnet_diagram.spec.json.encode import TYPE_KEY, choices, type_word
from resnet_diagram.spec.model import Layer, Settings
from resnet_diagram.spec.settings import with_settings

Decoder = Callable[[Any], Any]


@cache
def decoder(hint: Any) -> Decoder:
    """Return a function that converts a JSON value to type `hint`, or raises FaultError."""
    if hint == Settings:
        return _settings
    if get_origin(hint) is tuple:
        return _list_decoder(get_args(hint)[0])
    if choices(hint):
        return _choice_decoder(choices(hint))
    if NoneType in get_args(hint):
        inner = decoder(next(item for item in get_args(hint) if item is not NoneType))
        return lambda value: None if value is None else inner(value)
    if is_dataclass(hint) and isinstance(hint, type):
        return _object_decoder(hint)
    if issubclass(hint, Enum):
        return _word_decoder(hint)
    return _plain_decoder(hint)


_PLAIN = {int: "a whole number", str: "a text", bool: "true or false"}


def _words(hint: Any) -> str:
    """Describe the type that `hint` allows."""
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        return "a list of whole numbers" if item is int else "a list of texts" if item is str else "a list"
    return _PLAIN.get(hint, "a text" if isinstance(hint, type) and issubclass(hint, Enum) else "an object")


def _shown(value: Any) -> str:
    """Return a JSON value as text for an error message."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case dict():
            return "an object"
        case list():
            return f"a list of {len(value)}" if len(repr(value)) > 40 else repr(value)
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}..."


def _plain_decoder(cls: type) -> Decoder:
    def decode(value: Any) -> Any:
        # No file can take half of a surrogate pair.
        text = value if isinstance(value, str) and not value.isascii() else ""
        if type(value) is not cls or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise FaultError(f"expected {_PLAIN[cls]}, found {_shown(value)}.")
        return value

    return decode


def _word_decoder(cls: type[Enum]) -> Decoder:
    members = {member.value: member for member in cls}

    def decode(value: Any) -> Any:
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            names = ", ".join(members)
            raise FaultError(f"expected one of {names}; found {_shown(value)}.{suggestion(value, members)}")
        return member

    return decode


def suggestion(value: Any, names: Iterable[str]) -> str:
    """Return a sentence that suggests the word most similar to `value`, or an empty string."""
    return did_you_mean(closest(value, names))


def _list_decoder(item: Any) -> Decoder:
    words = _words(tuple[item, ...])

    def decode(value: Any) -> Any:
        if not isinstance(value, list):
            raise FaultError(f"expected {words}, found {_shown(value)}.")
        items = []
        element = decoder(item)
        for at, entry in enumerate(value):
            with within(at):
                items.append(element(entry))
        return tuple(items)

    return decode


def _settings(value: Any) -> Settings:
    if not isinstance(value, dict):
        raise FaultError(f"expected an object of settings, found {_shown(value)}.")
    for name, content in value.items():
        if not isinstance(content, bool | int | float | str):
            raise FaultError(f"expected a number, text, true or false, found {_shown(content)}.", name)
    return tuple(sorted(value.items()))


def _choice_decoder(classes: tuple[type, ...]) -> Decoder:
    by_word = {type_word(cls): cls for cls in classes}
    words = " or ".join(f'"{word}"' for word in by_word)

    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise FaultError(f"expected an object, found {_shown(value)}.")
        word = value.get(TYPE_KEY)
        if word is None:
            raise FaultError(f"key '{TYPE_KEY}' is missing; expected {words}.")
        cls = by_word.get(word) if isinstance(word, str) else None
        if cls is None:
            hint = suggestion(word, by_word)
            raise FaultError(f"expected {words}, found {_shown(word)}.{hint}", TYPE_KEY)
        return decoder(cls)(value)

    return decode


def _object_decoder(cls: type) -> Decoder:
    word = type_word(cls)
    hints = get_type_hints(cls)
    required = [field.name for field in fields(cls) if field.default is MISSING]

    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise FaultError(f"expected an object, found {_shown(value)}.")
        content_of = {key: item for key, item in value.items() if (key, item) != (TYPE_KEY, word)}
        _check_keys(word, content_of, hints, required)
        table = {}
        for key, content in content_of.items():
            with within(key):
                table[key] = decoder(hints[key])(content)
        result = cls(**table)
        return with_settings(result, {}) if isinstance(result, Layer) else result

    return decode


def _check_keys(word: str, value: dict[str, Any], hints: dict[str, Any], required: list[str]) -> None:
    missing = [key for key in required if key not in value]
    if TYPE_KEY in value:
        raise FaultError(f"expected a {word}, found an object of type {_shown(value[TYPE_KEY])}.")
    for key in value:
        if key not in hints:
            hint = suggestion(key, missing) or suggestion(key, hints) or f" Known are {', '.join(hints)}."
            raise FaultError(f"a {word} has no key {_shown(key)}.{hint}")
    if missing:
        raise FaultError(
            f"key {missing[0]!r} of the {word} is missing; expected {_words(hints[missing[0]])}."
        )
