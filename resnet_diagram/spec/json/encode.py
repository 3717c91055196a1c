"""Encode the spec classes as JSON values and as readable text."""

import json
from dataclasses import Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints

from resnet_diagram.spec.model import Settings

TYPE_KEY = "type"
"""The key for the class of an object, where several classes are allowed."""

_LINE = json.JSONEncoder(ensure_ascii=False)


def encode(value: object, hint: object) -> Any:
    """Return the JSON value of a spec value of type `hint`; fields with their default value are omitted."""
    if is_dataclass(value) and not isinstance(value, type):
        cls = type(value)
        pairs = {TYPE_KEY: type_word(cls)} if choices(hint) else {}
        for field, field_hint in _fields(cls):
            content = getattr(value, field.name)
            if content != field.default:
                pairs[field.name] = encode(content, field_hint)
        return pairs
    if hint == Settings:
        return dict(value)  # type: ignore[call-overload]
    if isinstance(value, tuple):
        item = get_args(hint)[0]
        return [encode(entry, item) for entry in value]
    return value.value if isinstance(value, Enum) else value


def type_word(cls: type) -> str:
    """Return the value of the type key for a class."""
    return cls.__name__.lower()


@cache
def choices(hint: object) -> tuple[type, ...]:
    """Return the classes of a union, between which a type key decides; empty for a single type."""
    classes = tuple(item for item in get_args(hint) if isinstance(item, type) and is_dataclass(item))
    return classes if len(classes) > 1 else ()


@cache
def _fields(cls: type) -> tuple[tuple[Field[Any], object], ...]:
    """Return the fields of a class and their types, the field `name` first."""
    hints = get_type_hints(cls)
    result = sorted(fields(cls), key=lambda field: field.name != "name")
    return tuple((field, hints[field.name]) for field in result)


def text(value: Any, indent: str = "") -> str:
    """Return JSON text with a line for each list or object that contains no further object or list of lists.

    >>> print(text({"kernel": [3, 3], "stem": [{"op": "relu"}]}))
    {
      "kernel": [3, 3],
      "stem": [
        {"op": "relu"}
      ]
    }
    """
    contents = value.values() if isinstance(value, dict) else [value]
    entries = [entry for item in contents if isinstance(item, list) for entry in item]
    is_nested = isinstance(value, dict) and any(isinstance(item, dict) for item in contents)
    if not is_nested and not any(isinstance(entry, list | dict) for entry in entries):
        return _LINE.encode(value)
    inner = f"{indent}  "
    if isinstance(value, dict):
        lines = [f"{inner}{_LINE.encode(key)}: {text(item, inner)}" for key, item in value.items()]
    else:
        lines = [f"{inner}{text(entry, inner)}" for entry in value]
    left, right = "{}" if isinstance(value, dict) else "[]"
    return f"{left}\n" + ",\n".join(lines) + f"\n{indent}{right}"
