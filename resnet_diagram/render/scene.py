"""Write a scene as JSON: the tree of groups, boxes, connectors, markers and texts, for other renderers."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from resnet_diagram.diagram.model import Origin
from resnet_diagram.layout.scene import Box, Connector, Element, End, Group, Marker, Text
from resnet_diagram.render.figure import Figure
from resnet_diagram.render.numbers import number
from resnet_diagram.wording.terms import FORMULA_MARK

SCHEMA = 1
"""Version of the schema; it grows by one when a field is renamed or removed."""

_TYPES = {Group: "group", Box: "box", Connector: "connector", Marker: "marker", Text: "text"}


def render_scene(figure: Figure) -> str:
    """Return the scene of a figure as JSON, a line for each leaf; the same figure gives the same text."""
    scene = figure.scene
    page = {
        "schema": SCHEMA,
        "title": _value(scene.title),
        "description": _value(scene.description),
        "theme": figure.theme.name,
        "width": _value(scene.width),
        "height": _value(scene.height),
    }
    lines = [f"{json.dumps(name)}: {_json(value)}," for name, value in page.items()]
    return "\n".join(["{", *lines, '"root":', *_lines(scene.root, ""), "}", ""])


def _lines(element: Element, indent: str, end: str = "") -> Iterator[str]:
    """Yield the JSON of an element and `end`: one line, but for a group with a line for each child."""
    text = _json(_values(element))
    if not isinstance(element, Group) or not element.children:
        yield f"{indent}{text}{end}"
        return
    yield f'{indent}{text[:-1]}, "children": ['
    *others, last = element.children
    for child in others:
        yield from _lines(child, indent + " ", ",")
    yield from _lines(last, indent + " ")
    yield f"{indent}]}}{end}"


def _values(element: Element | End | Origin) -> dict[str, Any]:
    """Return the fields of an element that differ from their defaults, after its type; no children."""
    kind = _TYPES.get(type(element))
    items = ((item, getattr(element, item.name)) for item in fields(element) if item.name != "children")
    values = {field.name: _value(value) for field, value in items if value != field.default}
    return {"type": kind, **values} if kind else values


def _value(value: object) -> Any:
    """Return a field as JSON has it; lengths are rounded to 0.01 points, as in SVG."""
    match value:
        case Group() | Box() | Connector() | Marker() | Text() | End() | Origin():
            return _values(value)
        case str() if FORMULA_MARK in value:
            from resnet_diagram.wording.formulas.spans import unicode_text

            return unicode_text(value)
        case tuple():
            return [_value(item) for item in value]
        case float():
            rounded = float(number(value))
            return int(rounded) if rounded.is_integer() else rounded
        case _:
            return value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
