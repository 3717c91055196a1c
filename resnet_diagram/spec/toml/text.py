"""Write TOML values as readable text: plain keys first, then a section for each table."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from resnet_diagram.errors import escape_in_quotes

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 100


def toml_text(settings: Mapping[str, Any]) -> str:
    """Return the text of a table, with a final line feed.

    >>> print(toml_text({"name": "net", "depths": [2, 2], "head": {"classes": 10}}), end="")
    name = "net"
    depths = [2, 2]
    <BLANKLINE>
    [head]
    classes = 10
    """
    return "\n".join(_lines(settings, "")) + "\n"


def _lines(settings: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, value in settings.items():
        if not _is_section(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in settings.items():
        if _is_section(value):
            several = isinstance(value, list)
            for table in value if several else [value]:
                path = f"{prefix}{_key(key)}"
                yield ""
                yield f"[[{path}]]" if several else f"[{path}]"
                yield from _lines(table, f"{path}.")


def _is_section(value: Any) -> bool:
    """Return whether a value is written below a heading.

    A table, or a list of tables that are more than layers.
    """
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, dict) and "op" not in item for item in value)
    return isinstance(value, dict)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else toml_string(key)


def toml_string(text: str) -> str:
    r"""Return a basic string; JSON's escapes are also TOML's, except for one control character.

    >>> print(toml_string('a "b"'))
    "a \"b\""
    """
    return escape_in_quotes(json.dumps(text, ensure_ascii=False))


def _value(value: Any, indent: str = "") -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return toml_string(value)
        case dict():
            pairs = (f"{_key(key)} = {_value(item, indent)}" for key, item in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case list():
            flat = f"[{', '.join(_value(item, indent) for item in value)}]"
            if "\n" not in flat and len(indent) + len(flat) <= _WIDTH:
                return flat
            # Each table starts a line; words that follow share it.
            inner = f"{indent}  "
            lines: list[str] = []
            for item in value:
                text = f"{_value(item, inner)},"
                if lines and isinstance(item, str) and len(inner) + len(lines[-1]) + len(text) < _WIDTH:
                    lines[-1] += f" {text}"
                else:
                    lines.append(text)
            return "[\n" + "".join(f"{inner}{line}\n" for line in lines) + f"{indent}]"
    return str(value)
