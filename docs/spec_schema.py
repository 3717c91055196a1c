"""The JSON Schema of spec files in TOML, from the table of keys the reader follows."""

import json
from typing import Any

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
)
from resnet_diagram.spec.toml.schema.words import WORD_OPS

Schema = dict[str, Any]


def schema_text() -> str:
    """The schema as JSON, with a line feed at its end."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A residual network",
        "description": "What a spec file in TOML says; docs/spec.md explains it by examples.",
        **_table("network"),
        "$defs": {_id(name): _table(name) for name in TABLES if name != "network"},
    }


def _id(name: str) -> str:
    return name.replace(" ", "_")


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{_id(name)}"}


def _table(name: str) -> Schema:
    keys = TABLES[name]
    required = [key for key, spec in keys.items() if spec.required]
    return {
        "type": "object",
        "properties": {key: _of(spec.type) | {"description": spec.means} for key, spec in keys.items()},
        **({"required": required} if required else {}),
        "additionalProperties": False,
        **_rules(name),
    }


def _rules(name: str) -> Schema:
    """What a table says of several keys at once."""
    needed = [{"required": [key]} for key in NEEDS_ONE.get(name, ())]
    key, others = EXCLUDES.get(name, ("", ()))
    excluded = [{"required": [key, other]} for other in others]
    return {**({"anyOf": needed} if needed else {}), **({"not": {"anyOf": excluded}} if excluded else {})}


_PLAIN: dict[Plain, Schema] = {
    Plain.TEXT: {"type": "string", "minLength": 1},
    Plain.FLAG: {"type": "boolean"},
    Plain.SIGNS: {"type": "array", "items": {"enum": [1, -1]}},
    Plain.SETTINGS: {"type": "object", "additionalProperties": {"type": ["number", "string", "boolean"]}},
}


def _of(expected: Type) -> Schema:  # one case for each type of value
    match expected:
        case Plain():
            return _PLAIN[expected]
        case Word():
            return {"enum": list(expected.words)}
        case Whole():
            odd: Schema = {"not": {"multipleOf": 2}} if expected.odd else {}
            return {"type": "integer", "minimum": expected.least} | odd
        case Sizes():
            one = Whole(least=expected.least)
            return {"anyOf": [_of(one), _of(Many(one))]}
        case Table():
            return _reference(expected.name)
        case Either():
            return {"anyOf": [_of(one) for one in expected.types]}
        case Many():
            return {"type": "array", "items": _of(expected.item), "minItems": expected.least}
        case Elements():
            words = [op for op in WORD_OPS if op != "se" or "gate" in expected.names]
            items = {"anyOf": [{"enum": words}, *(_reference(name) for name in expected.names)]}
            return {"type": "array", "items": items, "minItems": expected.least}
